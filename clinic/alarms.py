"""Tasks and alarms: opened once, never lost; an alarm is mailed until somebody has seen it."""

from django.db import transaction

from clinic.actions import lock_case
from clinic.models.tasks import Task
from clinic.terms import Level


@transaction.atomic
def open_task(*, case, code, text, by, at, due, level="", owner=Task.Owner.CLINICIAN, is_alarm=False):
    """Open a task of a case, or add to the one of this code that stands open; return it.

    ``due`` and ``at`` are moments of the server's clock.  A second occurrence adds its words in front of the
    old ones, keeps the earlier due moment and the more urgent level, and rings again an alarm that was seen
    before it.
    """
    lock_case(case)
    task = Task.objects.open().filter(case=case, code=code).first()
    if task is None:
        return Task.objects.create(
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
    task.text = task.text if text in task.text else _fitting(f"{text} {task.text}")
    task.due, task.level = min(task.due, due), _more_urgent(task.level, level)
    if is_alarm and (not task.is_alarm or (task.seen_at and task.seen_at < at)):
        task.is_alarm, task.seen_at, task.seen_by, task.mail_next = True, None, None, at
    task.save(update_fields=["text", "due", "level", "is_alarm", "seen_at", "seen_by", "mail_next"])
    return task


def _fitting(text):
    return text[: Task._meta.get_field("text").max_length]


def _more_urgent(one, other):
    """Return the more urgent of two levels, each a code or empty."""
    return max(one, other, key=lambda code: Level(code).urgency if code else -1)
