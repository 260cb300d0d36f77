"""A logged session in plain words: how it went, what happens next, and whether it may still be corrected."""

from datetime import timedelta
from types import SimpleNamespace

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.language import said, said_number, said_reason
from clinic.units import kg_shown, km_shown, unit_word
from rehab.actions.logging import CORRECTED_WITHIN
from rehab.growing import too_long
from rehab.history import course_of, moves_of
from rehab.knowledge import rehab_knowledge
from rehab.models import ExerciseLog, SessionLog
from rehab.rules.sayings import saying


def may_correct(row, person, at):
    """Return whether this person may still correct what they logged."""
    return row.logged_by_id == person.pk and row.replaced_at is None and at - row.logged_at <= CORRECTED_WITHIN


def newest_verdict(session):
    """Return the newest verdict on a whole session, whose verdicts were fetched; None before one was made."""
    return next((row for row in session.verdicts.all() if row.exercise_id is None), None)


def reason_words(verdict):
    """Return why a session got its colour, in the language that is spoken now."""
    known = rehab_knowledge().progress
    codes = [reason["code"] for reason in verdict.reasons if reason["code"] in known.sayings]
    return [said(saying(known, code, verdict.inputs)) for code in codes]


def colour_words(session, verdict):
    """Return (title, what it means) of a session, in plain words."""
    if session.while_shut:
        return (
            _("It is kept"),
            _("Your plan was resting when you did this. Your clinic sees it, and it moves nothing up."),
        )
    return {
        "green": (_("That went well"), _("Carry on as planned.")),
        "amber": (
            _("That was a little too much"),
            _("Do less next time: today's page shows what is asked of you from now on."),
        ),
        "red": (
            _("That was too much"),
            _("Do not repeat it for now. Your clinic sees this; today's page shows what may go on."),
        ),
        "pending": (_("Well done"), _("How it went is clear tomorrow morning, after your first steps.")),
    }.get(
        verdict.colour if verdict else "",
        (_("It is kept"), _("Something was not said or cannot be compared yet, so your plan stays as it is.")),
    )


def next_steps(session, mornings, at):
    """Return what happens next after a session, in plain words."""
    today, next_day = timezone.localdate(at), session.day + timedelta(days=1)
    found = []
    if today <= session.day:
        found.append(_("Tomorrow morning we ask how your first steps feel. Without that answer nothing moves up."))
    elif today == next_day and next_day not in mornings:
        found.append(_("Tell us how your first steps felt this morning. Without that answer nothing moves up."))
    found.append(_("Today's page always shows what is due next."))
    return found


def too_long_words(session, at):
    """Return why a run was longer than a single run may be after the last stage; empty where it was not (8.3)."""
    moves = moves_of(session.case) if session.kind == SessionLog.Kind.RUN else []
    if not any(move.passed for move in moves):
        return []
    cap = too_long(course_of(session.case, at)).get(str(session.pk))
    return [said_reason(reason) for reason in cap.reasons] if cap else []


def shown(session, person, at):
    """Return one session as a page shows it: kind, colour in words, and whether it may be corrected."""
    verdict = newest_verdict(session)
    title, meaning = colour_words(session, verdict)
    return SimpleNamespace(
        row=session,
        is_run=session.kind == SessionLog.Kind.RUN,
        run=getattr(session, "run", None),
        distance=distance_words(session, person.units),
        exercises=[exercise_words(row, person.units) for row in session.exercises.all()],
        colour=verdict.colour if verdict else "unknown",
        title=title,
        meaning=meaning,
        reasons=reason_words(verdict) if verdict and verdict.colour != "green" else [],
        may_correct=may_correct(session, person, at),
    )


DONE = {
    ExerciseLog.Done.FULL: gettext_lazy("all of it"),
    ExerciseLog.Done.PARTLY: gettext_lazy("a part"),
    ExerciseLog.Done.SKIPPED: gettext_lazy("left out"),
    ExerciseLog.Done.SWAPPED: gettext_lazy("something else instead"),
}


def exercise_words(row, units):
    """Return a logged exercise with its name, how much was done, and its load, in words."""
    row.spoken_name = row.item.spoken
    row.spoken_done = DONE[row.done]
    row.spoken_load = _load_words(row, units)
    return row


def last_words(row, units):
    """Return what was logged of an exercise the last time, in one line: "all of it, 5 kg, pain 2 of 10"."""
    said_of_it = [str(DONE[row.done]), _load_words(row, units)]
    if row.pain_during is not None:
        said_of_it.append(_("pain %(points)s of 10") % {"points": row.pain_during})
    if row.effort is not None:
        said_of_it.append(_("effort %(points)s of 10") % {"points": row.effort})
    return ", ".join(words for words in said_of_it if words)


def _load_words(row, units):
    return "" if row.load_kg is None else f"{said_number(kg_shown(row.load_kg, units))} {unit_word(units, 'load')}"


def distance_words(session, units):
    """Return the distance of a run with its unit, or nothing."""
    run = getattr(session, "run", None)
    if run is None or run.km is None:
        return ""
    return f"{said_number(km_shown(run.km, units))} {unit_word(units, 'distance')}"
