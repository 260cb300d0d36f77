"""The clock of a machine can be set back: what follows is still later than what it follows, and nothing waits long."""

from datetime import timedelta

from django.db.models import F, Max, Q, Value
from django.db.models.functions import Greatest

A_DAY = timedelta(days=1)


def after(at, earlier):
    """Return ``at``, or where the clock shows less than ``earlier`` (a moment or None) the moment that follows it."""
    return at if earlier is None or at >= earlier else earlier + timedelta(microseconds=1)


def after_all(rows, name, at):
    """Return the moment of a row that comes after all of these by its column ``name``: the newest of them counts.

    What lies more than a day before them is of another day, and keeps it.
    """
    newest = rows.aggregate(newest=Max(name))["newest"]
    return at if newest is None or newest - at > A_DAY else after(at, newest)


def after_column(name, at):
    """Return the same as an expression, for rows that are changed together: never before their own column."""
    return Greatest(F(name), Value(at))


def is_due(name, now, *, longest):
    """Return what selects rows whose moment has come: it has passed, or lies further ahead than anything is put off."""
    return Q(**{f"{name}__lte": now}) | Q(**{f"{name}__gt": now + longest})
