"""Conditions as data: nested "at least n of" over three-valued facts, compiled to tuples once."""

from collections.abc import Mapping
from typing import Any

from clinic.terms import Answer

FACT, UNLESS_ABSENT, AT_LEAST = "fact", "unless_absent", "at_least"
Expression = tuple[Any, ...]  # (FACT, code) | (UNLESS_ABSENT, code) | (AT_LEAST, n, children)


def compile_expression(raw: object) -> Expression:
    """Return the tuple of a written condition, or raise ``ValueError`` that says what is wrong.

    ``"code"`` holds when the fact is present, ``"code?"`` also when nobody asked;
    ``{any = [...]}``, ``{all = [...]}`` and ``{at_least = 2, of = [...]}`` nest.
    """
    if isinstance(raw, str) and raw.strip("? "):
        return (UNLESS_ABSENT, raw[:-1]) if raw.endswith("?") else (FACT, raw)
    if not isinstance(raw, dict):
        raise ValueError(f"{raw!r} is no condition")
    if set(raw) == {"at_least", "of"}:
        needed, children = raw["at_least"], raw["of"]
    elif set(raw) == {"any"}:
        needed, children = 1, raw["any"]
    elif set(raw) == {"all"}:
        children = raw["all"]
        needed = len(children) if isinstance(children, list) else 0
    else:
        raise ValueError(f"{sorted(raw)} is none of any, all, at_least with of")
    if not isinstance(children, list) or not isinstance(needed, int) or not 0 < needed <= len(children):
        raise ValueError(f"{raw!r} needs a list that is long enough")
    return (AT_LEAST, needed, tuple(compile_expression(child) for child in children))


def evaluate(expression: Expression, answers: Mapping[str, Answer]) -> Answer:
    """Return what is known of a condition.

    PRESENT when it holds whatever the unanswered facts are, ABSENT when it cannot hold any more,
    NOT_ASSESSED in between: silence never makes a condition absent.
    """
    kind = expression[0]
    if kind is FACT:
        return answers.get(expression[1], Answer.NOT_ASSESSED)
    if kind is UNLESS_ABSENT:
        silent = answers.get(expression[1], Answer.NOT_ASSESSED) is not Answer.ABSENT
        return Answer.PRESENT if silent else Answer.ABSENT
    needed, held, open_ = expression[1], 0, 0
    for child in expression[2]:
        answer = evaluate(child, answers)
        if answer is Answer.PRESENT:
            held += 1
            if held == needed:
                return Answer.PRESENT
        elif answer is Answer.NOT_ASSESSED:
            open_ += 1
    return Answer.NOT_ASSESSED if held + open_ >= needed else Answer.ABSENT


def holds(expression: Expression, answers: Mapping[str, Answer]) -> bool:
    """Return whether a condition holds with what is known."""
    return evaluate(expression, answers) is Answer.PRESENT


def codes_of(expression: Expression) -> frozenset[str]:
    """Return every fact a condition asks for."""
    if expression[0] is AT_LEAST:
        return frozenset().union(*(codes_of(child) for child in expression[2]))
    return frozenset((expression[1],))


def facts_of(expression: Expression) -> frozenset[str]:
    """Return the facts that can make a condition hold by being present.

    A condition that does not hold on silence cannot hold while none of these is present, so it
    need not be evaluated then.
    """
    if expression[0] is AT_LEAST:
        return frozenset().union(*(facts_of(child) for child in expression[2]))
    return frozenset((expression[1],)) if expression[0] is FACT else frozenset()
