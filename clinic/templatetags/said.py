"""{{ text|said }}, {{ day|said_day }}, {{ moment|said_moment }}: in the language of the page."""

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from clinic import language

register = template.Library()


@register.filter
def said(text):
    """Return a ``clinic.terms.Text`` in the language that is spoken now; nothing for no text."""
    return language.said(text) if text else ""


@register.filter
def mistake_of(error, label):
    """Return a mistake with the name of its field."""
    return language.mistake_words(label, error)


@register.filter
def said_day(day):
    """Return a day with its weekday: "Monday 5 January"; nothing for no day."""
    return date_format(day, gettext("l j F")) if day else ""


@register.filter
def said_moment(moment):
    """Return a moment by the clinic's clock: "Monday 5 January, 14:30"; nothing for none."""
    return date_format(timezone.localtime(moment), gettext("l j F, H:i")) if moment else ""
