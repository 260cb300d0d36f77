"""Reminding: what a runner wishes, and that a reminder is sent at most once.

A reminder is claimed before its mail leaves.  A crash between the two loses one mail, which tomorrow's makes good; the
other way round a server that stumbles would mail the same runner again and again.
"""

from datetime import time

from django.db import IntegrityError, transaction
from django.db.models import Q

from clinic.audit import recorded
from clinic.consents import Kind, agreeing_to
from clinic.models import Patient
from rehab.actions.judging import cases_with_a_plan
from rehab.knowledge import rehab_knowledge
from rehab.models import Reminder, ReminderChoice

AT_ONCE = 500  # rows made at a stroke


def default_choice(patient):
    """Return the choice of a runner who chose nothing, not saved."""
    table = rehab_knowledge().reminders
    return ReminderChoice(
        patient=patient, session_time=time(table.session_hours), morning_time=time(table.morning_hours)
    )


def choice_of(patient):
    """Return what a runner chose, or what holds where they chose nothing."""
    return ReminderChoice.objects.filter(patient=patient).first() or default_choice(patient)


def begin_reminding():
    """Give every runner with a plan, and with a sign-in, a choice to stand on; return how many are new."""
    with_a_plan = cases_with_a_plan().values("patient")
    new = Patient.objects.filter(person__isnull=False, reminder_choice__isnull=True, pk__in=with_a_plan).order_by("pk")
    count = 0
    while rows := list(new[:AT_ONCE]):
        count += len(rows)
        ReminderChoice.objects.bulk_create([default_choice(row) for row in rows], ignore_conflicts=True)
    return count


@recorded
def keep_choice(*, patient, chosen, by, at):
    """Keep when a runner is reminded and of what; ``chosen`` maps fields of the choice to values."""
    usual, changed = default_choice(patient), {"changed_at": at, "changed_by": by}
    new = {"session_time": usual.session_time, "morning_time": usual.morning_time, **chosen, **changed}
    ReminderChoice.objects.update_or_create(patient=patient, defaults=chosen | changed, create_defaults=new)


@recorded
def decide(*, choice, moments, kinds, case, at, today):
    """Keep that a day is decided for these moments ("session", "morning"), and claim the reminders that are due.

    Returns their rows; none where another worker decided meanwhile, a wish was changed, or the runner agrees no more.
    """
    undecided = Q(agreeing_to(Kind.REMINDERS, "pk")) if kinds else Q()
    for moment in moments:
        undecided &= ~Q(**{f"{moment}_decided": today})
    for kind in kinds:
        undecided &= Q(**{f"wants_{kind.wish}": True})
    decided = {f"{moment}_decided": today for moment in moments}
    if not ReminderChoice.objects.filter(undecided, pk=choice.pk).update(**decided):
        return []
    told = {"patient_id": choice.pk, "case": case, "day": today, "claimed": at}
    claimed = [_claimed(kind=kind.value, **told) for kind in kinds]
    return [row for row in claimed if row is not None]


def _claimed(**told):
    """Return the row of a reminder that is claimed now; None where there is one of this kind and day already."""
    try:
        with transaction.atomic():
            return Reminder.objects.create(**told)
    except IntegrityError:
        return None


def came_to(rows, *, at, error=""):
    """Keep how the mail of these reminders went: it left at ``at``, or what kind of fault it met."""
    told = {"mail_error": error[:60]} if error else {"mail_sent": at}
    Reminder.objects.filter(pk__in=[row.pk for row in rows]).update(**told)
