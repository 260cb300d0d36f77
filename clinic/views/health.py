"""Is the product alive, and is it ready?  For whoever restarts servers and sends visitors to them; about nobody."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def alive(request):
    """Answer, and touch nothing."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def ready(request):
    """Say whether the database answers, every migration is applied and the shared cache keeps; 503 where not."""
    told = {"database": _database(), "migrations": False, "cache": False}
    if told["database"]:
        told["migrations"], told["cache"] = _migrations(), _cache()
    return JsonResponse(told, status=200 if all(told.values()) else 503)


def _database():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def _migrations():
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False


def _cache():
    try:
        cache.set("ready", True, 60)
        return cache.get("ready") is True
    except DatabaseError:
        return False
