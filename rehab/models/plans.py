"""Plan and its items.  A signed plan is never edited: a new plan replaces it."""

from django.conf import settings
from django.db import models
from django.db.models import F, FilteredRelation, Q, Value
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clinic.ids import new_id
from clinic.models import Case
from clinic.terms import Side
from rehab.models.exercises import Exercise, Wording
from triage.models import Decision, Diagnosis

SIDES = [(Side.LEFT, "left"), (Side.RIGHT, "right"), (Side.BOTH, "both"), (Side.NONE, "no side")]
UNITS = [
    ("r", "repetitions"),
    ("s", "seconds"),
    ("breaths", "breaths"),
    ("steps", "steps"),
    ("m", "metres"),
    ("min", "minutes"),
]


class PlanQuerySet(models.QuerySet):
    """Reads after "plans ..."."""

    def open(self):
        """Plans that nothing has replaced: at most one draft and one signed plan a case."""
        return self.filter(replaced_at__isnull=True)

    def drafts(self):
        """Plans still being written."""
        return self.open().filter(signed_at__isnull=True)

    def signed(self):
        """Plans in force; whether the leg may be loaded today is the gate's answer."""
        return self.open().filter(signed_at__isnull=False)

    def visible_to(self, person):
        """Return the plans of the cases this person may see."""
        return self.filter(case__in=Case.objects.visible_to(person))


