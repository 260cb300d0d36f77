"""Decision: what the rules said, from which inputs, under which knowledge.  Never edited."""

from django.db import models
from django.db.models import Q

from clinic.ids import new_id
from clinic.models import Case
from triage.models.screenings import person_key


class Decision(models.Model):
    """One stored decision; a new one is a new row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(
        max_length=10,
        choices=[("triage", "triage"), ("causes", "causes"), ("plan", "plan")],
    )
    inputs = models.JSONField()
    result = models.JSONField()
    reasons = models.JSONField()
    knowledge_version = models.CharField(max_length=40)
    knowledge_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = person_key()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["case", "kind", "-at"], name="decision_of_case")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["triage", "causes", "plan"]),
                name="decision_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(knowledge_version="") & ~Q(knowledge_sha256=""), name="decision_knows_its_knowledge"
            ),
        ]

    def __str__(self):
        return f"{self.kind} decision of {self.at:%-d %B %Y}"
