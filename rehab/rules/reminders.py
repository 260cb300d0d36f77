"""Which reminders a runner is due, at a moment of the clinic's time zone.  Plain functions, no clock.

A reminder asks to load the leg, so nothing is due while the leg may not be loaded.  Times are those of the clock on the
wall: 17:00 stays 17:00 when the clocks change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum


class Wish(StrEnum):
    """What a runner can stop, each by itself."""

    SESSION = "session"
    SILENCE = "silence"
    MORNING = "morning"


class Kind(StrEnum):
    """What a mail can say."""

    SESSION = "session"  # a session is due today and not logged
    SILENT_FIRST = "silent_first"  # nothing logged for some days
    SILENT_SECOND = "silent_second"  # nothing logged for a week
    MORNING = "morning"  # the question of the morning after a session

    @property
    def wish(self) -> Wish:
        """Return which wish stops it."""
        return Wish.SILENCE if self in (Kind.SILENT_FIRST, Kind.SILENT_SECOND) else Wish(self.value)


@dataclass(frozen=True)
class ReminderTable:
    """The conventions: hours of the day where nobody chose, how late a mail may be, days of silence."""

    session_hours: int
    morning_hours: int
    late_hours: int
    silent_first_days: int
    silent_second_days: int
    silent_ends_days: int


@dataclass(frozen=True)
class Wishes:
    """The times a runner chose, and what they stopped."""

    session_time: time
    morning_time: time
    stopped: frozenset[Wish] = frozenset()


@dataclass(frozen=True)
class Standing:
    """Where a runner stands.

    ``may_train``: the case is open, the gate too, and a plan with its limit of pain is in force.  ``since``: the day
    from which something could have been logged.  ``days``: the days on which something was.  ``to_do``: a plan asks
    for something today, and nothing of it is logged.  ``morning_told``: this morning is answered.  ``reminded``: the
    newest day of each kind.
    """

    may_train: bool
    since: date | None
    days: frozenset[date] = frozenset()
    to_do: bool = False
    morning_told: bool = False
    reminded: Mapping[Kind, date] = field(default_factory=dict)


def has_come(chosen: time, now: datetime, table: ReminderTable) -> bool:
    """Return whether a chosen time of today has come, and not so long ago that its mail would be out of place."""
    passed = datetime.combine(now.date(), now.time()) - datetime.combine(now.date(), chosen)
    return timedelta(0) <= passed < timedelta(hours=table.late_hours)


def reminders(standing: Standing, wishes: Wishes, *, now: datetime, table: ReminderTable) -> tuple[Kind, ...]:
    """Return what is due now, for one mail: nothing, one kind, or the morning's and the session's together."""
    if not standing.may_train or standing.since is None:
        return ()
    found = []
    if has_come(wishes.morning_time, now, table):
        found.append(_of_the_morning(standing, now.date()))
    if has_come(wishes.session_time, now, table):
        found.append(_of_the_session(standing, standing.since, wishes, now.date(), table))
    return tuple(kind for kind in found if kind is not None and kind.wish not in wishes.stopped)


def _of_the_morning(standing: Standing, today: date) -> Kind | None:
    if standing.morning_told or today - timedelta(days=1) not in standing.days:
        return None
    return None if standing.reminded.get(Kind.MORNING) == today else Kind.MORNING


def _of_the_session(standing: Standing, since: date, wishes: Wishes, today: date, table: ReminderTable) -> Kind | None:
    """Return the mail about silence where it is time for one, else the one about today's session."""
    last = max([since, *(day for day in standing.days if day <= today)])
    silent = (today - last).days
    for kind, days in (
        (Kind.SILENT_SECOND, table.silent_second_days),
        (Kind.SILENT_FIRST, table.silent_first_days),
    ):
        if silent < days:
            continue
        if silent < table.silent_ends_days and Wish.SILENCE not in wishes.stopped and not _since(standing, kind, last):
            return kind
        if kind is Kind.SILENT_SECOND:
            return None  # who was silent for so long is asked no more every day; the clinic has its alert
        break
    if not standing.to_do or standing.reminded.get(Kind.SESSION) == today:
        return None
    return Kind.SESSION


def _since(standing: Standing, kind: Kind, last: date) -> bool:
    """Return whether this silence was mailed about already: since the last day something was logged."""
    told = standing.reminded.get(kind)
    return told is not None and told > last
