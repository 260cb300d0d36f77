"""How much may be run: a week, and a single run (8.3), computed from what was run.

Kilometres where every run has them, else minutes of running.  Weeks begin on Monday.  A missing base never opens the
gate: where nothing can be compared, the last stage of the ladder says how much.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from clinic.terms import Text
from rehab.rules.course_tables import RunningTable
from rehab.rules.logged import Colour, Judged, RunDone, Session
from rehab.rules.running_match import run_minutes, was_running
from rehab.rules.wording import Told, as_told, told

KM = "km"
MINUTES = "minutes"
UNITS = {KM: Text("km", "km"), MINUTES: Text("minutes", "minutos")}
WEEK = timedelta(days=7)
HAIR = 1e-6  # sums of decimal fractions miss a round number by less than this
WRONG = (Colour.AMBER, Colour.RED)


@dataclass(frozen=True)
class Allowance:
    """What one week may hold, in ``unit``: ``km`` or ``minutes`` of running, rounded down to a tenth.

    ``week`` is its Monday.  ``week_min`` to ``week_max`` is the band; in a light week both lie below the last one.
    ``single_run_max``: the longest single run.  ``done``: run so far in this week; ``over``: more than ``week_max``.
    """

    week: date
    unit: str
    week_min: float
    week_max: float
    single_run_max: float
    done: float
    over: bool
    light: bool
    rule: str
    reasons: tuple[Told, ...]
    inputs: dict[str, object]


@dataclass(frozen=True)
class OverCap:
    """A single run against its cap: both in ``unit``; ``percent`` of the longest run before it, 100 = as long."""

    over: bool
    amount: float
    cap: float
    unit: str
    percent: int
    reasons: tuple[Told, ...]


def growth(
    runs: Iterable[Judged], on: date, stage: int, passed: bool, table: RunningTable, passed_on: date | None = None
) -> Allowance:
    """Return what the week of a day may hold, from the runs of that day and before.

    Before the last stage is passed the ladder says how much.  Then: a tenth more than the last GREEN week; no more
    than last week where that was not GREEN, and no growth after a week without a run; less after a breach; a lighter
    week after three of building (counted from the week after ``passed_on``); and never more than the hard stop over
    two weeks, which holds growth back but never asks for less than the last GREEN week.
    """
    log = _Log.of(runs, on, table)
    if not passed:
        return _by_ladder(log, stage, ())
    greens = [week for week in log.weeks() if week < log.week and log.is_green(week)]
    last_stage = table.stages[-1].number
    if not greens:
        return _by_ladder(log, last_stage, (log.say("week_cap", "no_base"),))
    if not log.longest():
        days = log.number("single_run", "days")
        return _by_ladder(log, last_stage, (log.say("single_run", "no_long_run", days=days),))
    return _by_weeks(log, greens[-1], passed_on)


def over_cap(run: Session, earlier: Iterable[Judged], passed: bool, table: RunningTable) -> OverCap | None:
    """Return how a run stands to the longest one of the days before it; ``None`` where no cap holds.

    No cap holds before the last stage is passed, for a walk, and where the amount of the run or of all before it is
    not known.  RED runs and runs done while the plan rested lengthen nothing.
    """
    if not passed or run.run is None or not was_running(run.run):
        return None
    before = [judged for judged in earlier if judged.session.began < run.began]
    rule = table.growth["single_run"]
    counted = _for_longest(before, run.day, round(rule.numbers["days"]))
    unit = KM if all(_amount(session, KM) is not None for session in [run, *counted]) else MINUTES
    known = [amount for session in counted if (amount := _amount(session, unit)) is not None]
    amount = _amount(run, unit)
    if amount is None or not max(known, default=0):
        return None
    longest = max(known)
    cap = _down(longest * rule.numbers["longest_max_percent"] / 100)
    over = amount > cap
    said = told(table.reasons, "run_over_cap", rule.source, amount=amount, unit=UNITS[unit], cap=cap)
    reasons = (said, as_told(rule.code, rule.text, rule.source))
    return OverCap(over, amount, cap, unit, math.ceil(amount * 100 / longest), reasons if over else ())


@dataclass(frozen=True)
class _Log:
    """The running of one runner up to a day, oldest first, in one unit."""

    runs: tuple[Judged, ...]
    on: date
    unit: str
    table: RunningTable

    @classmethod
    def of(cls, runs: Iterable[Judged], on: date, table: RunningTable) -> "_Log":
        ran = [j for j in runs if j.session.run is not None and was_running(j.session.run) and j.session.day <= on]
        ordered = tuple(sorted(ran, key=lambda judged: (judged.session.began, judged.session.key)))
        since = on - timedelta(days=table.growth["single_run"].numbers["days"])
        recent = [judged.session for judged in ordered if judged.session.day >= since]
        seen = recent or [judged.session for judged in ordered]
        unit = KM if seen and all(_amount(session, KM) is not None for session in seen) else MINUTES
        return cls(ordered, on, unit, table)

    @property
    def week(self) -> date:
        return monday(self.on)

    def weeks(self) -> list[date]:
        """Return the Mondays of the weeks with running, oldest first."""
        return sorted({monday(judged.session.day) for judged in self.runs})

    def of_week(self, week: date) -> list[Judged]:
        return [judged for judged in self.runs if monday(judged.session.day) == week]

    def total(self, week: date) -> float:
        """Return what is known of a week; what was not said adds nothing."""
        return sum(_amount(judged.session, self.unit) or 0 for judged in self.of_week(week))

    def is_green(self, week: date) -> bool:
        """Return whether a week had running, all of it GREEN and none while the plan rested, with a known amount."""
        found = self.of_week(week)
        green = all(judged.judgement.colour is Colour.GREEN and not judged.session.while_shut for judged in found)
        return bool(found) and green and self.total(week) > 0

    def longest(self) -> float:
        """Return the longest run of the last days that may lengthen the next one; 0 without one."""
        days = round(self.number("single_run", "days"))
        return max((_amount(session, self.unit) or 0 for session in _for_longest(self.runs, self.on, days)), default=0)

    def say(self, rule: str, code: str, **values: float | Text) -> Told:
        return told(self.table.reasons, code, self.table.growth[rule].source, **values)

    def number(self, rule: str, name: str) -> float:
        return self.table.growth[rule].numbers[name]

    @property
    def words(self) -> Text:
        return UNITS[self.unit]


def monday(day: date) -> date:
    """Return the Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def _amount(session: Session, unit: str) -> float | None:
    """Return kilometres or minutes of running; without minutes of running, the minutes of the whole session."""
    run = session.run or RunDone()
    if unit == KM:
        return run.km
    minutes = run_minutes(run)
    return minutes if minutes is not None else session.minutes


