"""A measurement against its reference: each test at, just under and just over its line."""

from dataclasses import replace

import pytest

from clinic.terms import Answer, CaseFacts, Measurement, Settings, Side
from tests.triage.rules.cases import NO, RUNNER, UNKNOWN, YES
from triage.knowledge import triage_knowledge
from triage.rules.findings import core_ratios, failed_needs, hints_of, judge
from triage.rules.lines import Verdict

PASSED, FAILED, AMBER, OPEN = Verdict
TESTS = triage_knowledge().tests
SEED = Settings(core_fail_mode="seed_below_average")
MAN, WOMAN, OTHER = (replace(RUNNER, sex=sex) for sex in ("male", "female", "other"))


def measured(test, value, side=None, method=None, pain=None):
    """Return one measurement; the side is the left one where the test has sides."""
    side = side or (Side.LEFT if "left" in TESTS[test].sides else Side.NONE)
    return Measurement(test, side, value, TESTS[test].unit, method, pain)


def verdict(test, value, patient=MAN, answers=None, settings=None, **more):
    """Return (verdict, grade) of one measurement."""
    case = CaseFacts(
        patient=patient,
        answers=answers or {},
        measurements=(measured(test, value, **more),),
        settings=settings or Settings(),
    )
    found = judge(case, TESTS)[0]
    return found.verdict, found.grade


@pytest.mark.parametrize(
    ("test", "value", "patient", "expected"),
    [
        pytest.param("CF_HOLD", 67.9, MAN, (FAILED, 1), id="flexion-man-under"),
        pytest.param("CF_HOLD", 68, MAN, (AMBER, 2), id="flexion-man-at"),
        pytest.param("CF_HOLD", 144, MAN, (PASSED, 3), id="flexion-man-mean"),
        pytest.param("CF_HOLD", 49.9, WOMAN, (FAILED, 1), id="flexion-woman-under"),
        pytest.param("CF_HOLD", 50, WOMAN, (AMBER, 2), id="flexion-woman-at"),
        pytest.param("CF_HOLD", 149, WOMAN, (PASSED, 3), id="flexion-woman-mean"),
        pytest.param("CF_HOLD", 49, OTHER, (FAILED, 1), id="flexion-other-under-the-lower-cut"),
        pytest.param("CF_HOLD", 50, OTHER, (AMBER, 2), id="flexion-other-between-the-cuts"),
        pytest.param("CE_SORENSEN", 94, MAN, (FAILED, 1), id="extension-man-under"),
        pytest.param("CE_SORENSEN", 95, MAN, (AMBER, 2), id="extension-man-at"),
        pytest.param("CE_SORENSEN", 128, WOMAN, (FAILED, 1), id="extension-woman-under"),
        pytest.param("CE_SORENSEN", 129, WOMAN, (AMBER, 2), id="extension-woman-at"),
        pytest.param("CE_SORENSEN", 189, WOMAN, (PASSED, 3), id="extension-woman-mean"),
        pytest.param("CR_BRIDGE", 31.9, MAN, (FAILED, 1), id="rotation-under"),
        pytest.param("CR_BRIDGE", 32, MAN, (AMBER, 2), id="rotation-at"),
        pytest.param("CR_BRIDGE", 65, WOMAN, (PASSED, 3), id="rotation-mean"),
        pytest.param("CR_ROTARY", 1, MAN, (FAILED, 1), id="rotary-1"),
        pytest.param("CR_ROTARY", 2, MAN, (PASSED, 3), id="rotary-2"),
        pytest.param("CR_FLEX_ROT", 40, MAN, (OPEN, None), id="no-cut-off"),
        pytest.param("HA_HOLD", 29, MAN, (FAILED, 1), id="abduction-hold-under"),
        pytest.param("HA_HOLD", 30, MAN, (PASSED, 3), id="abduction-hold-at"),
        pytest.param("HE_BRIDGE_HOLD", 31, MAN, (FAILED, 1), id="bridge-under"),
        pytest.param("HE_BRIDGE_HOLD", 32, MAN, (AMBER, 2), id="bridge-at"),
        pytest.param("HE_BRIDGE_REPS", 19, MAN, (FAILED, 1), id="bridge-reps-under"),
        pytest.param("HE_BRIDGE_REPS", 20, MAN, (PASSED, 3), id="bridge-reps-at"),
        pytest.param("HF_THOMAS_HIP", 0, MAN, (PASSED, 3), id="thomas-hip-at"),
        pytest.param("HF_THOMAS_HIP", 1, MAN, (FAILED, 1), id="thomas-hip-over"),
        pytest.param("HF_THOMAS_KNEE", 66, MAN, (FAILED, 1), id="thomas-knee-under"),
        pytest.param("HF_THOMAS_KNEE", 67, MAN, (PASSED, 3), id="thomas-knee-at"),
        pytest.param("SLS_SCORE", 1, MAN, (PASSED, 3), id="squat-1"),
        pytest.param("SLS_SCORE", 2, MAN, (FAILED, 1), id="squat-2"),
        pytest.param("PELVIS_DROP", 1, MAN, (FAILED, 1), id="pelvis-drop"),
        pytest.param("WBLT_ANGLE", 34, MAN, (FAILED, 1), id="lunge-angle-under"),
        pytest.param("WBLT_ANGLE", 35, MAN, (PASSED, 3), id="lunge-angle-at"),
        pytest.param("WBLT_CM", 8.9, MAN, (FAILED, 1), id="lunge-cm-under"),
        pytest.param("WBLT_CM", 9, MAN, (PASSED, 3), id="lunge-cm-at"),
        pytest.param("WBLT_STRAIGHT", 21, MAN, (FAILED, 1), id="straight-lunge-under"),
        pytest.param("WBLT_STRAIGHT", 22, MAN, (PASSED, 3), id="straight-lunge-at"),
        pytest.param("NWB_DF_0", 3, MAN, (OPEN, None), id="lying-is-a-tie-break"),
        pytest.param("SS_RAISES", 19, MAN, (FAILED, 1), id="soleus-raises-under"),
        pytest.param("SS_RAISES", 20, MAN, (PASSED, 3), id="soleus-raises-at"),
        pytest.param("FPI6", 5, MAN, (PASSED, 3), id="fpi-5"),
        pytest.param("FPI6", 6, MAN, (FAILED, 1), id="fpi-6"),
        pytest.param("ABI", 0.90, MAN, (FAILED, 1), id="abi-0.90"),
        pytest.param("ABI", 0.91, MAN, (AMBER, 2), id="abi-0.91"),
        pytest.param("ABI", 1.0, MAN, (PASSED, 3), id="abi-1.00"),
        pytest.param("ABI", 1.41, MAN, (AMBER, 2), id="abi-1.41"),
        pytest.param("TBI", 0.69, MAN, (FAILED, 1), id="tbi-0.69"),
        pytest.param("TBI", 0.70, MAN, (PASSED, 3), id="tbi-0.70"),
        pytest.param("CALF_GIRTH", 38, MAN, (OPEN, None), id="girth-has-its-own-rule"),
    ],
)
def test_each_test_has_its_line(test, value, patient, expected):
    assert verdict(test, value, patient) == expected


