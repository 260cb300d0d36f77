"""Reviewing: what the alerts of 7.4 ask of the clinic becomes a task, once for each event.

Asked after every log, and once a day for every runner with a plan: days pass without a log too.
"""

from datetime import timedelta

from django.utils import timezone

from clinic.alarms import open_task, settle_task
from clinic.models import Task
from clinic.terms import Level, Reason
from rehab import written
from rehab.followed import NO_GAIN, followed_of, measures_due, scores_of
from rehab.knowledge import rehab_knowledge
from rehab.leaving import has_passed_the_ladder, suggestion_of
from rehab.rules.alerts import alerts
from rehab.rules.discharge import RULE as DISCHARGE
from rehab.rules.working_days import end_of_day, midnight, next_working_day, one_working_day_after
from triage.actions import hold

BY_ANSWER = "red_flag"  # opened where the question was answered: triage.actions.retrigger
NO_GAIN_FACT = "noimp_14_days"
IMMEDIATE = "immediate"
MEASURES = "measures_due"


def open_tasks(course, *, by, at, of_stages=()):
    """Open a task for every alert that nobody has a task for since it arose; ``of_stages``: alerts of the ladder."""
    table = rehab_knowledge().progress
    zone = timezone.get_current_timezone()
    known, waiting = _answered(course.case)
    scores = scores_of(course.case)
    followed = followed_of(course, scores)
    found = alerts(followed, now=course.now, zone=zone, table=table)
    for code in waiting & set(written.HAS_COME) - {due.code for due in found}:
        settle_task(case=course.case, code=code, text=written.HAS_COME[code].en, by=by, at=at)
    for due in found:
        answered = known.get(due.code)
        if due.code == BY_ANSWER or (answered is not None and answered >= due.arose):
            continue
        if due.code == NO_GAIN:
            _look_for_the_cause(course.case, due, by, at)
        else:
            is_alarm = table.alerts[due.code].due == IMMEDIATE
            _open(course.case, due.code, due.text.en, due.level, due.due, is_alarm, by, at)
    if course.plan is not None:
        _ask_measures(course, scores, known, waiting, followed.rests, by, at)
    _suggest_discharge(course, known, waiting, by, at)
    for code in set(of_stages) - {BY_ANSWER}:
        alert, days = table.alerts[code], round(table.steps["working_days"].numbers["days"])
        _open(course.case, code, alert.text.en, alert.level, one_working_day_after(at, zone, days), False, by, at)


def _answered(case):
    """Return by code when somebody last had, saw or finished its task, and the codes that wait.

    What arose before such a moment is in that task.
    """
    rows = list(Task.objects.filter(case=case).values_list("code", "opened_at", "seen_at", "done_at"))
    found = {}
    for code, *moments in rows:
        newest = max(moment for moment in moments if moment is not None)
        found[code] = max(found.get(code, newest), newest)
    return found, {code for code, *_, done_at in rows if done_at is None}


def _open(case, code, text, level, due, is_alarm, by, at):
    open_task(case=case, code=code, text=text, level=level or "", due=due, is_alarm=is_alarm, by=by, at=at)


def _look_for_the_cause(case, due, by, at):
    """No gain in 14 days: the plan rests, the whole clot screen is asked again, and the diagnosis is open (S2.29)."""
    reason = Reason(due.code, due.text.en, ", ".join(due.source))
    hold(case=case, reason=reason, by=by, at=at, facts=(NO_GAIN_FACT,), level=Level.U, due=due.due, is_alarm=False)


def _ask_measures(course, scores, known, waiting, rests, by, at):
    """Ask for the outcome measures of section 9, once for each point of their schedule: day 14 reads the gain there.

    While the plan rests nothing new is asked; what was asked before is settled by its scores all the same.
    """
    asked = measures_due(course.plan, course.cause, scores, course.now.date())
    if not asked and MEASURES in waiting:
        settle_task(case=course.case, code=MEASURES, text=written.ALL_SCORED.en, by=by, at=at)
    newest, zone = max((one.on for one in asked), default=None), timezone.get_current_timezone()
    if rests or newest is None or (MEASURES in known and known[MEASURES] >= midnight(newest, zone)):
        return
    days = round(rehab_knowledge().progress.steps["working_days"].numbers["days"])
    due = end_of_day(next_working_day(newest, days), zone)
    text = written.MEASURES_ASKED if course.case.patient.person_id else written.MEASURES_DUE
    _open(course.case, MEASURES, text.en, "", due, False, by, at)


def _suggest_discharge(course, known, waiting, by, at):
    """Bring a runner up for discharge while every condition is met; who was kept on is brought up weeks later."""
    table = rehab_knowledge()
    suggested = has_passed_the_ladder(course.case) and suggestion_of(course).suggested
    if not suggested and DISCHARGE in waiting:
        settle_task(case=course.case, code=DISCHARGE, text=written.NO_DISCHARGE.en, by=by, at=at)
    answered, pause = known.get(DISCHARGE), timedelta(weeks=table.running.practice[DISCHARGE].numbers["weeks"])
    if not suggested or DISCHARGE in waiting or (answered is not None and at - answered < pause):
        return
    days = round(table.progress.steps["working_days"].numbers["days"])
    due = one_working_day_after(at, timezone.get_current_timezone(), days)
    _open(course.case, DISCHARGE, written.DISCHARGE.en, "", due, False, by, at)
