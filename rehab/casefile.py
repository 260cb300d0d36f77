"""PURE.  The input of ``decide``: strictly read, so that a slip of the pen is an error and never a finding.

Every fault is a :class:`CaseFileError` of one line that names the key.  Nothing is guessed: a code that is
not named is NOT_ASSESSED, unless ``"*"`` speaks for its map, and then the answer echoes it.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import Any, TypeVar

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

WILDCARD = "*"
SEXES, FAIL_MODES = ("female", "male", "other"), ("deficit", "seed_below_average")
MAPS = ("screening", "wells", "findings")
WILDCARD_KINDS = {
    "screening": frozenset({"question", "sign", "risk"}),
    "wells": frozenset({"wells"}),
    "findings": frozenset({"finding", "sign"}),
}
ANSWER_KINDS = frozenset({"question", "sign", "risk", "wells", "finding"})
MOST_YEARS, MOST_POSTPARTUM_DAYS, MOST_WEEKS, MOST_ONSET_DAYS, MOST_NPRS = 120, 3650, 45, 36500, 10
KEYS = frozenset((
    *MAPS, "patient", "measurements", "failed", "diagnosis", "equipment", "blocked", "outcomes", "sign_offs",
    "settings",
))  # fmt: skip

Member = TypeVar("Member", bound=Enum)


class CaseFileError(ValueError):
    """The input is wrong; the message is one line that names the key."""


@dataclass(frozen=True)
class TestShape:
    """What a measurement of one test may say: its unit, its sides, its range, its methods if it names any.

    ``is_counted``: the value is a count or a score, so a whole number.
    """

    __test__ = False  # the name would make pytest collect it

    unit: str
    sides: tuple[str, ...]
    low: float
    high: float
    methods: tuple[str, ...] = ()
    is_counted: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """Every code the input may name.  ``answers`` maps a fact to its kind, ``exercises`` also knows E01."""

    answers: Mapping[str, str]
    needs: Collection[str]
    causes: Collection[str]
    exercises: Mapping[str, str]
    equipment: Collection[str]
    rows: Collection[str]
    tests: Mapping[str, TestShape]


@dataclass(frozen=True)
class CaseFile:
    """The facts, and what the wildcards assumed: one line each, ``"screening: * = absent"``."""

    facts: CaseFacts
    assumed: tuple[str, ...]


def read_case(raw: object, words: Vocabulary) -> CaseFile:
    """Return the facts of one input, or raise :class:`CaseFileError` with the first fault."""
    top = _table(raw, "case", KEYS, required=("patient",))
    answers, assumed = _answers(top, words)
    wells = top.get("wells", {})
    w10 = _member(Answer, wells.get("w10", Answer.NOT_ASSESSED), "wells.w10")
    w10_reason = _text(wells.get("w10_reason", ""), "wells.w10_reason", empty=True)
    if w10 is Answer.PRESENT and not w10_reason.strip():
        raise CaseFileError("wells.w10_reason: w10 needs the reason of a named clinician")
    facts = CaseFacts(
        patient=_patient(top["patient"], top.get("screening", {})),
        answers=MappingProxyType(answers),
        w10=w10,
        w10_reason=w10_reason,
        measurements=_measurements(top, words),
        failed=_codes(top, "failed", words.needs),
        diagnosis=_optional(top.get("diagnosis"), lambda value: _code(value, "diagnosis", words.causes)),
        equipment=frozenset(_codes(top, "equipment", words.equipment)),
        blocked=frozenset(words.exercises[code] for code in _codes(top, "blocked", words.exercises)),
        outcomes=tuple(_outcome(entry, f"outcomes[{at}]", words) for at, entry in _entries(top, "outcomes")),
        sign_offs=tuple(_sign_off(entry, f"sign_offs[{at}]", words) for at, entry in _entries(top, "sign_offs")),
        settings=_settings(top.get("settings", {})),
    )
    return CaseFile(facts, assumed)


def _answers(top: Mapping[str, Any], words: Vocabulary) -> tuple[dict[str, Answer], tuple[str, ...]]:
    """Return named answers and, below them, what wildcards say (the screening's also for w1 to w9 without a map)."""
    named: dict[str, Answer] = {}
    wildcards: list[tuple[str, Answer]] = []
    for name in MAPS:
        for code, value in _table(top.get(name, {}), name).items():
            where = f"{name}.{code}"
            if name == "wells" and code in ("w10", "w10_reason"):
                continue
            answer = _member(Answer, value, where)
            if code == WILDCARD:
                wildcards.append((name, answer))
                if name == "screening" and "wells" not in top:
                    wildcards.append(("wells", answer))
            elif words.answers.get(code) not in ANSWER_KINDS:
                raise CaseFileError(f"{where}: unknown code {code!r}")
            elif named.setdefault(code, answer) is not answer:
                raise CaseFileError(f"{where}: {answer.value} contradicts {named[code].value} in another map")
    return _with_wildcards(named, wildcards, words)


def _with_wildcards(
    named: dict[str, Answer], wildcards: list[tuple[str, Answer]], words: Vocabulary
) -> tuple[dict[str, Answer], tuple[str, ...]]:
    answers = dict(named)
    for name, answer in wildcards:
        for code, kind in words.answers.items():
            if kind not in WILDCARD_KINDS[name] or code in named:
                continue
            # Two wildcards meet over the signs: a yes wins, else the map the sign stands in first.
            if answers.setdefault(code, answer) is not answer and answer is Answer.PRESENT:
                answers[code] = answer
    return answers, tuple(f"{name}: * = {answer.value}" for name, answer in wildcards)


def _patient(raw: object, screening: Mapping[str, Any]) -> PatientFacts:
    """Return the person; a pregnancy answered by name in the screening alone is answered, "*" never answers it."""
    keys = frozenset({"age_years", "sex", "pregnant", "postpartum_days", "gestation_weeks", "side", "onset_days"})
    entry = _table(raw, "patient", keys)

    def whole(key: str, most: int) -> int | None:
        return _optional(entry.get(key), lambda value: _whole(value, f"patient.{key}", most))

    sex = _optional(entry.get("sex"), lambda value: _code(value, "patient.sex", SEXES))
    side = _optional(entry.get("side"), lambda value: _member(Side, value, "patient.side"))
    if side is Side.NONE:
        raise CaseFileError("patient.side: 'none' is none of left, right, both")
    return PatientFacts(
        age_years=whole("age_years", MOST_YEARS),
        sex=sex,
        pregnant=_member(Answer, entry.get("pregnant", screening.get("pregnant", "not_assessed")), "patient.pregnant"),
        postpartum_days=whole("postpartum_days", MOST_POSTPARTUM_DAYS),
        gestation_weeks=whole("gestation_weeks", MOST_WEEKS),
        side=side,
        onset_days=whole("onset_days", MOST_ONSET_DAYS),
    )


def _measurements(top: Mapping[str, Any], words: Vocabulary) -> tuple[Measurement, ...]:
    """Return every measurement; a test and side given twice leaves open which value counts."""
    found: dict[tuple[str, Side], Measurement] = {}
    for at, entry in _entries(top, "measurements"):
        one = _measurement(entry, f"measurements[{at}]", words)
        if found.setdefault((one.test, one.side), one) is not one:
            raise CaseFileError(f"measurements[{at}]: {one.test} {one.side.value} is given twice")
    return tuple(found.values())


def _measurement(raw: object, where: str, words: Vocabulary) -> Measurement:
    keys = frozenset({"test", "side", "value", "unit", "method", "pain_nprs"})
    entry = _table(raw, where, keys, required=("test", "value"))
    test = _code(entry["test"], f"{where}.test", words.tests)
    shape = words.tests[test]
    side = _member(Side, entry.get("side", Side.NONE), f"{where}.side")
    if side.value not in shape.sides:
        raise CaseFileError(f"{where}.side: {test} needs {' or '.join(shape.sides)}, not {side.value!r}")
    unit = _text(entry.get("unit", ""), f"{where}.unit", empty=True)
    if unit != shape.unit:
        raise CaseFileError(f"{where}.unit: {test} is measured in {shape.unit!r}, not {unit!r}")
    return Measurement(
        test=test,
        side=side,
        value=_optional(entry["value"], lambda value: _measured(value, f"{where}.value", shape)),
        unit=unit,
        method=_optional(entry.get("method"), lambda value: _method(value, f"{where}.method", shape)),
        pain_nprs=_optional(entry.get("pain_nprs"), lambda value: _whole(value, f"{where}.pain_nprs", MOST_NPRS)),
    )


def _measured(raw: object, where: str, shape: TestShape) -> float:
    value = _number(raw, where, shape.low, shape.high)
    if shape.is_counted and not value.is_integer():
        raise CaseFileError(f"{where}: {_shown(raw)} is not a whole number, as {shape.unit!r} are")
    return value


def _method(raw: object, where: str, shape: TestShape) -> str:
    return _code(raw, where, shape.methods) if shape.methods else _text(raw, where)


def _outcome(raw: object, where: str, words: Vocabulary) -> Outcome:
    keys = frozenset({"item", "outcome", "scan", "repeat_scan", "d_dimer", "discharged"})
    entry = _table(raw, where, keys, required=("item", "outcome"))

    def result(key: str) -> TestResult | None:
        return _optional(entry.get(key), lambda value: _member(TestResult, value, f"{where}.{key}"))

    return Outcome(
        item=_code(entry["item"], f"{where}.item", words.rows),
        outcome=_member(OutcomeType, entry["outcome"], f"{where}.outcome"),
        scan=result("scan"),
        repeat_scan=result("repeat_scan"),
        d_dimer=result("d_dimer"),
        discharged=_flag(entry.get("discharged", False), f"{where}.discharged"),
    )


def _sign_off(raw: object, where: str, words: Vocabulary) -> SignOffFact:
    keys = frozenset({"item", "kind", "by", "on", "reason", "limits"})
    entry = _table(raw, where, keys, required=("item", "kind", "by", "on"))
    kind = _member(SignOffKind, entry["kind"], f"{where}.kind")
    on = _text(entry["on"], f"{where}.on")
    try:
        if date.fromisoformat(on).isoformat() != on:
            raise ValueError(on)
    except ValueError:
        raise CaseFileError(f"{where}.on: {_shown(on)} is not a date like 2026-11-20") from None
    return SignOffFact(
        item=_code(entry["item"], f"{where}.item", frozenset(words.rows) | frozenset(words.causes)),
        kind=kind,
        by=_text(entry["by"], f"{where}.by"),
        on=on,
        reason=_text(entry.get("reason", ""), f"{where}.reason", empty=True),
        limits=_text(entry.get("limits", ""), f"{where}.limits", empty=True),
    )


def _settings(raw: object) -> Settings:
    entry = _table(raw, "settings", frozenset({"dvt_seed_strict", "core_fail_mode"}))
    return Settings(
        dvt_seed_strict=_flag(entry.get("dvt_seed_strict", False), "settings.dvt_seed_strict"),
        core_fail_mode=_code(entry.get("core_fail_mode", "deficit"), "settings.core_fail_mode", FAIL_MODES),
    )


# --- Single values ----------------------------------------------------------------------------

Value = TypeVar("Value")


def _optional(raw: Any, read: Callable[[Any], Value]) -> Value | None:
    return None if raw is None else read(raw)


def _table(
    raw: object, where: str, keys: frozenset[str] | None = None, required: tuple[str, ...] = ()
) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise CaseFileError(f"{where}: must be an object, not {_kind(raw)}")
    if keys is not None:
        for key in raw:
            if key not in keys:
                raise CaseFileError(f"{where}.{key}: unknown key")
    for key in required:
        if key not in raw:
            raise CaseFileError(f"{where}.{key}: missing")
    return raw


def _entries(top: Mapping[str, Any], key: str) -> list[tuple[int, Any]]:
    raw = top.get(key, [])
    if not isinstance(raw, list):
        raise CaseFileError(f"{key}: must be a list, not {_kind(raw)}")
    return list(enumerate(raw))


def _codes(top: Mapping[str, Any], key: str, known: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_code(value, f"{key}[{at}]", known) for at, value in _entries(top, key)))


