"""May this exercise be given today, and up to which level?  Every closed door says why.

A fact that is PRESENT forbids, a fact that is NOT_ASSESSED withholds and names its question.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from clinic.terms import Answer, CaseFacts, OutcomeType, Reason, Side, SignOffKind, TestResult, in_english
from rehab.rules import phrases
from rehab.rules.catalogue import NO_GATES, Contraindication, ContraWord, Exercise, Gates
from rehab.rules.mapping_tables import MappingTable

ONSET = "onset_days"
PAIN = "pain_nprs"
RAISES_TEST = "GS_RAISES"
WALK_PAIN_TEST = "WALK_PAIN"
PAIN_UNITS = frozenset({"NPRS", "nprs", "nprs_0_10"})
HOURS_A_DAY = 24


class Status(StrEnum):
    """OK: may be given.  WITHHELD: an answer is missing.  FORBIDDEN: something known speaks against it."""

    OK = "ok"
    WITHHELD = "withheld"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True)
class Situation:
    """What the gates look at: the case, and what triage says of it today.

    ``contra_words`` are the words of the red-flag table that bind now, ``open_causes`` the causes of the rows that
    are open, ``refused`` what is known to forbid a treatment, ``levels`` the level each exercise
    of the running plan has reached, ``running_open`` whether the entry criteria of running are met,
    ``at_hand`` the equipment that is there.
    """

    case: CaseFacts
    failed: frozenset[str] = frozenset()
    contra_words: frozenset[str] = frozenset()
    open_causes: frozenset[str] = frozenset()
    refused: Mapping[str, tuple[Reason, ...]] = field(default_factory=lambda: MappingProxyType({}))
    massage_lock: bool = False
    strain_grade: int | None = None
    levels: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    running_open: bool = False
    at_hand: frozenset[str] = frozenset()

    @property
    def is_released(self) -> bool:
        """Return whether a specialist's release of the recorded diagnosis is on record."""
        return any(
            sign_off.kind is SignOffKind.RELEASED
            and sign_off.item == self.case.diagnosis
            and all(word.strip() for word in (sign_off.by, sign_off.on, sign_off.reason))
            for sign_off in self.case.sign_offs
        )

    @property
    def uncleared_causes(self) -> frozenset[str]:
        """Return the causes that still bind: of every open row, and the diagnosis until it is released."""
        diagnosis = self.case.diagnosis
        return self.open_causes | (frozenset() if self.is_released or diagnosis is None else {diagnosis})

    @property
    def clot_excluded_by_imaging(self) -> bool:
        """Return whether a negative scan excluded a clot."""
        return any(
            outcome.item == "RF-DVT"
            and outcome.outcome is OutcomeType.EXCLUDED
            and TestResult.NEGATIVE in (outcome.scan, outcome.repeat_scan)
            for outcome in self.case.outcomes
        )


@dataclass(frozen=True)
class Closure:
    """One closed door: from which level on, why, and which question may open it."""

    reason: Reason
    from_level: int = 1
    question: str | None = None


@dataclass(frozen=True)
class Opening:
    """What the gates say of one exercise.  ``max_level`` is the highest level open today, 0 = none."""

    code: str
    status: Status
    max_level: int
    because: tuple[Reason, ...]
    ask_first: tuple[str, ...]


def opening(exercise: Exercise, here: Situation, table: MappingTable, contra: Mapping[str, ContraWord]) -> Opening:
    """Return whether an exercise may be given, judged by every gate that names it (2.4, 5, 6.2)."""
    closures = tuple(closures_of(exercise, here, table, contra))
    whole = [closure for closure in closures if closure.from_level <= 1]
    if any(closure.question is None for closure in whole):
        status = Status.FORBIDDEN
    else:
        status = Status.WITHHELD if whole else Status.OK
    ceiling = min((closure.from_level - 1 for closure in closures), default=max(1, len(exercise.levels)))
    return Opening(
        code=exercise.code,
        status=status,
        max_level=highest_level(exercise, ceiling, here.at_hand),
        because=tuple(closure.reason for closure in closures),
        ask_first=tuple(dict.fromkeys(c.question for c in closures if c.question))
        if status is not Status.FORBIDDEN
        else (),
    )


def highest_level(exercise: Exercise, ceiling: int, at_hand: frozenset[str]) -> int:
    """Return the highest level up to a ceiling whose equipment is there; without a ladder, the ceiling."""
    if not exercise.levels:
        return ceiling
    return max(usable_levels(exercise, ceiling, at_hand), default=0)


