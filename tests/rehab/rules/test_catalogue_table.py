"""Sections 5 and 6 a second time, by hand: what each exercise covers, needs and fears, and how the choice is fixed.

The doses of every level stand in ``tests/test_knowledge.py``.
"""

import pytest

from rehab.knowledge import rehab_knowledge
from rehab.rules.catalogue import NO_GATES, Gates

# cover | evidence, "seed" where a seed article names it, "spine" for a high load of the spine | contraindications
# (@ from which level, % from which week of a pregnancy) | equipment by level, always-there things left out
EXERCISES = {
    "BIRD_DOG": ("core_ext:2 core_rot:2 hip_ext:1", "3 seed", "wrist_knee_kneeling_pain radiculopathy_worsening", ""),
    "DEAD_BUG": ("core_flex:2 core_rot:2", "2 seed", "pregnant%14 abdominal_hernia back_pain_in_flexion", ""),
    "LEWIT": ("core_flex:1", "1 seed", "dizziness raised_bp_symptoms recent_abdominal_surgery", ""),
    "BARBELL_HIP_THRUST": (
        "hip_ext:2",
        "3 seed",
        "acute_back_pain abdominal_hernia pregnant@4 pelvic_pain",
        "4:barbell 5:barbell 6:barbell",
    ),
    "SUPERMAN": (
        "core_ext:2 hip_ext:1",
        "1 seed spine",
        "low_back_pain_now slr_positive slump_positive spondylolysis_stenosis pregnant",
        "",
    ),
    "SL_GLUTE_BRIDGE": ("hip_ext:2 core_rot:1", "3 seed", "", ""),
    "CURL_UP": ("core_flex:2", "3", "osteoporosis neck_pain", ""),
    "FRONT_PLANK": ("core_flex:2", "2", "shoulder_pain hypertension_uncontrolled", ""),
    "SIDE_PLANK": ("core_lat:2 hip_abd:1", "3", "shoulder_pain@2", ""),
    "PALLOF_PRESS": ("core_rot:2", "1", "", "1:band 2:band 3:band 4:band 5:band 6:band"),
    "CLAMSHELL": ("hip_er:2 hip_abd:1", "2", "", "3:band 4:band"),
    "SIDE_LYING_HIP_ABD": ("hip_abd:2", "3", "", "5:band"),
    "LATERAL_BAND_WALK": ("hip_abd:2 hip_er:2", "2", "", "1:band 2:band 3:band 4:band 5:band"),
    "SINGLE_LEG_STEP_DOWN": ("sls:2 hip_abd:1 hip_ext:1", "2", "", "2:step 3:step 4:step 5:step"),
    "HIP_FLEXOR_STRETCH": ("hip_flexor_len:2", "2 seed", "knee_pain@2 anterior_hip_pain", ""),
    "CALF_ISOMETRIC": ("gastroc_str:1 soleus_str:1", "2", "", ""),
    "BENT_KNEE_HEEL_RAISE": ("soleus_str:2 gastroc_str:1", "3", "", ""),
    "STANDING_HEEL_RAISE": ("gastroc_str:2 soleus_str:1", "3", "", "2:step 5:step"),
    "CALF_ECCENTRIC": (
        "gastroc_str:2 soleus_str:2",
        "3",
        "insertional_tendon_pain@2 calf_strain_under_2_weeks",
        "2:step 3:step 4:step 5:step 6:step",
    ),
    "CALF_LOADED_POWER": ("gastroc_str:1 soleus_str:1", "2", "", ""),
    "PLYO_LADDER": ("", "2", "", ""),
    "SKIPPING_DRILLS": ("gait_cadence:1", "2", "", "1:rope 4:rope"),
    "GASTROC_STRETCH": ("gastroc_len:2", "3 seed", "hypermobile", "4:step"),
    "SOLEUS_STRETCH": ("soleus_len:2", "3 seed", "hypermobile", "4:step"),
    "BAND_ANKLE_MOB": ("ankle_df:2", "2 seed", "ankle_instability_acute", "1:band 2:band 3:band 4:band 5:band"),
    "KNEE_TO_WALL_MOB": ("ankle_df:2", "1", "", ""),
    "TP_BALL_RELEASE": (
        "trigger_point:2",
        "1 seed",
        "anticoagulant bleeding_disorder bruise_visible skin_infection_or_wound neuropathy pregnant postpartum_6w "
        "vein_on_point",
        "",
    ),
    "FOAM_ROLL": (
        "",
        "2 seed",
        "anticoagulant bleeding_disorder bruise_visible skin_infection_or_wound neuropathy pregnant postpartum_6w",
        "",
    ),
    "SHORT_FOOT": ("foot_arch:2", "3", "", ""),
    "CADENCE_DRILL": ("gait_cadence:2", "3 seed", "", ""),
    "WALK_RUN": ("", "0", "", ""),
    "CROSS_TRAIN": ("", "0", "cross_training_pain", ""),
}
CALF_GATE = {
    "closed_causes": frozenset({"ACHILLES_RUPTURE", "ACS", "DVT", "BSI"}),
    "from_onset_days": 2,
    "gait_attempted": True,
}
STRETCH_GATE = {
    "closed_causes": frozenset({"ACHILLES_RUPTURE", "DVT"}),
    "strain_closed_hours": 72,
    "strain_grades_closed": (2, 3),
    "strain_grade_pain_limit_nprs": 2,
}
GATES = {
    "BARBELL_HIP_THRUST": {"closed_causes": frozenset({"DVT"})},
    "CALF_ISOMETRIC": CALF_GATE,
    "BENT_KNEE_HEEL_RAISE": CALF_GATE | {"unreleased_max_level": (("PCS", 4),)},
    "STANDING_HEEL_RAISE": CALF_GATE | {"unreleased_max_level": (("PCS", 5),)},
    "CALF_ECCENTRIC": CALF_GATE | {"only_causes": frozenset({"ACHILLES_TENDINOPATHY"})},
    "CALF_LOADED_POWER": CALF_GATE
    | {
        "needs_levels": (("BENT_KNEE_HEEL_RAISE", 4), ("STANDING_HEEL_RAISE", 4)),
        "unreleased_max_level": (("PCS", 0),),
    },
    "PLYO_LADDER": CALF_GATE
    | {
        "min_single_raises": 20,
        "min_raise_symmetry_percent": 90,
        "max_walk_pain_nprs": 1,
        "unreleased_max_level": (("PCS", 0),),
    },
    "SKIPPING_DRILLS": CALF_GATE | {"needs_levels": (("PLYO_LADDER", 2),)},
    "GASTROC_STRETCH": STRETCH_GATE,
    "SOLEUS_STRETCH": STRETCH_GATE,
    "BAND_ANKLE_MOB": {"closed_causes": frozenset({"FRACTURE", "BSI", "DVT"})},
    "TP_BALL_RELEASE": {"as_treatment": "BALL_RELEASE", "strain_closed_hours": 72},
    "FOAM_ROLL": {"as_treatment": "ROLLER_RELEASE", "strain_closed_hours": 72},
    "CADENCE_DRILL": {"running_from_level": 2},
    "WALK_RUN": {"running_from_level": 1},
}
FIRST_EQUIPMENT = {
    "BIRD_DOG": {"mat"},
    "DEAD_BUG": {"mat"},
    "LEWIT": {"wall"},
    "BARBELL_HIP_THRUST": {"bench"},
    "SUPERMAN": {"mat"},
    "SL_GLUTE_BRIDGE": {"mat"},
    "PALLOF_PRESS": {"band"},
    "LATERAL_BAND_WALK": {"band"},
    "SINGLE_LEG_STEP_DOWN": {"step"},
    "BAND_ANKLE_MOB": {"band"},
    "TP_BALL_RELEASE": {"ball"},
    "FOAM_ROLL": {"roller"},
}


