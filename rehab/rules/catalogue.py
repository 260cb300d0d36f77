"""The shapes of the rehab tables: exercises, needs, contra words, treatments.  Values only, no rules.

Every number keeps its unit in its name or beside it.  ``None`` means that the source gives no value:
it is shown as "not specified" and never guessed.  ``mark`` is ``CONV`` (clinic convention) or ``GK``
(general knowledge); both wait for the clinic lead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from clinic.terms import Text
from rehab.rules.course_tables import Measure, ProgressTable, RunningTable
from rehab.rules.mapping_tables import MappingTable
from rehab.rules.pose_tables import FigureTable
from rehab.rules.reminders import ReminderTable
from rehab.rules.session import Timing
from rehab.rules.watch import WatchTable


@dataclass(frozen=True)
class Span:
    """From ``low`` to ``high``, both included; equal where the source gives one number."""

    low: float
    high: float


@dataclass(frozen=True)
class Tempo:
    """Seconds for the way up, the hold and the way down."""

    up: float
    hold: float
    down: float


@dataclass(frozen=True)
class Dose:
    """What one level asks for.

    ``unit`` is ``r`` repetitions, ``s`` seconds held, ``breaths``, ``steps``, ``m`` metres or ``min``.
    ``scheme`` lists the repetitions set by set (6-4-2); ``load_percent`` is per cent of body weight,
    ``load_kg`` kilograms.  ``times_a_week`` counts days, ``times_a_day`` sessions on such a day.
    """

    sets: int | None
    amount: Span | None
    unit: str | None
    per_side: bool = False
    scheme: tuple[int, ...] = ()
    tempo: Tempo | None = None
    hold_seconds: Span | None = None
    rest_seconds: Span | None = None
    times_a_week: Span | None = None
    times_a_day: Span | None = None
    rpe: Span | None = None
    load_kg: Span | None = None
    load_percent: Span | None = None


@dataclass(frozen=True)
class ExerciseLevel:
    """One step of a ladder; ``number`` counts from 1, the easiest."""

    number: int
    name: Text
    dose: Dose
    equipment: frozenset[str] = frozenset()  # what this level needs; always-there things included
    mark: str = ""


@dataclass(frozen=True)
class Question:
    """What is asked before a plan or a treatment.  ``asked_by_triage``: the same fact has its answer there."""

    code: str
    text: Text
    asked_by_triage: bool
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class Contraindication:
    """A fact that closes an exercise.  PRESENT blocks it, NOT_ASSESSED withholds it.

    ``code`` is a fact of ``CaseFacts.answers``.  The fact closes ``from_level`` and every higher level
    (1 = the whole exercise).  ``from_gestation_weeks``: only from that week of a pregnancy on.
    ``unless_clot_excluded_by_imaging``: does not count once a scan has excluded a clot.
    ``unless_failed``: does not count when one of these needs failed.
    """

    code: str
    question: Text
    from_level: int = 1
    from_gestation_weeks: int | None = None
    unless_clot_excluded_by_imaging: bool = False
    unless_failed: frozenset[str] = frozenset()
    source: tuple[str, ...] = ()
    mark: str = ""


@dataclass(frozen=True)
class Gates:
    """What must be true before an exercise, or a level of it, may be given.

    ``only_causes``: only with one of these recorded diagnoses.  ``closed_causes``: never with these until
    a specialist's release, nor while their row is open.  ``as_treatment``: never while something known forbids
    that treatment.  ``from_onset_days``: for everybody; ``strain_closed_hours``: hours after the
    onset of a strain; both are withheld while the onset is unknown.  ``gait_attempted``: closed by the
    finding ``gait_not_attempted``.  ``needs_levels``: other exercises at or above these levels.
    ``unreleased_max_level``: the highest level for a cause before its release (0 = none).
    ``running_from_level``: this level and higher are running and wait for the entry criteria of running.
    ``strain_grades_closed``: a strain of these grades keeps it closed until pain is at most
    ``strain_grade_pain_limit_nprs``.  ``min_single_raises``, ``min_raise_symmetry_percent`` (weaker side of
    the stronger) and ``max_walk_pain_nprs``: measured limits; a value that is missing keeps it closed.
    """

    only_causes: frozenset[str] = frozenset()
    closed_causes: frozenset[str] = frozenset()
    as_treatment: str = ""
    from_onset_days: int | None = None
    strain_closed_hours: int | None = None
    strain_grades_closed: tuple[int, ...] = ()
    strain_grade_pain_limit_nprs: int | None = None
    gait_attempted: bool = False
    needs_levels: tuple[tuple[str, int], ...] = ()
    min_single_raises: int | None = None
    min_raise_symmetry_percent: int | None = None
    max_walk_pain_nprs: int | None = None
    unreleased_max_level: tuple[tuple[str, int], ...] = ()
    running_from_level: int | None = None
    source: tuple[str, ...] = ()
    mark: str = ""


NO_GATES = Gates()


@dataclass(frozen=True)
class Exercise:
    """One exercise with its whole ladder; ``cover`` maps a need (sides folded) to weight 2 or 1.

    ``kind`` is ``strength``, ``core``, ``calf``, ``length``, ``release``, ``foot``, ``gait`` or ``running``:
    the session cap keeps forced, then core, then calf, then the rest.  ``equipment`` is what its first
    level needs.  ``add_on`` exercises are never chosen by a need (their cover is empty or secondary).
    """

    code: str
    number: str
    name: Text
    kind: str
    seed_named: bool
    evidence: int
    cover: Mapping[str, int]
    high_spine_load: bool
    equipment: frozenset[str]
    levels: tuple[ExerciseLevel, ...]
    contraindications: tuple[Contraindication, ...]
    gates: Gates
    impact: bool
    progress_rule: str
    regress_rule: str
    progress_also: Text | None
    cues: Text
    faults: Text
    why: Text
    notes: Text | None
    add_on: bool
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class Rule:
    """One of the rules an exercise names (PR-A, RG-B ...), in words."""

    code: str
    text: Text
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class ContraWord:
    """What one word of the red-flag table forbids: exercises from a level on, and treatments."""

    code: str
    label: Text
    exercises: Mapping[str, int]  # exercise code -> first level that is closed; 1 = all of it
    treatments: frozenset[str]
    source: tuple[str, ...]
    mark: str = ""


class Verdict(StrEnum):
    """What the treatment table says for one condition."""

    FORBIDDEN = "forbidden"
    REASON_NEEDED = "reason_needed"
    OK = "ok"
    NOTHING = "nothing"  # this column adds nothing: the others and the lock decide
    REFERRAL_ONLY = "referral_only"


@dataclass(frozen=True)
class TreatmentCell:
    """One cell of the treatment table.

    ``otherwise`` is the verdict where a limit does not hold: before ``from_gestation_weeks``, after
    ``within_hours`` of onset, or once ``unless_clot_excluded_by_imaging`` is met.  A limit that cannot be
    judged because its number is unknown counts as met.
    """

    column: str
    verdict: Verdict
    qualifier: Text | None = None
    otherwise: Verdict | None = None
    from_gestation_weeks: int | None = None
    within_hours: int | None = None
    unless_clot_excluded_by_imaging: bool = False
    source: tuple[str, ...] = ()
    mark: str = ""


@dataclass(frozen=True)
class TreatmentColumn:
    """A condition of the table: any fact PRESENT, or a row open or confirmed, or a cause recorded.

    ``within_onset_hours`` adds: or the recorded diagnosis is a strain and the onset is not longer ago
    (an unknown onset counts as not longer ago).  ``need_answer``: facts that hold the treatment back while
    NOT_ASSESSED, where ``need_answer_if`` is not empty only while one of those is not recorded absent.
    ``cause_lifted_by``: a fact that, PRESENT, lifts the recorded cause; an open row stays.
    """

    code: str
    label: Text
    facts: frozenset[str]
    rows: frozenset[str]
    causes: frozenset[str]
    within_onset_hours: int | None
    need_answer: frozenset[str]
    need_answer_if: frozenset[str]
    cause_lifted_by: str
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class Treatment:
    """One treatment with its cells by column; ``offered_for`` lists causes and needs, ``("*",)`` = any."""

    code: str
    name: Text
    offered_for: tuple[str, ...]
    cells: Mapping[str, TreatmentCell]
    evidence: Text | None
    first_line: bool
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class RehabKnowledge:
    """Everything rehab knows, read once."""

    questions: Mapping[str, Question]
    exercises: Mapping[str, Exercise]  # by code, in catalogue order
    rules: Mapping[str, Rule]
    contra: Mapping[str, ContraWord]
    columns: Mapping[str, TreatmentColumn]
    treatments: Mapping[str, Treatment]
    mapping: MappingTable
    progress: ProgressTable
    running: RunningTable
    measures: Mapping[str, Measure]
    figures: FigureTable
    watch: WatchTable
    reasons: Mapping[str, Text]  # the sentences in which the rules of a course speak
    timing: Timing
    reminders: ReminderTable
