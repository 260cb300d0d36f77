"""Days and moments as forms take them: bounded, so that no time zone and no day more leads out of the calendar."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

FIRST, LAST = date(1900, 1, 1), date(2999, 12, 31)
NOT_OF_THE_CALENDAR = _("Choose a year from 1900 to 2999.")


def any_day(label):
    """Return a day that may stay empty, by the browser's own calendar."""
    bounds = [MinValueValidator(FIRST, NOT_OF_THE_CALENDAR), MaxValueValidator(LAST, NOT_OF_THE_CALENDAR)]
    shown = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=shown, validators=bounds)


class Moment(forms.DateTimeField):
    """A moment, as a page or a phone tells it."""

    def to_python(self, value):
        """Return the moment with its time zone; refuse a year that no clock shows."""
        moment = super().to_python(value)
        if moment is not None and not FIRST <= moment.date() <= LAST:
            raise ValidationError(NOT_OF_THE_CALENDAR, code="invalid")
        return moment


def moment(text):
    """Return a moment from its ISO text with a time zone, or None for anything else."""
    try:
        value = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return value if value and timezone.is_aware(value) and FIRST <= value.date() <= LAST else None
