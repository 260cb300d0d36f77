"""How the product's answers fared, for the lead of a clinic."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic.access import clinics_led
from rehab.forms.oversight import AskOversight
from rehab.oversight import oversight


@login_required
@require_GET
def figures(request):
    """Show what was taken, what was overridden and why, by rule; 403 for who leads no clinic."""
    clinics = clinics_led(request.user)
    if not clinics:
        raise PermissionDenied
    form = AskOversight(request.GET, clinics=clinics)
    period = form.period() if form.is_valid() else None
    parts = oversight(period, form.cleaned_data["kind"]) if period else []
    told = [reason.case for part in parts for reason in part.reasons]
    request.shown = list({(case.clinic_id, case.patient_id) for case in told})
    context = {"form": form, "period": period, "parts": parts}
    return render(request, "rehab/oversight.html", context, status=200 if period else 422)
