"""The pages for what went wrong."""

import sys

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

OUTAGES = (OperationalError, InterfaceError, InternalError)  # not what a statement did wrong, such as IntegrityError


class Kindly:
    """Let nobody stand before a bare page of the browser, or before one that speaks of addresses and patterns.

    Who reads an address that only takes a form is told so, and finds the way back.  The demonstration, which runs
    with DEBUG, shows the product's own page where there is nothing; ``CLINIC_DEMO=no`` gives developers theirs again.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET":
            return only_a_form(request, allowed=response.headers["Allow"])
        if response.status_code == 404 and self.is_shown() and request.resolver_match is None:
            return not_found(request)
        return response

    def process_exception(self, request, exception):
        """Show our own page for what a view did not find."""
        return not_found(request) if self.is_shown() and isinstance(exception, Http404) else None

    @staticmethod
    def is_shown():
        """Return whether a demonstration is shown where Django would print its own page."""
        return settings.DEBUG and settings.DEMONSTRATION


def only_a_form(request, allowed):
    """Say that there is nothing to read at an address that only takes what a form sends."""
    return HttpResponse(render_to_string("405.html", request=request), status=405, headers={"Allow": allowed})


def forbidden(request, exception=None):
    """Say that this person may see the record but not do this."""
    return render(request, "403.html", {"because": [str(part) for part in getattr(exception, "args", ())]}, status=403)


def nothing_here(request):
    """Stand in for a view of somebody else's that this product does without."""
    raise Http404


def not_found(request, exception=None):
    """Say that there is nothing here for this person."""
    return render(request, "404.html", status=404)


def server_error(request):
    """Say that the fault is ours, or that the database cannot be reached; nothing here asks anything of it."""
    told = {"number": getattr(request, "id", "")}
    if isinstance(sys.exception(), OUTAGES):
        return outage(told)
    return HttpResponse(render_to_string("500.html", told), status=500)


def outage(told):
    """Say that nothing was saved, and to try again: the database is down, full, busy or only read.

    Who stands outside of this page must not ask the database again whose it is (``is_outage``): each waits in vain.
    """
    headers = {"Retry-After": "60", "Cache-Control": "no-store"}
    response = HttpResponse(render_to_string("outage.html", told), status=503, headers=headers)
    response.is_outage = True
    return response


def too_many(request):
    """Say that the same was asked for too often."""
    return render(request, "429.html", status=429)


def not_on_record(request):
    """Say that nothing was done or shown, because it could not be put on record."""
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "60"})
