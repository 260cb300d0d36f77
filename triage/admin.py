"""Windows, not doors: what triage recorded is read here and never edited."""

from django.contrib import admin

from clinic.models import Case
from clinic.windows import Sealed
from triage.models import Decision, Diagnosis, Examination, Finding, RedFlagItem, Screening, ScreeningAnswer


class Window(Sealed, admin.ModelAdmin):
    """A list of what belongs to the cases this person may see, found by the beginning of a surname."""

    begins = ["case__patient__surname_key"]

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
    fields = ["code", "side", "answer", "value", "unit", "method", "pain_nprs", "verdict"]


@admin.register(Screening)
class ScreeningAdmin(Window):
    """Screenings with their answers."""

    list_display = ["case", "level", "complete", "started_at", "completed_at", "completed_by", "voided_at"]
    list_select_related = ["case__patient", "completed_by"]
    list_filter = ["level"]
    inlines = [AnswerInline]


@admin.register(RedFlagItem)
class RedFlagItemAdmin(Window):
    """What the screenings opened, and how it ended."""

    list_display = ["case", "row", "level", "opened_at", "outcome", "closed_at", "closed_by"]
    list_select_related = ["case__patient", "closed_by"]
    list_filter = ["level", "outcome"]


@admin.register(Examination)
class ExaminationAdmin(Window):
    """Examinations with their findings."""

    list_display = ["case", "at", "by"]
    list_select_related = ["case__patient", "by"]
    inlines = [FindingInline]


@admin.register(Decision)
class DecisionAdmin(Window):
    """What the rules said, with inputs, reasons and the version of the knowledge."""

    list_display = ["case", "kind", "at", "by", "knowledge_version"]
    list_select_related = ["case__patient", "by"]
    list_filter = ["kind"]


@admin.register(Diagnosis)
class DiagnosisAdmin(Window):
    """What the clinicians called it."""

    list_display = ["case", "cause", "grade", "at", "by"]
    list_select_related = ["case__patient", "by"]
