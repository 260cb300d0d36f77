"""What the figures of a clinic's lead are asked."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.forms.period import AskPeriod
from rehab.oversight import PARTS, Period

USUAL = timedelta(days=90)
LONGEST = timedelta(days=5 * 366)


class AskOversight(AskPeriod):
    """Of which clinic, what, and from when to when; the last 90 days where nothing is said."""

    kind = forms.ChoiceField(label=_("What"), required=False)
    sections = (("", (("clinic", "kind"), ("begins", "ends"))),)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("everything")), *((code, name) for code, (name, _of) in PARTS.items())]

    def clean(self):
        """Refuse a period that is longer than anybody looks back."""
        data = super().clean()
        data["ends"] = data.get("ends") or timezone.localdate()
        data["begins"] = data.get("begins") or data["ends"] - USUAL
        if "ends" not in self.errors and not data["begins"] <= data["ends"] <= data["begins"] + LONGEST:
            self.add_error("ends", _("Choose a period of at most five years that ends after it begins."))
        return data

    def period(self):
        """Return the period that is asked; the last day belongs to it."""
        clinic = next(clinic for clinic in self.clinics if clinic.pk == self.cleaned_data["clinic"])
        return Period(clinic, *self.moments())
