"""Who may start to run: every criterion of section 8.1 at its boundary, and silence that blocks."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clinic.terms import Answer, Side, Text
from rehab.rules.logged import ExerciseDone, Judged, Judgement, Morning, Session
from rehab.rules.running_entry import entry_criteria, greens_at, may_run
from rehab.rules.running_facts import BriskWalk, CalfWork, EntryFacts, Hops, Met
from tests.rehab.rules.runs import AMBER, BEGIN, GREEN, TABLE

TODAY = date(2026, 3, 10)
YES, NO, SILENT = Answer.PRESENT, Answer.ABSENT, Answer.NOT_ASSESSED
BENT = Text("Bent-knee heel raise", "Elevación de talones con rodilla flexionada")


def both(left, right):
    return {Side.LEFT: left, Side.RIGHT: right}


def mornings(*pains, last=TODAY):
    return tuple(Morning(last - timedelta(days=back), pain) for back, pain in enumerate(pains))


READY = EntryFacts(
    today=TODAY,
    gate_open=True,
    cause="SOLEUS",
    side=Side.LEFT,
    walk=BriskWalk(minutes=30, pain=1, gait_change=NO, morning_change=0),
    lunge_cm=both(10, 11.5),
    raises_straight=both(20, 22),
    raises_bent=both(18, 20),
    raise_symptoms=NO,
    hops=Hops(count=10, pain=0, after_effect=NO, tingling=NO),
    calf=(CalfWork(BENT, 4, 2),),
    endurance_only=YES,
    mornings=mornings(1, 0, 1),
    plan_started=TODAY - timedelta(days=7),
    adherence_percent=80,
    bone_cleared=YES,
    pain_free_walk_days=5,
)
PCS = replace(READY, cause="PCS")
BSI = replace(READY, cause="BSI", released=frozenset({"BSI"}), walk=replace(READY.walk, pain=0))

COMMON = ["triage_clear", "diagnosis_allows", "brisk_walk", "ankle_bend"]
LAST = ["calm_mornings", "elephant_plan"]


def states(facts):
    return {criterion.code: criterion.met for criterion in entry_criteria(facts, TABLE)}


def one(code, facts):
    return next(criterion for criterion in entry_criteria(facts, TABLE) if criterion.code == code)


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        (READY, [*COMMON, "single_raises", "hops", "calf_levels", *LAST]),
        (PCS, [*COMMON, "single_raises_pcs", "hops", "calf_endurance_pcs", *LAST]),
        (BSI, [*COMMON, "single_raises", "hops", "calf_levels", *LAST, "bone_clearance"]),
    ],
)
def test_who_meets_every_criterion_may_run(facts, asked):
    criteria = entry_criteria(facts, TABLE)

    assert [criterion.code for criterion in criteria] == asked
    assert {criterion.met for criterion in criteria} == {Met.MET}
    assert may_run(criteria)
    assert all(c.reason.text and c.reason.text_es and c.reason.source and not c.missing for c in criteria)


def test_of_nothing_recorded_everything_is_missing_and_blocks():
    criteria = entry_criteria(EntryFacts(today=TODAY), TABLE)

    assert {c.code: c.met for c in criteria if c.met is not Met.MISSING} == {"calf_levels": Met.NOT_ASKED}
    assert all(c.missing for c in criteria if c.met is Met.MISSING)
    assert not may_run(criteria)
    assert not may_run(())


NOT_MET = [
    ("triage_clear", {"gate_open": False}, "gate_shut"),
    ("diagnosis_allows", {"must_not_load": frozenset({"SOLEUS"})}, "not_released"),
    ("brisk_walk", {"walk": replace(READY.walk, minutes=29)}, "walk_minutes"),
    ("brisk_walk", {"walk": replace(READY.walk, pain=2)}, "walk_pain"),
    ("brisk_walk", {"walk": replace(READY.walk, gait_change=YES)}, "walk_gait"),
    ("brisk_walk", {"walk": replace(READY.walk, morning_change=1)}, "walk_morning"),
    ("ankle_bend", {"lunge_cm": both(10, 11.6)}, "bend_apart"),
    ("ankle_bend", {"lunge_cm": both(11.6, 10), "side": Side.BOTH}, "bend_apart"),
    ("single_raises", {"raises_straight": both(19, 19)}, "too_few_raises"),
    ("single_raises", {"raises_straight": both(20, 23)}, "raises_apart"),
    ("single_raises", {"raises_bent": both(17, 20)}, "raises_apart"),
    ("single_raises", {"raises_bent": both(0, 0)}, "raises_apart"),
    ("single_raises", {"raises_straight": both(25, 19), "side": Side.BOTH}, "too_few_raises"),
    ("hops", {"hops": replace(READY.hops, count=9)}, "too_few_hops"),
    ("hops", {"hops": replace(READY.hops, pain=1)}, "hops_hurt"),
    ("hops", {"hops": replace(READY.hops, after_effect=YES)}, "hops_hurt"),
    ("calf_levels", {"calf": (CalfWork(BENT, 4, 2), CalfWork(BENT, 3, 5))}, "calf_level_low"),
    ("calf_levels", {"calf": (CalfWork(BENT, 5, 1),)}, "calf_greens"),
    ("calm_mornings", {"mornings": mornings(0, 0, 2)}, "morning_pain"),
    ("elephant_plan", {"plan_started": TODAY - timedelta(days=6)}, "plan_young"),
    ("elephant_plan", {"plan_started": TODAY + timedelta(days=1)}, "plan_young"),
    ("elephant_plan", {"adherence_percent": 79.9}, "adherence_low"),
]


@pytest.mark.parametrize(("code", "change", "reason"), NOT_MET)
def test_what_is_just_beyond_a_line_is_not_met(code, change, reason):
    criterion = one(code, replace(READY, **change))

    assert (criterion.met, criterion.reason.code) == (Met.NOT_MET, reason)
    assert not may_run(entry_criteria(replace(READY, **change), TABLE))


MISSING = [
    ("triage_clear", {"gate_open": None}, "gate_open"),
    ("diagnosis_allows", {"cause": None}, "diagnosis"),
    ("brisk_walk", {"walk": replace(READY.walk, minutes=None)}, "walk_minutes"),
    ("brisk_walk", {"walk": replace(READY.walk, pain=None)}, "walk_pain"),
    ("brisk_walk", {"walk": replace(READY.walk, gait_change=SILENT)}, "walk_gait"),
    ("brisk_walk", {"walk": replace(READY.walk, morning_change=None)}, "walk_morning"),
    ("ankle_bend", {"lunge_cm": {Side.LEFT: 10}}, "lunge_right"),
    ("single_raises", {"raises_straight": {Side.LEFT: 20}}, "raises_straight_right"),
    ("single_raises", {"raises_bent": {Side.RIGHT: 20}}, "raises_bent_left"),
    ("hops", {"hops": replace(READY.hops, count=None)}, "hops_count"),
    ("hops", {"hops": replace(READY.hops, pain=None)}, "hops_pain"),
    ("hops", {"hops": replace(READY.hops, after_effect=SILENT)}, "hops_after_effect"),
    ("calm_mornings", {"mornings": mornings(0, 0)}, "morning_2026-03-08"),
    ("elephant_plan", {"plan_started": None}, "plan_started"),
    ("elephant_plan", {"adherence_percent": None}, "adherence"),
]


@pytest.mark.parametrize(("code", "change", "gap"), MISSING)
def test_what_is_not_recorded_is_named_and_blocks(code, change, gap):
    criterion = one(code, replace(READY, **change))

    assert (criterion.met, criterion.missing, criterion.reason.code) == (Met.MISSING, (gap,), "not_recorded")
    assert not may_run(entry_criteria(replace(READY, **change), TABLE))


def test_a_failure_and_a_gap_in_one_criterion_are_both_told():
    criterion = one("brisk_walk", replace(READY, walk=BriskWalk(pain=5)))

    assert (criterion.met, criterion.reason.code) == (Met.NOT_MET, "walk_pain")
    assert criterion.missing == ("walk_minutes", "walk_gait", "walk_morning")


def test_a_released_diagnosis_may_run():
    facts = replace(
        READY, must_not_load=frozenset({"SOLEUS"}), cause_name=Text("Soleus strain", "Distensión del sóleo")
    )

    assert one("diagnosis_allows", facts).reason.text_es.startswith("Distensión del sóleo")
    assert one("diagnosis_allows", replace(facts, released=frozenset({"SOLEUS"}))).met is Met.MET


def test_a_knee_to_wall_test_that_passes_needs_no_comparison():
    assert one("ankle_bend", replace(READY, lunge_cm={}, lunge_failed=NO)).met is Met.MET
    assert one("ankle_bend", replace(READY, lunge_failed=YES)).met is Met.MET
    assert one("ankle_bend", replace(READY, lunge_cm=both(14, 10))).met is Met.MET


def test_the_painful_side_is_held_against_the_other():
    uneven = replace(READY, raises_straight=both(30, 20))

    assert one("single_raises", uneven).met is Met.MET
    assert one("single_raises", replace(uneven, side=Side.RIGHT)).reason.text.startswith("Single heel raises reach 66 ")
    assert one("single_raises", replace(READY, raises_bent=both(5, 0))).met is Met.MET


def test_without_a_heel_raise_in_the_plan_the_single_raises_answer():
    facts = replace(READY, calf=())

    assert (one("calf_levels", facts).met, one("calf_levels", facts).reason.code) == (Met.NOT_ASKED, "no_heel_raise")
    assert may_run(entry_criteria(facts, TABLE))
    assert not may_run(entry_criteria(replace(facts, raises_straight={}), TABLE))


@pytest.mark.parametrize(
    ("code", "change", "met"),
    [
        ("single_raises_pcs", {"raises_straight": both(9, 10)}, Met.MET),
        ("single_raises_pcs", {"raises_straight": both(8, 9)}, Met.NOT_MET),
        ("single_raises_pcs", {"raises_straight": {}}, Met.MISSING),
        ("single_raises_pcs", {"raise_symptoms": YES}, Met.NOT_MET),
        ("single_raises_pcs", {"raise_symptoms": SILENT}, Met.MISSING),
        ("hops", {"hops": Hops(tingling=YES)}, Met.NOT_ASKED),
        ("hops", {"hops": Hops(tingling=NO)}, Met.MISSING),
        ("calf_endurance_pcs", {"endurance_only": NO}, Met.NOT_MET),
        ("calf_endurance_pcs", {"endurance_only": SILENT}, Met.MISSING),
        ("calf_endurance_pcs", {"endurance_only": NO, "released": frozenset({"PCS"})}, Met.MET),
    ],
)
def test_a_posterior_compartment_syndrome_has_criteria_of_its_own(code, change, met):
    assert one(code, replace(PCS, **change)).met is met


def test_tingling_spares_the_hops_in_a_compartment_syndrome_alone():
    assert one("hops", replace(READY, hops=Hops(tingling=YES))).met is Met.MISSING


@pytest.mark.parametrize(
    ("code", "change", "met"),
    [
        ("brisk_walk", {"walk": replace(READY.walk, pain=1)}, Met.NOT_MET),
        ("bone_clearance", {"bone_cleared": NO}, Met.NOT_MET),
        ("bone_clearance", {"bone_cleared": SILENT}, Met.MISSING),
        ("bone_clearance", {"pain_free_walk_days": 4}, Met.NOT_MET),
        ("bone_clearance", {"pain_free_walk_days": None}, Met.MISSING),
    ],
)
def test_a_bone_stress_injury_asks_for_more(code, change, met):
    assert one(code, replace(BSI, **change)).met is met


def test_three_mornings_end_yesterday_while_today_is_not_logged():
    yesterday = TODAY - timedelta(days=1)

    assert one("calm_mornings", replace(READY, mornings=mornings(0, 1, 1, last=yesterday))).met is Met.MET
    assert one("calm_mornings", replace(READY, mornings=mornings(0, 1, 1, 9))).met is Met.MET
    older = mornings(0, 1, 1, last=yesterday - timedelta(days=1))
    assert one("calm_mornings", replace(READY, mornings=older)).missing == ("morning_2026-03-09",)


def test_green_sessions_at_the_asked_level_are_counted():
    def session(level, colour=GREEN, **more):
        shut = more.pop("while_shut", False)
        done = ExerciseDone(item="one", exercise="BENT_KNEE_HEEL_RAISE", level=level, **more)
        plain = Session("id", BEGIN.date(), BEGIN, exercises=(done,), while_shut=shut)
        return Judged(plain, Judgement(colour, "green"))

    counted = [session(4), session(5)]
    others = [session(3), session(4, AMBER), session(4, full=False), session(4, skipped=True)]
    assert greens_at([*counted, *others, session(4, while_shut=True)], "one", TABLE) == 2
    assert greens_at(counted, "another", TABLE) == 0
