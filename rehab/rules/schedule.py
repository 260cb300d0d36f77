"""When outcome measures are asked (section 9): each at the points of its schedule, counted from the plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rehab.rules.course_tables import Measure
from rehab.rules.measures import Score


@dataclass(frozen=True)
class Due:
    """One measure that is asked: for which week of the schedule, since when, and how many days late."""

    measure: str
    week: int
    on: date
    days_late: int


def due(
    measures: Iterable[Measure],
    started: date,
    scores: Sequence[Score],
    today: date,
    cause: str | None,
    *,
    ahead: bool = False,
) -> tuple[Due, ...]:
    """Return the measures that are asked today, each for the newest point of its schedule.

    A score counts for the point on or after whose day it was taken, or in the early days of the table before it,
    until the next one; the first of all counts for the intake.  ``ahead``: as a runner is asked, from the first of
    these early days on.  A measure for certain causes is asked for these alone.  Ordered by day, the latest last.
    """
    found = []
    for measure in measures:
        if measure.causes and cause not in measure.causes:
            continue
        early = timedelta(days=measure.days_early)
        points = [(week, started + timedelta(weeks=week)) for week in measure.schedule_weeks]
        open_points = [(week, on) for week, on in points if on - (early if ahead else timedelta(0)) <= today]
        if not open_points:
            continue
        week, on = open_points[-1]
        days = [one.day for one in scores if one.measure == measure.code and one.day <= today]
        if any(day >= on - early or week == points[0][0] for day in days):
            continue
        found.append(Due(measure.code, week, on, max((today - on).days, 0)))
    return tuple(sorted(found, key=lambda one: (one.on, one.measure)))
