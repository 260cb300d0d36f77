"""How long somebody stays signed in: so long at most, and not while nobody is there; and where else they are.

Whether somebody is there is decided by what was asked for (``is_asked_by_itself`` in the policy), never by anything a
browser can say.  The moments stand in a table of their own (allauth's), beside the session: to note one rewrites
nothing that a page keeps in the session.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import works_here
from clinic.audit import recorded

EVERY = timedelta(seconds=30)  # an act within them writes nothing anew
CLOCKS_DIFFER = timedelta(seconds=60)  # what is noted further in the future means that the clock was set back
BEGAN = "signed_in_at"  # where the session keeps when its person signed in, whatever key it goes on under
UNKNOWN = "0.0.0.0"  # noqa: S104 (no network address was told)


def limits_of(person):
    """Return (time without an act, time in all) after which this person is signed out."""
    if works_here(person):
        return timedelta(seconds=settings.IDLE_SECONDS), timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return timedelta(seconds=settings.RUNNER_IDLE_SECONDS), timedelta(days=settings.RUNNER_SESSION_DAYS)


def is_over(place, person):
    """Return whether a session has ended by its own clocks; one that notes a moment to come has too."""
    now, (idle, in_all) = timezone.now(), limits_of(person)
    ahead = max(place.last_seen_at, place.created_at) - now > CLOCKS_DIFFER
    return ahead or now - place.last_seen_at >= idle or now - place.created_at >= in_all


def begin(session):
    """Let a session begin now: its person showed who they are."""
    session[BEGAN] = timezone.now().timestamp()


def place_of(request, network):
    """Return the row of this session; one that has none is under a new key, or begins now, whatever was asked for."""
    row = UserSession.objects.filter(session_key=request.session.session_key).first()
    return row or came_in(request, network)


def came_in(request, network):
    """Note that a session is there since its person signed in, and where; return its row, kept or not."""
    session, now = request.session, timezone.now()
    agent = request.META.get("HTTP_USER_AGENT", "")[: UserSession._meta.get_field("user_agent").max_length]
    told = {"user_id": request.user.pk, "ip": network or UNKNOWN, "user_agent": agent}
    began = datetime.fromtimestamp(session[BEGAN], UTC) if BEGAN in session else now
    told |= {"created_at": began, "last_seen_at": now}
    try:
        if not session.session_key:
            session.save()
        whose = UserSession.objects.filter(session_key=session.session_key)
        if not whose.update(**told):
            return UserSession.objects.create(session_key=session.session_key, **told)
        return whose.get()
    except DatabaseError:  # nothing can be written: the session is not longer for it, and a page of advice is shown
        return UserSession(session_key=session.session_key, **told)


def acted(place, network):
    """Note that somebody is there.  Where that cannot be written they are merely out the sooner."""
    now = timezone.now()
    if now - place.last_seen_at < EVERY:
        return
    try:
        UserSession.objects.filter(pk=place.pk).update(last_seen_at=now, ip=network or UNKNOWN)
    except DatabaseError:
        return


@dataclass(frozen=True)
class Place:
    """Where somebody is signed in: ``row`` of the table, the device in words, and whether it is this one."""

    row: UserSession
    device: str
    is_here: bool


def places_of(request):
    """Return where this person is signed in still, the one seen last first.  Two queries."""
    rows = list(UserSession.objects.filter(user=request.user).order_by("-last_seen_at"))
    keys = [row.session_key for row in rows]
    alive = {
        row.session_key
        for row in Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
        if row.get_decoded().get(HASH_SESSION_KEY) == request.user.get_session_auth_hash()
    }
    here = request.session.session_key
    return [
        Place(row, device_of(row.user_agent), row.session_key == here)
        for row in rows
        if row.session_key in alive and not is_over(row, request.user)
    ]


@recorded
def end_places(*, person, rows, by, at):
    """Sign somebody out where these rows of theirs are; the next request there has nobody signed in."""
    keys = [row.session_key for row in rows]
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()


def ended_places(now):
    """Return where sessions were that are no more."""
    known = Session.objects.filter(expire_date__gt=now).values("session_key")
    return UserSession.objects.exclude(session_key__in=known)


BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac")),
    ("Linux", "Linux"),
)


def device_of(agent):
    """Return a browser and its system as words: "Firefox, Android"."""
    found = [next((name for mark, name in names if mark in agent), "") for names in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in found if name) or _("a device that does not say what it is")
