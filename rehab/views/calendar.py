"""The runner's private calendar, for a calendar program: it signs in nobody, its address is the key."""

from django.http import Http404, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from clinic.feeds import feed_of
from clinic.language import language_for
from rehab.mine.calendar import calendar_of
from rehab.mine.frame import mine_for


@require_safe
def feed(request, token):
    """Send the calendar that this address opens; one that was revoked or never made is not found."""
    found = feed_of(token)
    if found is None:
        raise Http404
    request.shown = found.patient
    with translation.override(language_for(found.patient)):
        file = calendar_of(mine_for(found.patient), found, timezone.now())
    answer = HttpResponse(file, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer
