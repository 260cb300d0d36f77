"""Up, hold and back on the ladder back to running (8.2 and 8.4), computed from judged runs.

Up asks for everything: a limit, GREEN runs of this very stage, rest between them, the next morning.  Down asks for
one breach.  Where two rules meet, the stricter one wins.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

from clinic.terms import Level
from rehab.rules.course_tables import PainLimit, RunningTable, Stage
from rehab.rules.logged import Colour, Judged
from rehab.rules.running_breach import BREACH, Breach, breach_of
from rehab.rules.running_match import matches_stage, was_running
from rehab.rules.running_rest import apart, is_rested
from rehab.rules.wording import Told, as_told, told

UP = "stage_pass"
HOLD = "stage_hold"


@dataclass(frozen=True)
class Moved:
    """One row of the ladder, as it was stored: where it led, when, by which rule, from which inputs."""

    stage: int
    passed: bool
    at: datetime
    rest_until: datetime | None = None
    rule: str = ""
    inputs: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """Where the runner stands.  ``settled``: runs whose breach was acted on; ``falls``: the stages fallen back from.

    ``suspended``: the last move stopped running until triage is repeated or a clinician makes another move.
    ``rule`` is that of the last move.
    """

    stage: int
    passed: bool
    entered_at: datetime
    rest_until: datetime | None = None
    suspended: bool = False
    rule: str = ""
    settled: frozenset[str] = frozenset()
    falls: tuple[int, ...] = ()


@dataclass(frozen=True)
class StageStep:
    """What the rules say: the stage from now on, and whether it is a move that must be stored.

    ``rest_until``: no run before.  ``distance_percent``: of what was run so far, after the last stage; below 100 also
    without pace and hills.  ``suspends``: running stops and triage is repeated; ``level`` is the level that opens.
    ``alerts`` are codes of the alerts of 7.4, ``asks`` codes of facts that are missing.  ``inputs`` is plain JSON.
    """

    stage: int
    passed: bool
    moves: bool
    rule: str
    rest_until: datetime | None
    reasons: tuple[Told, ...]
    inputs: dict[str, object]
    distance_percent: int = 100
    suspends: bool = False
    level: Level | None = None
    alerts: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


def standing(moves: Sequence[Moved]) -> Standing:
    """Return where the runner stands after these moves, oldest first; at least one, else ``ValueError``."""
    if not moves:
        raise ValueError("nobody stands on a ladder that was never entered")
    settled: set[str] = set()
    falls: list[int] = []
    for move in moves:
        settled.update(_texts(move.inputs.get("settles")))
        if move.inputs.get("fell_from") is not None:
            falls.append(int(str(move.inputs["fell_from"])))
    last = moves[-1]
    return Standing(
        stage=last.stage,
        passed=last.passed,
        entered_at=last.at,
        rest_until=last.rest_until,
        suspended=bool(last.inputs.get("suspends")),
        rule=last.rule,
        settled=frozenset(settled),
        falls=tuple(falls),
    )


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def stage_step(
    runs: Iterable[Judged],
    here: Standing,
    now: datetime,
    limit: PainLimit | None,
    cause: str | None,
    table: RunningTable,
    triaged_at: datetime | None = None,
) -> StageStep:
    """Return what follows from the runs for the stage: up by one, hold, or back.

    ``runs`` are the newest judgements of runs, in any order; what began after ``now`` is left out.  ``limit`` is the
    limit of the diagnosis ``cause`` as the clinician left it; without one nobody rises.  ``triaged_at``: when triage
    was last completed; after a stop it opens running again.  A breach is acted on once: its run is named in
    ``inputs["settles"]``, and :func:`standing` reads it from the stored rows.
    """
    if triaged_at is not None and triaged_at > here.entered_at:
        here = replace(here, suspended=False)
    known = [judged for judged in runs if judged.session.run is not None and judged.session.began <= now]
    ordered = tuple(sorted(known, key=lambda judged: (judged.session.began, judged.session.id)))
    course = _Course(ordered, here, now, limit, cause, table)
    fresh = course.fresh_breaches()
    if fresh:
        return _back(course, fresh)
    return _missed(course) or _up_or_hold(course)


def _hours(table: RunningTable, name: str) -> timedelta:
    return timedelta(hours=table.practice["as_prescribed"].numbers[name])


@dataclass(frozen=True)
class _Course:
    """The runs of one runner, oldest first, and where the runner stands."""

    runs: tuple[Judged, ...]
    here: Standing
    now: datetime
    limit: PainLimit | None
    cause: str | None
    table: RunningTable

    def breaches(self) -> tuple[Breach, ...]:
        """Return every breach of every run."""
        found: list[Breach] = []
        before: Judged | None = None
        for judged in self.runs:
            breach = breach_of(judged, before, self.limit, self.cause, self.table)
            if breach is not None:
                found.append(breach)
            if judged.session.pain_during is not None:
                before = judged
        return tuple(found)

    def fresh_breaches(self) -> tuple[Breach, ...]:
        """Return the breaches that no move has acted on; a run from just before the stage can still turn bad."""
        since = self.here.entered_at - _hours(self.table, "judged_within_hours")
        return tuple(b for b in self.breaches() if b.session.key not in self.here.settled and b.session.began >= since)

    def rest_ahead(self) -> datetime | None:
        """Return the end of the rest where it is still to come."""
        rest = self.here.rest_until
        return rest if rest is not None and rest > self.now else None

    def inputs(self, **more: object) -> dict[str, object]:
        """Return what was looked at, as plain JSON: the standing, the limit, and the runs since a week before it."""
        since = self.here.entered_at - timedelta(days=self.table.back_down["twice"].numbers["days"])
        return {
            "stage": self.here.stage,
            "passed": self.here.passed,
            "entered_at": self.here.entered_at.isoformat(),
            "now": self.now.isoformat(),
            "cause": self.cause,
            "limit": None if self.limit is None else self.limit.during_nprs,
            "runs": [_run_inputs(judged) for judged in self.runs if judged.session.began >= since],
            **more,
        }

    def hold(self, *reasons: Told) -> StageStep:
        """Return that nothing moves, and why."""
        here = self.here
        return StageStep(here.stage, here.passed, False, HOLD, self.rest_ahead(), reasons, self.inputs())

    def say(self, code: str, **values: float) -> Told:
        """Return a reason about going up; its source is that of the programme."""
        return told(self.table.reasons, code, self.table.practice["as_prescribed"].source, **values)


def _run_inputs(judged: Judged) -> dict[str, object]:
    session = judged.session
    return {
        "id": session.key,
        "began": session.began.isoformat(),
        "colour": judged.judgement.colour.value,
        "pain_during": session.pain_during,
        "pain_after": session.pain_after,
    }


def _back(course: _Course, fresh: tuple[Breach, ...]) -> StageStep:
    """Return the step back for breaches that nobody acted on yet: one move for all of them."""
    here, rules = course.here, course.table.back_down
    gravest = max(fresh, key=lambda b: (b.level.urgency if b.level else 0, b.suspends, b.severe, b.session.began))
    twice = _is_twice(course, fresh)
    rule = rules["twice"] if twice else rules["breach"]
    stays = here.passed and not (twice or gravest.severe)
    stage = here.stage if stays else max(0, here.stage - round(rule.numbers["stages_down"]))
    reasons = [reason for breach in fresh for reason in breach.reasons]
    reasons += [as_told(rule.code, rule.text, rule.source)] if gravest.rule != rule.code else []
    alerts = [alert for breach in fresh for alert in breach.alerts] + (["stage_twice"] if twice else [])
    times = here.falls.count(here.stage) + 1
    if times >= rules["same_stage"].numbers["times"] and not stays:
        alerts.append("same_stage")
        reasons.append(
            told(course.table.reasons, "fell_again", rules["same_stage"].source, stage=here.stage, times=times)
        )
    suspends = any(breach.suspends for breach in fresh)
    more: dict[str, object] = {"settles": [breach.session.key for breach in fresh], "suspends": suspends}
    if not stays:
        more["fell_from"] = here.stage
    return StageStep(
        stage=stage,
        passed=stays,
        moves=True,
        rule=rule.code if gravest.rule == BREACH else gravest.rule,
        rest_until=course.now + timedelta(hours=rules["breach"].numbers["hours_off"]),
        reasons=tuple(reasons),
        inputs=course.inputs(**more),
        distance_percent=100 - round(rules["breach"].numbers["distance_drop_percent"]) if stays else 100,
        suspends=suspends,
        level=gravest.level,
        alerts=tuple(dict.fromkeys(alerts)),
        asks=tuple(dict.fromkeys(ask for breach in fresh for ask in breach.asks)),
    )


def _is_twice(course: _Course, fresh: tuple[Breach, ...]) -> bool:
    """Return whether a new breach and others, acted on or not, lie within the days of the table."""
    numbers = course.table.back_down["twice"].numbers
    days = timedelta(days=numbers["days"])
    new = {breach.session.key for breach in fresh}
    bad = new | {breach.session.key for breach in course.breaches()} | course.here.settled
    wrong = [judged.session for judged in course.runs if judged.session.key in bad]
    windows = [[s for s in wrong if last.began - days <= s.began <= last.began] for last in wrong]
    return any(len(window) >= numbers["times"] and any(s.key in new for s in window) for window in windows)


def _missed(course: _Course) -> StageStep | None:
    """Return one stage down after days without a run; once for each gap, and not while running is shut.

    A gap counts whether it is still open or ended with a run of the old stage: when it is noticed changes nothing.
    """
    here, rule = course.here, course.table.back_down["missed"]
    since = [judged.session.began for judged in course.runs if judged.session.began > here.entered_at]
    gaps = [(late - early).days for early, late in pairwise([here.entered_at, *since, course.now])]
    if here.rule == rule.code:
        gaps = gaps[1:]  # this gap had its step
    gap = max(gaps, default=0)
    if here.suspended or here.passed or here.stage == 0 or gap < rule.numbers["days"]:
        return None
    stage = max(0, here.stage - round(rule.numbers["stages_down"]))
    reason = told(course.table.reasons, "no_run_lately", rule.source, gap=gap)
    return StageStep(stage, False, True, rule.code, course.rest_ahead(), (reason,), course.inputs(gap_days=gap))


def _up_or_hold(course: _Course) -> StageStep:
    here, table = course.here, course.table
    if here.suspended:
        return course.hold(course.say("suspended"))
    if course.limit is None or course.limit.during_nprs is None:
        return course.hold(course.say("no_limit"))
    if here.passed:
        return course.hold(course.say("ladder_done"))
    stage = table.stages[here.stage]
    counted, reasons = _counted(course, stage)
    if len(counted) < stage.greens:
        so_far = course.say("greens_so_far", stage=stage.number, greens=len(counted), wanted=stage.greens)
        return course.hold(so_far, *reasons)
    is_last = stage is table.stages[-1]
    hours = table.practice["as_prescribed"].numbers["hours_apart_min"]
    reason = told(table.reasons, "stage_passed", stage.source, stage=stage.number, greens=len(counted), hours=hours)
    return StageStep(
        stage=stage.number if is_last else stage.number + 1,
        passed=is_last,
        moves=True,
        rule=UP,
        rest_until=course.rest_ahead(),
        reasons=(reason,),
        inputs=course.inputs(counted=[judged.session.key for judged in counted]),
    )


def _counted(course: _Course, stage: Stage) -> tuple[tuple[Judged, ...], tuple[Told, ...]]:
    """Return the GREEN runs in a row that count for this stage, and why others do not.

    A run that is not judged GREEN, or whose pain nobody said, begins the row anew, and so do days without a run.
    One that was GREEN and not the stage, or came too soon, or in the hours of rest, is passed over.
    """
    here, counted, reasons = course.here, list[Judged](), dict[str, Told]()
    pause = timedelta(days=course.table.back_down["missed"].numbers["days"])
    for place, judged in enumerate(course.runs):
        session = judged.session
        if session.began < here.entered_at or session.run is None:
            continue
        if place and session.began - course.runs[place - 1].session.began >= pause:
            counted.clear()
        if judged.judgement.colour is not Colour.GREEN or session.pain_during is None:
            counted.clear()
            reasons = {"not_judged": course.say("not_judged")}
            continue
        match = matches_stage(session.run, stage, course.table)
        if session.while_shut or (here.rest_until is not None and session.began < here.rest_until):
            reasons["resting"] = course.say("resting")
        elif not match.matches:
            reasons.update({reason.code: reason for reason in match.reasons})
        elif not _is_rested(judged, course.runs[:place], counted, course.table):
            hours = course.table.practice["as_prescribed"].numbers["hours_apart_min"]
            reasons["too_soon"] = course.say("too_soon", hours=hours)
        else:
            counted.append(judged)
    return tuple(counted), tuple(reasons.values())


def _is_rested(judged: Judged, earlier: Sequence[Judged], counted: Sequence[Judged], table: RunningTable) -> bool:
    """Return whether a run came long enough after the last one that counted, and after any running at all."""
    running = [j.session.began for j in earlier if j.session.run is not None and was_running(j.session.run)]
    return is_rested(judged.session.began, running, [j.session.began for j in counted], apart(table))
