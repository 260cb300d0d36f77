"""Which treatments are allowed today, which need a reason, which are forbidden, and why (7.6).

One global lock, then one column of the table for each condition.  An answer that a column needs and nobody
gave counts like a yes: silence never allows a treatment.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from clinic.terms import Answer, CaseFacts, Reason, in_english
from rehab.rules import phrases
from rehab.rules.catalogue import ContraWord, Treatment, TreatmentCell, TreatmentColumn, Verdict
from rehab.rules.gates import HOURS_A_DAY, Situation
from rehab.rules.mapping_tables import MappingTable

DVT_COLUMN = "DVT"
ANY = "*"
SEVERITY = {
    Verdict.OK: 0,
    Verdict.NOTHING: 0,
    Verdict.REFERRAL_ONLY: 1,
    Verdict.REASON_NEEDED: 1,
    Verdict.FORBIDDEN: 2,
}
OUTPUT = (Verdict.OK, Verdict.REASON_NEEDED, Verdict.FORBIDDEN)


@dataclass(frozen=True)
class TreatmentState:
    """What the table looks at: the situation, the rows open or confirmed, and the global lock.

    ``lock`` holds the reasons of T-LOCK; it is empty when triage is complete and no E, D or D-hold is open.
    """

    here: Situation
    rows: frozenset[str] = frozenset()
    lock: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class TreatmentVerdict:
    """OK, REASON_NEEDED or FORBIDDEN, with every reason that led there."""

    code: str
    verdict: Verdict
    because: tuple[Reason, ...]


@dataclass(frozen=True)
class TreatmentTables:
    """The tables the verdict reads."""

    treatments: Mapping[str, Treatment]
    columns: Mapping[str, TreatmentColumn]
    contra: Mapping[str, ContraWord]
    mapping: MappingTable


def treatment_verdicts(state: TreatmentState, tables: TreatmentTables) -> Mapping[str, TreatmentVerdict]:
    """Return today's verdict on every treatment; the strictest reason wins."""
    active = {code: column_answer(column, state, tables.mapping) for code, column in tables.columns.items()}
    return {code: _verdict(treatment, active, state, tables) for code, treatment in tables.treatments.items()}


def known_refusals(
    codes: Iterable[str], state: TreatmentState, tables: TreatmentTables
) -> Mapping[str, tuple[Reason, ...]]:
    """Return what is known to forbid each of these treatments, apart from the lock.

    For exercises that are also a treatment: what nobody has answered is asked by their own questions.
    """
    wanted = {code: tables.treatments[code] for code in codes}
    columns = {code: tables.columns[code] for treatment in wanted.values() for code in treatment.cells}
    answers = {code: column_answer(column, state, tables.mapping) for code, column in columns.items()}
    active = {code: answer for code, answer in answers.items() if answer is Answer.PRESENT}
    return {
        code: tuple(
            reason
            for verdict, reason in _by_columns(treatment, active, state, tables.columns)
            if verdict is Verdict.FORBIDDEN
        )
        for code, treatment in wanted.items()
    }


def _verdict(
    treatment: Treatment, active: Mapping[str, Answer], state: TreatmentState, tables: TreatmentTables
) -> TreatmentVerdict:
    found = [*((Verdict.FORBIDDEN, reason) for reason in state.lock)]
    found += _by_contra_words(treatment, state.here, tables.contra)
    found += _by_columns(treatment, active, state, tables.columns)
    found += _by_offer(treatment, state.here)
    strictest = max((SEVERITY[verdict] for verdict, _ in found), default=0)
    reasons = tuple(reason for verdict, reason in found if SEVERITY[verdict] > 0 or strictest == 0)
    return TreatmentVerdict(treatment.code, OUTPUT[strictest], reasons)


