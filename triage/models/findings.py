"""Examination, Finding, Diagnosis: what was looked for, what was found, what it is called."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.ids import new_id
from clinic.models import Case
from clinic.terms import Answer, Side
from triage.models.screenings import ANSWERS, person_key

SIDES = [(side.value, side.value) for side in Side]


class Examination(models.Model):
    """One visit's tests and findings; a later look is a new examination."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="examinations")
    at = models.DateTimeField()
    by = person_key()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self):
        return f"examination of {self.at:%-d %B %Y}"


class Finding(models.Model):
    """A three-valued finding (``answer``) or a measured test (``value`` with its unit), per side."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    examination = models.ForeignKey(Examination, on_delete=models.PROTECT, related_name="findings")
    code = models.CharField(max_length=60)
    side = models.CharField(max_length=5, choices=SIDES, default=Side.NONE)
    answer = models.CharField(max_length=12, choices=ANSWERS, blank=True)
    value = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    method = models.CharField(max_length=60, blank=True)
    pain_nprs = models.PositiveSmallIntegerField(null=True, blank=True)
    verdict = models.CharField(max_length=12, blank=True)
    shown_none = models.BooleanField(default=False)

    class Meta:
        ordering = ["examination", "code", "side"]
        constraints = [
            models.UniqueConstraint(fields=["examination", "code", "side"], name="finding_one_a_side"),
            models.CheckConstraint(
                condition=Q(answer="") | Q(answer__in=[a.value for a in Answer]),
                name="finding_three_valued",
            ),
            models.CheckConstraint(condition=Q(side__in=[s.value for s in Side]), name="finding_side_known"),
            models.CheckConstraint(
                condition=~Q(answer="") | Q(value__isnull=False) | Q(pain_nprs__isnull=False),
                name="finding_says_something",
            ),
            models.CheckConstraint(
                condition=Q(pain_nprs__isnull=True) | Q(pain_nprs__lte=10),
                name="finding_pain_0_to_10",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(answer=""),
                name="finding_is_measured_or_answered",
            ),
            models.CheckConstraint(condition=Q(value__isnull=True) | ~Q(unit=""), name="finding_value_has_a_unit"),
        ]

    def __str__(self):
        return f"{self.code} {self.side}"


class Diagnosis(models.Model):
    """What the clinician calls it.  Not the top-ranked cause needs a reason; a new one is a new row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="diagnoses")
    cause = models.CharField(max_length=30)
    grade = models.PositiveSmallIntegerField(null=True, blank=True)
    override_reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = person_key()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = _("diagnoses")
        constraints = [
            models.CheckConstraint(
                condition=Q(grade__isnull=True) | Q(grade__range=(1, 3)),
                name="diagnosis_grade_1_3",
            ),
            models.CheckConstraint(condition=~Q(cause=""), name="diagnosis_has_a_cause"),
        ]

    def __str__(self):
        return self.cause
