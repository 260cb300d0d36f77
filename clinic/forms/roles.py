"""Who works where, in which role: given in the admin, one role a clinic at a time."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clinic.access import may_give
from clinic.models import Membership

SECOND = _("There is a role in this clinic already: change that one, or end it first.")


class GiveRole(forms.ModelForm):
    """A role in a clinic, given by ``by``."""

    by = None

    def clean(self):
        """Refuse a role that this person may not give; anybody who looks after people may end one."""
        data = super().clean()
        is_ended = self.changed_data == ["ended_on"] and data.get("ended_on")
        clinic = data.get("clinic")
        if not is_ended and clinic and not may_give(self.by, clinic.pk, data.get("role")):
            raise ValidationError(_("Who signs is named by the lead of the clinic."))
        return data


class RolesOfOne(forms.BaseInlineFormSet):
    """The roles of one person.  Django asks no constraint about the person themself, so it is asked here."""

    def clean(self):
        """Refuse a second role in a clinic where one is held, beside its field; it would have to end first."""
        super().clean()
        rows = [form for form in self.forms if form.has_changed() and not form.errors]
        rows = [form for form in rows if form.cleaned_data.get("clinic")]
        open_roles = Membership.objects.filter(person=self.instance.pk, ended_on__isnull=True)
        held = dict(open_roles.values_list("pk", "clinic"))
        for form in rows:  # in the order they are saved in: a clinic is free only once the row before has left it
            clinic, ends = form.cleaned_data["clinic"].pk, form.cleaned_data.get("ended_on")
            held.pop(form.instance.pk, None)
            if not ends and clinic in held.values():
                form.add_error("clinic", SECOND)
            held |= {} if ends else {form.instance.pk: clinic}
