"""What the criteria of section 8.1 look at, and what they answer: plain values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from clinic.terms import Answer, Side, Text
from rehab.rules.logged import Morning
from rehab.rules.wording import Told

BONE = "BSI"
PRESSURE = "PCS"


class Met(StrEnum):
    """MISSING: something is not recorded, and that blocks.  NOT_ASKED: the criterion does not hold for this runner."""

    MET = "met"
    NOT_MET = "not_met"
    MISSING = "missing"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class Criterion:
    """One criterion: its own words, how it stands, why, and the codes of the facts that are missing."""

    code: str
    text: Text
    met: Met
    reason: Told
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class BriskWalk:
    """The last brisk walk: minutes, the worst pain (NPRS 0-10), the rise next morning (points over the usual one)."""

    minutes: float | None = None
    pain: int | None = None
    gait_change: Answer = Answer.NOT_ASSESSED
    morning_change: int | None = None


@dataclass(frozen=True)
class Hops:
    """Single hops of the worse side: how many, pain (NPRS 0-10), felt afterwards, tingling."""

    count: int | None = None
    pain: int | None = None
    after_effect: Answer = Answer.NOT_ASSESSED
    tingling: Answer = Answer.NOT_ASSESSED


@dataclass(frozen=True)
class CalfWork:
    """One heel raise of the plan: its level from 1, and its GREEN sessions at the asked level or above."""

    name: Text
    level: int
    greens: int


def _no_values() -> Mapping[Side, float]:
    return MappingProxyType({})


@dataclass(frozen=True)
class EntryFacts:
    """Everything the criteria look at, as plain values; ``None`` and NOT_ASSESSED are "not recorded" and block.

    ``must_not_load``: the diagnoses that wait for a specialist's release; ``released``: those that have it.
    ``lunge_cm``, ``raises_straight`` and ``raises_bent`` hold the newest value of each side, LEFT and RIGHT;
    ``lunge_failed`` is the verdict of the knee-to-wall test of the painful side.  ``calf`` lists the bent-knee and
    the standing heel raise that the plan holds.  ``endurance_only``: no heel raise goes beyond what the gates of an
    unreleased compartment syndrome allow.  ``adherence_percent`` is done of asked over the days of the criterion.
    """

    today: date
    gate_open: bool | None = None
    cause: str | None = None
    cause_name: Text | None = None
    must_not_load: frozenset[str] = frozenset()
    released: frozenset[str] = frozenset()
    side: Side = Side.NONE
    walk: BriskWalk = BriskWalk()
    lunge_cm: Mapping[Side, float] = field(default_factory=_no_values)
    lunge_failed: Answer = Answer.NOT_ASSESSED
    raises_straight: Mapping[Side, float] = field(default_factory=_no_values)
    raises_bent: Mapping[Side, float] = field(default_factory=_no_values)
    raise_symptoms: Answer = Answer.NOT_ASSESSED
    hops: Hops = Hops()
    calf: tuple[CalfWork, ...] = ()
    endurance_only: Answer = Answer.NOT_ASSESSED
    mornings: tuple[Morning, ...] = ()
    plan_started: date | None = None
    adherence_percent: float | None = None
    bone_cleared: Answer = Answer.NOT_ASSESSED
    pain_free_walk_days: int | None = None
