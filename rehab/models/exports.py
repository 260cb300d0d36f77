"""The export of a watch between its arrival and the runner's choice; none lasts longer than a day."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.ids import new_id
from clinic.models import Case
from clinic.models.tasks import person_key
from rehab.models.logs import OfCaseQuerySet

USUALLY = timedelta(minutes=5)


class WatchExport(models.Model):
    """A ZIP that waits to be read, and then the figures of its runs: no file, and no place that was run through."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", "waits to be read"
        DONE = "done", "read"
        FAILED = "failed", "could not be read"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="watch_exports")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    files_read = models.PositiveSmallIntegerField(default=0, help_text=_("Files of runs read so far"))
    found = models.JSONField(default=list, help_text=_("By file: its name, and its figures or why there are none"))
    sent_at = models.DateTimeField()
    sent_by = person_key()

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "done", "failed"]), name="watch_export_state_known"
            )
        ]

    def __str__(self):
        return f"export of {self.sent_at:%-d %B %Y}: {self.get_state_display()}"

    def is_late(self, now):
        """Return whether it waits for longer than is usual."""
        return self.state == self.State.WAITING and now - self.sent_at > USUALLY
