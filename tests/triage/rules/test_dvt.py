"""Rule T-DVT row by row, the girth rule, and who may sign."""

from dataclasses import replace

import pytest

from clinic.terms import Level, Side
from tests.triage.rules.cases import (
    RUNNER,
    STRICT,
    UNKNOWN,
    WOMAN,
    YES,
    a_case,
    girth,
    judged,
    knowledge,
    outcome,
    signed,
    tables,
)
from triage.rules.derived import girth_difference
from triage.rules.dvt import UNNAMED, clot_suspicion
from triage.rules.safety import safety

D, R = Level.D, Level.R
M = "loading_event"
STRONG = [code for code in knowledge().clot.strong if code not in ("pregnant", "postpartum_6w")]
WEAK = [code for code in knowledge().clot.weak if code != "age_over_60"]
SIGN = ["leg_swelling", "leg_hot", "leg_colour", "w4", "w7", "w8", "cord_tender"]

# present, the rows that fire, a signature can answer it, shown as "not safe to start"
TABLE = [
    pytest.param((), (), False, False, id="clear"),
    pytest.param((M,), (), False, False, id="clear-with-an-event"),
    pytest.param(("deep_ache",), (), False, False, id="deep-ache-alone"),
    pytest.param(("w9",), ("previous_clot_or_cancer", "strong_risk"), False, False, id="previous-dvt"),
    pytest.param(("previous_pe",), ("previous_clot_or_cancer", "strong_risk"), False, False, id="previous-pe"),
    pytest.param(("w1",), ("previous_clot_or_cancer", "strong_risk"), False, False, id="active-cancer"),
    pytest.param(("clinician_in_doubt",), ("doubt_or_worry",), False, False, id="in-doubt"),
    pytest.param(("clot_worry",), ("doubt_or_worry",), False, False, id="worried"),
    pytest.param(
        ("both_legs_swollen",),
        ("both_legs_swollen", "significant_swelling", "one_sign"),
        False,
        False,
        id="both-legs",
    ),
    pytest.param(("deep_ache", "bmi_30"), ("ache_with_risk", "one_weak_risk"), False, False, id="ache-and-weak-risk"),
    pytest.param(("deep_ache", "oestrogen"), ("ache_with_risk", "strong_risk"), False, False, id="ache-and-strong"),
    pytest.param(
        ("ache_rest_not_movement", "bmi_30"), ("ache_with_risk", "one_weak_risk"), False, False, id="rest-ache"
    ),
    pytest.param(("d_dimer_raised_scan_pending",), ("raised_d_dimer",), False, False, id="raised-d-dimer"),
    pytest.param(("girth_1_to_3",), ("one_sign",), False, False, id="girth-stated"),
    pytest.param(("leg_hot", "w7"), ("two_signs",), False, False, id="two-signs"),
    pytest.param(("leg_hot", "w7", M), ("two_signs",), False, False, id="two-signs-with-event"),
    pytest.param(("w5", M), ("significant_swelling", "one_sign_with_event"), False, False, id="whole-leg-swollen"),
    pytest.param(("w6", M), ("significant_swelling", "one_sign_with_event"), False, False, id="three-cm"),
    pytest.param(("leg_swelling", "bmi_30"), ("sign_with_risk",), False, False, id="sign-and-weak-risk"),
    pytest.param(("leg_swelling", "bmi_30", M), ("sign_with_risk",), False, False, id="sign-and-weak-risk-and-event"),
    pytest.param(("leg_hot", "travel_4h"), ("sign_with_risk",), False, False, id="sign-and-strong-risk"),
    pytest.param(
        ("swelling_after_24h", "leg_swelling", M),
        ("swelling_not_explained", "one_sign_with_event"),
        False,
        False,
        id="late-swelling",
    ),
    pytest.param(("travel_4h",), ("strong_risk",), False, False, id="strong-risk"),
    pytest.param(("travel_4h", M), ("strong_risk",), False, False, id="strong-risk-with-event"),
    pytest.param(("bmi_30", "family_clot"), ("weak_risks",), False, False, id="two-weak-risks"),
    pytest.param(("bmi_30", "family_clot", M), ("weak_risk_with_event",), True, True, id="two-weak-with-event"),
    pytest.param(("bmi_30",), ("one_weak_risk",), True, False, id="one-weak-risk"),
    pytest.param(("bmi_30", M), ("weak_risk_with_event",), True, True, id="one-weak-with-event"),
    pytest.param(("direct_blow",), (), False, False, id="a-blow-alone-is-no-risk"),
    pytest.param(("direct_blow", "direct_blow_growing"), ("one_weak_risk",), True, False, id="a-blow-that-grows"),
    pytest.param(("leg_colour",), ("one_sign",), False, False, id="one-sign"),
    pytest.param(("leg_colour", M), ("one_sign_with_event",), True, False, id="one-sign-with-event"),
    pytest.param(("calf_pain_recurs",), ("recurrence",), True, False, id="recurrence"),
    pytest.param(("calf_pain_recurs", "travel_4h"), ("strong_risk", "recurrence"), False, False, id="recurs-and-risk"),
    pytest.param(("calf_pain_recurs", "w4"), ("one_sign", "recurrence"), False, False, id="recurs-with-a-sign"),
]


