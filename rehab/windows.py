"""Windows in the admin on what was logged and what the rules made of it: read here, written by the actions alone."""

from django.contrib import admin

from clinic.models import Case
from clinic.windows import Sealed, in_window
from rehab.models import (
    ExerciseLog,
    MorningLog,
    OutcomeScore,
    PainLimitSet,
    RunLog,
    RunReadiness,
    RunStage,
    SafetyCheck,
    SessionLog,
    StepOffer,
    Verdict,
)


class CourseWindow(Sealed, admin.ModelAdmin):
    """Rows of the cases of one's own clinics; ``path`` leads from a row to its case."""

    path = "case"

    def get_queryset(self, request):
        """Show the rows of one's own clinics."""
        return super().get_queryset(request).filter(**{f"{self.path}__in": in_window(Case.objects, request.user)})

    def get_search_fields(self, request):
        """Search by the beginning of the runner's surname."""
        return [f"{self.path}__patient__surname_key"]

    @property
    def begins(self):
        """Return the column that the search reads."""
        return [f"{self.path}__patient__surname_key"]


class ExerciseInline(Sealed, admin.TabularInline):
    """The exercises of a session."""

    model = ExerciseLog
    extra = 0
    fields = ["position", "item", "level", "dose_percent", "done", "pain_during", "effort", "form", "reason"]


class RunInline(Sealed, admin.StackedInline):
    """What was run."""

    model = RunLog
    extra = 0


@admin.register(SessionLog)
class SessionAdmin(CourseWindow):
    """Sessions and runs."""

    list_display = ["case", "day", "kind", "pain_during", "effort", "minutes", "logged_at", "replaced_at"]
    list_select_related = ["case__patient"]
    inlines = [ExerciseInline, RunInline]


@admin.register(ExerciseLog)
class ExerciseLogAdmin(CourseWindow):
    """One exercise of a session."""

    path = "session__case"
    list_display = ["session", "item", "level", "done", "pain_during", "effort", "form"]
    list_select_related = ["session", "item"]


@admin.register(MorningLog)
class MorningAdmin(CourseWindow):
    """First steps of a morning."""

    list_display = ["case", "day", "pain", "stiffness_minutes", "logged_at", "replaced_at"]
    list_select_related = ["case__patient"]


@admin.register(SafetyCheck)
class SafetyAdmin(CourseWindow):
    """The short safety set, answered."""

    list_display = ["case", "where", "any_yes", "all_answered", "asked_at", "asked_by"]
    list_select_related = ["case__patient", "asked_by"]


@admin.register(Verdict)
class VerdictAdmin(CourseWindow):
    """What the rules made of a session or an exercise."""

    path = "session__case"
    list_display = ["session", "exercise", "colour", "rule", "judged_at", "knowledge_version"]
    list_select_related = ["session", "exercise"]


@admin.register(StepOffer)
class OfferAdmin(CourseWindow):
    """Steps that were offered, and how they ended."""

    list_display = ["case", "item", "level", "stage", "rule", "offered_at", "accepted", "decided_by"]
    list_select_related = ["case__patient", "item", "decided_by"]


@admin.register(RunStage)
class StageAdmin(CourseWindow):
    """Moves on the ladder back to running."""

    list_display = ["case", "stage", "passed", "rule", "stepped_at", "stepped_by"]
    list_select_related = ["case__patient", "stepped_by"]


@admin.register(OutcomeScore)
class ScoreAdmin(CourseWindow):
    """Scores of outcome measures."""

    list_display = ["case", "measure", "value", "day", "scored_by", "replaced_at"]
    list_select_related = ["case__patient", "scored_by"]


@admin.register(PainLimitSet)
class LimitAdmin(CourseWindow):
    """Limits of pain that a clinician set."""

    list_display = ["case", "during_nprs", "strength_nprs", "morning_change", "because", "set_by"]
    list_select_related = ["case__patient", "set_by"]


@admin.register(RunReadiness)
class ReadinessAdmin(CourseWindow):
    """What was tried before the first run."""

    list_display = ["case", "hops", "hop_pain", "assessed_at", "assessed_by"]
    list_select_related = ["case__patient", "assessed_by"]
