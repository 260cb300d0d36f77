"""What a watch's run is: its figures, the numbers it is read by, why a file gives none, and which two are one.

Speeds are in km/h, cadence in steps a minute of both feet.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clinic.terms import Text
from rehab.rules.logged import Segment

PROBLEMS = (
    *("empty", "too_big", "wrong_kind", "broken", "refused", "no_points", "no_time", "too_short", "several"),
    *("other_sport", "too_fast", "absurd", "future", "too_old"),
    *("archive_too_big", "archive_broken", "locked", "no_runs", "not_reached"),
)
PRINT_TIME = "%Y%m%dT%H%MZ"
PRINT = re.compile(r"(?P<began>\d{8}T\d{4}Z)-(?P<minutes>\d{1,5})min-[\d.]+km")


@dataclass(frozen=True)
class Limit:
    """One number of the table, in the unit its reader asks for."""

    code: str
    value: float
    text: Text
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class Problem:
    """Why a file gave no run, for the runner to read; nothing was changed."""

    code: str
    text: Text


@dataclass(frozen=True)
class WatchTable:
    """The limits by code, and a sentence for each problem."""

    limits: Mapping[str, Limit]
    problems: Mapping[str, Text]

    def of(self, code: str) -> float:
        """Return the number of one limit."""
        return self.limits[code].value

    def problem(self, code: str) -> Problem:
        """Return a problem with its sentence."""
        return Problem(code, self.problems[code])


@dataclass(frozen=True)
class Run:
    """The figures of one run.  No place is kept.

    ``minutes`` are those in motion, ``run_minutes`` and ``walk_minutes`` their parts; ``pauses`` counts the times of
    standing and ``pause_minutes`` sums them.  ``km``, ``elevation_m`` and ``cadence`` are ``None`` where the watch
    recorded none.  ``fingerprint`` says start, duration with pauses, and distance: see :func:`same_run`.
    """

    began: datetime
    km: float | None
    minutes: float
    elevation_m: int | None
    cadence: int | None
    pauses: int
    pause_minutes: float
    segments: tuple[Segment, ...]
    run_minutes: float
    walk_minutes: float
    longest_run_minutes: float
    source: str
    fingerprint: str


def fingerprint(began: datetime, minutes: float, km: float) -> str:
    """Return what makes one run: its first minute (UTC), its length in minutes with pauses, and its kilometres."""
    return f"{began.astimezone(UTC).strftime(PRINT_TIME)}-{round(minutes)}min-{km:.1f}km"


def _span(printed: str) -> tuple[datetime, datetime] | None:
    found = PRINT.fullmatch(printed)
    if not found:
        return None
    start = datetime.strptime(found["began"], PRINT_TIME).replace(tzinfo=UTC)
    return start, start + timedelta(minutes=int(found["minutes"]))


def same_print(one: str, other: str, watch: WatchTable) -> bool:
    """Return whether two fingerprints are of one run: nobody runs twice at the same time.

    Two devices start and stop a little apart and measure another distance, so what counts is how much of the shorter
    time they share.  An empty fingerprint (a run logged by hand) is the same as none.
    """
    a, b = _span(one), _span(other)
    if a is None or b is None:
        return one == other != ""
    shared = (min(a[1], b[1]) - max(a[0], b[0])).total_seconds()
    shorter = min(a[1] - a[0], b[1] - b[0]).total_seconds()
    return shared * 100 >= shorter * watch.of("same_run_overlap") and shared > 0


def same_run(one: Run, other: Run, watch: WatchTable) -> bool:
    """Return whether two files hold one run: see :func:`same_print`."""
    return same_print(one.fingerprint, other.fingerprint, watch)
