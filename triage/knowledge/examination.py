"""Reads tests.toml, findings.toml and causes.toml into frozen tables, and refuses them when they are not whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from clinic.tables import Checker, Entry, read_table
from clinic.terms import Answer, Side, Text
from triage.rules.causes import CONDITION_NAMES, Cause, CauseTable, Weight
from triage.rules.lines import PhysicalTest, SpecialTest
from triage.rules.red_flags import CodeEntry

HERE = Path(__file__).resolve().parent
ANSWERS = tuple(answer.value for answer in Answer)
SIDES = (Side.LEFT.value, Side.RIGHT.value, Side.NONE.value)
NEED_SIDES = ("none", "must", "may")
LIMITS = (
    "fail_from",
    "fail_above",
    "fail_to",
    "amber_from",
    "amber_below",
    "amber_above",
    "min_ratio",
    "max_gap",
    "gives_from",
    "gives_above",
)
TABLES = ("fail_below", "fail_left", "fail_right", "mean", "mean_left", "mean_right", "line")
SEXES = ("any", "male", "female")
LINE_KEYS = ("base", "per_year", "male", "sd")


@dataclass(frozen=True)
class ExaminationKnowledge:
    """The tests, the special tests, the causes, the needs by code, and every code of them."""

    tests: Mapping[str, PhysicalTest]
    special: Mapping[str, SpecialTest]
    causes: CauseTable
    needs: Mapping[str, Text]
    codes: tuple[CodeEntry, ...]


def load_examination(checker: Checker, folder: Path = HERE) -> ExaminationKnowledge:
    """Return the tables of sections 3 and 4; faults are reported to ``checker``, which the caller raises."""
    tests, special = _read_tests(read_table(folder / "tests.toml", checker))
    findings, needs = _read_findings(read_table(folder / "findings.toml", checker))
    causes, cause_codes = _read_causes(read_table(folder / "causes.toml", checker))
    codes = (
        *findings,
        *(_test_code(test) for test in tests.values()),
        *needs,
        *cause_codes,
    )
    labels = MappingProxyType({need.code: need.label for need in needs})
    for test in tests.values():
        for need in test.needs:
            if need not in labels and f"{need}_left" not in labels:
                checker.report(
                    "triage/knowledge/tests.toml",
                    test.code,
                    "needs",
                    f"{need!r} is no need",
                )
    return ExaminationKnowledge(tests, special, causes, labels, codes)


def _read_tests(table: Entry) -> tuple[Mapping[str, PhysicalTest], Mapping[str, SpecialTest]]:
    tests = [_test(entry) for entry in table.children("test")]
    special = [_special(entry) for entry in table.children("special")]
    table.finish()
    return MappingProxyType({t.code: t for t in tests}), MappingProxyType({t.code: t for t in special})


def _special(entry: Entry) -> SpecialTest:
    test = SpecialTest(
        code=entry.code(),
        name=entry.must_text("label"),
        how=entry.must_text("how"),
        positive=entry.must_text("positive"),
        note=entry.text("note", required=False),
        contraindicated=entry.text("contraindicated", required=False),
        facts=entry.words("facts"),
        source=entry.sources(),
        mark=entry.mark(),
    )
    entry.finish()
    return test


def _test(entry: Entry) -> PhysicalTest:
    tables = {name: _by_name(entry, name, LINE_KEYS if name == "line" else SEXES) for name in TABLES}
    test = PhysicalTest(
        code=entry.code(),
        region=entry.word("region"),
        name=entry.must_text("label"),
        how=entry.must_text("how"),
        unit=entry.word("unit"),
        sides=entry.words("sides", choices=SIDES),
        low=entry.number("low") or 0.0,
        high=entry.number("high") or 0.0,
        needs=entry.words("needs"),
        source=entry.sources(),
        mark=entry.mark(),
        reference=entry.text("reference", required=False),
        alternative_to=entry.word("alternative_to", required=False),
        methods=entry.words("methods", required=False),
        contraindicated=entry.text("contraindicated", required=False),
        pain_from=entry.whole("pain_from_nprs", required=False),
        gives_fact=entry.word("gives_fact", required=False),
        norm_by_decade=_norms(entry),
        norm_share=entry.number("norm_share", required=False),
        needs_fact=entry.word("needs_fact", required=False),
        detectable_change=entry.number("detectable_change", required=False),
        amber_bands=_bands(entry),
        **{name: entry.number(name, required=False) for name in LIMITS},
        **tables,
    )
    if test.low >= test.high:
        entry.report("low", "must be under high")
    entry.finish()
    return test


def _by_name(entry: Entry, key: str, names: tuple[str, ...]) -> Mapping[str, float]:
    raw = entry.mapping(key, required=False)
    for name, value in raw.items():
        if name not in names or isinstance(value, bool) or not isinstance(value, int | float):
            entry.report(key, f"{name!r} must be one of {', '.join(names)} with a number")
    return raw


def _norms(entry: Entry) -> Mapping[str, tuple[float, ...]]:
    raw = entry.mapping("norm_by_decade", required=False)
    return MappingProxyType({sex: tuple(means) for sex, means in raw.items()})


def _bands(entry: Entry) -> tuple[tuple[int, float], ...]:
    raw = entry.mapping("amber_bands", required=False)
    return tuple((int(years), limit) for years, limit in raw.items())


def _test_code(test: PhysicalTest) -> CodeEntry:
    values = tuple(f"{low:g} to {high:g}" for low, high in [(test.low, test.high)])
    return CodeEntry(test.code, "test", "", test.name, test.unit, values, test.source)


def _read_findings(table: Entry) -> tuple[list[CodeEntry], list[CodeEntry]]:
    findings = [_finding(entry) for entry in table.children("finding")]
    needs = [code for entry in table.children("need") for code in _needs(entry)]
    table.finish()
    return findings, needs


def _finding(entry: Entry) -> CodeEntry:
    code = CodeEntry(
        entry.code(),
        "finding",
        entry.word("region"),
        entry.must_text("label"),
        "",
        ANSWERS,
        entry.sources(),
    )
    entry.mark()
    entry.finish()
    return code


def _needs(entry: Entry) -> list[CodeEntry]:
    """Return a need under each code it may be stated by, the side kept."""
    code, side = entry.code(), entry.word("side", choices=NEED_SIDES)
    label, source = entry.must_text("label"), entry.sources()
    entry.finish()
    plain = [CodeEntry(code, "need", "", label, "", ("failed",), source)] if side != "must" else []
    if side == "none":
        return plain
    sided = [
        CodeEntry(
            f"{code}_{name}",
            "need",
            "",
            Text(f"{label.en}, {en}", f"{label.es}, {es}"),
            "",
            ("failed",),
            source,
        )
        for name, en, es in (
            ("left", "left", "izquierda"),
            ("right", "right", "derecha"),
        )
    ]
    return [*plain, *sided]


def _read_causes(table: Entry) -> tuple[CauseTable, list[CodeEntry]]:
    causes = tuple(_cause(entry) for entry in table.children("cause"))
    grades = dict(_grade(entry) for entry in table.children("grade"))
    contributors = table.words("contributors")
    table.sources()
    table.mark()
    table.finish()
    codes = [CodeEntry(c.code, "cause", c.row, c.name, "points", (), c.source) for c in causes]
    return CauseTable(causes, (), MappingProxyType(grades), contributors), codes


def _grade(entry: Entry) -> tuple[int, Text]:
    entry.code()
    number, text = entry.whole("number") or 0, entry.must_text("label")
    entry.sources()
    entry.mark()
    entry.finish()
    return number, text


def _cause(entry: Entry) -> Cause:
    cause = Cause(
        code=entry.code(),
        name=entry.must_text("label"),
        row=entry.word("row", required=False),
        must_not_miss=entry.flag("must_not_miss"),
        weights=tuple(_weight(child) for child in entry.children("weights", required=False)),
        keys=entry.words("keys", required=False),
        source=entry.sources(),
        cap=entry.whole("cap", required=False),
        always_shown=entry.flag("always_shown"),
        is_strain=entry.flag("is_strain"),
        note=entry.text("note", required=False),
        mark=entry.mark(),
    )
    entry.finish()
    return cause


def _weight(entry: Entry) -> Weight:
    weight = Weight(
        code=entry.code(),
        points=entry.whole("points") or 0,
        any_of=entry.words("any_of", required=False),
        all_of=entry.words("all_of", required=False),
        absent=entry.words("absent", required=False),
        count=entry.words("count", required=False),
        most=entry.whole("most", required=False) or 1,
        only_if=entry.word("only_if", required=False, choices=CONDITION_NAMES),
    )
    if not weight.facts:
        entry.report("any_of", "a line must look at a fact")
    entry.finish()
    return weight
