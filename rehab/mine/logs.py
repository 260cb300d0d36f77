"""The list of what was logged, and the form that corrects one of it."""

from datetime import timedelta
from types import SimpleNamespace

from django.utils import timezone

from clinic.units import kg_shown, km_shown
from rehab.history import with_words
from rehab.mine.run_form import FREE, RunForm
from rehab.mine.session import session_form, told_tasks
from rehab.mine.shown import may_correct, shown
from rehab.models import ExerciseLog, MorningLog, SessionLog

WINDOW = timedelta(days=14)
FIRST_YEAR = 1900  # an older day in the address is a mistake, and no window fits before it


def logs_page(case, person, at, before=None):
    """Return what was logged in the two weeks up to ``before`` (today without one), by day, newest first."""
    last = before if before and before.year >= FIRST_YEAR else timezone.localdate(at)
    first = last - WINDOW + timedelta(days=1)
    sessions = SessionLog.objects.current().filter(case=case, day__range=(first, last)).select_related("run")
    sessions = sessions.prefetch_related(with_words("exercises__item", case), "verdicts")
    mornings = MorningLog.objects.current().filter(case=case, day__range=(first, last))
    days = {}
    for row in sessions:
        days.setdefault(row.day, SimpleNamespace(day=row.day, sessions=[], morning=None))
        days[row.day].sessions.append(shown(row, person, at))
    for row in mornings:
        days.setdefault(row.day, SimpleNamespace(day=row.day, sessions=[], morning=None)).morning = row
        row.may_correct = may_correct(row, person, at)
    older = SessionLog.objects.current().filter(case=case, day__lt=first).order_by("-day").values_list("day", flat=True)
    for found in days.values():
        found.is_today = found.day == timezone.localdate(at)
    return {"days": sorted(days.values(), key=lambda d: d.day, reverse=True), "older": older.first()}


def correction_form(mine, session, at, person, data=None):
    """Return the form that corrects a log, filled with what it says; safety answers are added on their own page."""
    if session.kind == SessionLog.Kind.RUN:
        stage = session.run.stage
        return RunForm(data, stage=stage, units=person.units, asks_safety=False, initial=_run_values(session, person))
    rows = {row.item_id: row for row in session.exercises.all()}
    form = session_form(mine, told_tasks(mine.case, list(rows), at), at, person.units, data=data)
    form.initial |= _values(session)
    for part in form.parts:
        form.initial |= _exercise_values(part, rows[part.task.item.pk], person.units)
    return form


def _values(session):
    names = ("day", "minutes", "pain_before", "pain_during", "pain_after", "effort", "gait_change", "tingling", "note")
    return {name: getattr(session, name) for name in (*names, "began")}


def _run_values(session, person):
    run = session.run
    names = ("run_minutes", "walk_minutes", "longest_run_minutes", "hills", "surface", "shoes", "cadence")
    found = {name: getattr(run, name) for name in (*names, "onset_minute", "relief_minutes", "sleep", "fatigue")}
    found |= {"distance": km_shown(run.km, person.units), "stage": FREE if run.stage is None else str(run.stage)}
    found["sleeve"] = {True: "yes", False: "no"}.get(run.sleeve)
    return _values(session) | found


def _exercise_values(part, row, units):
    """Return what was said of one exercise, under the names of its fields."""
    reason, _colon, more = row.reason.partition(": ")
    said_of = {
        "sets": [str(n) for n, found in enumerate(row.sets) if found.get("done")],
        "pain": row.pain_during,
        "effort": row.effort,
        "form": row.form,
        "load": kg_shown(row.load_kg, units),
        "instead": row.swapped_for_id if row.done == ExerciseLog.Done.SWAPPED else "",
        "reason": reason,
        "more": more,
    }
    return {f"x{part.number}_{short}": value for short, value in said_of.items()}