def usable_levels(exercise: Exercise, ceiling: int, at_hand: frozenset[str]) -> tuple[int, ...]:
    """Return the numbers of the levels up to a ceiling whose equipment is there."""
    return tuple(step.number for step in exercise.levels if step.number <= ceiling and step.equipment <= at_hand)


def closures_of(
    exercise: Exercise, here: Situation, table: MappingTable, contra: Mapping[str, ContraWord]
) -> Iterator[Closure]:
    """Yield every reason against an exercise, or against its higher levels."""
    if exercise.code in here.case.blocked:
        yield Closure(Reason("BLOCKED", in_english(phrases.BLOCKED, exercise=exercise.name.en), "6.1"))
    yield from _by_contra_words(exercise, here, contra)
    for contraindication in exercise.contraindications:
        yield from _by_contraindication(contraindication, here)
    if exercise.gates is not NO_GATES:
        yield from _by_cause(exercise, here)
        yield from (Closure(reason) for reason in here.refused.get(exercise.gates.as_treatment, ()))
        yield from _by_time(exercise, here, table)
        yield from _by_measurement(exercise, here)
    yield from _by_equipment(exercise, here, table)


def _by_contra_words(exercise: Exercise, here: Situation, contra: Mapping[str, ContraWord]) -> Iterator[Closure]:
    for code in sorted(here.contra_words):
        word = contra.get(code)
        if word is not None and exercise.code in word.exercises:
            text = in_english(phrases.ALARM, what=word.label.en)
            yield Closure(Reason(f"CONTRA-{code}", text, ", ".join(word.source)), word.exercises[exercise.code])
    if here.massage_lock and exercise.kind == "release":
        yield Closure(Reason("MASSAGE-LOCK", phrases.MASSAGE_LOCK.en, "S1.62"))


def _by_contraindication(contraindication: Contraindication, here: Situation) -> Iterator[Closure]:
    answer = contraindication_answer(contraindication, here)
    if answer is Answer.ABSENT:
        return
    source = ", ".join(contraindication.source)
    if answer is Answer.PRESENT:
        text = in_english(phrases.PRESENT, question=contraindication.question.en)
        yield Closure(Reason(f"CONTRAINDICATION-{contraindication.code}", text, source), contraindication.from_level)
    else:
        text = in_english(phrases.NOT_ASKED, question=contraindication.question.en)
        reason = Reason(f"ASK-{contraindication.code}", text, source)
        yield Closure(reason, contraindication.from_level, contraindication.code)


def contraindication_answer(contraindication: Contraindication, here: Situation) -> Answer:
    """Return whether a contraindication counts today; its exceptions turn it into ABSENT."""
    answer = here.case.answer(contraindication.code)
    if contraindication.unless_failed & here.failed:
        return Answer.ABSENT
    if contraindication.unless_clot_excluded_by_imaging and here.clot_excluded_by_imaging:
        return Answer.ABSENT
    weeks, limit = here.case.patient.gestation_weeks, contraindication.from_gestation_weeks
    if limit is not None and weeks is not None and weeks < limit:
        return Answer.ABSENT
    return answer


def _by_cause(exercise: Exercise, here: Situation) -> Iterator[Closure]:
    gates, uncleared = exercise.gates, here.uncleared_causes
    source = ", ".join(gates.source)
    if gates.only_causes and here.case.diagnosis not in gates.only_causes:
        text = in_english(phrases.ONLY_WITH, causes=" / ".join(sorted(gates.only_causes)))
        yield Closure(Reason("GATE-CAUSE", text, source))
    for cause in sorted(gates.closed_causes & uncleared):
        yield Closure(Reason("GATE-RELEASE", in_english(phrases.CLOSED_WITH, cause=cause), source))
    for cause, highest in gates.unreleased_max_level:
        if cause in uncleared:
            text = in_english(phrases.AT_MOST_LEVEL, cause=cause, level=highest)
            yield Closure(Reason("GATE-RELEASE", text, source), highest + 1)


