"""BreakGlass: for how long, and why, somebody of another clinic may read the record of a runner before them."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.ids import new_id
from clinic.models.people import SIGNING, Clinic, person_key

LASTS = timedelta(minutes=60)  # [CONV] a first visit; the database refuses more (clinic/triggers.py)


class BreakGlassQuerySet(models.QuerySet):
    """Reads after "break-glass openings ..."."""

    def open_to(self, person):
        """Return what stands open to this person now, by a role that they still have where they asked."""
        now, places = timezone.now(), [c for c, role in person.roles.items() if role in SIGNING]
        lasting = self.filter(opened_at__lte=now, expires__gt=now, ended_at__isnull=True)
        return lasting.filter(opened_by=person, from_clinic__in=places)

    def visible_to(self, person):
        """Return a person's own openings, and those into the records of the clinics that they lead."""
        led = [c for c, role in person.roles.items() if role == "lead"]
        return self.filter(Q(opened_by=person) | Q(clinic__in=led))


class BreakGlass(models.Model):
    """One opening of one runner's record to one person of another clinic.

    ``clinic`` is the runner's, ``from_clinic`` where the person works.  ``words`` are what they wrote.  The row stays
    what it was: it may end before its time, once, and a lead of the runner's clinic sees it, once.
    """

    class Reason(models.TextChoices):
        """Why the record had to be opened."""

        EMERGENCY = "emergency", _("an emergency")
        REFERRED = "referred", _("referred to us")
        ASKED = "asked", _("the runner asks for it")
        OTHER = "other", _("another reason")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="openings")
    opened_by = person_key()
    from_clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=9, choices=Reason)
    words = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    expires = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = person_key(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = person_key(null=True, blank=True)

    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        verbose_name_plural = _("break-glass openings")
        indexes = [
            models.Index(fields=["clinic", "-opened_at", "-id"], name="glass_of_clinic"),
            models.Index(fields=["patient", "opened_by", "-expires"], name="glass_of_patient"),
            models.Index(fields=["clinic"], condition=Q(seen_at__isnull=True), name="glass_unseen"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(expires__gt=F("opened_at")), name="glass_expires_after_it_began"),
            models.CheckConstraint(
                condition=Q(reason__in=["emergency", "referred", "asked", "other"]) & ~Q(words=""),
                name="glass_says_why",
            ),
            models.CheckConstraint(condition=~Q(clinic=F("from_clinic")), name="glass_from_outside"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__gte=F("opened_at"), ended_by__isnull=False),
                name="glass_ended_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True, seen_by__isnull=True)
                | Q(seen_at__gte=F("opened_at"), seen_by__isnull=False),
                name="glass_seen_by_someone",
            ),
        ]

    def __str__(self):
        return f"{self.get_reason_display()}: {self.words}"

    def is_open(self, now):
        """Return whether it still lets its person read."""
        return self.ended_at is None and self.opened_at <= now < self.expires
