"""What a clinician settles on the way back: how much pain is allowed, and what was tried before the first run."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.ids import new_id
from clinic.models import Case
from clinic.models.patients import ANSWERS
from clinic.models.tasks import person_key
from clinic.terms import Answer
from rehab.models.logs import THREE_VALUED, OfCaseQuerySet, at_most_10, nprs
from triage.models import Diagnosis


class PainLimitSet(models.Model):
    """How much pain (NPRS 0 to 10) a clinician allows for one diagnosis; the newest counts, rows are only added.

    Some diagnoses have no limit of their own: without a row here there is no session (7.1).  Where the tables have
    one, the lower of both holds.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pain_limits")
    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.PROTECT, related_name="pain_limits")
    during_nprs = models.PositiveSmallIntegerField()
    strength_nprs = nprs(help_text=_("In strength work; empty: the same"))
    morning_change = models.PositiveSmallIntegerField(default=0, help_text=_("Allowed rise over the usual morning"))
    because = models.CharField(max_length=300)
    set_at = models.DateTimeField()
    set_by = person_key()

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        ordering = ["-set_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=at_most_10("during_nprs", "strength_nprs", "morning_change"), name="limit_0_to_10"
            ),
            models.CheckConstraint(condition=~Q(because=""), name="limit_for_a_reason"),
        ]

    def __str__(self):
        return f"pain up to {self.during_nprs}"


class RunReadiness(models.Model):
    """What was tried before the first run, of the worse side; empty or not assessed is "not recorded" and blocks (8.1).

    ``hops`` single hops in a row, 0 to 200; ``hop_pain`` NPRS 0 to 10; rows are only added, the newest counts.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="readiness")
    hops = models.PositiveSmallIntegerField(null=True, blank=True)
    hop_pain = nprs()
    hop_after_effect = models.CharField(max_length=12, choices=ANSWERS, default=Answer.NOT_ASSESSED)
    hop_tingling = models.CharField(max_length=12, choices=ANSWERS, default=Answer.NOT_ASSESSED)
    raise_symptoms = models.CharField(max_length=12, choices=ANSWERS, default=Answer.NOT_ASSESSED)
    bone_cleared = models.CharField(max_length=12, choices=ANSWERS, default=Answer.NOT_ASSESSED)
    assessed_at = models.DateTimeField()
    assessed_by = person_key()

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        ordering = ["-assessed_at", "-id"]
        verbose_name_plural = _("run readiness")
        constraints = [
            models.CheckConstraint(condition=Q(hops__isnull=True) | Q(hops__lte=200), name="readiness_hops_0_to_200"),
            models.CheckConstraint(condition=at_most_10("hop_pain"), name="readiness_hop_pain_0_to_10"),
            models.CheckConstraint(
                condition=Q(hop_after_effect__in=THREE_VALUED, hop_tingling__in=THREE_VALUED)
                & Q(raise_symptoms__in=THREE_VALUED, bone_cleared__in=THREE_VALUED),
                name="readiness_three_valued",
            ),
        ]

    def __str__(self):
        return f"ready to run? {self.assessed_at:%-d %B %Y}"
