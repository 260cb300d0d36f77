"""The answer to a form that came too late or belongs to another runner: 409, nothing saved, nothing lost."""

from django.shortcuts import render

from clinic.actions import StaleRecord

PLUMBING = {"csrfmiddlewaretoken", "patient", "version"}


def _label(form, name):
    field = form.fields.get(name) if form is not None else None
    return (field.label if field is not None else None) or name.replace("_", " ").capitalize()


def typed_values(data, form=None):
    """Return what was typed as (label, value), so that it can be copied into the fresh form."""
    for name in data:
        value = ", ".join(v for v in data.getlist(name) if v)
        if value and name not in PLUMBING:
            yield _label(form, name), value


def conflict_response(request, case, error, form=None):
    """Say what changed meanwhile, show what was typed, and offer the fresh page."""
    context = {
        "case": case,
        "events": error.events,
        "wrong_patient": error.wrong_patient,
        "typed": list(typed_values(request.POST, form)),
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
            return conflict_response(request, error.case, error, error.form)
        return None
