"""Outcome measures (section 9): score, change against what is important and against chance, day 14.

Values are points of the measure.  What is missing is no value, and no improvement.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from rehab.rules.course_tables import Measure, StepRule
from rehab.rules.wording import Sentences, Told, as_told, told

WORST = "worst"  # of the pain ratings, the one that is the value: the worst of the last 24 hours
RATINGS = ("now", WORST, "average", "running", "morning")
HAIR = 1e-9  # a difference of decimal fractions misses a round number by less than this


@dataclass(frozen=True)
class Scored:
    """The value of a measure, or why there is none; ``inputs`` are plain JSON values."""

    value: float | None
    reason: Told | None
    inputs: dict[str, object]


@dataclass(frozen=True)
class Score:
    """One stored score: its measure, value and day, the parts it was computed from, and whether the runner said it.

    No rule asks who said it.
    """

    measure: str
    value: float
    day: date
    parts: Mapping[str, object] = field(default_factory=dict)
    by_runner: bool = False


class Direction(StrEnum):
    """IMPROVED: by the important change.  WORSE: beyond chance.  SMALL: neither, and chance is not shown to explain it.

    WITHIN_CHANCE: less than chance can do.
    """

    IMPROVED = "improved"
    WORSE = "worse"
    SMALL = "small"
    WITHIN_CHANCE = "within_chance"


@dataclass(frozen=True)
class Compared:
    """What became of one measure: ``better_by`` in its points, below 0 for worse; ``reached`` names the changes.

    ``reached`` holds the codes of the table's changes that this one is as large as, in its own direction: important
    ones for better, those beyond chance for both.
    """

    measure: str
    direction: Direction
    better_by: float
    reached: tuple[str, ...]
    rule: str
    reasons: tuple[Told, ...]
    inputs: dict[str, object]


@dataclass(frozen=True)
class NoImprovement:
    """Day 14: ``fires`` when the day has come and no recorded measure improved; ``improved`` names those that did."""

    fires: bool
    on: date
    rule: str
    improved: tuple[str, ...]
    reasons: tuple[Told, ...]
    inputs: dict[str, object]


def score(measure: Measure, parts: Mapping[str, object], words: Sentences) -> Scored:
    """Return the value of a measure from what was entered.

    Ratings: ``now``, ``worst``, ``average``, ``running``, ``morning``; the value is the worst of the last 24 hours.
    Own activities: ``activities``, a list of ``{"activity": words, "points": 0 to 10}``; the mean of the rated ones.
    Totals: ``total``; or ``items``, ``{"1": points, ...}``, where the measure keeps items: what is missing, up to the
    number of the table, counts as the mean of the others, rounded half up.
    """
    if measure.stores == "ratings":
        return _ratings(measure, parts, words)
    if measure.stores == "own_activities":
        return _activities(measure, parts, words)
    return _items(measure, parts, words) if "items" in parts else _total(measure, parts, words)


def _no_score(measure: Measure, words: Sentences, code: str, **values: float) -> Scored:
    reason = told(words, code, measure.source, measure=measure.name, **values)
    return Scored(None, reason, {"measure": measure.code, "why": code, **values})


def _is_whole(value: object, low: float, high: float) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _number(value: object) -> float:
    """Return a value for a sentence; what is no number at all is shown as 0."""
    return value if isinstance(value, int | float) else 0


def _outside(measure: Measure, words: Sentences, value: object, high: float) -> Scored:
    return _no_score(measure, words, "score_range", value=_number(value), low=measure.low, high=high)


def _ratings(measure: Measure, parts: Mapping[str, object], words: Sentences) -> Scored:
    said = {name: parts[name] for name in RATINGS if parts.get(name) is not None}
    for value in said.values():
        if not _is_whole(value, measure.low, measure.high):
            return _outside(measure, words, value, measure.high)
    if WORST not in said:
        return _no_score(measure, words, "score_missing")
    return Scored(_number(said[WORST]), None, {"measure": measure.code, **said})


def points_by_activity(parts: Mapping[str, object]) -> dict[str, object]:
    """Return what was rated, {activity: points}; an activity without a rating is left out."""
    rows = parts.get("activities")
    found = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list | tuple) else []
    return {str(row.get("activity", "")): row["points"] for row in found if row.get("points") is not None}


def _activities(measure: Measure, parts: Mapping[str, object], words: Sentences) -> Scored:
    rated = points_by_activity(parts)
    for value in rated.values():
        if not _is_whole(value, measure.low, measure.high):
            return _outside(measure, words, value, measure.high)
    fewest, most = measure.numbers["activities_min"], measure.numbers["activities_max"]
    if not fewest <= len(rated) <= most:
        return _no_score(measure, words, "score_too_few", count=len(rated), low=fewest, high=most)
    mean = sum(_number(value) for value in rated.values()) / len(rated)
    return Scored(round(mean, 2), None, {"measure": measure.code, "activities": rated})


def _total(measure: Measure, parts: Mapping[str, object], words: Sentences) -> Scored:
    total = parts.get("total")
    if total is None:
        return _no_score(measure, words, "score_missing")
    if not _is_whole(total, measure.low, measure.high):
        return _outside(measure, words, total, measure.high)
    return Scored(_number(total), None, {"measure": measure.code, "total": total})


def _items(measure: Measure, parts: Mapping[str, object], words: Sentences) -> Scored:
    count, most_missing = measure.item_count, measure.numbers.get("missing_items_max")
    if count is None or most_missing is None:
        return _no_score(measure, words, "score_items_unknown")
    entered = parts["items"] if isinstance(parts["items"], Mapping) else {}
    values = [entered.get(str(number)) for number in range(1, count + 1)]
    said = [value for value in values if value is not None]
    for value in said:
        if not _is_whole(value, 0, measure.high / count):
            return _outside(measure, words, value, measure.high / count)
    missing = count - len(said)
    if missing > most_missing:
        return _no_score(measure, words, "score_items_missing", count=missing, most=most_missing)
    total = math.floor(sum(_number(value) for value in said) * count / len(said) + 0.5)
    return Scored(total, None, {"measure": measure.code, "items": values, "missing": missing})


def change(measure: Measure, earlier: Score, later: Score, words: Sentences) -> Compared:
    """Return what became of a measure between two scores of it.

    Improvement is the one important change of the table, in points, or in per cent of the earlier value where the
    table gives that too; worse is beyond chance, for the whole or, where the table says so, for a single activity.
    Worse wins over improved.
    """
    better_by = round((later.value - earlier.value) * (1 if measure.higher_is_better else -1), 2)
    worse, improved = (
        _worse(measure, earlier, later, better_by, words),
        _improved(measure, earlier, later, better_by, words),
    )
    if worse:
        direction, reasons = Direction.WORSE, worse
    elif improved:
        direction, reasons = Direction.IMPROVED, improved
    else:
        direction, reasons = _neither(measure, earlier, later, better_by, words)
    return Compared(
        measure=measure.code,
        direction=direction,
        better_by=better_by,
        reached=_reached(measure, earlier, better_by),
        rule=f"measure_{direction.value}",
        reasons=reasons,
        inputs={
            "measure": measure.code,
            "before": earlier.value,
            "before_day": earlier.day.isoformat(),
            "after": later.value,
            "after_day": later.day.isoformat(),
        },
    )


def _say(measure: Measure, code: str, before: float, after: float, words: Sentences, **values: float) -> Told:
    return told(words, code, measure.source, measure=measure.name, before=before, after=after, **values)


def _improved(measure: Measure, earlier: Score, later: Score, better_by: float, words: Sentences) -> tuple[Told, ...]:
    points, percent = measure.numbers["improved_from_points"], measure.numbers.get("improved_from_percent")
    if better_by >= points - HAIR:
        return (_say(measure, "measure_improved", earlier.value, later.value, words, wanted=points),)
    if percent is not None and earlier.value > 0 and better_by * 100 >= percent * earlier.value - HAIR:
        return (_say(measure, "measure_improved_percent", earlier.value, later.value, words, wanted=percent),)
    return ()


def _worse(measure: Measure, earlier: Score, later: Score, better_by: float, words: Sentences) -> tuple[Told, ...]:
    points, single = measure.numbers.get("worse_from_points"), measure.numbers.get("item_worse_from_points")
    found = []
    if points is not None and -better_by >= points - HAIR:
        found.append(_say(measure, "measure_worse", earlier.value, later.value, words, wanted=points))
    if single is not None:
        before, after = points_by_activity(earlier.parts), points_by_activity(later.parts)
        pairs = [(_number(before[name]), _number(after[name])) for name in before if name in after]
        found += [_say(measure, "activity_worse", *pair, words, wanted=single) for pair in pairs if _fell(pair, single)]
    return tuple(found)


def _fell(pair: tuple[float, float], by: float) -> bool:
    return pair[0] - pair[1] >= by


def _neither(
    measure: Measure, earlier: Score, later: Score, better_by: float, words: Sentences
) -> tuple[Direction, tuple[Told, ...]]:
    points = measure.numbers.get("worse_from_points")
    if points is not None and abs(better_by) < points - HAIR:
        said = _say(measure, "measure_within_chance", earlier.value, later.value, words, wanted=points)
        return Direction.WITHIN_CHANCE, (said,)
    return Direction.SMALL, (_say(measure, "measure_small", earlier.value, later.value, words),)


def _reached(measure: Measure, earlier: Score, better_by: float) -> tuple[str, ...]:
    """Return the codes of the table's changes that were reached; those of a single activity are left out."""
    single = measure.numbers.get("item_worse_from_points")
    found = []
    for entry in measure.changes:
        size = entry.value if entry.unit == "points" else entry.value * earlier.value / 100
        if entry.kind == "mdc":
            is_reached = abs(better_by) >= size - HAIR and entry.value != single
        else:
            is_reached = better_by >= size - HAIR and better_by > 0
        if is_reached:
            found.append(entry.code)
    return tuple(found)


