"""Judging: what the rules make of the logs, kept as rows with rule, inputs, reasons and knowledge version.

Run inside the transaction of the log that brings it about, by the person who logged.  The colours are computed anew
from the logs of the last weeks; a row is added only where one changed.
"""

from datetime import timedelta
from uuid import UUID

from clinic.actions import lock_case
from clinic.audit import recorded
from clinic.models import Case
from rehab.actions.kept import judgement_columns
from rehab.actions.moving import move_plan
from rehab.actions.offers import tell_of_offers
from rehab.actions.reviewing import open_tasks
from rehab.actions.stages import move_stage
from rehab.history import course_of
from rehab.models import ExerciseLog, Plan, Verdict

KEPT_FOR = timedelta(days=14)  # a colour older than this no longer moves anything


def judge_session(session, *, by, at):
    """Judge a session that was just written, and whatever it changes; return the course."""
    return judge_case(session.case, by=by, at=at)


def judge_morning(morning, *, by, at):
    """Judge the sessions of the day before again, now that their next morning is known."""
    judge_case(morning.case, by=by, at=at)


def judge_case(case, *, by, at):
    """Judge the recent logs of a case as they stand now; return the course.  The caller has locked the case."""
    course = course_of(case, at)
    keep_verdicts(course, by=by, at=at)
    move_plan(course, by=by, at=at)
    of_stages = move_stage(course, by=by, at=at)
    tell_of_offers(case, by=by, at=at)
    open_tasks(course, by=by, at=at, of_stages=of_stages)
    return course


def cases_with_a_plan():
    """Return the open cases with a plan in force, by key."""
    return Case.objects.filter(closed_at__isnull=True, pk__in=Plan.objects.signed().values("case")).order_by("pk")


@recorded
def review(*, case, at):
    """Look at one case as the day finds it: colours that lacked a morning, missed weeks, what is due.

    What the clock brings about stands under the name of who signed the plan.
    """
    plan = Plan.objects.signed().filter(case=case).select_related("signed_by").first()
    if plan is not None and not lock_case(case).closed_at:
        judge_case(case, by=plan.signed_by, at=at)


def keep_verdicts(course, *, by, at):
    """Add a row for each session, and each exercise of it, whose colour or rule is not the newest on record."""
    recent = [judged for judged in course.judged if judged.session.day >= course.now.date() - KEPT_FOR]
    sessions = [UUID(judged.session.id) for judged in recent]
    known, logs = _newest(sessions), _log_ids(sessions)
    found = [(judged.session.id, None, judged.judgement) for judged in recent]
    found += [
        (judged.session.id, done.item, course.exercises[judged.session.id, done.item])
        for judged in recent
        for done in judged.session.exercises
        if (judged.session.id, done.item) in logs  # not one that a correction left out: it counts in the session
    ]
    Verdict.objects.bulk_create(
        Verdict(
            session_id=session,
            exercise_id=logs.get((session, item)),
            colour=judgement.colour.value,
            judged_at=at,
            judged_by=by,
            **judgement_columns(judgement),
        )
        for session, item, judgement in found
        if known.get((session, logs.get((session, item)))) != (judgement.colour.value, judgement.rule)
    )


def _newest(sessions):
    """Return {(session, exercise log): (colour, rule)} as last kept.  One query."""
    rows = Verdict.objects.filter(session__in=sessions).order_by("judged_at", "id")
    return {
        (str(row["session_id"]), row["exercise_id"]): (row["colour"], row["rule"])
        for row in rows.values("session_id", "exercise_id", "colour", "rule")
    }


def _log_ids(sessions):
    """Return {(session, item): exercise log}.  One query."""
    rows = ExerciseLog.objects.filter(session__in=sessions).values_list("session_id", "item_id", "pk")
    return {(str(session), str(item)): pk for session, item, pk in rows}
