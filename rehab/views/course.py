"""How a case goes: the page of its course, and what a clinician answers, sets, scores and starts there."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from clinic.access import may_record
from clinic.phrases import said_again
from clinic.views.cases import refusal
from rehab import actions
from rehab.forms import course as forms
from rehab.history import with_words
from rehab.knowledge import rehab_knowledge
from rehab.models import StepOffer
from rehab.pages import perform
from rehab.pages.course import newest_parts, progress_page, running_page
from rehab.pages.leaving import closing_page
from rehab.views.plans import readable_case, writable_case


@login_required
@require_GET
def progress(request, case_id):
    """Show everything of the course of a case."""
    case = readable_case(request, case_id)
    return render(request, "rehab/progress.html", progress_page(case, request.user, timezone.now()))


def open_case(request, case_id):
    """Return an open case in which this person may record."""
    case = readable_case(request, case_id)
    if not may_record(request.user, case):
        raise refusal(request.user, case)
    if case.closed_at:
        raise PermissionDenied(gettext("The case is closed: nothing is recorded in it any more."))
    return case


def offer_of(request, case, offer_id):
    """Return a step of this case that was offered, or 404."""
    rows = StepOffer.objects.visible_to(request.user).prefetch_related(with_words("item", case))
    offer = get_object_or_404(rows, case=case, pk=offer_id)
    offer.case = case
    return offer


@login_required
@require_POST
def take(request, case_id, offer_id):
    """Take a step that waits for a tap."""
    case = writable_case(request, case_id)
    offer = offer_of(request, case, offer_id)
    form, at = forms.AnswerOffer(request.POST, case=case), timezone.now()

    def act(data):
        actions.take_step(offer=offer, version=data["version"], by=request.user, at=at)

    done = perform(request, form, act, ("rehab:progress", case.pk), gettext("Step taken. The runner sees it at once."))
    if done:
        return done
    context = progress_page(case, request.user, at) | {"refused": form}
    return render(request, "rehab/progress.html", context, status=422)


@login_required
def decline(request, case_id, offer_id):
    """Decline a step, in words."""
    case = writable_case(request, case_id)
    offer = offer_of(request, case, offer_id)
    form = forms.DeclineOffer(request.POST or None, case=case)

    def act(data):
        said = {"version": data["version"], "because": data["because"]}
        actions.decline_step(offer=offer, **said, by=request.user, at=timezone.now())

    done = form.is_bound and perform(request, form, act, ("rehab:progress", case.pk), gettext("Step declined."))
    context = {"case": case, "form": form, "name": said_again(actions.name_of(offer))}
    return done or render(request, "rehab/decline.html", context, status=422 if form.is_bound else 200)


@login_required
def limit(request, case_id):
    """Set how much pain is allowed."""
    case = writable_case(request, case_id)
    form = forms.SetLimit(request.POST or None, case=case)

    def act(data):
        said = {name: data[name] for name in ("version", "during_nprs", "strength_nprs", "morning_change", "because")}
        actions.set_pain_limit(case=case, **said, by=request.user, at=timezone.now())

    done = form.is_bound and perform(request, form, act, ("rehab:progress", case.pk), gettext("Limit set."))
    return done or render(
        request, "rehab/limit.html", {"case": case, "form": form}, status=422 if form.is_bound else 200
    )


@login_required
def score(request, case_id, measure):
    """Score a measure; the activities named before are offered again."""
    case = open_case(request, case_id)
    known = rehab_knowledge().measures.get(measure)
    if known is None:
        raise Http404
    form = forms.score_form(known, request.POST or None, case=case, before=newest_parts(case, measure))

    def act(data):
        said = {"measure": measure, "parts": form.parts(), "day": data["day"], "version": data["version"]}
        actions.record_score(case=case, **said, by=request.user, at=timezone.now())

    done = form.is_bound and perform(request, form, act, ("rehab:progress", case.pk), gettext("Score recorded."))
    context = {"case": case, "form": form, "measure": known}
    return done or render(request, "rehab/score.html", context, status=422 if form.is_bound else 200)


@login_required
def running(request, case_id):
    """Show what is asked before the first run, one by one; on POST keep what was tried."""
    case = open_case(request, case_id) if request.method == "POST" else readable_case(request, case_id)
    form, at = forms.Readiness(request.POST or None, case=case), timezone.now()

    def act(data):
        actions.record_readiness(case=case, version=data["version"], by=request.user, at=at, **form.tried())

    done = form.is_bound and perform(request, form, act, ("rehab:running", case.pk), gettext("Recorded."))
    return done or running_shown(request, case, at, form=form)


@login_required
def close(request, case_id):
    """Close a case with its outcome; the conditions of discharge stand beside it."""
    case, at = writable_case(request, case_id), timezone.now()
    form = forms.CloseCase(request.POST or None, case=case)

    def act(data):
        said = {name: data[name] for name in ("version", "outcome", "because")}
        actions.close_case(case=case, **said, by=request.user, at=at)

    done = form.is_bound and perform(request, form, act, ("clinic:case", case.pk), gettext("Case closed."))
    return done or render(
        request, "rehab/close.html", closing_page(case, form, at), status=422 if form.is_bound else 200
    )


def running_shown(request, case, at, **forms_by_name):
    """Render the page of the way back to running."""
    context = running_page(case, request.user, at) | forms_by_name
    bound = any(form.is_bound for form in forms_by_name.values())
    return render(request, "rehab/running.html", context, status=422 if bound else 200)


@login_required
@require_POST
def start(request, case_id):
    """Put the runner on stage 0."""
    case = writable_case(request, case_id)
    form, at = forms.AnswerOffer(request.POST, case=case), timezone.now()

    def act(data):
        actions.start_running(case=case, version=data["version"], by=request.user, at=at)

    done = perform(request, form, act, ("rehab:running", case.pk), gettext("The way back to running has begun."))
    return done or running_shown(request, case, at, refused=form)


@login_required
@require_POST
def resume(request, case_id):
    """Let running go on after a stop."""
    case = writable_case(request, case_id)
    form, at = forms.Resume(request.POST, case=case), timezone.now()

    def act(data):
        said = {name: data[name] for name in ("version", "stage", "because")}
        actions.resume_running(case=case, **said, by=request.user, at=at)

    done = perform(request, form, act, ("rehab:running", case.pk), gettext("Running goes on."))
    return done or running_shown(request, case, at, resume=form)
