"""The whole triage decision: everything of one case in one frozen answer, quickly."""

from dataclasses import FrozenInstanceError, replace

import pytest

from clinic.terms import CaseFacts, Level, PatientFacts
from tests.timing import cheapest_ms
from tests.triage.rules.cases import NO, RUNNER, YES, girth, outcome, signed
from triage.decision import needs_release, triage_decision
from triage.knowledge import triage_knowledge

KNOWN = triage_knowledge()
ASKED = ("question", "sign", "risk", "wells", "finding")
CALM = {entry.code: NO for entry in KNOWN.codes if entry.kind in ASKED and entry.code != "w10"}


def decided(*present, **facts):
    """Return the decision on a runner who answered everything else with no."""
    facts.setdefault("patient", RUNNER)
    return triage_decision(CaseFacts(answers=CALM | dict.fromkeys(present, YES), **facts), KNOWN)


def test_a_calm_runner_is_routine_and_nothing_is_locked():
    found = decided()

    assert (found.level, found.complete, found.d_hold) == (Level.R, True, False)
    assert (found.items, found.missing, found.forbidden, found.locks_reasons) == ((), (), (), ())
    assert not (found.exercise_lock or found.treatment_lock or found.massage_lock)


def test_nothing_known_is_a_hold_that_says_what_is_missing():
    found = triage_decision(CaseFacts(patient=PatientFacts()), KNOWN)

    assert (found.level, found.complete, found.d_hold) == (Level.D, False, True)
    assert {"pe_breathless", "w1", "travel_4h", "leg_swelling", "cord_tender"} <= set(found.missing)
    assert found.reasons[-1].code == "D-HOLD"


def test_a_fired_row_pins_its_cause_above_the_scored_list():
    found = decided("resisted_pf_bent_pain", "deep_ache_mid_low_calf", "gradual_tightening", "snap")

    assert found.causes.causes[0].code == "ACHILLES_RUPTURE"
    assert found.causes.causes[0].shown_because == "pinned"
    assert "SOLEUS" in {cause.code for cause in found.causes.causes}


def test_an_excluded_cause_is_no_longer_pinned():
    found = decided("snap", outcomes=(outcome("RF-ACH"),))
    assert "pinned" not in {cause.shown_because for cause in found.causes.causes}
    assert found.level is Level.R


def test_girth_feeds_wells_the_clot_rule_and_the_causes_from_one_measurement():
    found = decided(measurements=girth(41.0, 38.0))

    assert found.wells.points == 1
    assert "significant_swelling" in found.dvt.rows
    assert found.causes.causes[0].code == "DVT"


def test_stated_needs_are_failed_needs():
    assert set(decided(failed=("core_ext", "core_rot_left")).needs) == {"core_ext", "core_rot_left"}


@pytest.mark.parametrize(
    ("present", "grade"),
    [((), 1), (("bruise_visible",), 2), (("palpable_defect", "double_raise_unable"), 3)],
    ids=["I", "II", "III"],
)
def test_the_strain_is_graded(present, grade):
    assert decided(*present).strain_grade == grade


def test_a_dangerous_diagnosis_waits_for_its_release():
    case = CaseFacts(patient=RUNNER, answers=CALM, diagnosis="BSI")
    assert needs_release(case, KNOWN)
    assert triage_decision(case, KNOWN).exercise_lock
    released = replace(case, sign_offs=(signed("BSI", "released"),))
    assert not triage_decision(released, KNOWN).exercise_lock


def test_w10_without_a_reason_is_an_error():
    with pytest.raises(ValueError, match="w10"):
        decided(w10=YES)


def test_a_decision_is_never_edited():
    with pytest.raises(FrozenInstanceError):
        decided().level = Level.R


def test_every_code_stands_once_with_words_in_both_languages_and_a_source():
    codes = [entry.code for entry in KNOWN.codes]

    assert len(codes) == len(set(codes))
    assert all(entry.label.en and entry.label.es and entry.source for entry in KNOWN.codes)
    kinds = {entry.kind for entry in KNOWN.codes}
    assert {"question", "sign", "risk", "wells", "finding", "test", "cause", "level"} <= kinds


def test_all_eighteen_rows_pin_only_causes_that_exist():
    causes = {entry.code for entry in KNOWN.codes if entry.kind == "cause"}
    assert len(KNOWN.red_flags.flags) == 18
    assert {flag.cause for flag in KNOWN.red_flags.flags if flag.cause} <= causes
    assert set(KNOWN.red_flags.must_not_load) <= causes


@pytest.mark.timing
def test_a_whole_decision_costs_less_than_a_millisecond():
    case = CaseFacts(
        patient=RUNNER,
        answers=CALM | dict.fromkeys(("bmi_30", "leg_hot", "snap", "cecs_same_time", "cecs_eases"), YES),
        measurements=girth(40.0, 38.0),
        failed=("core_ext", "core_rot_left", "hip_ext"),
    )
    assert cheapest_ms(lambda: triage_decision(case, KNOWN)) < 1
