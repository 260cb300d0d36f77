"""A runner's reminders: chosen on a page of their own, and stopped from the mail by whoever holds it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import model_to_dict
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from clinic.consents import Kind, agrees
from rehab import actions
from rehab.mine.frame import mine_of
from rehab.mine.reminder_form import Reminders, wish_words
from rehab.reminding import opened_stop


@login_required
@never_cache
def my_reminders(request):
    """Show when the runner is reminded and of what, and keep what they choose."""
    mine = mine_of(request.user)
    chosen = model_to_dict(actions.choice_of(mine.patient), fields=Reminders.base_fields)
    form = Reminders(request.POST if request.method == "POST" else None, initial=chosen)
    if form.is_valid():
        told = {"patient": mine.patient, "chosen": form.cleaned_data}
        actions.keep_choice(**told, by=request.user, at=timezone.now())
        messages.success(request, _("Your reminders are saved."))
        return redirect("rehab:my_reminders")
    context = {"form": form, "is_agreed": agrees(mine.patient, Kind.REMINDERS)}
    return render(request, "rehab/my_reminders.html", context, status=422 if form.is_bound else 200)


@csrf_exempt  # a mail program posts for the person, with no cookie (RFC 8058); the secret in the address is the key
@never_cache
def stop_reminders(request, token):
    """Ask once whether these reminders stop; a POST stops them, whoever is signed in."""
    found = opened_stop(token)
    if found is None:
        raise Http404
    patient, wishes = found
    if request.method == "POST":
        stopped = {f"wants_{wish}": False for wish in wishes}
        actions.keep_choice(patient=patient, chosen=stopped, by=patient.person, at=timezone.now())
    words = wish_words()
    context = {"wishes": [words[wish] for wish in wishes], "stopped": request.method == "POST"}
    return render(request, "rehab/my_reminders_stop.html", context)
