"""The choice of exercises: the worked examples row by row, then every rule around them."""

from dataclasses import replace

import pytest

from clinic.terms import Answer, CaseFacts, PatientFacts
from rehab.decision import exercise_verdicts
from rehab.knowledge import rehab_knowledge
from rehab.rules.catalogue import Contraindication, Gates
from rehab.rules.choice import Catalogue
from rehab.rules.cover import cover, rank
from rehab.rules.exercises import choose
from rehab.rules.gates import Situation, Status, opening
from rehab.rules.needs import Failure, base_of
from rehab.rules.start_levels import first_level
from tests.rehab.worked import PCS, codes, decided, facts, plan_of
from triage.decision import triage_decision
from triage.knowledge import triage_knowledge

EXAMPLE_16 = [
    "core_flex",
    "core_ext",
    "core_rot_left",
    "core_lat_left",
    "hip_ext",
    "hip_flexor_len",
    "soleus_str",
    "soleus_len",
]
EXAMPLES = [
    ("1", {"failed": ["core_rot_left", "core_ext"]}, ["BIRD_DOG"]),
    ("2", {"failed": ["core_flex", "core_rot_right"]}, ["DEAD_BUG"]),
    ("3", {**PCS}, ["LEWIT", "BARBELL_HIP_THRUST", "SUPERMAN"]),
    ("4", {"failed": ["hip_ext"]}, ["SL_GLUTE_BRIDGE"]),
    ("5", {"failed": ["hip_flexor_len"]}, ["SL_GLUTE_BRIDGE", "HIP_FLEXOR_STRETCH"]),
    ("6", {"failed": ["core_flex", "core_ext", "core_rot_left"]}, ["BIRD_DOG", "DEAD_BUG"]),
    ("7", {"failed": ["core_ext", "core_rot_left", "core_rot_right", "core_lat_right"]}, ["BIRD_DOG", "SIDE_PLANK"]),
    ("8", {"failed": ["core_flex", "core_ext"]}, ["BIRD_DOG", "CURL_UP"]),
    ("9a", {"failed": ["core_rot_left"], "equipment": ["band"]}, ["PALLOF_PRESS"]),
    ("9b", {"failed": ["core_rot_left"], "equipment": []}, ["BIRD_DOG"]),
    ("10", {"failed": ["core_ext"]}, ["BIRD_DOG"]),
    ("10b", {"failed": ["core_ext"], "blocked": ["BIRD_DOG"]}, ["SUPERMAN"]),
    (
        "11",
        {**PCS, "failed": ["core_ext", "core_rot_left"]},
        ["BIRD_DOG", "LEWIT", "BARBELL_HIP_THRUST", "SUPERMAN"],
    ),
    (
        "12 soleus",
        {"failed": ["gastroc_str", "soleus_str", "gastroc_len"]},
        ["BENT_KNEE_HEEL_RAISE", "STANDING_HEEL_RAISE", "GASTROC_STRETCH"],
    ),
    (
        "12 gastrocnemius",
        {"failed": ["gastroc_str", "soleus_str", "gastroc_len"], "diagnosis": "GASTROC"},
        ["BENT_KNEE_HEEL_RAISE", "STANDING_HEEL_RAISE", "GASTROC_STRETCH"],
    ),
    ("13", {"failed": ["gastroc_str", "soleus_str"], "diagnosis": "ACHILLES_TENDINOPATHY"}, ["CALF_ECCENTRIC"]),
    ("14a", {"failed": ["hip_abd", "hip_er"], "equipment": ["band"]}, ["LATERAL_BAND_WALK"]),
    ("14b", {"failed": ["hip_abd", "hip_er"], "equipment": []}, ["CLAMSHELL", "SIDE_LYING_HIP_ABD"]),
    ("15", {"failed": ["ankle_df", "soleus_len"]}, ["SOLEUS_STRETCH", "BAND_ANKLE_MOB"]),
    (
        "16",
        {"failed": EXAMPLE_16},
        [
            "BIRD_DOG",
            "DEAD_BUG",
            "SL_GLUTE_BRIDGE",
            "SIDE_PLANK",
            "HIP_FLEXOR_STRETCH",
            "BENT_KNEE_HEEL_RAISE",
            "SOLEUS_STRETCH",
        ],
    ),
    ("18", {"failed": ["core_lat_left", "hip_abd"]}, ["SIDE_PLANK", "SIDE_LYING_HIP_ABD"]),
    ("19", {"failed": ["core_lat_left", "core_rot_left"], "equipment": ["band"]}, ["SIDE_PLANK", "PALLOF_PRESS"]),
    ("20", {"failed": ["foot_arch", "gait_cadence"]}, ["SHORT_FOOT", "CADENCE_DRILL"]),
]
RELEASE = {
    "kind": "released",
    "by": "S. Specialist",
    "on": "2026-11-20",
    "reason": "imaged and clear",
    "limits": "easy",
}


