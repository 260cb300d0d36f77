"""Windows, not doors: what triage recorded is read here and never edited."""

import json
from collections import defaultdict

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from clinic.models import Case
from clinic.windows import Sealed, in_window
from triage.models import Decision, Diagnosis, Examination, Finding, RedFlagItem, Screening, ScreeningAnswer


def record(stored):
    """Return a stored value so that it can be read."""
    return format_html('<pre class="record">{}</pre>', json.dumps(stored, indent=2, ensure_ascii=False))


class Window(Sealed, admin.ModelAdmin):
    """A list of what belongs to the cases this person may see, found by the beginning of a surname."""

    begins = ["case__patient__surname_key"]

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("case__patient")
        return rows.filter(case__in=in_window(Case.objects, request.user))


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
    fields = ["case", "kind", "at", "by", "knowledge_version", "knowledge_sha256", "answers", "other_inputs", "said"]

    @admin.display(description=_("answers it was made from"))
    def answers(self, decision):
        """The answers, grouped by what was said: three lists are read, three hundred lines are not."""
        said = defaultdict(list)
        for code, value in sorted(decision.inputs.get("answers", {}).items()):
            said[value].append(code)
        lines = (
            f"{value.replace('_', ' ')}: {', '.join(codes)}" for value, codes in sorted(said.items(), reverse=True)
        )
        return "\n".join(lines)

    @admin.display(description=_("other inputs"))
    def other_inputs(self, decision):
        """Everything else the rules were given."""
        return record({key: value for key, value in decision.inputs.items() if key != "answers"})

    @admin.display(description=_("what the rules said"))
    def said(self, decision):
        """The whole result with its reasons and sources, as it was stored."""
        return record(decision.result)


@admin.register(Diagnosis)
class DiagnosisAdmin(Window):
    """What the clinicians called it."""

    list_display = ["case", "cause", "grade", "at", "by"]
    list_select_related = ["case__patient", "by"]
