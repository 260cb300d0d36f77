"""The clinician's pages: draft, edit, sign, look again."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from clinic.access import may_read, may_record, may_sign
from clinic.models import Case
from clinic.views.cases import SAFE, refusal
from rehab import actions, forms
from rehab.pages import (
    catalogue_choices,
    checklist_of,
    draft_items,
    open_plans,
    perform,
    plan_frame,
    shown,
    shown_to_runner,
    shut,
)
from rehab.presentation import contraindications
from triage.gate import loading_gate


def readable_case(request, case_id, *, taking=False):
    """Return a case whose plan this person may read as a member of the clinic, or because they broke the glass.

    Who broke the glass sees pages; they post nothing, and nothing is for their ``taking`` as a file.
    """
    case = get_object_or_404(
        Case.objects.visible_to(request.user).select_related("patient__clinic", "clinic"), pk=case_id
    )
    request.shown = case
    only_reads = request.method in SAFE and not taking
    if not (may_read if only_reads else may_record)(request.user, case):
        raise refusal(request.user, case)
    case.is_only_read = not may_record(request.user, case)  # the ways to its forms are then not shown
    return case


def writable_case(request, case_id):
    """Return an open case whose plan this person may write and sign."""
    case = readable_case(request, case_id)
    if not may_sign(request.user, case):
        raise refusal(request.user, case)
    if case.closed_at:
        raise PermissionDenied(gettext("The case is closed: nothing is recorded in it any more."))
    return case


def draft_item(case, item_id):
    """Return one exercise of the case's draft, or 404."""
    return get_object_or_404(draft_items(case), pk=item_id)


def while_open(view):
    """Hand a view the case itself, and only while the gate is open: these pages name exercises."""

    @login_required
    @wraps(view)
    def guarded(request, case_id, *args, **kwargs):
        case = writable_case(request, case_id)
        if not loading_gate(case).open:
            messages.error(request, gettext("Nothing was changed: this leg must not be loaded now."))
            return redirect("rehab:plan", case.pk)
        return view(request, case, *args, **kwargs)

    return guarded


@login_required
@require_GET
def plan(request, case_id):
    """Show the draft, or the plan in force, or how to begin; behind a shut gate none of these."""
    case = readable_case(request, case_id)
    frame = plan_frame(case, request.user, timezone.now())
    return render(request, frame.template, frame.context)


@login_required
@require_POST
def draft(request, case_id):
    """Let the rules draft a plan."""
    case = writable_case(request, case_id)
    form = forms.DraftPlan(request.POST, case=case)
    at = timezone.now()

    def act(data):
        actions.draft_plan(
            case=case, version=data["version"], equipment=data["equipment"], blocked=(), by=request.user, at=at
        )

    done = perform(request, form, act, ("rehab:plan", case.pk))
    if done:
        return done
    frame = plan_frame(case, request.user, at, draft_form=form)
    return render(request, frame.template, frame.context, status=422)


@login_required
@require_POST
def checklist(request, case_id):
    """Keep the answers to the short list and draft again with them."""
    case = writable_case(request, case_id)
    at = timezone.now()
    form = checklist_of(case, request.POST)

    def act(data):
        answers, none = form.answers()
        actions.answer_checklist(
            case=case, version=data["version"], answers=answers, shown_none=none, by=request.user, at=at
        )

    done = perform(request, form, act, ("rehab:plan", case.pk), gettext("Answers recorded."))
    if done:
        return done
    frame = plan_frame(case, request.user, at, **({"refused": form} if form.known else {"checklist": form}))
    return render(request, frame.template, frame.context, status=422)


def choosing(request, case, form, act, item=None):
    """Show the catalogue with today's verdicts, or do what was chosen."""
    done = request.method == "POST" and perform(request, form, act, ("rehab:plan", case.pk))
    if done:
        return done
    groups = catalogue_choices(case, timezone.now())
    context = {"case": case, "form": form, "item": item, "groups": groups}
    return render(request, "rehab/choose.html", context, status=422 if form.is_bound else 200)


@while_open
def add(request, case):
    """Add an exercise by hand."""
    draft = get_object_or_404(case.plans.drafts())
    form = forms.ChooseExercise(request.POST or None, case=case)

    def act(data):
        chosen = {name: data[name] for name in ("exercise", "side", "reason", "version")}
        actions.add_item(plan=draft, **chosen, by=request.user, at=timezone.now())

    return choosing(request, case, form, act)


