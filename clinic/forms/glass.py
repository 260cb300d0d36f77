"""Whose record is to be opened, and why: exactly the name and the birth date, never a part of them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.forms import PlainForm
from clinic.models import BreakGlass, Clinic
from clinic.models.patients import search_key


class BreakTheGlass(PlainForm):
    """Who stands before you, and why their record at another clinic has to be read now."""

    sections = (
        (_("Who stands before you"), (["given_name", "surname"], ["birth_date"])),
        (_("Why you need their record"), (["from_clinic"], ["reason"], ["words"])),
    )
    given_name = forms.CharField(
        label=_("Given name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    surname = forms.CharField(label=_("Surname"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    birth_date = forms.DateField(label=_("Birth date"), widget=forms.DateInput(attrs={"type": "date"}))
    from_clinic = forms.ModelChoiceField(label=_("You work at"), queryset=Clinic.objects.none(), empty_label=None)
    reason = forms.ChoiceField(label=_("Reason"), choices=BreakGlass.Reason, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In one sentence"),
        min_length=8,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The lead of the other clinic reads it, and the runner may ask for it."),
    )

    def __init__(self, *args, clinics, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["from_clinic"]
        field.queryset = Clinic.objects.filter(pk__in=clinics)
        if len(clinics) == 1:
            field.widget, field.initial = forms.HiddenInput(), clinics[0]

    def clean_surname(self):
        """A name has at least one letter."""
        if not search_key(self.cleaned_data["surname"]):
            raise forms.ValidationError(_("Write the surname in letters."))
        return self.cleaned_data["surname"]
