"""Getting in: sign in, invite a runner, take an invitation back."""

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm

from clinic.forms import PlainForm
from clinic.models import Person


class SignIn(AuthenticationForm):
    """E-mail address and password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail address"
        self.fields["username"].widget = forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})

    def clean_username(self):
        """An address is the same in every letter case."""
        return self.cleaned_data["username"].strip().lower()


class Invitation(PlainForm):
    """Where a runner gets the link that lets them in.  ``latest`` is the newest invitation there is, or None."""

    email = forms.EmailField(label="E-mail address", max_length=254)
    language = forms.ChoiceField(label="Language of the mail", choices=settings.LANGUAGES)
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
        email = self.cleaned_data["email"].lower()
        if self.person and email != self.person.email:
            raise forms.ValidationError(f"This runner signs in with {self.person.email}.")
        return email


class Withdrawal(PlainForm):
    """Which invitation is taken back."""

    seen = forms.UUIDField(widget=forms.HiddenInput)