def _code(raw: object, where: str, known: Collection[str]) -> str:
    if not isinstance(raw, str):
        raise CaseFileError(f"{where}: must be a code, not {_kind(raw)}")
    if raw not in known:
        raise CaseFileError(f"{where}: unknown code {raw!r}")
    return raw


def _member(enum: type[Member], raw: object, where: str) -> Member:
    if isinstance(raw, str):
        for member in enum:
            if member.value == raw:
                return member
    raise CaseFileError(f"{where}: {_shown(raw)} is none of {', '.join(str(member.value) for member in enum)}")


def _text(raw: object, where: str, empty: bool = False) -> str:
    if not isinstance(raw, str):
        raise CaseFileError(f"{where}: must be text, not {_kind(raw)}")
    if not empty and not raw.strip():
        raise CaseFileError(f"{where}: empty")
    return raw


def _flag(raw: object, where: str) -> bool:
    if not isinstance(raw, bool):
        raise CaseFileError(f"{where}: must be true or false, not {_kind(raw)}")
    return raw


def _whole(raw: object, where: str, most: int) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise CaseFileError(f"{where}: must be a whole number, not {_shown(raw)}")
    if not 0 <= raw <= most:
        raise CaseFileError(f"{where}: {_shown(raw)} is not between 0 and {most}")
    return raw


def _number(raw: object, where: str, low: float, high: float) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise CaseFileError(f"{where}: must be a number, not {_kind(raw)}")
    if isinstance(raw, float) and not math.isfinite(raw) or not low <= raw <= high:
        raise CaseFileError(f"{where}: {_shown(raw)} is not between {low:g} and {high:g}")
    return float(raw)


def _shown(raw: object) -> str:
    """Return a value for a message: one line, never a page."""
    text = repr(raw)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _kind(raw: object) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(raw), "a number")
