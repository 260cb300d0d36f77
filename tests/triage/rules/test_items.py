"""Open items: what an outcome, a signature or a release does, and what it never does."""

from dataclasses import replace

import pytest

from clinic.terms import Level, OutcomeType, SignOffKind
from tests.triage.rules.cases import NO, RUNNER, UNKNOWN, WOMAN, YES, judged, outcome, signed, tables
from triage.rules.items import clot_excluded, needs_release
from triage.rules.scores import TwoLevel

E, D, U, R = Level.E, Level.D, Level.U, Level.R
LIKELY, UNLIKELY, INCOMPLETE, NOT_APPLICABLE = TwoLevel
CECS = ("cecs_same_time", "cecs_eases")


@pytest.mark.parametrize(
    ("scan", "repeat", "d_dimer", "discharged", "opens"),
    [
        (None, None, None, False, ()),
        (None, None, "negative", False, (UNLIKELY,)),
        ("not_done", "not_done", "negative", False, (UNLIKELY,)),
        (None, None, "positive", False, ()),
        ("negative", None, None, False, (NOT_APPLICABLE,)),
        ("negative", None, "not_done", False, (NOT_APPLICABLE,)),
        ("negative", None, "negative", False, (LIKELY, UNLIKELY, INCOMPLETE, NOT_APPLICABLE)),
        ("negative", None, "positive", False, (UNLIKELY, NOT_APPLICABLE)),
        ("negative", "negative", "positive", False, (LIKELY, UNLIKELY, INCOMPLETE, NOT_APPLICABLE)),
        ("negative", "negative", None, False, (LIKELY, UNLIKELY, INCOMPLETE, NOT_APPLICABLE)),
        (None, "negative", None, False, (LIKELY, UNLIKELY, INCOMPLETE, NOT_APPLICABLE)),
        ("not_done", "negative", None, False, ()),
        ("positive", None, "negative", False, ()),
        ("positive", "negative", "negative", False, ()),
        ("negative", "positive", "negative", False, ()),
        (None, None, None, True, (NOT_APPLICABLE,)),
        (None, None, "negative", True, (UNLIKELY, NOT_APPLICABLE)),
        (None, None, "positive", True, ()),
        ("positive", None, None, True, ()),
    ],
)
@pytest.mark.parametrize("two_level", list(TwoLevel))
def test_a_clot_is_excluded_by_the_tests_its_score_asks_for(scan, repeat, d_dimer, discharged, opens, two_level):
    tests = {"scan": scan, "repeat_scan": repeat, "d_dimer": d_dimer}
    found = outcome("RF-DVT", discharged=discharged, **{key: value for key, value in tests.items() if value})

    assert clot_excluded(found, two_level) == (two_level in opens)


@pytest.mark.parametrize("result", ["confirmed", "inconclusive"])
def test_negative_tests_exclude_nothing_without_the_outcome(result):
    assert not clot_excluded(outcome("RF-DVT", result, scan="negative", d_dimer="negative"), UNLIKELY)


@pytest.mark.parametrize(
    ("present", "patient", "tests", "level"),
    [
        pytest.param(("w6", "w7"), RUNNER, {"d_dimer": "negative"}, D, id="likely-d-dimer-alone"),
        pytest.param(("w6", "w7"), RUNNER, {"scan": "negative", "d_dimer": "negative"}, R, id="likely-both"),
        pytest.param(("w7",), RUNNER, {"d_dimer": "negative"}, R, id="unlikely-d-dimer"),
        pytest.param((), replace(WOMAN, pregnant=YES), {"d_dimer": "negative"}, D, id="pregnant-d-dimer"),
        pytest.param((), replace(WOMAN, pregnant=YES), {"scan": "negative"}, R, id="pregnant-scan"),
        pytest.param((), replace(WOMAN, postpartum_days=10), {"discharged": True}, R, id="after-birth-discharged"),
        pytest.param(("w7",), replace(RUNNER, age_years=17), {"d_dimer": "negative"}, D, id="under-18-d-dimer"),
    ],
)
def test_the_level_falls_when_the_clot_is_excluded(present, patient, tests, level):
    assert judged(*present, patient=patient, outcomes=(outcome("RF-DVT", **tests),)).level is level


@pytest.mark.parametrize(
    ("result", "level", "awaiting"),
    [("excluded", R, None), ("confirmed", D, "release"), ("inconclusive", D, "outcome")],
)
def test_only_excluded_closes_an_item(result, level, awaiting):
    found = judged("snap", outcomes=(outcome("RF-ACH", result),))

    assert (found.level, found.items[0].awaiting) == (level, awaiting)
    assert found.exercise_lock == (level is D)


def test_an_outcome_answers_its_own_item_alone():
    found = judged("snap", "fx_trauma", "fx_cannot_4_steps", outcomes=(outcome("RF-FX"),))

    assert found.level is D
    assert [item.row for item in found.items if not item.closed] == ["RF-ACH"]


def test_a_confirmation_beats_an_exclusion_of_the_same_item():
    found = judged("snap", outcomes=(outcome("RF-ACH"), outcome("RF-ACH", "confirmed")))
    assert (found.level, found.items[0].outcome) == (D, OutcomeType.CONFIRMED)


