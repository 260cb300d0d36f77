"""Exercise rows, the same for every clinic, for plans to point at; and what one clinic says and shows of an exercise.

The TOML files stay the truth for choosing.  ``sync_catalogue`` makes the rows of exercises; it never deletes one.
A clinic's own words and pictures reach nobody but its own runners and the people who work there.
"""

from django.core.validators import FileExtensionValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.histories import Kept
from clinic.ids import new_id
from clinic.language import said
from clinic.models import BreakGlass, Clinic, Patient
from rehab.knowledge import rehab_knowledge

MEDIA_FILES = ["jpg", "jpeg", "png", "webp", "mp4", "webm"]


class Exercise(models.Model):
    """One exercise of the catalogue, as the knowledge files name it; the code is its key and never changes."""

    code = models.CharField(max_length=40, primary_key=True)
    number = models.CharField(max_length=4, unique=True, help_text=_("Catalogue number, such as E01"))
    name = models.CharField(max_length=120)
    level_count = models.PositiveSmallIntegerField(help_text=_("Steps of its ladder; 1 where it has none"))
    is_offered = models.BooleanField(default=True, help_text=_("Still in the knowledge files"))

    history = Kept()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(level_count__range=(1, 12)), name="exercise_has_levels"),
        ]

    def __str__(self):
        return self.name

    def called(self, own):
        """Return its name in the words of a clinic, else the catalogue's in English: so the record keeps it."""
        return (own and own.name) or self.name

    def spoken(self, own):
        """Return its name in the words of a clinic, else the catalogue's in the language spoken now."""
        known = rehab_knowledge().exercises.get(self.code)
        return (own and own.name) or (said(known.name) if known else self.name)

    def worded_in(self, clinic_id):
        """Return what a clinic says of this exercise, or None.  One query."""
        return self.wordings.filter(clinic=clinic_id).first()


class Wording(models.Model):
    """What one clinic says of one exercise; what is empty is said as in the knowledge files.

    The row stays with its exercise and its clinic (``rehab/triggers.py``), and so do the pictures beneath it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    exercise = models.ForeignKey(
        Exercise, on_delete=models.PROTECT, related_name="wordings", verbose_name=_("exercise")
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", verbose_name=_("clinic"))
    name = models.CharField(_("name in this clinic"), max_length=120, blank=True)
    cues = models.TextField(_("cues in the clinic's own words"), max_length=1000, blank=True)
    faults = models.TextField(_("faults in the clinic's own words"), max_length=1000, blank=True)

    history = Kept()

    class Meta:
        ordering = ["exercise__number", "clinic"]
        verbose_name, verbose_name_plural = _("clinic's wording"), _("clinic's wordings")
        constraints = [
            models.UniqueConstraint(fields=["exercise", "clinic"], name="wording_one_an_exercise_and_clinic"),
        ]

    def __str__(self):
        return f"{self.name or self.exercise.name} ({self.clinic})"


class MediaQuerySet(models.QuerySet):
    """Reads after "pictures ..."."""

    def visible_to(self, person):
        """Return those of the clinics where this person works or is treated, and where a record stands open to them."""
        if person.is_superuser:
            return self
        treated = Patient.objects.filter(person=person).values("clinic")
        opened = BreakGlass.objects.open_to(person).values("clinic")
        theirs = Q(wording__clinic__in=list(person.roles)) | Q(wording__clinic__in=treated)
        return self.filter(theirs | Q(wording__clinic__in=opened))


class ExerciseMedia(models.Model):
    """A picture or film of one level, made by one clinic for its runners; the description is read aloud."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="media")
    level = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("Empty: shown for every level"))
    file = models.FileField(upload_to="exercises/", validators=[FileExtensionValidator(MEDIA_FILES)])
    description = models.CharField(max_length=250, help_text=_("What is to be seen, for those who cannot see it"))
    position = models.PositiveSmallIntegerField(default=1)

    objects = MediaQuerySet.as_manager()

    class Meta:
        ordering = ["wording", "level", "position"]
        verbose_name_plural = _("exercise media")
        constraints = [
            models.CheckConstraint(condition=Q(level__isnull=True) | Q(level__gte=1), name="media_level_from_1"),
        ]

    def __str__(self):
        return self.description

    @property
    def is_film(self):
        """Return whether the file is a film rather than a picture."""
        return self.file.name.lower().endswith((".mp4", ".webm"))
