"""The examination, and the verdict of each test as it is typed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from clinic.views.cases import recordable
from triage import actions, pages
from triage.facts import case_facts
from triage.forms import examination as examining


def _keep(case, form, person):
    findings, shown_none = form.findings()
    actions.record_examination(
        case=case,
        version=form.cleaned_data["version"],
        findings=findings,
        measured=form.measured(),
        shown_none=shown_none,
        by=person,
        at=timezone.now(),
    )


@login_required
def examination(request, case_id):
    """Show tests and findings by region; on POST keep them and judge."""
    case = recordable(request, case_id, writing=True)
    form = examining.Examination(request.POST or None, case=case)
    if request.method == "POST" and pages.attempt(form, lambda data: _keep(case, form, request.user)):
        messages.success(request, gettext("Examination recorded."))
        return redirect("triage:causes", case_id=case.pk)
    context = pages.examination_context(case, form, timezone.localdate())
    return render(request, "triage/examination.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def judge(request, case_id):
    """Say the verdict of each test as typed; nothing is saved."""
    case = recordable(request, case_id)
    form = examining.Examination(request.POST, case=case)
    form.is_valid()
    facts = examining.typed(case_facts(case, timezone.localdate()), form)
    verdicts = pages.typed_verdicts(form, facts)
    return render(request, "triage/_verdicts.html", {"verdicts": verdicts})
