"""The private address of a runner's calendar: made and revoked by the runner alone, shown once, never kept."""

import secrets

from clinic.audit import recorded
from clinic.clock import after_column
from clinic.invitations import TOKEN_BYTES, fingerprint
from clinic.models import CalendarFeed, Patient


def open_feed(patient):
    """Return the feed a runner has now, or None."""
    return CalendarFeed.objects.filter(patient=patient, revoked__isnull=True).first()


def feed_of(token):
    """Return the feed that the secret of an address opens, with its runner; None for one revoked or never made."""
    rows = CalendarFeed.objects.select_related("patient__person", "patient__clinic")
    return rows.filter(token_hash=fingerprint(token), revoked__isnull=True).first()


@recorded
def make_feed(*, patient, starts, at):
    """Make a new address and return its secret; the one before opens nothing from now on."""
    _revoke(patient, at)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    CalendarFeed.objects.create(patient=patient, token_hash=fingerprint(token), starts=starts, made=at)
    return token


@recorded
def revoke_feed(*, patient, at):
    """Let the address of a runner open nothing any more; without one nothing changes."""
    _revoke(patient, at)


def _revoke(patient, at):
    Patient.objects.select_for_update().get(pk=patient.pk)  # of two who make one at a time, one waits
    # Whoever waited here came before the address that was made meanwhile.
    CalendarFeed.objects.filter(patient=patient, revoked__isnull=True).update(revoked=after_column("made", at))
