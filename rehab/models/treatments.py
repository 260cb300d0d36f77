"""What was done with the hands, and what the gate said at that moment."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.ids import new_id
from clinic.models import Case

VERDICTS = ["ok", "reason_needed"]


class TreatmentRecord(models.Model):
    """One treatment given.  Append-only; a forbidden treatment has no row, because it is refused."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="treatments")
    treatment = models.CharField(max_length=40)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    site = models.CharField(max_length=120)
    indication = models.CharField(max_length=300)
    verdict = models.CharField(max_length=20)
    inputs = models.JSONField(default=dict)
    because = models.JSONField(default=list)
    reason = models.CharField(max_length=300, blank=True)
    response = models.CharField(max_length=300)
    knowledge_version = models.CharField(max_length=40)
    knowledge_sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-given_at"]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=VERDICTS), name="treatment_was_allowed"),
            models.CheckConstraint(
                condition=~Q(verdict="reason_needed") | ~Q(reason=""), name="treatment_has_its_reason"
            ),
            models.CheckConstraint(
                condition=~Q(knowledge_version="") & ~Q(knowledge_sha256=""), name="treatment_knows_its_knowledge"
            ),
        ]

    def __str__(self):
        return f"{self.treatment} on {self.given_at:%-d %B %Y}"
