"""Catalogue words and pictures are edited here; plans and treatments are windows, not doors."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import path
from django.utils.translation import gettext_lazy as _

from clinic.language import said
from clinic.models import Case
from clinic.windows import Administered, Described, Sealed, in_window
from rehab.forms import MediaForm
from rehab.knowledge import rehab_knowledge
from rehab.models import Exercise, ExerciseMedia, Plan, PlanItem, TreatmentRecord
from rehab.views.figures import contact_sheet
from rehab.windows import CourseWindow


class MediaInline(Administered, admin.StackedInline):
    """Pictures and films of one exercise; what a file says it is, it must be."""

    model = ExerciseMedia
    form = MediaForm
    verbose_name, verbose_name_plural = "picture or film", "pictures and films"
    extra = 0

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request)  # no record names a picture


@admin.register(Exercise)
class ExerciseAdmin(Described, admin.ModelAdmin):
    """The clinic's own words beside the catalogue's; what the knowledge files say stays as it is."""

    list_display = ["number", "name", "clinic_name", "level_count", "is_offered"]
    list_display_links = ["number", "name"]
    list_filter = ["is_offered"]
    search_fields = ["code", "name", "clinic_name"]
    readonly_fields = ["code", "number", "name", "level_count", "is_offered", "catalogue_cues", "catalogue_faults"]
    fieldsets = [
        (_("In the knowledge files"), {"fields": readonly_fields}),
        (
            _("In the words of this clinic"),
            {
                "fields": ["clinic_name", "clinic_cues", "clinic_faults"],
                "description": _("What is empty here is shown as in the knowledge files."),
            },
        ),
    ]
    inlines = [MediaInline]

    def get_urls(self):
        """Add the sheet of all figures."""
        sheet = path("figures/", self.admin_site.admin_view(self.figures), name="rehab_exercise_figures")
        return [sheet, *super().get_urls()]

    def figures(self, request):
        """Show the figures of all exercises to whoever may see these pages."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return contact_sheet(request, self.admin_site.each_context(request))

    @admin.display(description=_("cues"))
    def catalogue_cues(self, row):
        """What the knowledge files tell a runner to do; empty for an exercise they no longer hold."""
        known = rehab_knowledge().exercises.get(row.code)
        return said(known.cues) if known else ""

    @admin.display(description=_("faults"))
    def catalogue_faults(self, row):
        """What the knowledge files tell a runner to avoid."""
        known = rehab_knowledge().exercises.get(row.code)
        return said(known.faults) if known else ""

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ItemInline(Sealed, admin.TabularInline):
    """The exercises of a plan."""

    model = PlanItem
    extra = 0
    fields = ["position", "exercise", "side", "start_level", "min_level", "max_level", "sets", "amount", "unit"]


@admin.register(Plan)
class PlanAdmin(Sealed, admin.ModelAdmin):
    """A window: plans are written and signed in the clinic's pages, through the gate."""

    list_display = ["case", "status", "drafted_at", "signed_at", "signed_by", "replaced_at"]
    list_select_related = ["case__patient", "signed_by"]
    begins = ["case__patient__surname_key"]
    inlines = [ItemInline]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(case__in=in_window(Case.objects, request.user))


@admin.register(TreatmentRecord)
class TreatmentAdmin(CourseWindow):
    """A window: treatments are recorded in the clinic's pages, through the gate."""

    list_display = ["case", "treatment", "given_at", "given_by", "verdict"]
    list_select_related = ["case__patient", "given_by"]
