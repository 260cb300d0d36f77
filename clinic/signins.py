"""What the admin does with the sign-ins of others: asks who does it, mails links, lets set up again what was lost."""

from functools import partial

from django import forms
from django.contrib import admin
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.access import RECORDING, leads_of, may_change_sign_in, may_lead_clinic
from clinic.adminrecord import put_on_record
from clinic.asked import is_search_of_a_list
from clinic.entrance import came_in_just_now, told_by_mail
from clinic.factors import close_every_way_in, take_factors_away
from clinic.resets import may_reset, send_reset
from clinic.views.factors import once_more

GETS_A_LINK = _("Whoever is added is mailed a link to choose a password, once they have a role or staff status.")


class KeepsSignIns:
    """A table of sign-ins: a change is taken only from who came in just now, and told to those whom it concerns."""

    def changeform_view(self, request, *args, **kwargs):
        """Show a person; keep what was changed of them."""
        return _asked(request) or super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request, *args, **kwargs):
        """List people; do something for those who are chosen."""
        refused = None if is_search_of_a_list(request) else _asked(request)
        return refused or super().changelist_view(request, *args, **kwargs)

    def save_model(self, request, person, form, change):
        """Save a person; a new address is told to the old one too, whose owner may know nothing of it.

        Whatever opened the sign-in of somebody else is forgotten with the old address: whoever gave it may know it.
        """
        super().save_model(request, person, form, change)
        if change and "email" in form.changed_data:
            if person.pk != request.user.pk:
                close_every_way_in(person)
            for address in (form.initial["email"], person.email):
                once_it_stands(told_by_mail, request, "address_changed", person, address)

    def save_related(self, request, form, formsets, change):
        """Save the roles, of which the leads of those clinics hear; who has no password yet gets a link to one."""
        super().save_related(request, form, formsets, change)
        roles = [row for formset in formsets for row in formset.new_objects]
        roles += [row for formset in formsets for row, _fields in formset.changed_objects]
        for role in roles:
            _told_to_leads(request, role)
        begins = not change or roles or {"email", "is_staff"} & set(form.changed_data)
        person = form.instance
        person.__dict__.pop("roles", None)  # they may just have been given
        if begins and may_reset(person) and not person.has_usable_password():
            once_it_stands(send_reset, person)
            self.message_user(request, _("A link to choose a password was mailed."))


class NewPerson(forms.ModelForm):
    """Somebody who may sign in from now on: with a password that they choose themselves, so there is none yet."""

    def save(self, commit=True):
        """Make the person without a password."""
        self.instance.set_unusable_password()
        return super().save(commit)


def once_it_stands(tell, *what, **words):
    """Mail it when what was changed is kept: where it cannot be put on record, nothing is, and nobody hears of it."""
    transaction.on_commit(partial(tell, *what, **words))


def _told_to_leads(request, role):
    """Mail the leads of a clinic that somebody else gave a role there with which one reads records."""
    if role.ended_on is not None or role.role not in RECORDING or may_lead_clinic(request.user, role.clinic_id):
        return
    for lead in leads_of(role.clinic_id).exclude(pk=role.person_id):
        once_it_stands(told_by_mail, request, "role_given", lead, by=request.user.name, name=role.person.name)


def _asked(request):
    """Ask for a new sign-in where a form comes long after the last one; None where it may go on."""
    return once_more(request, back=request.path) if request.method == "POST" and not came_in_just_now(request) else None


@admin.action(description=_("Mail a link to choose a password"))
def mail_a_link(keeper, request, people):
    """Mail a link to whoever of the chosen works here."""
    chosen = [person for person in people if may_change_sign_in(request.user, person) and may_reset(person)]
    for person in chosen:
        put_on_record(request, person, "mailed_link", [])
        send_reset(person)
    keeper.message_user(request, _("Links were mailed: %(number)s.") % {"number": len(chosen)})


@admin.action(description=_("Let them set up their second step again"))
def let_set_up_again(keeper, request, people):
    """Take the factors of whoever lost them; they sign in by password and set up others before anything opens."""
    chosen = [person for person in people if may_change_sign_in(request.user, person) and person.pk != request.user.pk]
    for person in chosen:
        take_factors_away(person=person, by=request.user, at=timezone.now())
        told_by_mail(request, "factors_taken", person)
    keeper.message_user(request, _("Second steps were removed: %(number)s.") % {"number": len(chosen)})
