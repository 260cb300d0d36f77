"""A runner's answer to one text of consent: on their phone, or as somebody at the clinic heard it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.forms.worded import WordedForm
from clinic.models import Consent


class ConsentAnswer(WordedForm):
    """Yes or no to one text; ``version`` names the words that were shown."""

    kind = forms.ChoiceField(choices=Consent.Kind.choices)
    version = forms.CharField(max_length=40)
    agreed = forms.TypedChoiceField(choices=[("yes", "yes"), ("no", "no")], coerce="yes".__eq__)
    because = forms.CharField(label=_("Why, if they say so"), max_length=300, required=False)


class ConsentHeard(ConsentAnswer):
    """The same, noted by a member of the clinic: it names the runner whose answer it is."""

    doors = ("clinic:note_consent",)
    patient = forms.UUIDField()
