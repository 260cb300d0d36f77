"""How people come in: runners by a code from their mail, the team by password and second factor, all by passkey.

All of it runs on django-allauth.  ``Entrance`` is the one place it asks who may come in, whom to write to, and how to
sign in: whatever way somebody came, ``pre_login`` and ``login`` have the last word.  What a session of the team opens
is asked again at each door (``led_first``).
"""

import time
from datetime import timedelta

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_password_login,
    record_authentication,
)
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal.flows import did_use_passwordless_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from clinic.access import may_sign_in, may_sign_in_by_mail, must_have_second_factor, works_here
from clinic.factors import asks_for_second_factor, second_factors
from clinic.forms.entrance import DEVICE, DEVICE_PEOPLE, DEVICE_SECONDS, people_of_device
from clinic.mail import send_soon
from clinic.sessions import begin

BACKEND = "clinic.access.SignIn"
TOLD = ("code", "by", "name")  # all that a mail about a sign-in may say


def sign_in(request, person, method=None):
    """Sign a person in, under a new session key; a runner for RUNNER_SESSION_DAYS days from now and no longer.

    ``method`` names the way in where it was not one of allauth's, which keep it themselves.
    """
    login(request, person, backend=BACKEND)
    begin(request.session)
    if not works_here(person):
        request.session.set_expiry(timezone.now() + timedelta(days=settings.RUNNER_SESSION_DAYS))
    if method:
        record_authentication(request, person, method=method)


def sign_in_by_password(request, person):
    """Go on with somebody who gave their password: to their second factor, else in; return the answer."""
    return perform_password_login(request, {}, Login(user=person, redirect_url=get_next_redirect_url(request)))


def keep_this_session_alone(request):
    """End every other session of who is signed in; this one goes on under a new key."""
    request.user.end_sessions()
    update_session_auth_hash(request, request.user)


def remember_device(request, answer):
    """Let the browser of somebody who came in be known again (see ``is_known_device``); the cookie opens nothing."""
    if request.user.is_authenticated:
        others = [key for key in people_of_device(request) if key and key != str(request.user.pk)]
        kept = {
            "max_age": DEVICE_SECONDS,
            "httponly": True,
            "samesite": "Lax",
            "secure": settings.SESSION_COOKIE_SECURE,
        }
        people = ",".join([str(request.user.pk), *others][:DEVICE_PEOPLE])
        answer.set_signed_cookie(DEVICE, people, salt=DEVICE, **kept)
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


def came_by_second_factor(request):
    """Return whether this session was opened, or completed, by more than a password."""
    return any(way["method"] == "mfa" for way in get_authentication_records(request, request.user))


def led_first(request, door_is_for_setting_up):
    """Return where somebody is led before anything else opens, or None.

    Who must have a second factor and has none sets one up.  Who has one and did not show it in this session, because
    they got it, or their work, meanwhile, signs in again.
    """
    if not must_have_second_factor(request.user) or came_by_second_factor(request):
        return None
    if second_factors(request.user):
        logout(request)
        return redirect("login")
    return None if door_is_for_setting_up else redirect("clinic:signing_in")


def passkeys_of(person):
    """Return the passkeys of a person, oldest first."""
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN).order_by("created_at", "pk")


def told_by_mail(request, what, person=None, address=None, **words):
    """Tell a person by mail that what lets them in was changed: ``what`` names the mail in templates/mfa/email."""
    entrance = Entrance()
    entrance.request = request  # allauth's own is gone where this is told after the answer
    entrance.send_notification_mail(f"mfa/email/{what}", person or request.user, words, address)


def completed_by(request, factor, told):
    """Go on with somebody who just set up a factor: this session counts as opened by it, when it was opened.

    They showed a factor that nobody knew before, and so not once more who they are.
    """
    opened = get_authentication_records(request, request.user)[-1]["at"]
    record_authentication(request, request.user, "mfa", type=factor.type, id=factor.pk, at=opened)
    keep_this_session_alone(request)
    told_by_mail(request, told)


class SecondFactor(AuthenticateStage):
    """After the password: who works here and has a second factor shows it."""

    def _should_handle(self, request):
        """A passkey alone is two factors: the device, and the face, finger or PIN it asked for."""
        person = self.login.user
        return bool(person) and asks_for_second_factor(person) and not did_use_passwordless_login(request, person)


class Entrance(DefaultAccountAdapter):
    """What allauth asks of us."""

    error_messages = DefaultAccountAdapter.error_messages | {"too_many_login_attempts": ""}  # see ``refused``

    def pre_login(self, request, user, **how):
        """Refuse who may not come in: who left, who is invented; and by a code from the mail who works here."""
        ways = get_authentication_records(request, user)
        showed_more = bool(ways) and ways[-1]["method"] in ("password", "mfa")
        may = may_sign_in(user) if showed_more else may_sign_in_by_mail(user)
        return None if may else refused(request)

    def login(self, request, user):
        """Sign in with our own backend, which looks at each request whether the person still may."""
        if not may_sign_in(user):  # any more, since the password
            raise ImmediateHttpResponse(refused(request))
        sign_in(request, user)

    def get_login_stages(self):
        """For runners a code alone is enough; for everybody a passkey alone is."""
        return ["allauth.account.stages.LoginByCodeStage", "clinic.entrance.SecondFactor"]

    def is_safe_url(self, url):
        """Lead on to a path of this site alone: no other host, and no word that could be the name of an address."""
        return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

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
        """Tell a person that what lets them in was changed."""
        self.request.asked_for = user
        self.send_mail(template_prefix, email or user.email, context or {})

    def send_mail(self, template_prefix, email, context):
        """Write and send a mail in the person's language, beside this answer: its time must not tell who is known."""
        person = getattr(self.request, "asked_for", None) or self.request.user
        language, told = getattr(person, "language", None), {name: context.get(name) for name in TOLD}

        def written():
            with translation.override(language):
                return self.render_mail(template_prefix, email, told)

        send_soon(written)
