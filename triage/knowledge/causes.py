"""Reads causes.toml into frozen tables, and refuses it when it is not whole."""

from types import MappingProxyType

from clinic.tables import Entry
from clinic.terms import Text
from triage.rules.causes import CONDITION_NAMES, Cause, CauseTable, RankingLimits, Weight
from triage.rules.red_flags import CodeEntry

CLASSES = (1, 2, 3)  # weak, moderate, strong


def read_causes(table: Entry) -> tuple[CauseTable, list[CodeEntry]]:
    """Return the causes with their weights, the grades of a strain, and the code of each cause."""
    causes = tuple(_cause(entry) for entry in table.children("cause"))
    grades = dict(_grade(entry) for entry in table.children("grade"))
    contributors = table.words("contributors")
    table.sources()
    table.mark()
    limits = _limits(table.section("ranking"), table.section("ages"))
    table.finish()
    codes = [CodeEntry(c.code, "cause", c.row, c.name, "points", (), c.source) for c in causes]
    return CauseTable(causes, MappingProxyType(grades), limits, contributors), codes


def _limits(ranking: Entry, ages: Entry) -> RankingLimits:
    def whole(entry: Entry, key: str) -> int:
        return entry.whole(key) or 0

    limits = RankingLimits(
        undifferentiated_under=whole(ranking, "undifferentiated_under_points"),
        undifferentiated_gap=whole(ranking, "undifferentiated_gap_points"),
        shown_from=whole(ranking, "shown_from_points"),
        next_of=whole(ranking, "next_of_causes"),
        older_from=whole(ages, "older_from_years"),
        strain_from=whole(ages, "strain_from_years"),
        strain_to=whole(ages, "strain_to_years"),
        artery_from=whole(ages, "artery_from_years"),
        young_under=whole(ages, "young_under_years"),
        artery_young_under=whole(ages, "artery_young_under_years"),
    )
    for entry in (ranking, ages):
        entry.sources()
        entry.mark()
        entry.finish()
    return limits


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
    if abs(weight.points) not in CLASSES:
        entry.report("points", f"must be 1, 2 or 3, for or against, not {weight.points}")
    if not weight.facts:
        entry.report("any_of", "a line must look at a fact")
    entry.finish()
    return weight
