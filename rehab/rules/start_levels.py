"""At which level an exercise starts: by the grade of the failed test, the calf by its pain test (6.2)."""

from collections.abc import Iterable

from clinic.terms import CaseFacts, Side
from rehab.rules.catalogue import Exercise
from rehab.rules.cover import PRIMARY
from rehab.rules.gates import usable_levels
from rehab.rules.mapping_tables import StartRule
from rehab.rules.needs import Failure

FIRST = 1
GRADED_KINDS = ("core", "strength")  # core and hip: their tests give a grade
REPETITION_TESTS = {"RAISE_PAIN_STRAIGHT": "GS_RAISES", "RAISE_PAIN_BENT": "SS_RAISES"}


def start_level(exercise: Exercise, failures: Iterable[Failure], case: CaseFacts, rules: tuple[StartRule, ...]) -> int:
    """Return the level the tests ask for, before any ceiling.  Whatever no rule names starts at level 1."""
    named = [rule for rule in rules if exercise.code in rule.exercises and rule.test]
    if named:
        return max((rule.level for rule in named if pain_test_allows(rule, case)), default=FIRST)
    if exercise.kind not in GRADED_KINDS:
        return FIRST
    grades = [failure.grade for failure in failures if exercise.cover.get(failure.base) == PRIMARY]
    if not grades or None in grades:
        return FIRST
    worst = min(grade for grade in grades if grade is not None)
    return max((rule.level for rule in rules if not rule.exercises and rule.grade == worst), default=FIRST)


def first_level(exercise: Exercise, wanted: int, ceiling: int, at_hand: frozenset[str]) -> int:
    """Return where to start: at the level the tests ask for, else the nearest usable one below, else above it."""
    usable = usable_levels(exercise, ceiling, at_hand)
    return max((number for number in usable if number <= wanted), default=min(usable, default=FIRST))


def pain_test_allows(rule: StartRule, case: CaseFacts) -> bool:
    """Return whether the calf's pain test (NPRS 0-10, the worst side counts) meets a start rule.

    A pain test that is missing meets no rule; so does a count of repetitions that is asked for and missing.
    """
    pains = [m.value for m in case.measurements if m.test == rule.test and m.value is not None]
    if not pains:
        return False
    worst = max(pains)
    if rule.pain_above_nprs is not None and worst <= rule.pain_above_nprs:
        return False
    if rule.pain_up_to_nprs is not None and worst > rule.pain_up_to_nprs:
        return False
    return rule.min_repetitions is None or _fewest_repetitions(rule, case) >= rule.min_repetitions


def _fewest_repetitions(rule: StartRule, case: CaseFacts) -> float:
    """Return the repetitions of the weaker side that counts; 0 where nobody counted them."""
    test = REPETITION_TESTS.get(rule.test or "", "")
    sides = (case.patient.side,) if case.patient.side in (Side.LEFT, Side.RIGHT) else (Side.LEFT, Side.RIGHT)
    counts = {m.side: m.value for m in case.measurements if m.test == test and m.value is not None}
    return min((counts.get(side, 0) for side in sides), default=0)
