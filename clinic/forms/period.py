"""Of which clinic, and from when to when: what every report asks."""

from datetime import datetime, time, timedelta
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.forms import PlainForm
from clinic.forms.fields import any_day


class AskPeriod(PlainForm):
    """One of the clinics that the person looks after, and a period; who looks after one alone is not asked which."""

    clinic = forms.TypedChoiceField(label=_("Clinic"), required=False, coerce=UUID, empty_value=None)
    begins = any_day(_("From"))
    ends = any_day(_("To"))

    def __init__(self, *args, clinics, **kwargs):
        super().__init__(*args, **kwargs)
        self.clinics = list(clinics)
        self.fields["clinic"].choices = [(str(clinic.pk), clinic.name) for clinic in self.clinics]
        if len(self.clinics) < 2:
            self.fields["clinic"].widget = forms.HiddenInput()

    def clean(self):
        """Refuse a period that ends before it begins; who names no clinic means their first."""
        data = super().clean()
        data["clinic"] = data.get("clinic") or self.clinics[0].pk
        if data.get("begins") and data.get("ends") and data["ends"] < data["begins"]:
            self.add_error("ends", _("The period ends before it begins."))
        return data

    def moments(self):
        """Return when the period begins and when it is over, None where it is open; the last day belongs to it."""
        first, last = self.cleaned_data.get("begins"), self.cleaned_data.get("ends")
        return first and _midnight(first), last and _midnight(last + timedelta(days=1))


def _midnight(day):
    return datetime.combine(day, time.min, timezone.get_current_timezone())
