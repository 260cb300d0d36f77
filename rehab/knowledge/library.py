"""Reads exercises.toml and questions.toml into frozen dataclasses, and refuses what is not whole."""

from pathlib import Path
from types import MappingProxyType

from clinic.tables import Checker, Entry, read_table
from clinic.terms import Text
from rehab.rules.catalogue import (
    NO_GATES,
    Contraindication,
    Dose,
    Exercise,
    ExerciseLevel,
    Gates,
    Question,
    Span,
    Tempo,
)

HERE = Path(__file__).resolve().parent
KINDS = ("strength", "core", "calf", "length", "release", "foot", "gait", "running")
UNITS = ("r", "s", "breaths", "steps", "m", "min")
EXERCISE_COUNT = 32
SPANS = ("hold_seconds", "rest_seconds", "times_a_week", "times_a_day", "rpe", "load_kg")
INHERITED = ("rest_seconds", "times_a_week", "times_a_day", "per_side")


def load_questions(checker: Checker, folder: Path = HERE):
    """Return the questions by code."""
    table = read_table(folder / "questions.toml", checker)
    found = {}
    for entry in table.children("question"):
        question = Question(
            entry.code(), entry.must_text("text"), entry.flag("asked_by_triage"), entry.sources(), entry.mark()
        )
        entry.finish()
        found[question.code] = question
    table.finish()
    return MappingProxyType(found)


def load_exercises(checker: Checker, questions, treatment_codes, folder: Path = HERE):
    """Return the exercises by code, in catalogue order."""
    table = read_table(folder / "exercises.toml", checker)
    found = {}
    for place, entry in enumerate(table.children("exercise"), start=1):
        exercise = _exercise(entry, questions, treatment_codes)
        if exercise.number != f"E{place:02}":
            entry.report("number", f"must be E{place:02}: the file keeps catalogue order")
        found[exercise.code] = exercise
    if len(found) != EXERCISE_COUNT:
        table.report("exercise", f"{len(found)} exercises instead of {EXERCISE_COUNT}")
    table.finish()
    for exercise in found.values():
        for code, level in exercise.gates.needs_levels:
            if code not in found or level > len(found[code].levels):
                checker.report(
                    "rehab/knowledge/exercises.toml", exercise.code, "needs_levels", f"no {code} level {level}"
                )
    return MappingProxyType(found)


def _exercise(entry: Entry, questions, treatment_codes) -> Exercise:
    shared = {key: entry for key in INHERITED if entry.has(key)}
    defaults = {key: _span(entry, key) for key in shared if key != "per_side"}
    per_side = entry.flag("per_side")
    exercise = Exercise(
        code=entry.code(),
        number=entry.word("number"),
        name=entry.must_text("name"),
        kind=entry.word("kind", choices=KINDS),
        seed_named=entry.flag("seed_named"),
        evidence=entry.whole("evidence", required=False) or 0,
        cover=_cover(entry),
        high_spine_load=entry.flag("high_spine_load"),
        equipment=frozenset(entry.words("equipment")),
        levels=tuple(
            _level(child, number, defaults, per_side)
            for number, child in enumerate(entry.children("level", required=False, name_key="number"), start=1)
        ),
        contraindications=tuple(_contraindication(child, questions) for child in entry.children("contraindications")),
        gates=_gates(entry, treatment_codes),
        impact=entry.flag("impact"),
        progress_rule=entry.word("progress_rule"),
        regress_rule=entry.word("regress_rule"),
        progress_also=entry.text("progress_also", required=False),
        cues=entry.must_text("cues"),
        faults=entry.must_text("faults"),
        why=entry.must_text("why"),
        notes=entry.text("notes", required=False),
        add_on=entry.flag("add_on"),
        source=entry.sources(),
        mark=entry.mark(),
    )
    entry.finish()
    return exercise


def _cover(entry: Entry):
    weights = entry.mapping("cover")
    for need, weight in weights.items():
        if weight not in (1, 2):
            entry.report("cover", f"the weight of {need} must be 1 or 2")
    return weights


