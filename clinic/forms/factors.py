"""What stands beside a password: a code or a passkey, an app to set up; and a new password."""

from allauth.core import context
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from clinic.factors import fitting_step, use_code
from clinic.forms import PlainForm
from clinic.forms.entrance import LONGEST_PASSWORD, UNREADABLE, FromDevice, within, within_of
from clinic.ids import plain_address

SECRET = "app_secret"  # noqa: S105 (where the session keeps the secret of an app that is being set up)


def a_code(label):
    """Return a field for a code that somebody reads elsewhere."""
    attrs = {"autocomplete": "one-time-code", "spellcheck": "false"}
    return forms.CharField(label=label, max_length=20, widget=forms.TextInput(attrs=attrs))


class SecondCode(PlainForm):
    """A code of the app, or a recovery code; failed tries are counted before it is compared."""

    code = a_code(_("Code"))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_code(self):
        """Use the code up."""
        tried = within_of(context.request, "second_factor", self.user)
        if not tried:
            raise forms.ValidationError(_("Too many tries. Wait a while, or use a passkey."))
        self.factor = use_code(person=self.user, typed=self.cleaned_data["code"])
        if self.factor is None:
            raise forms.ValidationError(_("This is not the code, or it was used. Wait for the next one."))
        tried.rollback()
        return self.cleaned_data["code"]

    def save(self):
        """Note in the session by which factor the person came."""
        self.factor.user = self.user
        post_authentication(context.request, self.factor)


class SecondPasskey(AuthenticateWebAuthnForm):
    """What a device answered to stand beside the password.  Nobody guesses it, so nobody counts."""

    credential = FromDevice()

    def clean_credential(self):
        """Check that the device holds a passkey of this person."""
        try:
            credential = self.cleaned_data["credential"]
            auth.parse_authentication_response(credential)
            return auth.complete_authentication(self.user, credential)
        except UNREADABLE as fault:
            raise forms.ValidationError(_("This passkey is not known here.")) from fault


class SetUpApp(PlainForm):
    """A first code of an app: it shows that the app holds the secret.  Each time the page opens it has a new one."""

    code = a_code(_("The code that the app shows"))

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound or SECRET not in session:
            session[SECRET] = generate_totp_secret()
        self.secret = session[SECRET]

    def clean_code(self):
        """Find the step of time whose code it is."""
        self.step = fitting_step(self.secret, self.cleaned_data["code"])
        if self.step is None:
            raise forms.ValidationError(_("This is not the code. Look whether the clock of the phone is right."))
        return self.cleaned_data["code"]


def a_password(label, autocomplete="new-password", help_text=""):
    """Return a field for a password: any letters, spaces too, and a button that shows them."""
    attrs = {"autocomplete": autocomplete, "data-password": _("Show the password")}
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs=attrs),
        help_text=help_text,
    )


class NewPassword(PlainForm):
    """A password that somebody chooses: long and not a common one; of which letters is theirs to say."""

    new = a_password(_("New password"), help_text=_("At least 10 letters; a sentence is good."))

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_new(self):
        """Ask the rules of the settings."""
        validate_password(self.cleaned_data["new"], self.user)
        return self.cleaned_data["new"]


class ChangePassword(NewPassword):
    """The password there is, and one in its place."""

    old = a_password(_("Password as it is"), autocomplete="current-password")
    field_order = ["old", "new"]

    def clean_old(self):
        """Compare; a session that was left open is no way to guess it."""
        tried = within(context.request, "old_password", key=str(self.user.pk))
        if not tried or not self.user.check_password(self.cleaned_data["old"]):
            raise forms.ValidationError(_("This is not your password."))
        tried.rollback()
        return self.cleaned_data["old"]


class AskForReset(PlainForm):
    """To which address a link for a new password is sent; an unknown one gets the same answer and no mail."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )

    def clean_email(self):
        """An address is the same however it is written."""
        return plain_address(self.cleaned_data["email"])
