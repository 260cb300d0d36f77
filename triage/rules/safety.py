"""The whole safety judgement of one leg: level, items, locks and what is forbidden."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from clinic.terms import Answer, CaseFacts, Level, OutcomeType, Reason, in_english
from triage.rules import phrases
from triage.rules.derived import girth_difference, known_facts
from triage.rules.dvt import ClotResult, ClotTable, clot_suspicion
from triage.rules.items import (
    OpenItem,
    contra_words,
    massage_needs,
    needs_release,
    open_items,
)
from triage.rules.red_flags import RedFlagTable, screen
from triage.rules.scores import WellsResult, WellsTable, wells_score

NOTHING = "nothing"


@dataclass(frozen=True)
class SafetyTables:
    """The tables of section 2."""

    red_flags: RedFlagTable
    wells: WellsTable
    clot: ClotTable


@dataclass(frozen=True)
class Safety:
    """What section 2 says of one leg today, with its working."""

    level: Level
    complete: bool
    d_hold: bool
    reasons: tuple[Reason, ...]
    forbidden: tuple[str, ...]
    missing: tuple[str, ...]
    items: tuple[OpenItem, ...]
    wells: WellsResult
    dvt: ClotResult
    contra_words: frozenset[str]
    pinned: tuple[str, ...]
    exercise_lock: bool
    treatment_lock: bool
    massage_lock: bool
    locks_reasons: tuple[Reason, ...]
    answers: Mapping[str, Answer]


def safety(case: CaseFacts, tables: SafetyTables) -> Safety:
    """Return the level of a leg and every lock on it.

    The highest open item wins.  While a mandatory answer is missing nothing is below D: the level is D
    with ``d_hold`` unless something found is E, and never R.  Closed items no longer count; a U item
    with ``may_load`` keeps its level and lets the plan through.  ``ValueError`` for w10 without a reason.
    """
    answers = known_facts(case, tables.clot.limits, tables.wells)
    wells = wells_score(answers, case.w10, case.w10_reason, case.patient, tables.wells)
    strict = case.settings.dvt_seed_strict
    clot = clot_suspicion(answers, girth_difference(case), wells, tables.clot, strict=strict)
    screened = screen(answers, tables.red_flags)
    items = open_items(screened.fired, clot, wells, case, tables.red_flags)
    needs = massage_needs(clot, items, case)
    clot = replace(clot, massage_needs=needs)
    has_risk = bool(clot.strong_risks or clot.weak_risks)
    words = contra_words(items, needs, has_risk, tables.red_flags)
    complete = not screened.missing
    level, d_hold = _level(items, complete)
    locks = _locks(case, items, screened.missing, answers, tables.red_flags)
    treatment_lock = not complete or any(not item.closed and item.level.is_stopping for item in items)
    massage_lock = treatment_lock or needs != NOTHING or any(_is_confirmed(item) for item in items)
    return Safety(
        level=level,
        complete=complete,
        d_hold=d_hold,
        reasons=_reasons(items, clot, d_hold, screened.missing, tables.red_flags),
        forbidden=_forbidden(words, bool(locks), treatment_lock, massage_lock, tables.red_flags),
        missing=screened.missing,
        items=items,
        wells=wells,
        dvt=clot,
        contra_words=words,
        pinned=_pinned(items),
        exercise_lock=bool(locks),
        treatment_lock=treatment_lock,
        massage_lock=massage_lock,
        locks_reasons=locks,
        answers=answers,
    )


def _level(items: tuple[OpenItem, ...], complete: bool) -> tuple[Level, bool]:
    open_ = [item for item in items if not item.closed]
    highest = max((item.level for item in open_), key=lambda level: level.urgency, default=Level.R)
    if highest is Level.E:
        return highest, False
    if not complete:
        return Level.D, True
    stopping = [item for item in open_ if item.level.is_stopping]
    return highest, bool(stopping) and all(item.is_hold for item in stopping)


def _is_confirmed(item: OpenItem) -> bool:
    return item.outcome is OutcomeType.CONFIRMED and item.level.is_stopping


def _pinned(items: tuple[OpenItem, ...]) -> tuple[str, ...]:
    # Pinned until excluded: a signature or a release opens a plan, it does not take the cause away.
    causes = (item.cause for item in items if item.cause and not (item.closed and item.closed_by == "outcome"))
    return tuple(dict.fromkeys(causes))


def _reasons(
    items: tuple[OpenItem, ...],
    clot: ClotResult,
    d_hold: bool,
    missing: tuple[str, ...],
    table: RedFlagTable,
) -> tuple[Reason, ...]:
    sources = {flag.code: ", ".join(flag.source) for flag in table.flags}
    reasons: list[Reason] = []
    for item in items:
        if item.closed:
            continue
        if item.cause == "DVT":
            reasons += clot.reasons
        else:
            reasons.append(Reason(item.row, item.text.en, sources[item.row]))
    if d_hold:
        reasons.append(_hold_reason(missing, table))
    return tuple(reasons)


def _hold_reason(missing: tuple[str, ...], table: RedFlagTable) -> Reason:
    level = table.levels["D-hold"]
    sentence = phrases.HELD if missing else phrases.UNSIGNED
    text = in_english(sentence, title=level.title.en, count=len(missing))
    return Reason("D-HOLD", text, ", ".join(level.source))


def _locks(
    case: CaseFacts,
    items: tuple[OpenItem, ...],
    missing: tuple[str, ...],
    answers: Mapping[str, Answer],
    table: RedFlagTable,
) -> tuple[Reason, ...]:
    locks = [Reason(item.row, item.text.en, item.rule) for item in items if item.stops]
    if missing:
        locks.append(_hold_reason(missing, table))
    if needs_release(case.diagnosis, case.sign_offs, answers, table):
        text = in_english(phrases.MUST_NOT_LOAD, cause=case.diagnosis)
        locks.append(Reason(str(case.diagnosis), text, "6.2"))
    return tuple(locks)


def _forbidden(
    words: frozenset[str],
    exercise_lock: bool,
    treatment_lock: bool,
    massage_lock: bool,
    table: RedFlagTable,
) -> tuple[str, ...]:
    found = set(words)
    if exercise_lock:
        found.add("exercise_plan")
    if treatment_lock:
        found.add("all_treatments")
    if massage_lock:
        found.update(table.massage_words)
    return tuple(sorted(found))
