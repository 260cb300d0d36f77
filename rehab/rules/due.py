"""What is due today, from the doses of a plan and what was done this week.  Plain functions, no clock.

A week runs from Monday to Sunday.  Whoever did an exercise yesterday rests from it today while the week has more days
left than times to do it: so the times spread over the week by themselves.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class Due(StrEnum):
    """Where one exercise stands today."""

    NOW = "now"  # to be done today
    AGREED = "agreed"  # nobody wrote how often: as agreed with the clinician
    DONE = "done"  # done, or left out for a reason, as often as today asks
    SPACED = "spaced"  # a day of rest between two days of work
    WEEK_DONE = "week_done"  # as often as this week asks
    RESTING = "resting"  # a rule gave it a rest that is not over


@dataclass(frozen=True)
class Habit:
    """How often an exercise is asked for, and when it was done.

    ``times_a_week`` 1 to 7 or ``None`` for not specified; ``times_a_day`` from 1; ``done_on`` the days of each time it
    was done, repeated where it was done twice; ``left_out_on`` the days it was skipped for a reason.
    """

    times_a_week: int | None
    times_a_day: int = 1
    rest_until: datetime | None = None
    done_on: tuple[date, ...] = ()
    left_out_on: tuple[date, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Where an exercise stands: ``days_done`` of ``days_asked`` this week, and ``times_left`` today."""

    due: Due
    days_done: int
    days_asked: int | None
    times_left: int = 0


def monday_of(day: date) -> date:
    """Return the Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def standing(habit: Habit, now: datetime) -> Standing:
    """Return where an exercise stands at a moment of the clinic's time zone."""
    today = now.date()
    before = {day for day in habit.done_on if monday_of(today) <= day < today}
    times = [*habit.done_on, *habit.left_out_on].count(today)
    days = len(before) + (today in habit.done_on)
    left = max(0, habit.times_a_day - times)
    return Standing(_due(habit, now, len(before), left), days, habit.times_a_week, left)


def _due(habit: Habit, now: datetime, before: int, left: int) -> Due:
    today = now.date()
    if habit.rest_until is not None and habit.rest_until > now:
        return Due.RESTING
    if not left:
        return Due.DONE
    if habit.times_a_week is None:
        return Due.AGREED
    begun = today in habit.done_on
    if begun:  # a day with more than one time goes on
        return Due.NOW
    still_to_do = habit.times_a_week - before
    if still_to_do <= 0:
        return Due.WEEK_DONE
    days_left = 7 - today.weekday()
    if today - timedelta(days=1) in habit.done_on and days_left > still_to_do:
        return Due.SPACED
    return Due.NOW


def is_to_do(found: Standing) -> bool:
    """Return whether today's session holds this exercise."""
    return found.due in (Due.NOW, Due.AGREED)


def may_be_done(found: Standing) -> bool:
    """Return whether the runner may do it today of their own will: everything but what a rule rests."""
    return found.due is not Due.RESTING
