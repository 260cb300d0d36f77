"""What comes next for a whole plan, and whether it must rest (section 7.3, 5.0 "never", RG-STOP).  Plain functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clinic.terms import Reason
from rehab.rules.course_tables import PainLimit, ProgressTable
from rehab.rules.ladders import ItemNow, Kind, Step
from rehab.rules.logged import Colour, Judged
from rehab.rules.progress import next_step
from rehab.rules.sayings import say

WEEKLY_LOAD = "weekly_load"
UP_BY_RULE = ("PR-A", "PR-B")


@dataclass(frozen=True)
class Hold:
    """Why a plan must rest until triage is repeated; ``sessions`` are the keys of the sessions that brought it."""

    rule: str
    reasons: tuple[Reason, ...]
    sessions: tuple[str, ...]
    inputs: Mapping[str, object]


def plan_steps(
    items: Sequence[ItemNow],
    *,
    sessions: Sequence[Judged],
    limit: PainLimit | None,
    now: datetime,
    table: ProgressTable,
    since: datetime | None = None,
) -> list[Step]:
    """Return what comes next for each exercise, in plan order.

    ``sessions``: every session and run with its own judgement.  ``since``: see :func:`plan_hold`.  Nothing rises after
    a RED, while the load of the week is too high or while the plan must rest; of calf loading one new level at a time.
    """
    reds = _red_sessions(items, sessions)
    steps = [next_step(item, limit=limit, now=now, table=table, reds=reds) for item in items]
    stop = _nothing_rises(sessions, reds, now, table, since)
    if stop:
        return [_wait(step, item, stop, table) if step.rises else step for step, item in zip(steps, items, strict=True)]
    found: list[Step] = []
    calf_taken = any(is_new_calf_level(item) for item in items)
    for step, item in zip(steps, items, strict=True):
        starts_level = item.is_calf and step.kind is Kind.UP
        found.append(_wait(step, item, "wait_calf", table) if starts_level and calf_taken else step)
        calf_taken = calf_taken or starts_level
    return found


def is_new_calf_level(item: ItemNow) -> bool:
    """Return whether a calf exercise has just gone up and was not done at its new level yet.

    While one is, no other calf exercise goes up: both would be new in the same session.
    """
    if not item.is_calf or item.step_rule not in UP_BY_RULE or item.stepped_at is None:
        return False
    return not any(
        done.item == item.item and done.level == item.level and not done.skipped
        for judged in item.history
        for done in judged.session.exercises
        if judged.session.began >= item.stepped_at
    )


def plan_hold(
    sessions: Sequence[Judged], *, now: datetime, table: ProgressTable, since: datetime | None = None
) -> Hold | None:
    """Return why the plan must rest and triage be repeated; ``None`` where nothing asks for it.

    That is a yes to a safety question (RG-STOP), or 2 RED sessions within 7 days.  ``since``: when triage was last
    repeated and found calm; what was told before it has had its answer.  A session of the future counts as well.
    """
    counted = [
        judged
        for judged in _ordered(sessions)
        if since is None or max(judged.session.told_at or judged.session.began, judged.session.began) >= since
    ]
    reds = [judged for judged in counted if judged.judgement.colour is Colour.RED]
    numbers = table.steps["suspend"].numbers
    wanted, days = round(numbers["reds"]), round(numbers["days"])
    inputs: dict[str, object] = {"reds": wanted, "days": days, "looked_on": now.date().isoformat()}
    unsafe = [judged.session.key for judged in counted if judged.session.safety_yes]
    if unsafe:
        return _hold("RG-STOP", "safety", unsafe, inputs, table)
    for first, last in zip(reds, reds[wanted - 1 :], strict=False):
        if (last.session.day - first.session.day).days <= days:
            return _hold("suspend", "hold_two_red", [first.session.key, last.session.key], inputs, table)
    return None


def _hold(rule: str, code: str, keys: list[str], inputs: dict[str, object], table: ProgressTable) -> Hold:
    kept = {**inputs, "sessions": keys}
    return Hold(rule, (say(table, code, kept),), tuple(keys), kept)


def _ordered(sessions: Sequence[Judged]) -> list[Judged]:
    return sorted(sessions, key=lambda judged: (judged.session.day, judged.session.began, judged.session.id))


def _red_sessions(items: Sequence[ItemNow], sessions: Sequence[Judged]) -> frozenset[str]:
    """Return the keys of the sessions that were RED, as a whole or in one exercise."""
    judged = [*sessions, *(found for item in items for found in item.history)]
    return frozenset(found.session.key for found in judged if found.judgement.colour is Colour.RED)


def _nothing_rises(
    sessions: Sequence[Judged],
    reds: frozenset[str],
    now: datetime,
    table: ProgressTable,
    since: datetime | None,
) -> str:
    """Return the code of what keeps the whole plan from rising; empty where nothing does."""
    if plan_hold(sessions, now=now, table=table, since=since):
        return "wait_held"
    hours = timedelta(hours=table.steps["nothing_rises"].numbers["hours_after_red"])
    last_day = max((judged.session.day for judged in sessions), default=now.date())
    newest = [judged for judged in sessions if judged.session.day == last_day]
    near = [judged for judged in sessions if now - judged.session.began < hours]
    if any(judged.session.key in reds for judged in (*newest, *near)):
        return "wait_red"
    loaded = any(reason.code == WEEKLY_LOAD for judged in newest for reason in judged.judgement.reasons)
    return "wait_load" if loaded else ""


def _wait(step: Step, item: ItemNow, code: str, table: ProgressTable) -> Step:
    """Return the step that would have risen as a hold, with the reason why it waits."""
    hours = round(table.steps["nothing_rises"].numbers["hours_after_red"])
    inputs = {**step.inputs, "level_to": item.level, "dose_to": item.dose_percent, "hours_after_red": hours}
    return replace(
        step,
        kind=Kind.HOLD,
        level=item.level,
        dose_percent=item.dose_percent,
        rule="hold",
        reasons=(say(table, code, inputs),),
        inputs=inputs,
    )
