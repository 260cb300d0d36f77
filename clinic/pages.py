"""Small things list pages share: the key of the next page, and dates as words."""

import json
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime


def key_of(request, length):
    """Return the key after which a page begins; anything that is not such a key means the first page."""
    try:
        key = json.loads(request.GET.get("after", ""))
    except ValueError:
        return None
    return key if isinstance(key, list) and len(key) == length and all(_is_plain(part) for part in key) else None


def _is_plain(part):
    return isinstance(part, (str, int)) and not isinstance(part, bool) and "\x00" not in str(part)


def next_page(request, key):
    """Return the query string of the page after ``key``, or None at the end."""
    if key is None:
        return None
    kept = {name: value for name, value in request.GET.items() if name != "after"}
    return "?" + urlencode({**kept, "after": json.dumps(key)})


def is_uuid(text):
    """Return whether a text is a UUID."""
    try:
        return bool(UUID(str(text)))
    except ValueError:
        return False


def moment(text):
    """Return an aware moment from its ISO text, or None."""
    try:
        value = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return value if value and timezone.is_aware(value) else None


def days_ago(moment, now):
    """Return "today", "yesterday" or "3 days ago", by the days of the clinic's clock."""
    days = (timezone.localdate(now) - timezone.localdate(moment)).days
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
