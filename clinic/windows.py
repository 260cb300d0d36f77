"""What the admin's windows share: who may look, nothing to edit, a search by beginnings, nothing counted."""

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList, ChangeListSearchForm
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clinic.access import (
    clinics_administered,
    clinics_signed_in,
    may_administer,
    may_change_sign_in,
    may_look_after,
    may_read_clinical,
    may_rename,
    people_looked_after,
)
from clinic.adminrecord import OnRecord
from clinic.asked import LONGEST, SEARCH, is_search_of_a_list, keep, kept
from clinic.background import put_again
from clinic.changes import changes
from clinic.editing import SavedAsRead
from clinic.forms.roles import GiveRole, RolesOfOne
from clinic.ids import is_uuid
from clinic.models import Clinic, Membership
from clinic.models.patients import search_key

MOST_ROWS = 1000
KEPT_ADDRESS = _(
    "The address is changed by who leads the clinic where they work or are treated. Who is in no clinic yet and whose "
    "address is wrong is added once more."
)
LIST_ASKS = {"q", "p", "o", "e", "all"}  # what the address of a list may ask besides its filters


class BoundedPaginator(Paginator):
    """Asks for no COUNT: reads the keys up to the last page anybody turns to; who is beyond it is searched for."""

    @cached_property
    def count(self):
        """Return the number of rows, or MOST_ROWS where there are more."""
        return len(self.object_list.values_list("pk", flat=True)[:MOST_ROWS])


class Searched(ChangeList):
    """A list that is searched by words that its address does not hold: they name people (``clinic.asked``)."""

    def get_queryset(self, request, exclude_parameters=None):
        """Take the words that the key in the address stands for; a key of nobody's search asks nothing."""
        self.query = kept(request, self.query).get(SEARCH, "")
        return super().get_queryset(request, exclude_parameters)


class Uncounted:
    """A list that counts nothing, neither its rows nor what a filter would leave."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    list_per_page = 50

    def get_object(self, request, object_id, from_field=None):
        """Find nothing by a letter that no key holds: PostgreSQL would break on it, where a key is text."""
        return None if "\0" in object_id else super().get_object(request, object_id, from_field)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """Answer that there is nothing here, as every page does; to lead to the list would put no refusal on record."""
        raise Http404

    def get_changelist(self, request, **kwargs):
        """Return the list whose address holds nobody's name."""
        return Searched

    def changelist_view(self, request, extra_context=None):
        """Drop what the list does not offer: Django would look it up in any column, those that open something too."""
        if is_search_of_a_list(request):
            asked, form = request.GET.copy(), ChangeListSearchForm(request.POST)
            said = form.cleaned_data[SEARCH][:LONGEST] if form.is_valid() else ""
            asked[SEARCH] = keep(request, {SEARCH: said})
            return redirect(f"{request.path}?{asked.urlencode()}")
        offered = LIST_ASKS | {f"{name}__{how}" for name in self.list_filter for how in ("exact", "isnull")}
        asked = request.GET.copy()
        for name in set(asked) - offered:
            del asked[name]
        request.GET = asked
        return super().changelist_view(request, extra_context)

    def response_action(self, request, queryset):
        """Drop what was chosen and is no key of this table: Django would ask the database for it as it came."""
        request.POST = request.POST.copy()
        chosen = [key for key in request.POST.getlist(ACTION_CHECKBOX_NAME) if could_be_key(self.opts.pk, key)]
        request.POST.setlist(ACTION_CHECKBOX_NAME, chosen)
        return super().response_action(request, queryset)


def could_be_key(column, text):
    """Return whether this column could hold such a key."""
    try:
        column.clean(text, None)
    except forms.ValidationError:
        return False
    return "\0" not in text


class Quick(Uncounted):
    """A list that is as fast with a million rows as with ten."""

    ordering = ["-pk"]  # keys are ordered by time
    sortable_by = ()  # any other order would sort the whole table
    begins = ()  # columns with an index; a search finds what begins so

    def get_search_fields(self, request):
        """Show the search box where there is something to search by."""
        return self.begins

    def get_search_results(self, request, queryset, term):
        """Find by the beginning of a column: a range of its index, never a scan."""
        found = Q()
        for column in self.begins:
            if column.endswith("_key"):  # in byte order, so the names that begin so are one range
                key = search_key(term)
                found |= Q(**{f"{column}__gte": key, f"{column}__lt": key + "\U0010ffff"})
            else:  # as typed, as an address, and as a name is written
                typed = term.strip()
                found |= Q(**{f"{column}__startswith": typed}) | Q(**{f"{column}__startswith": typed.lower()})
                found |= Q(**{f"{column}__startswith": typed.title()})
        return (queryset.filter(found) if term.strip() else queryset), False


class Remembered:
    """A row whose page of history tells what its fields said before."""

    object_history_template = "admin/changes.html"

    def histories(self, request, row):
        """Return the histories that belong to a row."""
        return [type(row).history.model.objects.filter(**{row._meta.pk.attname: row.pk})]

    def history_view(self, request, object_id, extra_context=None):
        """Tell what was changed; who may see no such row is refused, whether it is there or not.

        The admin's own lines are left out: they name people and roles of clinics that the reader has no part in.
        """
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        answer = super().history_view(request, object_id, {**(extra_context or {}), "action_list": ()})
        if context := getattr(answer, "context_data", None):
            after = request.GET.get("after")
            told = changes(self.histories(request, context["object"]), after if is_uuid(after) else None)
            context["changes"], context["more"] = told
        return answer


