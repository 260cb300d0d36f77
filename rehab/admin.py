"""Catalogue words and pictures are edited here; plans are windows, not doors."""

from django.contrib import admin

from rehab.models import Exercise, ExerciseMedia, Plan, PlanItem


class MediaInline(admin.TabularInline):
    """Pictures and films of one exercise."""

    model = ExerciseMedia
    extra = 0


@admin.register(Exercise)
class ExerciseAdmin(admin.ModelAdmin):
    """The clinic's own words beside the catalogue's; what the knowledge files say stays locked."""

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
