"""Was what was really run the stage?  Judged by the minutes and stretches of the log, never by the plan (8.2, 8.3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from rehab.rules.course_tables import RunningTable, Stage
from rehab.rules.logged import RunDone
from rehab.rules.wording import Told, told


@dataclass(frozen=True)
class Match:
    """Whether a run was the stage; ``reasons`` says everything that speaks against it."""

    matches: bool
    reasons: tuple[Told, ...] = ()


@dataclass(frozen=True)
class _Asked:
    """A stage with the tolerances of the table."""

    stage: Stage
    table: RunningTable

    def tolerance(self, minutes: float) -> float:
        """Return by how many minutes a stretch may differ."""
        numbers = self.table.practice["as_prescribed"].numbers
        return max(numbers["tolerance_min_minutes"], minutes * numbers["tolerance_percent"] / 100)

    def low(self, minutes: float) -> float:
        """Return the shortest that still counts as these minutes."""
        return minutes - self.tolerance(minutes)

    def high(self, minutes: float) -> float:
        """Return the longest that still counts as these minutes."""
        return minutes + self.tolerance(minutes)

    def say(self, code: str, **values: float) -> Told:
        """Return a reason about this stage."""
        return told(self.table.reasons, code, self.stage.source, **values)


def matches_stage(run: RunDone, stage: Stage, table: RunningTable) -> Match:
    """Return whether a run was this stage: in full, not longer, on the flat.

    The minutes may differ by the tolerance of the table.  Where the stretches are known they decide; else the totals
    do, and then the runner must have set out for this stage.  Walking before and after it is the warm-up and the
    cool-down.  Stage 0 is a walk: longer is fine, running is not.
    """
    asked = _Asked(stage, table)
    against = tuple(_against(run, asked))
    return Match(not against, against)


def stretches(run: RunDone) -> tuple[tuple[str, float], ...]:
    """Return the stretches of a run, neighbours of one kind joined: ("walk", 5.0), ("run", 1.0) ..."""
    return tuple(
        (kind, sum(part.minutes for part in parts)) for kind, parts in groupby(run.segments, key=lambda part: part.kind)
    )


def run_minutes(run: RunDone) -> float | None:
    """Return the minutes of running, from the stretches where they are known; ``None`` = not known."""
    if run.segments:
        return sum(minutes for kind, minutes in stretches(run) if kind == "run")
    return run.run_minutes


def walk_minutes(run: RunDone) -> float | None:
    """Return the minutes of walking, from the stretches where they are known; ``None`` = not known."""
    if run.segments:
        return sum(minutes for kind, minutes in stretches(run) if kind == "walk")
    return run.walk_minutes


def was_running(run: RunDone) -> bool:
    """Return whether any of it was running.  Unknown minutes count as running unless it was the walk of stage 0."""
    minutes = run_minutes(run)
    return run.stage != 0 if minutes is None else minutes > 0


def _against(run: RunDone, asked: _Asked) -> Iterator[Told]:
    stage = asked.stage
    if run.stage is not None and run.stage != stage.number:
        yield asked.say("another_stage", set_out=run.stage, stage=stage.number)
    if run.hills:
        yield asked.say("hilly")
    minutes = run_minutes(run)
    if minutes is None and stage.total_run_minutes > 0:
        yield asked.say("run_minutes_unknown")
        return
    if (minutes or 0) > asked.high(stage.total_run_minutes):
        yield asked.say("ran_too_much", minutes=minutes or 0, wanted=stage.total_run_minutes)
    if (minutes or 0) < asked.low(stage.total_run_minutes):
        yield asked.say("ran_too_little", minutes=minutes or 0, wanted=stage.total_run_minutes)
    if stage.total_run_minutes == 0:
        yield from _walk_of_stage_0(run, asked)
    elif run.segments:
        yield from _stretches_against(run, asked)
    else:
        yield from _totals_against(run, asked)


def _walk_of_stage_0(run: RunDone, asked: _Asked) -> Iterator[Told]:
    walked = walk_minutes(run)
    wanted = asked.stage.walk_minutes * asked.stage.repetitions
    if walked is None:
        yield asked.say("walk_minutes_unknown")
    elif walked < asked.low(wanted):
        yield asked.say("walked_too_little", minutes=walked, wanted=wanted)


def _stretches_against(run: RunDone, asked: _Asked) -> Iterator[Told]:
    """Compare the running stretches, and the walks between the first and the last of them."""
    stage, parts = asked.stage, stretches(run)
    runs = [place for place, (kind, _) in enumerate(parts) if kind == "run"]
    lengths = [parts[place][1] for place in runs]
    if lengths and max(lengths) > asked.high(stage.run_minutes):
        yield asked.say("stretch_too_long", minutes=max(lengths), wanted=stage.run_minutes)
    whole = sum(length >= asked.low(stage.run_minutes) for length in lengths)
    if whole < stage.repetitions:
        yield asked.say("stretch_too_short", count=whole, minutes=stage.run_minutes, wanted=stage.repetitions)
    breaks = [m for kind, m in parts[runs[0] : runs[-1]] if kind == "walk"] if runs else []
    longest = stage.walk_minutes + asked.table.practice["as_prescribed"].numbers["longer_break_max_minutes"]
    if breaks and min(breaks) < asked.low(stage.walk_minutes):
        yield asked.say("walked_too_little", minutes=min(breaks), wanted=stage.walk_minutes)
    if breaks and max(breaks) > longest:
        yield asked.say("walked_too_much", minutes=max(breaks), wanted=stage.walk_minutes)


def _totals_against(run: RunDone, asked: _Asked) -> Iterator[Told]:
    """Compare the sums where no stretch is known."""
    stage, longest, walked = asked.stage, run.longest_run_minutes, run.walk_minutes
    if run.stage is None:
        yield asked.say("shape_unknown")
    if longest is not None and longest > asked.high(stage.run_minutes):
        yield asked.say("stretch_too_long", minutes=longest, wanted=stage.run_minutes)
    if longest is not None and longest < asked.low(stage.run_minutes):
        yield asked.say("stretch_too_short", count=0, minutes=stage.run_minutes, wanted=stage.repetitions)
    between = stage.walk_minutes * (stage.repetitions - 1)
    warm_up = asked.table.practice["warm_up"].numbers
    most = stage.walk_minutes * stage.repetitions + warm_up["warm_up_minutes"] + warm_up["cool_down_minutes"]
    if walked is None and between > 0:
        yield asked.say("walk_minutes_unknown")
    elif walked is not None and walked < asked.low(between):
        yield asked.say("walked_too_little", minutes=walked, wanted=between)
    elif walked is not None and walked > asked.high(most):
        yield asked.say("walked_too_much", minutes=walked, wanted=most)
