"""Reads red_flags.toml, dvt.toml and scores.toml into frozen tables, and refuses them when they are not whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from clinic.tables import Checker, Entry, read_table
from clinic.terms import Answer, Level
from triage.rules.derived import Limits
from triage.rules.dvt import CONDITIONS, UNNAMED, ClotRow, ClotTable, SignGroup
from triage.rules.expressions import Expression, compile_expression, facts_of, holds
from triage.rules.red_flags import (
    CodeEntry,
    Fact,
    FlagRule,
    LevelText,
    RedFlag,
    RedFlagTable,
    Requirement,
)
from triage.rules.scores import Passage, Scores, WellsItem, WellsTable

HERE = Path(__file__).resolve().parent
LEVEL_CODES = ("E", "D", "D-hold", "U", "R")
FLAG_COUNT = 18
CLOT_ROW, WELLS_ROW = "RF-DVT", "RF-DVT"
ANSWERS = tuple(answer.value for answer in Answer)


@dataclass(frozen=True)
class SafetyKnowledge:
    """The tables of section 2 and their codes."""

    red_flags: RedFlagTable
    clot: ClotTable
    scores: Scores
    codes: tuple[CodeEntry, ...]


def load_safety(checker: Checker, folder: Path = HERE) -> SafetyKnowledge:
    """Return the tables of section 2; faults are reported to ``checker``, which the caller raises."""
    scores = read_scores(read_table(folder / "scores.toml", checker))
    clot, risks = read_clot(read_table(folder / "dvt.toml", checker))
    red_flags = read_red_flags(read_table(folder / "red_flags.toml", checker), risks, scores.wells)
    return SafetyKnowledge(red_flags, clot, scores, tuple(_codes(red_flags, scores.wells)))


def read_scores(table: Entry) -> Scores:
    """Return the Wells table and the texts around it."""
    entry = table.section("wells")
    items = tuple(_wells_item(child) for child in table.children("wells_item"))
    wells = WellsTable(
        items=items,
        likely_from=_whole(entry, "likely_from_points"),
        adult_from_years=_whole(entry, "adult_from_years"),
        postpartum_days=_whole(entry, "postpartum_days"),
        pregnancy_from_years=_whole(entry, "pregnancy_from_years"),
        pregnancy_to_years=_whole(entry, "pregnancy_to_years"),
        caution=entry.must_text("caution"),
        source=entry.sources(),
    )
    scores = Scores(
        wells=wells,
        pathway=MappingProxyType({p.code: p for p in map(_passage, table.children("pathway"))}),
        bands=tuple(_band(child) for child in table.children("band")),
        not_applicable=entry.must_text("not_applicable"),
        never_clears=entry.must_text("never_clears"),
        clinic_role=entry.must_text("clinic_role"),
    )
    entry.mark()
    entry.finish()
    table.finish()
    return scores


def _wells_item(entry: Entry) -> WellsItem:
    label, source = entry.must_text("label"), entry.sources()
    item = WellsItem(entry.code(), label, _whole(entry, "points"), source, entry.mark())
    entry.finish()
    return item


def _passage(entry: Entry) -> Passage:
    passage = Passage(entry.code(), entry.must_text("text"), entry.sources(), entry.mark())
    entry.finish()
    return passage


def _band(entry: Entry) -> Passage:
    entry.whole("points_from")
    band = Passage(entry.code(), entry.must_text("label"), entry.sources(), entry.mark())
    entry.finish()
    return band


def read_clot(table: Entry) -> tuple[ClotTable, tuple[Fact, ...]]:
    """Return the lists of rule T-DVT, and its risks as facts."""
    risks = tuple(_fact(child, CLOT_ROW, (), kind="risk") for child in table.children("risk"))
    rows = tuple(_clot_row(child) for child in table.children("row"))
    strong = table.words("strong_wells") + tuple(risk.code for risk in risks if risk.strength == "strong")
    clot = ClotTable(
        groups=tuple(_group(child) for child in table.children("group")),
        significant=table.words("significant"),
        strong=strong,
        weak=tuple(risk.code for risk in risks if risk.strength == "weak"),
        mechanism=table.word("mechanism"),
        rows=rows,
        examined=table.words("examined"),
        limits=_limits(table),
    )
    missing = {*CONDITIONS, UNNAMED} - {row.code for row in rows}
    if missing:
        table.report("row", f"missing rows {', '.join(sorted(missing))}")
    table.finish()
    return clot, risks


def _clot_row(entry: Entry) -> ClotRow:
    row = ClotRow(
        code=entry.code(),
        text=entry.must_text("text"),
        accepts_signature=entry.flag("signature"),
        is_hold=entry.flag("hold"),
        source=entry.sources(),
        mark=entry.mark(),
    )
    if row.code not in CONDITIONS and row.code != UNNAMED:
        entry.report("code", f"no condition is written for {row.code!r}")
    entry.finish()
    return row


def _group(entry: Entry) -> SignGroup:
    group = SignGroup(entry.code(), entry.must_text("label"), entry.words("facts"))
    entry.sources()
    entry.finish()
    return group


def _limits(table: Entry) -> Limits:
    parts = [table.section(name) for name in ("ages", "girth", "significant_girth", "pressures")]
    ages, girth, significant, pressures = parts
    limits = Limits(
        old_over_years=_whole(ages, "old_over_years"),
        middle_from_years=_whole(ages, "middle_from_years"),
        girth_sign_from_cm=_number(girth, "girth_sign_from_cm"),
        girth_always_from_cm=_number(girth, "girth_always_from_cm"),
        girth_significant_from_cm=_number(significant, "girth_significant_from_cm"),
        abi_low_to=_number(pressures, "abi_low_to_ratio"),
        abi_stiff_over=_number(pressures, "abi_stiff_over_ratio"),
        tbi_low_under=_number(pressures, "tbi_low_under_ratio"),
    )
    for entry in parts:
        entry.sources()
        entry.mark()
        entry.finish()
    return limits


def read_red_flags(table: Entry, risks: tuple[Fact, ...], wells: WellsTable) -> RedFlagTable:
    """Return the red-flag table; every question, risk and Wells item up to w9 is mandatory."""
    flags = tuple(_flag(child) for child in table.children("flag"))
    levels = {level.code: level for level in map(_level, table.children("level"))}
    if tuple(levels) != LEVEL_CODES:
        table.report("level", f"must be {', '.join(LEVEL_CODES)} in this order")
    if len(flags) != FLAG_COUNT:
        table.report("flag", f"must be {FLAG_COUNT} rows, not {len(flags)}")
    facts = [fact for flag in flags for fact in (*flag.questions, *flag.signs)] + list(risks)
    _refuse_doubles(table, [fact.code for fact in facts] + [item.code for item in wells.items])
    scored = [item.code for item in wells.items if item.points > 0]
    red_flags = RedFlagTable(
        flags=flags,
        risks=risks,
        levels=MappingProxyType(levels),
        mandatory=tuple(fact.code for fact in facts if fact.mandatory) + tuple(scored),
        must_not_load=(must_not_load := table.words("must_not_load")),
        imaged_by=_imaged_by(table, must_not_load),
        massage_words=table.words("massage_words"),
        blanket_words=table.words("blanket_words"),
        fresh_days=_fresh_days(table.section("signing")),
    )
    table.finish()
    return red_flags


def _fresh_days(entry: Entry) -> int:
    """Return how many days a screening opens a new signature."""
    days = _whole(entry, "fresh_days")
    entry.sources()
    entry.mark()
    entry.finish()
    return days


def _imaged_by(table: Entry, causes: tuple[str, ...]) -> Mapping[str, str]:
    """Return which finding of an image takes a diagnosis off the list of those that must not be loaded."""
    found = table.mapping("imaged_by")
    for cause, finding in found.items():
        if cause not in causes or not isinstance(finding, str) or not finding.strip():
            table.report("imaged_by", f"{cause!r} must be one of must_not_load, with the code of a finding")
    return found


def _refuse_doubles(table: Entry, codes: list[str]) -> None:
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        table.report(code, "duplicate code")


def _flag(entry: Entry) -> RedFlag:
    code, source = entry.code(), entry.sources()
    facts = tuple(_fact(child, code, source) for child in entry.children("fact"))
    rules = tuple(_rule(child) for child in entry.children("rule", required=code != CLOT_ROW, name_key="level"))
    flag = RedFlag(
        code=code,
        title=entry.must_text("title"),
        cause=entry.word("cause", required=False),
        questions=tuple(fact for fact in facts if fact.kind == "question"),
        signs=tuple(fact for fact in facts if fact.kind != "question"),
        rules=tuple(sorted(rules, key=lambda rule: -rule.level.urgency)),
        requirements=tuple(_requirement(child) for child in entry.children("requirement", required=False)),
        contra=entry.words("contra"),
        meanwhile=entry.must_text("meanwhile"),
        action=entry.must_text("action"),
        exclusion=entry.text("exclusion", required=False),
        note=entry.text("note", required=False),
        source=source,
        mark=entry.mark(),
    )
    entry.finish()
    return flag


def _fact(entry: Entry, row: str, inherited: tuple[str, ...], kind: str = "") -> Fact:
    kind = kind or entry.word("kind", choices=("question", "sign", "risk"))
    fact = Fact(
        code=entry.code(),
        kind=kind,
        row=row,
        label=entry.must_text("label"),
        source=entry.sources() if not inherited or entry.has("source") else inherited,
        mandatory=entry.flag("mandatory") or kind in ("question", "risk"),
        strength=entry.word("strength", required=False, choices=("strong", "weak")),
        mark=entry.mark(),
    )
    entry.finish()
    return fact


def _rule(entry: Entry) -> FlagRule:
    level = entry.word("level", choices=("E", "D", "U"))
    when = _when(entry)
    rule = FlagRule(
        level=Level(level) if level in ("E", "D", "U") else Level.E,
        when=when,
        watch=facts_of(when),
        text=entry.must_text("text"),
        mark=entry.mark(),
    )
    entry.finish()
    return rule


def _requirement(entry: Entry) -> Requirement:
    when = _when(entry)
    needed = Requirement(
        when,
        facts_of(when),
        entry.words("codes"),
        entry.must_text("text"),
        entry.sources(),
    )
    entry.finish()
    return needed


def _when(entry: Entry) -> Expression:
    try:
        expression = compile_expression(dict(entry.mapping("when")))
    except ValueError as error:
        entry.report("when", str(error))
        return compile_expression("unreadable")
    if holds(expression, {}):
        entry.report("when", "holds before anybody asked")
    return expression


def _level(entry: Entry) -> LevelText:
    level = LevelText(
        code=entry.code(),
        title=entry.must_text("title"),
        behaviour=entry.must_text("behaviour"),
        now=entry.must_text("now"),
        patient=entry.must_text("patient"),
        source=entry.sources(),
        mark=entry.mark(),
    )
    entry.finish()
    return level


def _whole(entry: Entry, key: str) -> int:
    value = entry.whole(key)
    return 0 if value is None else value


def _number(entry: Entry, key: str) -> float:
    value = entry.number(key)
    return 0.0 if value is None else value


def _codes(table: RedFlagTable, wells: WellsTable) -> list[CodeEntry]:
    facts = [fact for flag in table.flags for fact in (*flag.questions, *flag.signs)] + list(table.risks)
    found = [CodeEntry(f.code, f.kind, f.row, f.label, "", ANSWERS, f.source, f.mark) for f in facts]
    found += [CodeEntry(i.code, "wells", WELLS_ROW, i.label, "", ANSWERS, i.source, i.mark) for i in wells.items]
    levels = table.levels.values()
    return found + [CodeEntry(x.code, "level", "", x.title, "", (), x.source, x.mark) for x in levels]
