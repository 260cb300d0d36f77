"""Noticing: a stop that a runner did not bring about themselves is written down as a mail owed to them.

Only the row is written here, in the transaction of the stop: no mail server can undo a stop or delay it.
"""

from django.utils import timezone

from triage.models import Notice
from triage.models.notices import EXERCISE, RESTS


def owe_rest(case, screening, *, by, at):
    """Owe the runner the word that the plan rests, once for each stop; nothing where they stopped it themselves."""
    _owe(case, by, kind=RESTS, once=str(screening.pk), opened_at=at, mail_next=at)


def owe_exercise(case, *, until, by, at):
    """Owe the runner the word that an exercise rests ``until`` then, once a day."""
    _owe(case, by, kind=EXERCISE, once=timezone.localdate(at).isoformat(), until=until, opened_at=at, mail_next=at)


def _owe(case, by, **told):
    runner = case.patient.person_id
    if runner is not None and runner != by.pk:
        Notice.objects.bulk_create([Notice(case=case, **told)], ignore_conflicts=True)
