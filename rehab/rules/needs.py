"""Failed needs as the choice of exercises sees them: sides folded away for choosing, kept for the plan."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clinic.terms import Reason

SIDES = ("_left", "_right")


@dataclass(frozen=True)
class Failure:
    """One failed need.  ``need`` keeps the side (``core_rot_left``), ``base`` is it without (``core_rot``).

    ``grade`` is 0 (pain or position impossible) to 2 (below average); ``None`` where it was only stated.
    """

    need: str
    base: str
    grade: int | None
    reasons: tuple[Reason, ...] = ()


def base_of(need: str) -> str:
    """Return a need without its side: ``core_rot_left`` is ``core_rot`` when exercises are chosen (6.1)."""
    for side in SIDES:
        if need.endswith(side):
            return need.removesuffix(side)
    return need


def by_base(failures: Iterable[Failure]) -> Mapping[str, tuple[Failure, ...]]:
    """Return the failures grouped by the need without side, in the order given."""
    grouped: dict[str, tuple[Failure, ...]] = {}
    for failure in failures:
        grouped[failure.base] = (*grouped.get(failure.base, ()), failure)
    return grouped
