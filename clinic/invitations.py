"""Letting a runner in: send a link, withdraw it, and what happens when it is used."""

import hashlib
import secrets
from datetime import timedelta

from django.db import IntegrityError

from clinic.access import may_be_let_in
from clinic.audit import recorded
from clinic.clock import after, after_column
from clinic.factors import close_every_way_in
from clinic.ids import plain_address
from clinic.models import Invitation, Patient, Person

LIFETIME = timedelta(days=3)
TOKEN_BYTES = 32  # 256 random bits: nobody guesses a link


class AddressTaken(Exception):
    """Somebody else signs in with this address, or somebody who works here and gives a password."""


class Overtaken(Exception):
    """Somebody sent, used or withdrew an invitation since the form was shown."""


class Dead(Exception):
    """The link opens nothing: used, expired, withdrawn or never sent.  Whoever holds it is not told which."""


def fingerprint(token):
    """Return the SHA-256 of a link's secret, in hex: all the database ever knows of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def latest(patient):
    """Return the newest invitation of a runner, or None."""
    return Invitation.objects.filter(patient=patient).select_related("made_by", "withdrawn_by").first()


@recorded
def invite(*, patient, email, language, seen, by, at):
    """Make a runner's link; return (the invitation, the secret of its link).  An older open one is withdrawn.

    ``seen`` is the id of the newest invitation that was shown, or None.  Raises Overtaken where there is a newer
    one or that one has been used meanwhile, AddressTaken where the address signs in somebody else.
    """
    patient = _locked(patient)
    _refuse_overtaken(patient, seen)
    email = patient.person.email if patient.person else plain_address(email)
    _refuse_taken(patient, email)
    _open_ones(patient).update(withdrawn_at=after_column("made_at", at), withdrawn_by=by)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    made = {"made_at": at, "made_by": by, "expires": at + LIFETIME, "token_hash": fingerprint(token)}
    return Invitation.objects.create(patient=patient, email=email, language=language, **made), token


@recorded
def mail_left(*, invitation, at):
    """Keep that a mail server took the mail."""
    Invitation.objects.filter(pk=invitation.pk, mail_sent__isnull=True).update(mail_sent=at)


@recorded
def withdraw(*, patient, seen, by, at):
    """Take back a link that nobody used.  Raises Overtaken where there is nothing to take back any more."""
    patient = _locked(patient)
    _refuse_overtaken(patient, seen)
    if not _open_ones(patient).filter(pk=seen).update(withdrawn_at=after_column("made_at", at), withdrawn_by=by):
        raise Overtaken


def find_open(token, at):
    """Return the invitation that a link's secret opens now.  Raises Dead; looking does not use it up."""
    found = (
        Invitation.objects.select_related("patient__clinic", "patient__person", "made_by")
        .filter(token_hash=fingerprint(token))
        .first()
    )
    if found is None or not found.opens(at):
        raise Dead
    return found


def language_of(invitation):
    """Return the language of who is invited: as they chose it since, else that of the mail."""
    person = invitation.patient.person
    return person.language if person and person.language else invitation.language


def accept(*, token, at):
    """Use a link up and return the person it lets in; the first time one is made for the runner.  Raises Dead."""
    try:
        return _accept(token, at)
    except (AddressTaken, IntegrityError) as taken:  # the address became somebody else's since the mail was sent
        raise Dead from taken


@recorded
def _accept(token, at):
    patient = _locked(find_open(token, at).patient)
    invitation = find_open(token, at)  # once more, under the lock: of two who hold the link one gets in
    _refuse_taken(patient, invitation.email)
    person = patient.person or _person_for(patient, invitation)
    invitation.used_at, invitation.used_by = after(at, invitation.made_at), person
    invitation.save(update_fields=["used_at", "used_by"])
    return person


def _person_for(patient, invitation):
    """Return who the runner signs in as: somebody new without a password, or a sign-in with the address, set free.

    Whatever opened that one before is forgotten: it may be known to whoever made it, or whose address it was.
    """
    person = Person.objects.filter(email=plain_address(invitation.email)).first()
    if person is None:
        told = {"name": str(patient), "language": invitation.language}
        invented = invitation.made_by.is_demonstration
        person = Person.objects.create_user(invitation.email, is_demonstration=invented, **told)
    else:
        close_every_way_in(person)
    patient.person, patient.email = person, invitation.email
    patient.save(update_fields=["person", "email"])
    return person


def _locked(patient):
    """Lock the row of a runner until the transaction ends; return it as it stands now."""
    return Patient.objects.select_for_update().get(pk=patient.pk)


def _open_ones(patient):
    return Invitation.objects.filter(patient=patient, used_at__isnull=True, withdrawn_at__isnull=True)


def _refuse_overtaken(patient, seen):
    newest = Invitation.objects.filter(patient=patient).values_list("pk", flat=True).first()
    if newest != seen:
        raise Overtaken


def _refuse_taken(patient, email):
    """Raise AddressTaken unless the address belongs to this runner, to nobody, or to a runner's sign-in set free."""
    person = patient.person or Person.objects.filter(email=plain_address(email)).first()
    if person is None:
        return
    others = Patient.objects.filter(person=person).exclude(pk=patient.pk)
    if not may_be_let_in(person) or others.exists():
        raise AddressTaken
