"""What the report of the audit is asked."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clinic.forms.fields import any_day
from clinic.forms.period import AskPeriod
from clinic.models import AuditEvent, Membership, Patient
from clinic.models.patients import search_key

ORDERS = [("", _("newest first")), ("old", _("oldest first"))]
MOST = 300  # people of one clinic in a list


class AskAudit(AskPeriod):
    """Who, whose record, what and when; everything may stay empty."""

    person = forms.ChoiceField(label=_("Who did it"), required=False)
    surname = forms.CharField(label=_("Surname of the runner"), required=False, max_length=80)
    born = any_day(_("Birth date"))
    kind = forms.ChoiceField(label=_("What"), required=False)
    order = forms.ChoiceField(label=_("Order"), choices=ORDERS, required=False)
    sections = (("", (("clinic", "person", "kind"), ("surname", "born"), ("begins", "ends", "order"))),)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        members = Membership.objects.filter(clinic__in=self.clinics).select_related("person").order_by("person__name")
        people = {str(row.person_id): row.person.name for row in members[:MOST]}
        self.fields["person"].choices = [("", _("anybody")), *people.items()]
        self.fields["kind"].choices = [("", _("everything")), *AuditEvent.Kind.choices]

    def clean(self):
        """Find the one runner of that surname and birth date; say so where there is none."""
        data = super().clean()
        data["patient"] = None
        if data.get("surname") or data.get("born"):
            data["patient"] = self._runner(data)
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
