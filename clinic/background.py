"""Work beside the requests: tried again with growing pauses, and at last shown to the administrators.

``manage.py db_worker`` runs it from the database.  A piece of work is a function of ids: what waits in the table names
nobody, and neither does what is kept of a fault: its kind and its place in the code, never its words, which may hold
what somebody typed.  No alarm waits for it (see ``clinic.alarms``).
"""

import logging
import traceback
from datetime import timedelta
from functools import wraps
from pathlib import Path

from django.conf import settings
from django.dispatch import receiver
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks.signals import task_finished
from django_tasks_db.models import DBTaskResult

# Minutes until the next try, after the first, second and third; the fourth is the last.
PAUSES = (1, 5, 30)
LONGEST = timedelta(hours=1)  # what runs for so long lost its worker
logger = logging.getLogger("clinic.background")


class WorkFailed(Exception):
    """A piece of work did not end; says what kind of fault it was and where, and nothing else."""


def background(work=None, *, gave_up=None):
    """Make a function of ids a piece of background work: ``read.enqueue(key)`` puts it into the queue.

    It may run more than once, so it must bear that.  ``gave_up`` is called with the same ids after the last try.
    """

    def made(work):
        @wraps(work)
        def quietly(*args):
            try:
                work(*args)
            except Exception as fault:
                raise WorkFailed(kind_and_place(fault)) from None

        quietly.gave_up = gave_up
        return task(quietly)

    return made if work is None else made(work)


def kind_and_place(fault):
    """Return what kind of fault it is and the last place of our own code it went through, without its words."""
    ours = str(settings.BASE_DIR)
    frames = [f for f in traceback.extract_tb(fault.__traceback__) if f.filename.startswith(ours)]
    own = [f for f in frames if "site-packages" not in f.filename and Path(f.filename) != Path(__file__)]
    place = f" in {Path(own[-1].filename).relative_to(ours)}, line {own[-1].lineno}" if own else ""
    return f"{type(fault).__name__}{place}"


@receiver(task_finished, dispatch_uid="clinic.background")
def after_a_try(sender, task_result, **kwargs):
    """Let a try that failed be followed by another, later; after the last one it stays failed and is shown."""
    if task_result.status == TaskResultStatus.FAILED:
        _next_try(task_result.db_result, timezone.now())


def _next_try(row, now):
    tries = len(row.worker_ids)
    failed = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.FAILED)
    if tries <= len(PAUSES):
        later = now + timedelta(minutes=PAUSES[max(tries, 1) - 1])
        failed.update(status=TaskResultStatus.READY, run_after=later, finished_at=None)
        return
    logger.error("work %s failed %s times and is left to the administrators", row.pk, tries)
    _give_up(row)


def _give_up(row):
    try:
        gave_up = row.task.func.gave_up
        if gave_up:
            gave_up(*row.args_kwargs["args"])
    except Exception as fault:  # the row stands there as failed, whatever this does
        logger.error("work %s could not be given up: %s", row.pk, kind_and_place(fault))


def put_again(key):
    """Put failed work into the queue once more, with all its tries; return whether there was any."""
    failed = DBTaskResult.objects.filter(pk=key, status=TaskResultStatus.FAILED)
    fresh = {"worker_ids": [], "run_after": timezone.now(), "finished_at": None}
    return bool(failed.update(status=TaskResultStatus.READY, **fresh))


def lost_work(now):
    """Return the work whose worker went away in the middle of it."""
    return DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__lt=now - LONGEST)


def free_the_lost(now):
    """Take back work whose worker went away in the middle of it; return how much there was."""
    lost = lost_work(now)
    count = 0
    for row in lost:
        kept = {"exception_class_path": "clinic.background.WorkFailed", "traceback": "The worker went away."}
        ended = {"status": TaskResultStatus.FAILED, "finished_at": now}
        if lost.filter(pk=row.pk).update(**ended, **kept):
            count += 1
            _next_try(row, now)
    return count
