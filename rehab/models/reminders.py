"""Reminders: what a runner wishes, and each mail that left, once for a day and a kind."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.ids import new_id
from clinic.models import Case, Patient
from clinic.models.tasks import person_key
from rehab.rules.reminders import Kind, Wish, Wishes


class ReminderChoice(models.Model):
    """When a runner is reminded and of what; ``..._decided``: the last day for which that was decided."""

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, primary_key=True, related_name="reminder_choice")
    session_time = models.TimeField()
    morning_time = models.TimeField()
    wants_session = models.BooleanField(default=True)
    wants_silence = models.BooleanField(default=True)
    wants_morning = models.BooleanField(default=True)
    session_decided = models.DateField(null=True, blank=True)
    morning_decided = models.DateField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = person_key(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(changed_at__isnull=True, changed_by__isnull=True)
                | Q(changed_at__isnull=False, changed_by__isnull=False),
                name="reminder_choice_changed_by_someone",
            )
        ]

    def __str__(self):
        return f"session at {self.session_time:%H:%M}, morning at {self.morning_time:%H:%M}"

    @property
    def wishes(self):
        """Return the choice as the rule reads it."""
        stopped = frozenset(wish for wish in Wish if not getattr(self, f"wants_{wish}"))
        return Wishes(self.session_time, self.morning_time, stopped)


class Reminder(models.Model):
    """One reminder of one day.  It is written before its mail leaves: a mail is lost sooner than it is sent twice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="reminders")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reminders")
    kind = models.CharField(max_length=13, choices=[(kind.value, kind.value.replace("_", " ")) for kind in Kind])
    day = models.DateField()
    claimed = models.DateTimeField()
    mail_sent = models.DateTimeField(null=True, blank=True)
    mail_error = models.CharField(max_length=60, blank=True, help_text=_("What kind of fault, without its words"))

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "kind", "day"], name="reminder_once_a_day_and_kind"),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in Kind]), name="reminder_kind_known"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} of {self.day:%-d %B %Y}"
