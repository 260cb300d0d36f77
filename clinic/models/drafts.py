"""Draft: what somebody is typing into a long form, kept until they save it."""

from django.conf import settings
from django.db import models

from clinic.ids import new_id


class Draft(models.Model):
    """The unsaved fields of one form of one case, seen by their author alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey("clinic.Case", on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=60)
    fields = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-updated_at"]
        constraints = [models.UniqueConstraint(fields=["person", "case", "form"], name="draft_one_a_form")]

    def __str__(self):
        return f"draft of {self.form}"
