"""Tasks and alarms: opened once, never lost; an alarm is mailed until somebody has seen it.

The task in the database is the alarm.  The mail only carries it further: whether one leaves changes nothing of what
is held, and no answer of a runner waits for more than one try.
"""

import logging
from datetime import timedelta
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext

from clinic import written
from clinic.access import may_answer
from clinic.actions import StaleRecord, lock_case, touch_case
from clinic.audit import recorded
from clinic.clock import after, is_due
from clinic.mail import alarm_addresses, send_alarm
from clinic.models.tasks import Task
from clinic.terms import Level, in_english

# Minutes until the next mail about an alarm that nobody has seen, after the first, second ... try; then the last.
PAUSES = (1, 2, 5, 10, 20, 30, 60)
AT_ONCE = 200  # alarms one pass takes; what is left is taken by the next
NOBODY = "no address: the clinic has neither an alarm address nor a lead"
logger = logging.getLogger("clinic.alarms")


def end_of_day(at):
    """Return the last minute of the clinic's day: what is of today is done by then."""
    return timezone.localtime(at).replace(hour=23, minute=59, second=0, microsecond=0)


@recorded
def open_task(*, case, code, text, by, at, due, level="", owner=Task.Owner.CLINICIAN, is_alarm=False):
    """Open a task of a case, or add to the one of this code that stands open; return it.

    ``due`` and ``at`` are moments of the server's clock.  A second occurrence adds its words in front of the
    old ones, keeps the earlier due moment and the more urgent level, and rings again an alarm that was seen
    before it.
    """
    lock_case(case)
    task = Task.objects.open().filter(case=case, code=code).first()
    if task is None:
        task = Task.objects.create(
            case=case,
            code=code,
            text=_fitting(text),
            level=level,
            owner=owner,
            due=due,
            is_alarm=is_alarm,
            opened_at=at,
            opened_by=by,
            mail_next=at if is_alarm else None,
        )
        rings = is_alarm
    else:
        rings = _once_more(task, text=text, level=level, at=at, due=due, is_alarm=is_alarm)
    if rings:
        transaction.on_commit(partial(deliver_one, task.pk, at), robust=True)
    return task


def _once_more(task, *, text, level, at, due, is_alarm):
    """Add a second occurrence to an open task; return whether it rings now."""
    raised = _more_urgent(task.level, level)
    rings = is_alarm and (not task.is_alarm or raised != task.level or bool(task.seen_at and task.seen_at < at))
    task.text = task.text if text in task.text else _fitting(f"{text} {task.text}")
    task.due, task.level = min(task.due, due), raised
    if rings:
        task.is_alarm, task.seen_at, task.seen_by, task.mail_next, task.mail_tries = True, None, None, at, 0
    task.save(update_fields=["text", "due", "level", "is_alarm", "seen_at", "seen_by", "mail_next", "mail_tries"])
    return rings


def _fitting(text):
    return text[: Task._meta.get_field("text").max_length]


def _more_urgent(one, other):
    """Return the more urgent of two levels, each a code or empty."""
    return max(one, other, key=lambda code: Level(code).urgency if code else -1)


@recorded
def see_task(*, task, by, at):
    """Keep that somebody has seen a task: an alarm is mailed no more.  The first who saw it counts.

    ``PermissionDenied`` for who may not act on it.
    """
    now = _locked(task, by)
    if now.seen_at is None:
        now.seen_at, now.seen_by, now.mail_next = at, by, None
        now.save(update_fields=["seen_at", "seen_by", "mail_next"])
    return now


@recorded
def finish_task(*, task, text, by, at):
    """Keep what was done about a task, in words (not empty); it leaves the list and stands on the timeline.

    It lifts no hold: only the screening and its items do.  Done already: ``StaleRecord``.
    """
    if not text.strip():
        raise ValueError("say what was done")
    now = _locked(task, by)
    if now.done_at is not None:
        raise StaleRecord(now.case, now.case.events.select_related("by")[:1])
    now.seen_at, now.seen_by, now.mail_next = now.seen_at or at, now.seen_by or by, None
    now.done_at, now.done_by, now.done_text = after(at, now.opened_at), by, text.strip()[:500]
    now.save(update_fields=["seen_at", "seen_by", "mail_next", "done_at", "done_by", "done_text"])
    words = in_english(written.TASK_DONE, typed=now.done_text, task=now.text)
    touch_case(now.case, version=now.case.version, by=by, at=at, kind="task_done", text=words)
    return now


def settle_task(*, case, code, text, by, at):
    """Keep that an action itself did what an open task of this code asked; return whether there was one.

    The action writes its own line of the timeline, so this writes none.  Call it inside the action's transaction,
    the case locked.  A task opened after ``at`` is left: nothing is done before it was asked.
    """
    done = {"done_at": at, "done_by": by, "done_text": text, "mail_next": None}
    seen = {"seen_at": Coalesce("seen_at", Value(at)), "seen_by": Coalesce("seen_by", Value(by.pk))}
    asked = Task.objects.open().filter(case=case, code=code, opened_at__lte=at)
    return bool(asked.update(**done, **seen))


def _locked(task, person):
    """Return the task as it stands now, its case locked; refuse who may not act on it."""
    case = lock_case(task.case)
    now = Task.objects.get(pk=task.pk)
    now.case = case
    if not may_answer(person, now):
        raise PermissionDenied(gettext("This task is another role's."))
    return now


def deliver(now):
    """Mail every alarm that nobody has seen and whose moment has come; return how many mails left."""
    due = Task.objects.unheard().filter(_is_due(now)).order_by("mail_next", "id")
    return sum(deliver_one(key, now) for key in list(due.values_list("pk", flat=True)[:AT_ONCE]))


def _is_due(now):
    return is_due("mail_next", now, longest=timedelta(minutes=PAUSES[-1]))


def deliver_one(key, now):
    """Mail one alarm whose moment has come, and set the moment of the next try; return whether it left.

    The try is claimed before the mail is sent, so that two who deliver at once send one, and no row stays
    locked while a mail server is slow.  Whatever goes wrong is kept beside the task and tried again.
    """
    task = Task.objects.unheard().select_related("case__clinic").filter(_is_due(now), pk=key).first()
    if task is None:
        return False
    pause = timedelta(minutes=PAUSES[min(task.mail_tries, len(PAUSES) - 1)])
    waiting = Task.objects.unheard().filter(pk=key, mail_next=task.mail_next)
    if not waiting.update(mail_next=now + pause, mail_tries=F("mail_tries") + 1):
        return False
    error = _mailed(task)
    came_to = {"mail_error": error[:200]} if error else {"mail_error": "", "mail_sent": now}
    Task.objects.open().filter(pk=key).update(**came_to)
    return not error


def _mailed(task):
    """Send the mail of an alarm; return what went wrong in words, or nothing."""
    addresses = alarm_addresses(task.case.clinic)
    if not addresses:
        logger.error("alarm %s: %s", task.pk, NOBODY)
        return NOBODY
    try:
        send_alarm(task, addresses)
    except Exception as error:  # whatever a mail server does, the next alarm is still delivered
        logger.exception("alarm %s could not be mailed", task.pk)
        return f"{type(error).__name__}: {error}"
    return ""
