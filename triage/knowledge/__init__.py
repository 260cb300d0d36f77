"""The only reader of the knowledge of triage: parse, check, freeze, cache."""

from dataclasses import replace
from functools import cache
from types import MappingProxyType

from clinic.tables import Checker
from triage.decision import TriageKnowledge
from triage.knowledge.examination import ExaminationKnowledge, giving_of, load_examination
from triage.knowledge.safety import SafetyKnowledge, load_safety
from triage.knowledge.safety_set import check_safety_set, load_safety_set
from triage.rules.causes import CauseTable
from triage.rules.expressions import codes_of
from triage.rules.red_flags import CodeEntry

__all__ = ["triage_knowledge"]


@cache
def triage_knowledge() -> TriageKnowledge:
    """Return all tables of triage, checked as one: every fault of every file is named in one error."""
    checker = Checker()
    safety = load_safety(checker)
    safety_set = load_safety_set(checker)
    examination = load_examination(checker)
    codes = _merged(safety.codes, examination.codes, checker)
    if not checker.unreadable:  # codes that stand in an unreadable file would all be told as missing
        _check_codes_exist(safety, codes, checker)
        _check_facts(examination, codes, checker)
        check_safety_set(safety_set, safety.red_flags, codes, checker)
    checker.raise_problems()
    return TriageKnowledge(
        red_flags=safety.red_flags,
        safety_set=safety_set,
        clot=safety.clot,
        scores=safety.scores,
        tests=examination.tests,
        special_tests=examination.special,
        ratios=examination.ratios,
        hints=examination.hints,
        causes=_with_rows(examination, safety),
        findings=MappingProxyType({entry.code: entry for entry in codes if entry.kind == "finding"}),
        codes=codes,
    )


def _with_rows(examination: ExaminationKnowledge, safety: SafetyKnowledge) -> CauseTable:
    """Give the causes what sections 2 and 4 know: L and K items, girth, tests that give findings, missing keys.

    The key findings of a cause without a table are the questions and signs of its row [CONV].
    """
    clot, table = safety.clot, examination.causes
    lists = {*clot.strong, *clot.weak, *(fact for group in clot.groups for fact in group.facts)}
    rows = {f.cause: tuple(q.code for q in (*f.questions, *f.signs)) for f in safety.red_flags.flags if f.cause}
    causes = tuple(c if c.weights else replace(c, keys=rows.get(c.code, ())) for c in table.causes)
    mandatory = tuple(code for code in safety.red_flags.mandatory if code in lists)
    girth = (clot.limits.girth_sign_from_cm, clot.limits.girth_significant_from_cm)
    giving = giving_of(examination.tests)
    return replace(table, causes=causes, clot_facts=mandatory, small_girth_cm=girth, giving=giving)


def _merged(first: tuple[CodeEntry, ...], second: tuple[CodeEntry, ...], checker: Checker) -> tuple[CodeEntry, ...]:
    """Return every code once; one fact has one code, so two entries of one code are a fault."""
    found: dict[str, CodeEntry] = {}
    for entry in (*first, *second):
        if entry.code in found:
            checker.report("triage/knowledge", entry.code, "code", "duplicate code")
        found.setdefault(entry.code, entry)
    return tuple(found.values())


def _check_facts(examination: ExaminationKnowledge, codes: tuple[CodeEntry, ...], checker: Checker) -> None:
    """Report every test and every line of a cause that looks at a fact which nobody can record."""
    known = {entry.code for entry in codes}
    wanted = {("tests.toml", test.code, fact) for test in examination.special.values() for fact in test.facts}
    wanted |= {("tests.toml", hint.code, fact) for hint in examination.hints for fact in (*hint.tests, *hint.facts)}
    for test in examination.tests.values():
        wanted |= {("tests.toml", test.code, fact) for fact in (test.needs_fact, test.gives_fact) if fact}
    wanted |= {("causes.toml", "contributors", fact) for fact in examination.causes.contributors}
    for cause in examination.causes.causes:
        facts = (*cause.keys, *(fact for weight in cause.weights for fact in weight.facts))
        wanted |= {("causes.toml", cause.code, fact) for fact in facts}
    for file, owner, fact in sorted(wanted):
        if fact not in known:
            checker.report(f"triage/knowledge/{file}", owner, fact, "no such code")


def _check_codes_exist(safety: SafetyKnowledge, codes: tuple[CodeEntry, ...], checker: Checker) -> None:
    """Report every rule that asks for a fact which nobody can record."""
    known = {entry.code for entry in codes}
    clot = safety.clot
    wanted = {(group.code, code) for group in clot.groups for code in group.facts}
    wanted |= {
        ("clot", code)
        for code in (
            *clot.significant,
            *clot.strong,
            *clot.weak,
            *clot.examined,
            clot.mechanism,
        )
    }
    wanted |= {("imaged_by", code) for code in safety.red_flags.imaged_by.values()}
    for flag in safety.red_flags.flags:
        for rule in flag.rules:
            wanted |= {(flag.code, code) for code in codes_of(rule.when)}
        for needed in flag.requirements:
            wanted |= {(flag.code, code) for code in (*codes_of(needed.when), *needed.codes)}
        wanted |= {(flag.code, flag.cause)} if flag.cause else set()
    for owner, code in sorted(wanted):
        if code not in known:
            checker.report("triage/knowledge/red_flags.toml", owner, code, "no such code")
