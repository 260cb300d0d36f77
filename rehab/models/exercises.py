"""Exercise rows: something for plans to point at, and a place for a clinic's own words and pictures.

The TOML files stay the truth for choosing.  ``sync_catalogue`` makes the rows; it never deletes one.
"""

from django.core.validators import FileExtensionValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.histories import Kept
from clinic.ids import new_id

MEDIA_FILES = ["jpg", "jpeg", "png", "webp", "mp4", "webm"]


class Exercise(models.Model):
    """One exercise of the catalogue; the code is its key and never changes."""

    code = models.CharField(max_length=40, primary_key=True)
    number = models.CharField(max_length=4, unique=True, help_text=_("Catalogue number, such as E01"))
    name = models.CharField(max_length=120)
    level_count = models.PositiveSmallIntegerField(help_text=_("Steps of its ladder; 1 where it has none"))
    is_offered = models.BooleanField(default=True, help_text=_("Still in the knowledge files"))
    clinic_name = models.CharField("name in this clinic", max_length=120, blank=True)
    clinic_cues = models.TextField("cues in the clinic's own words", max_length=1000, blank=True)
    clinic_faults = models.TextField("faults in the clinic's own words", max_length=1000, blank=True)

    history = Kept()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(level_count__range=(1, 12)), name="exercise_has_levels"),
        ]

    def __str__(self):
        return self.clinic_name or self.name


class ExerciseMedia(models.Model):
    """A picture or film of one level, made by the clinic; the description is read aloud."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="media")
    level = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("Empty: shown for every level"))
    file = models.FileField(upload_to="exercises/", validators=[FileExtensionValidator(MEDIA_FILES)])
    description = models.CharField(max_length=250, help_text=_("What is to be seen, for those who cannot see it"))
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["exercise", "level", "position"]
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
