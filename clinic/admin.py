"""Clinics, people and roles are kept here; runners and cases are windows, not doors."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django_tasks_db.models import DBTaskResult

from clinic.access import clinics_administered
from clinic.models import CalendarFeed, Case, CaseEvent, Clinic, FailedWork, Patient, Person, Task
from clinic.signins import GETS_A_LINK, KeepsSignIns, NewPerson, let_set_up_again, mail_a_link
from clinic.views.entrance import SignOut, admin_door
from clinic.views.errors import nothing_here
from clinic.views.factors import password
from clinic.windows import (
    Described,
    LookedAfter,
    OfTheClinic,
    Quick,
    Roles,
    Sealed,
    WorkWindow,
    in_window,
)

admin.site.site_header = admin.site.site_title = "Stridewell administration"
admin.site.index_title = "Administration"
admin.site.login, admin.site.logout = admin_door, SignOut.as_view()  # one sign-in, and one way out, for all pages
admin.site.password_change = password
admin.site.autocomplete_view = nothing_here  # no form asks it, and its address would hold the surname that was typed
admin.site.unregister([EmailAddress, Authenticator, UserSession])  # changed by the person they belong to
admin.site.unregister(DBTaskResult)  # what failed has a window of its own
admin.site.register(FailedWork, WorkWindow)
admin.site.unregister(Group)  # who may do what follows from the role in a clinic, not from groups


@admin.register(Clinic)
class ClinicAdmin(Described, admin.ModelAdmin):
    """A practice: what its emergency texts need, and the two switches of its rules."""

    list_display = ["name", "phone", "emergency_number", "opening_hours"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(pk__in=clinics_administered(request.user))

    def has_add_permission(self, request):
        return request.user.is_superuser  # whoever else founds a clinic would not be in it


@admin.register(Person)
class PersonAdmin(KeepsSignIns, LookedAfter, Quick, UserAdmin):
    """A human who can sign in, and their roles."""

    actions = [mail_a_link, let_set_up_again]

    list_display = ["name", "email", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff"]
    begins = ["name", "email"]
    filter_horizontal = []
    fieldsets = [(None, {"fields": ["name", "email", "is_active", "is_staff", "is_demonstration"]})]
    add_fieldsets = [(None, {"fields": ["name", "email", "is_staff"], "description": GETS_A_LINK})]
    form, add_form, add_form_template = forms.ModelForm, NewPerson, None
    readonly_fields = ["is_demonstration"]
    inlines = [Roles]


@admin.register(Patient)
class PatientAdmin(OfTheClinic, admin.ModelAdmin):
    """A window on the runners of one's own clinics."""

    list_display = ["surname", "given_name", "birth_date", "sex", "clinic"]
    list_select_related = ["clinic"]
    begins = ["surname_key"]


class EventInline(Sealed, admin.TabularInline):
    """The timeline of a case."""

    model = CaseEvent
    extra = 0
    fields = ["version", "at", "by", "kind", "text"]


@admin.register(Case)
class CaseAdmin(OfTheClinic, admin.ModelAdmin):
    """A window on the cases of one's own clinics; the case page is where they are worked on."""

    list_display = ["patient", "side", "attention", "next_step", "opened_at", "closed_at"]
    list_select_related = ["patient"]
    begins = ["patient__surname_key"]
    inlines = [EventInline]


@admin.register(Task)
class TaskAdmin(Sealed, admin.ModelAdmin):
    """A window on what waits for somebody, and on how its alarm was delivered; today's list is where it is done."""

    list_display = ["case", "code", "level", "owner", "due", "is_alarm", "seen_at", "done_at", "mail_error"]
    list_select_related = ["case__patient"]
    begins = ["case__patient__surname_key"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(case__in=in_window(Case.objects, request.user))


@admin.register(CalendarFeed)
class CalendarFeedAdmin(Sealed, admin.ModelAdmin):
    """A window on which runners have a private calendar; nobody here knows its address."""

    list_display = ["patient", "made", "revoked"]
    list_select_related = ["patient"]
    begins = ["patient__surname_key"]
    exclude = ["token_hash"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(patient__in=in_window(Patient.objects, request.user))
