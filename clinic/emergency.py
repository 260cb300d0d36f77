"""The page that says what to do in an emergency, and pages as urgent: they need nothing but their own words.

No session, no database, no cache, no mail, no script.  Whatever else is down, these are shown.
"""

from types import SimpleNamespace

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.utils import translation

from clinic.language import asked_by_browser

PATH = "/emergency/"
KEPT_SECONDS = 3600


def urgent_page(template, context, status=200):
    """Return a page without asking who is signed in: the template stands on ``urgent.html``, the context is all.

    It is shown even where that cannot be put on record.
    """
    response = HttpResponse(render_to_string(template, context), status=status)
    response.is_urgent = True
    return response


def page(request):
    """Say what to do now; in the language asked for, else in the browser's."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    known, asked = dict(settings.LANGUAGES), request.GET.get("language")
    language = asked if asked in known else asked_by_browser(request)
    place = SimpleNamespace(emergency_number=settings.EMERGENCY_NUMBER)
    context = {"place": place, "number": place.emergency_number, "languages": settings.LANGUAGES, "language": language}
    with translation.override(language):
        response = urgent_page("clinic/emergency.html", context)
    for name, value in {
        "Cache-Control": f"public, max-age={KEPT_SECONDS}",
        "Content-Language": language,
        "Vary": "Accept-Language",
        "X-Frame-Options": "DENY",
    }.items():
        response.headers[name] = value
    return response


class EmergencyFirst:
    """Answer the emergency page before anything asks for a session, a person or a database."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return page(request) if request.path_info == PATH else self.get_response(request)