@pytest.mark.parametrize(("row", "changes", "exercises"), EXAMPLES, ids=[row for row, _, _ in EXAMPLES])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_worked_example(row, changes, exercises, sex):
    plan = plan_of(**changes, patient={"sex": sex})

    assert (codes(plan.exercises), plan.status) == (exercises, "plan")


def test_worked_example_17_an_open_item_leaves_no_plan():
    plan = plan_of(failed=["core_ext", "core_rot_left"], screening={"leg_hot": "present"})

    assert (plan.status, plan.exercises, plan.add_ons) == ("no_plan", (), ())
    assert [reason.code for reason in plan.reasons]


def test_worked_example_21_a_need_without_its_equipment_is_named():
    plan = plan_of(failed=["sls", "ankle_df"], equipment=[])

    assert codes(plan.exercises) == ["KNEE_TO_WALL_MOB"]
    assert plan.uncovered == ("sls",)
    assert "step" in next(reason.text for reason in plan.reasons if reason.code == "UNCOVERED-sls").lower()


# --- No plan, drafts, defaults -----------------------------------------------------------------


def test_an_incomplete_screening_leaves_no_plan():
    triage, plan = decided(failed=["core_ext"], screening={"leg_hot": "not_assessed"})

    assert (triage.complete, plan.status) == (False, "no_plan")


def test_a_u_item_needs_may_load():
    assert plan_of(**PCS).status == "plan"
    assert plan_of(**{**PCS, "sign_offs": []}).status == "no_plan"


@pytest.mark.parametrize(
    "cause", ["DVT", "PE", "ACS", "ALI", "CES", "ACHILLES_RUPTURE", "INFECTION", "BSI", "PAES", "PAD"]
)
def test_a_diagnosis_that_must_not_be_loaded_needs_a_release(cause):
    assert plan_of(diagnosis=cause, failed=["core_ext"]).status == "no_plan"
    released = plan_of(diagnosis=cause, failed=["core_ext"], sign_offs=[{"item": cause, **RELEASE}])
    assert codes(released.exercises) == ["BIRD_DOG"]


def test_without_a_diagnosis_the_same_exercises_are_a_draft():
    plan = plan_of(failed=["core_ext", "core_rot_left"], diagnosis=None)

    assert (plan.status, codes(plan.exercises)) == ("draft", ["BIRD_DOG"])


def test_a_mild_strain_without_a_failed_test_gets_the_default():
    plan = plan_of()

    assert codes(plan.exercises) == ["BENT_KNEE_HEEL_RAISE", "STANDING_HEEL_RAISE"]
    assert "NONE-FAILED" in [reason.code for reason in plan.reasons]


def test_overstriding_adds_the_cadence_drill_to_the_default():
    assert codes(plan_of(findings={rehab_knowledge().mapping.overstride_fact: "present"}).exercises) == [
        "BENT_KNEE_HEEL_RAISE",
        "STANDING_HEEL_RAISE",
        "CADENCE_DRILL",
    ]


