"""Wells at each edge: points, both totals, verdict, missing, and for whom it does not hold."""

from dataclasses import replace

import pytest

from clinic.terms import PatientFacts
from tests.triage.rules.cases import NO, RUNNER, UNKNOWN, WOMAN, YES, a_case, girth, judged, knowledge
from triage.rules.derived import known_facts
from triage.rules.scores import TwoLevel, wells_score

LIKELY, UNLIKELY, INCOMPLETE, NOT_APPLICABLE = TwoLevel
REASON = {"w10": YES, "w10_reason": "calf tear with a bruise"}


def wells(*present, silent=(), patient=RUNNER, w10=NO, w10_reason="", **facts):
    return judged(*present, silent=silent, patient=patient, w10=w10, w10_reason=w10_reason, **facts).wells


@pytest.mark.parametrize(
    ("present", "silent", "w10", "points", "without", "verdict"),
    [
        pytest.param((), (), NO, 0, 0, UNLIKELY, id="nothing"),
        pytest.param(("w7",), (), NO, 1, 1, UNLIKELY, id="just-under"),
        pytest.param(("w6", "w7"), (), NO, 2, 2, LIKELY, id="at-the-cut"),
        pytest.param(("w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8", "w9"), (), NO, 9, 9, LIKELY, id="all-nine"),
        pytest.param(("w6", "w7"), (), YES, 0, 2, UNLIKELY, id="w10-takes-two"),
        pytest.param((), (), YES, -2, 0, UNLIKELY, id="the-least"),
        pytest.param(("w4", "w5", "w6", "w7"), (), YES, 2, 4, LIKELY, id="still-likely-with-w10"),
        pytest.param(("w6",), ("w7",), NO, 1, 1, INCOMPLETE, id="one-missing-is-incomplete"),
        pytest.param(("w6", "w7"), ("w8",), NO, 2, 2, LIKELY, id="at-least-two-is-likely"),
        pytest.param(("w6", "w7"), ("w8",), YES, 0, 2, INCOMPLETE, id="at-least-includes-the-minus-two"),
        pytest.param((), (), UNKNOWN, 0, 0, UNLIKELY, id="w10-is-never-missing"),
    ],
)
def test_adds_the_points_and_names_the_verdict(present, silent, w10, points, without, verdict):
    result = wells(*present, silent=silent, w10=w10, w10_reason="seen")

    assert (result.points, result.points_without_w10, result.two_level) == (points, without, verdict)
    assert result.missing == silent
    assert result.at_least == bool(silent)


@pytest.mark.parametrize("code", [f"w{number}" for number in range(1, 10)])
def test_each_item_counts_one_point_and_silence_about_it_is_incomplete(code):
    assert wells(code).points == 1
    assert (wells(silent=(code,)).two_level, wells(silent=(code,)).missing) == (INCOMPLETE, (code,))


@pytest.mark.parametrize("reason", ["", "   "])
def test_w10_without_a_reason_is_an_error(reason):
    with pytest.raises(ValueError, match="w10"):
        wells("w6", w10=YES, w10_reason=reason)


@pytest.mark.parametrize(
    ("patient", "verdict", "missing"),
    [
        pytest.param(replace(RUNNER, age_years=17), NOT_APPLICABLE, (), id="under-18"),
        pytest.param(replace(RUNNER, age_years=18), UNLIKELY, (), id="18"),
        pytest.param(replace(RUNNER, age_years=None), INCOMPLETE, ("age_years",), id="age-unknown"),
        pytest.param(replace(WOMAN, pregnant=YES), NOT_APPLICABLE, (), id="pregnant"),
        pytest.param(replace(WOMAN, postpartum_days=42), NOT_APPLICABLE, (), id="42-days-after-birth"),
        pytest.param(replace(WOMAN, postpartum_days=43), UNLIKELY, (), id="43-days-after-birth"),
        pytest.param(replace(WOMAN, pregnant=UNKNOWN), INCOMPLETE, ("pregnant",), id="pregnancy-not-asked"),
        pytest.param(replace(WOMAN, pregnant=UNKNOWN, sex="other"), INCOMPLETE, ("pregnant",), id="other-not-asked"),
        pytest.param(replace(WOMAN, pregnant=UNKNOWN, sex=None), INCOMPLETE, ("pregnant",), id="sex-unknown"),
        pytest.param(replace(WOMAN, pregnant=UNKNOWN, sex="male"), UNLIKELY, (), id="male-not-asked"),
        pytest.param(replace(WOMAN, pregnant=UNKNOWN, age_years=55), INCOMPLETE, ("pregnant",), id="55-not-asked"),
        pytest.param(replace(WOMAN, pregnant=UNKNOWN, age_years=56), UNLIKELY, (), id="56-needs-no-question"),
        pytest.param(replace(WOMAN, pregnant=UNKNOWN, gestation_weeks=20), NOT_APPLICABLE, (), id="weeks-say-pregnant"),
    ],
)
def test_for_whom_the_score_holds(patient, verdict, missing):
    result = wells("w6", patient=patient)

    assert (result.two_level, result.missing) == (verdict, missing)
    assert (result.points is None) == (verdict is NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("left", "right", "points"),
    [(41.0, 38.0, 1), (40.9, 38.0, 0), (38.0, 41.0, 0), (41.1, 38.1, 1), (None, 38.0, 0)],
    ids=["3.0", "2.9", "other-leg", "3.0-in-floats", "one-leg-only"],
)
def test_w6_is_read_from_the_girths_of_the_symptomatic_leg(left, right, points):
    assert wells(measurements=girth(left, right)).points == points


def test_with_both_legs_the_larger_one_counts():
    assert wells(measurements=girth(38.0, 41.0), patient=replace(RUNNER, side=None)).points == 1


def test_the_caution_is_shown_when_the_minus_two_alone_makes_it_unlikely():
    assert wells("w6", "w7", **REASON).caution
    assert wells("w6", **REASON).caution is None
    assert wells("w6", "w7").caution is None
    assert wells("w4", "w5", "w6", "w7", **REASON).caution is None


def test_the_working_names_every_item_with_points_and_source():
    reasons = wells("w6", "w7", **REASON).reasons

    assert [(r.code, r.points) for r in reasons] == [("w6", 1), ("w7", 1), ("w10", -2)]
    assert all(r.source and r.text for r in reasons)


def test_silence_never_clears_a_patient():
    result = wells_score({}, UNKNOWN, "", PatientFacts(), knowledge().scores.wells)

    assert result.two_level is INCOMPLETE
    assert result.missing == (*(f"w{number}" for number in range(1, 10)), "age_years", "pregnant")


def test_the_days_since_birth_are_enough():
    after_birth = replace(WOMAN, postpartum_days=42)
    assert wells_score({}, NO, "", after_birth, knowledge().scores.wells).two_level is NOT_APPLICABLE


def test_a_birth_that_was_only_answered_counts_like_the_days():
    facts = known_facts(a_case("postpartum_6w", patient=WOMAN), knowledge().clot.limits, knowledge().scores.wells)

    assert facts["postpartum_6w"] is YES
    assert wells("postpartum_6w", patient=WOMAN).two_level is NOT_APPLICABLE
