"""A runner's own choice: a private address for their calendar program, made and revoked by themselves."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from clinic import feeds
from clinic.forms import CalendarChoice


@login_required
@never_cache
def calendar(request):
    """Show whether there is an address; make one (it is shown this once) or let it open nothing any more."""
    patient, at = getattr(request.user, "patient", None), timezone.now()
    if patient is None:
        raise PermissionDenied
    form = CalendarChoice(request.POST if request.method == "POST" else None)
    address = ""
    if form.is_valid() and form.revokes:
        feeds.revoke_feed(patient=patient, at=at)
        messages.success(request, _("The address opens nothing any more."))
        return redirect("clinic:calendar")
    if form.is_valid():
        token = feeds.make_feed(patient=patient, starts=form.starts, at=at)
        address = settings.SITE_URL + reverse("rehab:calendar", args=[token])
    context = {"form": form, "feed": feeds.open_feed(patient), "address": address}
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "clinic/calendar.html", context, status=status)
