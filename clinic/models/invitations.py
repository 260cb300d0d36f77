"""Invitation: the link by which a runner gets in, once.  The link's secret is nowhere kept, only its fingerprint."""

from django.db import models
from django.db.models import F, Q

from clinic.ids import new_id
from clinic.models.patients import Patient
from clinic.models.people import person_key


class Invitation(models.Model):
    """One link to one runner: used once before it expires, or withdrawn; sent again, it is another row.

    ``token_hash`` is the SHA-256 of the secret in the link, in hex; the secret itself stands in the mail alone.
    ``mail_sent`` stays empty where no mail server took the mail.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    language = models.CharField(max_length=2, choices=[("en", "English"), ("es", "Español")], default="en")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = person_key()
    expires = models.DateTimeField()
    mail_sent = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = person_key(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = person_key(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["patient", "-made_at", "-id"], name="invitation_of_patient")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(used_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_one_open_a_runner",
            ),
            models.CheckConstraint(condition=~Q(email="") & ~Q(token_hash=""), name="invitation_has_a_link"),
            models.CheckConstraint(condition=Q(language__in=["en", "es"]), name="invitation_language_known"),
            models.CheckConstraint(condition=Q(expires__gt=F("made_at")), name="invitation_expires_later"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__gte=F("made_at"), used_at__lt=F("expires"), used_by__isnull=False),
                name="invitation_used_by_someone_in_time",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__gte=F("made_at"), withdrawn_by__isnull=False),
                name="invitation_withdrawn_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(withdrawn_at__isnull=True), name="invitation_used_or_withdrawn"
            ),
        ]

    def __str__(self):
        return f"Invitation of {self.patient}"

    def opens(self, at):
        """Return whether the link would let the runner in at this moment."""
        return self.used_at is None and self.withdrawn_at is None and at < self.expires
