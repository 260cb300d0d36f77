"""Rest between runs (8.2): so many hours after any running, and after the last run or walk that counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rehab.rules.course_tables import RunningTable, Stage
from rehab.rules.logged import RunDone
from rehab.rules.running_match import matches_stage, was_running


@dataclass(frozen=True)
class RunKept:
    """One run or walk that was logged.  ``is_green``: GREEN with its pain told, or GREEN if its morning stays calm."""

    began: datetime
    done: RunDone
    is_green: bool
    while_shut: bool = False


def is_rested(began: datetime, running: Iterable[datetime], counted: Sequence[datetime], apart: timedelta) -> bool:
    """Return whether something began long enough after all running and after the newest of what counted."""
    return all(other <= began - apart for other in (*running, *counted[-1:]))


def apart(table: RunningTable) -> timedelta:
    """Return how long two runs lie apart at least, from beginning to beginning."""
    return timedelta(hours=table.practice["as_prescribed"].numbers["hours_apart_min"])


def next_counts_from(
    runs: Iterable[RunKept], stage: Stage, entered_at: datetime, rest_until: datetime | None, table: RunningTable
) -> datetime | None:
    """Return from when the next run or walk can count for a stage; None where none before it keeps it back.

    ``runs`` in any order; ``entered_at``: when the stage was reached; ``rest_until``: nothing before it counts.
    """
    running: list[datetime] = []
    counted: list[datetime] = []
    for run in sorted(runs, key=lambda run: run.began):
        if run.began >= entered_at and not run.is_green:
            counted.clear()
        elif run.began >= entered_at:
            shut = run.while_shut or (rest_until is not None and run.began < rest_until)
            rested = is_rested(run.began, running, counted, apart(table))
            if not shut and rested and matches_stage(run.done, stage, table).matches:
                counted.append(run.began)
        if was_running(run.done):
            running.append(run.began)
    ends = [began + apart(table) for began in (*running, *counted[-1:])]
    return max([*ends, rest_until] if rest_until is not None else ends, default=None)
