"""What the seed statements ask for, as behaviour: each test goes red when its statement is no longer kept."""

from dataclasses import fields

import pytest

from clinic.forms import Intake
from clinic.terms import CaseFacts
from rehab.knowledge import rehab_knowledge
from rehab.rules.catalogue import Verdict
from tests.rehab.worked import PCS, codes, decided, plan_of, treatments_of
from triage.forms.examination import finding_groups
from triage.knowledge import triage_knowledge

SOLEUS_PICTURE = ("dull_ache", "deep_cramp", "stop_and_limp", "pain_downstairs", "deep_ache_mid_low_calf")
PCS_PICTURE = ("cecs_same_time", "cecs_eases", "pressure_fullness", "cecs_tingling", "lingers_5_min")
COUNTED = {"shoes_poor_fit"}  # for compartment syndrome (3.2)
WITHOUT_A_CAUSE = ("pain_while_running", *sorted(set(triage_knowledge().causes.contributors) - COUNTED))
ELEPHANTS = ["flat_feet", "hypermobile", "core_training"]
SEED_TREATMENTS = [
    *("ART", "DEEP_MASSAGE", "BAND_ANKLE", "STEROID_INJECTION", "TOOL_MOBILISATION", "PROLOTHERAPY"),
    *("CHIRO_ADJUSTMENT", "CHIRO_MOBILISATION", "BALL_RELEASE", "ROLLER_RELEASE"),
]
SEED_TREATMENTS_OF_PCS = [
    *("ART", "DEEP_MASSAGE", "TOOL_MOBILISATION", "BAND_ANKLE", "PROLOTHERAPY"),
    *("CHIRO_ADJUSTMENT", "CHIRO_MOBILISATION"),
]


def ranking(**changes):
    """Return the scores of the shown causes, in their order."""
    triage, _ = decided(**changes)
    return {cause.code: cause.score for cause in triage.causes.causes}


@pytest.mark.parametrize(
    ("cause", "changes"),
    [
        ("SOLEUS", {"findings": dict.fromkeys(SOLEUS_PICTURE, "present")}),
        ("PCS", {"findings": dict.fromkeys(PCS_PICTURE, "present")}),
        ("DVT", {"findings": dict.fromkeys(SOLEUS_PICTURE, "present"), "screening": {"leg_hot": "present"}}),
    ],
)
def test_the_three_causes_to_consider_first_come_first_with_their_own_picture(cause, changes):
    assert next(iter(ranking(**changes))) == cause


@pytest.mark.parametrize("code", WITHOUT_A_CAUSE)
def test_what_is_common_or_only_opinion_is_asked_and_speaks_for_no_cause(code):
    asked = {row.code for group in finding_groups() for row in group.rows}

    assert code in asked
    assert ranking(findings={code: "present"}) == ranking()


def test_the_core_is_tested_in_three_planes_and_six_motions():
    tests = triage_knowledge().tests.values()
    fed = {need if need in ("core_flex", "core_ext") else f"{need}_{side}"
           for test in tests for need in test.needs if need.startswith("core_") for side in test.sides}  # fmt: skip

    assert fed == {
        *("core_flex", "core_ext", "core_lat_left", "core_lat_right", "core_rot_left", "core_rot_right"),
    }


def test_the_elephant_questions_are_asked_at_intake_in_their_order():
    asked = [name for name in Intake.base_fields if name in ELEPHANTS]
    contributors = [(found.fact, found.answer) for found in rehab_knowledge().mapping.elephants]

    assert asked == ELEPHANTS
    assert contributors == [("flat_feet", "present"), ("hypermobile", "absent"), ("core_training_3x15", "absent")]


@pytest.mark.parametrize("code", SEED_TREATMENTS)
def test_a_seed_treatment_is_offered_only_behind_its_gate(code):
    assert treatments_of()[code].verdict is Verdict.OK
    assert treatments_of(screening={"leg_hot": "not_assessed"})[code].verdict is Verdict.FORBIDDEN
    assert treatments_of(screening={"leg_hot": "present"})[code].verdict is Verdict.FORBIDDEN


def test_compartment_syndrome_is_offered_its_own_list_and_no_injection():
    found = treatments_of(**PCS)

    assert {code: found[code].verdict for code in SEED_TREATMENTS_OF_PCS} == dict.fromkeys(
        SEED_TREATMENTS_OF_PCS, Verdict.OK
    )
    assert found["STEROID_INJECTION"].verdict is Verdict.REASON_NEEDED
    assert rehab_knowledge().treatments["STEROID_INJECTION"].offered_for == ("SOLEUS",)


def test_pain_relief_closes_no_need():
    failed = ["core_ext", "soleus_str"]
    eased = [
        {
            "test": "RAISE_PAIN_BENT",
            "side": "left",
            "value": 0,
            "unit": triage_knowledge().tests["RAISE_PAIN_BENT"].unit,
        }
    ]

    assert set(decided(failed=failed, measurements=eased)[0].needs) >= set(failed)
    assert not [part.name for part in fields(CaseFacts) if "treat" in part.name]


def test_an_ankle_that_fails_straight_and_bent_stretches_both_calf_muscles():
    readings = [("WBLT_STRAIGHT", 15, None), ("WBLT_ANGLE", 28, "stretch")]
    lunges = [
        {"test": test, "side": side, "value": value, "unit": "deg", "method": method}
        for test, value, method in readings
        for side in ("left", "right")
    ]

    assert {"GASTROC_STRETCH", "SOLEUS_STRETCH"} <= set(codes(plan_of(measurements=lunges).exercises))


@pytest.mark.parametrize(
    ("code", "need", "knee"), [("GASTROC_STRETCH", "gastroc_len", "straight"), ("SOLEUS_STRETCH", "soleus_len", "bent")]
)
def test_the_knee_decides_which_calf_muscle_is_stretched(code, need, knee):
    assert codes(plan_of(failed=[need]).exercises) == [code]
    assert f"Knee {knee}" in rehab_knowledge().exercises[code].cues.en


def test_a_trigger_point_is_answered_by_the_ball_and_not_by_the_roller():
    with_ball = plan_of(failed=["trigger_point"], equipment=["ball", "roller"])
    with_roller = plan_of(failed=["trigger_point"], equipment=["roller"])

    assert codes(with_ball.exercises) == ["TP_BALL_RELEASE"]
    assert (with_roller.exercises, with_roller.uncovered) == ((), ("trigger_point",))


def test_a_ball_or_a_roller_is_used_on_several_days_a_week():
    for code in ("TP_BALL_RELEASE", "FOAM_ROLL"):
        levels = rehab_knowledge().exercises[code].levels
        assert {(level.dose.times_a_week.low, level.dose.times_a_week.high) for level in levels} == {(3, 4)}


@pytest.mark.parametrize(
    ("findings", "level"),
    [
        ((), "R"),
        (("lingers_5_min",), "R"),
        (("ease_over_30",), "D"),
        (("ease_over_30", "ease_over_60"), "E"),
        (("acs_rest_as_bad",), "E"),
    ],
)
def test_one_clock_holds_after_stopping(findings, level):
    triage, _ = decided(screening=dict.fromkeys(findings, "present"), findings=dict.fromkeys(findings, "present"))
    running = rehab_knowledge().running.back_down["pressure_pcs"].numbers

    assert triage.level == level
    assert dict(running) == {"usual_max_minutes": 30, "emergency_above_minutes": 60}
