"""The red-flag table: which rows fire, at which level, and which answers are missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from clinic.terms import Answer, Level, Text
from triage.rules.expressions import Expression, holds


@dataclass(frozen=True)
class Fact:
    """One question, sign or risk; ``label`` is what is asked.  ``kind`` is question, sign or risk.

    ``strength`` is strong or weak for a risk; ``mandatory`` facts must be answered before a
    screening is complete (every question and risk is).
    """

    code: str
    kind: str
    row: str
    label: Text
    source: tuple[str, ...]
    mandatory: bool
    strength: str = ""
    mark: str = ""


@dataclass(frozen=True)
class CodeEntry:
    """One code for the list of all codes; ``row`` is the red flag or cause that it feeds."""

    code: str
    kind: str
    row: str
    label: Text
    unit: str
    values: tuple[str, ...]
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class FlagRule:
    """When a row fires at one level, and how that is said; ``watch`` are the facts that can fire it."""

    level: Level
    when: Expression
    watch: frozenset[str]
    text: Text
    mark: str = ""


@dataclass(frozen=True)
class Requirement:
    """An examination that becomes mandatory when a condition holds."""

    when: Expression
    watch: frozenset[str]
    codes: tuple[str, ...]
    text: Text
    source: tuple[str, ...]


@dataclass(frozen=True)
class RedFlag:
    """One row of the table: what is asked, when it fires, what is forbidden meanwhile, what to do.

    ``rules`` stand highest level first.  ``cause`` is the condition a fired row pins.
    ``contra`` are contra-word codes; ``exclusion`` says what must be recorded to exclude it;
    ``note`` holds the figures of its sources.
    """

    code: str
    title: Text
    cause: str
    questions: tuple[Fact, ...]
    signs: tuple[Fact, ...]
    rules: tuple[FlagRule, ...]
    requirements: tuple[Requirement, ...]
    contra: tuple[str, ...]
    meanwhile: Text
    action: Text
    exclusion: Text | None
    note: Text | None
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class LevelText:
    """What a level means, what the product does, what to do now, and what the runner is told."""

    code: str
    title: Text
    behaviour: Text
    now: Text
    patient: Text
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class RedFlagTable:
    """All rows, all risks, the five levels, and the diagnoses that need a specialist's release.

    ``fresh_days``: how old, in days, a screening may be that opens a new signature.
    """

    flags: tuple[RedFlag, ...]
    risks: tuple[Fact, ...]
    levels: Mapping[str, LevelText]
    mandatory: tuple[str, ...]
    must_not_load: tuple[str, ...]
    imaged_by: Mapping[str, str]
    massage_words: tuple[str, ...]
    blanket_words: tuple[str, ...]
    fresh_days: int


@dataclass(frozen=True)
class FiredRow:
    """A row that fired, at its highest level."""

    flag: RedFlag
    level: Level
    text: Text
    rule: str


@dataclass(frozen=True)
class Screened:
    """Which rows fired, and which mandatory facts nobody answered."""

    fired: tuple[FiredRow, ...]
    missing: tuple[str, ...]


def screen(answers: Mapping[str, Answer], table: RedFlagTable) -> Screened:
    """Return every row that fires and everything mandatory that is not assessed.

    ``answers`` are the facts of the case with what age, pregnancy and measurements add.
    Silence fires nothing by itself (but ``code?`` conditions do) and is always listed as missing.
    The clot row has no rule here: rule T-DVT decides it.
    """
    present = {code for code, answer in answers.items() if answer is Answer.PRESENT}
    fired = tuple(row for flag in table.flags if (row := _fire(flag, answers, present)) is not None)
    missing = {code: None for code in table.mandatory if _is_silent(code, answers)}
    for flag in table.flags:
        for needed in flag.requirements:
            if not needed.watch.isdisjoint(present) and holds(needed.when, answers):
                missing.update((code, None) for code in needed.codes if _is_silent(code, answers))
    return Screened(fired, tuple(missing))


def _fire(flag: RedFlag, answers: Mapping[str, Answer], present: set[str]) -> FiredRow | None:
    for rule in flag.rules:
        if not rule.watch.isdisjoint(present) and holds(rule.when, answers):
            return FiredRow(flag, rule.level, rule.text, f"{flag.code}.{rule.level}")
    return None


def _is_silent(code: str, answers: Mapping[str, Answer]) -> bool:
    return answers.get(code, Answer.NOT_ASSESSED) is Answer.NOT_ASSESSED
