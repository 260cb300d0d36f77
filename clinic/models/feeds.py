"""CalendarFeed: the address under which a runner's calendar is read.  Only the fingerprint of its secret is kept."""

from django.db import models
from django.db.models import F, Q

from clinic.ids import new_id
from clinic.models.patients import Patient


class CalendarFeed(models.Model):
    """One private address of one runner's calendar; revoked it is dead, made anew it is another row.

    ``token_hash`` is the SHA-256 of the secret in the address, in hex.  ``starts`` is the hour at which the runner
    wants to find what is due, on the clinic's clock; empty means the whole day.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="calendar_feeds")
    token_hash = models.CharField(max_length=64, unique=True)
    starts = models.TimeField(null=True, blank=True)
    made = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(revoked__isnull=True), name="calendar_one_open_a_runner"
            ),
            models.CheckConstraint(condition=~Q(token_hash=""), name="calendar_has_an_address"),
            models.CheckConstraint(
                condition=Q(revoked__isnull=True) | Q(revoked__gte=F("made")),
                name="calendar_revoked_after_it_was_made",
            ),
        ]

    def __str__(self):
        return f"Calendar of {self.patient}"