@pytest.mark.parametrize(("present", "rows", "signable", "hold"), TABLE)
def test_the_rows_that_fire(present, rows, signable, hold):
    result = judged(*present)

    assert set(result.dvt.rows) == set(rows)
    assert (result.dvt.may_be_signed, result.d_hold) == (signable, hold)
    assert result.level is (D if rows else R)
    assert result.complete
    assert result.massage_lock == bool(rows)


@pytest.mark.parametrize(("present", "rows", "signable", "hold"), TABLE)
def test_a_signature_opens_only_the_rows_that_accept_it(present, rows, signable, hold):
    result = judged(*present, sign_offs=(signed("RF-DVT"),))

    assert result.level is (R if signable or not rows else D)
    assert result.massage_lock == bool(rows)


@pytest.mark.parametrize("risk", STRONG)
@pytest.mark.parametrize("event", [(), (M,)], ids=["no-event", "event"])
def test_any_strong_risk_is_same_day_and_takes_no_signature(risk, event):
    assert judged(risk, *event, sign_offs=(signed("RF-DVT"),)).level is D


@pytest.mark.parametrize("risk", WEAK)
def test_one_weak_risk_waits_for_a_signature_unless_the_clinic_is_strict(risk):
    signature = (signed("RF-DVT"),)
    assert judged(risk).items[0].awaiting == "signature"
    assert judged(risk, sign_offs=signature).level is R
    assert judged(risk, sign_offs=signature, settings=STRICT).level is D
    assert judged(risk, M, sign_offs=signature, settings=STRICT).level is D


@pytest.mark.parametrize("sign", SIGN)
def test_each_sign_counts_once(sign):
    assert judged(sign, M).dvt.rows == ("one_sign_with_event",)


@pytest.mark.parametrize(
    "signature",
    [
        signed("RF-DVT", by=" "),
        signed("RF-DVT", reason=""),
        signed("RF-DVT", on=""),
        signed("RF-DVT", kind="may_load"),
        signed("RF-PE"),
    ],
    ids=["no-name", "no-reason", "no-day", "another-kind", "another-item"],
)
def test_a_signature_needs_name_reason_kind_and_item(signature):
    assert judged("bmi_30", sign_offs=(signature,)).level is D


@pytest.mark.parametrize("code", [f"w{number}" for number in range(1, 10)])
def test_signing_needs_every_wells_item(code):
    result = judged("bmi_30", silent=(code,), sign_offs=(signed("RF-DVT"),))
    assert (result.level, result.dvt.may_be_signed) == (D, False)


@pytest.mark.parametrize("code", ["w4", "w5", "w6", "w7", "w8"])
def test_a_recurrence_is_signed_only_after_w4_to_w8_are_absent(code):
    assert not judged("calf_pain_recurs", silent=(code,)).dvt.may_be_signed
    assert not judged("calf_pain_recurs", code).dvt.may_be_signed


@pytest.mark.parametrize(
    "patient",
    [
        replace(RUNNER, age_years=17),
        replace(WOMAN, pregnant=UNKNOWN),
        replace(RUNNER, age_years=None),
        replace(WOMAN, postpartum_days=42),
    ],
    ids=["under-18", "pregnancy-unknown", "age-unknown", "after-birth"],
)
@pytest.mark.parametrize("present", [("bmi_30",), ("bmi_30", M), ("leg_hot", M), ("calf_pain_recurs",)])
def test_where_wells_does_not_hold_nothing_can_be_signed(patient, present):
    result = judged(*present, patient=patient, sign_offs=(signed("RF-DVT"),))
    assert (result.level, result.dvt.may_be_signed) == (D, False)


@pytest.mark.parametrize(
    ("patient", "level"),
    [
        (replace(RUNNER, age_years=60), R),
        (replace(RUNNER, age_years=61), D),
        (replace(WOMAN, pregnant=YES), D),
        (replace(WOMAN, postpartum_days=42), D),
        (replace(WOMAN, postpartum_days=43), R),
    ],
    ids=["60", "61", "pregnant", "42-days", "43-days"],
)
def test_age_pregnancy_and_birth_are_risks(patient, level):
    assert judged(patient=patient).level is level


