"""Windows on the catalogue, on plans and on treatments; what a clinic says of an exercise is ``rehab.wordings``."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import path

from clinic.models import Case
from clinic.windows import Administered, Remembered, Sealed, Uncounted, in_window
from rehab.models import Exercise, Plan, PlanItem, TreatmentRecord
from rehab.views.figures import contact_sheet
from rehab.windows import CourseWindow
from rehab.wordings import InTheFiles, ways_to_words


@admin.register(Exercise)
class ExerciseAdmin(InTheFiles, Remembered, Administered, Uncounted, admin.ModelAdmin):
    """A window on the catalogue, the same for every clinic, with the way to what one's own clinics say of it."""

    list_display = ["number", "name", "level_count", "is_offered"]
    list_display_links = ["number", "name"]
    list_filter = ["is_offered"]
    search_fields = ["code", "name"]
    of_exercise = "code"
    fields = ["code", "number", "name", "level_count", "is_offered", "catalogue_cues", "catalogue_faults"]
    readonly_fields = fields

    def get_urls(self):
        """Add the sheet of all figures."""
        sheet = path("figures/", self.admin_site.admin_view(self.figures), name="rehab_exercise_figures")
        return [sheet, *super().get_urls()]

    def figures(self, request):
        """Show the figures of all exercises to whoever may see these pages."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return contact_sheet(request, self.admin_site.each_context(request))

    def render_change_form(self, request, context, obj=None, **kwargs):
        """Show the way to the words of each clinic that this person looks after."""
        context["ways"] = ways_to_words(obj.pk, request.user) if obj else []
        return super().render_change_form(request, context, obj=obj, **kwargs)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
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