def test_other_diagnoses_have_no_default():
    assert plan_of(diagnosis="MTSS").exercises == ()


@pytest.mark.parametrize(("grade", "count"), [(1, 2), (2, 2), (3, 0), (None, 0)])
def test_the_default_is_for_grades_one_and_two(grade, count):
    known, case = rehab_knowledge(), CaseFacts(diagnosis="SOLEUS", patient=PatientFacts(onset_days=21))
    here = Situation(case)
    openings = {
        code: replace(opening(exercise, here, known.mapping, known.contra), status=Status.OK, ask_first=())
        for code, exercise in known.exercises.items()
    }

    assert len(choose(case, (), grade, Catalogue(known.exercises, known.mapping, openings)).exercises) == count


def test_a_default_exercise_that_is_ruled_out_is_named_as_dropped():
    plan = plan_of(blocked=["BENT_KNEE_HEEL_RAISE"])

    assert codes(plan.exercises) == ["STANDING_HEEL_RAISE"]
    assert [(drop.code, drop.substitute) for drop in plan.dropped] == [("BENT_KNEE_HEEL_RAISE", None)]


# --- Forced exercises and substitutions --------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "blocked", "exercises", "substitute"),
    [
        (PCS, "SUPERMAN", ["BIRD_DOG", "LEWIT", "BARBELL_HIP_THRUST"], "BIRD_DOG"),
        (PCS, "LEWIT", ["DEAD_BUG", "BARBELL_HIP_THRUST", "SUPERMAN"], "DEAD_BUG"),
        (PCS, "BARBELL_HIP_THRUST", ["LEWIT", "SUPERMAN", "SL_GLUTE_BRIDGE"], "SL_GLUTE_BRIDGE"),
        ({"failed": ["hip_ext"]}, "SL_GLUTE_BRIDGE", ["BARBELL_HIP_THRUST"], "BARBELL_HIP_THRUST"),
    ],
)
def test_a_forbidden_forced_exercise_is_substituted_with_its_reason(changes, blocked, exercises, substitute):
    plan = plan_of(**changes, blocked=[blocked])

    assert codes(plan.exercises) == exercises
    assert [(drop.code, drop.substitute) for drop in plan.dropped] == [(blocked, substitute)]
    assert plan.dropped[0].reason


def test_a_substitute_must_be_allowed_too():
    plan = plan_of(**PCS, blocked=["SUPERMAN", "BIRD_DOG"])

    assert codes(plan.exercises) == ["LEWIT", "BARBELL_HIP_THRUST"]
    assert [(drop.code, drop.substitute) for drop in plan.dropped] == [("SUPERMAN", None)]


@pytest.mark.parametrize(
    ("changes", "blocked", "substitute", "ceiling"),
    [(PCS, "LEWIT", "DEAD_BUG", 1), ({"failed": ["hip_ext"]}, "SL_GLUTE_BRIDGE", "BARBELL_HIP_THRUST", 2)],
)
def test_the_level_of_a_substitution_is_a_ceiling(changes, blocked, substitute, ceiling):
    item = next(item for item in plan_of(**changes, blocked=[blocked]).exercises if item.code == substitute)

    assert (item.start_level, item.max_level) == (1, ceiling)


def test_every_exercise_says_which_rule_brought_it():
    plan = plan_of(**PCS, failed=["core_ext", "core_rot_left"])
    rules = {item.code: {because.rule for because in item.because} for item in plan.exercises}

    assert rules["BIRD_DOG"] == {"COVER"}
    assert "COVER" not in rules["LEWIT"] | rules["SUPERMAN"]
    assert {b.need for item in plan.exercises if item.code == "BIRD_DOG" for b in item.because} == {
        "core_ext",
        "core_rot_left",
    }
    assert all(b.source and b.text for item in plan.exercises for b in item.because)


