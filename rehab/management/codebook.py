"""Every code the product knows, from both apps' knowledge: what ``codes`` prints and ``decide`` accepts."""

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from clinic.terms import Answer, Text
from rehab.casefile import ANSWER_KINDS, TestShape, Vocabulary
from rehab.knowledge import rehab_knowledge
from triage.knowledge import triage_knowledge

ANSWERS = tuple(answer.value for answer in Answer)


@dataclass(frozen=True)
class Code:
    """One code with what a reader of the list wants to know."""

    code: str
    kind: str
    row: str
    label: Text
    unit: str
    values: tuple[str, ...]
    source: tuple[str, ...]

    def as_json(self):
        """Return the entry of ``codes --json``."""
        return {
            "code": self.code,
            "kind": self.kind,
            "row": self.row,
            "label_en": self.label.en,
            "label_es": self.label.es,
            "unit": self.unit,
            "values": list(self.values),
            "source": list(self.source),
        }


@cache
def code_list():
    """Return every code once: first what triage knows, then exercises, treatments, equipment, questions."""
    known = rehab_knowledge()
    found = {
        entry.code: Code(**{key: getattr(entry, key) for key in Code.__dataclass_fields__})
        for entry in triage_knowledge().codes
    }
    for entry in (*exercises(known), *treatments(known), *equipment(known), *questions(known)):
        found.setdefault(entry.code, entry)
    return tuple(found.values())


def exercises(known):
    """Yield every exercise; its number is understood in the input too."""
    for exercise in known.exercises.values():
        levels = tuple(str(level.number) for level in exercise.levels)
        yield Code(exercise.code, "exercise", exercise.number, exercise.name, "level", levels, exercise.source)


def treatments(known):
    """Yield every treatment with its possible verdicts."""
    for treatment in known.treatments.values():
        verdicts = ("ok", "reason_needed", "forbidden")
        yield Code(treatment.code, "treatment", "", treatment.name, "", verdicts, treatment.source)


def equipment(known):
    """Yield every piece of equipment that an exercise may need."""
    for code, label in known.mapping.equipment.items():
        yield Code(code, "equipment", "", label, "", ("there",), ("CONV",))


def questions(known):
    """Yield the questions before a plan or a treatment that triage does not ask; ``row`` names what they hold back."""
    rows = {}
    for exercise in known.exercises.values():
        for asked in exercise.contraindications:
            rows.setdefault(asked.code, exercise.code)
    for column in known.columns.values():
        for fact in sorted(column.need_answer):
            rows.setdefault(fact, column.code)
    for question in known.questions.values():
        if not question.asked_by_triage:
            yield Code(
                question.code, "finding", rows.get(question.code, ""), question.text, "", ANSWERS, question.source
            )


def _shape(test):
    return TestShape(test.unit, test.sides, test.low, test.high, test.methods, test.is_counted)


@cache
def vocabulary():
    """Return every code that the input of ``decide`` may name."""
    known, triage = rehab_knowledge(), triage_knowledge()
    by_kind = {}
    for entry in code_list():
        by_kind.setdefault(entry.kind, []).append(entry.code)
    answers = {e.code: e.kind for e in code_list() if e.kind in ANSWER_KINDS and e.code != "w10"}
    numbers = {exercise.number: code for code, exercise in known.exercises.items()}
    return Vocabulary(
        answers=MappingProxyType(answers),
        needs=frozenset(by_kind["need"]),
        causes=frozenset(by_kind["cause"]),
        exercises=MappingProxyType({**numbers, **{code: code for code in known.exercises}}),
        equipment=frozenset(by_kind["equipment"]),
        rows=frozenset(flag.code for flag in triage.red_flags.flags),
        tests=MappingProxyType({code: _shape(test) for code, test in triage.tests.items()}),
    )
