"""What is old is forgotten: sessions and counted tries that expired, work that ended, drafts of forms."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.db.models import Q
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from clinic.background import free_the_lost, lost_work
from clinic.models import Draft
from clinic.sessions import ended_places

DONE_FOR, FAILED_FOR, DRAFTS_FOR = timedelta(days=7), timedelta(days=90), timedelta(days=90)
_others = {}


def also_tidy(what, forget):
    """Let another app forget what is old in its own rooms: ``forget(now, dry=...)`` returns how many there were."""
    _others[what] = forget


def tidy(now, *, dry=False):
    """Forget what is old at ``now``, or with ``dry`` only count it; return {what: how many}.  Twice is harmless."""
    told = {"lost work taken back": lost_work(now).count() if dry else free_the_lost(now)}
    told |= {what: rows.count() if dry else rows.delete()[0] for what, rows in _old_rows(now).items()}
    told["expired counts"] = _expired_counts(now, dry)
    return told | {what: forget(now, dry=dry) for what, forget in _others.items()}


def _old_rows(now):
    ended = Q(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=now - DONE_FOR)
    failed = Q(status=TaskResultStatus.FAILED, finished_at__lt=now - FAILED_FOR)
    return {
        "expired sessions": Session.objects.filter(expire_date__lt=now),
        "ended places": ended_places(now),
        "ended work": DBTaskResult.objects.filter(ended | failed),
        "drafts that nobody went on with": Draft.objects.filter(updated_at__lt=now - DRAFTS_FOR),
    }


def _expired_counts(now, dry):
    """Forget the counted tries whose time is over; the cache itself does so only when its table is full."""
    cache = caches["default"]
    if not isinstance(cache, DatabaseCache):
        return 0
    table, quoted = connection.ops.quote_name(cache._table), connection.ops.quote_name("expires")
    old = f"FROM {table} WHERE {quoted} < %s"
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(now)
        cursor.execute(f"SELECT count(*) {old}" if dry else f"DELETE {old}", [moment])  # noqa: S608 (our own names)
        return cursor.fetchone()[0] if dry else cursor.rowcount