def _span(entry: Entry, key: str) -> Span | None:
    """Return [low, high] or [value]; the unit stands in the key."""
    values = entry.numbers(key, required=False)
    if not values:
        return None
    if len(values) > 2 or values[0] > values[-1] or values[0] < 0:
        entry.report(key, "must be one number, or a low and a high one")
        return None
    return Span(values[0], values[-1])


def _level(entry: Entry, number: int, defaults, per_side: bool) -> ExerciseLevel:
    if entry.whole("number") != number:
        entry.report("number", f"must be {number}: levels stand in order")
    tempo = entry.numbers("tempo_seconds", required=False, length=3)
    spans = {key: _span(entry, key) or defaults.get(key) for key in SPANS}
    amount = _span(entry, "amount")
    scheme = tuple(int(value) for value in entry.numbers("scheme_reps", required=False))
    unit = (
        entry.unit_of("amount", UNITS)
        if entry.has("amount")
        else entry.word("unit", required=bool(scheme), choices=UNITS)
    )
    dose = Dose(
        sets=entry.whole("sets", required=amount is not None),
        amount=amount,
        unit=unit or None,
        per_side=entry.flag("per_side", default=per_side),
        scheme=scheme,
        tempo=Tempo(*tempo) if tempo else None,
        load_percent=_span(entry, "load_percent_of_body_weight"),
        **spans,
    )
    equipment = frozenset(entry.words("equipment", required=False))
    level = ExerciseLevel(number, entry.must_text("name"), dose, equipment, entry.mark())
    entry.finish()
    return level


def _contraindication(entry: Entry, questions) -> Contraindication:
    code = entry.code()
    question = questions.get(code)
    if question is None:
        entry.report("code", f"{code} has no question in questions.toml")
    found = Contraindication(
        code=code,
        question=question.text if question else Text("", ""),
        from_level=entry.whole("from_level", required=False) or 1,
        from_gestation_weeks=entry.whole("from_gestation_weeks", required=False),
        unless_clot_excluded_by_imaging=entry.flag("unless_clot_excluded_by_imaging"),
        unless_failed=frozenset(entry.words("unless_failed", required=False)),
        source=question.source if question else (),
        mark=question.mark if question else "",
    )
    entry.finish()
    return found


def _gates(parent: Entry, treatment_codes) -> Gates:
    if not parent.has("gates"):
        return NO_GATES
    entry = parent.section("gates")
    gates = Gates(
        only_causes=frozenset(entry.words("only_causes", required=False)),
        closed_causes=frozenset(entry.words("closed_causes", required=False)),
        as_treatment=entry.word("as_treatment", required=False, choices=treatment_codes),
        from_onset_days=entry.whole("from_onset_days", required=False),
        strain_closed_hours=entry.whole("strain_closed_hours", required=False),
        strain_grades_closed=tuple(int(grade) for grade in entry.numbers("strain_grades_closed", required=False)),
        strain_grade_pain_limit_nprs=entry.whole("strain_grade_pain_limit_nprs", required=False),
        gait_attempted=entry.flag("gait_attempted"),
        needs_levels=tuple(_levels_by_code(entry, "needs_levels")),
        min_single_raises=entry.whole("min_single_raises", required=False),
        min_raise_symmetry_percent=entry.whole("min_raise_symmetry_percent", required=False),
        max_walk_pain_nprs=entry.whole("max_walk_pain_nprs", required=False),
        unreleased_max_level=tuple(_levels_by_code(entry, "unreleased_max_level")),
        running_from_level=entry.whole("running_from_level", required=False),
        source=entry.sources(),
        mark=entry.mark(),
    )
    entry.finish()
    return gates


def _levels_by_code(entry: Entry, key: str):
    for code, level in entry.mapping(key, required=False).items():
        if isinstance(level, bool) or not isinstance(level, int) or level < 0:
            entry.report(key, f"{code} must be a level")
        else:
            yield code, level
