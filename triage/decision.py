"""PURE.  Everything triage decides about one leg: safety first, then findings, needs and causes."""

from collections.abc import Mapping
from dataclasses import dataclass

from clinic.terms import Answer, CaseFacts, Level, Reason
from triage.rules.causes import CauseTable, Ranking, rank_causes
from triage.rules.dvt import ClotResult, ClotTable
from triage.rules.findings import FailedNeed, Judged, failed_needs, judge
from triage.rules.grades import strain_grade
from triage.rules.items import OpenItem
from triage.rules.items import needs_release as diagnosis_needs_release
from triage.rules.lines import Hint, PhysicalTest, Ratio, SpecialTest
from triage.rules.red_flags import CodeEntry, RedFlagTable
from triage.rules.safety import SafetyTables, safety
from triage.rules.safety_set import SafetyQuestion
from triage.rules.safety_set import still_to_ask as still_to_ask
from triage.rules.scores import Scores, WellsResult


@dataclass(frozen=True)
class TriageKnowledge:
    """All tables of triage, frozen.  ``findings`` are the facts of an examination, ``codes`` every code.

    ``safety_set`` are the questions of rule T-RETRIGGER in the order in which they are asked.
    """

    red_flags: RedFlagTable
    safety_set: tuple[SafetyQuestion, ...]
    clot: ClotTable
    scores: Scores
    tests: Mapping[str, PhysicalTest]
    special_tests: Mapping[str, SpecialTest]
    ratios: tuple[Ratio, ...]
    hints: tuple[Hint, ...]
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


def triage_decision(case: CaseFacts, knowledge: TriageKnowledge) -> TriageDecision:
    """Return what triage decides about one leg: pure composition, the same input gives the same answer.

    Raises ``ValueError`` when w10 is present without a reason.
    """
    found = safety(case, knowledge.safety_tables)
    judged = judge(case, knowledge.tests)
    return TriageDecision(
        level=found.level,
        complete=found.complete,
        d_hold=found.d_hold,
        reasons=found.reasons,
        forbidden=found.forbidden,
        missing=found.missing,
        items=found.items,
        wells=found.wells,
        contra_words=found.contra_words,
        dvt=found.dvt,
        causes=rank_causes(case, found.answers, found.pinned, knowledge.causes),
        judged=judged,
        needs=failed_needs(judged, case.failed),
        strain_grade=strain_grade(found.answers),
        exercise_lock=found.exercise_lock,
        treatment_lock=found.treatment_lock,
        massage_lock=found.massage_lock,
        locks_reasons=found.locks_reasons,
        answers=found.answers,
    )


def needs_release(case: CaseFacts, knowledge: TriageKnowledge) -> bool:
    """Return whether the recorded diagnosis must not be loaded before a specialist's release."""
    return diagnosis_needs_release(case.diagnosis, case.sign_offs, case.answers, knowledge.red_flags)
