"""Reads session.toml: how long the parts of a session take where the library leaves it open."""

from clinic.tables import Checker, Entry, read_table
from rehab.knowledge.course import HERE, numbers_of
from rehab.rules.session import Timing

NEEDED = (
    *("seconds_per_repetition", "seconds_per_breath", "seconds_per_step", "seconds_per_metre"),
    *("rest_seconds", "seconds_before_set", "seconds_between_holds", "seconds_between_exercises"),
)


def load_timing(checker: Checker) -> Timing:
    """Return the seconds of each part; a part that is missing, or one nobody needs, is reported."""
    table = read_table(HERE / "session.toml", checker)
    found: dict[str, float] = {}
    for entry in table.children("timing"):
        found |= _read(entry)
    table.finish()
    for name in sorted(set(NEEDED) ^ set(found)):
        table.report(name, "missing" if name in NEEDED else "unknown number")
    return Timing(**{name: found.get(name, 0) for name in NEEDED})


def _read(entry: Entry):
    entry.code()
    entry.must_text("text")
    entry.sources()
    entry.mark()
    found = numbers_of(entry)
    entry.finish()
    return found
