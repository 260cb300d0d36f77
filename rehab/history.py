"""Rows of logs to the plain values that the rules of a course look at.

A correction excuses nothing: of one session and of its corrections the worst rating counts, a limp stays a limp, an
exercise done once was done, and a set that was left out once stays left out.  The same holds for a morning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from django.db.models import OuterRef, Prefetch, Subquery
from django.utils import timezone

from clinic.models import Case
from clinic.terms import Answer
from rehab.examined import length_tested, newest_examination
from rehab.knowledge import rehab_knowledge
from rehab.models import ExerciseLog, LevelStep, MorningLog, PainLimitSet, Plan, PlanItem, RunStage, SessionLog, Verdict
from rehab.rules.course_tables import PainLimit
from rehab.rules.ladders import ItemNow, loads_calf
from rehab.rules.limits import ClinicianLimit, limit_for, strength_work
from rehab.rules.logged import Colour, ExerciseDone, Judged, Judgement, Morning, RunDone, Segment, Session
from rehab.rules.running import Moved
from rehab.rules.running_rest import RunKept
from rehab.rules.verdicts import exercise_verdict, session_verdict, worst_of

LOOKED_BACK = timedelta(days=84)  # twelve weeks: the longest schedule, and more than any rule of a step looks back
RUNS_LOOKED_AT = 10  # walks between them included
MAY_COUNT = {Colour.GREEN, Colour.PENDING}  # what waits for its morning can still count
LEFT_OUT = {ExerciseLog.Done.SKIPPED, ExerciseLog.Done.SWAPPED}
FORMS = ("many", "some", "", "good")  # the worst first; not said is worse than good


def sessions_of(case, at):
    """Return the sessions and runs of the last twelve weeks, oldest first.  Three queries."""
    since = timezone.localdate(at) - LOOKED_BACK
    rows = SessionLog.objects.filter(case=case, day__gte=since).select_related("run", "safety")
    rows = list(rows.prefetch_related("exercises__item").order_by("day", "logged_at", "id"))
    by_id = {row.pk: row for row in rows}
    found = [_session(_versions(row, by_id)) for row in rows if row.replaced_at is None]
    return sorted(found, key=lambda session: (session.day, session.began, session.id))


def mornings_of(case, at):
    """Return the mornings of the last twelve weeks, oldest first.  One query."""
    since = timezone.localdate(at) - LOOKED_BACK
    days = {}
    for row in MorningLog.objects.filter(case=case, day__gte=since).order_by("day", "logged_at", "id"):
        first = Morning(row.day, row.pain, said_on=timezone.localdate(row.logged_at), lowest=row.pain)
        before = days.get(row.day, first)
        worst, lowest = max(before.pain, row.pain), min(before.lowest, row.pain)
        days[row.day] = replace(before, pain=worst, lowest=lowest, stiffness_minutes=row.stiffness_minutes)
    return list(days.values())


def _versions(row, by_id):
    """Return a session with everything it corrected, the newest first."""
    versions = [row]
    while versions[-1].corrects_id in by_id:
        versions.append(by_id[versions[-1].corrects_id])
    return versions


def _session(versions):
    newest = versions[0]
    return Session(
        id=str(newest.pk),
        root=str(versions[-1].pk),
        day=newest.day,
        began=began(versions[-1]),
        told_at=newest.logged_at,
        minutes=newest.minutes,
        effort=_highest(versions, "effort"),
        pain_before=_highest(versions, "pain_before"),
        pain_during=_highest(versions, "pain_during"),
        pain_after=_highest(versions, "pain_after"),
        gait_change=_worst_answer(versions, "gait_change"),
        tingling=_worst_answer(versions, "tingling"),
        safety_yes=any(version.safety.any_yes for version in versions),
        safety_answered=all(version.safety.all_answered for version in versions),
        while_shut=any(version.while_shut for version in versions),
        exercises=_exercises(versions),
        run=_run(versions) if newest.kind == SessionLog.Kind.RUN else None,
    )


def began(row):
    """Return when a session began; where nobody said so, the best that is known of that day."""
    known = row.began or row.device_time or row.logged_at
    if timezone.localdate(known) == row.day:
        return known
    return timezone.make_aware(datetime.combine(row.day, time(12)))


def _highest(rows, name):
    return max(_said(rows, name), default=None)


def _said(rows, name):
    return [getattr(row, name) for row in rows if getattr(row, name) is not None]


def _worst_answer(rows, name):
    said = {getattr(row, name) for row in rows}
    if Answer.PRESENT in said:
        return Answer.PRESENT
    return Answer(getattr(rows[0], name))


def _exercises(versions):
    """Return the exercises of all versions, each as bad as the worst of its versions."""
    told = {}
    for version in versions:
        for row in version.exercises.all():
            told.setdefault(row.item_id, []).append(row)
    return tuple(_exercise(rows) for rows in told.values())


def _exercise(rows):
    newest, done = rows[0], {row.done for row in rows}
    return ExerciseDone(
        item=str(newest.item_id),
        exercise=newest.item.exercise_id,
        level=newest.level,
        dose_percent=newest.dose_percent,
        full=done == {ExerciseLog.Done.FULL},
        skipped=done <= LEFT_OUT,
        pain=_highest(rows, "pain_during"),
        effort=_highest(rows, "effort"),
        form=min((row.form for row in rows), key=FORMS.index),
    )


def _run(versions):
    """Return what the newest version says was run; hills, when it began to hurt and how long, as bad as ever said."""
    runs = [version.run for version in versions if hasattr(version, "run")]
    if not runs:
        return RunDone()
    run = runs[0]
    return RunDone(
        stage=run.stage,
        km=_number(run.km),
        run_minutes=_number(run.run_minutes),
        walk_minutes=_number(run.walk_minutes),
        longest_run_minutes=_number(run.longest_run_minutes),
        segments=tuple(Segment(str(part["kind"]), float(part["minutes"])) for part in run.segments),
        hills=any(version.hills for version in runs),
        onset_minute=min(_said(runs, "onset_minute"), default=None),
        relief_minutes=_highest(runs, "relief_minutes"),
    )


def runs_lately(case, at):
    """Return the newest runs and walks, each with the colour it was kept with, in no order.  One query."""
    newest = Verdict.objects.filter(session=OuterRef("pk"), exercise__isnull=True).order_by("-judged_at", "-id")
    rows = SessionLog.objects.current().filter(case=case, run__isnull=False, logged_at__lte=at).select_related("run")
    rows = rows.annotate(colour=Subquery(newest.values("colour")[:1])).order_by("-day", "-logged_at")
    return [
        RunKept(began(row), _run([row]), row.colour in MAY_COUNT and row.pain_during is not None, row.while_shut)
        for row in rows[:RUNS_LOOKED_AT]
    ]


def _number(value):
    return None if value is None else float(value)


@dataclass(frozen=True)
class Course:
    """How one case goes, as plain values: what was logged, how it was judged, what pain its diagnosis allows now.

    ``judged`` holds every session with its colour, oldest first; ``exercises`` the colour of each exercise done, by
    (session, item); ``plan`` is the plan in force with its items at their newest step, or None; ``moves`` are those on
    the ladder back to running, oldest first, empty where running has not begun.
    """

    case: Case
    now: datetime
    plan: Plan | None
    cause: str | None
    limit: PainLimit | None
    mornings: tuple[Morning, ...]
    judged: tuple[Judged, ...]
    exercises: Mapping[tuple[str, str], Judgement]
    moves: tuple[Moved, ...]

    @property
    def sessions(self):
        """Return the sessions alone, oldest first."""
        return [judged.session for judged in self.judged]

    def of_item(self, item):
        """Return the history of one exercise of the plan: each session it was in, with the colour it had there."""
        code = str(item.pk)
        known = ((judged.session, self.exercises.get((judged.session.id, code))) for judged in self.judged)
        return [Judged(session, judgement) for session, judgement in known if judgement is not None]


def course_of(case, at):
    """Return how a case goes at a moment.  Ten queries, whatever was logged."""
    now = timezone.localtime(at)
    sessions, mornings = sessions_of(case, at), mornings_of(case, at)
    diagnoses = _diagnoses(case)
    known = {
        "mornings": mornings,
        "intake_morning": intake_morning(case),
        "now": now,
        "table": rehab_knowledge().progress,
        "strength": strength_work(rehab_knowledge().exercises.values()),
    }
    judged, exercises = [], {}
    for place, session in enumerate(sessions):
        limits = _limits_of(session, diagnoses)
        found = [session_verdict(session, limit=limit, earlier=sessions[:place], **known) for limit in limits]
        judged.append(Judged(session, worst_of(found)))
        for done in session.exercises:
            found = [exercise_verdict(done, session, limit=limit, **known) for limit in limits]
            exercises[session.id, done.item] = worst_of(found)
    cause, limit = _limit_at(diagnoses)
    rows = (tuple(mornings), tuple(judged), exercises, tuple(moves_of(case)))
    return Course(case, now, plan_in_force(case), cause, limit, *rows)


def limit_of(case):
    """Return how much pain the newest diagnosis allows; None where no limit is set.  Two queries."""
    return _limit_at(_diagnoses(case))[1]


def _limits_of(session, diagnoses):
    """Return the limits a session is judged by, today's first: that of today, and the one in force when it began.

    A limit that is raised later excuses nothing, and one that is lowered counts at once.
    """
    today, then = _limit_at(diagnoses)[1], _limit_at(diagnoses, session.began)[1]
    return (today,) if then is None or then == today else (today, then)


def _diagnoses(case):
    """Return the diagnoses of a case, oldest first, each with the limits a clinician set, oldest first."""
    limits = Prefetch("pain_limits", PainLimitSet.objects.order_by("set_at", "id"))
    return list(case.diagnoses.order_by("at", "id").prefetch_related(limits))


def _limit_at(diagnoses, moment=None):
    """Return (the newest diagnosis, the pain it allows), each None without; with a moment, as they stood then."""
    known = [diagnosis for diagnosis in diagnoses if moment is None or diagnosis.at <= moment]
    if not known:
        return None, None
    rows = [row for row in known[-1].pain_limits.all() if moment is None or row.set_at <= moment]
    own = ClinicianLimit(rows[-1].during_nprs, rows[-1].strength_nprs, rows[-1].morning_change) if rows else None
    return known[-1].cause, limit_for(known[-1].cause, rehab_knowledge().progress, own)


def items_now(course):
    """Return where each exercise of the plan in force stands, with what was logged of it, in plan order."""
    items = list(course.plan.items.all())
    today = course.now.date()
    tested = length_tested(course.case, [item.exercise_id for item in items], today)
    begun_on = max(timezone.localdate(course.plan.signed_at), today - LOOKED_BACK)
    assessed_on = newest_examination(course.case)
    return [
        _item_now(course, item, tested=tested.get(item.exercise_id, ()), begun_on=begun_on, assessed_on=assessed_on)
        for item in items
    ]


def _item_now(course, item, **seen):
    exercise, step = rehab_knowledge().exercises[item.exercise_id], newest_step(item)
    return ItemNow(
        item=str(item.pk),
        exercise=exercise.code,
        progress_rule=exercise.progress_rule,
        regress_rule=exercise.regress_rule,
        is_calf=loads_calf(exercise),
        level=step.level,
        min_level=item.min_level,
        max_level=item.max_level,
        dose_percent=step.dose_percent,
        stepped_at=step.stepped_at,
        step_rule=step.rule,
        rest_until=step.rest_until,
        acted=frozenset(step.inputs.get("acted", ())),
        history=course.of_item(item),
        **seen,
    )


def newest_step(item):
    """Return where an item stands; a plan always has its first steps, and one without stands at its start level."""
    return item.newest[0] if item.newest else LevelStep(item=item, level=item.start_level, rule="START")


def intake_morning(case):
    """Return the morning pain told at intake, 0 to 10, or None: with the first pain rating of the case."""
    first = case.scores.current().filter(measure="NPRS").order_by("day", "scored_at").first()
    return first.parts.get("morning") if first else None


def plan_in_force(case):
    """Return the signed plan with its items, each carrying its newest step in ``newest``; None without one."""
    items = with_newest_step(PlanItem.objects.order_by("position"), case)
    return (
        Plan.objects.signed()
        .filter(case=case)
        .select_related("signed_by", "diagnosis")
        .prefetch_related(Prefetch("items", items))
        .first()
    )


def with_words(path, case):
    """Return what fetches the items of a case at the end of a path, worded; one query, whatever number of them."""
    return Prefetch(path, PlanItem.objects.worded(case.clinic_id))


def with_newest_step(items, case, until=None):
    """Return these items of a case, each worded and with its newest step in ``newest``: a list of one, or empty.

    ``until`` leaves out the steps after a moment.
    """
    known = LevelStep.objects.filter(item=OuterRef("item"), **({"stepped_at__lte": until} if until else {}))
    steps = LevelStep.objects.filter(pk=Subquery(known.order_by("-stepped_at", "-id").values("pk")[:1]))
    return items.worded(case.clinic_id).prefetch_related(Prefetch("steps", steps, to_attr="newest"))


def moves_of(case):
    """Return the moves on the ladder as the rules read them, oldest first; empty where running has not begun."""
    rows = RunStage.objects.filter(case=case).order_by("stepped_at", "id")
    return [Moved(row.stage, row.passed, row.stepped_at, row.rest_until, row.rule, row.inputs) for row in rows]
