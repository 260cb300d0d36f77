"""Who may start the walk-run programme: every criterion of section 8.1, one by one, with what is missing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from clinic.terms import Answer, Side, Text
from rehab.rules.course_tables import EntryCriterion, RunningTable
from rehab.rules.logged import Colour, Judged
from rehab.rules.running_facts import BONE, PRESSURE, Criterion, EntryFacts, Met
from rehab.rules.wording import Told, as_told, told


@dataclass(frozen=True)
class Finding:
    """What one check found: nothing wrong and nothing missing is met."""

    against: tuple[Told, ...] = ()
    missing: tuple[str, ...] = ()
    not_asked: Told | None = None


def entry_criteria(facts: EntryFacts, table: RunningTable) -> tuple[Criterion, ...]:
    """Return every criterion that holds for this diagnosis, in the order of the table (8.1).

    What is not recorded is MISSING and blocks as NOT_MET does; with both, NOT_MET is told and the gaps are listed too.
    """
    asked = [
        criterion
        for criterion in table.entry
        if facts.cause not in criterion.skip_causes
        and (not criterion.only_causes or facts.cause in criterion.only_causes)
    ]
    return tuple(_judged(criterion, facts, table) for criterion in asked)


def may_run(criteria: Iterable[Criterion]) -> bool:
    """Return whether every criterion is met or not asked; of nothing at all, no."""
    states = [criterion.met for criterion in criteria]
    return bool(states) and all(state in (Met.MET, Met.NOT_ASKED) for state in states)


def greens_at(sessions: Iterable[Judged], item: str, table: RunningTable) -> int:
    """Return how many GREEN sessions did this plan item whole, at the asked level or above (8.1, no. 7)."""
    level_min = next(c for c in table.entry if c.code == "calf_levels").numbers["level_min"]
    return sum(
        any(done.item == item and done.full and not done.skipped and done.level >= level_min for done in exercises)
        for exercises in (
            judged.session.exercises
            for judged in sessions
            if judged.judgement.colour is Colour.GREEN and not judged.session.while_shut
        )
    )


def _judged(criterion: EntryCriterion, facts: EntryFacts, table: RunningTable) -> Criterion:
    found = CHECKS[criterion.code](facts, criterion, table)
    if found.not_asked is not None:
        return Criterion(criterion.code, criterion.text, Met.NOT_ASKED, found.not_asked)
    if found.against:
        return Criterion(criterion.code, criterion.text, Met.NOT_MET, found.against[0], found.missing)
    if found.missing:
        reason = told(table.reasons, "not_recorded", criterion.source)
        return Criterion(criterion.code, criterion.text, Met.MISSING, reason, found.missing)
    reason = as_told(criterion.code, criterion.text, criterion.source)
    return Criterion(criterion.code, criterion.text, Met.MET, reason)


def _say(criterion: EntryCriterion, table: RunningTable, code: str, **values: float | Text) -> Told:
    return told(table.reasons, code, criterion.source, **values)


def _triage(facts: EntryFacts, criterion: EntryCriterion, table: RunningTable) -> Finding:
    if facts.gate_open is None:
        return Finding(missing=("gate_open",))
    return Finding() if facts.gate_open else Finding((_say(criterion, table, "gate_shut"),))


def _diagnosis(facts: EntryFacts, criterion: EntryCriterion, table: RunningTable) -> Finding:
    if facts.cause is None:
        return Finding(missing=("diagnosis",))
    if facts.cause in facts.must_not_load - facts.released:
        name = facts.cause_name or Text(facts.cause, facts.cause)
        return Finding((_say(criterion, table, "not_released", cause=name),))
    return Finding()


def _walk(facts: EntryFacts, criterion: EntryCriterion, table: RunningTable) -> Finding:
    walk, numbers = facts.walk, criterion.numbers
    pain_max = numbers["pain_max_bone_nprs" if facts.cause == BONE else "pain_max_nprs"]
    against = []
    if walk.minutes is not None and walk.minutes < numbers["minutes"]:
        against.append(_say(criterion, table, "walk_minutes", minutes=walk.minutes, wanted=numbers["minutes"]))
    if walk.pain is not None and walk.pain > pain_max:
        against.append(_say(criterion, table, "walk_pain", pain=walk.pain, wanted=pain_max))
    if walk.gait_change is Answer.PRESENT:
        against.append(_say(criterion, table, "walk_gait"))
    if walk.morning_change is not None and walk.morning_change > numbers["morning_change_max_nprs"]:
        against.append(_say(criterion, table, "walk_morning", change=walk.morning_change))
    known = {
        "walk_minutes": walk.minutes,
        "walk_pain": walk.pain,
        "walk_gait": None if walk.gait_change is Answer.NOT_ASSESSED else walk.gait_change,
        "walk_morning": walk.morning_change,
    }
    return Finding(tuple(against), tuple(code for code, value in known.items() if value is None))


def _ankle(facts: EntryFacts, criterion: EntryCriterion, table: RunningTable) -> Finding:
    """The test passes, or the painful side comes close to the other."""
    if facts.lunge_failed is Answer.ABSENT:
        return Finding()
    missing = _sides_missing(facts.lunge_cm, "lunge")
    if missing:
        return Finding(missing=missing)
    difference = max(other - own for own, other in _pairs(facts.lunge_cm, facts.side))
    wanted = criterion.numbers["difference_max_cm"]
    if difference <= wanted:
        return Finding()
    return Finding((_say(criterion, table, "bend_apart", difference=difference, wanted=wanted),))


def _raises(facts: EntryFacts, criterion: EntryCriterion, table: RunningTable) -> Finding:
    numbers = criterion.numbers
    wanted = numbers["straight_min_repetitions"]
    own_sides = _own_sides(facts.side)
    against = [
        _say(criterion, table, "too_few_raises", count=facts.raises_straight[side], wanted=wanted)
        for side in own_sides
        if side in facts.raises_straight and facts.raises_straight[side] < wanted
    ]
    missing: tuple[str, ...] = ()
    for name, values in (("raises_straight", facts.raises_straight), ("raises_bent", facts.raises_bent)):
        missing += _sides_missing(values, name)
        against += _uneven(values, facts.side, criterion, table)
    return Finding(tuple(against), missing)


def _raises_pcs(facts: EntryFacts, criterion: EntryCriterion, table: RunningTable) -> Finding:
    against = _uneven(facts.raises_straight, facts.side, criterion, table)
    if facts.raise_symptoms is Answer.PRESENT:
        against.append(_say(criterion, table, "raises_with_symptoms"))
    missing = _sides_missing(facts.raises_straight, "raises_straight")
    if facts.raise_symptoms is Answer.NOT_ASSESSED:
        missing += ("raise_symptoms",)
    return Finding(tuple(against), missing)


def _hops(facts: EntryFacts, criterion: EntryCriterion, table: RunningTable) -> Finding:
    hops, wanted = facts.hops, criterion.numbers["hops_min"]
    if facts.cause == PRESSURE and hops.tingling is Answer.PRESENT:
        return Finding(not_asked=_say(criterion, table, "hops_skipped"))
    against = []
    if hops.count is not None and hops.count < wanted:
        against.append(_say(criterion, table, "too_few_hops", count=hops.count, wanted=wanted))
    if hops.after_effect is Answer.PRESENT or (hops.pain is not None and hops.pain > 0):
        against.append(_say(criterion, table, "hops_hurt"))
    missing = ["hops_count"] if hops.count is None else []
    missing += ["hops_pain"] if hops.pain is None else []
    missing += ["hops_after_effect"] if hops.after_effect is Answer.NOT_ASSESSED else []
    return Finding(tuple(against), tuple(missing))


def _calf_levels(facts: EntryFacts, criterion: EntryCriterion, table: RunningTable) -> Finding:
    """Where the plan holds no heel raise, the counted single raises answer for it (clarification 15)."""
    if not facts.calf:
        return Finding(not_asked=_say(criterion, table, "no_heel_raise"))
    level, greens = criterion.numbers["level_min"], criterion.numbers["green_sessions"]
    against = []
    for work in facts.calf:
        if work.level < level:
            said = _say(criterion, table, "calf_level_low", exercise=work.name, level=work.level, wanted=level)
            against.append(said)
        elif work.greens < greens:
            said = _say(criterion, table, "calf_greens", exercise=work.name, greens=work.greens, wanted=greens)
            against.append(said)
    return Finding(tuple(against))


def _endurance(facts: EntryFacts, criterion: EntryCriterion, table: RunningTable) -> Finding:
    if PRESSURE in facts.released or facts.endurance_only is Answer.PRESENT:
        return Finding()
    if facts.endurance_only is Answer.NOT_ASSESSED:
        return Finding(missing=("endurance_only",))
    return Finding((_say(criterion, table, "not_endurance"),))


def _mornings(facts: EntryFacts, criterion: EntryCriterion, table: RunningTable) -> Finding:
    """The days end today, or yesterday while today's morning is not logged yet; each of them must be there."""
    days, wanted = round(criterion.numbers["days"]), criterion.numbers["pain_max_nprs"]
    pains = {morning.day: morning.pain for morning in facts.mornings}
    last = facts.today if facts.today in pains else facts.today - timedelta(days=1)
    asked = [last - timedelta(days=back) for back in range(days)]
    worst = max((pains[day] for day in asked if day in pains), default=0)
    missing = tuple(f"morning_{day.isoformat()}" for day in asked if day not in pains)
    if worst > wanted:
        return Finding((_say(criterion, table, "morning_pain", pain=worst, days=days, wanted=wanted),), missing)
    return Finding(missing=missing)