def test_an_item_stays_signable_after_it_was_signed():
    open_, closed = judged("bmi_30").items[0], judged("bmi_30", sign_offs=(signed("RF-DVT"),)).items[0]
    assert (open_.awaiting, open_.signable) == ("signature", True)
    assert (closed.awaiting, closed.signable, closed.closed_by) == (None, True, "signature")


def test_no_signature_closes_another_stopping_item():
    kinds = [signed("RF-ACH", kind) for kind in SignOffKind]
    assert judged("snap", sign_offs=tuple(kinds)).level is D


def test_closing_every_stopping_item_leaves_what_remains():
    found = judged("snap", *CECS, outcomes=(outcome("RF-ACH"),))

    assert (found.level, found.d_hold) == (U, False)
    assert found.exercise_lock
    assert not found.treatment_lock


def test_a_u_item_waits_for_may_load_with_limits():
    assert judged(*CECS).exercise_lock
    assert judged(*CECS, sign_offs=(signed("RF-CECS", "may_load", limits=" "),)).exercise_lock
    found = judged(*CECS, sign_offs=(signed("RF-CECS", "may_load"),))

    assert (found.level, found.exercise_lock, found.items[0].closed) == (U, False, False)
    assert "calf_hypertrophy_block" in found.contra_words


def test_a_load_needs_who_when_and_limits_and_a_clot_that_is_only_signed_needs_a_reason():
    assert not judged(*CECS, sign_offs=(signed("RF-CECS", "may_load", reason=""),)).exercise_lock
    assert judged("bmi_30", sign_offs=(signed("RF-DVT", reason=" "),)).level is D


def test_a_release_needs_who_and_when_but_massage_after_a_signature_the_written_reason():
    confirmed = {"outcomes": (outcome("RF-ACH", "confirmed"),)}
    assert judged("snap", **confirmed, sign_offs=(signed("RF-ACH", "released", reason=""),)).level is R

    found = judged("bmi_30", sign_offs=(signed("RF-DVT"), signed("RF-DVT", "released", reason="")))
    assert (found.level, found.massage_lock) == (R, True)


def test_may_load_opens_no_stopping_item():
    found = judged("bsi_high_risk_site", sign_offs=(signed("RF-BSI", "may_load"),))
    assert (found.level, found.items[0].awaiting) == (D, "outcome")


def test_an_excluded_u_item_is_closed():
    found = judged(*CECS, outcomes=(outcome("RF-CECS"),))
    assert (found.level, found.pinned, found.contra_words) == (R, (), frozenset())


def test_a_confirmed_clot_opens_by_release_and_massage_stays_locked():
    confirmed = (outcome("RF-DVT", "confirmed", scan="positive"),)
    assert judged("w6", outcomes=confirmed).level is D
    found = judged("w6", outcomes=confirmed, sign_offs=(signed("RF-DVT", "released"),))

    assert (found.level, found.exercise_lock, found.massage_lock) == (R, False, True)
    assert found.contra_words >= {"massage", "ball", "compression_sleeve"}
    assert "exercise_plan" not in found.contra_words
    assert found.pinned == ("DVT",)


def test_a_confirmed_condition_keeps_its_own_words_after_release():
    found = judged("snap", outcomes=(outcome("RF-ACH", "confirmed"),), sign_offs=(signed("RF-ACH", "released"),))
    assert found.contra_words >= {"stretching", "heel_raises", "eccentric", "massage"}
    assert found.massage_lock


def test_missing_answers_hold_even_when_every_item_is_closed():
    found = judged("snap", silent=("leg_hot",), outcomes=(outcome("RF-ACH"),))
    assert (found.level, found.d_hold, found.treatment_lock) == (D, True, True)


def test_a_closed_item_is_pinned_until_excluded():
    assert judged("bmi_30", sign_offs=(signed("RF-DVT"),)).pinned == ("DVT",)
    assert judged("bmi_30", outcomes=(outcome("RF-DVT", d_dimer="negative"),)).pinned == ()


def test_causes_are_pinned_e_then_d_then_u():
    found = judged(*CECS, "snap", "ali_cold", "leg_hot", "w7")
    assert found.pinned == ("ALI", "DVT", "ACHILLES_RUPTURE", "PCS")


@pytest.mark.parametrize("cause", tables().red_flags.must_not_load)
def test_a_dangerous_diagnosis_needs_a_release(cause):
    assert needs_release(cause, (), {}, tables().red_flags)
    assert needs_release(cause, (signed(cause, "may_load"),), {}, tables().red_flags)
    assert not needs_release(cause, (signed(cause, "released"),), {}, tables().red_flags)
    assert judged(diagnosis=cause).exercise_lock


@pytest.mark.parametrize(("imaged", "locked"), [(YES, False), (NO, True), (UNKNOWN, True)])
def test_a_cyst_is_locked_until_it_is_imaged(imaged, locked):
    assert needs_release("BAKER", (), {"popliteal_cyst_ultrasound": imaged}, tables().red_flags) == locked


def test_a_strain_needs_no_release():
    assert not needs_release("SOLEUS", (), {}, tables().red_flags)
    assert not needs_release(None, (), {}, tables().red_flags)


def test_what_is_forbidden_is_named():
    found = judged("ali_cold")
    assert {"everything", "heat", "elevation", "exercise_plan", "all_treatments", "massage"} <= set(found.forbidden)
    assert found.locks_reasons
