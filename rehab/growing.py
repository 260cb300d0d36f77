"""How much was run in each week, and how much it could have held (8.3): computed from the logs, never from the plan."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from rehab.knowledge import rehab_knowledge
from rehab.rules.due import monday_of
from rehab.rules.running_growth import KM, Allowance, growth, over_cap
from rehab.rules.running_match import run_minutes, was_running

WEEKS = 8
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class WeekRun:
    """One week: its Monday, minutes and kilometres of running (None where no run says how far), and its allowance."""

    monday: date
    minutes: float
    km: float | None
    allowed: Allowance | None

    def amount(self, unit):
        """Return what was run in a unit of the rules."""
        return self.km if unit == KM else self.minutes

    def band(self, unit):
        """Return (least, most) that the week could hold in this unit; (None, None) where the rules count another."""
        return (self.allowed.week_min, self.allowed.week_max) if self.allowed and self.allowed.unit == unit else NONE


NONE = (None, None)


def weeks_run(course):
    """Return the last weeks since the first run or walk of the ladder, oldest first; the newest is this one.

    A past week is held against what it could hold as it began, this one against what it can hold now.
    """
    moves, today = course.moves, course.now.date()
    runs = [judged for judged in course.judged if judged.session.run and was_running(judged.session.run)]
    begun = [judged.session.day for judged in runs] + [timezone.localdate(move.at) for move in moves]
    if not begun:
        return []
    this = monday_of(today)
    mondays = [this - n * WEEK for n in reversed(range(WEEKS)) if this - n * WEEK >= monday_of(min(begun))]
    return [_week(runs, moves, monday, today if monday == this else None) for monday in mondays]


def _week(runs, moves, monday, today):
    found = [judged.session for judged in runs if monday <= judged.session.day < monday + WEEK]
    distances = [session.run.km for session in found if session.run.km is not None]
    known = runs if today else [judged for judged in runs if judged.session.day < monday]
    return WeekRun(
        monday=monday,
        minutes=sum(run_minutes(session.run) or session.minutes or 0 for session in found),
        km=sum(distances) if distances else None,
        allowed=_allowed(known, moves, today or monday),
    )


def _allowed(runs, moves, on):
    """Return what the week of a day could hold; None before the runner stood on the ladder."""
    known = [move for move in moves if timezone.localdate(move.at) <= on]
    if not known:
        return None
    here = known[-1]
    return growth(runs, on, here.stage, here.passed, rehab_knowledge().running, _passed_on(known))


def _passed_on(moves):
    """Return the day since which the last stage is passed, or None."""
    days = []
    for move in moves:
        days = [*days, timezone.localdate(move.at)] if move.passed else []
    return days[0] if days else None


def allowed_now(course):
    """Return what this week may hold, and the longest single run; None before the ladder."""
    runs = [judged for judged in course.judged if judged.session.run and was_running(judged.session.run)]
    return _allowed(runs, course.moves, course.now.date())


def too_long(course):
    """Return {session: its run against the cap} of the runs that were longer than a single run may be (8.3)."""
    found = {}
    for place, judged in enumerate(course.judged):
        before = [move for move in course.moves if move.at <= judged.session.began]
        passed = bool(before) and before[-1].passed
        cap = over_cap(judged.session, course.judged[:place], passed, rehab_knowledge().running)
        if cap and cap.over:
            found[judged.session.id] = cap
    return found