# --- Contraindications and gates ----------------------------------------------------------------


def superman_facts():
    # A pregnancy also opens the clot row, so it has a test of its own below.
    return [c.code for c in rehab_knowledge().exercises["SUPERMAN"].contraindications if c.code != "pregnant"]


@pytest.mark.parametrize("code", superman_facts())
def test_a_contraindication_that_is_present_blocks(code):
    plan = plan_of(**PCS, findings={code: "present"})

    assert "SUPERMAN" not in codes(plan.exercises)
    assert "SUPERMAN" in [drop.code for drop in plan.dropped]


@pytest.mark.parametrize("code", superman_facts())
def test_a_contraindication_that_is_not_assessed_withholds_and_asks(code):
    plan = plan_of(**PCS, findings={code: "not_assessed"})

    assert codes(plan.exercises) == ["LEWIT", "BARBELL_HIP_THRUST"]
    assert plan.dropped == ()
    assert [(entry.question, entry.frees) for entry in plan.ask_first] == [(code, ("SUPERMAN",))]


@pytest.mark.parametrize(
    ("weeks", "exercises"), [(13, ["DEAD_BUG"]), (14, ["CURL_UP", "PALLOF_PRESS"]), (None, ["CURL_UP", "PALLOF_PRESS"])]
)
def test_a_pregnancy_counts_from_its_week_and_from_the_start_when_the_week_is_unknown(weeks, exercises):
    scanned = [{"item": "RF-DVT", "outcome": "excluded", "scan": "negative"}]
    pregnant = {"sex": "female", "pregnant": "present", "gestation_weeks": weeks}
    plan = plan_of(failed=["core_flex", "core_rot_left"], patient=pregnant, outcomes=scanned)

    assert codes(plan.exercises) == exercises


def test_nothing_takes_the_place_of_a_withheld_exercise():
    question = next(c.code for c in rehab_knowledge().exercises["BIRD_DOG"].contraindications)
    plan = plan_of(failed=["core_ext", "core_rot_left"], findings={question: "not_assessed"})

    assert plan.exercises == ()
    assert set(plan.uncovered) == {"core_ext", "core_rot_left"}
    assert [(entry.question, entry.frees) for entry in plan.ask_first] == [(question, ("BIRD_DOG",))]


def test_what_depends_on_the_onset_is_withheld_while_it_is_unknown():
    plan = plan_of(failed=["gastroc_str", "gastroc_len", "core_ext"], patient={"onset_days": None})

    assert codes(plan.exercises) == ["BIRD_DOG"]
    assert {entry.question for entry in plan.ask_first} == {"onset_days"}


@pytest.mark.parametrize(("day", "calf"), [(0, False), (1, False), (2, True), (3, True)])
def test_no_calf_loading_before_day_two(day, calf):
    plan = plan_of(failed=["soleus_str"], patient={"onset_days": day})

    assert ("BENT_KNEE_HEEL_RAISE" in codes(plan.exercises)) is calf


@pytest.mark.parametrize(("day", "stretch"), [(2, False), (3, True)])
def test_no_stretch_in_the_first_72_hours_of_a_strain(day, stretch):
    assert (
        codes(plan_of(failed=["soleus_len"], patient={"onset_days": day}).exercises) == ["SOLEUS_STRETCH"]
    ) is stretch


@pytest.mark.parametrize(
    ("answer", "count", "asked"), [("absent", 1, []), ("present", 0, []), ("not_assessed", 0, ["gait_not_attempted"])]
)
def test_no_calf_loading_before_an_attempt_at_normal_gait(answer, count, asked):
    plan = plan_of(failed=["soleus_str"], findings={"gait_not_attempted": answer})

    assert len(plan.exercises) == count
    assert [entry.question for entry in plan.ask_first if "BENT_KNEE_HEEL_RAISE" in entry.frees] == asked