class Plan(models.Model):
    """What a runner is to do, with the decision it came from.  Draft, then signed, then replaced."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="plans")
    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.PROTECT, null=True, related_name="plans")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="plans")
    note = models.TextField(max_length=1000, blank=True)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    replaced_at = models.DateTimeField(null=True)
    replaced_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-drafted_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="plan_signed_by_someone_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(replaced_at__isnull=True, replaced_by__isnull=True)
                | Q(replaced_at__isnull=False, replaced_by__isnull=False),
                name="plan_replaced_by_someone_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True) | Q(diagnosis__isnull=False),
                name="plan_signed_with_a_diagnosis",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True) | Q(signed_at__gte=F("drafted_at")),
                name="plan_signed_after_it_was_drafted",
            ),
            models.CheckConstraint(
                condition=Q(replaced_at__isnull=True)
                | Q(signed_at__isnull=True, replaced_at__gte=F("drafted_at"))
                | Q(replaced_at__gte=F("signed_at")),
                name="plan_replaced_after_it_was_signed",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(signed_at__isnull=True, replaced_at__isnull=True),
                name="plan_one_draft_a_case",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(signed_at__isnull=False, replaced_at__isnull=True),
                name="plan_one_signed_a_case",
            ),
        ]

    def __str__(self):
        return f"{self.status} plan of {self.drafted_at:%-d %B %Y}"

    @property
    def status(self):
        """Return the word for where this plan stands; derived, so that it cannot be stale."""
        if self.replaced_at:
            return "replaced" if self.signed_at else "set aside"
        return "signed" if self.signed_at else "draft"

    @property
    def is_draft(self):
        """Return whether the plan may still be written."""
        return self.signed_at is None and self.replaced_at is None


def _between(field, low, high):
    """Empty means "not specified"; otherwise inside the range."""
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__range": (low, high)})


class ItemQuerySet(models.QuerySet):
    """Reads after "exercises of a plan ..."."""

    def worded(self, clinic_id):
        """Return them, each with its exercise and what the clinic of its case says of it.  No query more."""
        own = FilteredRelation("exercise__wordings", condition=Q(exercise__wordings__clinic=clinic_id))
        return self.annotate(own=own, is_worded=Value(True)).select_related("exercise", "own")


class PlanItem(models.Model):
    """One exercise of a plan: the levels the signature covers, and the dose at the start level."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="items")
    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=5, choices=SIDES, default=Side.BOTH)
    start_level = models.PositiveSmallIntegerField(default=1)
    min_level = models.PositiveSmallIntegerField(default=1)
    max_level = models.PositiveSmallIntegerField(default=1)
    sets = models.PositiveSmallIntegerField(null=True, blank=True)
    amount = models.PositiveSmallIntegerField(null=True, blank=True)
    amount_high = models.PositiveSmallIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=7, choices=UNITS, blank=True)
    per_side = models.BooleanField(default=False)
    scheme = models.CharField(max_length=20, blank=True, help_text=_("Repetitions set by set, such as 6-4-2"))
    tempo = models.CharField(max_length=20, blank=True, help_text=_("Seconds up-hold-down, such as 2-1-3"))
    hold_seconds = models.PositiveSmallIntegerField(null=True, blank=True)
    rest_seconds = models.PositiveSmallIntegerField(null=True, blank=True)
    times_a_week = models.PositiveSmallIntegerField(null=True, blank=True)
    times_a_week_high = models.PositiveSmallIntegerField(null=True, blank=True)
    times_a_day = models.PositiveSmallIntegerField(null=True, blank=True)
    because = models.JSONField(default=list)
    note = models.CharField(max_length=300, blank=True)
    added_by_clinician = models.BooleanField(default=False)
    override_reason = models.CharField(max_length=300, blank=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="item_one_a_position"),
            models.UniqueConstraint(fields=["plan", "exercise", "side"], name="item_one_an_exercise_and_side"),
            models.CheckConstraint(condition=Q(position__gte=1), name="item_position_from_1"),
            models.CheckConstraint(condition=Q(side__in=[s.value for s in Side]), name="item_side_known"),
            models.CheckConstraint(
                condition=Q(min_level__gte=1, min_level__lte=F("start_level"), start_level__lte=F("max_level")),
                name="item_levels_in_order",
            ),
            models.CheckConstraint(condition=_between("sets", 1, 10), name="item_sets_1_to_10"),
            models.CheckConstraint(condition=_between("amount", 1, 600), name="item_amount_1_to_600"),
            models.CheckConstraint(
                condition=Q(amount_high__isnull=True) | Q(amount_high__gte=F("amount"), amount_high__lte=600),
                name="item_amount_range_in_order",
            ),
            models.CheckConstraint(condition=Q(unit__in=["", *(u for u, _ in UNITS)]), name="item_unit_known"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True, amount_high__isnull=True, scheme="") | ~Q(unit=""),
                name="item_amount_has_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(added_by_clinician=False) | ~Q(override_reason=""), name="item_added_for_a_reason"
            ),
            models.CheckConstraint(condition=_between("rest_seconds", 0, 600), name="item_rest_0_to_600"),
            models.CheckConstraint(condition=_between("hold_seconds", 0, 120), name="item_hold_0_to_120"),
            models.CheckConstraint(condition=_between("times_a_week", 1, 7), name="item_1_to_7_times_a_week"),
            models.CheckConstraint(
                condition=Q(times_a_week_high__isnull=True)
                | Q(times_a_week_high__gte=F("times_a_week"), times_a_week_high__lte=7),
                name="item_week_range_in_order",
            ),
            models.CheckConstraint(condition=_between("times_a_day", 1, 4), name="item_1_to_4_times_a_day"),
        ]

    def __str__(self):
        return f"{self.position}. {self.exercise_id} level {self.start_level}"

    @cached_property
    def own(self):
        """Return what the clinic of the case says of this exercise, or None; one query where ``worded`` did not ask."""
        if self.plan_id is None or getattr(self, "is_worded", False):  # who was asked with it and has it, brings it
            return None
        return Wording.objects.filter(exercise=self.exercise_id, clinic__cases__plans=self.plan_id).first()

    @property
    def called(self):
        """Return what the clinic of the case calls this exercise, as the record keeps it."""
        return self.exercise.called(self.own)

    @property
    def spoken(self):
        """Return what the clinic of the case calls this exercise, as a page says it."""
        return self.exercise.spoken(self.own)


class LevelStep(models.Model):
    """One move on a ladder, append-only.  The current level of an item is its newest step."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(PlanItem, on_delete=models.PROTECT, related_name="steps")
    level = models.PositiveSmallIntegerField()
    dose_percent = models.PositiveSmallIntegerField(default=100, help_text=_("Share of the written dose, such as 50"))
    rest_until = models.DateTimeField(null=True, blank=True, help_text=_("This exercise rests until then"))
    rule = models.CharField(max_length=40)
    inputs = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    knowledge_version = models.CharField(max_length=40)
    knowledge_sha256 = models.CharField(max_length=64)
    stepped_at = models.DateTimeField()
    stepped_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["item", "stepped_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=1), name="step_level_from_1"),
            models.CheckConstraint(condition=Q(dose_percent__range=(1, 100)), name="step_dose_1_to_100_percent"),
            models.CheckConstraint(
                condition=~Q(knowledge_version="") & ~Q(knowledge_sha256=""), name="step_knows_its_knowledge"
            ),
        ]

    def __str__(self):
        return f"level {self.level} ({self.rule})"
