"""What is old is forgotten: sessions and counted tries that expired, and work that ended."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from clinic.background import free_the_lost
from clinic.sessions import forget_ended

DONE_FOR, FAILED_FOR = timedelta(days=7), timedelta(days=90)
_others = {}


def also_tidy(what, forget):
    """Let another app forget what is old in its own rooms: ``forget(now)`` returns how many there were."""
    _others[what] = forget


def tidy(now):
    """Forget what is old at ``now``; return {what: how many}.  Twice is harmless."""
    ended = DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=now - DONE_FOR)
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__lt=now - FAILED_FOR)
    told = {"lost work taken back": free_the_lost(now)}
    told["expired sessions"] = Session.objects.filter(expire_date__lt=now).delete()[0]
    told["ended places"] = forget_ended(now)
    told["expired counts"] = _expired_counts(now)
    told["ended work"] = ended.delete()[0] + failed.delete()[0]
    return told | {what: forget(now) for what, forget in _others.items()}


def _expired_counts(now):
    """Forget the counted tries whose time is over; the cache itself does so only when its table is full."""
    cache = caches["default"]
    if not isinstance(cache, DatabaseCache):
        return 0
    table, quoted = connection.ops.quote_name(cache._table), connection.ops.quote_name("expires")
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(now)
        cursor.execute(f"DELETE FROM {table} WHERE {quoted} < %s", [moment])  # noqa: S608 (the name is our setting)
        return cursor.rowcount
