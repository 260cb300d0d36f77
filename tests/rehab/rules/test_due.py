"""What is due today: times spread over the week by themselves, and rests that a rule gave hold."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehab.rules.due import Due, Habit, is_to_do, may_be_done, monday_of, standing

ZONE = ZoneInfo("Europe/Madrid")
MONDAY = date(2026, 1, 5)


def at(day, hour=9):
    """Return a moment of that day of the week; Monday is 0."""
    return datetime.combine(MONDAY + timedelta(day), datetime.min.time(), ZONE) + timedelta(hours=hour)


def days(*numbers):
    return tuple(MONDAY + timedelta(n) for n in numbers)


@pytest.mark.parametrize(
    ("asked", "done", "today", "due"),
    [
        (3, (), 0, Due.NOW),
        (3, (0,), 0, Due.DONE),
        (3, (0,), 1, Due.SPACED),
        (3, (0,), 2, Due.NOW),
        (3, (0, 2, 4), 5, Due.WEEK_DONE),
        (3, (0, 2, 4), 7, Due.NOW),
        (5, (0, 2, 3, 4), 5, Due.SPACED),
        (5, (0, 2, 3), 4, Due.SPACED),
        (5, (0, 2), 3, Due.SPACED),
        (5, (0, 2), 4, Due.NOW),
        (5, (2, 3), 4, Due.NOW),
        (3, (5,), 6, Due.NOW),
        (7, (0, 1), 2, Due.NOW),
        (2, (-1,), 0, Due.SPACED),
        (None, (0,), 1, Due.AGREED),
        (None, (0,), 0, Due.DONE),
    ],
)
def test_where_an_exercise_stands(asked, done, today, due):
    assert standing(Habit(asked, done_on=days(*done)), at(today)).due is due


def test_two_times_a_day_are_two_sessions_of_one_day():
    once = Habit(3, times_a_day=2, done_on=days(0))
    assert (standing(once, at(0)).due, standing(once, at(0)).times_left) == (Due.NOW, 1)
    assert standing(Habit(3, 2, done_on=days(0, 0)), at(0)).due is Due.DONE
    assert standing(Habit(3, 2, done_on=days(0, 0)), at(0)).days_done == 1


def test_left_out_for_a_reason_is_not_asked_again_today_and_not_counted():
    found = standing(Habit(3, left_out_on=days(2)), at(2))
    assert (found.due, found.days_done) == (Due.DONE, 0)
    assert standing(Habit(3, left_out_on=days(2)), at(3)).due is Due.NOW


def test_a_rest_that_a_rule_gave_holds_to_its_minute():
    habit = Habit(7, rest_until=at(2, 14))
    assert standing(habit, at(2, 13)).due is Due.RESTING
    assert not may_be_done(standing(habit, at(2, 13)))
    assert standing(habit, at(2, 14)).due is Due.NOW


@given(
    asked=st.integers(1, 7),
    last_week=st.sets(st.integers(-7, -1)),
)
def test_whoever_does_what_is_due_reaches_what_the_week_asks(asked, last_week):
    done = list(days(*last_week))
    for day in range(7):
        if is_to_do(standing(Habit(asked, done_on=tuple(done)), at(day))):
            done.append(MONDAY + timedelta(day))
    week = [day for day in done if monday_of(day) == MONDAY]
    assert len(week) == asked


@given(asked=st.integers(1, 3), start=st.integers(0, 1))
def test_up_to_three_times_a_week_never_fall_on_two_days_in_a_row(asked, start):
    done = []
    for day in range(start, 7):
        if is_to_do(standing(Habit(asked, done_on=tuple(done)), at(day))):
            done.append(MONDAY + timedelta(day))
    assert all(after - before > timedelta(1) for before, after in zip(done, done[1:], strict=False))
