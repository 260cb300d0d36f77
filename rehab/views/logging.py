"""What a runner logs: a session, a run, a morning, and the correction of one of them."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from clinic.ids import is_uuid
from rehab import actions
from rehab.history import with_words
from rehab.mine.forms import Morning, nothing_is_true
from rehab.mine.frame import last_closed, mine_at
from rehab.mine.logs import correction_form, logs_page
from rehab.mine.measures import Going, asked_of, may_be_asked
from rehab.mine.plain import LOST
from rehab.mine.run_form import RunForm
from rehab.mine.session import (
    check_for_session,
    needed,
    script_data,
    session_form,
    session_tasks,
    told_tasks,
)
from rehab.mine.shown import may_correct, next_steps, shown, too_long_words
from rehab.mine.today import stage_of
from rehab.models import MorningLog, SafetyCheck, SessionLog
from triage.knowledge import triage_knowledge


def kept(form, act):
    """Run an action for a valid form and return what came of it; None where the form is to be shown again."""
    if not form.is_valid():
        return None
    try:
        return act()
    except actions.Refused as refused:
        for sentence in refused.sentences:
            form.add_error(None, sentence)
    return None


def after(logged):
    """Go on to what a log means; to today's page, which then says what to do, where it stopped the leg."""
    return redirect("rehab:my_today") if logged.stop else redirect("rehab:my_logged", session_id=logged.row.pk)


@login_required
@never_cache
def my_session(request):
    """Lead through today's session, and keep it; without a fresh safety set the questions come first."""
    if request.method == "POST":
        return finish_session(request)
    mine, at = mine_at(request), timezone.now()
    anyway = request.GET.get("anyway") == "yes"
    tasks = session_tasks(mine, at, anyway=anyway) if mine.may_train else []
    if not tasks:
        return redirect("rehab:my_today")
    check = check_for_session(mine.case, at)
    if check is None:
        return redirect(f"{reverse('rehab:my_safety')}?next={'anyway' if anyway else 'session'}")
    form = session_form(mine, tasks, at, request.user.units, key=check.pk)
    return session_page(request, mine, form)


def session_page(request, mine, form, status=200):
    """Show the form of a session, with what the guided way through it counts with."""
    context = mine.context() | {"form": form, "data": script_data(form)}
    context |= {"limit": mine.limit, "items": [part.task.item.pk for part in form.parts]}
    return render(request, "rehab/my_session.html", context, status=status)


def finish_session(request):
    """Keep a session that was done.  Its key is the safety check it began with, so that twice sent is once kept."""
    mine, at = mine_at(request), timezone.now()
    key = request.POST.get("key", "")
    checks = SafetyCheck.objects.visible_to(request.user).filter(case=mine.case)
    if mine.case is None:
        raise Http404
    if not is_uuid(key):
        return session_without_key(request, mine, at)
    check = get_object_or_404(checks, pk=key)
    items = [UUID(item) for item in request.POST.getlist("item") if is_uuid(item)]
    form = session_form(mine, told_tasks(mine.case, items, at), at, request.user.units, key=key, data=request.POST)
    told = {"case": mine.case, "key": check.pk, "safety": check, "by": request.user, "at": at}
    logged = kept(form, lambda: actions.log_session(told=form.session(), **told))
    return after(logged) if logged else session_page(request, mine, form, status=422)


def session_without_key(request, mine, at):
    """Show what was filled in with the key that the page had lost; without a check of today, ask that first."""
    check = check_for_session(mine.case, at)
    if check is None:
        return redirect(f"{reverse('rehab:my_safety')}?next=session")
    items = [UUID(item) for item in request.POST.getlist("item") if is_uuid(item)]
    data = request.POST.copy()
    data["key"] = str(check.pk)
    form = session_form(mine, told_tasks(mine.case, items, at), at, request.user.units, key=check.pk, data=data)
    form.add_error(None, LOST)
    return session_page(request, mine, form, status=422)


@login_required
@never_cache
def my_run(request):
    """Log a run or a walk by hand, with the safety list in the same form."""
    mine, at = mine_at(request), timezone.now()
    if mine.case is None:
        return redirect("rehab:my_today")
    stage = stage_of(mine.case, timezone.localtime(at))["stage"]
    data = request.POST if request.method == "POST" else None
    form = RunForm(data, stage=stage.number if stage else None, units=request.user.units)
    if form.is_bound:
        told = {"case": mine.case, "safety": nothing_is_true(), "by": request.user, "at": at}
        data = form.cleaned_data if form.is_valid() else {}
        logged = kept(form, lambda: actions.log_run(key=data["key"], told=form.session(), run=form.run(), **told))
        if logged:
            return after(logged)
    context = mine.context() | run_context(form) | {"on_ladder": stage is not None}
    return render(request, "rehab/my_run.html", context, status=422 if form.is_bound else 200)