@pytest.mark.parametrize(
    ("side", "patient", "under", "at", "mean"),
    [
        (Side.LEFT, MAN, 61, 62, 97),
        (Side.RIGHT, MAN, 59, 60, 94),
        (Side.LEFT, WOMAN, 41, 42, 77),
        (Side.RIGHT, WOMAN, 40, 41, 72),
    ],
    ids=["man-left", "man-right", "woman-left", "woman-right"],
)
def test_the_side_bridge_has_a_line_for_each_side_and_sex(side, patient, under, at, mean):
    assert verdict("CL_BRIDGE", under, patient, side=side) == (FAILED, 1)
    assert verdict("CL_BRIDGE", at, patient, side=side) == (AMBER, 2)
    assert verdict("CL_BRIDGE", mean, patient, side=side) == (PASSED, 3)


@pytest.mark.parametrize(
    ("test", "value", "patient", "expected"),
    [
        pytest.param("CF_HOLD", 143, MAN, (FAILED, 2), id="flexion-below-the-mean"),
        pytest.param("CF_HOLD", 144, MAN, (PASSED, 3), id="flexion-at-the-mean"),
        pytest.param("CF_HOLD", 60, MAN, (FAILED, 1), id="flexion-below-the-cut"),
        pytest.param("CL_BRIDGE", 96, MAN, (FAILED, 2), id="side-bridge-below-the-mean"),
        pytest.param("CR_BRIDGE", 64, MAN, (FAILED, 2), id="rotation-below-the-mean"),
        pytest.param("HE_BRIDGE_HOLD", 64, MAN, (FAILED, 2), id="hip-below-the-mean"),
        pytest.param("CF_HOLD", 143, OTHER, (FAILED, 2), id="other-below-the-lower-mean"),
        pytest.param("CF_HOLD", 145, OTHER, (AMBER, 2), id="other-between-the-means"),
        pytest.param("SS_RAISES", 20, MAN, (PASSED, 3), id="no-mean-no-seed"),
    ],
)
def test_the_seed_reading_fails_below_average(test, value, patient, expected):
    assert verdict(test, value, patient, settings=SEED) == expected