def contraindication_words(exercise):
    """Return the contraindications of an exercise in the notation of the table above."""
    for found in exercise.contraindications:
        level = f"@{found.from_level}" if found.from_level > 1 else ""
        week = f"%{found.from_gestation_weeks}" if found.from_gestation_weeks else ""
        yield f"{found.code}{level}{week}"


@pytest.mark.parametrize("code", EXERCISES)
def test_every_exercise_covers_needs_and_fears_what_the_library_says(code):
    known = rehab_knowledge()
    exercise, there = known.exercises[code], known.mapping.always_there
    cover, rank, contraindications, equipment = EXERCISES[code]

    assert {f"{need}:{weight}" for need, weight in exercise.cover.items()} == set(cover.split())
    flags = [str(exercise.evidence), "seed" * exercise.seed_named, "spine" * exercise.high_spine_load]
    assert " ".join(filter(None, flags)) == rank
    assert set(contraindication_words(exercise)) == set(contraindications.split())
    by_level = {f"{level.number}:{thing}" for level in exercise.levels for thing in level.equipment - there}
    assert by_level == set(equipment.split())
    assert exercise.equipment == FIRST_EQUIPMENT.get(code, set())


@pytest.mark.parametrize("code", EXERCISES)
def test_every_gate_is_that_of_the_library(code):
    found = rehab_knowledge().exercises[code].gates

    if code not in GATES:
        assert found is NO_GATES
    else:
        assert found == Gates(**GATES[code], source=found.source, mark=found.mark)


