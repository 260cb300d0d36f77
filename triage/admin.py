"""Windows, not doors: what triage recorded is read here and never edited."""

from django.contrib import admin

from clinic.access import may_read_clinical
from clinic.models import Case
from triage.models import (
    Decision,
    Diagnosis,
    Examination,
    Finding,
    RedFlagItem,
    Screening,
    ScreeningAnswer,
)


class Sealed:
    """Only to be read, by clinicians and leads, and only of their own clinics."""

    show_full_result_count = False

    def has_module_permission(self, request):
        return may_read_clinical(request.user)

    def has_view_permission(self, request, obj=None):
        return may_read_clinical(request.user)

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class Window(Sealed, admin.ModelAdmin):
    """A list of what belongs to the cases this person may see, found by the beginning of a surname."""

    list_per_page = 50
    search_fields = ["case__patient__surname_key__startswith"]

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("case__patient")
        return rows.filter(case__in=Case.objects.visible_to(request.user))


class AnswerInline(Sealed, admin.TabularInline):
    """The answers of a screening."""

    model = ScreeningAnswer
    extra = 0
    fields = ["code", "value", "shown_none", "answered_at", "answered_by"]


class FindingInline(Sealed, admin.TabularInline):
    """The findings of an examination."""

    model = Finding
    extra = 0
    fields = [
        "code",
        "side",
        "answer",
        "value",
        "unit",
        "method",
        "pain_nprs",
        "verdict",
    ]


@admin.register(Screening)
class ScreeningAdmin(Window):
    """Screenings with their answers."""

    list_display = [
        "case",
        "level",
        "complete",
        "started_at",
        "completed_at",
        "completed_by",
        "voided_at",
    ]
    list_select_related = ["completed_by"]
    list_filter = ["level"]
    inlines = [AnswerInline]


@admin.register(RedFlagItem)
class RedFlagItemAdmin(Window):
    """What the screenings opened, and how it ended."""

    list_display = [
        "case",
        "row",
        "level",
        "opened_at",
        "outcome",
        "closed_at",
        "closed_by",
    ]
    list_select_related = ["closed_by"]
    list_filter = ["level", "outcome"]


@admin.register(Examination)
class ExaminationAdmin(Window):
    """Examinations with their findings."""

    list_display = ["case", "at", "by"]
    list_select_related = ["by"]
    inlines = [FindingInline]


@admin.register(Decision)
class DecisionAdmin(Window):
    """What the rules said, with inputs, reasons and the version of the knowledge."""

    list_display = ["case", "kind", "at", "by", "knowledge_version"]
    list_select_related = ["by"]
    list_filter = ["kind"]


@admin.register(Diagnosis)
class DiagnosisAdmin(Window):
    """What the clinicians called it."""

    list_display = ["case", "cause", "grade", "at", "by"]
    list_select_related = ["by"]