@pytest.mark.parametrize(
    ("age", "patient", "under", "at"),
    [
        (19, MAN, 29, 30),
        (29, MAN, 29, 30),
        (30, MAN, 25, 26),
        (34, WOMAN, 21, 22),
        (59, MAN, 18, 19),
        (60, WOMAN, 15, 16),
        (89, MAN, 7, 8),
        (95, WOMAN, 10, 11),
    ],
)
def test_heel_raises_fail_under_four_fifths_of_the_norm_for_the_age(age, patient, under, at):
    patient = replace(patient, age_years=age)
    assert verdict("GS_RAISES", under, patient)[0] is FAILED
    assert verdict("GS_RAISES", at, patient)[0] is PASSED


def test_without_an_age_a_norm_says_nothing():
    assert verdict("GS_RAISES", 5, replace(MAN, age_years=None)) == (OPEN, None)
    assert verdict("HA_DYN", 0.1, replace(MAN, age_years=None)) == (OPEN, None)


@pytest.mark.parametrize(
    ("value", "patient", "settings", "expected"),
    [
        (1.28, MAN, None, (FAILED, 1)),  # 1.600 - 0.005 x 34 + 0.215 - 0.354 = 1.291
        (1.30, MAN, None, (AMBER, 2)),
        (1.65, MAN, None, (PASSED, 3)),
        (1.07, WOMAN, None, (FAILED, 1)),  # 1.076
        (1.08, WOMAN, None, (AMBER, 2)),
        (1.10, OTHER, None, (AMBER, 2)),
        (1.07, OTHER, None, (FAILED, 1)),
        (1.40, WOMAN, SEED, (FAILED, 2)),
    ],
)
def test_hip_abduction_is_predicted_from_age_and_sex(value, patient, settings, expected):
    assert verdict("HA_DYN", value, patient, settings=settings) == expected


@pytest.mark.parametrize(
    ("test", "own", "other", "expected"),
    [
        ("CL_BRIDGE", 100, 111, PASSED),
        ("CL_BRIDGE", 100, 112, FAILED),
        ("HA_DYN", 1.80, 2.0, PASSED),
        ("HA_DYN", 1.79, 2.0, FAILED),
        ("HR_DYN", 0.90, 1.0, PASSED),
        ("HR_DYN", 0.89, 1.0, FAILED),
        ("HE_BRIDGE_HOLD", 70, 80, PASSED),
        ("HE_BRIDGE_HOLD", 70, 81, FAILED),
        ("WBLT_CM", 10.0, 11.5, PASSED),
        ("WBLT_CM", 10.0, 11.6, FAILED),
        ("WBLT_STRAIGHT", 25, 29, PASSED),
        ("WBLT_STRAIGHT", 25, 30, FAILED),
        ("GS_RAISES", 36, 40, PASSED),
        ("GS_RAISES", 35, 40, FAILED),
        ("SS_RAISES", 27, 30, PASSED),
        ("SS_RAISES", 26, 30, FAILED),
    ],
)
def test_the_weaker_side_fails_by_its_gap(test, own, other, expected):
    both = (measured(test, own), measured(test, other, side=Side.RIGHT))
    left, right = judge(CaseFacts(patient=MAN, measurements=both), TESTS)

    assert left.verdict is expected
    assert right.verdict is PASSED


@pytest.mark.parametrize(
    ("test", "value", "pain", "expected"),
    [
        ("CF_HOLD", 200, 0, (PASSED, 3)),
        ("CF_HOLD", 200, 1, (FAILED, 0)),
        ("HE_BRIDGE_HOLD", 90, 2, (FAILED, 0)),
        ("GS_RAISES", 40, 3, (PASSED, 3)),
        ("GS_RAISES", 40, 4, (FAILED, 0)),
        ("SS_RAISES", 40, 4, (FAILED, 0)),
        ("CF_HOLD", None, None, (FAILED, 0)),
        ("FPI6", None, None, (OPEN, None)),
        ("CALF_GIRTH", None, None, (OPEN, None)),
    ],
)
def test_pain_or_an_impossible_position_is_grade_zero(test, value, pain, expected):
    assert verdict(test, value, pain=pain) == expected


