"""What the report of the audit is asked."""

from datetime import datetime, time, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.forms import PlainForm
from clinic.models import AuditEvent, Membership, Patient
from clinic.models.patients import search_key

ORDERS = [("", _("newest first")), ("old", _("oldest first"))]
MOST = 300  # people of one clinic in a list


class AskAudit(PlainForm):
    """Who, whose record, what and when; everything may stay empty."""

    clinic = forms.ChoiceField(label=_("Clinic"), required=False)
    person = forms.ChoiceField(label=_("Who did it"), required=False)
    surname = forms.CharField(label=_("Surname of the runner"), required=False, max_length=80)
    born = forms.DateField(
        label=_("Birth date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    kind = forms.ChoiceField(label=_("What"), required=False)
    begins = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    order = forms.ChoiceField(label=_("Order"), choices=ORDERS, required=False)
    sections = (("", (("clinic", "person", "kind"), ("surname", "born"), ("begins", "ends", "order"))),)

    def __init__(self, *args, clinics, **kwargs):
        super().__init__(*args, **kwargs)
        self.clinics = list(clinics)
        self.fields["clinic"].choices = [(str(clinic.pk), clinic.name) for clinic in self.clinics]
        if len(self.clinics) < 2:
            self.fields["clinic"].widget = forms.HiddenInput()
        members = Membership.objects.filter(clinic__in=self.clinics).select_related("person").order_by("person__name")
        people = {str(row.person_id): row.person.name for row in members[:MOST]}
        self.fields["person"].choices = [("", _("anybody")), *people.items()]
        self.fields["kind"].choices = [("", _("everything")), *AuditEvent.Kind.choices]

    def clean(self):
        """Find the one runner of that surname and birth date; say so where there is none."""
        data = super().clean()
        data["clinic"] = data.get("clinic") or str(self.clinics[0].pk)
        data["patient"] = None
        if data.get("surname") or data.get("born"):
            data["patient"] = self._runner(data)
        if data.get("begins") and data.get("ends") and data["ends"] < data["begins"]:
            self.add_error("ends", _("The period ends before it begins."))
        return data

    def _runner(self, data):
        if not (data.get("surname") and data.get("born")):
            raise ValidationError(_("Name a runner by surname and birth date together."))
        named = {"surname_key": search_key(data["surname"]), "birth_date": data["born"]}
        found = list(Patient.objects.filter(clinic=data["clinic"], **named)[:2])
        if len(found) != 1:
            raise ValidationError(
                _("No runner of this clinic has that surname and birth date.")
                if not found
                else _("Two runners have that surname and birth date; ask by period and person.")
            )
        return found[0].pk

    def period(self):
        """Return the moments at which the period begins and ends; the last day belongs to it."""
        data = self.cleaned_data
        first, last = data.get("begins"), data.get("ends")
        midnight = timezone.get_current_timezone()
        begins = first and datetime.combine(first, time.min, midnight)
        return begins, last and datetime.combine(last + timedelta(days=1), time.min, midnight)
