"""The coming days: spread as today's page spreads them, rests first, and never more than the days asked for."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehab.rules.ahead import runs_ahead, sessions_ahead
from rehab.rules.due import Habit, is_to_do, monday_of, standing

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAYS = 28


def days_of(*habits, now=MONDAY, days=DAYS):
    """Return the weekdays (0 Monday) of the sessions ahead, counted on over the weeks."""
    return [(ahead.day - MONDAY.date()).days for ahead in sessions_ahead(habits, now, days)]


@pytest.mark.parametrize(
    ("times", "first_week"), [(1, [0]), (2, [0, 2]), (3, [0, 2, 4]), (5, [0, 2, 4, 5, 6]), (7, [0, 1, 2, 3, 4, 5, 6])]
)
def test_the_times_of_a_week_spread_over_it(times, first_week):
    assert days_of(Habit(times), days=7) == first_week
    assert len(days_of(Habit(times))) == 4 * times


def test_what_was_done_is_taken_off_the_week():
    done = Habit(3, done_on=(MONDAY.date(),))
    assert days_of(done, days=7) == [2, 4]


def test_a_rest_stands_above_the_week():
    habit = Habit(7, rest_until=MONDAY + timedelta(days=2))  # Wednesday at ten
    assert days_of(habit, days=5) == [3, 4]


def test_nobodys_number_goes_along_and_makes_no_session():
    assert days_of(Habit(None)) == []
    assert [ahead.exercises for ahead in sessions_ahead([Habit(None), Habit(1)], MONDAY, 7)] == [(0, 1)]


@given(st.lists(st.integers(1, 7), min_size=1, max_size=4), st.integers(0, 6))
def test_today_is_what_todays_page_says_and_no_week_asks_for_too_much(times, weekday):
    now = MONDAY + timedelta(days=weekday)
    habits = [Habit(many) for many in times]
    found = sessions_ahead(habits, now, DAYS)

    assert any(is_to_do(standing(habit, now)) for habit in habits) == (found[0].day == now.date())
    assert all(now.date() <= ahead.day < now.date() + timedelta(days=DAYS) for ahead in found)
    for place, many in enumerate(times):
        weeks = [monday_of(ahead.day) for ahead in found if place in ahead.exercises]
        assert all(weeks.count(week) <= many for week in weeks)


@pytest.mark.parametrize(
    ("last", "rest", "days"),
    [
        (None, None, [0, 2, 4, 6]),
        (date(2026, 3, 2), None, [2, 4, 6]),
        (date(2026, 3, 1), None, [1, 3, 5]),
        (date(2026, 1, 1), None, [0, 2, 4, 6]),
        (date(2026, 3, 1), MONDAY + timedelta(days=2), [3, 5]),  # until Wednesday at ten: not on Wednesday
        (date(2026, 3, 1), datetime(2026, 3, 4, tzinfo=UTC), [2, 4, 6]),
        (date(2026, 3, 1), MONDAY - timedelta(days=1), [1, 3, 5]),
        (None, MONDAY + timedelta(days=40), []),
    ],
)
def test_runs_come_every_other_day_after_the_last_and_after_a_rest(last, rest, days):
    assert [(day - MONDAY.date()).days for day in runs_ahead(last, rest, 2, MONDAY, 7)] == days