@pytest.mark.parametrize(
    ("bent", "felt", "straight", "needs"),
    [
        (30, "stretch", None, {"soleus_len_left"}),
        (30, "block", None, {"ankle_df_left"}),
        (30, "both", None, {"soleus_len_left", "ankle_df_left"}),
        (30, None, None, {"soleus_len_left", "ankle_df_left"}),
        (38, None, 20, {"gastroc_len_left"}),
        (30, None, 20, {"gastroc_len_left", "soleus_len_left"}),
        (30, "block", 20, {"gastroc_len_left", "ankle_df_left"}),
        (38, None, 25, set()),
    ],
)
def test_the_lunge_says_calf_or_ankle_by_its_feel(bent, felt, straight, needs):
    lunges = [measured("WBLT_ANGLE", bent, method=felt)]
    lunges += [measured("WBLT_STRAIGHT", straight)] if straight else []
    found = judge(CaseFacts(patient=MAN, measurements=tuple(lunges)), TESTS)

    assert set(failed_needs(found, ())) == needs


@pytest.mark.parametrize(
    ("drop", "fpi", "fact", "expected"),
    [
        (11, None, YES, FAILED),
        (10, None, YES, PASSED),
        (11, None, NO, PASSED),
        (11, None, UNKNOWN, OPEN),
        (11, 6, NO, FAILED),
        (11, 5, UNKNOWN, PASSED),
    ],
)
def test_a_navicular_drop_counts_only_with_a_pronated_foot(drop, fpi, fact, expected):
    values = [measured("NAVICULAR_DROP", drop)] + ([measured("FPI6", fpi)] if fpi else [])
    case = CaseFacts(patient=MAN, answers={"fpi_6_or_more": fact}, measurements=tuple(values))
    assert judge(case, TESTS)[0].verdict is expected


@pytest.mark.parametrize(
    ("cadence", "overstride", "angle", "expected"),
    [
        (159, YES, None, FAILED),
        (160, YES, None, PASSED),
        (150, NO, None, PASSED),
        (150, UNKNOWN, None, OPEN),
        (150, UNKNOWN, 11, FAILED),
        (150, UNKNOWN, 10, PASSED),
    ],
)
def test_cadence_fails_only_with_overstride(cadence, overstride, angle, expected):
    values = [measured("CADENCE", cadence)] + ([measured("TIBIA_ANGLE", angle)] if angle else [])
    case = CaseFacts(patient=MAN, answers={"overstride": overstride}, measurements=tuple(values))
    assert judge(case, TESTS)[0].verdict is expected


@pytest.mark.parametrize(
    ("age", "score", "expected"), [(30, 4, PASSED), (30, 5, AMBER), (51, 4, AMBER), (15, 5, PASSED)]
)
def test_hypermobility_is_shown_by_age(age, score, expected):
    assert verdict("BEIGHTON", score, replace(MAN, age_years=age))[0] is expected


def test_hypermobility_without_an_age_is_shown_from_the_lowest_limit():
    assert verdict("BEIGHTON", 4, replace(MAN, age_years=None))[0] is AMBER


@pytest.mark.parametrize(
    ("fact", "need"), [("overstride_symptomatic", "gait_cadence"), ("tp_nodule_familiar_pain", "trigger_point")]
)
def test_a_finding_can_fail_a_need_by_itself(fact, need):
    assert set(failed_needs(judge(CaseFacts(answers={fact: YES}), TESTS), ())) == {need}
    assert not judge(CaseFacts(answers={fact: UNKNOWN}), TESTS)


def test_needs_keep_the_side_the_worst_grade_and_every_reason():
    values = (
        measured("CL_BRIDGE", 50),
        measured("CL_BRIDGE", 50, side=Side.RIGHT, pain=2),
        measured("HE_BRIDGE_HOLD", 20),
        measured("HE_BRIDGE_REPS", None),
    )
    needs = failed_needs(judge(CaseFacts(patient=MAN, measurements=values), TESTS), ("core_ext", "core_lat_left"))

    assert set(needs) == {"core_lat_left", "core_lat_right", "hip_ext_left", "core_ext"}
    assert (needs["core_lat_left"].grade, needs["core_lat_left"].side) == (1, Side.LEFT)
    assert needs["core_lat_right"].grade == 0
    assert (needs["hip_ext_left"].grade, len(needs["hip_ext_left"].reasons)) == (0, 2)
    assert (needs["core_ext"].grade, needs["core_ext"].side) == (None, Side.NONE)


