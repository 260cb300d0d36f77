"""A clock that went back: what is written later stands later, so the newest row is the one that was written last."""

from datetime import timedelta

from django.db.models import Max

TICK = timedelta(microseconds=1)


def after(at, *rows):
    """Return the moment under which to write what must stand after these rows: ``at``, or just after the newest.

    ``rows``: (queryset, the name of its moment).  The caller has locked the case.
    """
    found = [query.order_by().aggregate(newest=Max(name))["newest"] for query, name in rows]
    newest = max(filter(None, found), default=None)
    return at if newest is None or at > newest else newest + TICK
