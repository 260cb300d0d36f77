"""Open the record of another clinic's runner, end that, and what the lead of the runner's clinic sees of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic import glass
from clinic.access import clinics_led, clinics_signed_in
from clinic.entrance import came_in_just_now
from clinic.forms.glass import BreakTheGlass
from clinic.ids import is_uuid
from clinic.pages import key_of, next_page
from clinic.views.factors import once_more


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def break_glass(request):
    """Ask whose record is needed and why, and open it (POST) to who signed in just now."""
    clinics = clinics_signed_in(request.user)
    if not clinics:
        raise PermissionDenied
    if not came_in_just_now(request):
        why = gettext("The record of another clinic is opened only soon after a sign-in: it shows that it is you.")
        return once_more(request, reverse("clinic:glass"), why)
    form = BreakTheGlass(request.POST if request.method == "POST" else None, clinics=clinics)
    if form.is_valid():
        try:
            opened = glass.open_for(**form.cleaned_data, by=request.user, at=timezone.now())
        except glass.NobodyFound:
            form.add_error(None, gettext("Nobody is found like this. Check each letter and the date with the runner."))
        except glass.TooManyTries:
            return _wait(request, form)
        else:
            return redirect("clinic:patient", patient_id=opened.patient_id)
    return render(request, "clinic/glass.html", {"form": form}, status=422 if form.is_bound else 200)


def _wait(request, form):
    """Say from when one may try again."""
    until = timezone.localtime(glass.wait_until(request.user))
    told = gettext("Too many names led to nobody. Try again after %(time)s, or call the other clinic.")
    form.add_error(None, told % {"time": f"{until:%H:%M}"})
    return render(request, "clinic/glass.html", {"form": form}, status=429)


def _opening(request, glass_id):
    """Return an opening that is this person's own or into a clinic they lead; 404 for any other."""
    opening = glass.opening_of(request.user, glass_id)
    if opening is None:
        raise Http404
    return opening


@login_required
@require_POST
def end(request, glass_id):
    """End an opening now."""
    opening = _opening(request, glass_id)
    glass.end_glass(opening=opening, by=request.user, at=timezone.now())
    messages.success(request, gettext("Ended: the record is closed again."))
    own = opening.opened_by_id == request.user.pk
    return redirect("clinic:find" if own else "clinic:glass_opened")


@login_required
@require_POST
def seen(request, glass_id):
    """Say that the lead has seen who opened a record, and why."""
    glass.see_glass(opening=_opening(request, glass_id), by=request.user, at=timezone.now())
    messages.success(request, gettext("Seen. It stays in this list."))
    return redirect("clinic:glass_opened")


@login_required
@never_cache
@require_GET
def opened(request):
    """List who of other clinics opened the record of a runner of the clinics that this person leads."""
    if not clinics_led(request.user):
        raise PermissionDenied
    key, now = key_of(request, 1), timezone.now()
    rows, more = glass.opened_from_outside(request.user, key[0] if key and is_uuid(key[0]) else None)
    request.shown = [(row.clinic_id, row.patient_id) for row in rows]
    shown = [{"row": row, "is_open": row.is_open(now)} for row in rows]
    return render(
        request, "clinic/glass_opened.html", {"rows": shown, "next_page": next_page(request, more and [str(more)])}
    )