def test_the_eccentric_raise_is_for_achilles_tendinopathy_alone():
    for cause in ("SOLEUS", "GASTROC", "PCS", "PTT"):
        assert "CALF_ECCENTRIC" not in codes(plan_of(diagnosis=cause, failed=["gastroc_str", "soleus_str"]).exercises)


@pytest.mark.parametrize(("released", "bent", "straight"), [(False, 4, 5), (True, 6, 6)])
def test_compartment_syndrome_keeps_the_heavy_levels_closed_until_a_release(released, bent, straight):
    release = [{"item": "PCS", **RELEASE}] if released else []
    outcome = [{"item": "RF-CECS", "outcome": "excluded"}] if released else []
    changes = {**PCS, "sign_offs": [*PCS["sign_offs"], *release], "outcomes": outcome}
    plan = plan_of(**changes, failed=["gastroc_str", "soleus_str"])
    ceilings = {item.code: item.max_level for item in plan.exercises}

    assert ceilings["BENT_KNEE_HEEL_RAISE"] <= bent
    assert ceilings["STANDING_HEEL_RAISE"] <= straight
    if released:
        assert ceilings["BENT_KNEE_HEEL_RAISE"] > 4


def test_the_barbell_thrust_needs_no_equipment_for_its_first_levels():
    plan = plan_of(**{**PCS, "equipment": []})
    item = next(item for item in plan.exercises if item.code == "BARBELL_HIP_THRUST")

    assert (item.start_level, item.max_level) == (1, 3)


def gate_opening(gates=None, contraindications=(), **case):
    known = rehab_knowledge()
    plank = replace(known.exercises["SIDE_PLANK"], gates=gates or Gates(), contraindications=contraindications)
    return opening(plank, Situation(CaseFacts(**case)), known.mapping, known.contra)


@pytest.mark.parametrize(
    ("answer", "status", "max_level"),
    [(Answer.PRESENT, Status.OK, 1), (Answer.NOT_ASSESSED, Status.OK, 1), (Answer.ABSENT, Status.OK, 6)],
)
def test_a_contraindication_may_close_the_higher_levels_only(answer, status, max_level):
    question = rehab_knowledge().exercises["SIDE_PLANK"].name
    shoulder = Contraindication("shoulder_pain", question, from_level=2)
    found = gate_opening(
        contraindications=(shoulder,), answers={"shoulder_pain": answer}, equipment=frozenset({"band"})
    )

    assert (found.status, found.max_level) == (status, max_level)


def test_a_released_diagnosis_still_keeps_its_own_exercises_closed_only_without_the_release():
    released = [{"item": "BSI", **RELEASE}]

    assert codes(plan_of(diagnosis="BSI", failed=["soleus_str"], sign_offs=released).exercises) == [
        "BENT_KNEE_HEEL_RAISE"
    ]
    assert "release" in gate_opening(gates=Gates(closed_causes=frozenset({"BSI"})), diagnosis="BSI").because[0].text


def test_a_signature_against_a_clot_opens_exercise_and_leaves_release_locked():
    signed = {"item": "RF-DVT", "kind": "considered_not_suspected", "by": "A", "on": "2026-11-20", "reason": "seen"}
    plan = plan_of(failed=["trigger_point", "core_ext"], screening={"family_clot": "present"}, sign_offs=[signed])

    assert codes(plan.exercises) == ["BIRD_DOG"]
    assert plan.uncovered == ("trigger_point",)
    assert "FOAM_ROLL" not in codes(plan.add_ons)


# --- Cap, start levels, elephant, add-ons -------------------------------------------------------