@while_open
def replace(request, case, item_id):
    """Put another exercise in the place of one."""
    item = draft_item(case, item_id)
    form = forms.ChooseExercise(request.POST or None, case=case, replacing=True)

    def act(data):
        chosen = {name: data[name] for name in ("exercise", "reason", "version")}
        actions.replace_item(item=item, **chosen, by=request.user, at=timezone.now())

    return choosing(request, case, form, act, item)


@while_open
def remove(request, case, item_id):
    """Take an exercise out, with a reason."""
    item = draft_item(case, item_id)
    form = forms.RemoveItem(request.POST or None, case=case)

    def act(data):
        actions.remove_item(
            item=item, reason=data["reason"], version=data["version"], by=request.user, at=timezone.now()
        )

    done = request.method == "POST" and perform(request, form, act, ("rehab:plan", case.pk))
    return done or render(request, "rehab/remove.html", {"case": case, "form": form, "item": item})


@login_required
@require_POST
def move(request, case_id, item_id):
    """Let an exercise change places with its neighbour."""
    case = writable_case(request, case_id)
    item = draft_item(case, item_id)
    form = forms.MoveItem(request.POST, case=case)

    def act(data):
        up = data["direction"] == "up"
        actions.move_item(item=item, up=up, version=data["version"], by=request.user, at=timezone.now())

    up = form.data.get("direction") == "up"
    words = gettext("%(exercise)s moved up.") if up else gettext("%(exercise)s moved down.")
    moved = words % {"exercise": item.spoken}
    done = perform(request, form, act, ("rehab:plan", case.pk), moved)
    return done or refused(request, case, form)


def refused(request, case, form):
    """Show the plan page with why nothing was done."""
    frame = plan_frame(case, request.user, timezone.now(), refused=form)
    return render(request, frame.template, frame.context, status=422)


@while_open
def dose(request, case, item_id):
    """Change side, levels and dose of one exercise."""
    item = draft_item(case, item_id)
    form = forms.ChangeDose(request.POST or None, case=case, item=item)

    def act(data):
        actions.change_dose(item=item, dose=form.dose(), version=data["version"], by=request.user, at=timezone.now())

    done = request.method == "POST" and perform(request, form, act, ("rehab:plan", case.pk), gettext("Dose changed."))
    context = {"case": case, "form": form, "item": item, "contraindications": contraindications(item.exercise_id)}
    return done or render(request, "rehab/dose.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def sign(request, case_id):
    """Sign the draft."""
    case = writable_case(request, case_id)
    form = forms.SignPlan(request.POST, case=case)

    def act(data):
        draft = get_object_or_404(case.plans.all(), pk=data["plan"])
        actions.sign_plan(plan=draft, version=data["version"], by=request.user, at=timezone.now())

    invited = gettext("Plan signed. The runner sees it as soon as they are invited.")
    told = gettext("Plan signed. The runner can see it now.") if case.patient.person_id else invited
    done = perform(request, form, act, ("rehab:signed", case.pk), told)
    return done or refused(request, case, form)


@login_required
@require_GET
def signed(request, case_id):
    """Show the plan in force; behind a shut gate say why it rests."""
    case = readable_case(request, case_id)
    gate = loading_gate(case)
    case.unanswered_items = gate.unanswered  # the banner of this page need not ask again
    if not gate.open:
        return render(request, "rehab/gate_shut.html", shut(case, gate))
    _, in_force = open_plans(case)
    if in_force is None:
        return redirect("rehab:plan", case.pk)
    return render(request, "rehab/signed.html", {"case": case, "limits": gate.limits, **shown(in_force)})


@login_required
@require_GET
def printed(request, case_id):
    """Show the plan in force on paper; nothing to print behind a shut gate."""
    case = readable_case(request, case_id)
    gate = loading_gate(case)
    _, in_force = open_plans(case)
    if not gate.open or in_force is None:
        return redirect("rehab:plan", case.pk)
    return render(request, "rehab/print.html", {"case": case, "limits": gate.limits, **shown(in_force)})


@login_required
@require_GET
def preview(request, case_id):
    """Show the draft, or else the plan in force, as the runner will see it."""
    case = readable_case(request, case_id)
    gate = loading_gate(case)
    draft, in_force = open_plans(case)
    plan = draft or in_force
    if not gate.open or plan is None:
        return redirect("rehab:plan", case.pk)
    context = {"case": case, "clinic": case.clinic, "limits": gate.limits, **shown_to_runner(plan)}
    return render(request, "rehab/preview.html", context)
