"""PURE.  Everything triage decides about one leg: safety first, then findings, needs and causes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from clinic.terms import Answer, CaseFacts, Level, Reason, Text
from triage.rules.causes import CauseTable, Ranking, rank_causes, strain_grade
from triage.rules.dvt import ClotResult, ClotTable
from triage.rules.findings import FailedNeed, Judged, PhysicalTest, failed_needs, judge
from triage.rules.items import OpenItem
from triage.rules.items import needs_release as diagnosis_needs_release
from triage.rules.red_flags import RedFlagTable
from triage.rules.safety import SafetyTables, safety
from triage.rules.scores import WellsResult, WellsTable


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


@dataclass(frozen=True)
class Passage:
    """A text for people: a step of the hospital's pathway, a display band, a caution."""

    code: str
    text: Text
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class Scores:
    """The Wells table and the texts around it."""

    wells: WellsTable
    pathway: Mapping[str, Passage]
    bands: tuple[Passage, ...]
    not_applicable: Text
    never_clears: Text


@dataclass(frozen=True)
class TriageKnowledge:
    """All tables of triage, frozen.  ``findings`` are the facts of an examination, ``codes`` every code."""

    red_flags: RedFlagTable
    clot: ClotTable
    scores: Scores
    tests: Mapping[str, PhysicalTest]
    causes: CauseTable
    findings: Mapping[str, CodeEntry]
    codes: tuple[CodeEntry, ...]

    @property
    def safety_tables(self) -> SafetyTables:
        """Return the tables of section 2 together."""
        return SafetyTables(self.red_flags, self.scores.wells, self.clot)


@dataclass(frozen=True)
class TriageDecision:
    """What triage decided about one leg, with its whole working."""

    level: Level
    complete: bool
    d_hold: bool
    reasons: tuple[Reason, ...]
    forbidden: tuple[str, ...]
    missing: tuple[str, ...]
    items: tuple[OpenItem, ...]
    wells: WellsResult
    contra_words: frozenset[str]
    dvt: ClotResult
    causes: Ranking
    judged: tuple[Judged, ...]
    needs: Mapping[str, FailedNeed]
    strain_grade: int | None
    exercise_lock: bool
    treatment_lock: bool
    massage_lock: bool
    locks_reasons: tuple[Reason, ...]
    answers: Mapping[str, Answer]
