"""The safety screening, its level as the answers come, and the decision."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from clinic.access import may_sign
from clinic.actions import StaleRecord, typed_here
from clinic.views.cases import recordable
from triage import actions, forms, pages
from triage.facts import known_of_record


def _form(request, case):
    stored, screening = pages.stored(case)
    initial = {"w10_reason": screening.w10_reason} if screening else {}
    return forms.Screening(
        request.POST or None,
        case=case,
        stored=stored,
        known=known_of_record(case, timezone.localdate(), stored),
        may_sign=may_sign(request.user, case),
        initial=initial,
    )


def _keep(case, form, person, *, may_complete, in_passing=False):
    answers, shown_none = form.answers()
    data = form.cleaned_data
    return actions.answer_screening(
        case=case,
        version=data["version"],
        answers=answers,
        shown_none=shown_none,
        by=person,
        at=timezone.now(),
        w10_reason=data.get("w10_reason", ""),
        may_complete=may_complete,
        sheet=data["sheet"],
        in_passing=in_passing,
    )


def _kept_in_passing(request, case, form, decision):
    """Keep what must be kept at once; return the decision, and whether it is on record ("yes", "no", "changed").

    "changed": somebody else moved the record on, and what was typed is judged, but not kept.
    """
    fired = any(item.level.is_stopping and not item.closed for item in decision.items)
    if not pages.must_be_kept_now(case, decision):
        return decision, "yes" if fired else "no"
    try:
        return _keep(case, form, request.user, may_complete=False, in_passing=True), "yes"
    except StaleRecord:
        return decision, "changed"


def _judged(case, form):
    """Return the decision on what is typed, and its facts; nothing is saved."""
    answers = form.answers()[0] if form.is_bound and form.is_valid() else form.stored
    reason = (
        form.cleaned_data.get("w10_reason", "")
        if form.is_bound and form.is_valid()
        else form.initial.get("w10_reason", "")
    )
    facts = pages.typed_facts(case, timezone.localdate(), answers, reason)
    return pages.decide(facts), facts


@login_required
def screening(request, case_id):
    """Ask the safety questions; on POST keep the answers and show what was decided."""
    case = recordable(request, case_id, writing=True)
    form = _form(request, case)
    may_complete = request.POST.get("then") != "later"
    correction = form.correction() if form.is_bound and form.is_valid() else ""
    if request.method == "POST" and pages.attempt(
        form, lambda data: _keep(case, form, request.user, may_complete=may_complete)
    ):
        messages.success(request, f"{gettext('Answers recorded.')} {correction}".strip())
        return redirect("triage:decision", case_id=case.pk)
    decision, facts = _judged(case, form)
    context = {
        "case": case,
        "form": form,
        "finished": pages.finished(case),
        "unfinished": pages.stored(case)[1],
        "void_form": forms.Void(case=case, auto_id="void-%s"),
        **pages.panel(case, decision, facts, timezone.localdate()),
    }
    return render(request, "triage/screening.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def level(request, case_id):
    """Say the level of what is typed so far; a stopping row is kept, and its item opened, at once."""
    case = recordable(request, case_id)
    form = _form(request, case)
    if not form.is_valid():
        return render(request, "triage/_level_refused.html", {"case": case, "form": form}, status=422)
    decision, facts = _judged(case, form)
    told, correction, before = form.cleaned_data, form.correction(), case.version
    decision, kept = _kept_in_passing(request, case, form, decision)
    is_mine = typed_here(case, version=told["version"], by=request.user, sheet=told["sheet"])
    context = {
        **pages.panel(case, decision, facts, timezone.localdate()),
        "live": True,
        "kept": kept,
        "fresh": is_mine or case.version > before,
        "correction": correction if case.version > before else "",
    }
    answer = render(request, "triage/_level_panel.html", context, status=409 if kept == "changed" else 200)
    answer.headers["HX-Reswap"] = "innerHTML"  # shown whatever its status: an old level must not stand there
    return answer


@login_required
@require_POST
def void(request, case_id):
    """Set an unfinished screening aside, with a reason."""
    case = recordable(request, case_id)
    pages.signing(request, case)
    form = forms.Void(request.POST, case=case)

    def act(data):
        actions.void_screening(
            case=case, version=data["version"], reason=data["reason"], by=request.user, at=timezone.now()
        )

    if pages.attempt(form, act):
        messages.success(request, gettext("The screening was set aside. What it opened stays open."))
        return redirect("triage:screening", case_id=case.pk)
    return render(request, "triage/void.html", {"case": case, "form": form}, status=422)


@login_required
@require_GET
def decision(request, case_id):
    """Show the level, why, what to do now, and what is forbidden meanwhile."""
    case = recordable(request, case_id)
    return render(request, "triage/decision.html", pages.decision_context(case, timezone.localdate()))
