"""Small things list pages share: the key of the next page; dates, legs and urgency as words."""

import json
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from clinic.forms.entrance import Invitation
from clinic.invitations import latest
from clinic.models import Case

NO_KEY = UUID(int=0)


def key_of(request, length):
    """Return the key after which a page begins; anything that is not such a key means the first page."""
    try:
        key = json.loads(request.GET.get("after", ""))
    except ValueError:
        return None
    return key if isinstance(key, list) and len(key) == length and all(_is_plain(part) for part in key) else None


def _is_plain(part):
    if isinstance(part, str):
        return "\x00" not in part and not any("\ud800" <= letter <= "\udfff" for letter in part)
    return isinstance(part, int) and not isinstance(part, bool) and abs(part) < 2**31


def next_page(request, key):
    """Return the query string of the page after ``key``, or None at the end."""
    if key is None:
        return None
    kept = {name: value for name, value in request.GET.items() if name != "after"}
    return "?" + urlencode({**kept, "after": json.dumps(key)})


def addresses_of(route):
    """Return a function from a key to its page; the route is looked up once for a whole list."""
    before, after = reverse(route, args=[NO_KEY]).split(str(NO_KEY))
    return lambda key: f"{before}{key}{after}"


def day_words(day):
    """Return a day as words: "3 Nov 1990"."""
    return f"{day.day} {day:%b %Y}"


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


URGENCY = dict(Case.Attention.choices)


def urgency(case):
    """Return how soon somebody must look, as words."""
    return URGENCY[case.attention]


def leg(side):
    """Return which leg it is: "left calf", "both calves"."""
    return "both calves" if side == "both" else f"{side} calf"


def long_day(now):
    """Return the day as words: "Monday 23 November"."""
    day = timezone.localtime(now)
    return f"{day:%A} {day.day} {day:%B}"


def letting_in(patient, now, *, case=None, form=None):
    """Return what the pages show of a runner's invitation: how it stands, and the form that sends one."""
    newest = latest(patient)
    standing = newest and _standing(newest, now)
    return {
        "patient": patient,
        "case": case,
        "newest": newest,
        "standing": standing,
        "settled": standing in ("used", "waiting") or (standing is None and patient.person is not None),
        "form": form or Invitation(patient=patient, latest=newest, auto_id="invitation_%s"),
    }


def _standing(invitation, now):
    """Return "used", "withdrawn", "expired", "unsent" or "waiting"."""
    if invitation.used_at:
        return "used"
    if invitation.withdrawn_at:
        return "withdrawn"
    if not invitation.opens(now):
        return "expired"
    return "waiting" if invitation.mail_sent else "unsent"
