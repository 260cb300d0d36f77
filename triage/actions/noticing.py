"""Noticing: a stop that a runner did not bring about themselves is written down as a mail owed to them.

Only the row is written here, in the transaction of the stop: no mail server can undo a stop or delay it.
"""

from datetime import timedelta

from django.utils import timezone

from triage.gate import loading_gate, was_shut
from triage.models import Notice, Screening
from triage.models.notices import EXERCISE, RESTS

IN_THE_ROOM = timedelta(hours=1)  # a screening begun by hand, often beside the runner, is mailed when not done by then
JUST_BEFORE = timedelta(microseconds=1)


def owe_rest(case, *, at, shown_to=None, waits=timedelta(0)):
    """Owe the runner the word that this leg rests, where what was written at ``at`` shut its gate.

    Call it last, the case locked.  ``shown_to``: who reads it on the page that answers them; a runner who does is owed
    nothing, and who was stopped already is told once.  ``waits``: how long, while nothing dangerous stands open.
    """
    if not _is_owed_to_runner(case, shown_to):
        return
    gate = loading_gate(case)
    if gate.open:
        return
    moment = at if gate.unanswered else at + waits
    waiting = Notice.objects.waiting().filter(case=case, kind=RESTS)
    if waiting.exists():
        waiting.filter(mail_tries=0, mail_next__gt=moment).update(mail_next=moment)
    elif _was_free(case, at - JUST_BEFORE):
        _owe(case, kind=RESTS, once=at.isoformat(), opened_at=at, mail_next=moment)


def owe_exercise(case, *, until, at, shown_to):
    """Owe the runner the word that an exercise rests ``until`` then, once a day."""
    if _is_owed_to_runner(case, shown_to):
        day = timezone.localdate(at).isoformat()
        _owe(case, kind=EXERCISE, once=day, until=until, opened_at=at, mail_next=at)


def _is_owed_to_runner(case, shown_to):
    runner = case.patient.person_id
    return runner is not None and (shown_to is None or shown_to.pk != runner)


def _was_free(case, moment):
    """Return whether the leg could be loaded at a moment: screened, and nothing open."""
    screened = Screening.objects.filter(case=case, completed_at__lte=moment)
    return screened.exists() and not was_shut(case, moment)


def _owe(case, **told):
    Notice.objects.bulk_create([Notice(case=case, **told)], ignore_conflicts=True)
