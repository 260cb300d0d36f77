"""Reads mapping.toml: needs, equipment, forced rules, substitutions, start levels, add-ons, contra words, rules."""

from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from clinic.tables import Checker, Entry, read_table
from clinic.terms import Text
from rehab.rules.catalogue import ContraWord, Rule
from rehab.rules.mapping_tables import AddOnRule, Elephant, ForcedRule, MappingTable, StartRule, Substitution

HERE = Path(__file__).resolve().parent
ANSWERS = ("present", "absent")


def load_mapping(checker: Checker, exercises, treatment_codes, folder: Path = HERE):
    """Return (mapping table, contra words, named rules)."""
    table = read_table(folder / "mapping.toml", checker)
    mapping = _mapping(table, exercises)
    words = {word.code: word for word in (_contra(e, exercises, treatment_codes) for e in table.children("contra"))}
    rules = {rule.code: rule for rule in map(_rule, table.children("rule"))}
    table.sources()
    table.mark()
    table.finish()
    for exercise in exercises.values():
        for rule in (exercise.progress_rule, exercise.regress_rule):
            if rule not in rules:
                checker.report("rehab/knowledge/exercises.toml", exercise.code, "rule", f"{rule} is no rule")
        for need in exercise.cover:
            if need not in mapping.needs:
                checker.report("rehab/knowledge/exercises.toml", exercise.code, "cover", f"{need} is no need")
        for kit in (exercise.equipment, *(level.equipment for level in exercise.levels)):
            for code in kit - mapping.equipment.keys():
                checker.report("rehab/knowledge/exercises.toml", exercise.code, "equipment", f"{code} is unknown")
    return mapping, MappingProxyType(words), MappingProxyType(rules)


def _mapping(table: Entry, exercises) -> MappingTable:
    entries = {entry.code(): entry for entry in table.children("need")}
    runner_needs = {code: entry.must_text("runner") for code, entry in entries.items()}
    needs = {code: _label(entry) for code, entry in entries.items()}
    kit = [_equipment(entry) for entry in table.children("equipment")]
    substitutions = [_substitution(entry, exercises) for entry in table.children("substitution", name_key="exercise")]
    return MappingTable(
        needs=MappingProxyType(needs),
        runner_needs=MappingProxyType(runner_needs),
        core_needs=frozenset(table.words("core_needs", choices=tuple(needs))),
        strain_causes=frozenset(table.words("strain_causes")),
        always_there=frozenset(thing.code for thing in kit if thing.always_there),
        stand_ins=MappingProxyType({thing.code: thing.stands_in_for for thing in kit if thing.stands_in_for}),
        equipment=MappingProxyType({thing.code: thing.label for thing in kit}),
        forced=tuple(_forced(entry, exercises, needs) for entry in table.children("forced")),
        substitutions=MappingProxyType({found.exercise: found for found in substitutions}),
        session_cap=table.whole("session_cap_exercises") or 0,
        cap_order=table.words("cap_order"),
        start=tuple(_start(entry, exercises) for entry in table.children("start")),
        add_ons=tuple(_add_on(entry, exercises) for entry in table.children("add_on", name_key="exercise")),
        default_strain_exercises=table.words("default_strain_exercises", choices=tuple(exercises)),
        default_strain_grades=frozenset(int(grade) for grade in table.numbers("default_strain_grades")),
        overstride_fact=table.word("overstride_fact"),
        overstride_exercise=table.word("overstride_exercise", choices=tuple(exercises)),
        elephants=tuple(_elephant(entry) for entry in table.children("elephant", name_key="fact")),
    )


class _Kit(NamedTuple):
    """One piece of equipment as it is written."""

    code: str
    always_there: bool
    stands_in_for: frozenset[str]
    label: Text


def _equipment(entry: Entry) -> _Kit:
    stands_in_for = frozenset(entry.words("stands_in_for", required=False))
    return _Kit(entry.code(), entry.flag("always_there"), stands_in_for, _label(entry))


def _label(entry: Entry) -> Text:
    """Return the label of a need or a piece of equipment; its source is checked with it."""
    label = entry.must_text("label")
    entry.sources()
    entry.mark()
    entry.finish()
    return label


def _forced(entry: Entry, exercises, needs) -> ForcedRule:
    rule = ForcedRule(
        code=entry.code(),
        causes=frozenset(entry.words("causes")),
        needs=frozenset(entry.words("needs", choices=tuple(needs))),
        exercises=entry.words("exercises", choices=tuple(exercises)),
        covers=frozenset(entry.words("covers", choices=tuple(needs))),
        text=entry.must_text("text"),
        source=entry.sources(),
        mark=entry.mark(),
    )
    entry.finish()
    return rule


def _substitution(entry: Entry, exercises) -> Substitution:
    found = Substitution(
        exercise=entry.word("exercise", choices=tuple(exercises)),
        substitute=entry.word("substitute", choices=tuple(exercises)),
        max_level=entry.whole("max_level", required=False),
        text=entry.must_text("text"),
        source=entry.sources(),
        mark=entry.mark(),
    )
    entry.finish()
    return found


def _start(entry: Entry, exercises) -> StartRule:
    rule = StartRule(
        code=entry.code(),
        exercises=entry.words("exercises", required=False, choices=tuple(exercises)),
        grade=entry.whole("grade", required=False),
        test=entry.word("test", required=False) or None,
        pain_above_nprs=entry.whole("pain_above_nprs", required=False),
        pain_up_to_nprs=entry.whole("pain_up_to_nprs", required=False),
        min_repetitions=entry.whole("min_repetitions", required=False),
        level=entry.whole("level") or 0,
        source=entry.sources(),
        mark=entry.mark(),
    )
    if (rule.grade is None) == (rule.test is None):
        entry.report("grade", "a start rule needs a grade or a test, not both")
    entry.finish()
    return rule


def _add_on(entry: Entry, exercises) -> AddOnRule:
    rule = AddOnRule(
        exercise=entry.word("exercise", choices=tuple(exercises)),
        causes=frozenset(entry.words("causes")),
        from_onset_days=entry.whole("from_onset_days", required=False),
        to_onset_days=entry.whole("to_onset_days", required=False),
        by_running_gates=entry.flag("by_running_gates"),
        text=entry.must_text("text"),
        source=entry.sources(),
        mark=entry.mark(),
    )
    entry.finish()
    return rule


def _elephant(entry: Entry) -> Elephant:
    fact, answer = entry.code("fact"), entry.word("answer", choices=ANSWERS)
    found = Elephant(fact, answer, entry.must_text("text"), entry.sources(), entry.mark())
    entry.finish()
    return found


def _rule(entry: Entry) -> Rule:
    rule = Rule(entry.code(), entry.must_text("text"), entry.sources(), entry.mark())
    entry.finish()
    return rule


def _contra(entry: Entry, exercises, treatment_codes) -> ContraWord:
    """Return what a word forbids; ``all_exercises`` and ``all_treatments`` stand for each of them."""
    closed = dict.fromkeys(exercises, 1) if entry.flag("all_exercises") else dict(entry.mapping("exercises", False))
    for code, level in closed.items():
        if code not in exercises or not isinstance(level, int) or level < 1:
            entry.report("exercises", f"{code} must be an exercise with its first closed level")
    everything = entry.flag("all_treatments")
    named = entry.words("treatments", required=not everything, choices=tuple(treatment_codes))
    word = ContraWord(
        code=entry.code(),
        label=entry.must_text("label"),
        exercises=MappingProxyType(closed),
        treatments=frozenset(treatment_codes if everything else named),
        source=entry.sources(),
        mark=entry.mark(),
    )
    entry.finish()
    return word
