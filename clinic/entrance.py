"""How runners come in besides the invitation: by a code from their mail, or by a passkey; and how long they stay in.

Both run on django-allauth.  ``Entrance`` is the one place it asks who may come in, whom to write to, and how to sign
in: whatever way somebody came, ``pre_login`` has the last word.
"""

import time
from datetime import timedelta

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from clinic.access import may_sign_in_by_mail
from clinic.forms.entrance import DEVICE, DEVICE_SECONDS
from clinic.ids import new_secret
from clinic.mail import send_soon
from clinic.models import Person

BACKEND = "clinic.access.SignIn"


def sign_in(request, person, method=None):
    """Sign a runner in, under a new session key, for RUNNER_SESSION_DAYS days from now and no longer.

    ``method`` names the way in where it was not one of allauth's, which keep it themselves.
    """
    login(request, person, backend=BACKEND)
    request.session.set_expiry(timezone.now() + timedelta(days=settings.RUNNER_SESSION_DAYS))
    if method:
        record_authentication(request, person, method=method)


def end_sessions(person):
    """End every session of this person, on every device, with its next request (see ``Person`` and its seal)."""
    Person.objects.filter(pk=person.pk).update(session_secret=new_secret())


def remember_device(request, answer):
    """Let the browser of a runner who came in be known again (see ``is_known_device``); the cookie opens nothing."""
    if request.user.is_authenticated:
        kept = {
            "max_age": DEVICE_SECONDS,
            "httponly": True,
            "samesite": "Lax",
            "secure": settings.SESSION_COOKIE_SECURE,
        }
        answer.set_signed_cookie(DEVICE, str(request.user.pk), salt=DEVICE, **kept)
    return answer


def refused(request):
    """Send somebody back to ask for a code, with one sentence for every reason why they did not come in."""
    clear_login(request)
    messages.error(
        request, _("That did not work: a code works once, for ten minutes, and three tries. Ask for another.")
    )
    return redirect("account_request_login_code")


def came_in_just_now(request):
    """Return whether this person showed who they are within the last ACCOUNT_REAUTHENTICATION_TIMEOUT seconds."""
    ways = get_authentication_records(request, request.user)
    return bool(ways) and time.time() - ways[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def passkeys_of(person):
    """Return the passkeys of a person, oldest first."""
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN).order_by("created_at", "pk")


def forget(request, passkey):
    """Remove a passkey and tell its person by mail: the device it stands on signs in by code again."""
    passkey.delete()
    Entrance(request).send_notification_mail("mfa/email/webauthn_removed", passkey.user)


class Entrance(DefaultAccountAdapter):
    """What allauth asks of us."""

    error_messages = DefaultAccountAdapter.error_messages | {"too_many_login_attempts": ""}  # see ``refused``

    def pre_login(self, request, user, **how):
        """Refuse whoever may not come in by mail or passkey: who left, who is invented, who works here."""
        return None if may_sign_in_by_mail(user) else refused(request)

    def login(self, request, user):
        """Sign in with our own backend, which looks at each request whether the person still may."""
        sign_in(request, user)

    def get_login_stages(self):
        """A code alone is enough, and so is a passkey alone."""
        return ["allauth.account.stages.LoginByCodeStage"]

    def get_reauthentication_methods(self, user):
        """There is one: to sign in again."""
        return []

    def is_open_for_signup(self, request):
        """Nobody signs up: the clinic invites."""
        return False

    def add_message(self, request, level, message_template=None, message_context=None, extra_tags="", message=None):
        """Say what our own forms say; of allauth's own words our pages say what is needed."""
        if message:
            messages.add_message(request, level, message)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Tell a person that a passkey was added or removed."""
        self.send_mail(template_prefix, user.email, context or {})

    def send_mail(self, template_prefix, email, context):
        """Write and send a mail in the person's language, beside this answer: its time must not tell who is known."""
        person = getattr(self.request, "asked_for", None) or self.request.user
        language, told = getattr(person, "language", None), {"code": context.get("code")}

        def written():
            with translation.override(language):
                return self.render_mail(template_prefix, email, told)

        send_soon(written)
