"""Person: the signed-in human; Clinic; Membership: who works where, in which role."""

import json

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, F, Func, IntegerField, Q
from django.db.models.functions import Length, Lower
from django.db.models.lookups import Exact
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clinic.histories import Kept
from clinic.ids import new_id, new_secret, plain_address

SIGNING = {"clinician", "lead"}  # the roles that sign for what is done


def person_key(**kwargs):
    """Return a foreign key to the person who did it; people who signed are never deleted."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **kwargs)


class Clinic(models.Model):
    """One practice, with what its emergency texts and its two rule switches need."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120, unique=True)
    phone = models.CharField(max_length=30)
    emergency_number = models.CharField(max_length=20, help_text=_("What a runner calls in an emergency, such as 112"))
    opening_hours = models.CharField(max_length=120)
    dvt_seed_strict = models.BooleanField(
        default=False, help_text=_("Any single risk factor means same-day assessment")
    )
    core_fail_mode = models.CharField(
        max_length=20,
        default="deficit",
        choices=[("deficit", "fail below mean minus one SD"), ("seed_below_average", "fail below the mean")],
    )
    steps_apply_themselves = models.BooleanField(
        default=False, help_text=_("A step up that the rules offer is taken without a clinician's tap")
    )
    alarm_email = models.EmailField(blank=True, help_text=_("Where alarms are mailed besides the list of the day"))

    history = Kept()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(phone="") & ~Q(emergency_number="") & ~Q(opening_hours=""), name="clinic_says_whom_to_call"
            ),
        ]

    def __str__(self):
        return self.name

    def has_confirmed(self, sha256: str) -> bool:
        """Return whether the clinic's lead stands for the knowledge files with this checksum."""
        return self.confirmations.filter(sha256=sha256).exists()


class PersonManager(BaseUserManager):
    """Makes people; the e-mail address is the name they sign in with."""

    def get_by_natural_key(self, email):
        """Find a person by address, however it is written."""
        return self.get(email=plain_address(email))

    def create_user(self, email, password=None, **fields):
        """Make a person; without a password they cannot sign in with one."""
        person = self.model(email=plain_address(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email, password=None, **fields):
        """Make a person who may do everything in the admin that the admin lets anyone do."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Bytes(Func):
    """How many bytes a text takes: as many as it has letters where all of them are ASCII."""

    function, arity, output_field = "OCTET_LENGTH", 1, IntegerField()

    def as_sqlite(self, compiler, connection, **context):
        """Count through a blob: OCTET_LENGTH is younger than the SQLite of many machines."""
        return self.as_sql(compiler, connection, template="LENGTH(CAST(%(expressions)s AS BLOB))", **context)


class Person(AbstractBaseUser, PermissionsMixin):
    """A human who can sign in: a member of a clinic, or a runner through their own patient row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, db_index=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text=_("May open the admin site"))
    is_demonstration = models.BooleanField(default=False, help_text=_("Signs in only where demonstration is on"))
    language = models.CharField(max_length=2, choices=[("en", "English"), ("es", "Español")], default="en")
    units = models.CharField(
        max_length=8, choices=[("metric", "kilometres, kilograms"), ("imperial", "miles, pounds")], default="metric"
    )
    joined_on = models.DateField(auto_now_add=True)
    session_secret = models.CharField(max_length=32, default=new_secret, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = PersonManager()
    history = Kept("password", "last_login", "session_secret", leads_by="past", unindexed=["email", "name"])

    class Meta:
        ordering = ["name"]
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_email_once"),
            models.CheckConstraint(
                condition=Q(Exact(Bytes("email"), Length("email")), Exact(Lower("email"), F("email"))),
                name="person_email_plain",
            ),
            models.CheckConstraint(condition=Q(language__in=["en", "es"]), name="person_language_known"),
            models.CheckConstraint(condition=Q(units__in=["metric", "imperial"]), name="person_units_known"),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        """An address is the same however it is written."""
        self.email = plain_address(self.email)
        super().save(*args, **kwargs)

    def clean(self):
        """Refuse an address with letters that only look like those of an address."""
        self.email = plain_address(self.email)
        if not self.email.isascii():
            raise ValidationError({"email": _("Write the address with plain letters.")})

    def _get_session_auth_hash(self, secret=None):
        """Return the seal of this person's sessions, in hex.

        It is made of all that a session stands on: password, address, roles, and a secret that signing out renews.
        Django compares it at every request, so whatever of it changes ends every session that was begun before.
        """
        roles = sorted((str(clinic), role) for clinic, role in self.roles.items())
        stood_on = [self.password, self.session_secret, self.email, self.is_staff, self.is_superuser, roles]
        return salted_hmac("clinic.Person.session", json.dumps(stood_on), secret=secret, algorithm="sha256").hexdigest()

    def end_sessions(self):
        """End every session of this person, on every device, with its next request: the seal is made anew."""
        self.session_secret = new_secret()
        Person.objects.filter(pk=self.pk).update(session_secret=self.session_secret)

    @cached_property
    def roles(self):
        """Return {clinic id: role} of today's memberships; asked once a request."""
        return {row.clinic_id: row.role for row in self.memberships.all() if row.ended_on is None}

    @property
    def is_runner(self):
        """Return whether this person has no role in any clinic."""
        return not self.roles

    def has_leads_behind(self, sha256: str) -> bool:
        """Return whether the lead of each clinic where this person works or is treated stands for these files."""
        theirs = Q(pk__in=list(self.roles)) | Q(pk__in=Clinic.objects.filter(patients__person=self).values("pk"))
        behind = Count("confirmations", filter=Q(confirmations__sha256=sha256))
        found = Clinic.objects.filter(theirs).annotate(behind=behind).order_by().values_list("behind", flat=True)
        return bool(found) and all(found)


class Membership(models.Model):
    """A person's role in a clinic; an ended one ends access on the next request."""

    class Role(models.TextChoices):
        CLINICIAN = "clinician", _("clinician")
        ASSISTANT = "assistant", _("assistant")
        LEAD = "lead", _("clinic lead")
        ADMINISTRATOR = "administrator", _("administrator")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=13, choices=Role)
    started_on = models.DateField(auto_now_add=True)
    ended_on = models.DateField(null=True, blank=True)

    history = Kept()

    class Meta:
        ordering = ["clinic", "person"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "clinic"], condition=Q(ended_on__isnull=True), name="membership_one_role_a_clinic"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["clinician", "assistant", "lead", "administrator"]), name="membership_role_known"
            ),
        ]

    def __str__(self):
        return f"{self.person}, {self.get_role_display()} at {self.clinic}"
