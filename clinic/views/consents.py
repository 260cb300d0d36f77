"""What a runner said about a consent, noted by whoever heard it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from clinic.access import treating_clinics
from clinic.consents import OtherWords, answer_consent, standings
from clinic.forms.consents import ConsentHeard
from clinic.models import Patient


@login_required
@require_POST
def note_consent(request, patient_id):
    """Keep what a runner answered aloud; 409 for the form of another runner, and for a text that has changed."""
    runners = Patient.objects.visible_to(request.user).select_related("clinic", "person")
    request.shown = patient = get_object_or_404(runners, pk=patient_id)
    if patient.clinic_id not in treating_clinics(request.user):
        raise PermissionDenied
    form = ConsentHeard(request.POST)
    if not form.is_valid():
        return _again(request, patient, 422, gettext("Nothing was saved: the form was not whole. Answer once more."))
    told = form.cleaned_data
    if told.pop("patient") != patient.pk:
        return _again(request, patient, 409, gettext("Nothing was saved: the form was about another runner."))
    try:
        answer_consent(patient=patient, **told, by=request.user, at=timezone.now())
    except OtherWords:
        return _again(request, patient, 409, gettext("Nothing was saved: the text has changed. Read the new one."))
    messages.success(request, gettext("Kept, as the runner said it."))
    return redirect("clinic:patient", patient_id=patient.pk)


def _again(request, patient, status, sentence):
    context = {"patient": patient, "consents": standings(patient), "sentence": sentence}
    return render(request, "clinic/consents.html", context, status=status)