class Administered(OnRecord):
    """For those who look after people, roles and texts; nothing clinical."""

    def has_module_permission(self, request):
        """Show the section to administrators and leads."""
        return may_administer(request.user)

    def has_view_permission(self, request, obj=None):
        """Open to administrators and leads."""
        return may_administer(request.user)

    has_add_permission = has_change_permission = has_view_permission

    def has_delete_permission(self, request, obj=None):
        """Nothing that a record may name is deleted."""
        return False


class Described(SavedAsRead, Remembered, Administered, Uncounted):
    """What a clinic says of itself and in its own words: edited here, and what it said before stays to be read."""


class LookedAfter(SavedAsRead, Remembered, Administered):
    """A person and their sign-in: nobody takes over that of a colleague who signs, or sees that of another clinic's."""

    def get_queryset(self, request):
        """Leave out who is looked after by others alone."""
        return super().get_queryset(request).filter(pk__in=people_looked_after(request.user))

    def histories(self, request, row):
        """Tell of their roles too, but for those in clinics that somebody else looks after."""
        roles = Membership.history.model.objects.filter(person=row.pk, clinic__in=clinics_administered(request.user))
        return [*super().histories(request, row), roles]

    def has_change_permission(self, request, obj=None):
        """Open to who looks after this very person."""
        return super().has_change_permission(request, obj) and (obj is None or may_look_after(request.user, obj))

    def get_readonly_fields(self, request, obj=None):
        """Keep the address, to which a new password would be mailed, and what other clinics have a say in."""
        kept = list(super().get_readonly_fields(request, obj))
        if obj is not None and not may_change_sign_in(request.user, obj):
            kept.append("email")
        if obj is not None and not may_rename(request.user, obj):
            kept += ["name", "is_active", "is_staff"]
        return kept

    def get_fieldsets(self, request, obj=None):
        """Say whose it is to change an address that is kept."""
        (name, first), *others = super().get_fieldsets(request, obj)
        if obj is not None and not may_change_sign_in(request.user, obj):
            first = {**first, "description": KEPT_ADDRESS}
        return [(name, first), *others]

    def user_change_password(self, request, id, form_url=""):
        """Refuse: a password is chosen by whom it belongs to, by a mailed link or on their own page."""
        raise PermissionDenied


class Roles(Administered, admin.StackedInline):
    """Who works where, in which role; a role ends, it is not deleted.  Nobody changes their own."""

    model = Membership
    extra = 0
    formset = RolesOfOne
    fields = ["clinic", "role", "ended_on"]

    def get_queryset(self, request):
        """Leave out the roles in clinics that somebody else looks after."""
        return super().get_queryset(request).filter(clinic__in=clinics_administered(request.user))

    def get_formset(self, request, obj=None, **kwargs):
        """Let the form know who gives the role."""
        given = type("GivenRole", (GiveRole,), {"by": request.user})
        return super().get_formset(request, obj, **{**kwargs, "form": given})

    def formfield_for_foreignkey(self, field, request, **kwargs):
        """Offer the clinics that this person looks after."""
        if field.name == "clinic":
            kwargs["queryset"] = Clinic.objects.filter(pk__in=clinics_administered(request.user))
        return super().formfield_for_foreignkey(field, request, **kwargs)

    def has_add_permission(self, request, obj=None):
        """Closed on one's own page."""
        return super().has_add_permission(request, obj) and (obj is None or obj.pk != request.user.pk)

    has_change_permission = has_add_permission


def in_window(rows, person):
    """Return those patients or cases a person may see that belong to a clinic where they are clinician or lead."""
    return rows.treated_by(person).filter(clinic__in=clinics_signed_in(person))


class Sealed(Quick):
    """A clinical window: read by clinicians and leads of the clinic, written by nobody."""

    actions = None

    def has_module_permission(self, request):
        """Show the section to clinicians and leads."""
        return may_read_clinical(request.user)

    def has_view_permission(self, request, obj=None):
        """Open to clinicians and leads; ``get_queryset`` says of which clinic."""
        return may_read_clinical(request.user)

    def has_add_permission(self, request, obj=None):
        """Records are written in the clinic's pages, through the gate."""
        return False

    has_change_permission = has_delete_permission = has_add_permission


class OfTheClinic(Sealed):
    """A window on the runners or the cases of one's own clinics."""

    def get_queryset(self, request):
        """Leave out what belongs to another clinic."""
        return in_window(super().get_queryset(request), request.user)


class WorkWindow(Administered, Uncounted, admin.ModelAdmin):
    """A window on the background work that failed; it may be tried again."""

    list_display = fields = readonly_fields = ["what", "finished_at", "tries", "error"]
    list_display_links = None
    actions = ["try_again"]

    def changelist_view(self, request, extra_context=None):
        """Head the page with what it lists."""
        return super().changelist_view(request, {"title": _("Work that failed"), **(extra_context or {})})

    @admin.action(description=_("Try again"))
    def try_again(self, request, chosen):
        """Put the chosen work into the queue once more."""
        count = sum(put_again(row.pk) for row in chosen)
        words = ngettext(
            "%(count)s will be tried again within a minute.", "%(count)s will be tried again within a minute.", count
        )
        self.message_user(request, words % {"count": count})

    def has_add_permission(self, request):
        """Work comes from the pages."""
        return False

    def has_change_permission(self, request, obj=None):
        """It is looked at and tried again, never changed."""
        return False