def test_over_the_cap_forced_stay_then_core_then_calf_and_the_rest_waits():
    needs = [need for need in rehab_knowledge().mapping.needs if need != "gait_cadence"]
    plan = plan_of(**PCS, failed=[sided(need) for need in needs])

    assert len(plan.exercises) == rehab_knowledge().mapping.session_cap == 8
    assert plan.next_block
    kept, later = set(codes(plan.exercises)), set(codes(plan.next_block))
    assert {"LEWIT", "BARBELL_HIP_THRUST", "SUPERMAN", "SL_GLUTE_BRIDGE", "HIP_FLEXOR_STRETCH", "BIRD_DOG"} <= kept
    assert "SHORT_FOOT" in later


def sided(need):
    return f"{need}_left" if need in ("core_lat", "core_rot") else need


@pytest.mark.parametrize(("seconds", "pain", "level"), [(60, None, 2), (0, 6, 1)])
def test_the_start_level_follows_the_grade_of_the_failed_test(seconds, pain, level):
    held = {"test": "CE_SORENSEN", "side": "none", "value": seconds, "unit": "s", "pain_nprs": pain}
    plan = plan_of(measurements=[held])
    (bird_dog,) = [item for item in plan.exercises if item.code == "BIRD_DOG"]

    assert bird_dog.start_level == level


def test_below_average_starts_at_level_three_where_the_clinic_counts_it_as_failed():
    held = {"test": "CE_SORENSEN", "side": "none", "value": 120, "unit": "s"}
    assert "BIRD_DOG" not in codes(plan_of(measurements=[held]).exercises)
    (bird_dog,) = [
        item
        for item in plan_of(measurements=[held], settings={"core_fail_mode": "seed_below_average"}).exercises
        if item.code == "BIRD_DOG"
    ]
    assert bird_dog.start_level == 3


def test_stated_failures_and_forced_exercises_start_at_level_one():
    plan = plan_of(**PCS, failed=["core_ext", "core_rot_left"])

    assert {item.start_level for item in plan.exercises} == {1}


def test_a_failed_need_is_read_without_its_side_and_kept_with_it():
    assert (base_of("core_rot_left"), base_of("hip_abd_right"), base_of("sls")) == ("core_rot", "hip_abd", "sls")
    (item,) = plan_of(failed=["hip_abd_right"]).exercises
    assert [because.need for because in item.because] == ["hip_abd_right"]


def test_the_first_elephant_stands_first():
    elephants = [(found.fact, found.answer) for found in rehab_knowledge().mapping.elephants]
    assert [fact for fact, _ in elephants] == ["flat_feet", "hypermobile", "core_training_3x15"]
    for at, (fact, _) in enumerate(elephants):
        calm = {code: "absent" if positive == "present" else "present" for code, positive in elephants}
        positives = dict(elephants[at:])
        plan = plan_of(failed=["core_ext"], findings=calm | positives)
        assert plan.reasons[0].code == f"ELEPHANT-{fact}"


@pytest.mark.parametrize(("day", "is_there"), [(1, False), (2, True), (14, True), (15, False)])
def test_isometrics_are_an_add_on_of_the_first_two_weeks_of_a_strain(day, is_there):
    plan = plan_of(failed=["core_ext"], patient={"onset_days": day})

    assert ("CALF_ISOMETRIC" in codes(plan.add_ons)) is is_there
    assert "CALF_ISOMETRIC" not in codes(plan.exercises)


@pytest.mark.parametrize(("equipment", "is_there"), [("roller", True), ("ball", True), ("band", False)])
def test_rolling_is_prevention_with_a_roller_or_a_ball_and_never_an_exercise_of_the_plan(equipment, is_there):
    plan = plan_of(failed=["core_ext"], equipment=[equipment])

    assert ("FOAM_ROLL" in codes(plan.add_ons)) is is_there
    assert "FOAM_ROLL" not in codes(plan.exercises)


