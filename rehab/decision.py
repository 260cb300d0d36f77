"""PURE.  What triage decided and the rehab tables, composed into a plan and a verdict on every treatment."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from clinic.terms import CaseFacts, OutcomeType, Reason, in_english
from rehab.rules import phrases
from rehab.rules.catalogue import RehabKnowledge
from rehab.rules.choice import AskFirst, Because, Catalogue, Choice, Chosen, Dropped
from rehab.rules.exercises import asked, choose, entry_exercise
from rehab.rules.gates import Situation, Status, opening
from rehab.rules.mapping_tables import AddOnRule, MappingTable
from rehab.rules.needs import Failure, base_of
from rehab.rules.start_levels import FIRST, first_level, start_level
from rehab.rules.treatments import (
    TreatmentState,
    TreatmentTables,
    TreatmentVerdict,
    known_refusals,
    treatment_verdicts,
)
from triage.decision import TriageDecision

ADD_ON_RULE = "ADD-ON"


@dataclass(frozen=True)
class PlanDecision:
    """A plan, a draft (no diagnosis yet) or no plan, with every reason."""

    status: str  # plan, draft or no_plan
    reasons: tuple[Reason, ...] = ()
    exercises: tuple[Chosen, ...] = ()
    ask_first: tuple[AskFirst, ...] = ()
    uncovered: tuple[str, ...] = ()
    add_ons: tuple[Chosen, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    next_block: tuple[Chosen, ...] = ()


@dataclass(frozen=True)
class ExerciseVerdict:
    """What the gates say of one exercise, needed or not: what the clinician adds by hand obeys the same."""

    code: str
    status: Status
    start_level: int
    max_level: int
    because: tuple[Reason, ...]
    ask_first: tuple[str, ...]


def plan_decision(case: CaseFacts, triage: TriageDecision, knowledge: RehabKnowledge) -> PlanDecision:
    """Return the plan for one leg, or every reason why there is none (6.2)."""
    stops = stopping_reasons(triage)
    if stops:
        return PlanDecision("no_plan", stops)
    case = _known(case, triage)
    catalogue = _catalogue(case, triage, knowledge)
    failures = failures_of(triage)
    choice = choose(case, failures, triage.strain_grade, catalogue)
    add_ons, questions = _add_ons(case, choice, catalogue)
    return PlanDecision(
        status="plan" if case.diagnosis else "draft",
        reasons=(*elephant(case, knowledge.mapping), *_draft_reason(case), *choice.reasons),
        exercises=choice.exercises,
        ask_first=_merged(choice.ask_first, questions),
        uncovered=choice.uncovered,
        add_ons=add_ons,
        dropped=choice.dropped,
        next_block=choice.next_block,
    )


def exercise_verdicts(
    case: CaseFacts,
    triage: TriageDecision,
    knowledge: RehabKnowledge,
    levels: Mapping[str, int] | None = None,
    running_open: bool = False,
) -> Mapping[str, ExerciseVerdict]:
    """Return the gates' answer for every exercise.  ``levels``: what each has reached in the running plan."""
    case = _known(case, triage)
    situation = _situation(case, triage, knowledge, levels or {}, running_open)
    failures = failures_of(triage)
    verdicts = {}
    for code, exercise in knowledge.exercises.items():
        found = opening(exercise, situation, knowledge.mapping, knowledge.contra)
        wanted = start_level(exercise, failures, case, knowledge.mapping.start)
        start = first_level(exercise, wanted, found.max_level, situation.at_hand)
        verdicts[code] = ExerciseVerdict(code, found.status, start, found.max_level, found.because, found.ask_first)
    return verdicts


def treatment_decision(
    case: CaseFacts, triage: TriageDecision, knowledge: RehabKnowledge
) -> Mapping[str, TreatmentVerdict]:
    """Return today's verdict on every treatment (7.6); the global lock comes first."""
    lock = (triage.locks_reasons or (Reason("T-LOCK", phrases.LOCKED.en, "2.1"),)) if triage.treatment_lock else ()
    here = _situation(_known(case, triage), triage, knowledge, {}, False)
    return treatment_verdicts(TreatmentState(here, _bound_rows(triage), lock), _treatment_tables(knowledge))


def _treatment_tables(knowledge: RehabKnowledge) -> TreatmentTables:
    return TreatmentTables(knowledge.treatments, knowledge.columns, knowledge.contra, knowledge.mapping)


def stopping_reasons(triage: TriageDecision) -> tuple[Reason, ...]:
    """Return every reason for NO PLAN, the first two lines of 6.2: triage holds the lock and names each."""
    if not triage.exercise_lock:
        return ()
    return triage.locks_reasons or (Reason("T-LOCK", phrases.LOCKED.en, "2.1"),)


def _known(case: CaseFacts, triage: TriageDecision) -> CaseFacts:
    """Return the case with every fact triage derived: from age, pregnancy and measurements."""
    return replace(case, answers=triage.answers)


def _bound_rows(triage: TriageDecision) -> frozenset[str]:
    """Return the rows that are open or confirmed: what they forbid holds."""
    return frozenset(item.row for item in triage.items if not item.closed or item.outcome is OutcomeType.CONFIRMED)


def failures_of(triage: TriageDecision) -> tuple[Failure, ...]:
    """Return the failed needs as the choice reads them, in the order of their codes."""
    return tuple(
        Failure(need, base_of(need), failed.grade, tuple(failed.reasons))
        for need, failed in sorted(triage.needs.items())
    )