def test_amber_and_passed_tests_fail_no_need():
    values = (measured("CF_HOLD", 100), measured("CE_SORENSEN", 200))
    assert not failed_needs(judge(CaseFacts(patient=MAN, measurements=values), TESTS), ())


def test_the_newest_value_of_a_side_counts():
    values = (measured("CF_HOLD", 20), measured("CF_HOLD", 200))
    assert [found.verdict for found in judge(CaseFacts(patient=MAN, measurements=values), TESTS)] == [PASSED]


def ratios_of(measurements):
    found = core_ratios(CaseFacts(patient=MAN, measurements=measurements), triage_knowledge().ratios)
    return {ratio.code: (value, is_inside) for ratio, value, is_inside in found}


def test_the_core_ratios_are_shown_and_fail_nothing():
    values = (
        measured("CF_HOLD", 100),
        measured("CE_SORENSEN", 120),
        measured("CL_BRIDGE", 80),
        measured("CL_BRIDGE", 95, side=Side.RIGHT),
    )
    ratios = ratios_of(values)

    assert ratios["flexion_extension"] == (100 / 120, True)
    assert ratios["right_left_side"] == (95 / 80, False)
    assert ratios["left_side_extension"] == (80 / 120, True)
    assert ratios["right_side_extension"] == (95 / 120, False)
    assert ratios_of(()) == {}
    assert ratios_of(values[1:3]) == {"left_side_extension": (80 / 120, True)}


@pytest.mark.parametrize(("right", "is_inside"), [(105, True), (95, True), (105.5, False), (94.5, False)])
def test_the_side_bridges_may_differ_by_a_twentieth(right, is_inside):
    values = (measured("CL_BRIDGE", 100), measured("CL_BRIDGE", right, side=Side.RIGHT))
    assert ratios_of(values)["right_left_side"][1] is is_inside


@pytest.mark.parametrize(("more", "expected"), [(0.9, PASSED), (1.0, AMBER), (3.4, AMBER)])
def test_a_thicker_calf_is_noted_from_one_centimetre_on(more, expected):
    other = measured("CALF_GIRTH", 38.0, side=Side.RIGHT)
    case = CaseFacts(patient=MAN, measurements=(measured("CALF_GIRTH", 38.0 + more), other))
    found = {one.side: one.verdict for one in judge(case, TESTS)}
    assert found == {Side.LEFT: expected, Side.RIGHT: PASSED}


@pytest.mark.parametrize("test", TESTS.values(), ids=list(TESTS))
def test_every_test_says_how_with_unit_range_and_source(test):
    assert test.how.en and test.how.es and test.unit and test.source
    assert test.low < test.high
    assert set(test.sides) <= {"left", "right", "none"}


@pytest.mark.parametrize("test", TESTS, ids=list(TESTS))
def test_a_verdict_always_says_why(test):
    for value in (TESTS[test].low, TESTS[test].high, None):
        found = judge(CaseFacts(patient=MAN, measurements=(measured(test, value),)), TESTS)[0]
        assert found.reason.text and found.reason.source
        assert (found.grade is None) == (found.verdict is OPEN or bool(TESTS[test].needs_fact))


def hinted(case):
    return [hint.code for hint in hints_of(case, TESTS, triage_knowledge().hints)]


def test_a_failed_bridge_a_dropping_pelvis_or_a_cramping_hamstring_hints_at_the_glutes():
    assert hinted(CaseFacts(patient=MAN, measurements=(measured("HE_BRIDGE_HOLD", 31),))) == ["glute_inhibition"]
    assert hinted(CaseFacts(patient=MAN, measurements=(measured("PELVIS_DROP", 1),))) == ["glute_inhibition"]
    assert hinted(CaseFacts(patient=MAN, answers={"hamstring_cramps_first": Answer.PRESENT})) == ["glute_inhibition"]
    assert hinted(CaseFacts(patient=MAN, measurements=(measured("HE_BRIDGE_HOLD", 70),))) == []
