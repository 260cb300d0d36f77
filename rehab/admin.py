"""Catalogue words and pictures are edited here; plans and treatments are windows, not doors."""

from django.contrib import admin

from clinic.models import Case
from clinic.windows import Administered, Sealed
from rehab.models import Exercise, ExerciseMedia, Plan, PlanItem, TreatmentRecord


class MediaInline(Administered, admin.TabularInline):
    """Pictures and films of one exercise."""

    model = ExerciseMedia
    extra = 0

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request)  # no record names a picture


@admin.register(Exercise)
class ExerciseAdmin(Administered, admin.ModelAdmin):
    """The clinic's own words beside the catalogue's; what the knowledge files say stays as it is."""

    list_display = ["number", "name", "clinic_name", "level_count", "is_offered"]
    list_display_links = ["number", "name"]
    list_filter = ["is_offered"]
    search_fields = ["code", "name", "clinic_name"]
    readonly_fields = ["code", "number", "name", "level_count", "is_offered"]
    inlines = [MediaInline]

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
        return super().get_queryset(request).visible_to(request.user)


@admin.register(TreatmentRecord)
class TreatmentAdmin(Sealed, admin.ModelAdmin):
    """A window: treatments are recorded in the clinic's pages, through the gate."""

    list_display = ["case", "treatment", "given_at", "given_by", "verdict"]
    list_select_related = ["case__patient", "given_by"]
    begins = ["case__patient__surname_key"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(case__in=Case.objects.visible_to(request.user))
