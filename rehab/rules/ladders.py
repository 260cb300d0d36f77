"""Where an exercise of a plan stands on its ladder, and what a step does to it.  Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from clinic.terms import Reason
from rehab.rules.catalogue import Exercise
from rehab.rules.logged import Judged

FULL = 100


class Kind(StrEnum):
    """What a step does.  UP and RESTORE_DOSE rise; HALF, DOWN and STOP go back; the others move nothing."""

    UP = "up"
    RESTORE_DOSE = "restore_dose"
    HOLD = "hold"
    HALF = "half"
    DOWN = "down"
    STOP = "stop48"
    ASK_TEST = "ask_test"
    MAINTAIN = "maintain"
    REASSESS = "reassess"


RISES = frozenset({Kind.UP, Kind.RESTORE_DOSE})
GOES_BACK = frozenset({Kind.HALF, Kind.DOWN, Kind.STOP})


@dataclass(frozen=True)
class ItemNow:
    """Where one exercise of a signed plan stands, with what was logged of it.

    ``level`` from ``min_level`` to ``max_level``, the range the signature covers; ``dose_percent`` 1 to 100.
    ``stepped_at``, ``step_rule``, ``rest_until`` and ``acted`` are those of its newest step: ``acted`` holds the
    ``inputs["acted"]`` of that step, so that no session moves an exercise back twice.  ``history``: the sessions in
    which it was named, each with the judgement of this exercise.  ``tested``: days of its length test, passed or not.
    ``begun_on``: the first day of its plan, or the first that ``history`` reaches back to; ``assessed_on``: the day of
    the newest examination.
    """

    item: str
    exercise: str
    progress_rule: str
    regress_rule: str
    is_calf: bool
    level: int
    max_level: int
    min_level: int = 1
    dose_percent: int = FULL
    stepped_at: datetime | None = None
    step_rule: str = ""
    rest_until: datetime | None = None
    acted: frozenset[str] = frozenset()
    history: Sequence[Judged] = ()
    tested: tuple[tuple[date, bool], ...] = ()
    begun_on: date | None = None
    assessed_on: date | None = None


def loads_calf(exercise: Exercise) -> bool:
    """Return whether an exercise is calf loading: calf strength, and everything with impact."""
    return exercise.kind == "calf" or exercise.impact


@dataclass(frozen=True)
class Step:
    """What the rules say comes next: level and dose afterwards, and until when the exercise rests.

    ``inputs`` are plain JSON values; what moves nothing keeps level and dose.
    """

    item: str
    kind: Kind
    level: int
    dose_percent: int
    rest_until: datetime | None
    rule: str
    reasons: tuple[Reason, ...]
    inputs: Mapping[str, object]

    @property
    def rises(self) -> bool:
        """Return whether level or dose goes up."""
        return self.kind in RISES

    @property
    def goes_back(self) -> bool:
        """Return whether level or dose goes down, or the exercise rests."""
        return self.kind in GOES_BACK
