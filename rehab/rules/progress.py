"""What comes next for one exercise of a plan (section 7.3; PR-A, PR-B, PR-F, RG-A, RG-B).  Plain functions.

A step back is taken at once and once for each session; a step up is only offered.  Where rules meet, the stricter one
holds.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from rehab.rules.course_tables import PainLimit, ProgressTable
from rehab.rules.ladders import FULL, ItemNow, Kind, Step
from rehab.rules.logged import Colour, ExerciseDone, Judged
from rehab.rules.sayings import say

BY_LENGTH = "PR-F"
BY_IMPACT = "PR-B"
BACK_AT_ONCE = "RG-B"
TENDON = "TENDON"
GOOD_FORM = "good"


@dataclass(frozen=True)
class _Try:
    """One time the exercise was named in a session."""

    judged: Judged
    done: ExerciseDone

    @property
    def colour(self) -> Colour:
        return self.judged.judgement.colour

    @property
    def key(self) -> str:
        return f"{self.judged.session.key}:{self.colour.value}"


@dataclass(frozen=True)
class _Look:
    """Everything one step looks at."""

    item: ItemNow
    limit: PainLimit | None
    now: datetime
    table: ProgressTable
    reds: frozenset[str]
    tries: tuple[_Try, ...]

    def number(self, step: str, name: str) -> int:
        return round(self.table.steps[step].numbers[name])

    @property
    def asked(self) -> str:
        return f"asked_by_{BY_IMPACT if self.item.progress_rule == BY_IMPACT else 'PR-A'}"

    @property
    def pain_max(self) -> int:
        """Return the pain up to which a GREEN session counts for the next level."""
        numbers = self.table.steps[self.asked].numbers
        if self.limit is not None and self.limit.code == TENDON:
            return round(numbers.get("pain_max_tendon_nprs", numbers["pain_max_nprs"]))
        if self.limit is not None and self.limit.red_from_nprs is not None:
            return round(numbers.get("pain_max_bone_nprs", numbers["pain_max_nprs"]))
        return round(numbers["pain_max_nprs"])

    @property
    def hours_apart(self) -> int:
        return round(self.table.steps[self.asked].numbers.get("hours_apart_min", 0))

    @property
    def here(self) -> tuple[_Try, ...]:
        """Return what was tried since the newest step, and after the last week without a session."""
        since = self.item.stepped_at
        found = [t for t in self.tries if since is None or t.judged.session.began >= since]
        week = timedelta(self.number("missed_week", "days"))
        for place, (one, two) in reversed(list(enumerate(pairwise(found), start=1))):
            if two.judged.session.day - one.judged.session.day >= week:
                return tuple(found[place:])
        return tuple(found)


def next_step(
    item: ItemNow,
    *,
    limit: PainLimit | None,
    now: datetime,
    table: ProgressTable,
    reds: frozenset[str] = frozenset(),
) -> Step:
    """Return what comes next for one exercise.

    ``now`` in the clinic's time zone.  ``reds``: the keys of sessions in which anything was RED; they lift nothing.
    One level at most, never outside the range the signature covers.
    """
    look = _Look(item, limit, now, table, reds, _tries(item))
    fortnight = timedelta(look.number("missed_fortnight", "days"))
    fresh = [
        t
        for t in look.tries
        if t.colour in (Colour.AMBER, Colour.RED)
        and t.key not in item.acted
        and now.date() - t.judged.session.day < fortnight
    ]
    missed = _missed(look)
    if fresh:
        return _stricter(_back(look, fresh), missed)
    return missed or _forward(look)


def _stricter(back: Step, missed: Step | None) -> Step:
    """Return the lower of a step back and of a missed week; the rest and what was acted on stay with it."""
    if missed is None or (back.level, back.dose_percent) <= (missed.level, missed.dose_percent):
        return back
    return replace(missed, rest_until=back.rest_until, inputs={**missed.inputs, "acted": back.inputs["acted"]})


def _tries(item: ItemNow) -> tuple[_Try, ...]:
    """Return the sessions that name the exercise, oldest first, whatever order they came in."""
    ordered = sorted(item.history, key=lambda j: (j.session.day, j.session.began, j.session.id))
    return tuple(_Try(j, done) for j in ordered for done in j.session.exercises if done.item == item.item)


def _back(look: _Look, fresh: list[_Try]) -> Step:
    """Return the step back for sessions that have not moved the exercise yet: the worst of them decides."""
    item = look.item
    worst = max(fresh, key=lambda t: (t.colour is Colour.RED, t.judged.session.began))
    is_red, impact = worst.colour is Colour.RED, item.regress_rule == BACK_AT_ONCE
    acted = sorted({*item.acted, *(t.key for t in fresh)})
    stays_below = all(t.done.level > item.level for t in fresh)
    level = item.level if stays_below else item.level - 1
    if is_red or impact:
        hours = look.number("stop", "hours_off")
        until = max(t.judged.session.began for t in fresh) + timedelta(hours=hours)
        until = max(until, item.rest_until) if item.rest_until else until
        rule = "RG-STOP" if worst.judged.session.safety_yes else BACK_AT_ONCE if impact else "stop"
        return _lower(look, Kind.STOP, level, rule, "stop_red" if is_red else "stop_impact", acted, until)
    if stays_below:
        return _hold(look, "hold_acted", acted)
    if _second_amber(look, fresh):
        return _lower(look, Kind.DOWN, level, item.regress_rule, "down_amber", acted, item.rest_until)
    half = look.number("half_dose", "dose_percent")
    return _step(look, Kind.HALF, item.level, half, item.regress_rule, ["half"], acted)


def _second_amber(look: _Look, fresh: list[_Try]) -> bool:
    """Return whether an AMBER follows another without a GREEN between, or comes at the smaller dose."""
    coloured = [t for t in look.tries if t.colour in (Colour.GREEN, Colour.AMBER, Colour.RED)]
    level, ambers = look.item.level, look.number("half_dose", "ambers")
    for place, found in enumerate(coloured):
        row = [t for t in coloured[max(0, place + 1 - ambers) : place + 1] if t.done.level == level]
        if found in fresh and len(row) == ambers and all(t.colour is not Colour.GREEN for t in row):
            return True
    return any(t.done.dose_percent < FULL and t.done.level == level for t in fresh)


def _lower(look: _Look, kind: Kind, level: int, rule: str, code: str, acted: list[str], until: datetime | None) -> Step:
    """Return a step to a level; below the range of the signature it is the same level at half the dose."""
    if level >= look.item.min_level:
        dose = look.item.dose_percent if level == look.item.level else FULL
        return replace(_step(look, kind, level, dose, rule, [code], acted), rest_until=until)
    dose = min(look.item.dose_percent, look.number("lowest_level", "dose_percent"))
    kind = Kind.HALF if kind is Kind.DOWN else kind
    return replace(_step(look, kind, look.item.level, dose, rule, [code, "floor"], acted), rest_until=until)


def _missed(look: _Look) -> Step | None:
    """Return the step of a week or a fortnight without a session; ``None`` where none was missed."""
    item, days = look.item, _days_without(look)
    if days is None:
        return None
    if _days_missed(look, look.now.date()) and days >= look.number("missed_fortnight", "days"):
        return _reassess(look, "missed_fortnight")
    week = look.number("missed_week", "days")
    done = [t for t in look.tries if not t.done.skipped]
    told = (
        item.stepped_at is not None
        and done
        and (_day(look, item.stepped_at) - done[-1].judged.session.day).days >= week
    )
    if days < week or not done or told:
        return None
    return _lower(look, Kind.DOWN, item.level - 1, "missed_week", "missed_week", sorted(item.acted), item.rest_until)


def _days_missed(look: _Look, today: date | None = None) -> int:
    """Return how many days without it nobody has examined after, 0 below a fortnight; ``today`` ends the last ones."""
    fortnight = look.number("missed_fortnight", "days")
    done = [t.judged.session.day for t in look.tries if not t.done.skipped]
    begun = [look.item.begun_on] if look.item.begun_on else []
    started = [_day(look, look.item.stepped_at)] if look.item.stepped_at and not done and not begun else []
    for one, two in reversed(list(pairwise([*begun, *started, *done, *([today] if today else [])]))):
        missed, seen = (two - one).days, look.item.assessed_on
        if missed >= fortnight:
            return missed if seen is None or seen < one + timedelta(fortnight) else 0
    return 0


def _reassess(look: _Look, code: str) -> Step:
    return _step(look, Kind.REASSESS, look.item.level, look.item.dose_percent, "missed_fortnight", [code])


def _days_without(look: _Look) -> int | None:
    """Return the days since it was last done, or since it stands at its level; ``None`` where neither is known."""
    done = [t.judged.session.day for t in look.tries if not t.done.skipped]
    start = look.item.stepped_at
    if not done and start is None:
        return None
    return (look.now.date() - max([*done[-1:], *([_day(look, start)] if start and not done else [])])).days


def _day(look: _Look, moment: datetime) -> date:
    """Return the day of a moment where the clinic is."""
    return moment.astimezone(look.now.tzinfo).date()


def _forward(look: _Look) -> Step:
    """Return a hold, the full dose again, or one level up."""
    item, here = look.item, look.here
    if item.rest_until is not None and look.now < item.rest_until:
        return _hold(look, "hold_rest")
    if item.progress_rule == BY_LENGTH and _passed(look):
        return _step(look, Kind.MAINTAIN, item.level, item.dose_percent, BY_LENGTH, ["maintain"])
    if not here:
        return _hold(look, "hold_none")
    if _days_missed(look):
        return _reassess(look, "resumed")
    if item.dose_percent < FULL:
        problem = _not_counting(look, here[-1])
        if problem:
            return _hold(look, problem)
        return _step(look, Kind.RESTORE_DOSE, item.level, FULL, "restore_dose", ["restore"])
    row, problem = _row(look)
    if row < look.number(look.asked, "sessions"):
        return _hold(look, problem or "hold_row")
    if item.progress_rule == BY_LENGTH:
        return _step(look, Kind.ASK_TEST, item.level, FULL, BY_LENGTH, ["ask_test"])
    if item.level >= item.max_level:
        return _hold(look, "hold_top")
    code = "up_b" if item.progress_rule == BY_IMPACT else "up_a"
    return _step(look, Kind.UP, item.level + 1, FULL, item.progress_rule, [code])


def _row(look: _Look) -> tuple[int, str]:
    """Return how many of the newest sessions in a row count for the next level, and what stopped the row."""
    row, later = 0, None
    for found in reversed(look.here):
        problem = _not_counting(look, found) or _not_ready(look, found)
        began = found.judged.session.began
        if not problem and later is not None and later - began < timedelta(hours=look.hours_apart):
            problem = "hold_apart"
        if problem:
            return row, "" if row and problem != "hold_apart" else problem
        row, later = row + 1, began
    return row, ""


def _not_counting(look: _Look, found: _Try) -> str:
    """Return why a session lifts nothing at all; empty where it was GREEN and done as asked."""
    session, done = found.judged.session, found.done
    if session.while_shut:
        return "hold_shut"
    if look.item.rest_until is not None and session.began < look.item.rest_until:
        return "hold_rest"
    if found.colour is Colour.PENDING:
        return "hold_pending"
    if done.skipped or not done.full or done.level != look.item.level or done.dose_percent < look.item.dose_percent:
        return "hold_part"
    if found.colour is not Colour.GREEN:
        return "hold_not_green"
    return "hold_red_session" if session.key in look.reds else ""


def _not_ready(look: _Look, found: _Try) -> str:
    """Return what PR-A and PR-B ask besides GREEN and this session lacks; what was not said is lacking."""
    done, effort_max = found.done, look.number(look.asked, "effort_max")
    if done.pain is None or done.pain > look.pain_max:
        return "hold_pain"
    if done.effort is None or done.effort > effort_max:
        return "hold_effort"
    return "" if done.form == GOOD_FORM else "hold_form"


def _passed(look: _Look) -> bool:
    """Return whether the length test passed often enough and far enough apart, and never failed since."""
    times, days = look.number("asked_by_PR-F", "times"), look.number("asked_by_PR-F", "days")
    passed: list[date] = []
    for day, result in sorted(look.item.tested):
        if not result:
            passed = []
        elif not passed or (day - passed[-1]).days >= days:
            passed.append(day)
    return len(passed) >= times


def _hold(look: _Look, code: str, acted: list[str] | None = None) -> Step:
    rule = look.item.progress_rule if look.item.progress_rule == BY_LENGTH else "hold"
    return _step(look, Kind.HOLD, look.item.level, look.item.dose_percent, rule, [code], acted)


def _step(
    look: _Look, kind: Kind, level: int, dose: int, rule: str, codes: list[str], acted: list[str] | None = None
) -> Step:
    """Return a step with its reasons and with everything it looked at, as plain JSON values."""
    item, flexible = look.item, look.table.steps["asked_by_PR-F"].numbers
    inputs: dict[str, object] = {
        "exercise": item.exercise,
        "level_from": item.level,
        "level_to": level,
        "dose_from": item.dose_percent,
        "dose_to": dose,
        "acted": sorted(item.acted) if acted is None else acted,
        "sessions": [[t.judged.session.key, t.colour.value, t.done.level, t.done.dose_percent] for t in look.here],
        "row": _row(look)[0],
        "row_wanted": look.number(look.asked, "sessions"),
        "pain_max": look.pain_max,
        "effort_max": look.number(look.asked, "effort_max"),
        "hours_apart": look.hours_apart,
        "hours_off": look.number("stop", "hours_off"),
        "days_without": _days_without(look),
        "days_missed": _days_missed(look),
        "assessed_on": item.assessed_on.isoformat() if item.assessed_on else None,
        "times": round(flexible["times"]),
        "days_apart": round(flexible["days"]),
        "times_a_week": round(flexible["times_a_week"]),
        "limit": look.limit.code if look.limit else None,
        "looked_on": look.now.date().isoformat(),
    }
    reasons = tuple(say(look.table, code, inputs) for code in codes)
    return Step(item.item, kind, level, dose, item.rest_until, rule, reasons, inputs)