def column_answer(column: TreatmentColumn, state: TreatmentState, table: MappingTable) -> Answer:
    """Return whether a column of the table applies to this runner today."""
    case = state.here.case
    if column.code == DVT_COLUMN and state.here.massage_lock:
        return Answer.PRESENT
    if (
        ANY in column.causes
        or any(case.has(fact) for fact in column.facts)
        or column.rows & state.rows
        or (case.diagnosis in column.causes and not (column.cause_lifted_by and case.has(column.cause_lifted_by)))
    ):
        return Answer.PRESENT
    if column.within_onset_hours is not None and _is_fresh_strain(case, column.within_onset_hours, table):
        return Answer.PRESENT if case.patient.onset_days is not None else Answer.NOT_ASSESSED
    if any(case.answer(fact) is Answer.NOT_ASSESSED for fact in column.need_answer) and _matters(column, case):
        return Answer.NOT_ASSESSED
    return Answer.ABSENT


def _matters(column: TreatmentColumn, case: CaseFacts) -> bool:
    """Return whether a missing answer of this column matters: always, or only with one of its conditions."""
    return not column.need_answer_if or not all(case.lacks(fact) for fact in column.need_answer_if)


def _is_fresh_strain(case: CaseFacts, hours: int, table: MappingTable) -> bool:
    """Return whether a strain may be younger than ``hours``; an unknown onset or diagnosis counts as yes."""
    may_be_strain = case.diagnosis is None or case.diagnosis in table.strain_causes
    days = case.patient.onset_days
    return may_be_strain and (days is None or days * HOURS_A_DAY < hours)


def _by_columns(
    treatment: Treatment, active: Mapping[str, Answer], state: TreatmentState, columns: Mapping[str, TreatmentColumn]
) -> Iterator[tuple[Verdict, Reason]]:
    for code, cell in treatment.cells.items():
        answer = active.get(code, Answer.ABSENT)
        if answer is Answer.ABSENT:
            continue
        column = columns[code]
        verdict = cell_verdict(cell, state.here)
        if verdict is Verdict.NOTHING:
            continue
        words = f"{column.label.en}: {cell.qualifier.en}" if cell.qualifier else column.label.en
        unknown = answer is Answer.NOT_ASSESSED
        text = in_english(phrases.COUNTS_AS_PRESENT, what=words) if unknown else words
        source = ", ".join(cell.source or column.source)
        yield verdict, Reason(f"ASK-{code}" if unknown else f"COLUMN-{code}", text, source)


def cell_verdict(cell: TreatmentCell, here: Situation) -> Verdict:
    """Return what a cell says today; a limit whose number is unknown counts as met."""
    otherwise = cell.otherwise or Verdict.NOTHING
    if cell.unless_clot_excluded_by_imaging and here.clot_excluded_by_imaging:
        return otherwise
    weeks, days = here.case.patient.gestation_weeks, here.case.patient.onset_days
    if cell.from_gestation_weeks is not None and weeks is not None and weeks < cell.from_gestation_weeks:
        return otherwise
    if cell.within_hours is not None and days is not None and days * HOURS_A_DAY >= cell.within_hours:
        return otherwise
    return cell.verdict


def _by_contra_words(
    treatment: Treatment, here: Situation, contra: Mapping[str, ContraWord]
) -> Iterator[tuple[Verdict, Reason]]:
    for code in sorted(here.contra_words):
        word = contra.get(code)
        if word is not None and treatment.code in word.treatments:
            text = in_english(phrases.ALARM, what=word.label.en)
            yield Verdict.FORBIDDEN, Reason(f"CONTRA-{code}", text, ", ".join(word.source))


def _by_offer(treatment: Treatment, here: Situation) -> Iterator[tuple[Verdict, Reason]]:
    """Ask for a reason where the table does not offer a treatment for this diagnosis or a failed need."""
    if ANY in treatment.offered_for:
        return
    if here.case.diagnosis in treatment.offered_for or here.failed & set(treatment.offered_for):
        return
    text = in_english(phrases.OFFERED_FOR, treatment=treatment.name.en, codes=", ".join(treatment.offered_for))
    yield Verdict.REASON_NEEDED, Reason("NOT-OFFERED", text, ", ".join(treatment.source))
