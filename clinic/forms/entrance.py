"""Getting in: by password, by code, by passkey; invite a runner, take an invitation back."""

from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from clinic.access import may_sign_in_by_mail
from clinic.forms import PlainForm
from clinic.ids import plain_address
from clinic.models import Person

DEVICE, DEVICE_PEOPLE = settings.DEVICE_COOKIE_NAME, 12
DEVICE_SECONDS = 400 * 24 * 60 * 60  # browsers keep no cookie for longer
LONGEST_PASSWORD = 256


def within(request, action, key):
    """Count one more of an action; return what takes it back (``rollback``), or None where it is beyond its limits.

    Each is counted under a lock.
    """
    rates = settings.ACCOUNT_RATE_LIMITS
    return ratelimit.consume(request, app="clinic", action=action, config=rates, key=key)


def within_of(request, action, person):
    """Count one more try for a person, known or not, as ``within``; where they came in before it counts by itself."""
    here = f"{action}_here" if is_known_device(request, person) else action
    return within(request, here, key=person.email)


def people_of_device(request):
    """Return the keys of the people who came in on this browser before, the last one first."""
    return request.get_signed_cookie(DEVICE, default="", salt=DEVICE, max_age=DEVICE_SECONDS).split(",")


def is_known_device(request, person):
    """Return whether this person came in on this browser before.

    Tries there have a limit of their own: strangers who use up that of the address lock nobody out.
    """
    return str(person.pk) in people_of_device(request)


def by_address(email):
    """Return who signs in with an address, or for a stranger's somebody new who is kept nowhere: it takes as long."""
    return Person.objects.filter(email=email).first() or Person(email=email)


class SignIn(AuthenticationForm):
    """E-mail address and password.  Failed tries are counted before the password is looked at."""

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": _("This address and password do not belong together. In the password, capitals count.")
    }
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "data-password": _("Show the password")}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("E-mail address")
        self.fields["username"].widget = forms.EmailInput(attrs={"autocomplete": "username"})

    def clean_username(self):
        """An address is the same however it is written."""
        return plain_address(self.cleaned_data["username"])

    def clean(self):
        """Compare; a stranger's address is counted, and its password hashed, like one of ours."""
        if not {"username", "password"} <= set(self.cleaned_data):
            return self.cleaned_data
        tried = within_of(self.request, "password", by_address(self.cleaned_data["username"]))
        if not tried:
            raise forms.ValidationError(_("Too many tries. Wait a while, or use a passkey."))
        told = super().clean()
        tried.rollback()  # only failed tries count
        return told


class AskForCode(RequestLoginCodeForm):
    """To which address a code is sent; an unknown one gets the same answer and no mail."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def clean_email(self):
        """Find the runner.  An unknown address is counted, and asked about, like one of ours: it takes as long."""
        request, email = context.request, plain_address(self.cleaned_data["email"])
        person = by_address(email)
        request.asked_for = self._user = person if may_sign_in_by_mail(person) else None
        if not within_of(request, "request_login_code", person):
            raise forms.ValidationError(_("Too many codes were asked for. Wait a while, then try again."))
        return email


class EnterCode(ConfirmLoginCodeForm):
    """The code from the mail.  Tries are counted under a lock: neither patience nor hurry gives more than three."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_code(self):
        """Compare, whatever dashes, spaces and letter case were typed; who sends a right code first uses it up."""
        request, typed = context.request, self.cleaned_data["code"]
        asked = f"{request.session.session_key}:{request._login_stage.state['at']}"
        right = within(request, "enter_code", key=asked) and compare_user_code(
            actual=typed, expected=self.expected_code
        )
        if not (right and within(request, "use_code", key=asked)):
            raise forms.ValidationError(_("This is not the code. Look at the newest mail."))
        return typed


# What a device sends is not trusted to have any shape; whatever goes wrong in reading it is one of these.
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)


class FromDevice(forms.JSONField):
    """What a device answered, which counts once: no page shows it again, whatever it was."""

    widget = forms.HiddenInput

    def to_python(self, value):
        """Read it; what is nested deeper, or is a longer number, than can be read is no answer either."""
        try:
            return super().to_python(value)
        except (RecursionError, ValueError) as fault:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from fault

    def bound_data(self, data, initial):
        """Keep nothing for the page."""
        return

    def prepare_value(self, value):
        """Show nothing."""
        return ""


class SignInByPasskey(LoginWebAuthnForm):
    """What a device answered to be let in."""

    credential = FromDevice()

    def clean_credential(self):
        """Find the passkey and check that the device holds it."""
        try:
            return super().clean_credential()
        except UNREADABLE as fault:
            raise forms.ValidationError(_("This passkey is not known here.")) from fault


class AddPasskey(AddWebAuthnForm):
    """A new passkey of the person signed in, and what they call it; it always asks for face, finger or PIN."""

    name = forms.CharField(label=_("What you call this device"), max_length=60, required=False)
    credential = FromDevice()
    passwordless = None

    def clean(self):
        """Check what the device made."""
        try:
            return super().clean()
        except UNREADABLE as fault:
            raise forms.ValidationError(_("The passkey could not be read.")) from fault


class Invitation(PlainForm):
    """Where a runner gets the link that lets them in.  ``latest`` is the newest invitation there is, or None."""

    doors = ("clinic:invite",)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, patient, latest=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = patient.person
        self.fields["seen"].initial = latest and latest.pk
        self.fields["email"].initial = self.person.email if self.person else (latest or patient).email
        self.fields["language"].initial = (self.person or latest or Person()).language
        if self.person:
            self.fields["email"].widget.attrs["readonly"] = True

    def clean_email(self):
        """Who has a sign-in keeps its address; the form says it again, so that it is sent on purpose."""
        email = plain_address(self.cleaned_data["email"])
        if not email.isascii():
            raise forms.ValidationError(_("Write the address with plain letters."))
        if self.person and email != self.person.email:
            raise forms.ValidationError(_("This runner signs in with %(email)s.") % {"email": self.person.email})
        return email


class Withdrawal(PlainForm):
    """Which invitation is taken back."""

    seen = forms.UUIDField(widget=forms.HiddenInput)
