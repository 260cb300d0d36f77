"""Ranked causes, the clinician's diagnosis, and a specialist's release."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from clinic.views.cases import recordable
from triage import actions, forms, pages
from triage.pages import causes as causes_page


@login_required
@require_GET
def causes(request, case_id):
    """Rank the causes: what speaks for and against each, what must not be missed, what to test next."""
    case = recordable(request, case_id)
    return render(request, "triage/causes.html", causes_page.context(case, request.user, timezone.localdate()))


@login_required
@require_POST
def diagnosis(request, case_id):
    """Record the diagnosis; one that is not ranked first needs its reason."""
    case = recordable(request, case_id)
    pages.signing(request, case)
    form = forms.RecordDiagnosis(request.POST, case=case)

    def act(data):
        actions.record_diagnosis(
            case=case,
            version=data["version"],
            cause=data["cause"],
            grade=data["grade"],
            override_reason=data["override_reason"],
            by=request.user,
            at=timezone.now(),
        )

    if pages.attempt(form, act):
        messages.success(
            request,
            gettext("Diagnosis recorded: %(cause)s.") % {"cause": causes_page.cause_name(form.cleaned_data["cause"])},
        )
        return redirect("triage:causes", case_id=case.pk)
    context = causes_page.context(case, request.user, timezone.localdate(), diagnosis_form=form)
    return render(request, "triage/causes.html", context, status=422)


@login_required
@require_POST
def release(request, case_id):
    """Record a specialist's release of a diagnosis that must not be loaded."""
    case = recordable(request, case_id)
    pages.signing(request, case)
    form = forms.Release(request.POST, case=case)

    def act(data):
        actions.release_diagnosis(
            case=case,
            version=data["version"],
            cause=data["cause"],
            reason=data["reason"],
            limits=data["limits"],
            by=request.user,
            at=timezone.now(),
        )

    if pages.attempt(form, act):
        messages.success(request, gettext("Release recorded."))
        return redirect("triage:causes", case_id=case.pk)
    context = causes_page.context(case, request.user, timezone.localdate(), release_form=form)
    return render(request, "triage/causes.html", context, status=422)
