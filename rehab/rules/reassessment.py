"""Tests done again (7.4): when they are due, what a change means, left against right, and what moves to maintenance."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from clinic.terms import Side
from rehab.rules.course_tables import ProgressTable
from rehab.rules.wording import Sentences, Told, told

RETEST = "reassess"
MAINTAIN = "maintain"


@dataclass(frozen=True)
class DueTest:
    """One test that is due again; ``why`` is ``retest_failed`` or ``retest_all``."""

    test: str
    on: date
    days_late: int
    why: str


@dataclass(frozen=True)
class Retest:
    """Which tests are due again today, and the next day on which one will be; the rule with its reasons and inputs."""

    due: tuple[DueTest, ...]
    next_on: date | None
    rule: str
    reasons: tuple[Told, ...]
    inputs: dict[str, object]


def retests_due(
    tested: Mapping[str, date], failed: Iterable[str], today: date, table: ProgressTable, words: Sentences
) -> Retest:
    """Return the tests that are due again: what failed every two weeks, everything every four.

    ``tested``: the last day of each test; ``failed``: those whose last verdict was a fail.  The longest overdue first.
    """
    rule, failing = table.steps[RETEST], frozenset(failed)
    weeks = {"retest_failed": rule.numbers["failed_weeks"], "retest_all": rule.numbers["all_weeks"]}
    known = []
    for test, day in tested.items():
        why = "retest_failed" if test in failing else "retest_all"
        on = day + timedelta(weeks=weeks[why])
        known.append(DueTest(test, on, (today - on).days, why))
    found = tuple(sorted((one for one in known if one.on <= today), key=lambda one: (one.on, one.test)))
    reasons = [told(words, why, rule.source, weeks=weeks[why]) for why in weeks if why in {one.why for one in found}]
    inputs: dict[str, object] = {
        "today": today.isoformat(),
        "tested": {test: day.isoformat() for test, day in tested.items()},
        "failed": sorted(failing),
    }
    next_on = min((one.on for one in known if one.on > today), default=None)
    return Retest(found, next_on, RETEST, tuple(reasons), inputs)


def limb_symmetry(values: Mapping[Side, float], painful: Side) -> int | None:
    """Return the painful side in whole per cent of the other, rounded down; ``None`` where it cannot be said.

    With both sides or none painful, the smaller value in per cent of the larger.  Nothing is said without both values,
    or against a side of 0 or less.
    """
    left, right = values.get(Side.LEFT), values.get(Side.RIGHT)
    if left is None or right is None:
        return None
    if painful is Side.LEFT:
        own, other = left, right
    elif painful is Side.RIGHT:
        own, other = right, left
    else:
        own, other = min(left, right), max(left, right)
    return int(own * 100 / other + 1e-9) if other > 0 else None


class TestMoved(StrEnum):
    """What became of a test.  UNKNOWN: it moved, and nobody knows how much of a change is real."""

    __test__ = False  # the name would make pytest collect it

    BETTER = "better"
    WORSE = "worse"
    NO_CHANGE = "no_change"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class TestChange:
    """A test before and after, in its unit; ``moved`` treats what is below the detectable change as no change."""

    __test__ = False

    moved: TestMoved
    difference: float
    reason: Told


def change_of_test(
    before: float,
    after: float,
    detectable: float | None,
    words: Sentences,
    source: Iterable[str],
    higher_is_better: bool = True,
) -> TestChange:
    """Return whether a test really changed.  ``detectable``: the smallest real change, in its unit."""
    difference = round(after - before, 6)
    if detectable is None:
        moved = TestMoved.NO_CHANGE if difference == 0 else TestMoved.UNKNOWN
        return TestChange(moved, difference, told(words, "test_unknown", source, before=before, after=after))
    if abs(difference) < detectable:
        reason = told(words, "test_chance", source, before=before, after=after, wanted=detectable)
        return TestChange(TestMoved.NO_CHANGE, difference, reason)
    better = (difference > 0) is higher_is_better
    reason = told(words, "test_real", source, before=before, after=after, wanted=detectable)
    return TestChange(TestMoved.BETTER if better else TestMoved.WORSE, difference, reason)


@dataclass(frozen=True)
class Maintained:
    """One need that passes now: keep it so many times a week."""

    need: str
    times_a_week_min: int
    times_a_week_max: int
    rule: str
    reasons: tuple[Told, ...]
    inputs: dict[str, object]


def passed_needs(
    failed_before: Iterable[str], now: Mapping[str, bool | None], table: ProgressTable, words: Sentences
) -> tuple[Maintained, ...]:
    """Return the needs that had failed and pass now, in the order of their codes; they go to maintenance.

    ``now``: whether each need passes; ``None``, or a need that is not named, was not tested again and stays as it is.
    """
    rule = table.steps[MAINTAIN]
    low, high = round(rule.numbers["times_a_week_min"]), round(rule.numbers["times_a_week_max"])
    reasons = (told(words, "need_passed", rule.source, low=low, high=high),)
    return tuple(
        Maintained(need, low, high, MAINTAIN, reasons, {"need": need, "passes": True})
        for need in sorted(set(failed_before))
        if now.get(need) is True
    )