def _plan(facts: EntryFacts, criterion: EntryCriterion, table: RunningTable) -> Finding:
    days, wanted = criterion.numbers["days"], criterion.numbers["adherence_min_percent"]
    if facts.plan_started is None:
        return Finding(missing=("plan_started",))
    age = (facts.today - facts.plan_started).days
    if age < days:
        return Finding((_say(criterion, table, "plan_young", age=max(age, 0), days=days),))
    if facts.adherence_percent is None:
        return Finding(missing=("adherence",))
    if facts.adherence_percent < wanted:
        percent = facts.adherence_percent
        return Finding((_say(criterion, table, "adherence_low", percent=percent, days=days, wanted=wanted),))
    return Finding()


def _bone(facts: EntryFacts, criterion: EntryCriterion, table: RunningTable) -> Finding:
    wanted, count = criterion.numbers["days"], facts.pain_free_walk_days
    against = []
    if facts.bone_cleared is Answer.ABSENT:
        against.append(_say(criterion, table, "not_cleared"))
    if count is not None and count < wanted:
        minutes = criterion.numbers["minutes"]
        against.append(_say(criterion, table, "walk_days", count=count, wanted=wanted, minutes=minutes))
    missing = ["bone_cleared"] if facts.bone_cleared is Answer.NOT_ASSESSED else []
    missing += ["pain_free_walk_days"] if count is None else []
    return Finding(tuple(against), tuple(missing))


