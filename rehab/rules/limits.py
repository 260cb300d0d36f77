"""How much pain is allowed, and what a usual morning is (section 7.1).  Plain functions over the tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rehab.rules.catalogue import Exercise
from rehab.rules.course_tables import PainLimit, ProgressTable
from rehab.rules.logged import Morning

STRENGTH_KINDS = frozenset({"strength", "calf"})


@dataclass(frozen=True)
class ClinicianLimit:
    """What a clinician allows: pain (NPRS 0 to 10) during and in strength work, and the rise next morning."""

    during_nprs: int
    strength_nprs: int | None = None
    morning_change: int = 0


def limit_for(
    cause: str | None, table: ProgressTable, clinician_limit: ClinicianLimit | None = None
) -> PainLimit | None:
    """Return how much pain a diagnosis allows; ``None`` = no limit is set, so there is no session.

    Where the table and the clinician both set one, the lower holds.  A diagnosis that the table does not name is the
    clinician's to set, like those the table leaves to the clinician.
    """
    named = next((limit for limit in table.limits if cause in limit.causes), None)
    found = named or next(limit for limit in table.limits if limit.clinician_sets)
    if cause is None or clinician_limit is None:
        return found if cause is not None and found.during_nprs is not None else None
    return replace(
        found,
        during_nprs=_lower(found.during_nprs, clinician_limit.during_nprs),
        strength_nprs=_lower(found.strength_nprs, value_or(clinician_limit.strength_nprs, clinician_limit.during_nprs)),
        morning_change=_lower(found.morning_change, clinician_limit.morning_change),
    )


def value_or(value: int | None, other: int) -> int:
    """Return the value, or the other where there is none; zero is a value."""
    return other if value is None else value


def _lower(tabled: int | None, set_by_clinician: int) -> int:
    return set_by_clinician if tabled is None else min(tabled, set_by_clinician)


def usual_morning(mornings: Sequence[Morning], day: date, intake: int | None, table: ProgressTable) -> int | None:
    """Return the usual morning pain before ``day``: the median of the days before it, a half rounded up, else intake.

    How many days counts ``table.bands.baseline_days``; a morning entered on a later day is not among them, and of one
    that was corrected the lowest counts: a correction upwards must not make a bad morning usual.
    """
    span = timedelta(table.bands.baseline_days)
    before = [m for m in mornings if timedelta(0) < day - m.day <= span and not is_late(m)]
    found = sorted(value_or(m.lowest, m.pain) for m in before)
    if not found:
        return intake
    middle = len(found) // 2
    return found[middle] if len(found) % 2 else (found[middle - 1] + found[middle] + 1) // 2


def is_late(morning: Morning) -> bool:
    """Return whether a morning was entered after its own day: it may speak against a session, never for it."""
    return morning.said_on is not None and morning.said_on > morning.day


def during_limit(limit: PainLimit | None, is_strength: bool) -> int | None:
    """Return the pain allowed during an exercise; strength work may have its own."""
    if limit is None:
        return None
    return limit.strength_nprs if is_strength and limit.strength_nprs is not None else limit.during_nprs


def strength_work(exercises: Iterable[Exercise]) -> frozenset[str]:
    """Return the codes of the exercises that are strength work: of hip, leg and calf, without impact."""
    return frozenset(found.code for found in exercises if found.kind in STRENGTH_KINDS and not found.impact)