def _by_time(exercise: Exercise, here: Situation, table: MappingTable) -> Iterator[Closure]:
    gates, case = exercise.gates, here.case
    source, days = ", ".join(gates.source), case.patient.onset_days
    # Without a diagnosis a strain is not ruled out, so its hours count too.
    may_be_strain = case.diagnosis is None or case.diagnosis in table.strain_causes
    hours = gates.strain_closed_hours if may_be_strain else None
    if (gates.from_onset_days is not None or hours is not None) and days is None:
        yield Closure(Reason(f"ASK-{ONSET}", phrases.NO_ONSET.en, source), question=ONSET)
    elif days is not None:
        if gates.from_onset_days is not None and days < gates.from_onset_days:
            yield Closure(Reason("GATE-ONSET", in_english(phrases.NOT_BEFORE_DAY, day=gates.from_onset_days), source))
        if hours is not None and days * HOURS_A_DAY < hours:
            yield Closure(Reason("GATE-STRAIN", in_english(phrases.NOT_IN_HOURS, hours=hours), source))
    if gates.gait_attempted and not case.lacks("gait_not_attempted"):
        question = None if case.has("gait_not_attempted") else "gait_not_attempted"
        yield Closure(Reason("GATE-GAIT", phrases.WALK_FIRST.en, source), question=question)


def _by_measurement(exercise: Exercise, here: Situation) -> Iterator[Closure]:
    gates, source = exercise.gates, ", ".join(exercise.gates.source)
    if here.strain_grade in gates.strain_grades_closed and gates.strain_grade_pain_limit_nprs is not None:
        yield from _by_pain(here, gates.strain_grade_pain_limit_nprs, source)
    yield from _by_raises(here, gates, source)
    if gates.max_walk_pain_nprs is not None:
        walk = [m.value for m in here.case.measurements if m.test == WALK_PAIN_TEST and m.value is not None]
        if not walk or max(walk) > gates.max_walk_pain_nprs:
            text = in_english(phrases.WALK_PAIN, limit=gates.max_walk_pain_nprs)
            yield Closure(Reason("GATE-WALK-PAIN", text, source), question=None if walk else WALK_PAIN_TEST)
    for code, level in gates.needs_levels:
        if here.levels.get(code, 0) < level:
            yield Closure(Reason("GATE-LEVELS", in_english(phrases.LEVEL_REACHED, exercise=code, level=level), source))
    if gates.running_from_level is not None and not here.running_open:
        text = in_english(phrases.IS_RUNNING, level=gates.running_from_level)
        yield Closure(Reason("GATE-RUNNING", text, source), gates.running_from_level)


def _by_raises(here: Situation, gates: Gates, source: str) -> Iterator[Closure]:
    """Close hopping until the single heel raises of both sides are counted, enough and even."""
    if gates.min_single_raises is None and gates.min_raise_symmetry_percent is None:
        return
    raises = _sides(here.case, RAISES_TEST)
    if gates.min_single_raises is not None and (len(raises) < 2 or min(raises) < gates.min_single_raises):
        text = in_english(phrases.RAISES, count=gates.min_single_raises)
        yield Closure(Reason("GATE-RAISES", text, source), question=None if len(raises) == 2 else RAISES_TEST)
    percent = gates.min_raise_symmetry_percent
    if percent is not None and (len(raises) < 2 or min(raises) * 100 < percent * max(raises)):
        text = in_english(phrases.RAISES_EVEN, percent=percent)
        yield Closure(Reason("GATE-SYMMETRY", text, source), question=None if len(raises) == 2 else RAISES_TEST)


def _by_pain(here: Situation, limit: int, source: str) -> Iterator[Closure]:
    """Close a stretch after a larger strain until the highest pain measured is within the limit."""
    pains = [m.value for m in here.case.measurements if m.unit in PAIN_UNITS and m.value is not None]
    pains += [m.pain_nprs for m in here.case.measurements if m.pain_nprs is not None]
    text = in_english(phrases.STRAIN_PAIN, grade=here.strain_grade, limit=limit)
    if not pains:
        yield Closure(Reason(f"ASK-{PAIN}", text, source), question=PAIN)
    elif max(pains) > limit:
        yield Closure(Reason("GATE-STRAIN-PAIN", text, source))


def _sides(case: CaseFacts, test: str) -> list[float]:
    """Return the measured values of a test, the last one of each side."""
    values = {m.side: m.value for m in case.measurements if m.test == test and m.value is not None}
    return [values[side] for side in (Side.LEFT, Side.RIGHT) if side in values]


def _by_equipment(exercise: Exercise, here: Situation, table: MappingTable) -> Iterator[Closure]:
    missing = exercise.equipment - here.at_hand
    if missing:
        names = ", ".join(table.equipment[code].en if code in table.equipment else code for code in sorted(missing))
        yield Closure(Reason("EQUIPMENT", in_english(phrases.NEEDS, names=names), "6.2"))
