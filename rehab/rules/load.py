"""How much was done in a week: effort (CR-10, 0 to 10) times minutes, added up (section 7.2).  Plain functions."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from rehab.rules.course_tables import ProgressTable
from rehab.rules.logged import Session

HUNDRED = 100


def session_load(session: Session) -> int | None:
    """Return effort times minutes of one session; ``None`` where one of the two was not said."""
    if session.effort is None or session.minutes is None:
        return None
    return session.effort * session.minutes


def weekly_load(sessions: Iterable[Session], day: date, days: int) -> int:
    """Return the load that is known of the ``days`` days that end with ``day``; what was not said adds nothing."""
    within = (session for session in sessions if timedelta(0) <= day - session.day < timedelta(days))
    return sum(session_load(session) or 0 for session in within)


def load_rise(sessions: Sequence[Session], day: date, table: ProgressTable) -> int | None:
    """Return by how many whole per cent (rounded up) the week that ends with ``day`` exceeds the one before.

    ``None`` where it cannot be compared: less than two whole weeks since the first log, nothing logged in the week
    before (the rule of missed weeks speaks then), or a session of the week before lacks effort or minutes.  What was
    not said of the newer week adds nothing, so a rise that is returned is at least as large.

    The week before may also end one day earlier, whichever holds more: who trains every other day has three sessions
    in one week and four in the next, and that is a rhythm and no rise.
    """
    days = round(table.steps["weekly_load"].numbers["days"])
    before = day - timedelta(days)
    first = min((session.day for session in sessions), default=day)
    old = [session for session in sessions if timedelta(0) <= before - session.day < timedelta(days)]
    past = weekly_load(old, before, days)
    if (day - first).days < 2 * days - 1 or not past or any(session_load(session) is None for session in old):
        return None
    past = max(past, weekly_load(sessions, before - timedelta(1), days))
    return -((past - weekly_load(sessions, day, days)) * HUNDRED // past)
