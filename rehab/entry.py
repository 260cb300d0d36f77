"""Everything the criteria before the first run look at (8.1), gathered from examinations, logs and the plan."""

from datetime import timedelta

from clinic.terms import Answer, Side, SignOffKind
from rehab.knowledge import rehab_knowledge
from rehab.models import Plan, RunReadiness
from rehab.rules.logged import Colour
from rehab.rules.needs import base_of
from rehab.rules.running_entry import entry_criteria, greens_at
from rehab.rules.running_facts import PRESSURE, BriskWalk, CalfWork, EntryFacts, Hops
from rehab.rules.running_match import walk_minutes, was_running
from triage.decision import triage_decision
from triage.facts import case_facts
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge

LUNGE = ("WBLT_CM", "WBLT_ANGLE", "WBLT_STRAIGHT")
HEEL_RAISES = ("BENT_KNEE_HEEL_RAISE", "STANDING_HEEL_RAISE")
WEEK = timedelta(days=7)
A_DAY = 7  # times a week of what is done daily


def criteria_of(course):
    """Return every criterion before the first run as it stands for this course, with what is missing."""
    return entry_criteria(entry_facts(course), rehab_knowledge().running)


def entry_facts(course):
    """Return what the criteria look at.  What nobody recorded stays unknown, and blocks."""
    case, today = course.case, course.now.date()
    known = case_facts(case, today)
    released = {sign.item for sign in known.sign_offs if sign.kind is SignOffKind.RELEASED}
    tried = case.readiness.order_by("-assessed_at", "-id").first() or RunReadiness()
    first = Plan.objects.filter(case=case, signed_at__isnull=False).order_by("signed_at").first()
    return EntryFacts(
        today=today,
        gate_open=loading_gate(case).open,
        cause=course.cause,
        cause_name=_cause_name(course.cause),
        must_not_load=frozenset(triage_knowledge().red_flags.must_not_load),
        released=frozenset(released),
        side=Side(case.side),
        walk=_last_walk(course),
        lunge_cm=_newest(known, "WBLT_CM"),
        lunge_failed=_lunge_failed(known),
        raises_straight=_newest(known, "GS_RAISES"),
        raises_bent=_newest(known, "SS_RAISES"),
        raise_symptoms=Answer(tried.raise_symptoms),
        hops=Hops(tried.hops, tried.hop_pain, Answer(tried.hop_after_effect), Answer(tried.hop_tingling)),
        calf=_calf_work(course),
        endurance_only=_endurance_only(course),
        mornings=course.mornings,
        plan_started=first.signed_at.date() if first else None,
        adherence_percent=adherence_percent(course),
        bone_cleared=Answer(tried.bone_cleared),
        pain_free_walk_days=_pain_free_walk_days(course),
    )


def _cause_name(cause):
    return next((known.name for known in triage_knowledge().causes.causes if known.code == cause), None)


def _newest(known, test):
    """Return the newest value of a test by side."""
    rows = [row for row in known.measurements if row.test == test and row.value is not None]
    return {row.side: row.value for row in rows}


def _lunge_failed(known):
    """Return whether the ankle's test fails; not assessed where nobody measured it."""
    if not any(row.test in LUNGE and row.value is not None for row in known.measurements):
        return Answer.NOT_ASSESSED
    failed = any(base_of(need) == "ankle_df" for need in triage_decision(known, triage_knowledge()).needs)
    return Answer.PRESENT if failed else Answer.ABSENT


def _walks(course):
    """Return the walks without any running, oldest first."""
    return [judged for judged in course.judged if judged.session.run and not was_running(judged.session.run)]


def _last_walk(course):
    walks = _walks(course)
    if not walks:
        return BriskWalk()
    session, inputs = walks[-1].session, walks[-1].judgement.inputs
    minutes = walk_minutes(session.run)
    return BriskWalk(
        minutes=session.minutes if minutes is None else minutes,
        pain=session.pain_during,
        gait_change=session.gait_change,
        morning_change=inputs.get("morning_change"),
    )


def _pain_free_walk_days(course):
    """Return on how many days in a row, ending with the last walk, a walk of full length stayed free of pain."""
    walks = _walks(course)
    if not walks:
        return None
    wanted = next(c for c in rehab_knowledge().running.entry if c.code == "bone_clearance").numbers["minutes"]
    good = {
        judged.session.day
        for judged in walks
        if (walk_minutes(judged.session.run) or judged.session.minutes or 0) >= wanted
        and judged.session.pain_during == 0
        and judged.judgement.colour is not Colour.RED
    }
    day, count = walks[-1].session.day, 0
    while day in good:
        day, count = day - timedelta(days=1), count + 1
    return count


def _items(course):
    return list(course.plan.items.all()) if course.plan else []


def _level(item):
    return item.newest[0].level if item.newest else item.start_level


def _calf_work(course):
    """Return the heel raises of the plan that the criterion names, with their GREEN sessions at the asked level."""
    names = rehab_knowledge().exercises
    return tuple(
        CalfWork(
            name=names[item.exercise_id].name,
            level=_level(item),
            greens=greens_at(course.of_item(item), str(item.pk), rehab_knowledge().running),
        )
        for item in _items(course)
        if item.exercise_id in HEEL_RAISES
    )


def _endurance_only(course):
    """Return whether no exercise goes beyond what an unreleased compartment syndrome allows."""
    if course.plan is None:
        return Answer.NOT_ASSESSED
    for item in _items(course):
        ceilings = dict(rehab_knowledge().exercises[item.exercise_id].gates.unreleased_max_level)
        if _level(item) > ceilings.get(PRESSURE, _level(item)):
            return Answer.ABSENT
    return Answer.PRESENT


def adherence_percent(course):
    """Return how much of the last 7 days' exercises was done, 0 to 100; None without a plan that says how often."""
    done, asked = done_of_asked(course, course.now.date())
    return round(100 * done / asked) if asked else None


def done_of_asked(course, day):
    """Return (days of exercises done, days the plan in force asks for) in the 7 days that end with a day."""
    asked = done = 0
    for item in _items(course):
        wanted = item.times_a_week or (A_DAY if item.times_a_day else 0)
        days = {
            judged.session.day
            for judged in course.of_item(item)
            if day - WEEK < judged.session.day <= day
            and any(did.item == str(item.pk) and not did.skipped for did in judged.session.exercises)
        }
        asked += wanted
        done += min(len(days), wanted)
    return done, asked
