"""The treatment table as a gate: the global lock, each column, and what silence means."""

import pytest

from rehab.knowledge import rehab_knowledge
from rehab.rules.catalogue import Verdict
from tests.rehab.worked import PCS, treatments_of

OK, REASON, NO = Verdict.OK, Verdict.REASON_NEEDED, Verdict.FORBIDDEN
MANUAL = ("ART", "DEEP_MASSAGE", "TOOL_MOBILISATION", "BALL_RELEASE", "ROLLER_RELEASE")
SIGNED = [
    {
        "item": "RF-DVT",
        "kind": "considered_not_suspected",
        "by": "A",
        "on": "2026-11-20",
        "reason": "seen",
        "limits": "",
    }
]
MAY_LOAD = {"kind": "may_load", "by": "A", "on": "2026-11-20", "reason": "r", "limits": "l"}
RELEASED = {"kind": "released", "by": "S", "on": "2026-11-20", "reason": "imaged", "limits": "l"}


def verdicts(**changes):
    return {code: judged.verdict for code, judged in treatments_of(**changes).items()}


def test_a_calm_soleus_strain_may_have_what_the_table_offers():
    found = verdicts()

    for code in ("ART", "DEEP_MASSAGE", "TOOL_MOBILISATION", "BAND_ANKLE", "CHIRO_MOBILISATION", "PROLOTHERAPY"):
        assert found[code] is OK, code


@pytest.mark.parametrize(
    "changes",
    [
        {"screening": {"leg_hot": "not_assessed"}},
        {"screening": {"leg_hot": "present"}},
        {"screening": {"pe_breathless": "present"}},
        {"screening": {"snap": "present"}},
    ],
)
def test_every_treatment_is_locked_while_triage_is_incomplete_or_an_item_is_open(changes):
    found = treatments_of(**changes)

    assert {judged.verdict for judged in found.values()} == {NO}
    assert all(judged.because for judged in found.values())


@pytest.mark.parametrize("code", MANUAL)
def test_a_signature_that_opens_exercise_leaves_massage_locked(code):
    assert verdicts(screening={"family_clot": "present"}, sign_offs=SIGNED)[code] is NO


@pytest.mark.parametrize(
    ("changes", "code", "verdict"),
    [
        # anticoagulant
        ({"screening": {"anticoagulant": "present"}}, "ART", REASON),
        ({"screening": {"anticoagulant": "present"}}, "DEEP_MASSAGE", NO),
        ({"screening": {"anticoagulant": "present"}}, "BALL_RELEASE", NO),
        ({"screening": {"anticoagulant": "present"}}, "ROLLER_RELEASE", REASON),
        ({"screening": {"anticoagulant": "present"}}, "BAND_ANKLE", OK),
        ({"screening": {"anticoagulant": "present"}}, "CHIRO_ADJUSTMENT", NO),
        ({"screening": {"anticoagulant": "present"}}, "CHIRO_MOBILISATION", REASON),
        ({"screening": {"anticoagulant": "present"}}, "NSAID", NO),
        # acute strain, the day it began
        ({"patient": {"onset_days": 2}}, "DEEP_MASSAGE", NO),
        ({"patient": {"onset_days": 3}}, "DEEP_MASSAGE", OK),
        ({"patient": {"onset_days": 2}}, "BAND_ANKLE", REASON),
        ({"patient": {"onset_days": None}}, "DEEP_MASSAGE", NO),
        ({"patient": {"onset_days": 1}}, "ICE", OK),
        # compartment syndrome
        (PCS, "STEROID_INJECTION", REASON),
        (PCS, "SLEEVE", NO),
        (PCS, "DEEP_MASSAGE", OK),
        (PCS, "SURGERY", REASON),
        # bone stress, released
        ({"diagnosis": "BSI", "sign_offs": [{"item": "BSI", **RELEASED}]}, "DEEP_MASSAGE", NO),
        ({"diagnosis": "BSI", "sign_offs": [{"item": "BSI", **RELEASED}]}, "NSAID", REASON),
    ],
)
def test_a_cell_of_the_table(changes, code, verdict):
    assert verdicts(**changes)[code] is verdict


@pytest.mark.parametrize("code", ["ART", "DEEP_MASSAGE", "TOOL_MOBILISATION", "PROLOTHERAPY"])
def test_silence_about_a_blood_thinner_never_allows(code):
    judged = treatments_of(screening={"anticoagulant": "not_assessed"})[code]

    assert judged.verdict is NO


PREGNANT = {"sex": "female", "pregnant": "present"}
SCANNED = [{"item": "RF-DVT", "outcome": "excluded", "scan": "negative", "d_dimer": "not_done"}]


@pytest.mark.parametrize(("weeks", "verdict"), [(19, REASON), (20, NO), (None, NO)])
def test_tablets_in_pregnancy_depend_on_the_week(weeks, verdict):
    found = verdicts(patient={**PREGNANT, "gestation_weeks": weeks}, outcomes=SCANNED)

    assert found["NSAID"] is verdict


def test_a_scan_frees_massage_in_pregnancy_and_nothing_else_does():
    found = verdicts(patient={**PREGNANT, "gestation_weeks": 12}, outcomes=SCANNED)

    assert found["ART"] is not NO
    assert {verdicts(patient=PREGNANT)[code] for code in MANUAL} == {NO}


def test_what_the_table_does_not_offer_needs_a_reason():
    assert verdicts(diagnosis="MTSS")["ART"] is REASON


def test_a_confirmed_clot_keeps_massage_forbidden_even_after_release():
    found = verdicts(
        screening={"leg_hot": "present"},
        outcomes=[{"item": "RF-DVT", "outcome": "confirmed", "scan": "positive"}],
        sign_offs=[{"item": "RF-DVT", **RELEASED}, {"item": "DVT", **RELEASED}],
    )

    assert {found[code] for code in MANUAL} == {NO}


def test_every_verdict_but_ok_says_why_and_from_where():
    for changes in ({}, PCS, {"screening": {"anticoagulant": "present"}}):
        for judged in treatments_of(**changes).values():
            assert judged.verdict is OK or judged.because
            assert all(reason.text and reason.source for reason in judged.because)


def test_every_column_of_the_table_forbids_or_questions_something():
    known = rehab_knowledge()

    for code in known.columns:
        cells = [t.cells[code].verdict for t in known.treatments.values() if code in t.cells]
        assert any(verdict in (NO, REASON, Verdict.REFERRAL_ONLY) for verdict in cells), code
