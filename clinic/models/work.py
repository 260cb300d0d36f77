"""Background work that failed, as administrators see it."""

from django.db import models
from django_tasks_db.models import DBTaskResult


class FailedWorkManager(models.Manager):
    """Reads what failed for good."""

    def get_queryset(self):
        """Leave out what waits, runs or ended well."""
        return super().get_queryset().filter(status="FAILED")


class FailedWork(DBTaskResult):
    """A piece of background work after its last try.  It names nobody: ids, a kind of fault and a place in the code."""

    objects = FailedWorkManager()

    class Meta:
        proxy = True
        ordering = ["-finished_at"]
        verbose_name, verbose_name_plural = "work that failed", "work that failed"

    def __str__(self):
        return self.what

    @property
    def what(self):
        """Return what was to be done, in words: the name of the function."""
        return self.task_path.rpartition(".")[2].replace("_", " ").capitalize()

    @property
    def error(self):
        """Return what kind of fault it was and where."""
        return self.traceback.strip().rpartition("\n")[2].removeprefix("clinic.background.WorkFailed: ")

    @property
    def tries(self):
        """Return how often it was tried."""
        return len(self.worker_ids)