@pytest.mark.parametrize(
    ("wanted", "ceiling", "owned", "start"),
    [
        (1, 5, "rope", 1),
        (1, 5, "", 2),  # level 1 needs the rope
        (4, 5, "", 3),  # level 4 needs it too
        (4, 5, "rope", 4),
        (5, 3, "rope", 3),
    ],
)
def test_nobody_starts_at_a_level_whose_equipment_is_missing(wanted, ceiling, owned, start):
    known = rehab_knowledge()
    at_hand = known.mapping.at_hand(frozenset(owned.split()))
    assert first_level(known.exercises["SKIPPING_DRILLS"], wanted, ceiling, at_hand) == start


def test_running_and_hopping_wait_for_their_own_gates():
    assert not {"WALK_RUN", "PLYO_LADDER", "SKIPPING_DRILLS"} & set(codes(plan_of(failed=["core_ext"]).add_ons))


# --- The calf's pain test -----------------------------------------------------------------------


def pain(test, nprs, side="left"):
    return {"test": test, "side": side, "value": nprs, "unit": unit_of(test)}


def unit_of(test):
    return triage_knowledge().tests[test].unit


def side_of(test):
    return triage_knowledge().tests[test].sides[0]


def raises(test, left, right):
    return [{"test": test, "side": s, "value": n, "unit": unit_of(test)} for s, n in (("left", left), ("right", right))]


def calf_levels(*measurements):
    """Return the start levels of bent and straight heel raise, and the add-ons, for these pain tests."""
    plan = plan_of(failed=["gastroc_str", "soleus_str"], measurements=list(measurements), patient={"onset_days": 30})
    levels = {item.code: item.start_level for item in plan.exercises}
    bent, straight = (levels.get(code) for code in ("BENT_KNEE_HEEL_RAISE", "STANDING_HEEL_RAISE"))
    return bent, straight, "CALF_ISOMETRIC" in codes(plan.add_ons)


def test_without_a_pain_test_the_calf_starts_at_level_one():
    assert calf_levels() == (1, 1, False)


@pytest.mark.parametrize(("nprs", "expected"), [(3, (1, 1, False)), (4, (None, None, True))])
def test_a_painful_double_raise_starts_with_the_isometric_instead(nprs, expected):
    assert calf_levels(pain("RAISE_PAIN_DOUBLE", nprs, side_of("RAISE_PAIN_DOUBLE"))) == expected


def test_the_replaced_heel_raises_are_named_and_their_needs_stay_open():
    double = pain("RAISE_PAIN_DOUBLE", 6, side_of("RAISE_PAIN_DOUBLE"))
    plan = plan_of(failed=["soleus_str"], measurements=[double])

    assert [(drop.code, drop.substitute) for drop in plan.dropped] == [("BENT_KNEE_HEEL_RAISE", "CALF_ISOMETRIC")]
    assert plan.uncovered == ("soleus_str",)
    (isometric,) = [item for item in plan.add_ons if item.code == "CALF_ISOMETRIC"]
    assert isometric.start_level == 1


@pytest.mark.parametrize(
    ("nprs", "left", "right", "level"), [(3, 5, 9, 4), (3, 4, 9, 1), (4, 20, 20, 1), (0, 25, 25, 4)]
)
def test_single_raises_with_little_pain_start_at_level_four(nprs, left, right, level):
    straight = [pain("RAISE_PAIN_STRAIGHT", nprs), *raises("GS_RAISES", left, right)]
    bent = [pain("RAISE_PAIN_BENT", nprs), *raises("SS_RAISES", left, right)]

    assert calf_levels(*straight)[:2] == (1, level)
    assert calf_levels(*bent)[:2] == (level, 1)


def test_a_pain_test_without_a_count_of_raises_starts_at_level_one():
    assert calf_levels(pain("RAISE_PAIN_STRAIGHT", 0))[1] == 1


# --- Gates that read a measurement ---------------------------------------------------------------


def verdict_of(code, levels=None, running_open=False, **changes):
    case = facts(**changes)
    triage = triage_decision(case, triage_knowledge())
    return exercise_verdicts(case, triage, rehab_knowledge(), levels, running_open)[code]


