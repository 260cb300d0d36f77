"""What the coming days ask for, if each is done when it is due.  Plain functions, no clock.

A forecast for a calendar: today's page says what really is due.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from rehab.rules.due import Due, Habit, standing

DAY = timedelta(days=1)


@dataclass(frozen=True)
class SessionAhead:
    """One day with a session: the places of its exercises in the order they were given."""

    day: date
    exercises: tuple[int, ...]


def sessions_ahead(habits: Sequence[Habit], now: datetime, days: int) -> list[SessionAhead]:
    """Return the days of the next ``days`` that ask for a session, today first.

    ``now`` is a moment of the clinic's time zone; the days after it are looked at from their own beginning.  What
    nobody wrote a number of times for goes along with the rest, and makes no session by itself.
    """
    done, found = list(habits), []
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for moment in (now, *(midnight + n * DAY for n in range(1, days))):
        standings = [standing(habit, moment).due for habit in done]
        places = tuple(place for place, due in enumerate(standings) if due in (Due.NOW, Due.AGREED))
        if Due.NOW not in standings:
            continue
        found.append(SessionAhead(moment.date(), places))
        for place in places:
            done[place] = replace(done[place], done_on=(*done[place].done_on, moment.date()))
    return found


def runs_ahead(last: date | None, rest_until: datetime | None, apart: int, now: datetime, days: int) -> list[date]:
    """Return the days of the next ``days`` for a run: ``apart`` days after the last one, and after each other.

    A rest that a rule gave comes first; the day it ends on is still a day of rest, unless it ends at its beginning.
    """
    first = now.date() if last is None else max(now.date(), last + apart * DAY)
    if rest_until is not None and rest_until > now:
        over = rest_until.date()
        begins = rest_until == rest_until.replace(hour=0, minute=0, second=0, microsecond=0)
        first = max(first, over if begins else over + DAY)
    until = now.date() + days * DAY
    return [day for n in range(0, days, apart) if (day := first + n * DAY) < until]
