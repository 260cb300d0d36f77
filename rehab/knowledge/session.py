"""Reads session.toml (how long the parts of a session take) and reminders.toml (when a runner is reminded)."""

from clinic.tables import Checker, Entry, read_table
from rehab.knowledge.course import HERE, numbers_of
from rehab.rules.reminders import ReminderTable
from rehab.rules.session import Timing

NEEDED = (
    *("seconds_per_repetition", "seconds_per_breath", "seconds_per_step", "seconds_per_metre"),
    *("rest_seconds", "seconds_before_set", "seconds_between_holds", "seconds_between_exercises"),
)


REMINDED = (
    "session_hours",
    "morning_hours",
    "late_hours",
    "silent_first_days",
    "silent_second_days",
    "silent_ends_days",
)


def load_timing(checker: Checker) -> Timing:
    """Return the seconds of each part; a part that is missing, or one nobody needs, is reported."""
    return Timing(**_numbers(checker, "session.toml", "timing", NEEDED))


def load_reminders(checker: Checker) -> ReminderTable:
    """Return the hours and days of the reminders."""
    found = _numbers(checker, "reminders.toml", "reminder", REMINDED)
    return ReminderTable(**{name: round(value) for name, value in found.items()})


def _numbers(checker: Checker, file: str, kind: str, needed: tuple[str, ...]):
    """Return the named numbers of a file; one that is missing, or one nobody needs, is reported."""
    table = read_table(HERE / file, checker)
    found: dict[str, float] = {}
    for entry in table.children(kind):
        found |= _read(entry)
    table.finish()
    for name in sorted(set(needed) ^ set(found)):
        table.report(name, "missing" if name in needed else "unknown number")
    return {name: found.get(name, 0) for name in needed}


def _read(entry: Entry):
    entry.code()
    entry.must_text("text")
    entry.sources()
    entry.mark()
    found = numbers_of(entry)
    entry.finish()
    return found
