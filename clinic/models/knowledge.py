"""KnowledgeConfirmation: a clinic's lead stands for the conventions in one version of the knowledge."""

from django.conf import settings
from django.db import models

from clinic.ids import new_id


class KnowledgeConfirmation(models.Model):
    """Added, never changed (a trigger keeps it so); another version of the files needs another row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="confirmations")
    version = models.CharField(max_length=30)
    sha256 = models.CharField(max_length=64)
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-confirmed_at"]
        constraints = [models.UniqueConstraint(fields=["clinic", "sha256"], name="confirmation_once_a_version")]

    def __str__(self):
        return f"{self.version} at {self.clinic}"
