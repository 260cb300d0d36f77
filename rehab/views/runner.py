"""The runner's own page: what to do today, and nothing at all while it would not be safe."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from rehab.models import ExerciseMedia
from rehab.pages import open_plans, shown_to_runner, stopping
from triage.gate import loading_gate


@login_required
@require_GET
@never_cache
def my_plan(request):
    """Show the signed plan to the runner it belongs to."""
    patient = getattr(request.user, "patient", None)
    if patient is None:
        raise PermissionDenied
    case = patient.cases.open().select_related("patient__clinic").order_by("-opened_at").first()
    frame = {"patient": patient, "clinic": case.patient.clinic if case else patient.clinic, "case": case}
    if case is None:
        return render(request, "rehab/my_plan.html", frame)
    gate = loading_gate(case)
    if not gate.open:
        return render(request, "rehab/my_plan.html", frame | {"stop": stopping(case, gate)})
    _, in_force = open_plans(case)
    frame |= {"limits": gate.limits, **shown_to_runner(in_force)} if in_force else {}
    return render(request, "rehab/my_plan.html", frame)


@login_required
@require_GET
def media(request, media_id):
    """Send a picture or film of the catalogue; it shows an exercise, never a person's record."""
    found = get_object_or_404(ExerciseMedia, pk=media_id)
    return FileResponse(found.file.open("rb"))
