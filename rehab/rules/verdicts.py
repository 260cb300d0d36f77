"""GREEN, AMBER or RED: how a session, or one of its exercises, went (section 7.1).  Plain functions, no clock.

The worst finding gives the colour.  What was not said never counts as no: it makes UNKNOWN, which moves nothing up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clinic.terms import Answer
from rehab.rules.course_tables import PainLimit, ProgressTable
from rehab.rules.limits import (
    ClinicianLimit,
    during_limit,
    is_late,
    limit_for,
    strength_work,
    usual_morning,
    value_or,
)
from rehab.rules.load import load_rise
from rehab.rules.logged import Colour, ExerciseDone, Judgement, Morning, Session
from rehab.rules.sayings import say

__all__ = [
    "SEVERITY",
    "ClinicianLimit",
    "exercise_verdict",
    "limit_for",
    "session_verdict",
    "strength_work",
    "usual_morning",
    "worst_of",
]

SEVERITY = {Colour.GREEN: 0, Colour.PENDING: 1, Colour.UNKNOWN: 2, Colour.AMBER: 3, Colour.RED: 4}
RULES = {"safety": "RG-STOP"}  # a finding that has a rule of its own; elsewhere its code names the rule
MANY_FAULTS = "many"


@dataclass(frozen=True)
class _Look:
    """Everything one judgement looks at.  ``pains``: each pain said, with the limit it is held against."""

    session: Session
    limit: PainLimit | None
    table: ProgressTable
    now: datetime
    pains: tuple[tuple[int, int | None], ...]
    pain_missing: bool
    nothing_done: bool
    faulty: bool
    morning: Morning | None
    usual: int | None
    rise: int | None

    @property
    def stops_at_pressure(self) -> bool:
        return self.limit is not None and self.limit.stop_at_first is not None

    @property
    def has_pressure(self) -> bool:
        run = self.session.run
        timed = run is not None and (run.onset_minute is not None or run.relief_minutes is not None)
        return self.session.tingling is Answer.PRESENT or (self.stops_at_pressure and timed)

    @property
    def worst(self) -> tuple[int, int | None] | None:
        """Return the pain that exceeds its limit most."""
        return max(self.pains, key=lambda pair: (pair[0] - value_or(pair[1], 0), pair[0]), default=None)

    @property
    def over(self) -> int:
        """Return how many points the worst pain lies above its limit; 0 where it does not, or no limit is set."""
        if self.worst is None or self.worst[1] is None:
            return 0
        return max(0, self.worst[0] - self.worst[1])

    @property
    def morning_over(self) -> int | None:
        """Return by how much next morning exceeds what is allowed; ``None`` where it cannot be compared."""
        if self.morning is None or self.usual is None:
            return None
        allowed = self.limit.morning_change if self.limit is not None else None
        return max(0, self.morning.pain - self.usual - value_or(allowed, 0))

    @property
    def bone_pain(self) -> int | None:
        """Return the worst pain a bone stress injury was asked about; ``None`` for other diagnoses or none said."""
        if self.limit is None or self.limit.red_from_nprs is None:
            return None
        said = [pain for pain, _ in self.pains]
        said += [pain for pain in (self.session.pain_before, self.session.pain_during) if pain is not None]
        return max([*said, *([self.morning.pain] if self.morning else [])], default=None)


def session_verdict(
    session: Session,
    *,
    limit: PainLimit | None,
    mornings: Sequence[Morning],
    intake_morning: int | None,
    now: datetime,
    table: ProgressTable,
    strength: frozenset[str] = frozenset(),
    earlier: Sequence[Session] = (),
) -> Judgement:
    """Return how a whole session went.

    ``now`` in the clinic's time zone: its date decides whether next morning can still come.  ``strength``: the codes
    of the exercises that are strength work.  ``earlier``: the sessions before, for the weekly load (section 7.2).
    """
    done = [exercise for exercise in session.exercises if not exercise.skipped]
    pains = [(e.pain, during_limit(limit, e.exercise in strength)) for e in done if e.pain is not None]
    pains += _pains_of_all(session, limit, strength, plain=True)
    look = _look(session, limit, mornings, intake_morning, now, table, pains)
    look = replace(
        look,
        pain_missing=session.pain_during is None and (not done or any(e.pain is None for e in done)),
        nothing_done=not done and session.run is None,
        faulty=any(e.form == MANY_FAULTS for e in done),
        rise=load_rise([*(s for s in earlier if s.id != session.id), session], session.day, table),
    )
    return _judged(look)


def exercise_verdict(
    done: ExerciseDone,
    session: Session,
    *,
    limit: PainLimit | None,
    mornings: Sequence[Morning],
    intake_morning: int | None,
    now: datetime,
    table: ProgressTable,
    strength: frozenset[str] = frozenset(),
) -> Judgement:
    """Return how one exercise of a session went: its own pain and form, and what the whole session shares.

    Shared are next morning, pain just after, safety, gait, tingling, and pain of the session that no exercise
    accounts for.  The weekly load is not: it stops a rise (see ``progress``), it does not halve single exercises.
    """
    own = during_limit(limit, done.exercise in strength)
    pains = [] if done.pain is None else [(done.pain, own)]
    pains += _pains_of_all(session, limit, strength, plain=done.exercise not in strength)
    look = _look(session, limit, mornings, intake_morning, now, table, pains)
    look = replace(look, pain_missing=done.pain is None, faulty=done.form == MANY_FAULTS)
    if done.skipped:
        return Judgement(Colour.UNKNOWN, "not_done", (say(table, "not_done", {}),), _inputs(look))
    return _judged(look)


def worst_of(judgements: Sequence[Judgement]) -> Judgement:
    """Return the worst of at least one judgement of the same session, each by another limit; the first of equals."""
    return max(judgements, key=lambda judgement: SEVERITY[judgement.colour])


def _pains_of_all(
    session: Session, limit: PainLimit | None, strength: frozenset[str], plain: bool
) -> list[tuple[int, int | None]]:
    """Return the pains that belong to the whole session: what no exercise accounts for, and just after.

    Pain after a session with strength work is held against the limit of strength work.
    """
    done = [exercise for exercise in session.exercises if not exercise.skipped]
    named = max((exercise.pain for exercise in done if exercise.pain is not None), default=-1)
    found = []
    if session.pain_during is not None and session.pain_during > named:
        found.append((session.pain_during, during_limit(limit, not plain)))
    if session.pain_after is not None:
        found.append((session.pain_after, during_limit(limit, any(e.exercise in strength for e in done))))
    return found


def _look(
    session: Session,
    limit: PainLimit | None,
    mornings: Sequence[Morning],
    intake: int | None,
    now: datetime,
    table: ProgressTable,
    pains: Sequence[tuple[int, int | None]],
) -> _Look:
    next_day = session.day + timedelta(1)
    morning = max((m for m in mornings if m.day == next_day), key=lambda m: m.pain, default=None)
    fixed = limit.morning_max_nprs if limit is not None else None
    usual = fixed if fixed is not None else usual_morning(mornings, session.day, intake, table)
    return _Look(session, limit, table, now, tuple(pains), False, False, False, morning, usual, None)


def _judged(look: _Look) -> Judgement:
    """Return the colour of the worst finding, with every finding as a reason, worst first."""
    inputs = _inputs(look)
    found = sorted(_findings(look), key=lambda finding: -SEVERITY[finding[0]]) or [(Colour.GREEN, "green")]
    colour, code = found[0]
    return Judgement(colour, RULES.get(code, code), tuple(say(look.table, c, inputs) for _, c in found), inputs)


def _findings(look: _Look) -> Iterator[tuple[Colour, str]]:
    yield from _always_red(look)
    yield from _bands(look)
    yield from _not_said(look)
    yield from _morning_missing(look)


def _always_red(look: _Look) -> Iterator[tuple[Colour, str]]:
    """Yield what is RED whatever the limit says (section 7.1, last row)."""
    session, limit = look.session, look.limit
    if session.safety_yes:
        yield Colour.RED, "safety"
    if session.gait_change is Answer.PRESENT:
        yield Colour.RED, "gait"
    if look.bone_pain is not None and limit is not None and look.bone_pain >= value_or(limit.red_from_nprs, 0):
        yield Colour.RED, "bone_pain"
    if look.has_pressure:
        yield (Colour.RED, "pressure") if look.stops_at_pressure else (Colour.AMBER, "tingling")
    if any(pain >= look.table.bands.red_during_from for pain, _ in look.pains):
        yield Colour.RED, "severe_pain"


def _bands(look: _Look) -> Iterator[tuple[Colour, str]]:
    """Yield what lies above a limit: pain, next morning, form, the load of the week."""
    bands = look.table.bands
    if look.over >= bands.red_over_limit_from:
        yield Colour.RED, "over_limit_far"
    elif look.over >= bands.amber_over_limit_from:
        yield Colour.AMBER, "over_limit"
    rise = look.morning_over or 0
    if rise >= bands.red_morning_from:
        yield Colour.RED, "morning_far"
    elif rise >= bands.amber_morning_from:
        yield Colour.AMBER, "morning"
    if look.faulty:
        yield Colour.AMBER, "form_fault"
    if look.rise is not None and look.rise > look.table.steps["weekly_load"].numbers["rise_max_percent"]:
        yield Colour.AMBER, "weekly_load"


def _not_said(look: _Look) -> Iterator[tuple[Colour, str]]:
    """Yield what nobody said; each alone keeps a session from being GREEN."""
    session, limit = look.session, look.limit
    missing = {
        "no_limit": limit is None,
        "not_done": look.nothing_done,
        "no_pain": look.pain_missing and not look.nothing_done,
        "no_pain_after": limit is not None and limit.after_counts and session.pain_after is None,
        "safety_not_asked": not session.safety_answered,
        "gait_not_asked": session.gait_change is Answer.NOT_ASSESSED,
        "tingling_not_asked": session.tingling is Answer.NOT_ASSESSED,
        "no_baseline": look.usual is None,
    }
    for code, is_missing in missing.items():
        if is_missing:
            yield Colour.UNKNOWN, code


def _morning_missing(look: _Look) -> Iterator[tuple[Colour, str]]:
    """Yield PENDING until the end of the next day, UNKNOWN afterwards or where it was entered later."""
    if look.morning is not None:
        if is_late(look.morning):
            yield Colour.UNKNOWN, "no_morning"
    elif look.now.date() <= look.session.day + timedelta(1):
        yield Colour.PENDING, "morning_to_come"
    else:
        yield Colour.UNKNOWN, "no_morning"


def _inputs(look: _Look) -> Mapping[str, object]:
    """Return what was looked at, as plain JSON values."""
    session, limit, worst = look.session, look.limit, look.worst
    return {
        "session": session.id,
        "day": session.day.isoformat(),
        "judged_on": look.now.date().isoformat(),
        "limit": limit.code if limit else None,
        "highest": max((pain for pain, _ in look.pains), default=None),
        "worst": worst[0] if worst else None,
        "worst_limit": worst[1] if worst else None,
        "over": look.over,
        "severe_from": look.table.bands.red_during_from,
        "pain_before": session.pain_before,
        "pain_during": session.pain_during,
        "pain_after": session.pain_after,
        "bone_pain": look.bone_pain,
        "bone_from": limit.red_from_nprs if limit else None,
        "next_morning": look.morning.pain if look.morning else None,
        "usual_morning": look.usual,
        "morning_change": look.morning_over,
        "gait_change": session.gait_change.value,
        "tingling": session.tingling.value,
        "safety_yes": session.safety_yes,
        "safety_answered": session.safety_answered,
        "many_faults": look.faulty,
        "load_rise": look.rise,
        "load_rise_max": round(look.table.steps["weekly_load"].numbers["rise_max_percent"]),
    }
