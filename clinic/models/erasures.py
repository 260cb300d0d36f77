"""Erasure: that a runner's record was erased; of whom only the key remains."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.ids import new_id
from clinic.models.people import Clinic


class ErasureEnd(models.Model):
    """That an erasure is over.  Without one its erasure cannot be committed: the foreign key is asked at the commit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ended_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self):
        return f"end {self.pk}"


class Erasure(models.Model):
    """One record that was erased.  While its ``end`` is not there the database lets rows of this runner go, no others.

    ``patient`` is the key of the runner, to which nothing leads any more.
    """

    class Because(models.TextChoices):
        """Why a record goes."""

        ASKED = "asked", _("the runner asked for it")
        OLD = "old", _("it was kept as long as it must be")
        MISTAKE = "mistake", _("it should never have been here")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.UUIDField(unique=True)
    because = models.CharField(max_length=8, choices=Because)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    end = models.OneToOneField(ErasureEnd, on_delete=models.PROTECT, related_name="erasure")

    class Meta:
        ordering = ["-begun_at"]
        constraints = [
            models.CheckConstraint(condition=Q(because__in=["asked", "old", "mistake"]), name="erasure_reason_known"),
        ]

    def __str__(self):
        return f"erasure of {self.patient}"
