"""Reads watch.toml: how the file of a watch becomes a run, and what is said when it does not."""

from pathlib import Path
from types import MappingProxyType

from clinic.tables import Checker, Entry, read_table
from rehab.rules.watch import PROBLEMS, Limit, WatchTable

HERE = Path(__file__).resolve().parent
UNITS = {
    **dict.fromkeys(("run_from_speed", "surely_run_from_speed", "still_below_speed"), "km/h"),
    **dict.fromkeys(("too_fast_speed", "mean_speed_max"), "km/h"),
    **dict.fromkeys(("run_from_cadence", "one_foot_below"), "steps/min"),
    **dict.fromkeys(("window", "shortest_segment", "shortest_pause", "too_fast_for"), "s"),
    **dict.fromkeys(("shortest_run", "clock_ahead"), "min"),
    "climb_step": "m",
    "longest_run": "h",
    "oldest": "days",
    "same_run_overlap": "percent",
    "archive_weeks": "weeks",
}


def load_watch(checker: Checker) -> WatchTable:
    """Read the limits, each in the unit the rules reckon with, and a sentence for each problem."""
    table = read_table(HERE / "watch.toml", checker)
    limits = {limit.code: limit for limit in map(_limit, table.children("limit"))}
    problems = dict(map(_problem, table.children("problem")))
    for kind, wanted, found in (("limit", set(UNITS), set(limits)), ("problem", set(PROBLEMS), set(problems))):
        for code in sorted(wanted - found):
            table.report(kind, f"{code!r} is missing")
        for code in sorted(found - wanted):
            table.report(kind, f"{code!r} is used by nothing")
    table.finish()
    return WatchTable(MappingProxyType(limits), MappingProxyType(problems))


def _limit(entry: Entry) -> Limit:
    code = entry.code()
    value, _ = entry.quantity("value", (UNITS.get(code, ""),))
    limit = Limit(code, value or 0, entry.must_text("text"), entry.sources(), entry.mark())
    entry.finish()
    return limit


def _problem(entry: Entry):
    found = (entry.code(), entry.must_text("text"))
    entry.finish()
    return found
