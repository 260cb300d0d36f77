"""AuditEvent: who read or did what, when, from where and why; a row is added, and never changed or removed.

Each clinic has a chain of its own.  A row's digest stands on the row before it, so that nothing can be changed, taken
out or put in unseen (``manage.py verify_audit``).  Rows name people and runners by their keys alone: who is erased
stays here as a key that leads nowhere.
"""

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from clinic.ids import new_id


class AuditChain(models.Model):
    """Where a clinic's chain ends: the number and the digest of its newest row.

    ``id`` is the key of the clinic, or NO_CLINIC for what belongs to none, such as a sign-in that failed.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    def __str__(self):
        return f"audit of {self.pk}"


# The clinic of a row as no index finds it: one runner's rows are few, and SQLite would rather read the whole chain.
WHOSE = Coalesce("chain", "chain")


class AuditEventQuerySet(models.QuerySet):
    """Reads after "audit events ..."."""

    def visible_to(self, person):
        """Return the rows of the clinics this person administers or leads; a runner sees those of their own record."""
        if person.is_runner and not person.is_superuser:
            return self.of_own_record(person)
        leading = [clinic for clinic, role in person.roles.items() if role in ("administrator", "lead")]
        return self.alias(whose=WHOSE).filter(whose__in=leading)

    def of_own_record(self, person):
        """Return the rows of this person's own record as a runner, wherever they work besides."""
        patient = getattr(person, "patient", None)
        return self.filter(patient=patient.pk) if patient else self.none()


class AuditEvent(models.Model):
    """One reading, one act or one refusal.

    ``number``: place in the chain, from 1, without gaps.  ``act``: the name of an address for what was read or
    refused, of a verb for what was done.  ``role``: what the person was in that clinic at the time.  ``why``: for
    which purpose, as a code of Why.  ``about``: what else names the thing, as JSON without a word that anybody typed:
    ids of a list, the verbs inside a verb, the status of a refusal.  ``network``: the address the request came from.
    """

    class Kind(models.TextChoices):
        READ = "read", _("read")
        EXPORT = "export", _("taken out")
        WRITE = "write", _("written")
        REFUSED = "refused", _("refused")
        SIGN_IN = "sign_in", _("signed in or out")
        ADMIN = "admin", _("people, roles and texts")

    class Why(models.TextChoices):
        CARE = "care", _("care")
        OWN = "own", _("own record")
        ADMINISTRATION = "administration", _("administration")
        BREAK_GLASS = "break_glass", _("emergency access")
        SYSTEM = "system", _("by itself")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    chain = models.ForeignKey(AuditChain, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind)
    act = models.CharField(max_length=80)
    person = models.UUIDField(null=True)
    role = models.CharField(max_length=13, blank=True)
    patient = models.UUIDField(null=True)
    case = models.UUIDField(null=True)
    why = models.CharField(max_length=14, choices=Why)
    about = models.JSONField(default=dict)
    network = models.CharField(max_length=45, blank=True)
    request = models.CharField(max_length=36, blank=True)
    digest = models.CharField(max_length=64)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["chain", "-number"]
        indexes = [
            models.Index(fields=["chain", "at", "number"], name="audit_by_moment"),
            models.Index(fields=["chain", "person", "at", "number"], name="audit_of_person"),
            models.Index(fields=["chain", "kind", "at", "number"], name="audit_of_a_kind"),
            models.Index(fields=["chain", "person", "kind", "at", "number"], name="audit_of_both"),
            models.Index(
                fields=["patient", "at", "number"], condition=models.Q(patient__isnull=False), name="audit_of_patient"
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="audit_one_a_number")]

    def __str__(self):
        return f"{self.number}: {self.act}"
