"""From failed needs to a plan: forced rules, substitutions, exact cover, cap and start levels (6.2).

Nothing is put in the place of a withheld exercise: it waits for its answer, and its need stays uncovered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from clinic.terms import CaseFacts, Reason, in_english
from rehab.rules import phrases
from rehab.rules.catalogue import Exercise
from rehab.rules.choice import AskFirst, Because, Catalogue, Choice, Chosen, Draft, Dropped, challenges, explained
from rehab.rules.cover import PRIMARY, cover
from rehab.rules.forced import Needs, forced_draft
from rehab.rules.gates import Opening
from rehab.rules.mapping_tables import MappingTable, StartRule
from rehab.rules.needs import Failure, by_base
from rehab.rules.start_levels import first_level, pain_test_allows, start_level

COVER_RULE = "COVER"
DEFAULT_RULE = "DEFAULT-STRAIN"
COVER_SOURCE = "6.2"


def choose(case: CaseFacts, failures: tuple[Failure, ...], strain_grade: int | None, catalogue: Catalogue) -> Choice:
    """Return the exercises for these failures, exactly as 6.2 asks, with every drop and gap named."""
    needs = by_base(failures)
    draft = forced_draft(case, needs, catalogue)
    core = catalogue.table.core_needs & set(needs)
    draft = _covered(draft, core, needs, catalogue)
    draft = replace(draft, core=frozenset(draft.because) - draft.forced)
    draft = _covered(draft, set(needs) - core - draft.met, needs, catalogue)
    draft, reasons = _default(draft, case, needs, strain_grade, catalogue)
    draft = _too_painful(draft, case, catalogue)
    kept, ask_first = _without_withheld(draft, catalogue)
    chosen = tuple(_chosen(code, draft, case, failures, catalogue) for code in kept)
    shown, later = _capped(chosen, catalogue.table)
    uncovered, gaps = _uncovered(kept, failures, draft, catalogue)
    return Choice(shown, ask_first, uncovered, draft.dropped, later, (*reasons, *gaps))


def _covered(draft: Draft, needs: Iterable[str], failed: Needs, catalogue: Catalogue) -> Draft:
    """Add the best set for these needs; withheld exercises compete too and are taken out later."""
    candidates = {code: e for code, e in catalogue.exercises.items() if not catalogue.is_forbidden(code) and e.cover}
    wanted = frozenset(needs)
    result = cover(wanted, candidates)
    because = dict(draft.because)
    ceilings = dict(draft.ceilings or {})
    for code in result.chosen:
        exercise = catalogue.exercises[code]
        reasons = tuple(
            _cover_because(exercise, failure)
            for need in sorted(wanted)
            if exercise.cover.get(need) == PRIMARY
            for failure in failed[need]
        )
        because[code] = (*because.get(code, ()), *reasons)
    return replace(draft, because=because, ceilings=ceilings)


def _cover_because(exercise: Exercise, failure: Failure) -> Because:
    text = in_english(phrases.CHOSEN, need=failure.need, challenges=challenges(exercise), rule=COVER_RULE)
    sources = ", ".join(exercise.source) or COVER_SOURCE
    return Because(COVER_RULE, failure.need, sources, f"{explained(text, failure)}; {sources}")


def _default(
    draft: Draft,
    case: CaseFacts,
    needs: Needs,
    strain_grade: int | None,
    catalogue: Catalogue,
) -> tuple[Draft, tuple[Reason, ...]]:
    """Add the calf's strength exercises where nothing failed and the diagnosis is a mild strain."""
    table = catalogue.table
    if needs:
        return draft, ()
    none_failed = Reason("NONE-FAILED", phrases.NONE_FAILED.en, COVER_SOURCE)
    if case.diagnosis not in table.strain_causes:
        return draft, (none_failed,)
    if strain_grade not in table.default_strain_grades:
        return draft, (none_failed, Reason("NO-DEFAULT", phrases.NO_DEFAULT.en, "3.3"))
    codes = list(table.default_strain_exercises)
    if case.has(table.overstride_fact):
        codes.append(table.overstride_exercise)
    because = dict(draft.because)
    for code in codes:
        if not catalogue.is_forbidden(code):
            text = in_english(phrases.DEFAULT, challenges=challenges(catalogue.exercises[code]))
            because[code] = (*because.get(code, ()), Because(DEFAULT_RULE, None, COVER_SOURCE, text))
    drops = tuple(
        Dropped(code, "; ".join(reason.text for reason in catalogue.openings[code].because), None)
        for code in codes
        if catalogue.is_forbidden(code)
    )
    return replace(draft, because=because, dropped=(*draft.dropped, *drops)), (none_failed,)


