"""The shapes of the tables that follow a plan: pain limits, alerts, return to running, outcome measures."""

from collections.abc import Mapping
from dataclasses import dataclass

from clinic.terms import Text


@dataclass(frozen=True)
class PainLimit:
    """How much pain (NPRS 0-10) a diagnosis allows; ``None`` = the clinician must set it first.

    ``morning_change``: allowed rise over the usual morning value.  ``stop_at_first``: symptoms that end a
    session at once.  ``red_from_nprs``: any bone pain from this value on is RED.  ``after_counts``: pain just after
    must be said too.  ``morning_max_nprs``: a morning is held against this value, whatever the usual one is.
    """

    code: str
    causes: frozenset[str]
    during_nprs: int | None
    strength_nprs: int | None
    morning_change: int | None
    clinician_sets: bool
    red_from_nprs: int | None
    stop_at_first: Text | None
    text: Text
    source: tuple[str, ...]
    mark: str = ""
    after_counts: bool = False
    morning_max_nprs: int | None = None


@dataclass(frozen=True)
class Bands:
    """The edges of GREEN, AMBER and RED, in NPRS points above the limit or above the usual morning."""

    amber_over_limit_from: int
    amber_over_limit_to: int
    red_over_limit_from: int
    red_during_from: int
    amber_morning_from: int
    red_morning_from: int
    baseline_days: int
    rounding: str
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class StepRule:
    """What happens to one exercise after sessions: code, words and the numbers it needs by name."""

    code: str
    text: Text
    numbers: Mapping[str, float]
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class Effort:
    """A range of effort on Borg CR-10 (0-10)."""

    code: str
    text: Text
    low: int
    high: int
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class Alert:
    """What must reach a clinician, and by when.

    ``due``: ``immediate``, ``same_day``, ``one_working_day``, ``day_7`` or ``day_14``; ``owner`` is the
    role that must act; ``level`` is the triage level it opens, if it opens one.
    """

    code: str
    text: Text
    due: str
    owner: str
    level: str | None
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class Saying:
    """One reason that the rules give; ``{name}`` in the text is filled from the inputs of the judgement."""

    code: str
    text: Text
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class ProgressTable:
    """Section "loading and safety": limits, bands, steps, effort, alerts, acute care, and the reasons in words."""

    limits: tuple[PainLimit, ...]
    bands: Bands
    steps: Mapping[str, StepRule]
    efforts: Mapping[str, Effort]
    alerts: Mapping[str, Alert]
    acute_care: Mapping[str, StepRule]
    sayings: Mapping[str, Saying]


@dataclass(frozen=True)
class EntryCriterion:
    """One condition before the first run; ``not assessed`` blocks.  ``numbers`` holds its limits.

    ``runner`` says the same to the runner: what to do, or who does it.
    """

    code: str
    text: Text
    runner: Text
    only_causes: frozenset[str]
    skip_causes: frozenset[str]
    numbers: Mapping[str, float]
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class Stage:
    """One stage of walk-run: minutes of walk and run, repeated; passed by ``greens`` GREEN sessions."""

    number: int
    walk_minutes: float
    run_minutes: float
    repetitions: int
    total_run_minutes: float
    greens: int
    text: Text
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class LogField:
    """One field of the run or exercise log; ``unit`` is empty where the field has none."""

    code: str
    log: str
    label: Text
    unit: str
    low: float | None
    high: float | None
    computed: bool
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class RunningTable:
    """Section "return to running": entry, stages, growth, back-down, what is logged, and the sentences."""

    entry: tuple[EntryCriterion, ...]
    stages: tuple[Stage, ...]
    practice: Mapping[str, StepRule]
    growth: Mapping[str, StepRule]
    back_down: Mapping[str, StepRule]
    log_fields: tuple[LogField, ...]
    reasons: Mapping[str, Text]


@dataclass(frozen=True)
class Change:
    """How large a change counts: ``kind`` is ``mcid`` or ``mdc``; ``value`` in points or per cent."""

    kind: str
    code: str
    value: float
    value_high: float | None
    unit: str
    text: Text
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class Measure:
    """One outcome measure.  No wording of a licensed item is kept; ``stores`` says what is.

    ``days_early``: on how many days before a point of its schedule the runner may answer for it already.
    """

    code: str
    name: Text
    low: float
    high: float
    unit: str
    higher_is_better: bool
    item_count: int | None
    scoring: Text
    changes: tuple[Change, ...]
    licence: Text
    stores: str
    causes: frozenset[str]
    numbers: Mapping[str, float]
    primary: bool
    schedule_weeks: tuple[int, ...]
    at_discharge: bool
    source: tuple[str, ...]
    mark: str = ""
    days_early: int = 0
