"""Everything held about the runner who is signed in: what it is, as a file for machines, and as one for people."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.pages import key_of, moment, next_page
from clinic.paper import answer_with
from clinic.portability import as_json
from rehab.mine.held import contents
from rehab.mine.readers import readers_page
from rehab.paper.held import held

JSON_NAME, PDF_NAME = "everything-about-me.json", "everything-about-me.pdf"  # they name nobody


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
    answer = StreamingHttpResponse(as_json(_patient(request), timezone.now()), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{JSON_NAME}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_GET
def my_data_pdf(request):
    """Send all of it in words."""
    return answer_with(held(_patient(request), timezone.now()), PDF_NAME)


@login_required
@require_GET
def my_readers(request):
    """Say who opened the record, the newest day first."""
    patient, key = _patient(request), key_of(request, 2)
    at = moment(key[0]) if key else None
    days, more = readers_page(patient, request.user, (at, key[1]) if at and isinstance(key[1], int) else None)
    older = next_page(request, more and (more[0].isoformat(), more[1]))
    return render(request, "rehab/my_readers.html", {"clinic": patient.clinic, "days": days, "older": older})
