"""The answer to a form that came too late or belongs to another runner: 409, nothing saved, nothing lost."""

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.forms import DateField
from django.http import QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.choices import flatten_choices
from django.utils.dateparse import parse_date
from django.utils.formats import date_format

from clinic.actions import PLUMBING, StaleRecord
from clinic.forms.worded import fields_at
from clinic.terms import Answer


def _label(field, name):
    return (field.label if field is not None else None) or name.replace("_", " ").capitalize()


def _day(value):
    """Return the day that a date field sends, or None for what is none."""
    try:
        return parse_date(value)
    except ValueError:
        return None


def _words(field, value):
    """Return a value as the form shows it: the words of a choice, not its code; a day as it is written here."""
    if isinstance(field, DateField):
        return date_format(day, "SHORT_DATE_FORMAT") if (day := _day(value)) else value
    return str(dict(flatten_choices(getattr(field, "choices", ()))).get(value) or value)


def posted_in(request):
    """Return what was sent, as far as it can be read; a broken or far too long form holds nothing."""
    try:
        return request.POST
    except (UnreadablePostError, SuspiciousOperation, BadRequest, MultiPartParserError):
        return QueryDict()


def typed_values(data, fields):
    """Return what was typed as (label, value), in the words of the form's ``fields`` by name, to be copied anew."""
    for name in data:
        field, values = fields.get(name), [v for v in data.getlist(name) if v and v != Answer.NOT_ASSESSED]
        if values and name not in PLUMBING:
            yield _label(field, name), ", ".join(_words(field, value) for value in values)


def conflict_response(request, case, error, form=None):
    """Say what changed meanwhile, show what was typed, and offer the fresh page."""
    context = {
        "case": case,
        "events": error.events,
        "wrong_patient": error.wrong_patient,
        "typed": list(typed_values(request.POST, form.fields if form else fields_at(request.resolver_match.view_name))),
        "again": request.path,
    }
    return render(request, "clinic/conflict.html", context, status=409)


class Conflicts:
    """Turn a stale record that no view caught into the conflict page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, error):
        """Answer 409 for StaleRecord; leave every other error alone."""
        if isinstance(error, StaleRecord):
            return conflict_response(request, error.case, error, error.form or getattr(error.case, "read_by", None))
        return None
