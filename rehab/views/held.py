"""Everything held about a runner: what it is, as a file for machines, and as one for people.

Runners take out their own, and who signs in their clinic hands it out for them.
"""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.access import may_hand_out
from clinic.forms.fields import moment
from clinic.models import Patient
from clinic.pages import key_of, next_page
from clinic.paper import answer_with
from clinic.portability import as_json
from rehab.mine.held import contents
from rehab.mine.readers import readers_page
from rehab.paper.held import held

NAME, ABOUT_ME = "everything", "everything-about-me"  # of the files; they name nobody


def _patient(request):
    """Return the runner who is signed in; who works here asks for nobody's file."""
    patient = getattr(request.user, "patient", None)
    if patient is None:
        raise PermissionDenied
    return patient


@login_required
@require_GET
def my_data(request):
    """Say what is held and hand it out."""
    patient = _patient(request)
    return render(request, "rehab/my_data.html", {"clinic": patient.clinic, "contents": contents()})


@login_required
@require_GET
def my_data_json(request):
    """Send all of it, piece by piece, as a file to keep."""
    return _as_data(_patient(request), ABOUT_ME)


@login_required
@require_GET
def my_data_pdf(request):
    """Send all of it in words."""
    return answer_with(held(_patient(request), timezone.now()), f"{ABOUT_ME}.pdf")


def _as_data(patient, name):
    answer = StreamingHttpResponse(as_json(patient, timezone.now()), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}.json"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _runner(request, patient_id):
    """Return a runner whose file this person may hand out."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user).select_related("clinic"), pk=patient_id)
    if not may_hand_out(request.user, patient):
        raise PermissionDenied
    return patient


@login_required
@require_GET
def patient_data_json(request, patient_id):
    """Send all that is held about a runner, to move it to another clinic."""
    return _as_data(_runner(request, patient_id), NAME)


@login_required
@require_GET
def patient_data_pdf(request, patient_id):
    """Send it in words, in the language the runner reads."""
    return answer_with(held(_runner(request, patient_id), timezone.now()), f"{NAME}.pdf")


@login_required
@require_GET
def my_readers(request):
    """Say who opened the record, the newest day first."""
    patient, key = _patient(request), key_of(request, 2)
    at = moment(key[0]) if key else None
    days, more = readers_page(patient, request.user, (at, key[1]) if at and isinstance(key[1], int) else None)
    older = next_page(request, more and (more[0].isoformat(), more[1]))
    return render(request, "rehab/my_readers.html", {"clinic": patient.clinic, "days": days, "older": older})