def _too_painful(draft: Draft, case: CaseFacts, catalogue: Catalogue) -> Draft:
    """Take out the heel raises while a double raise hurts too much: the calf starts with its entry exercise.

    The entry exercise is an isometric and stands among the add-ons, never here.
    """
    start = catalogue.table.start
    entry = entry_exercise(case, start)
    if entry is None:
        return draft
    tested = {code for rule in start if rule.test for code in rule.exercises} - {entry.exercises[0]}
    out = catalogue.in_order(tested & set(draft.because))
    reason = in_english(phrases.RAISE_HURTS, limit=entry.pain_above_nprs)
    drops = tuple(Dropped(code, reason, entry.exercises[0]) for code in out)
    because = {code: reasons for code, reasons in draft.because.items() if code not in out}
    return replace(draft, because=because, dropped=(*draft.dropped, *drops))


def entry_exercise(case: CaseFacts, start: tuple[StartRule, ...]) -> StartRule | None:
    """Return the rule that starts the calf with its entry exercise, if the pain test asks for it."""
    return next((rule for rule in start if rule.pain_above_nprs is not None and pain_test_allows(rule, case)), None)


def _without_withheld(draft: Draft, catalogue: Catalogue) -> tuple[tuple[str, ...], tuple[AskFirst, ...]]:
    """Return the codes that may be given now in catalogue order, and the questions that would free the rest."""
    wanted = catalogue.in_order(draft.because)
    kept = tuple(code for code in wanted if catalogue.is_ok(code))
    substitutes = (
        catalogue.table.substitutions[drop.code].substitute
        for drop in draft.dropped
        if drop.substitute is None and drop.code in catalogue.table.substitutions
    )
    return kept, asked(catalogue.in_order((*wanted, *substitutes)), catalogue.openings)


def asked(codes: Iterable[str], openings: Mapping[str, Opening]) -> tuple[AskFirst, ...]:
    """Return each open question of these exercises once, with the exercises it would free."""
    frees: dict[str, tuple[str, ...]] = {}
    for code in codes:
        for question in openings[code].ask_first:
            frees[question] = (*frees.get(question, ()), code)
    return tuple(AskFirst(question, codes) for question, codes in frees.items())


def _chosen(code: str, draft: Draft, case: CaseFacts, failures: tuple[Failure, ...], catalogue: Catalogue) -> Chosen:
    """Return one exercise with its start level: what the tests ask, under every ceiling."""
    exercise, highest = catalogue.exercises[code], catalogue.openings[code].max_level
    ceiling = min(highest, (draft.ceilings or {}).get(code, highest))
    level = start_level(exercise, failures, case, catalogue.table.start)
    at_hand = catalogue.table.at_hand(case.equipment)
    return Chosen(
        code=code,
        start_level=first_level(exercise, level, ceiling, at_hand) if exercise.levels else None,
        max_level=ceiling,
        because=draft.because[code],
        group=_group(code, draft, catalogue),
    )


def _group(code: str, draft: Draft, catalogue: Catalogue) -> str:
    if code in draft.forced:
        return "forced"
    if code in draft.core:
        return "core"
    return "calf" if catalogue.exercises[code].kind == "calf" else "rest"


def _capped(chosen: tuple[Chosen, ...], table: MappingTable) -> tuple[tuple[Chosen, ...], tuple[Chosen, ...]]:
    """Return (this block, next block): over the cap forced stay, then core, then calf strength, then the rest."""
    by_rank = sorted(chosen, key=lambda item: table.cap_order.index(item.group))
    kept = {item.code for item in by_rank[: table.session_cap]}
    shown = tuple(item for item in chosen if item.code in kept)
    return shown, tuple(item for item in chosen if item.code not in kept)


def _uncovered(
    kept: tuple[str, ...], failures: tuple[Failure, ...], draft: Draft, catalogue: Catalogue
) -> tuple[tuple[str, ...], tuple[Reason, ...]]:
    """Return the failed needs that nothing in the plan answers, each with the reason."""
    met = {need for code in kept for need, weight in catalogue.exercises[code].cover.items() if weight == PRIMARY}
    out = {drop.code for drop in draft.dropped}
    gaps = [failure for failure in failures if failure.base not in met]
    return tuple(dict.fromkeys(gap.need for gap in gaps)), tuple(_gap_reason(gap, out, catalogue) for gap in gaps)


def _gap_reason(failure: Failure, dropped: set[str], catalogue: Catalogue) -> Reason:
    """Return why a need stays open: what speaks against each exercise that could answer it."""
    whys = [
        f"{exercise.name.en}: {', '.join(reason.text for reason in catalogue.openings[code].because)}"
        for code, exercise in catalogue.exercises.items()
        if exercise.cover.get(failure.base) == PRIMARY and not catalogue.is_ok(code)
    ]
    taken_out = [catalogue.exercises[code].name.en for code in sorted(dropped) if catalogue.is_ok(code)]
    whys += [in_english(phrases.TAKEN_OUT, exercise=name) for name in taken_out]
    text = in_english(phrases.UNANSWERED, need=failure.need, whys="; ".join(whys)).strip()
    return Reason(f"UNCOVERED-{failure.need}", text, COVER_SOURCE)
