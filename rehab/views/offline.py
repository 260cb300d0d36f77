"""Without a connection: the copy that a phone keeps, the page that opens it, and what it sends afterwards."""

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from clinic.emergency import urgent_page
from clinic.terms import Answer
from rehab import actions
from rehab.mine.forms import SafetySet, nothing_is_true
from rehab.mine.frame import for_a_danger, mine_at
from rehab.mine.offline import (
    AS_READ,
    Envelope,
    answers_in,
    answers_of,
    copy_of,
    morning_as_read,
    owner_of,
    run_as_read,
    sentences_of,
    session_as_read,
)
from rehab.models import SafetyCheck
from rehab.views.logging import kept
from triage.knowledge import triage_knowledge

UNREADABLE = _("This cannot be read. Tell your clinic what you did.")
OF_ANOTHER = _("This log belongs to another runner.")
OF_NO_CASE = _("The case this belongs to is closed: tell your clinic what you did.")


@login_required
@require_GET
@never_cache
def my_copy(request):
    """Send what the runner's phone keeps for a place without a connection, and the token it sends by."""
    copy = copy_of(mine_at(request), request.user, timezone.now(), request.session.get_expiry_date())
    return JsonResponse({"copy": copy, "token": get_token(request)})


@require_GET
def my_offline(request):
    """Show the page that opens the copy; it holds nothing of anybody, so a browser may keep it."""
    response = urgent_page("rehab/my_offline.html", {})
    response["Cache-Control"] = "no-cache"
    return response


def refused(*sentences, status=422):
    """Answer why something is not kept; the phone keeps it and shows the sentences."""
    return JsonResponse({"refused": [str(sentence) for sentence in sentences]}, status=status)


@login_required
@require_POST
@never_cache
def my_outbox(request):
    """Keep one thing that was told without a connection: a safety set, or a log by the form of its own page."""
    mine, envelope = mine_at(request), Envelope(request.POST)
    if not envelope.is_valid():
        return refused(UNREADABLE)
    if envelope.cleaned_data["owner"] != owner_of(request.user):
        return refused(OF_ANOTHER, status=409)
    if mine.case is None:
        return of_no_case(request, for_a_danger(request, mine), envelope.cleaned_data)
    if not (safety := SafetySet(request.POST)).is_valid():
        keep_yes(request, mine, envelope.cleaned_data, answers_in(safety))
        return refused(*sentences_of(safety))
    acts = {"safety": keep_safety, "session": keep_session, "run": keep_run, "morning": keep_morning}
    return acts[envelope.cleaned_data["kind"]](request, mine, envelope.cleaned_data)


def of_no_case(request, mine, told):
    """Refuse what was told of a closed case, but keep a danger for the leg that is still open."""
    danger = Answer.PRESENT in answers_in(SafetySet(request.POST)).values()
    kept_for_another = keep_safety(request, mine, told) if danger and mine.case else None
    if kept_for_another and told["kind"] == "safety":
        return kept_for_another
    return refused(OF_NO_CASE)


@login_required
@require_POST
@never_cache
def my_opened(request):
    """Draw a log that was not taken as its own form, with what is wrong beside the fields.  Nothing is kept here."""
    mine, envelope = mine_at(request), Envelope(request.POST)
    told = envelope.cleaned_data if envelope.is_valid() else {"kind": ""}
    why = UNREADABLE if told["kind"] not in AS_READ else OF_NO_CASE
    if told.get("owner", "") not in ("", owner_of(request.user)):
        mine, why = replace(mine, case=None), OF_ANOTHER
    context = {"why": why}
    if mine.case and told["kind"] in AS_READ:
        form = AS_READ[told["kind"]](mine, told, request.user, request.POST)
        say_again(form, request.POST.getlist("refused"))
        day = timezone.localdate(told["told_at"])
        context = {"form": form, "kind": told["kind"], "key": told["key"], "day": day}
        context |= {"questions": triage_knowledge().safety_set}
    return render(request, "rehab/my_opened.html", mine.context() | context, status=422)


def say_again(form, sentences):
    """Say what the clinic refused a log for where the form itself finds nothing wrong."""
    if form.is_valid():
        for sentence in sentences:
            form.add_error(None, sentence)


def answer(form, logged, where=""):
    """Answer what became of it: kept, and whether it stops the leg; or why not."""
    if logged is None or logged.refused:
        return refused(*(logged.refused if logged else sentences_of(form)))
    stop = logged.stop is not None
    return JsonResponse({"kept": True, "again": logged.again, "stop": stop, "where": where})


def keep_safety(request, mine, told):
    """Keep a safety set that was answered on the phone; a yes stops the leg now, whenever it was said."""
    form = SafetySet(request.POST)
    envelope = {"by": request.user, "at": timezone.now(), "device_time": told["told_at"]}
    where = SafetyCheck.Where.SESSION
    return answer(
        form, kept(form, lambda: actions.tell_safety(case=mine.case, where=where, answers=form.answers, **envelope))
    )


def keep_yes(request, mine, told, answers):
    """Keep the danger in something that is refused: what was done is not taken, the yes is."""
    if Answer.PRESENT in answers.values():
        asked = {"where": SafetyCheck.Where.SESSION, "answers": answers, "device_time": told["told_at"]}
        actions.tell_safety(case=mine.case, by=request.user, at=timezone.now(), **asked)


def keep_session(request, mine, told):
    """Keep a session that was done by the copy: judged now, at the level that the copy showed."""
    at, person = timezone.now(), request.user
    checks = SafetyCheck.objects.visible_to(person).filter(case=mine.case)
    safety = answers_of(SafetySet(request.POST), told["key"], told["told_at"], checks)
    form = session_as_read(mine, told, person, request.POST)
    envelope = {"case": mine.case, "key": told["key"], "safety": safety, "by": person, "at": at}
    logged = kept(form, lambda: actions.log_session(told=dated(form.session(), told), **envelope))
    if logged is None:
        keep_yes(request, mine, told, safety)
    return answer(form, logged, reverse("rehab:my_logged", args=[logged.row.pk]) if logged else "")


def keep_run(request, mine, told):
    """Keep a run whose form was sent without a connection; its tick says no to what no yes was said to."""
    at, person = timezone.now(), request.user
    form = run_as_read(mine, told, person, request.POST)
    yes = {code: answer for code, answer in answers_in(SafetySet(request.POST)).items() if answer is Answer.PRESENT}
    envelope = {"case": mine.case, "key": told["key"], "safety": nothing_is_true() | yes, "by": person, "at": at}
    logged = kept(form, lambda: actions.log_run(told=dated(form.session(), told), run=form.run(), **envelope))
    if logged is None:
        keep_yes(request, mine, told, yes)
    return answer(form, logged, reverse("rehab:my_logged", args=[logged.row.pk]) if logged else "")


def keep_morning(request, mine, told):
    """Keep the first steps of the morning on which they were written down."""
    form, told_at = morning_as_read(mine, told, request.user, request.POST), told["told_at"]
    envelope = {"case": mine.case, "day": timezone.localdate(told_at), "by": request.user, "at": timezone.now()}
    logged = kept(form, lambda: actions.log_morning(**envelope, **form.cleaned_data, told_at=told_at))
    return answer(form, logged)


def dated(session, told):
    """Return a session with the clock of the phone, and with the moment its plan was read."""
    return replace(session, device_time=told["told_at"], read_at=told["read_at"])
