"""What was logged, as plain values: what the rules of a course (sections 7, 8 and 9) look at.

Built from rows by ``rehab.history``.  Ratings are whole points from 0 to 10; ``None`` is "not said" and never counts
as zero.  Lists are ordered oldest first and hold no row that a correction has replaced.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from clinic.terms import Answer, Reason


class Colour(StrEnum):
    """How a session went; PENDING waits for the next morning, UNKNOWN lacks what a verdict needs."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    PENDING = "pending"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Morning:
    """The first steps of one morning: pain 0 to 10, and minutes of stiffness where said.

    ``said_on``: the day it was first entered; ``None`` = the same day.  Entered later it can speak against a session,
    never for it.  ``pain`` is the highest that was ever entered for it, ``lowest`` the lowest; ``None`` = the same.
    """

    day: date
    pain: int
    stiffness_minutes: int | None = None
    said_on: date | None = None
    lowest: int | None = None


@dataclass(frozen=True)
class ExerciseDone:
    """One exercise of a session.  ``full`` says that every set was done; ``skipped`` that none was.

    ``level`` from 1; ``dose_percent`` 1 to 100 of the full dose was asked; ``form`` is good, some, many, or empty.
    """

    item: str
    exercise: str
    level: int
    dose_percent: int = 100
    full: bool = True
    skipped: bool = False
    pain: int | None = None
    effort: int | None = None
    form: str = ""


@dataclass(frozen=True)
class Segment:
    """One stretch of a run: ``walk`` or ``run``, in minutes."""

    kind: str
    minutes: float


@dataclass(frozen=True)
class RunDone:
    """What was run.  ``stage`` is what the runner set out to do, ``None`` for a free run; minutes and km from 0."""

    stage: int | None = None
    km: float | None = None
    run_minutes: float | None = None
    walk_minutes: float | None = None
    longest_run_minutes: float | None = None
    segments: tuple[Segment, ...] = ()
    hills: bool = False
    onset_minute: int | None = None
    relief_minutes: int | None = None


@dataclass(frozen=True)
class Session:
    """One session of exercises, or one run with ``run`` filled.  ``began`` is when it started, with time zone.

    ``while_shut``: it was done while the plan rested; it is kept and never moves anything up.  ``safety_answered``:
    every question of the short safety set has an answer; silence counts as not asked.  ``root``: the id of its first
    version where a correction gave it a new one.  ``told_at``: when its newest version reached the clinic.
    """

    id: str
    day: date
    began: datetime
    minutes: int | None = None
    effort: int | None = None
    pain_before: int | None = None
    pain_during: int | None = None
    pain_after: int | None = None
    gait_change: Answer = Answer.NOT_ASSESSED
    tingling: Answer = Answer.NOT_ASSESSED
    safety_yes: bool = False
    while_shut: bool = False
    exercises: tuple[ExerciseDone, ...] = ()
    run: RunDone | None = None
    safety_answered: bool = False
    root: str = ""
    told_at: datetime | None = None

    @property
    def key(self) -> str:
        """Return the id that stays the same through every correction."""
        return self.root or self.id


def _empty() -> Mapping[str, object]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Judgement:
    """A colour with the rule that gave it, what it looked at, and why, for clinician and runner to read."""

    colour: Colour
    rule: str
    reasons: tuple[Reason, ...] = ()
    inputs: Mapping[str, object] = field(default_factory=_empty)


@dataclass(frozen=True)
class Judged:
    """One earlier session with its newest judgement, as the step rules read it."""

    session: Session
    judgement: Judgement
