"""The worked examples of 6.3 as a stranger writes them: plain JSON in, exact codes out, for several kinds of runner."""

import json

import pytest

from rehab.casefile import read_case
from rehab.management.codebook import vocabulary
from rehab.management.commands.decide import decision, parsed
from tests.rehab.worked import MAY_LOAD

ALL = ["band", "barbell", "step", "ball"]
RUNNERS = {
    "woman": {"age_years": 34, "sex": "female", "pregnant": "absent", "side": "left", "onset_days": 21},
    "man whose pregnancy nobody asked": {"age_years": 34, "sex": "male", "side": "right", "onset_days": 21},
    "man of 52": {"age_years": 52, "sex": "male", "pregnant": "absent", "side": "both", "onset_days": 21},
    "other": {"age_years": 24, "sex": "other", "pregnant": "absent", "side": "left", "onset_days": 21},
}
HEEL = ["BENT_KNEE_HEEL_RAISE", "STANDING_HEEL_RAISE"]
PCS_THREE = ["LEWIT", "BARBELL_HIP_THRUST", "SUPERMAN"]
EVERYTHING = "core_flex core_ext core_rot_left core_lat_left hip_ext hip_flexor_len soleus_str soleus_len"
SEVEN = "BIRD_DOG DEAD_BUG SL_GLUTE_BRIDGE SIDE_PLANK HIP_FLEXOR_STRETCH BENT_KNEE_HEEL_RAISE SOLEUS_STRETCH"
# (row, failed, what else differs, exercises)
ROWS = [
    ("1", "core_rot_left core_ext", {}, ["BIRD_DOG"]),
    ("2", "core_flex core_rot_right", {}, ["DEAD_BUG"]),
    ("3", "", {"diagnosis": "PCS"}, PCS_THREE),
    ("4", "hip_ext", {}, ["SL_GLUTE_BRIDGE"]),
    ("5", "hip_flexor_len", {}, ["SL_GLUTE_BRIDGE", "HIP_FLEXOR_STRETCH"]),
    ("6", "core_flex core_ext core_rot_left", {}, ["BIRD_DOG", "DEAD_BUG"]),
    ("7", "core_ext core_rot_left core_rot_right core_lat_right", {}, ["BIRD_DOG", "SIDE_PLANK"]),
    ("8", "core_flex core_ext", {}, ["BIRD_DOG", "CURL_UP"]),
    ("9a", "core_rot_left", {"equipment": ["band"]}, ["PALLOF_PRESS"]),
    ("9b", "core_rot_left", {"equipment": []}, ["BIRD_DOG"]),
    ("9b without the key", "core_rot_left", {"equipment": None}, ["BIRD_DOG"]),
    ("10", "core_ext", {}, ["BIRD_DOG"]),
    ("10b blocked", "core_ext", {"blocked": ["BIRD_DOG"]}, ["SUPERMAN"]),
    ("10b pain", "core_ext", {"findings": {"*": "absent", "wrist_knee_kneeling_pain": "present"}}, ["SUPERMAN"]),
    ("11", "core_ext core_rot_left", {"diagnosis": "PCS"}, ["BIRD_DOG", *PCS_THREE]),
    ("12 soleus", "gastroc_str soleus_str gastroc_len", {}, [*HEEL, "GASTROC_STRETCH"]),
    ("12 gastroc", "gastroc_str soleus_str gastroc_len", {"diagnosis": "GASTROC"}, [*HEEL, "GASTROC_STRETCH"]),
    ("13", "gastroc_str soleus_str", {"diagnosis": "ACHILLES_TENDINOPATHY"}, ["CALF_ECCENTRIC"]),
    ("14a", "hip_abd hip_er", {"equipment": ["band"]}, ["LATERAL_BAND_WALK"]),
    ("14b", "hip_abd hip_er", {"equipment": []}, ["CLAMSHELL", "SIDE_LYING_HIP_ABD"]),
    ("15", "ankle_df soleus_len", {}, ["SOLEUS_STRETCH", "BAND_ANKLE_MOB"]),
    ("16", EVERYTHING, {}, SEVEN.split()),
    ("18", "core_lat_left hip_abd", {}, ["SIDE_PLANK", "SIDE_LYING_HIP_ABD"]),
    ("19", "core_lat_left core_rot_left", {"equipment": ["band"]}, ["SIDE_PLANK", "PALLOF_PRESS"]),
    ("19 with everything", "core_lat_left core_rot_left", {}, ["SIDE_PLANK", "PALLOF_PRESS"]),
    ("20", "foot_arch gait_cadence", {}, ["SHORT_FOOT", "CADENCE_DRILL"]),
    ("21", "sls ankle_df", {"equipment": []}, ["KNEE_TO_WALL_MOB"]),
]


