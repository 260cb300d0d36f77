"""The plan as a PDF, for the clinic and for the runner; behind a shut gate there is none."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.language import wanted_language
from clinic.paper import answer_with
from rehab.history import plan_in_force
from rehab.mine.frame import mine_at
from rehab.paper import FILE_NAME, handout
from rehab.paper.report import FILE_NAME as REPORT_NAME
from rehab.paper.report import report
from rehab.views.plans import readable_case
from triage.gate import loading_gate


@login_required
@require_GET
def plan_handout(request, case_id):
    """Send the plan in force as the runner takes it home, in the runner's language."""
    case = readable_case(request, case_id, taking=True)
    gate = loading_gate(case)
    plan = plan_in_force(case) if gate.open else None
    if plan is None:
        return redirect("rehab:plan", case.pk)
    return answer_with(handout(case, plan, gate.limits, timezone.now()), FILE_NAME)


@login_required
@require_GET
def progress_report(request, case_id):
    """Send how a case goes, for the doctor; in the language asked for, else in that of who asks."""
    case = readable_case(request, case_id, taking=True)
    return answer_with(report(case, request.user, timezone.now(), wanted_language(request)), REPORT_NAME)


@login_required
@require_GET
def my_handout(request):
    """Send the runner their plan in force."""
    mine = mine_at(request)
    if mine.case is None or not mine.gate.open or mine.plan is None:
        return redirect("rehab:my_plan")
    return answer_with(handout(mine.case, mine.plan, mine.gate.limits, timezone.now()), FILE_NAME)
