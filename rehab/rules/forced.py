"""Forced exercises, and what takes the place of one that is forbidden (6.2, 6.4)."""

from collections.abc import Mapping
from dataclasses import replace

from clinic.terms import CaseFacts, in_english
from rehab.rules import phrases
from rehab.rules.choice import Because, Catalogue, Draft, Dropped, challenges, explained
from rehab.rules.mapping_tables import ForcedRule
from rehab.rules.needs import Failure

Needs = Mapping[str, tuple[Failure, ...]]


def _applies(rule: ForcedRule, case: CaseFacts, needs: Needs) -> bool:
    return case.diagnosis in rule.causes or bool(rule.needs & set(needs))


def forced_draft(case: CaseFacts, needs: Needs, catalogue: Catalogue) -> Draft:
    """Return the forced exercises that are kept, with substitutes for those that are forbidden (6.4)."""
    because: dict[str, tuple[Because, ...]] = {}
    ceilings: dict[str, int] = {}
    dropped: dict[str, Dropped] = {}
    met: set[str] = set()
    free: set[str] = set()  # forced in its own right, so no substitution's ceiling binds it
    for rule in catalogue.table.forced:
        if not _applies(rule, case, needs):
            continue
        for code in rule.exercises:
            reasons = _forced_because(rule, code, needs, catalogue)
            if not catalogue.is_forbidden(code):
                because[code] = (*because.get(code, ()), *reasons)
                free.add(code)
                met |= rule.covers & set(catalogue.exercises[code].cover)
                continue
            dropped[code], ceiling = _substituted(code, catalogue)
            substitute = dropped[code].substitute
            if substitute is not None:
                note = in_english(phrases.INSTEAD, exercise=catalogue.exercises[code].name.en, why=dropped[code].reason)
                because[substitute] = (*because.get(substitute, ()), *(_noted(reason, note) for reason in reasons))
                if ceiling is not None:
                    ceilings[substitute] = ceiling
    ceilings = {code: level for code, level in ceilings.items() if code not in free}
    return Draft(because, frozenset(because), ceilings, tuple(dropped.values()), frozenset(met))


def _forced_because(rule: ForcedRule, code: str, needs: Needs, catalogue: Catalogue) -> tuple[Because, ...]:
    """Return why a rule forces an exercise: once for each failed need behind it, or once for the diagnosis."""
    behind = [failure for need in needs if need in rule.needs for failure in needs[need]]
    exercise = challenges(catalogue.exercises[code])
    text = in_english(phrases.FORCED, sentence=rule.text.en, rule=rule.code, challenges=exercise)
    source = ", ".join(rule.source)
    return tuple(Because(rule.code, f.need, source, explained(text, f)) for f in behind) or (
        Because(rule.code, None, source, text),
    )


def _substituted(code: str, catalogue: Catalogue) -> tuple[Dropped, int | None]:
    """Return the record of a drop, with its substitute where one is allowed, and the substitute's ceiling."""
    reason = "; ".join(reason.text for reason in catalogue.openings[code].because)
    found = catalogue.table.substitutions.get(code)
    if found is None or not catalogue.is_ok(found.substitute):
        return Dropped(code, reason, None), None
    return Dropped(code, reason, found.substitute), found.max_level


def _noted(because: Because, note: str) -> Because:
    return replace(because, text=f"{because.text}; {note}")