def _down(amount: float) -> float:
    """Round down to a tenth; a hair below a tenth is that tenth."""
    return math.floor((amount + HAIR) * 10) / 10


def _for_longest(runs: Sequence[Judged], day: date, days: int) -> list[Session]:
    """Return the runs of the days before that may lengthen the next one."""
    return [
        judged.session
        for judged in runs
        if judged.judgement.colour is not Colour.RED
        and not judged.session.while_shut
        and judged.session.run is not None
        and was_running(judged.session.run)
        and timedelta(0) <= day - judged.session.day <= timedelta(days=days)
    ]


def _by_ladder(log: _Log, number: int, reasons: tuple[Told, ...]) -> Allowance:
    """Return what a stage allows: its minutes, every other day."""
    stage, apart = log.table.stages[number], log.table.practice["every_other_day"].numbers["days_apart_min"]
    runs = math.ceil(WEEK.days / apart)
    minutes = stage.total_run_minutes
    said = told(log.table.reasons, "by_ladder", stage.source, stage=number, runs=runs, minutes=minutes)
    done = sum(_amount(judged.session, MINUTES) or 0 for judged in log.of_week(log.week))
    most = runs * minutes
    inputs: dict[str, object] = {"on": log.on.isoformat(), "stage": number, "done": done}
    return Allowance(
        log.week, MINUTES, 0, most, minutes, done, done > most, False, "by_ladder", (*reasons, said), inputs
    )


def _by_weeks(log: _Log, green_week: date, passed_on: date | None) -> Allowance:
    last, green = log.total(log.week - WEEK), log.total(green_week)
    light = _weeks_of_building(log, passed_on) >= log.number("fourth_week", "every_weeks") - 1
    rule, cap, reasons = _week_cap(log, green_week, light)
    low = last * (100 - log.number("fourth_week", "drop_max_percent")) / 100 if light else green
    single, said = _single_run(log)
    done, most = log.total(log.week), _down(cap)
    inputs: dict[str, object] = {
        "on": log.on.isoformat(),
        "unit": log.unit,
        "green_week": green_week.isoformat(),
        "green": green,
        "last": last,
        "before_last": log.total(log.week - 2 * WEEK),
        "done": done,
        "passed_on": passed_on.isoformat() if passed_on else None,
    }
    return Allowance(
        week=log.week,
        unit=log.unit,
        week_min=min(_down(low), most),
        week_max=most,
        single_run_max=min(single, most),
        done=done,
        over=done > most,
        light=light,
        rule=rule,
        reasons=(*reasons, said, *_week_over(log, done, most)),
        inputs=inputs,
    )


