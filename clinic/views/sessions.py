"""Where somebody is signed in, and signing out there; and that somebody is still here."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from clinic.sessions import end_places, places_of


@login_required
@require_GET
@never_cache
def sessions(request):
    """List where this person is signed in."""
    return render(request, "clinic/sessions.html", {"places": places_of(request)})


def _end(request, rows):
    end_places(person=request.user, rows=rows, by=request.user, at=timezone.now())


@login_required
@require_POST
def end_session(request, place_id):
    """Sign out in another place."""
    found = [place.row for place in places_of(request) if place.row.pk == place_id and not place.is_here]
    if not found:
        raise Http404
    _end(request, found)
    messages.success(request, gettext("Signed out there."))
    return redirect("clinic:sessions")


@login_required
@require_POST
def end_others(request):
    """Sign out everywhere else."""
    _end(request, [place.row for place in places_of(request) if not place.is_here])
    messages.success(request, gettext("You are signed in here alone now."))
    return redirect("clinic:sessions")


@login_required
@require_POST
def stay(request):
    """Take note that somebody is still here; the doorkeeper does."""
    return HttpResponse(status=204)
