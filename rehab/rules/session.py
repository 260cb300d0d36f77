"""A dose taken apart into sets, and how long it takes.  Plain functions; the seconds come from session.toml.

The failed side goes first and gets one extra set (section 5.0).  At a share of the dose, each set holds that share of
its amount, rounded up; where a set has no amount, the number of sets shrinks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from clinic.terms import Side


@dataclass(frozen=True)
class Timing:
    """Seconds that the library leaves open; each name says of what.  All of them are conventions of the clinic."""

    seconds_per_repetition: float
    seconds_per_breath: float
    seconds_per_step: float
    seconds_per_metre: float
    rest_seconds: float
    seconds_before_set: float
    seconds_between_holds: float
    seconds_between_exercises: float


@dataclass(frozen=True)
class Asked:
    """The dose of one exercise as it is asked for now.

    ``unit`` is r, s, breaths, steps, m, min or empty; ``scheme`` repetitions set by set; ``tempo`` seconds up, hold
    and down; ``side`` the side that goes first; ``percent`` 1 to 100 of the written dose.  ``None``: not specified.
    """

    sets: int | None = None
    amount: int | None = None
    amount_high: int | None = None
    unit: str = ""
    per_side: bool = False
    scheme: tuple[int, ...] = ()
    tempo: tuple[float, ...] = ()
    hold_seconds: int | None = None
    rest_seconds: int | None = None
    side: Side = Side.BOTH
    percent: int = 100


@dataclass(frozen=True)
class SetAsked:
    """One set: its round from 1, the side (NONE where both work at once), and what it holds."""

    round: int
    side: Side
    amount: int | None
    amount_high: int | None
    unit: str
    hold_seconds: int | None
    extra: bool = False


def _share(amount: int | None, percent: int) -> int | None:
    return None if amount is None else ceil(amount * percent / 100)


def _amounts(asked: Asked) -> list[tuple[int | None, int | None]]:
    """Return what each round holds, as (low, high); one round where the number of sets is not specified."""
    if asked.scheme:
        return [(_share(amount, asked.percent), None) for amount in asked.scheme]
    rounds = asked.sets or 1
    if asked.amount is None:
        return [(None, None)] * max(1, ceil(rounds * asked.percent / 100))
    return [(_share(asked.amount, asked.percent), _share(asked.amount_high, asked.percent))] * rounds


def sets_of(asked: Asked) -> tuple[SetAsked, ...]:
    """Return every set in the order in which it is done: side by side in each round, the extra set last."""
    first = asked.side if asked.side in (Side.LEFT, Side.RIGHT) else Side.LEFT
    other = Side.RIGHT if first is Side.LEFT else Side.LEFT
    sides = (first, other) if asked.per_side else (Side.NONE,)
    rounds = _amounts(asked)
    found = [
        SetAsked(number, side, low, high, asked.unit, asked.hold_seconds)
        for number, (low, high) in enumerate(rounds, start=1)
        for side in sides
    ]
    if asked.per_side and asked.side is first:
        low, high = rounds[-1]
        found.append(SetAsked(len(rounds) + 1, first, low, high, asked.unit, asked.hold_seconds, extra=True))
    return tuple(found)


def seconds_of_set(found: SetAsked, tempo: tuple[float, ...], timing: Timing) -> float:
    """Return about how long one set takes, without its rest."""
    amount = (found.amount_high or found.amount or 0) if found.amount is not None else 0
    if found.hold_seconds and found.unit == "r":
        return timing.seconds_before_set + amount * (found.hold_seconds + timing.seconds_between_holds)
    each = {
        "r": sum(tempo) or timing.seconds_per_repetition,
        "s": 1,
        "breaths": timing.seconds_per_breath,
        "steps": timing.seconds_per_step,
        "m": timing.seconds_per_metre,
        "min": 60,
    }.get(found.unit, 0)
    ready = timing.seconds_before_set if found.unit == "s" else 0
    return ready + amount * each


def seconds_of(asked: Asked, timing: Timing) -> float:
    """Return about how long an exercise takes: its sets, with a rest after each round but the last."""
    sets = sets_of(asked)
    rest = timing.rest_seconds if asked.rest_seconds is None else asked.rest_seconds
    rounds = len({found.round for found in sets})
    return sum(seconds_of_set(found, asked.tempo, timing) for found in sets) + rest * (rounds - 1)


def minutes_of(session: Iterable[Asked], timing: Timing) -> int:
    """Return about how many minutes a session takes, rounded up; 0 for an empty one."""
    parts = [seconds_of(asked, timing) for asked in session]
    return ceil((sum(parts) + timing.seconds_between_exercises * max(0, len(parts) - 1)) / 60)