def run_context(form):
    """Return what the page of a run needs besides its frame; a phone may keep the form, so it says what is needed."""
    return {"form": form, "questions": triage_knowledge().safety_set, "data": needed(form, "none")}


@login_required
@never_cache
def my_morning(request):
    """Ask for the first steps of this morning; within a day the answer may be corrected."""
    mine, at = mine_at(request), timezone.now()
    if mine.case is None:
        return redirect("rehab:my_today")
    day = timezone.localdate(at)
    known = MorningLog.objects.visible_to(request.user).current().filter(case=mine.case, day=day).first()
    initial = {"pain": known.pain, "stiffness_minutes": known.stiffness_minutes} if known else {}
    form = Morning(request.POST if request.method == "POST" else None, initial=initial)
    told = {"case": mine.case, "day": day, "by": request.user, "at": at}
    if form.is_bound and kept(form, lambda: actions.log_morning(**told, **form.cleaned_data)):
        messages.success(request, _("Your morning is kept. Thank you."))
        return redirect("rehab:my_today")
    context = mine.context() | {"form": form, "day": day, "known": known, "data": needed(form), "key": uuid4()}
    return render(request, "rehab/my_morning.html", context, status=422 if form.is_bound else 200)


@login_required
@never_cache
def my_measures(request):
    """Ask how it is going where a measure is due; on the same day the answer may be corrected."""
    mine, at = mine_at(request), timezone.now()
    if mine.case is None or mine.plan is None or not (request.method == "POST" or may_be_asked(mine)):
        return redirect("rehab:my_today")
    asked = asked_of(mine, at)
    if not asked.measures:
        messages.info(request, _("Nothing is asked now. We ask you again when it is time."))
        return redirect("rehab:my_today")
    form = Going(request.POST if request.method == "POST" else None, asked=asked)
    told = {"case": mine.case, "by": request.user, "at": at}
    if form.is_bound and kept(form, lambda: actions.answer_measures(told=form.told(), **told)):
        messages.success(request, _("Your answers are kept, and your clinic sees them. Thank you."))
        return redirect("rehab:my_today")
    context = mine.context() | {"form": form, "day": timezone.localdate(at), "known": asked.is_answered}
    return render(request, "rehab/my_measures.html", context, status=422 if form.is_bound else 200)


@login_required
@require_GET
@never_cache
def my_logs(request):
    """List what the runner logged, newest first, two weeks a page; once the case is closed to read only."""
    mine, context = mine_at(request), {}
    case = mine.case or last_closed(mine.patient)
    if case is not None:
        before = parse_day(request.GET.get("before", ""))
        context = logs_page(case, request.user, timezone.now(), before) | {"is_closed": mine.case is None}
    return render(request, "rehab/my_logs.html", mine.context() | context)


def parse_day(text):
    """Return a day from its ISO text; None for anything else."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def own_session(request, session_id):
    """Return (frame, the session) of the runner's open case; 404 for anybody else's, or one that was replaced."""
    try:
        mine = mine_at(request)
    except PermissionDenied:
        raise Http404 from None
    if mine.case is None:
        raise Http404
    rows = SessionLog.objects.visible_to(request.user).current().filter(case=mine.case).select_related("run")
    rows = rows.prefetch_related(with_words("exercises__item", mine.case), "verdicts")
    return mine, get_object_or_404(rows, pk=session_id)


@login_required
@require_GET
@never_cache
def my_logged(request, session_id):
    """Say what a logged session means and what happens next, in plain words."""
    mine, session = own_session(request, session_id)
    at = timezone.now()
    mornings = MorningLog.objects.visible_to(request.user).current().filter(case=mine.case, day__gte=session.day)
    steps = next_steps(session, set(mornings.values_list("day", flat=True)), at)
    steps = [*too_long_words(session, at), *steps]
    context = mine.context() | {"log": shown(session, request.user, at), "next_steps": steps}
    return render(request, "rehab/my_logged.html", context)


@login_required
@never_cache
def my_correction(request, session_id):
    """Correct a log of one's own within 24 hours; the original is kept behind it."""
    mine, session = own_session(request, session_id)
    at = timezone.now()
    if not may_correct(session, request.user, at):
        messages.warning(request, _("A log can be corrected for 24 hours. Tell the clinic what is wrong."))
        return redirect("rehab:my_logged", session_id=session.pk)
    form = correction_form(mine, session, at, request.user, request.POST if request.method == "POST" else None)
    if form.is_bound:
        logged = kept(form, lambda: corrected(form, session, request.user, at))
        if logged:
            return after(logged)
    context = mine.context() | {"form": form, "session": session}
    return render(request, "rehab/my_correction.html", context, status=422 if form.is_bound else 200)


def corrected(form, session, person, at):
    """Put the corrected log in the place of the old one."""
    told = {"session": session, "key": form.cleaned_data["key"], "told": form.session(), "by": person, "at": at}
    return actions.correct_session(**told, run=form.run() if hasattr(form, "run") else None)
