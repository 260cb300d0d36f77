"""A second factor for who works here: an app that shows codes, or a passkey; and recovery codes for when both are lost.

The rows are django-allauth's, one a factor.  The secret of an app and the seed of the recovery codes are encrypted with
a key made from SECRET_KEY: who reads the database alone cannot show a code.
"""

import base64
import hashlib

import qrcode
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings as mfa
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from clinic.access import must_have_second_factor, works_here
from clinic.audit import recorded
from clinic.models import Person

Type = Authenticator.Type
CODES = (Type.TOTP, Type.RECOVERY_CODES)


class LastFactor(Exception):
    """Without this factor the person would have none, and they must have one."""


class AlreadyThere(Exception):
    """The person has such a factor; it is removed before another takes its place."""


class Sealed(DefaultMFAAdapter):
    """How django-allauth keeps what opens something, and what an app calls this place."""

    def encrypt(self, text):
        """Return a secret as the database keeps it."""
        return _locks().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        """Return the secret that the database keeps."""
        return _locks().decrypt(encrypted_text.encode()).decode()


def _locks():
    """Return the lock of SECRET_KEY; what an earlier key (SECRET_KEY_FALLBACKS) locked opens too."""
    keys = [hashlib.sha256(b"clinic.factors:" + key.encode()) for key in _secret_keys()]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key.digest())) for key in keys])


def _secret_keys():
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def second_factors(person):
    """Return the factors of a person that stand beside a password, oldest first: the app and the passkeys."""
    rows = Authenticator.objects.filter(user=person, type__in=[Type.TOTP, Type.WEBAUTHN])
    return list(rows.order_by("created_at", "pk"))


def asks_for_second_factor(person):
    """Return whether a password is not enough for this person, because they work here and have a second factor."""
    return works_here(person) and bool(second_factors(person))


def codes_left(person):
    """Return how many recovery codes a person has left, or None where they have none made."""
    row = Authenticator.objects.filter(user=person, type=Type.RECOVERY_CODES).first()
    return mfa.RECOVERY_CODE_COUNT - row.data["used_mask"].bit_count() if row else None


def fitting_step(secret, typed, after=0):
    """Return the step of time (a number) whose code of this secret was typed, or None; only steps later than one."""
    for step in yield_hotp_counters_from_time():
        if step > after and compare_user_code(actual=typed, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None


def use_code(*, person, typed):
    """Use up a code of the person's app, or one of their recovery codes; return the row of the factor, or None.

    Under a lock, so that of two who send one code one comes in.  A code of the app must be newer than the last one
    used, so it works once.
    """
    try:
        return _use_code(person=person, typed=typed, by=person)
    except InvalidToken:  # locked with a SECRET_KEY that is gone: such a factor opens nothing any more
        return None


@recorded
def _use_code(*, person, typed, by):
    rows = {row.type: row for row in Authenticator.objects.select_for_update().filter(user=person, type__in=CODES)}
    if app := rows.get(Type.TOTP):
        step = fitting_step(Sealed().decrypt(app.data["secret"]), typed, after=app.data.get("used_step", 0))
        if step is not None:
            app.data["used_step"] = step
            app.save(update_fields=["data"])
            return app
    recovery = rows.get(Type.RECOVERY_CODES)
    return recovery if recovery and recovery.wrap().validate_code(typed) else None


def drawn(address):
    """Return the square (QR code) that an app reads: (its width in dots, the SVG path of the dark ones)."""
    code = qrcode.QRCode(border=2)
    code.add_data(address)
    rows = code.get_matrix()
    dark = ((x, y) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return len(rows), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)


@recorded
def add_app(*, person, secret, step, by, at):
    """Let the app that holds this secret count as a factor; return its row.  ``step`` showed it and is used up.

    Raises AlreadyThere.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    if Authenticator.objects.filter(user=person, type=Type.TOTP).exists():
        raise AlreadyThere
    row = TOTP.activate(person, secret).instance
    row.data["used_step"] = step
    row.save(update_fields=["data"])
    return row


@recorded
def add_passkey(*, person, name, credential, by, at):
    """Let a passkey count, which the form has checked; return its row."""
    return WebAuthn.add(person, name, credential).instance


@recorded
def remove_factor(*, person, factor, by, at):
    """Remove an app or a passkey; the recovery codes go with the last.  Raises LastFactor where one must stay."""
    Person.objects.select_for_update().get(pk=person.pk)
    others = [row for row in second_factors(person) if row.pk != factor.pk]
    if not others and must_have_second_factor(person):
        raise LastFactor
    factor.delete()
    if not others:
        Authenticator.objects.filter(user=person).delete()


@recorded
def take_factors_away(*, person, by, at):
    """Remove the factors of somebody who lost them and end their sessions: they set up others after their password."""
    Authenticator.objects.filter(user=person).delete()
    person.end_sessions()


@recorded
def new_recovery_codes(*, person, by, at):
    """Make recovery codes in place of those made before, and return them.  They are shown this once."""
    Person.objects.select_for_update().get(pk=person.pk)
    Authenticator.objects.filter(user=person, type=Type.RECOVERY_CODES).delete()
    return [f"{code[:4]} {code[4:]}" for code in RecoveryCodes.activate(person).generate_codes()]


@recorded
def change_password(*, person, password, by, at):
    """Keep a new password, whose rules the form has asked; every session that was begun before ends."""
    person.set_password(password)
    person.save(update_fields=["password"])


def close_every_way_in(person):
    """Forget the password, the factors and the sessions of a sign-in that goes on with somebody else's word for it."""
    Authenticator.objects.filter(user=person).delete()
    person.set_unusable_password()
    person.save(update_fields=["password"])
    person.end_sessions()