def _own_sides(side: Side) -> tuple[Side, ...]:
    return (side,) if side in (Side.LEFT, Side.RIGHT) else (Side.LEFT, Side.RIGHT)


def _pairs(values: Mapping[Side, float], side: Side) -> list[tuple[float, float]]:
    """Return (painful side, other side); with both or no side painful, each against the other."""
    other = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
    return [(values[own], values[other[own]]) for own in _own_sides(side)]


def _sides_missing(values: Mapping[Side, float], name: str) -> tuple[str, ...]:
    return tuple(f"{name}_{side.value}" for side in (Side.LEFT, Side.RIGHT) if side not in values)


def _uneven(values: Mapping[Side, float], side: Side, criterion: EntryCriterion, table: RunningTable) -> list[Told]:
    """Say where the painful side stays under its share of the other; a side that does nothing always does."""
    wanted = criterion.numbers["symmetry_min_percent"]
    if _sides_missing(values, ""):
        return []
    shares = [own * 100 / other if other else 100.0 if own else 0.0 for own, other in _pairs(values, side)]
    return [
        _say(criterion, table, "raises_apart", percent=int(share), wanted=wanted) for share in shares if share < wanted
    ]


CHECKS: Mapping[str, Callable[[EntryFacts, EntryCriterion, RunningTable], Finding]] = MappingProxyType(
    {
        "triage_clear": _triage,
        "diagnosis_allows": _diagnosis,
        "brisk_walk": _walk,
        "ankle_bend": _ankle,
        "single_raises": _raises,
        "single_raises_pcs": _raises_pcs,
        "hops": _hops,
        "calf_levels": _calf_levels,
        "calf_endurance_pcs": _endurance,
        "calm_mornings": _mornings,
        "elephant_plan": _plan,
        "bone_clearance": _bone,
    }
)