def _situation(
    case: CaseFacts, triage: TriageDecision, knowledge: RehabKnowledge, levels: Mapping[str, int], running_open: bool
) -> Situation:
    here = Situation(
        case=case,
        failed=frozenset(base_of(need) for need in triage.needs),
        contra_words=triage.contra_words,
        open_causes=frozenset(item.cause for item in triage.items if not item.closed),
        massage_lock=triage.massage_lock,
        strain_grade=triage.strain_grade,
        levels=levels,
        running_open=running_open,
        at_hand=knowledge.mapping.at_hand(case.equipment),
    )
    shared = {exercise.gates.as_treatment for exercise in knowledge.exercises.values()} - {""}
    refused = known_refusals(shared, TreatmentState(here, _bound_rows(triage)), _treatment_tables(knowledge))
    return replace(here, refused=refused)


def _catalogue(case: CaseFacts, triage: TriageDecision, knowledge: RehabKnowledge) -> Catalogue:
    situation = _situation(case, triage, knowledge, {}, False)
    openings = {
        code: opening(exercise, situation, knowledge.mapping, knowledge.contra)
        for code, exercise in knowledge.exercises.items()
    }
    return Catalogue(knowledge.exercises, knowledge.mapping, openings)


def elephant(case: CaseFacts, table: MappingTable) -> tuple[Reason, ...]:
    """Return the first positive elephant contributor, which heads the plan and is reviewed first (S1.26)."""
    for found in table.elephants:
        if case.answer(found.fact) == found.answer:
            text = in_english(phrases.CONTRIBUTOR, what=found.text.en)
            return (Reason(f"ELEPHANT-{found.fact}", text, ", ".join(found.source)),)
    return ()


def _draft_reason(case: CaseFacts) -> tuple[Reason, ...]:
    if case.diagnosis:
        return ()
    return (Reason("NO-DIAGNOSIS", phrases.NO_DIAGNOSIS.en, "6.2"),)


def _add_ons(case: CaseFacts, choice: Choice, catalogue: Catalogue) -> tuple[tuple[Chosen, ...], tuple[AskFirst, ...]]:
    """Return the add-ons that pass the same gates, and the questions that withhold others."""
    taken = {item.code for item in choice.exercises}
    entry = entry_exercise(case, catalogue.table.start)
    wanted: dict[str, Because] = {}
    for rule in catalogue.table.add_ons:
        if rule.exercise not in taken and _add_on_applies(rule, case):
            wanted[rule.exercise] = Because(ADD_ON_RULE, None, ", ".join(rule.source), rule.text.en)
    replaced = [drop for drop in choice.dropped if entry is not None and drop.substitute == entry.exercises[0]]
    if entry is not None and replaced:
        text = in_english(phrases.STARTS_HERE, why=replaced[0].reason)
        wanted[entry.exercises[0]] = Because(entry.code, None, ", ".join(entry.source), text)
    codes = catalogue.in_order(wanted)
    at_hand = catalogue.table.at_hand(case.equipment)
    chosen = tuple(_add_on(code, wanted[code], at_hand, catalogue) for code in codes if catalogue.is_ok(code))
    return chosen, asked(codes, catalogue.openings)


def _add_on(code: str, because: Because, at_hand: frozenset[str], catalogue: Catalogue) -> Chosen:
    found, exercise = catalogue.openings[code], catalogue.exercises[code]
    start = first_level(exercise, FIRST, found.max_level, at_hand) if exercise.levels else None
    return Chosen(code, start, found.max_level, (because,))


def _add_on_applies(rule: AddOnRule, case: CaseFacts) -> bool:
    """Return whether an add-on's own rule holds; the entry criteria of running need logs, which a case has not."""
    if rule.by_running_gates or (rule.causes and case.diagnosis not in rule.causes):
        return False
    days = case.patient.onset_days
    if days is None:
        # The gate of the exercise withholds it and asks for the day; a rule without days does not care.
        return True
    return (rule.from_onset_days or 0) <= days and (rule.to_onset_days is None or days <= rule.to_onset_days)


def _merged(first: tuple[AskFirst, ...], second: tuple[AskFirst, ...]) -> tuple[AskFirst, ...]:
    """Return the questions of both lists, each once, with everything it frees."""
    frees: dict[str, tuple[str, ...]] = {}
    for entry in (*first, *second):
        frees[entry.question] = tuple(dict.fromkeys((*frees.get(entry.question, ()), *entry.frees)))
    return tuple(AskFirst(question, codes) for question, codes in frees.items())


def plan_json(plan: PlanDecision, words: bool = True) -> dict[str, Any]:
    """Return a plan as plain JSON values; ``words`` adds the sentence to every reason for an exercise."""
    return {
        "status": plan.status,
        "reasons": [reason_json(reason) for reason in plan.reasons],
        "exercises": [_chosen_json(item, words) for item in plan.exercises],
        "ask_first": [{"question": entry.question, "frees": list(entry.frees)} for entry in plan.ask_first],
        "uncovered": list(plan.uncovered),
        "add_ons": [_chosen_json(item, words) for item in plan.add_ons],
        "dropped": [{"code": drop.code, "reason": drop.reason, "substitute": drop.substitute} for drop in plan.dropped],
        "next_block": [_chosen_json(item, words) for item in plan.next_block],
    }


def reason_json(reason: Reason) -> dict[str, str]:
    """Return one reason as plain JSON values."""
    return {"code": reason.code, "text": reason.text, "source": reason.source}


def _chosen_json(item: Chosen, words: bool) -> dict[str, Any]:
    because = [{"rule": b.rule, "need": b.need, "source": b.source} for b in item.because]
    if words:
        because = [{**entry, "text": b.text} for entry, b in zip(because, item.because, strict=True)]
        return {"code": item.code, "start_level": item.start_level, "max_level": item.max_level, "because": because}
    return {"code": item.code, "start_level": item.start_level, "because": because}
