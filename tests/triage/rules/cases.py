"""Cases for the safety rules: a runner who answered everything with no, and what differs from that."""

from dataclasses import replace
from functools import cache

from clinic.tables import Checker
from clinic.terms import (
    Answer,
    CaseFacts,
    Measurement,
    Outcome,
    OutcomeType,
    PatientFacts,
    Settings,
    Side,
    SignOffFact,
    SignOffKind,
    TestResult,
)
from triage.knowledge.safety import load_safety
from triage.rules.expressions import codes_of
from triage.rules.safety import SafetyTables, safety

YES, NO, UNKNOWN = Answer.PRESENT, Answer.ABSENT, Answer.NOT_ASSESSED
RUNNER = PatientFacts(age_years=34, sex="male", side=Side.LEFT, onset_days=21)
WOMAN = replace(RUNNER, sex="female", pregnant=NO, postpartum_days=None)
CLOT_FINDINGS = ("loading_event", "girth_1_to_3", "ache_rest_not_movement", "d_dimer_raised_scan_pending")


class AnySource(frozenset):
    """The rules do not ask where a number comes from; tests of the files do."""

    def __contains__(self, key):
        return True


@cache
def knowledge():
    """Return section 2 as the product reads it."""
    checker = Checker(sources=AnySource())
    loaded = load_safety(checker)
    checker.raise_problems()
    return loaded


@cache
def tables():
    """Return the tables of the safety judgement."""
    loaded = knowledge()
    return SafetyTables(loaded.red_flags, loaded.scores.wells, loaded.clot)


@cache
def fact_codes():
    """Return every three-valued code of section 2, w10 left out."""
    kinds = ("question", "sign", "risk", "wells")
    return tuple(entry.code for entry in knowledge().codes if entry.kind in kinds and entry.code != "w10")


@cache
def all_codes():
    """Return every fact that a rule of section 2 looks at, findings of the examination among them."""
    asked = [*fact_codes(), *CLOT_FINDINGS]
    for flag in knowledge().red_flags.flags:
        asked += [code for part in (*flag.rules, *flag.requirements) for code in sorted(codes_of(part.when))]
    return tuple(dict.fromkeys(asked))


@cache
def clear_answers():
    """Return every fact as recorded absent."""
    return dict.fromkeys(all_codes(), NO)


def a_case(*present, silent=(), patient=RUNNER, **facts):
    """Return a case where these facts are present, those silent, and everything else is absent."""
    answers = clear_answers() | dict.fromkeys(present, YES) | dict.fromkeys(silent, UNKNOWN)
    return CaseFacts(patient=patient, answers=answers, **facts)


def judged(*present, **facts):
    """Return the safety judgement of :func:`a_case`."""
    return safety(a_case(*present, **facts), tables())


def girth(left, right):
    """Return two girths in cm."""
    return tuple(
        Measurement("CALF_GIRTH", side, value, "cm") for side, value in ((Side.LEFT, left), (Side.RIGHT, right))
    )


def outcome(item, result="excluded", **tests):
    """Return one outcome: ``outcome("RF-DVT", scan="negative")``."""
    return Outcome(item, OutcomeType(result), **{key: _result(value) for key, value in tests.items()})


def _result(value):
    return value if isinstance(value, bool) else TestResult(value)


def signed(item, kind="considered_not_suspected", by="Dr Vega", on="2026-11-20", reason="seen", limits="walk only"):
    """Return one signature."""
    return SignOffFact(item, SignOffKind(kind), by, on, reason, limits)


STRICT = Settings(dvt_seed_strict=True)
