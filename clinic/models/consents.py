"""Consent: what a runner agreed to or declined, in which words, and when they took it back."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.ids import new_id
from clinic.models.patients import Patient
from clinic.models.people import person_key


class Consent(models.Model):
    """One answer of one runner to one text.  A new answer is a new row; taking it back ends the row, once.

    ``version`` names the text, ``words`` are the text as it was shown.  ``answered_by``: the runner on their phone, or
    whoever noted what the runner said.
    """

    class Kind(models.TextChoices):
        """What is asked; the texts stand in ``clinic/knowledge/consents.toml``."""

        CARE = "care", _("using data for treatment")
        REMINDERS = "reminders", _("reminders by e-mail")
        LETTER = "letter", _("sending a letter")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=9, choices=Kind)
    version = models.CharField(max_length=40)
    language = models.CharField(max_length=2)
    words = models.TextField()
    agreed = models.BooleanField()
    answered_at = models.DateTimeField()
    answered_by = person_key()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = person_key(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-answered_at", "-id"]
        indexes = [models.Index(fields=["patient", "kind", "-answered_at", "-id"], name="consent_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["care", "reminders", "letter"]), name="consent_kind_known"),
            models.CheckConstraint(condition=~Q(version="") & ~Q(words=""), name="consent_to_some_words"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | Q(withdrawn_at__gte=F("answered_at"), withdrawn_by__isnull=False, agreed=True),
                name="consent_withdrawn_by_someone_after_it_was_given",
            ),
            models.UniqueConstraint(
                fields=["patient", "kind", "version"],
                condition=Q(agreed=True, withdrawn_at__isnull=True),
                name="consent_one_standing_a_text",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {'yes' if self.stands else 'no'}"

    @property
    def stands(self):
        """Return whether the runner agreed and has not taken it back."""
        return self.agreed and self.withdrawn_at is None