def test_a_scan_or_a_failed_length_lifts_only_the_contraindications_that_say_so():
    known = rehab_knowledge().exercises
    scanned = {
        (e.code, c.code) for e in known.values() for c in e.contraindications if c.unless_clot_excluded_by_imaging
    }
    failed = {(e.code, c.code): c.unless_failed for e in known.values() for c in e.contraindications if c.unless_failed}

    rollers = ("TP_BALL_RELEASE", "FOAM_ROLL")
    assert scanned == {(code, fact) for code in rollers for fact in ("pregnant", "postpartum_6w")}
    lengths = {"gastroc_len", "soleus_len", "ankle_df"}
    assert failed == {("GASTROC_STRETCH", "hypermobile"): lengths, ("SOLEUS_STRETCH", "hypermobile"): lengths}


def test_the_progress_rules_follow_the_kind_of_exercise():
    known = rehab_knowledge().exercises
    impact = {"PLYO_LADDER", "SKIPPING_DRILLS", "CADENCE_DRILL", "WALK_RUN"}
    length = {"HIP_FLEXOR_STRETCH", "GASTROC_STRETCH", "SOLEUS_STRETCH"}
    add_ons = {"CALF_ISOMETRIC", "CALF_LOADED_POWER", "PLYO_LADDER", "SKIPPING_DRILLS", "FOAM_ROLL", "WALK_RUN"}

    assert {code for code, e in known.items() if e.impact} == impact
    assert {code for code, e in known.items() if (e.progress_rule, e.regress_rule) == ("PR-B", "RG-B")} == impact
    assert {code for code, e in known.items() if e.progress_rule == "PR-F"} == length
    assert {e.regress_rule for code, e in known.items() if code not in impact} == {"RG-A"}
    assert {code for code, e in known.items() if e.add_on} == add_ons | {"CROSS_TRAIN"}