def decided(patient, failed, **changes):
    """Return the command's answer for a plain JSON text; a change of None leaves the key out."""
    case = {
        "patient": patient,
        "screening": {"*": "absent"},
        "wells": {"*": "absent"},
        "findings": {"*": "absent"},
        "failed": failed.split(),
        "diagnosis": "SOLEUS",
        "equipment": ALL,
        **changes,
    }
    text = json.dumps({key: value for key, value in case.items() if value is not None})
    return decision(read_case(parsed(text), vocabulary()))


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize(("row", "failed", "changes", "exercises"), ROWS, ids=[row for row, *_ in ROWS])
def test_a_worked_example_written_as_json(row, failed, changes, exercises, runner):
    plan = decided(RUNNERS[runner], failed, **changes)["plan"]

    assert [item["code"] for item in plan["exercises"]] == exercises
    assert (plan["status"], plan["ask_first"], plan["dropped"], plan["next_block"]) == ("plan", [], [], [])
    assert plan["uncovered"] == (["sls"] if row == "21" else [])


@pytest.mark.parametrize("failed", ["", "core_ext core_rot_left"])
def test_a_compartment_syndrome_needs_may_load_only_where_its_item_is_open(failed):
    story = {"*": "absent", "cecs_same_time": "present", "cecs_eases": "present"}
    runner = RUNNERS["woman"]

    closed = decided(runner, failed, diagnosis="PCS", screening=story)["plan"]
    opened = decided(runner, failed, diagnosis="PCS", screening=story, sign_offs=[MAY_LOAD])["plan"]

    assert (closed["status"], closed["exercises"]) == ("no_plan", [])
    assert [item["code"] for item in opened["exercises"]][-3:] == PCS_THREE


@pytest.mark.parametrize("answer", ["leg_hot", "cannot_push_off", "dark_urine", "inf_fever", "acs_rest_as_bad"])
def test_worked_example_17_no_plan_with_an_open_item_of_level_d_or_e(answer):
    found = decided(RUNNERS["woman"], "core_ext core_rot_left", screening={"*": "absent", answer: "present"})

    assert found["triage"]["level"] in ("D", "E")
    assert (found["plan"]["status"], found["plan"]["exercises"], found["plan"]["add_ons"]) == ("no_plan", [], [])
    assert found["plan"]["reasons"]


def test_without_an_answer_about_contraindications_every_exercise_waits_and_asks():
    plan = decided(RUNNERS["woman"], "core_ext core_rot_left", findings=None)["plan"]

    assert (plan["status"], plan["exercises"]) == ("plan", [])
    assert {"question": "wrist_knee_kneeling_pain", "frees": ["BIRD_DOG"]} in plan["ask_first"]


def test_the_wildcard_of_the_screening_speaks_for_wells_only_where_wells_is_left_out():
    runner = RUNNERS["woman"]

    assert decided(runner, "core_ext", wells=None)["plan"]["status"] == "plan"
    assert decided(runner, "core_ext", wells={"w1": "absent"})["plan"]["status"] == "no_plan"
