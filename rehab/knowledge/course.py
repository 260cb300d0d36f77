"""Reads what follows a plan: progress.toml, running.toml and measures.toml (sections 7, 8 and 9)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from types import MappingProxyType

from clinic.tables import Checker, Entry, read_table
from clinic.terms import Text
from rehab.rules.course_tables import (
    Alert,
    Bands,
    Change,
    Effort,
    EntryCriterion,
    LogField,
    Measure,
    PainLimit,
    ProgressTable,
    RunningTable,
    Saying,
    Stage,
    StepRule,
)

HERE = Path(__file__).resolve().parent
PLACE = re.compile(r"\{(\w+)\}")
DUE = ("immediate", "same_day", "one_working_day", "day_7", "day_14")
LEVELS = ("E", "D", "U", "R")
CHANGES = ("mcid", "mic", "mdc")
STORES = ("ratings", "own_activities", "total")
UNITS = ("points", "percent")
LOGS = ("run", "exercise")


@dataclass(frozen=True)
class Course:
    """The three tables together, and the sentences in which their rules speak."""

    progress: ProgressTable
    running: RunningTable
    measures: Mapping[str, Measure]
    reasons: Mapping[str, Text]


def load_course(checker: Checker) -> Course:
    """Read the four files; what is wrong is reported to the checker."""
    reasons = load_reasons(checker)
    return Course(load_progress(checker), load_running(checker, reasons), load_measures(checker), reasons)


def load_reasons(checker: Checker) -> Mapping[str, Text]:
    """Read the sentences by code; both languages must name the same values in braces."""
    table = read_table(HERE / "reasons.toml", checker)
    found = {}
    for entry in table.children("reason"):
        code, text = entry.code(), entry.must_text("text")
        if set(PLACE.findall(text.en)) != set(PLACE.findall(text.es)):
            entry.report("text", "the two languages name different values")
        found[code] = _finished(entry, text)
    table.finish()
    return MappingProxyType(found)


def _by_code(entries):
    return MappingProxyType({entry.code: entry for entry in entries})


def numbers_of(entry: Entry) -> Mapping[str, float]:
    """Return the named numbers of an entry; each name says its unit."""
    if not entry.has("numbers"):
        return MappingProxyType({})
    section = entry.section("numbers")
    found = {key: section.number(key) or 0 for key in section.keys()}  # noqa: SIM118  (an Entry is no dictionary)
    section.finish()
    return MappingProxyType(found)


def load_progress(checker: Checker) -> ProgressTable:
    """Read section 7: limits, bands, steps, effort, alerts and acute care; and the reasons in words."""
    table = read_table(HERE / "progress.toml", checker)
    words = read_table(HERE / "sayings.toml", checker)
    loaded = ProgressTable(
        limits=tuple(_limit(entry) for entry in table.children("limit")),
        bands=_bands(table.section("bands")),
        steps=_by_code(_step(entry) for entry in table.children("step")),
        efforts=_by_code(_effort(entry) for entry in table.children("effort")),
        alerts=_by_code(_alert(entry) for entry in table.children("alert")),
        acute_care=_by_code(_step(entry) for entry in table.children("acute")),
        sayings=_by_code(_saying(entry) for entry in words.children("saying")),
    )
    table.finish()
    words.finish()
    return loaded


def _finished(entry: Entry, value):
    entry.finish()
    return value


def _limit(entry: Entry) -> PainLimit:
    limit = PainLimit(
        code=entry.code(),
        causes=frozenset(entry.words("causes")),
        during_nprs=entry.whole("during_nprs", required=False),
        strength_nprs=entry.whole("strength_nprs", required=False),
        morning_change=entry.whole("morning_change_nprs", required=False),
        clinician_sets=entry.flag("clinician_sets"),
        red_from_nprs=entry.whole("red_from_nprs", required=False),
        stop_at_first=entry.text("stop_at_first", required=False),
        text=entry.must_text("text"),
        source=entry.sources(),
        mark=entry.mark(),
        after_counts=entry.flag("after_counts"),
        morning_max_nprs=entry.whole("morning_max_nprs", required=False),
    )
    if limit.during_nprs is None and not limit.clinician_sets:
        entry.report("during_nprs", "missing: a limit, or clinician_sets")
    return _finished(entry, limit)


def _bands(entry: Entry) -> Bands:
    names = ("amber_over_limit_from", "amber_over_limit_to", "red_over_limit_from", "red_during_from")
    names += ("amber_morning_from", "red_morning_from", "baseline_days")
    numbers = {name: entry.whole(name) or 0 for name in names}
    entry.word("unit", choices=("nprs",))
    return _finished(
        entry, Bands(**numbers, rounding=entry.word("rounding"), source=entry.sources(), mark=entry.mark())
    )


def _step(entry: Entry) -> StepRule:
    return _finished(
        entry, StepRule(entry.code(), entry.must_text("text"), numbers_of(entry), entry.sources(), entry.mark())
    )


def _saying(entry: Entry) -> Saying:
    """Read one reason; both languages name the same values."""
    saying = Saying(entry.code(), entry.must_text("text"), entry.sources(), entry.mark())
    names = [
        sorted(name for _, name, _, _ in Formatter().parse(text) if name) for text in (saying.text.en, saying.text.es)
    ]
    if names[0] != names[1]:
        entry.report("text_es", f"names {names[1]}, the English text {names[0]}")
    return _finished(entry, saying)


def _effort(entry: Entry) -> Effort:
    entry.word("unit", choices=("CR-10",))
    effort = Effort(
        code=entry.code(),
        text=entry.must_text("text"),
        low=entry.whole("low") or 0,
        high=entry.whole("high") or 0,
        source=entry.sources(),
        mark=entry.mark(),
    )
    return _finished(entry, effort)


def _alert(entry: Entry) -> Alert:
    alert = Alert(
        code=entry.code(),
        text=entry.must_text("text"),
        due=entry.word("due", choices=DUE),
        owner=entry.word("owner"),
        level=entry.word("level", required=False, choices=LEVELS) or None,
        source=entry.sources(),
        mark=entry.mark(),
    )
    return _finished(entry, alert)


def load_running(checker: Checker, reasons: Mapping[str, Text]) -> RunningTable:
    """Read section 8: entry criteria, stages, practice, growth, back-down and the fields of the logs."""
    table = read_table(HERE / "running.toml", checker)
    loaded = RunningTable(
        entry=tuple(_criterion(entry) for entry in table.children("entry")),
        stages=tuple(_stage(entry) for entry in table.children("stage", name_key="number")),
        practice=_by_code(_step(entry) for entry in table.children("practice")),
        growth=_by_code(_step(entry) for entry in table.children("growth")),
        back_down=_by_code(_step(entry) for entry in table.children("back_down")),
        log_fields=tuple(_field(entry) for entry in table.children("field")),
        reasons=reasons,
    )
    table.finish()
    return loaded


def _criterion(entry: Entry) -> EntryCriterion:
    criterion = EntryCriterion(
        code=entry.code(),
        text=entry.must_text("text"),
        runner=entry.must_text("runner"),
        only_causes=frozenset(entry.words("only_causes", required=False)),
        skip_causes=frozenset(entry.words("skip_causes", required=False)),
        numbers=numbers_of(entry),
        source=entry.sources(),
        mark=entry.mark(),
    )
    return _finished(entry, criterion)


def _stage(entry: Entry) -> Stage:
    stage = Stage(
        number=entry.whole("number") or 0,
        walk_minutes=entry.number("walk_minutes") or 0,
        run_minutes=entry.number("run_minutes") or 0,
        repetitions=entry.whole("repetitions") or 0,
        total_run_minutes=entry.number("total_run_minutes") or 0,
        greens=entry.whole("greens") or 0,
        text=entry.must_text("text"),
        source=entry.sources(),
        mark=entry.mark(),
    )
    if stage.run_minutes * stage.repetitions != stage.total_run_minutes:
        entry.report("total_run_minutes", "is not run_minutes times repetitions")
    return _finished(entry, stage)


def _field(entry: Entry) -> LogField:
    field = LogField(
        code=entry.code(),
        log=entry.word("log", choices=LOGS),
        label=entry.must_text("label"),
        unit=entry.word("unit", required=False),
        low=entry.number("low", required=False),
        high=entry.number("high", required=False),
        computed=entry.flag("computed"),
        source=entry.sources(),
        mark=entry.mark(),
    )
    if (field.low is not None or field.high is not None) and not field.unit:
        entry.report("unit", "number without unit")
    return _finished(entry, field)


def load_measures(checker: Checker) -> Mapping[str, Measure]:
    """Read section 9: the outcome measures, their scoring, changes and licences."""
    table = read_table(HERE / "measures.toml", checker)
    loaded = _by_code(_measure(entry) for entry in table.children("measure"))
    table.finish()
    return loaded


def _measure(entry: Entry) -> Measure:
    measure = Measure(
        code=entry.code(),
        name=entry.must_text("name"),
        low=entry.number("low") or 0,
        high=entry.number("high") or 0,
        unit=entry.word("unit", choices=UNITS),
        higher_is_better=entry.flag("higher_is_better"),
        item_count=entry.whole("item_count", required=False),
        scoring=entry.must_text("scoring"),
        changes=tuple(_change(change) for change in entry.children("change")),
        licence=entry.must_text("licence"),
        stores=entry.word("stores", choices=STORES),
        causes=frozenset(entry.words("causes")),
        numbers=numbers_of(entry),
        primary=entry.flag("primary"),
        schedule_weeks=tuple(round(week) for week in entry.numbers("schedule_weeks")),
        at_discharge=entry.flag("at_discharge"),
        source=entry.sources(),
        mark=entry.mark(),
        days_early=entry.whole("schedule_days_early", required=False) or 0,
    )
    return _finished(entry, measure)


def _change(entry: Entry) -> Change:
    change = Change(
        kind=entry.word("kind", choices=CHANGES),
        code=entry.code(),
        value=entry.number("value") or 0,
        value_high=entry.number("value_high", required=False),
        unit=entry.word("unit", choices=UNITS),
        text=entry.must_text("text"),
        source=entry.sources(),
        mark=entry.mark(),
    )
    return _finished(entry, change)