def hop_measurements(left, right, walk):
    pains = [pain("WALK_PAIN", walk, side_of("WALK_PAIN"))] if walk is not None else []
    return [*raises("GS_RAISES", left, right), *pains]


@pytest.mark.parametrize(
    ("left", "right", "walk", "status"),
    [
        (20, 22, 1, "ok"),
        (19, 21, 1, "forbidden"),
        (20, 23, 1, "forbidden"),
        (20, 20, 2, "forbidden"),
        (20, 20, None, "withheld"),
    ],
)
def test_hopping_waits_for_twenty_even_raises_and_a_painless_walk(left, right, walk, status):
    assert verdict_of("PLYO_LADDER", measurements=hop_measurements(left, right, walk)).status == status


def test_hopping_is_withheld_while_the_raises_are_not_counted():
    found = verdict_of("PLYO_LADDER")

    assert found.status == "withheld"
    assert set(found.ask_first) == {"GS_RAISES", "WALK_PAIN"}


@pytest.mark.parametrize(("bent", "straight", "status"), [(4, 4, "ok"), (3, 6, "forbidden"), (0, 0, "forbidden")])
def test_calf_power_waits_for_level_four_of_both_heel_raises(bent, straight, status):
    levels = {"BENT_KNEE_HEEL_RAISE": bent, "STANDING_HEEL_RAISE": straight}

    assert verdict_of("CALF_LOADED_POWER", levels).status == status


@pytest.mark.parametrize(("running_open", "highest"), [(False, 1), (True, 5)])
def test_running_levels_of_the_cadence_drill_wait_for_the_entry_criteria(running_open, highest):
    assert verdict_of("CADENCE_DRILL", running_open=running_open).max_level == highest


@pytest.mark.parametrize(
    ("measurements", "status"),
    [
        ([], "withheld"),
        ([{"test": "CE_SORENSEN", "side": "none", "value": 200, "unit": "s", "pain_nprs": 2}], "ok"),
        ([{"test": "CE_SORENSEN", "side": "none", "value": 200, "unit": "s", "pain_nprs": 3}], "forbidden"),
    ],
)
def test_after_a_larger_strain_stretching_waits_until_pain_is_at_most_two(measurements, status):
    assert (
        verdict_of("SOLEUS_STRETCH", findings={"bruise_visible": "present"}, measurements=measurements).status == status
    )


def test_exercise_verdicts_speak_for_every_exercise_and_obey_the_blocked_list():
    case = facts(blocked=["BIRD_DOG"], equipment=[])
    found = exercise_verdicts(case, triage_decision(case, triage_knowledge()), rehab_knowledge())

    assert list(found) == list(rehab_knowledge().exercises)
    assert found["BIRD_DOG"].status == "forbidden"
    assert found["PALLOF_PRESS"].status == "forbidden"
    assert (found["BARBELL_HIP_THRUST"].status, found["BARBELL_HIP_THRUST"].max_level) == ("ok", 3)


# --- The exact search ---------------------------------------------------------------------------


def test_the_fourth_criterion_counts_a_need_twice_when_two_exercises_cover_it():
    known = rehab_knowledge().exercises

    assert rank(("BIRD_DOG", "DEAD_BUG"), ("core_flex", "core_ext"), known)[3] == 2


def test_the_search_finds_the_smallest_set_of_all():
    known = {code: exercise for code, exercise in rehab_knowledge().exercises.items() if exercise.cover}
    result = cover(["core_flex", "core_ext", "core_rot", "core_lat"], known)

    assert result.chosen == {"BIRD_DOG", "DEAD_BUG", "SIDE_PLANK"} or len(result.chosen) == 3
    assert result.uncovered == ()


def test_a_failure_without_any_exercise_is_uncovered():
    assert cover(["balance"], rehab_knowledge().exercises).uncovered == ("balance",)
    assert Failure("balance", "balance", None).reasons == ()
