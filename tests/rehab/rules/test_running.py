"""Up by one, hold, or back: the ladder at each boundary of sections 8.2 and 8.4."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from clinic.terms import Answer, Level
from rehab.rules.running import Moved, stage_step, standing
from tests.rehab.rules.runs import (
    AMBER,
    GREEN,
    PENDING,
    RED,
    TABLE,
    UNKNOWN,
    at,
    codes,
    judged,
    limit,
    on_stage,
    stage_run,
)

YES = Answer.PRESENT


def step(runs, here, day=5.5, cause="SOLEUS", **more):
    return stage_step(runs, here, at(day), more.get("limit", limit(cause)), cause, TABLE)


def greens(*days, stage=1, **more):
    return [judged(day, stage_run(stage), **more) for day in days]


@pytest.mark.parametrize("stage", range(8))
def test_two_green_runs_of_the_stage_pass_it(stage):
    found = step(greens(1, 3, stage=stage), on_stage(stage), day=4)

    assert (found.stage, found.passed, found.moves, found.rule) == (stage + 1, False, True, "stage_pass")
    assert (found.rest_until, found.suspends, found.alerts, found.level) == (None, False, (), None)
    assert found.inputs["counted"] == ["run-1", "run-3"]
    assert (codes(found.reasons), json.loads(json.dumps(found.inputs))) == (["stage_passed"], found.inputs)


def test_the_last_stage_asks_for_three_and_then_weeks_are_built():
    assert not step(greens(1, 3, stage=8), on_stage(8), day=4).moves
    found = step(greens(1, 3, 5, stage=8), on_stage(8), day=6)
    assert (found.stage, found.passed, found.moves) == (8, True, True)

    later = step(greens(11, 13, stage=8), on_stage(8, 6, passed=True), day=14)
    assert (later.stage, later.passed, later.moves, codes(later.reasons)) == (8, True, False, ["ladder_done"])


HOLDS = [
    (greens(1), ["greens_so_far"]),
    ([], ["greens_so_far"]),
    (greens(1, 2.99), ["greens_so_far", "too_soon"]),
    ([*greens(1), judged(3, stage_run(1), PENDING)], ["greens_so_far", "not_judged"]),
    ([*greens(1), judged(3, stage_run(1), UNKNOWN)], ["greens_so_far", "not_judged"]),
    ([*greens(1), judged(3, stage_run(1), UNKNOWN), *greens(5)], ["greens_so_far", "not_judged"]),
    ([*greens(1), judged(3, stage_run(1), pain=None)], ["greens_so_far", "not_judged"]),
    ([*greens(1), judged(3, stage_run(1), AMBER, rule="weekly_load")], ["greens_so_far", "not_judged"]),
    ([*greens(1), judged(3, stage_run(1), while_shut=True)], ["greens_so_far", "resting"]),
    ([*greens(1), judged(3, stage_run(1, hills=True))], ["greens_so_far", "hilly"]),
    ([*greens(1), *greens(3, stage=2)], ["greens_so_far", "another_stage", "ran_too_much"]),
    ([judged(-3, stage_run(1)), *greens(1)], ["greens_so_far"]),
    ([*greens(1), judged(20, stage_run(1))], ["greens_so_far"]),
    ([*greens(1), judged(2, stage_run(2)), *greens(3)], ["greens_so_far", "another_stage", "ran_too_much", "too_soon"]),
    ([*greens(1), replace(judged(3, None))], ["greens_so_far"]),
]


@pytest.mark.parametrize(("runs", "reasons"), HOLDS)
def test_anything_less_holds(runs, reasons):
    found = step(runs, on_stage(1))

    assert (found.stage, found.moves, found.rule) == (1, False, "stage_hold")
    assert codes(found.reasons) == reasons


def test_greens_with_a_week_between_do_not_add_up():
    assert step(greens(1, 7.99, stage=0), on_stage(0), day=9).stage == 1
    assert codes(step(greens(1, 8, stage=0), on_stage(0), day=9).reasons) == ["greens_so_far"]


def test_a_walk_between_two_walks_is_passed_over_and_the_third_counts():
    assert step(greens(1, 2, 3, stage=0), on_stage(0), day=4).stage == 1


def test_rest_is_kept_before_a_run_counts():
    here = on_stage(1, rest_until=at(3))

    assert codes(step(greens(2, 4), here, day=5).reasons) == ["greens_so_far", "resting"]
    assert step(greens(3, 5), here, day=6).stage == 2
    assert step([], here, day=2).rest_until == at(3)
    assert step([], here, day=3).rest_until is None


def test_without_a_limit_nobody_rises():
    for missing in (None, limit("PAD")):
        found = step(greens(1, 3), on_stage(1), limit=missing)
        assert (found.moves, codes(found.reasons)) == (False, ["no_limit"])
        assert found.inputs["limit"] is None


BREACHES = [
    (judged(3, stage_run(3), pain=3), ["over_limit", "worse_than_last"], ("worse_run",)),
    (judged(3, stage_run(3), PENDING, pain=3), ["over_limit", "worse_than_last"], ("worse_run",)),
    (judged(3, stage_run(3), pain=0, pain_after=3), ["over_limit"], ()),
    (judged(3, stage_run(3), pain=1), ["worse_than_last"], ("worse_run",)),
    (judged(3, stage_run(3), AMBER), ["verdict"], ()),
    (judged(3, stage_run(3), RED), ["verdict"], ()),
    (judged(3, stage_run(3), while_shut=True, pain=3), ["over_limit", "worse_than_last"], ("worse_run",)),
]


@pytest.mark.parametrize(("run", "reasons", "alerts"), BREACHES)
def test_a_breach_leads_one_stage_back_and_rests_two_days(run, reasons, alerts):
    found = step([*greens(1, stage=3), run], on_stage(3), day=4)

    assert (found.stage, found.passed, found.moves, found.rule) == (2, False, True, "breach")
    assert (found.rest_until, found.suspends, found.level) == (at(6), False, None)
    assert (codes(found.reasons), found.alerts) == (reasons, alerts)
    assert (found.inputs["settles"], found.inputs["fell_from"]) == (["run-3"], 3)


@pytest.mark.parametrize("pain", [1, 2])
def test_pain_up_to_the_limit_that_does_not_grow_is_no_breach(pain):
    assert step(greens(1, 3, pain=pain), on_stage(1)).stage == 2


def test_below_stage_0_there_is_nothing():
    found = step([judged(1, stage_run(0), AMBER)], on_stage(0), day=2)

    assert (found.stage, found.moves, found.rest_until) == (0, True, at(4))


def test_a_breach_is_acted_on_once_and_a_late_morning_still_counts():
    runs = [judged(1, stage_run(3), AMBER)]

    assert step(runs, on_stage(2, 2, settled=frozenset({"run-1"})), day=3).moves is False
    assert step(runs, on_stage(3, 3), day=3).stage == 2  # it began 48 hours before the stage: its morning may be new
    assert step(runs, on_stage(3, 3.01), day=3.5).moves is False


def test_two_breaches_within_seven_days_lead_two_stages_back():
    first, second = judged(1, stage_run(5), AMBER), judged(8, stage_run(4), AMBER)
    here = on_stage(4, 1, settled=frozenset({"run-1"}), falls=(5,))

    found = step([first, second], here, day=9)
    assert (found.stage, found.rule, found.alerts) == (2, "twice", ("stage_twice",))
    assert codes(found.reasons) == ["verdict", "twice"]
    assert step([first, judged(8.01, stage_run(4), AMBER)], here, day=9).stage == 3
    both = step([first, judged(3, stage_run(5), AMBER)], on_stage(5), day=4)
    three = [first, judged(3, stage_run(5), AMBER), judged(11, stage_run(5), AMBER)]
    assert step(three, on_stage(5), day=12).stage == 3
    assert (both.stage, both.inputs["settles"], both.inputs["fell_from"]) == (3, ["run-1", "run-3"], 5)


@pytest.mark.parametrize(("falls", "alerts"), [((3,), ()), ((3, 2, 3), ("same_stage",)), ((4, 4, 2), ())])
def test_the_third_fall_from_one_stage_opens_the_diagnosis(falls, alerts):
    found = step([judged(1, stage_run(3), AMBER)], on_stage(3, falls=falls), day=2)

    assert found.alerts == alerts
    assert ("fell_again" in codes(found.reasons)) is bool(alerts)


STOPS = [
    ({"safety_yes": True}, "stop", None, ("red_flag",), ["safety_yes", "breach"]),
    ({"gait_change": YES}, "stop", None, ("red_session",), ["limp", "breach"]),
    ({"gait_change": YES, "safety_yes": True}, "stop", None, ("red_flag",), ["safety_yes", "limp", "breach"]),
]


@pytest.mark.parametrize(("change", "rule", "level", "alerts", "reasons"), STOPS)
def test_a_limp_or_a_safety_answer_stops_running(change, rule, level, alerts, reasons):
    found = step([judged(1, stage_run(3), **change)], on_stage(3), day=2)

    assert (found.rule, found.suspends, found.level, found.alerts) == (rule, True, level, alerts)
    assert (found.stage, codes(found.reasons), found.inputs["suspends"]) == (2, reasons, True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"pain": 1}, "bone_pain"), ({"pain_after": 1}, "bone_pain"), ({"colour": RED}, "verdict")],
)
def test_any_bone_pain_suspends_running(change, reason):
    found = step([judged(1, stage_run(3), **change)], on_stage(3), day=2, cause="BSI")

    assert (found.rule, found.suspends, found.alerts) == ("bone", True, ("bone_pain",))
    assert codes(found.reasons)[0] == reason
    assert step([judged(1, stage_run(3), **change)], on_stage(3), day=2, cause="BSI", limit=None).suspends


CLOCK = [  # tingling, minutes to relief, pain during and after -> level, alerts, asks
    (True, 30, (0, 0), None, ("red_session",), ()),
    (True, 31, (0, 0), Level.D, ("red_flag",), ()),
    (True, 60, (0, 0), Level.D, ("red_flag",), ()),
    (True, 61, (0, 0), Level.E, ("red_flag",), ()),
    (True, None, (0, 0), None, ("red_session",), ("relief_minutes",)),
    (True, None, (3, 2), None, ("red_session",), ("relief_minutes",)),
    (True, None, (3, 3), Level.E, ("red_flag",), ("relief_minutes",)),
    (True, 10, (3, 3), None, ("red_session",), ()),
    (False, 30, (0, 0), None, ("red_session",), ()),
    (False, None, (3, 3), Level.E, ("red_flag",), ("relief_minutes",)),
    (False, 31, (0, 0), Level.D, ("red_flag",), ()),
    (False, 61, (0, 0), Level.E, ("red_flag",), ()),
]


@pytest.mark.parametrize(("tingling", "relief", "pains", "level", "alerts", "asks"), CLOCK)
def test_one_clock_runs_after_pressure_in_a_compartment_syndrome(tingling, relief, pains, level, alerts, asks):
    during, after = pains
    run = judged(
        1,
        stage_run(3, relief_minutes=relief),
        RED,
        pain=during,
        pain_after=after,
        tingling=YES if tingling else Answer.ABSENT,
    )
    found = step([run], on_stage(3), day=2, cause="PCS")

    assert (found.rule, found.level, found.suspends) == ("pressure_pcs", level, level is not None)
    assert (found.alerts, found.asks, found.stage) == (alerts, asks, 2)


def test_the_clock_also_runs_for_tingling_of_another_cause():
    slow = judged(1, stage_run(3, relief_minutes=61), tingling=YES)

    assert step([slow], on_stage(3), day=2).level is Level.E
    assert step([judged(1, stage_run(3), tingling=YES)], on_stage(3), day=2).moves is False
    assert step([judged(1, stage_run(3, relief_minutes=90))], on_stage(3), day=2).moves is False
    assert step([judged(1, stage_run(3))], on_stage(3), day=2, cause="PCS").moves is False
    assert step([judged(1, stage_run(3), pain=3, pain_after=3)], on_stage(3), day=2).level is None


def test_the_gravest_of_several_breaches_names_the_rule():
    runs = [
        judged(1, stage_run(5), AMBER),
        judged(3, stage_run(5, relief_minutes=61), RED, tingling=YES),
        judged(5, stage_run(5), gait_change=YES),
    ]
    found = step(runs, on_stage(5), day=6, cause="PCS")

    assert (found.rule, found.level, found.stage) == ("pressure_pcs", Level.E, 3)
    assert found.alerts == ("red_flag", "red_session", "stage_twice")


def test_after_the_last_stage_a_breach_takes_distance_and_a_red_one_the_stage():
    here = on_stage(8, passed=True)
    amber = step([judged(1, stage_run(8), AMBER)], here, day=2)
    red = step([judged(1, stage_run(8), RED)], here, day=2)
    twice = step([judged(1, stage_run(8), AMBER), judged(3, stage_run(8), AMBER)], here, day=4)

    assert (amber.stage, amber.passed, amber.distance_percent, amber.rest_until) == (8, True, 80, at(4))
    assert "fell_from" not in amber.inputs
    assert (red.stage, red.passed, red.distance_percent) == (7, False, 100)
    assert (twice.stage, twice.passed, twice.rule) == (6, False, "twice")


def test_running_that_is_suspended_waits_for_a_clinician():
    found = step(greens(1, 3), on_stage(1, suspended=True))

    assert (found.moves, codes(found.reasons)) == (False, ["suspended"])
    again = stage_step(greens(1, 3), on_stage(1, suspended=True), at(4), limit("SOLEUS"), "SOLEUS", TABLE, at(0.5))
    assert again.stage == 2
    shut = stage_step(greens(1, 3), on_stage(1, suspended=True), at(4), limit("SOLEUS"), "SOLEUS", TABLE, at(0))
    assert not shut.moves


def test_a_correction_of_a_run_does_not_lead_back_twice():
    corrected = judged(1, stage_run(3), AMBER, root="first")

    assert step([corrected], on_stage(2, 2, settled=frozenset({"first"})), day=3).moves is False
    assert step([corrected], on_stage(3), day=3).inputs["settles"] == ["first"]


def test_a_week_without_a_run_leads_one_stage_down_once():
    here = on_stage(3)

    assert step([], here, day=6.99).moves is False
    found = step([], here, day=7)
    assert (found.stage, found.moves, found.rule, codes(found.reasons)) == (2, True, "missed", ["no_run_lately"])
    lower = on_stage(2, 7, rule="missed")
    assert step([], lower, day=30).moves is False
    assert step(greens(20, stage=2), lower, day=21).moves is False
    assert step(greens(9, stage=2), lower, day=16).stage == 1
    assert step(greens(1, 8, stage=3), here, day=9).rule == "missed"  # the gap was seen only with the run after it
    assert step(greens(1, 7.99, stage=3), here, day=9).stage == 4
    for other in (on_stage(0), on_stage(8, passed=True), on_stage(3, suspended=True)):
        assert step([], other, day=30).moves is False


def test_where_a_runner_stands_follows_from_the_stored_moves():
    fell = {"settles": ["run-1"], "fell_from": 3, "suspends": False}
    moves = [
        Moved(3, False, at(0), rule="entered"),
        Moved(2, False, at(2), rest_until=at(4), rule="breach", inputs=fell),
        Moved(1, False, at(6), rule="stop", inputs={"settles": ["run-5"], "fell_from": 2, "suspends": True}),
    ]

    found = standing(moves)
    assert (found.stage, found.entered_at, found.rule, found.suspended) == (1, at(6), "stop", True)
    assert (found.settled, found.falls) == ({"run-1", "run-5"}, (3, 2))
    resumed = standing([*moves, Moved(1, False, at(9), rule="resumed")])
    assert (resumed.suspended, resumed.falls) == (False, (3, 2))
    with pytest.raises(ValueError, match="never entered"):
        standing([])


def test_runs_two_days_apart_count():
    assert step([*greens(1), judged(3, stage_run(1))], on_stage(1)).stage == 2
    assert at(3) - at(1) == timedelta(hours=48)


def test_the_same_story_is_told_the_same_whatever_its_order():
    runs = [*greens(1, 3), judged(5, stage_run(1), GREEN, pain=1)]

    assert step(runs, on_stage(1)) == step(list(reversed(runs)), on_stage(1))
