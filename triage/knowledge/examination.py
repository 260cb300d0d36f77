"""Reads tests.toml, findings.toml and causes.toml into frozen tables, and refuses them when they are not whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from clinic.tables import Checker, Entry, read_table
from clinic.terms import Answer, Side, Text
from triage.knowledge.causes import read_causes
from triage.rules.causes import CauseTable, Giving
from triage.rules.lines import Hint, PhysicalTest, Ratio, SpecialTest
from triage.rules.red_flags import CodeEntry

HERE = Path(__file__).resolve().parent
ANSWERS = tuple(answer.value for answer in Answer)
SIDES = (Side.LEFT.value, Side.RIGHT.value, Side.NONE.value)
NEED_SIDES = ("none", "must", "may")
UNITS = (
    "s", "min", "reps", "score", "points", "grade", "deviations", "yes=1", "NPRS", "ratio",
    "cm", "mm", "deg", "Nm/kg", "mmHg", "steps/min",
)  # fmt: skip
TEST_REGIONS = ("core", "hip", "ankle", "calf", "foot", "gait", "vascular", "palpation")
FINDING_REGIONS = ("story", "before", "calf", "foot", "bone", "nerve", "vascular", "gait", "derived")
# What a mark on one value of a test is about.
MARKED = (
    (("fail_below", "fail_left", "fail_right", "fail_from"), "the fail line", "la línea de fallo"),
    (("mean", "mean_left", "mean_right", "sd", "sd_left", "sd_right"), "mean and SD", "media y DE"),
    (("min_ratio", "max_gap", "amber_gap_from"), "the limit beside the other side", "el límite frente al otro lado"),
    (("norm_share",), "the share of the norm", "la parte de la norma"),
    (("reference",), "the reference", "la referencia"),
    (("contraindicated",), "when not to do it", "cuándo no hacerla"),
)
LIMITS = (
    "fail_from",
    "fail_above",
    "fail_to",
    "amber_from",
    "amber_below",
    "amber_above",
    "min_ratio",
    "max_gap",
    "amber_gap_from",
    "gives_from",
    "gives_above",
)
TABLES = (
    "fail_below", "fail_left", "fail_right", "mean", "mean_left", "mean_right", "sd", "sd_left", "sd_right", "line",
)  # fmt: skip
SIDED_TABLES = (
    ("fail_below", "mean", "sd"),
    ("fail_left", "mean_left", "sd_left"),
    ("fail_right", "mean_right", "sd_right"),
)
DECADES = 7  # the 20s to the 80s
SEXES = ("any", "male", "female")
LINE_KEYS = ("base", "per_year", "male", "sd")


@dataclass(frozen=True)
class ExaminationKnowledge:
    """The tests, the special tests, the causes, the needs by code, and every code of them."""

    tests: Mapping[str, PhysicalTest]
    special: Mapping[str, SpecialTest]
    ratios: tuple[Ratio, ...]
    hints: tuple[Hint, ...]
    causes: CauseTable
    needs: Mapping[str, Text]
    codes: tuple[CodeEntry, ...]


def load_examination(checker: Checker, folder: Path = HERE) -> ExaminationKnowledge:
    """Return the tables of sections 3 and 4; faults are reported to ``checker``, which the caller raises."""
    tests, special, ratios, hints = _read_tests(read_table(folder / "tests.toml", checker))
    findings, needs = _read_findings(read_table(folder / "findings.toml", checker))
    causes, cause_codes = read_causes(read_table(folder / "causes.toml", checker))
    codes = (
        *findings,
        *(_test_code(test) for test in tests.values()),
        *needs,
        *cause_codes,
    )
    labels = MappingProxyType({need.code: need.label for need in needs})
    for test in tests.values():
        for need in test.needs:
            if labels and need not in labels and f"{need}_left" not in labels:
                checker.report(
                    "triage/knowledge/tests.toml",
                    test.code,
                    "needs",
                    f"{need!r} is no need",
                )
    return ExaminationKnowledge(tests, special, ratios, hints, causes, labels, codes)


def _read_tests(
    table: Entry,
) -> tuple[Mapping[str, PhysicalTest], Mapping[str, SpecialTest], tuple[Ratio, ...], tuple[Hint, ...]]:
    tests = [_test(entry) for entry in table.children("test")]
    special = [_special(entry) for entry in table.children("special")]
    ratios = tuple(_ratio(entry, {t.code for t in tests}) for entry in table.children("ratio"))
    hints = tuple(_hint(entry) for entry in table.children("hint"))
    table.finish()
    by_code = MappingProxyType({t.code: t for t in tests})
    return by_code, MappingProxyType({t.code: t for t in special}), ratios, hints


def _hint(entry: Entry) -> Hint:
    hint = Hint(
        code=entry.code(),
        region=entry.word("region", choices=TEST_REGIONS),
        tests=entry.words("tests"),
        facts=entry.words("facts"),
        text=entry.must_text("text"),
        source=entry.sources(),
    )
    entry.finish()
    return hint


def _ratio(entry: Entry, tests: set[str]) -> Ratio:
    ratio = Ratio(
        code=entry.code(),
        name=entry.must_text("label"),
        top=_place(entry, "top", tests),
        bottom=_place(entry, "bottom", tests),
        under=entry.number("under_ratio", required=False),
        within=entry.number("within_ratio", required=False),
        note=entry.must_text("note"),
        source=entry.sources(),
    )
    if (ratio.under is None) == (ratio.within is None):
        entry.report("under_ratio", "one limit, under_ratio or within_ratio")
    entry.mark()
    entry.finish()
    return ratio


def _place(entry: Entry, key: str, tests: set[str]) -> tuple[str, Side]:
    test, side = entry.word(key), entry.word(f"{key}_side", required=False, choices=SIDES)
    if test and test not in tests:
        entry.report(key, f"{test!r} is no test")
    return test, Side(side) if side in SIDES else Side.NONE


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
    marks, mark = entry.marks(), entry.mark()
    test = PhysicalTest(
        code=entry.code(),
        region=entry.word("region", choices=TEST_REGIONS),
        name=entry.must_text("label"),
        how=entry.must_text("how"),
        unit=_unit(entry),
        sides=entry.words("sides", choices=SIDES),
        low=entry.number("low") or 0.0,
        high=entry.number("high") or 0.0,
        needs=entry.words("needs"),
        source=entry.sources(),
        mark=mark or "/".join(sorted(set(marks.values()))),
        marked=_marked(marks),
        reference=entry.text("reference", required=False),
        equipment=entry.text("equipment", required=False),
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
    _check_cuts(entry, test)
    entry.finish()
    return test


def _unit(entry: Entry) -> str:
    if not entry.has("unit"):
        entry.report("low", "number without unit")
    return entry.word("unit", choices=UNITS)


def _marked(marks: Mapping[str, str]) -> Text | None:
    """Say which values of a test are conventions."""
    found = [(names, en, es) for names, en, es in MARKED if any(name in marks for name in names)]
    if not found:
        return None
    return Text(", ".join(en for _, en, _ in found), ", ".join(es for _, _, es in found))


def _check_cuts(entry: Entry, test: PhysicalTest) -> None:
    """Report a fail line that is not the mean less one standard deviation (section 4)."""
    for fail, mean, sd in SIDED_TABLES:
        cuts, means, spreads = getattr(test, fail), getattr(test, mean), getattr(test, sd)
        for sex, spread in spreads.items():
            if sex not in cuts or sex not in means:
                entry.report(sd, f"{sex!r} has no {fail} or no {mean}")
            elif cuts[sex] != means[sex] - spread:
                entry.report(fail, f"{cuts[sex]:g} is not the mean {means[sex]:g} less one SD {spread:g}")


def _by_name(entry: Entry, key: str, names: tuple[str, ...]) -> Mapping[str, float]:
    raw = entry.mapping(key, required=False)
    for name, value in raw.items():
        if name not in names or not _is_number(value):
            entry.report(key, f"{name!r} must be one of {', '.join(names)} with a number")
            return MappingProxyType({})
    if key == "line" and raw and set(raw) != set(names):
        entry.report(key, f"must hold {', '.join(names)}")
    return raw


def _norms(entry: Entry) -> Mapping[str, tuple[float, ...]]:
    raw = entry.mapping("norm_by_decade", required=False)
    for sex, means in raw.items():
        if sex not in SEXES or not isinstance(means, list) or len(means) != DECADES or not all(map(_is_number, means)):
            entry.report("norm_by_decade", f"{sex!r} must be one of {', '.join(SEXES)} with {DECADES} numbers")
            return MappingProxyType({})
    if raw and not entry.has("norm_share"):
        entry.report("norm_share", "missing")
    return MappingProxyType({sex: tuple(means) for sex, means in raw.items()})


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _bands(entry: Entry) -> tuple[tuple[int, float], ...]:
    raw = entry.mapping("amber_bands", required=False)
    if any(not years.isdigit() or not _is_number(limit) for years, limit in raw.items()) or (raw and "0" not in raw):
        entry.report("amber_bands", "must be ages from 0 on, each with a number")
        return ()
    return tuple((int(years), limit) for years, limit in raw.items())


def _test_code(test: PhysicalTest) -> CodeEntry:
    values = f"{test.low:g} to {test.high:g}{', whole numbers' if test.is_counted else ''}"
    return CodeEntry(test.code, "test", "", test.name, test.unit, (values,), test.source)


def _read_findings(table: Entry) -> tuple[list[CodeEntry], list[CodeEntry]]:
    findings = [_finding(entry) for entry in table.children("finding")]
    needs = [code for entry in table.children("need") for code in _needs(entry)]
    table.finish()
    return findings, needs


def _finding(entry: Entry) -> CodeEntry:
    code = CodeEntry(
        entry.code(),
        "finding",
        entry.word("region", choices=FINDING_REGIONS),
        entry.must_text("label"),
        "",
        ANSWERS,
        entry.sources(),
        entry.mark(),
    )
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


def giving_of(tests: Mapping[str, PhysicalTest]) -> tuple[Giving, ...]:
    """Return the tests whose values are findings of the causes."""
    found = tests.values()
    return tuple(Giving(t.code, t.gives_fact, t.gives_from, t.gives_above) for t in found if t.gives_fact)
