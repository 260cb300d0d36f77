"""PURE.  What triage decided and the rehab tables, composed into a plan and a verdict on every treatment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clinic.terms import CaseFacts, OutcomeType, Reason, SignOffKind
from rehab.rules.catalogue import AddOnRule, MappingTable, RehabKnowledge
from rehab.rules.choice import AskFirst, Because, Catalogue, Choice, Chosen, Dropped
from rehab.rules.exercises import asked, choose, entry_exercise
from rehab.rules.gates import Opening, Situation, Status, opening
from rehab.rules.needs import Failure, base_of
from rehab.rules.start_levels import start_level
from rehab.rules.treatments import TreatmentState, TreatmentTables, TreatmentVerdict, treatment_verdicts
from triage.decision import TriageDecision

ADD_ON_RULE = "ADD-ON"
PAD_ITEM = "RF-PAD"


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
    stops = tuple(stopping_reasons(case, triage, knowledge.mapping))
    if stops:
        return PlanDecision("no_plan", stops)
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
    situation = _situation(case, triage, levels or {}, running_open)
    failures = failures_of(triage)
    verdicts = {}
    for code, exercise in knowledge.exercises.items():
        found = opening(exercise, situation, knowledge.mapping, knowledge.contra)
        wanted = start_level(exercise, failures, case, knowledge.mapping.start)
        start = max(1, min(wanted, found.max_level))
        verdicts[code] = ExerciseVerdict(code, found.status, start, found.max_level, found.because, found.ask_first)
    return verdicts


def treatment_decision(
    case: CaseFacts, triage: TriageDecision, knowledge: RehabKnowledge
) -> Mapping[str, TreatmentVerdict]:
    """Return today's verdict on every treatment (7.6); the global lock comes first."""
    state = TreatmentState(
        here=_situation(case, triage, {}, False),
        rows=frozenset(item.row for item in triage.items if _binds(item)),
        lock=tuple(_lock_reasons(triage)) if triage.treatment_lock else (),
    )
    tables = TreatmentTables(knowledge.treatments, knowledge.columns, knowledge.contra, knowledge.mapping)
    return treatment_verdicts(state, tables)


def stopping_reasons(case: CaseFacts, triage: TriageDecision, table: MappingTable) -> Iterator[Reason]:
    """Yield every reason for NO PLAN: the first two lines of 6.2."""
    if not triage.complete:
        missing = ", ".join(triage.missing)
        yield Reason("INCOMPLETE", f"The screening is not complete. Missing: {missing}", "2.1 T-LOCK")
    for item in triage.items:
        if item.stops:
            yield Reason(item.row, _stop_words(item), "6.2")
    if triage.d_hold and triage.complete:
        yield Reason("D-HOLD", "Not safe to start: an answer or a signature is missing", "2.1 T-LOCK")
    if case.diagnosis in table.release_causes and not _is_released(case):
        text = f"{case.diagnosis} must not be loaded without a recorded specialist release"
        yield Reason("RELEASE", text, "6.2")
    if triage.exercise_lock:
        yield from triage.locks_reasons


def _stop_words(item: Any) -> str:
    if item.level.is_stopping:
        return f"An item of level {item.level} is open: {item.row}. It waits for: {item.awaiting or 'an outcome'}"
    return f"{item.row} (level {item.level}) is open. A plan needs may_load: clinician, date, limits"


def _is_released(case: CaseFacts) -> bool:
    return any(s.kind is SignOffKind.RELEASED and s.item == case.diagnosis for s in case.sign_offs)


def _lock_reasons(triage: TriageDecision) -> Iterator[Reason]:
    yield from triage.locks_reasons
    if not triage.locks_reasons:
        yield Reason("T-LOCK", "The screening is incomplete or an item of level E or D is open", "2.1 T-LOCK")


def _binds(item: Any) -> bool:
    """Return whether a row is open or confirmed: what it forbids holds."""
    return not item.closed or item.outcome is OutcomeType.CONFIRMED


def failures_of(triage: TriageDecision) -> tuple[Failure, ...]:
    """Return the failed needs as the choice reads them, in the order of their codes."""
    return tuple(
        Failure(need, base_of(need), failed.grade, tuple(failed.reasons))
        for need, failed in sorted(triage.needs.items())
    )


def _situation(case: CaseFacts, triage: TriageDecision, levels: Mapping[str, int], running_open: bool) -> Situation:
    return Situation(
        case=case,
        failed=frozenset(base_of(need) for need in triage.needs),
        contra_words=triage.contra_words,
        massage_lock=triage.massage_lock,
        strain_grade=triage.strain_grade,
        levels=levels,
        running_open=running_open,
    )


def _catalogue(case: CaseFacts, triage: TriageDecision, knowledge: RehabKnowledge) -> Catalogue:
    situation = _situation(case, triage, {}, False)
    openings = {
        code: opening(exercise, situation, knowledge.mapping, knowledge.contra)
        for code, exercise in knowledge.exercises.items()
    }
    return Catalogue(knowledge.exercises, knowledge.mapping, openings)


def elephant(case: CaseFacts, table: MappingTable) -> tuple[Reason, ...]:
    """Return the first positive elephant contributor, which heads the plan and is reviewed first (S1.26)."""
    for fact, answer in table.elephants:
        if case.answer(fact) == answer:
            text = f"Reviewed first, the likely contributor: {fact.replace('_', ' ')} ({answer})"
            return (Reason(f"ELEPHANT-{fact}", text, "S1.26, S1.28"),)
    return ()


def _draft_reason(case: CaseFacts) -> tuple[Reason, ...]:
    if case.diagnosis:
        return ()
    return (Reason("NO-DIAGNOSIS", "No diagnosis is recorded: a draft for the clinician, not a plan", "6.2"),)


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
        text = f"The calf starts here: {replaced[0].reason}"
        wanted[entry.exercises[0]] = Because(entry.code, None, ", ".join(entry.source), text)
    codes = catalogue.in_order(wanted)
    chosen = tuple(_add_on(code, wanted[code], catalogue) for code in codes if catalogue.is_ok(code))
    return chosen, asked(codes, catalogue.openings)


def _add_on(code: str, because: Because, catalogue: Catalogue) -> Chosen:
    found: Opening = catalogue.openings[code]
    return Chosen(code, 1 if catalogue.exercises[code].levels else None, found.max_level, (because,))


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