def test_the_fixed_points_of_the_choice_are_those_of_the_algorithm():
    table = rehab_knowledge().mapping

    assert table.core_needs == {"core_flex", "core_ext", "core_lat", "core_rot"}
    assert (table.session_cap, table.cap_order) == (8, ("forced", "core", "calf", "rest"))
    assert table.strain_causes == {"SOLEUS", "GASTROC", "PLANTARIS"}
    assert table.default_strain_exercises == ("BENT_KNEE_HEEL_RAISE", "STANDING_HEEL_RAISE")
    assert table.default_strain_grades == {1, 2}
    assert (table.overstride_fact, table.overstride_exercise) == ("overstride", "CADENCE_DRILL")
    assert table.always_there == {"mat", "wall", "chair", "bench"}
    assert set(table.equipment) == table.always_there | {"band", "barbell", "step", "ball", "roller", "rope"}


def test_forced_rules_substitutions_and_elephants_are_those_of_the_algorithm():
    table = rehab_knowledge().mapping

    assert [(set(rule.causes), set(rule.needs), rule.exercises, set(rule.covers)) for rule in table.forced] == [
        ({"PCS"}, set(), ("LEWIT", "BARBELL_HIP_THRUST", "SUPERMAN"), set()),
        (set(), {"hip_ext", "hip_flexor_len"}, ("SL_GLUTE_BRIDGE",), {"hip_ext"}),
        (set(), {"hip_flexor_len"}, ("HIP_FLEXOR_STRETCH",), {"hip_flexor_len"}),
    ]
    assert {code: (sub.substitute, sub.max_level) for code, sub in table.substitutions.items()} == {
        "SUPERMAN": ("BIRD_DOG", None),
        "BARBELL_HIP_THRUST": ("SL_GLUTE_BRIDGE", None),
        "SL_GLUTE_BRIDGE": ("BARBELL_HIP_THRUST", 2),
        "LEWIT": ("DEAD_BUG", 1),
        "HIP_FLEXOR_STRETCH": ("HIP_FLEXOR_STRETCH", 1),
    }
    assert [(found.fact, found.answer) for found in table.elephants] == [
        ("flat_feet", "present"),
        ("hypermobile", "absent"),
        ("core_training_3x15", "absent"),
    ]


def test_start_levels_and_add_ons_are_those_of_the_algorithm():
    table = rehab_knowledge().mapping
    graded = {rule.grade: rule.level for rule in table.start if rule.grade is not None}
    calf = {
        (rule.test, rule.exercises): (rule.pain_above_nprs, rule.pain_up_to_nprs, rule.min_repetitions, rule.level)
        for rule in table.start
        if rule.test
    }

    assert graded == {0: 1, 1: 2, 2: 3}
    assert calf == {
        ("RAISE_PAIN_DOUBLE", ("CALF_ISOMETRIC",)): (3, None, None, 1),
        ("RAISE_PAIN_DOUBLE", ("BENT_KNEE_HEEL_RAISE", "STANDING_HEEL_RAISE")): (None, 3, None, 1),
        ("RAISE_PAIN_STRAIGHT", ("STANDING_HEEL_RAISE",)): (None, 3, 5, 4),
        ("RAISE_PAIN_BENT", ("BENT_KNEE_HEEL_RAISE",)): (None, 3, 5, 4),
    }
    assert {
        rule.exercise: (set(rule.causes), rule.from_onset_days, rule.to_onset_days, rule.by_running_gates)
        for rule in table.add_ons
    } == {
        "CALF_ISOMETRIC": ({"SOLEUS", "GASTROC", "PLANTARIS"}, 2, 14, False),
        "PLYO_LADDER": (set(), None, None, True),
        "SKIPPING_DRILLS": (set(), None, None, True),
        "FOAM_ROLL": (set(), None, None, False),
        "WALK_RUN": (set(), None, None, True),
        "CROSS_TRAIN": (set(), None, None, False),
    }


def test_every_question_is_asked_where_its_answer_is_needed():
    known = rehab_knowledge()
    by_exercise = {c.code for e in known.exercises.values() for c in e.contraindications} | {"gait_not_attempted"}
    by_treatment = {"raynaud_or_cold_allergy", "injection_allergy", "nsaid_risk"}

    assert set(known.questions) == by_exercise | by_treatment