@pytest.mark.parametrize(
    ("left", "right", "present", "rows"),
    [
        pytest.param(38.9, 38.0, (), (), id="0.9-is-nothing"),
        pytest.param(39.0, 38.0, (), ("one_sign",), id="1.0-is-a-sign"),
        pytest.param(39.0, 38.0, (M,), ("one_sign_with_event",), id="1.0-with-event"),
        pytest.param(39.9, 38.0, ("girth_old_known",), (), id="1.9-old-and-known"),
        pytest.param(39.9, 38.0, ("girth_old_known", "leg_swelling"), ("one_sign",), id="1.9-known-but-swollen"),
        pytest.param(40.0, 38.0, ("girth_old_known",), ("one_sign",), id="2.0-is-always-a-sign"),
        pytest.param(40.9, 38.0, ("leg_swelling",), ("one_sign",), id="swelling-is-one-group"),
        pytest.param(41.0, 38.0, (), ("significant_swelling", "one_sign"), id="3.0-is-significant"),
        pytest.param(38.0, 41.0, (), (), id="the-other-leg-is-larger"),
    ],
)
def test_the_girth_rule(left, right, present, rows):
    result = judged(*present, measurements=girth(left, right))
    assert set(result.dvt.rows) == set(rows)


def test_an_asymmetry_is_old_only_with_visible_swelling_recorded_absent():
    result = judged("girth_old_known", silent=("leg_swelling",), measurements=girth(39.5, 38.0))
    assert "swelling" in result.dvt.signs


@pytest.mark.parametrize(
    ("side", "difference"),
    [(Side.LEFT, -1.5), (Side.RIGHT, 1.5), (Side.BOTH, 1.5), (None, 1.5)],
    ids=["left", "right", "both", "unknown"],
)
def test_the_girth_difference_is_symptomatic_minus_other(side, difference):
    case = a_case(measurements=girth(38.0, 39.5), patient=replace(RUNNER, side=side))
    assert girth_difference(case) == difference


def test_silence_about_the_lists_holds_and_is_never_clear():
    result = judged(silent=("leg_hot", "travel_4h"))
    assert (result.level, result.d_hold, result.complete) == (D, True, False)
    assert set(result.missing) == {"leg_hot", "travel_4h"}


def test_a_combination_that_no_row_names_is_same_day():
    table = knowledge().clot
    only = replace(table, rows=tuple(row for row in table.rows if row.code == UNNAMED))
    result = clot_suspicion(a_case("w4").answers, None, judged("w4").wells, only, strict=False)
    assert (result.rows, result.suspected, result.may_be_signed) == ((UNNAMED,), True, False)


def test_an_emergency_of_the_lung_wins_over_the_clot():
    result = judged("pe_breathless", "leg_hot", "w7")
    assert result.level is Level.E
    assert [item.row for item in result.items] == ["RF-PE", "RF-DVT"]


@pytest.mark.parametrize(
    ("present", "offs", "tests", "needs"),
    [
        pytest.param(("bmi_30",), (), None, "tests", id="open"),
        pytest.param(("bmi_30",), (signed("RF-DVT"),), None, "reason", id="signed-weak-risk"),
        pytest.param(("bmi_30",), (signed("RF-DVT"), signed("RF-DVT", "released")), None, "nothing", id="with-reason"),
        pytest.param(("travel_4h",), (signed("RF-DVT", "released"),), None, "tests", id="strong-risk-needs-tests"),
        pytest.param(("travel_4h",), (), "negative", "nothing", id="strong-risk-tested"),
        pytest.param((), (), None, "nothing", id="clear"),
    ],
)
def test_what_massage_waits_for(present, offs, tests, needs):
    outcomes = (outcome("RF-DVT", d_dimer=tests),) if tests else ()
    result = judged(*present, sign_offs=offs, outcomes=outcomes)
    assert (result.dvt.massage_needs, result.massage_lock) == (needs, needs != "nothing")


def test_a_signed_weak_risk_opens_exercise_and_keeps_what_the_clot_forbids():
    result = judged("bmi_30", sign_offs=(signed("RF-DVT"),))
    assert not result.exercise_lock
    assert result.contra_words >= {"massage", "stretching_under_load", "compression_sleeve"}
    assert "exercise_plan" not in result.contra_words


def test_the_same_case_gives_the_same_answer():
    case = a_case("bmi_30", "leg_hot", measurements=girth(40.0, 38.0))
    assert safety(case, tables()) == safety(case, tables())
