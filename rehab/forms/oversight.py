"""What the figures of a clinic's lead are asked."""

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.forms import PlainForm
from rehab.oversight import PARTS, Period

USUAL = timedelta(days=90)
LONGEST = timedelta(days=5 * 366)


def day_field(label):
    """Return a day that may stay empty."""
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class AskOversight(PlainForm):
    """Of which clinic, what, and from when to when; the last 90 days where nothing is said."""

    clinic = forms.ChoiceField(label=_("Clinic"), required=False)
    kind = forms.ChoiceField(label=_("What"), required=False)
    begins = day_field(_("From"))
    ends = day_field(_("To"))
    sections = (("", (("clinic", "kind"), ("begins", "ends"))),)

    def __init__(self, *args, clinics, **kwargs):
        super().__init__(*args, **kwargs)
        self.clinics = list(clinics)
        self.fields["clinic"].choices = [(str(clinic.pk), clinic.name) for clinic in self.clinics]
        if len(self.clinics) < 2:
            self.fields["clinic"].widget = forms.HiddenInput()
        self.fields["kind"].choices = [("", _("everything")), *((code, name) for code, (name, _of) in PARTS.items())]

    def clean(self):
        """Refuse a period that ends before it begins, or is longer than anybody looks back."""
        data = super().clean()
        data["ends"] = data.get("ends") or timezone.localdate()
        data["begins"] = data.get("begins") or data["ends"] - USUAL
        if not data["begins"] <= data["ends"] <= data["begins"] + LONGEST:
            self.add_error("ends", _("Choose a period of at most five years that ends after it begins."))
        return data

    def period(self):
        """Return the period that is asked; the last day belongs to it."""
        data, midnight = self.cleaned_data, timezone.get_current_timezone()
        clinic = next((c for c in self.clinics if str(c.pk) == data["clinic"]), self.clinics[0])
        ends = datetime.combine(data["ends"] + timedelta(days=1), time.min, midnight)
        return Period(clinic, datetime.combine(data["begins"], time.min, midnight), ends)
