"""How much a week and a single run may hold: computed from what was run, never from the plan (8.3)."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rehab.rules.logged import RunDone
from rehab.rules.running_growth import growth, monday, over_cap
from tests.rehab.rules.runs import AMBER, BEGIN, GREEN, PENDING, RED, TABLE, UNKNOWN, codes, judged, segments, stage_run

MONDAY = BEGIN.date()


def free(day, km=5.0, colour=GREEN, minutes=None, **more):
    """Return a free run of so many kilometres."""
    return judged(day, RunDone(km=km, run_minutes=minutes), colour, **more)


def week(number, total, colour=GREEN, **more):
    """Return three runs on Monday, Wednesday and Friday of a week, together so long."""
    return [free(number * 7 + day, total / 3, colour, **more) for day in (0, 2, 4)]


def weeks(*totals):
    """Return GREEN weeks of these totals, from the first week on."""
    return [run for number, total in enumerate(totals) for run in week(number, total) if total]


def allowed(runs, in_week, **more):
    """Return the allowance asked on the Sunday of a week."""
    on = MONDAY + timedelta(days=in_week * 7 + more.pop("day", 6))
    return growth(runs, on, more.pop("stage", 8), more.pop("passed", True), TABLE, **more)


@pytest.mark.parametrize(
    ("totals", "low", "most", "rule"),
    [
        ((0, 30), 30, 33, "week_cap"),
        ((0, 6), 6, 7, "week_cap"),  # at least one kilometre
        ((25, 30), 30, 32.5, "two_week_stop"),
        ((25.5, 30), 30, 33, "week_cap"),
        ((10, 30), 30, 30, "two_week_stop"),  # holds growth back, and asks for no less than the last GREEN week
        ((30, 20), 20, 22, "week_cap"),
        ((30, 0), 30, 30, "last_not_green"),
    ],
)
def test_a_week_may_hold_a_tenth_more_and_less_than_a_third_more_over_two(totals, low, most, rule):
    found = allowed(weeks(*totals), len(totals))

    assert (found.unit, found.week_min, found.week_max, found.rule) == ("km", low, most, rule)
    assert found.week == MONDAY + timedelta(days=7 * len(totals))
    assert (found.light, found.over, found.done) == (False, False, 0)
    assert json.loads(json.dumps(found.inputs)) == found.inputs
    assert all(reason.text and reason.text_es and reason.source for reason in found.reasons)


@pytest.mark.parametrize("colour", [PENDING, UNKNOWN])
def test_a_week_that_is_not_green_gives_no_more(colour):
    runs = [*weeks(30), *week(1, 27)[:2], free(11, 9, colour)]

    found = allowed(runs, 2)
    assert (found.week_max, found.rule) == (27, "last_not_green")
    assert "last_not_green" in codes(found.reasons)
    shut = [*weeks(30), *week(1, 27)[:2], free(11, 9, while_shut=True)]
    assert allowed(shut, 2).week_max == 27
    more = [*weeks(30), *week(1, 33)[:2], free(11, 11, colour)]
    assert allowed(more, 2).week_max == 30


def test_a_breach_takes_a_fifth_until_a_green_week_lies_between():
    amber = [*weeks(30), *week(1, 30)[:2], free(11, 10, AMBER)]
    now = [*weeks(30, 30), free(14, 10, RED)]

    assert (allowed(amber, 2).week_max, allowed(amber, 2).rule) == (24, "breach")
    assert (allowed(now, 2).week_max, allowed(now, 2).single_run_max) == (24, 8)
    assert (allowed(amber, 2).single_run_max, codes(allowed(amber, 2).reasons)[-2:]) == (
        8,
        ["after_breach", "longest_run"],
    )
    assert allowed([*amber, *week(2, 24)], 3).rule == "week_cap"
    idle = [*weeks(30, 0), free(14, 10, AMBER)]
    assert allowed(idle, 2).week_max == 24


def test_every_fourth_week_is_lighter():
    runs = weeks(30, 33, 36)

    found = allowed(runs, 3)
    assert (found.light, found.week_min, found.week_max, found.rule) == (True, 28.8, 30.6, "fourth_week")
    assert "light_week" in codes(found.reasons)
    assert not allowed(weeks(30, 33), 2).light
    assert not allowed(weeks(30, 33, 36, 30.6), 4).light
    assert allowed(weeks(30, 33, 36, 31), 4).light  # not light enough: still asked
    assert not allowed(weeks(30, 33, 0, 36), 4).light
    assert not allowed(runs, 3, passed_on=MONDAY).light
    assert allowed(runs, 3, passed_on=MONDAY - timedelta(days=1)).light


def test_minutes_stand_in_where_a_distance_is_missing():
    runs = [free(0, None, minutes=30), free(2, 6, minutes=30)]

    found = allowed(runs, 1)
    assert (found.unit, found.week_max, found.single_run_max) == ("minutes", 66, 33)
    shaped = [judged(0, RunDone(segments=segments("w5 r20 w5 r10"))), judged(2, RunDone(stage=8), minutes=30)]
    assert allowed(shaped, 1).week_max == 66
    unknown = [judged(0, RunDone(stage=8)), judged(2, RunDone(stage=8), minutes=30)]
    assert allowed(unknown, 1).week_max == 33


def test_what_was_run_so_far_is_held_against_the_week():
    runs = [*weeks(30), free(7, 20), free(9, 13.1)]

    found = allowed(runs, 1)
    assert (found.done, found.over, codes(found.reasons)[-1]) == (33.1, True, "week_over_cap")
    assert allowed(runs, 1, day=1).over is False
    assert allowed(runs, 1, day=1).done == 20


def test_before_the_last_stage_is_passed_the_ladder_says_how_much():
    runs = [judged(day, stage_run(3)) for day in (0, 2, 4)]

    found = allowed(runs, 0, stage=3, passed=False)
    assert (found.unit, found.week_min, found.week_max, found.single_run_max) == ("minutes", 0, 48, 12)
    assert (found.done, found.over, found.rule, codes(found.reasons)) == (36, False, "by_ladder", ["by_ladder"])
    assert allowed(runs, 0, stage=2, passed=False).over


def test_without_a_base_the_last_stage_says_how_much():
    for runs, reason in (
        ([], "no_base"),
        ([free(0, colour=AMBER)], "no_base"),
        ([free(0, None)], "no_base"),
        ([free(0, 10)], "no_long_run"),
        ([free(0, 10), free(35, 10, RED)], "no_long_run"),
        ([judged(1, stage_run(0)), judged(2, None)], "no_base"),
    ):
        found = allowed(runs, 5)
        assert (found.rule, found.week_max, found.single_run_max) == ("by_ladder", 120, 30), runs
        assert codes(found.reasons) == [reason, "by_ladder"]


def test_a_single_run_may_be_a_tenth_longer_than_the_longest_of_thirty_days():
    runs = [free(0, 20), free(2, 10), free(8, 30, RED), free(15, 40, while_shut=True)]

    assert allowed(runs, 4, day=2).single_run_max == 22
    assert allowed(runs, 4, day=3).single_run_max == 11
    ours = over_cap(free(30, 22.1).session, runs, True, TABLE)
    assert (ours.over, ours.cap, ours.amount, ours.unit, ours.percent) == (True, 22, 22.1, "km", 111)
    assert codes(ours.reasons) == ["run_over_cap", "single_run"]
    same = over_cap(free(30, 22).session, runs, True, TABLE)
    assert (same.over, same.reasons, same.percent) == (False, (), 110)
    assert over_cap(free(31, 22).session, runs, True, TABLE).cap == 11
    assert over_cap(free(4, 22, minutes=50).session, [free(2, None, minutes=40)], True, TABLE).unit == "minutes"


def test_no_cap_holds_where_nothing_can_be_compared():
    run = free(30, 22).session

    assert over_cap(run, [], True, TABLE) is None
    assert over_cap(run, [free(40, 20)], True, TABLE) is None
    assert over_cap(run, [free(2, 20)], False, TABLE) is None
    assert over_cap(free(30, None).session, [free(2, 20)], True, TABLE) is None
    assert over_cap(judged(30, stage_run(0)).session, [free(2, 20)], True, TABLE) is None
    assert over_cap(judged(30, None).session, [free(2, 20)], True, TABLE) is None
    assert over_cap(run, [free(2, None)], True, TABLE) is None


def test_a_week_begins_on_monday():
    assert monday(date(2026, 3, 8)) == monday(MONDAY) == MONDAY
    assert allowed(weeks(30), 1, day=0).week == MONDAY + timedelta(days=7)


TOTALS = st.lists(st.sampled_from([0.0, 3.0, 6.0, 9.0, 12.0, 20.0, 30.0]), min_size=1, max_size=6)


@given(TOTALS, st.floats(1, 3))
def test_twice_the_running_never_allows_less(totals, factor):
    runs = weeks(*totals)
    assume(runs)
    more = [
        replace(r, session=replace(r.session, run=replace(r.session.run, km=r.session.run.km * factor))) for r in runs
    ]
    before, after = allowed(runs, len(totals)), allowed(more, len(totals))

    assert after.week_max >= before.week_max - 0.1
    assert after.single_run_max >= before.single_run_max - 0.1


@given(TOTALS, st.sampled_from([AMBER, RED, PENDING, UNKNOWN]), st.data())
def test_a_run_that_is_not_green_never_allows_more(totals, colour, data):
    runs = weeks(*totals)
    assume(runs)
    place = data.draw(st.integers(0, len(runs) - 1))
    worse = [replace(r, judgement=replace(r.judgement, colour=colour)) if n == place else r for n, r in enumerate(runs)]
    before, after = allowed(runs, len(totals)), allowed(worse, len(totals))

    if before.rule != "by_ladder" and after.rule != "by_ladder" and place == len(runs) - 1:
        assert after.week_max <= before.week_max
        assert after.single_run_max <= before.single_run_max


@given(TOTALS)
def test_no_week_allows_a_third_more_than_two_weeks_before_unless_it_was_green(totals):
    found = allowed(weeks(*totals), len(totals))

    if found.rule != "by_ladder":
        assert 0 <= found.week_min <= found.week_max
        assert found.single_run_max <= found.week_max
        before_last = found.inputs["before_last"]
        assert not before_last or found.week_max <= max(before_last * 1.3, found.inputs["green"]) + 0.1
        assert found.week_max <= max(found.inputs["green"] * 1.1, found.inputs["green"] + 1) + 0.1
