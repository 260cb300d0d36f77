"""Patient: who the runner is; the words that find them again."""

import datetime
import unicodedata

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from clinic.histories import Kept
from clinic.ids import new_id
from clinic.models.glass import BreakGlass
from clinic.models.people import Clinic
from clinic.terms import Answer

ANSWERS = [(Answer.PRESENT, _("yes")), (Answer.ABSENT, _("no")), (Answer.NOT_ASSESSED, _("not asked"))]


def search_key(text):
    """Return a name as it is searched: no accents, one letter case, single spaces."""
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


class SearchKey(models.CharField):
    """A text ordered by its bytes, so that the names that begin alike are one range of the index."""

    def db_parameters(self, connection):
        """Ask PostgreSQL for byte order; SQLite has no other."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


def where_treated(person):
    """Return the filter for what belongs to the clinics this person treats in."""
    return Q(clinic__in=[clinic for clinic, role in person.roles.items() if role != "administrator"])


class PatientQuerySet(models.QuerySet):
    """Reads after "patients ..."."""

    def treated_by(self, person):
        """Return the patients of the clinics this person treats in; a runner sees only themself.  Lists ask this."""
        if person.is_runner:
            return self.filter(person=person)
        return self.filter(where_treated(person))

    def visible_to(self, person):
        """Return those, and the runner of another clinic whose record stands open to them now (``BreakGlass``)."""
        if person.is_runner:
            return self.treated_by(person)
        opened = BreakGlass.objects.open_to(person).filter(patient=OuterRef("pk"))
        return self.filter(where_treated(person) | Exists(opened))


class Patient(models.Model):
    """A runner as the clinic knows them."""

    class Sex(models.TextChoices):
        FEMALE = "female", _("female")
        MALE = "male", _("male")
        OTHER = "other", _("other")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="patient"
    )
    given_name = models.CharField(max_length=80)
    surname = models.CharField(max_length=80)
    given_key = SearchKey(max_length=240, editable=False)
    surname_key = SearchKey(max_length=240, editable=False)
    birth_date = models.DateField()
    sex = models.CharField(max_length=6, choices=Sex)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    allergies = models.CharField(max_length=300, blank=True, help_text=_('Empty means "not asked"; write "none known"'))
    anticoagulant = models.CharField(max_length=12, choices=ANSWERS, default=Answer.NOT_ASSESSED)
    medicines = models.CharField(max_length=500, blank=True)
    pregnant = models.CharField(max_length=12, choices=ANSWERS, default=Answer.NOT_ASSESSED)
    gestation_weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    birth_given_on = models.DateField(null=True, blank=True, help_text=_("Date of the last birth, if within a year"))
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = PatientQuerySet.as_manager()
    history = Kept("given_key", "surname_key", leads_by="past", unindexed=["clinic", "person", "registered_by"])

    class Meta:
        ordering = ["surname_key", "given_key", "id"]
        indexes = [
            models.Index(fields=["clinic", "surname_key", "given_key", "id"], name="patient_by_name"),
            models.Index(fields=["clinic", "birth_date", "surname_key", "given_key", "id"], name="patient_by_birth"),
            models.Index(fields=["clinic", "email"], condition=~Q(email=""), name="patient_by_email"),
            models.Index(fields=["clinic", "phone"], condition=~Q(phone=""), name="patient_by_phone"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=["female", "male", "other"]), name="patient_sex_known"),
            models.CheckConstraint(
                condition=Q(birth_date__gte=datetime.date(1900, 1, 1)), name="patient_birth_date_in_living_memory"
            ),
            models.CheckConstraint(
                condition=~Q(given_name="") & ~Q(surname="") & ~Q(surname_key=""), name="patient_has_a_name"
            ),
            models.CheckConstraint(
                condition=Q(pregnant__in=[a.value for a in Answer]), name="patient_pregnant_three_valued"
            ),
            models.CheckConstraint(
                condition=Q(anticoagulant__in=[a.value for a in Answer]), name="patient_anticoagulant_three_valued"
            ),
            models.CheckConstraint(
                condition=Q(gestation_weeks__isnull=True) | Q(gestation_weeks__lte=45, pregnant="present"),
                name="patient_gestation_only_when_pregnant",
            ),
        ]

    def __str__(self):
        return f"{self.given_name} {self.surname}"

    def save(self, *args, **kwargs):
        """Keep the searched words in step with the name."""
        self.email = self.email.lower()
        self.given_key, self.surname_key = search_key(self.given_name), search_key(self.surname)
        super().save(*args, **kwargs)

    def age_on(self, day):
        """Return the age in whole years on a day."""
        had_birthday = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - (0 if had_birthday else 1)