def _week_cap(log: _Log, green_week: date, light: bool) -> tuple[str, float, list[Told]]:
    """Return the rule that allows least, how much that is, and the reasons of all that bind."""
    last, before_last, green = log.total(log.week - WEEK), log.total(log.week - 2 * WEEK), log.total(green_week)
    step = green * log.number("week_cap", "rise_max_percent") / 100
    if log.unit == KM:
        step = max(step, log.number("week_cap", "step_min_km"))
    caps = [("week_cap", green + step)]
    reasons = [log.say("week_cap", "base_week", amount=green, unit=log.words), _rule(log, "week_cap")]
    if before_last:
        most = before_last * (100 + log.number("two_week_stop", "rise_max_percent")) / 100
        caps.append(("two_week_stop", max(most, green)))
    if green_week != log.week - WEEK:
        # After a pause the newest week with running is the last one, GREEN or not.
        newest = max(week for week in log.weeks() if week < log.week)
        caps.append(("last_not_green", min(green, log.total(newest))))
        reasons.append(log.say("week_cap", "last_not_green", amount=last, unit=log.words))
    if light:
        caps.append(("fourth_week", last * (100 - log.number("fourth_week", "drop_min_percent")) / 100))
        reasons.append(_light_reason(log))
    if _went_wrong(log):
        breach, drop = log.table.back_down["breach"], _drop(log)
        caps.append(("breach", min(green, last or green) * (100 - drop) / 100))
        reasons.append(told(log.table.reasons, "after_breach", breach.source, percent=drop))
    rule, cap = min(caps, key=lambda pair: pair[1])
    if rule == "two_week_stop":
        reasons.append(_rule(log, rule))
    return rule, cap, reasons


def _drop(log: _Log) -> float:
    return log.table.back_down["breach"].numbers["distance_drop_percent"]


def _rule(log: _Log, code: str) -> Told:
    rule = log.table.growth[code]
    return as_told(rule.code, rule.text, rule.source)


def _light_reason(log: _Log) -> Told:
    numbers = log.table.growth["fourth_week"].numbers
    low, high, weeks = numbers["drop_min_percent"], numbers["drop_max_percent"], numbers["every_weeks"] - 1
    return log.say("fourth_week", "light_week", weeks=weeks, low=low, high=high)


def _week_over(log: _Log, done: float, most: float) -> tuple[Told, ...]:
    if done <= most:
        return ()
    return (log.say("week_cap", "week_over_cap", amount=done, unit=log.words, cap=most),)


def _weeks_of_building(log: _Log, passed_on: date | None) -> int:
    """Return how many weeks in a row were run without a light one among them, back from last week."""
    keep = (100 - log.number("fourth_week", "drop_min_percent")) / 100
    week, found = log.week - WEEK, 0
    while log.total(week) > 0 and (passed_on is None or week > monday(passed_on)):
        before = log.total(week - WEEK)
        if before and log.total(week) <= before * keep + HAIR:
            break
        found, week = found + 1, week - WEEK
    return found


def _went_wrong(log: _Log) -> bool:
    """Return whether a run of last week or of this one was AMBER or RED."""
    recent = log.of_week(log.week - WEEK) + log.of_week(log.week)
    return any(judged.judgement.colour in WRONG for judged in recent)


def _single_run(log: _Log) -> tuple[float, Told]:
    """Return the longest that a single run may be, and why; after a breach less than the run that breached."""
    rule = log.table.growth["single_run"]
    days, percent, longest = rule.numbers["days"], rule.numbers["longest_max_percent"], log.longest()
    cap = longest * percent / 100
    newest = log.runs[-1]
    if newest.judgement.colour in WRONG:
        cap = min(cap, (_amount(newest.session, log.unit) or 0) * (100 - _drop(log)) / 100)
    said = log.say("single_run", "longest_run", days=days, amount=longest, unit=log.words, percent=percent)
    return _down(cap), said
