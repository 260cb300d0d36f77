"""The guided session: which exercises, with what was used last time, and what the countdown needs."""

from types import SimpleNamespace

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.language import said
from clinic.units import kg_shown
from rehab.actions.logging import SAFETY_HOLDS
from rehab.facts import catalogue_dose, level_of, swaps_of
from rehab.history import with_newest_step
from rehab.knowledge import rehab_knowledge
from rehab.mine.session_form import SessionForm
from rehab.mine.shown import last_words
from rehab.mine.today import recent_sessions, tasks_of
from rehab.models import ExerciseLog, PlanItem, SafetyCheck
from rehab.rules.due import Due
from rehab.words import dose_words

REMEMBERED = 60  # rows of earlier logs that are looked through for what was used last time


def check_for_session(case, at):
    """Return the safety check that the next session may begin with: the newest, of today, calm, whole and unused."""
    newest = SafetyCheck.objects.filter(case=case, where=SafetyCheck.Where.SESSION).first()
    if newest is None or newest.any_yes or not newest.all_answered or at - newest.asked_at > SAFETY_HOLDS:
        return None
    return None if newest.sessions.exists() else newest


def session_tasks(mine, at, *, anyway=False):
    """Return the exercises of today's session; with ``anyway`` those of a day of rest between two days of work."""
    now = timezone.localtime(at)
    tasks = tasks_of(mine.plan, recent_sessions(mine.case, now), now)
    if anyway:
        return [task for task in tasks if task.is_to_do or task.standing.due is Due.SPACED]
    return [task for task in tasks if task.is_to_do]


def told_tasks(case, ids, at):
    """Return the exercises that a form was made of, by the ids it names: of a signed plan of this case."""
    wanted = PlanItem.objects.filter(pk__in=ids, plan__case=case, plan__signed_at__isnull=False)
    items = list(with_newest_step(wanted, case).order_by("position"))
    plan = SimpleNamespace(items=SimpleNamespace(all=lambda: items))
    return tasks_of(plan, [], timezone.localtime(at))


def last_logs(case, tasks):
    """Return {exercise: what was last logged of it} of this case.  One query."""
    codes = [task.item.exercise_id for task in tasks]
    rows = ExerciseLog.objects.filter(
        session__case=case, session__replaced_at__isnull=True, item__exercise__in=codes, done__in=("full", "partly")
    ).select_related("item", "session")
    found = {}
    for row in rows.order_by("-session__day", "-session__logged_at")[:REMEMBERED]:
        found.setdefault(row.item.exercise_id, row)
    return found


def swaps_for(case, tasks, at):
    """Return {exercise: what may be done in its place today}, asked only where the rules know of any."""
    if not any(task.item.exercise_id in rehab_knowledge().mapping.substitutions for task in tasks):
        return {}
    return swaps_of(case, at)


def session_form(mine, tasks, at, units, *, key=None, data=None):
    """Return the form of a session: the loads used last time stand in it, what else was said then beside it.

    Pain, effort and form are asked anew: an answer that was filled in would count as one that nobody gave.
    """
    last = last_logs(mine.case, tasks)
    form = SessionForm(
        data, tasks=tasks, swaps=swaps_for(mine.case, tasks, at), last=last, units=units, initial={"key": key}
    )
    for part in form.parts:
        part.ways_instead = ways_instead(part)
        if part.last:
            part.last_words, part.last_day = last_words(part.last, units), part.last.session.day
        if "load" in part.fields and part.last:
            form.initial[part.fields["load"].name] = kg_shown(part.last.load_kg, units)
    return form


def ways_instead(part):
    """Return how to do each exercise that a form offers in the place of one of its own, easiest level first."""
    offered = part.fields["instead"].field.choices if "instead" in part.fields else ()
    return [_way(code, part.task.item.side) for code, _name in offered if code]


def _way(code, side):
    exercise = rehab_knowledge().exercises[code]
    first = level_of(exercise, 1)
    return SimpleNamespace(
        code=code,
        name=said(exercise.name),
        level=first.number if first else None,
        level_name=said(first.name) if first else "",
        dose=dose_words(SimpleNamespace(**catalogue_dose(code, 1))) if first else "",
        side=side,
        cues=said(exercise.cues),
    )


def script_data(form):
    """Return what the guided session counts with: seconds, sets, and its words in the language of the page."""
    timing = rehab_knowledge().timing
    return {
        "key": str(form["key"].value()),
        "readySeconds": timing.seconds_before_set,
        "betweenHolds": timing.seconds_between_holds,
        "restSeconds": timing.rest_seconds,
        "exercises": [_counted(part) for part in form.parts],
        **needed(form),
        "words": _words(),
    }


def needed(form, *more):
    """Return what a phone looks for in a form before it keeps it: the fields that need an answer, and its words."""
    names = [name for name, field in form.fields.items() if field.required and not field.widget.is_hidden]
    return {"required": [*names, *more], "words": {"needed": _("Please answer this.")}}


def _counted(part):
    return {
        "item": str(part.task.item.pk),
        "rest": part.task.asked.rest_seconds,
        "sets": [{"round": s.round, "amount": s.amount, "unit": s.unit, "hold": s.hold_seconds} for s in part.sets],
    }


def _words():
    return {
        "begin": _("Begin"),
        "ready": _("Get ready"),
        "hold": _("Hold"),
        "rest": _("Rest"),
        "go": _("Go"),
        "setDone": _("Set done"),
        "count": _("Count one"),
        "undo": _("Take one back"),
        "pause": _("Pause"),
        "goOn": _("Go on"),
        "skipRest": _("Skip the rest"),
        "next": _("Next exercise"),
        "previous": _("Back"),
        "finish": _("To the last questions"),
        "muted": _("Sound off"),
        "loud": _("Sound on"),
        "of": _("{n} of {all}"),
        "exercise": _("Exercise {n} of {all}"),
        "whole": _("At the end: a few questions"),
        "allSets": _("All sets of this exercise are done."),
        "restored": _("You go on where you were."),
        "needed": _("Please answer this."),
        "noSets": _("Tick the sets you did, or say why you left it out."),
        "noReason": _("Say why you did another exercise."),
    }