def no_improvement(
    measures: Mapping[str, Measure],
    scores: Sequence[Score],
    started: date,
    today: date,
    rule: StepRule,
    words: Sentences,
) -> NoImprovement:
    """Return whether the day of 7.4 has come without one recorded measure improved by its important change (S2.29).

    Each measure's newest score is held against its first.  ``rule`` gives the days from the start.
    """
    on = started + timedelta(days=rule.numbers["days"])
    compared, reasons = [], []
    for code, pair in _first_and_last(scores, today).items():
        if pair[0] is pair[1]:
            reasons.append(told(words, "measure_once", rule.source, measure=measures[code].name))
        else:
            compared.append(change(measures[code], *pair, words))
    improved = tuple(one.measure for one in compared if one.direction is Direction.IMPROVED)
    reasons += [reason for one in compared for reason in one.reasons]
    if not reasons:
        reasons.append(told(words, "measure_never", rule.source))
    fires = today >= on and not improved
    if fires:
        reasons.insert(0, as_told(rule.code, rule.text, rule.source))
    inputs: dict[str, object] = {
        "started": started.isoformat(),
        "today": today.isoformat(),
        "compared": [one.inputs for one in compared],
    }
    return NoImprovement(fires, on, rule.code, improved, tuple(reasons), inputs)


def worse_beyond_chance(
    measures: Mapping[str, Measure], scores: Sequence[Score], today: date, words: Sentences
) -> tuple[Compared, ...]:
    """Return every measure whose newest score is worse beyond chance than the one before it, or than its first."""
    found = []
    for code, (first, last) in _first_and_last(scores, today).items():
        before = _of_measure(scores, code, today)[-2:-1]
        results = [change(measures[code], one, last, words) for one in (*before, first) if one is not last]
        found += [one for one in results if one.direction is Direction.WORSE][:1]
    return tuple(found)


def _of_measure(scores: Sequence[Score], code: str, today: date) -> list[Score]:
    return sorted((one for one in scores if one.measure == code and one.day <= today), key=lambda one: one.day)


def _first_and_last(scores: Sequence[Score], today: date) -> dict[str, tuple[Score, Score]]:
    """Return the first and the newest score of each measure up to today, in the order of the codes."""
    known = {code: _of_measure(scores, code, today) for code in sorted({one.measure for one in scores})}
    return {code: (own[0], own[-1]) for code, own in known.items() if own}
