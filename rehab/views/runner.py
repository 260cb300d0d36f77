"""The runner's own pages: today, the plan, the safety set; and nothing to do while it would not be safe."""

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from clinic.consents import is_asked as is_asked_to_agree
from clinic.emergency import urgent_page
from clinic.forms.fields import moment
from clinic.glass import lately_opened
from clinic.terms import Answer
from rehab import actions
from rehab.actions.intake import is_asked
from rehab.mine.done import done_of
from rehab.mine.doses import card_now
from rehab.mine.forms import SafetySet
from rehab.mine.frame import LEG, for_a_danger, mine_at
from rehab.mine.measures import is_due
from rehab.mine.offline import answers_in, owner_of
from rehab.mine.progress import progress_of
from rehab.mine.today import todays_page
from rehab.models import ExerciseMedia, SafetyCheck
from rehab.pages import shown_media
from triage.actions import stop_or_say_so, what_now
from triage.decision import still_to_ask
from triage.knowledge import triage_knowledge

ONWARD = {"session": "rehab:my_session", "anyway": "rehab:my_session"}  # where a calm safety set leads


@login_required
@require_GET
@never_cache
def my_today(request):
    """Show what is due today, how long it takes, and the big button."""
    mine = mine_at(request)
    context = mine.context() | {"today": timezone.localdate(), "waits_for_limit": mine.waits_for_limit}
    context["going_asked"] = is_due(mine, timezone.now())
    if mine.may_train:
        context |= todays_page(mine, request.user, timezone.now())
    elif mine.case:
        context["is_asked"] = is_asked(mine.case)
    else:
        context["done"] = done_of(mine.patient)
    context["consent_asked"] = is_asked_to_agree(mine.patient)
    lately = mine.case.was_opened_lately if mine.case else lately_opened(mine.patient, timezone.now())
    context["opened_lately"] = lately
    answer = render(request, "rehab/my_today.html", context)
    answer.is_urgent = mine.stop in ("emergency", "stop")  # a stop is said to its runner whatever else is down
    return answer


@login_required
@require_POST
@never_cache
def my_leg(request):
    """Show the other leg from now on; 404 for what is no open case of this runner."""
    mine = mine_at(request)
    if mine.case is None or request.POST.get(LEG) != str(mine.case.pk):
        raise Http404
    return redirect("rehab:my_today")


@login_required
@require_GET
@never_cache
def my_plan(request):
    """Show the signed plan to the runner it belongs to."""
    mine = mine_at(request)
    context = mine.context()
    if mine.case and mine.gate.open and mine.plan:
        media = shown_media(mine.plan)
        cards = [card_now(item, media) for item in mine.plan.items.all()]
        context |= {"plan": mine.plan, "limits": mine.gate.limits, "cards": cards}
    return render(request, "rehab/my_plan.html", context)


@login_required
@require_GET
@never_cache
def my_progress(request):
    """Show how it goes: pictures with words, the ladder, what was reached; of a closed case too."""
    mine = mine_at(request)
    done = None if mine.case else done_of(mine.patient)
    case = mine.case or (done and done.case)
    context = mine.context() | {"is_closed": done is not None}
    context |= progress_of(mine, case, request.user, timezone.now()) if case else {"nothing": True}
    return render(request, "rehab/my_progress.html", context)


@login_required
@never_cache
def my_safety(request):
    """Ask the short safety set; a yes is kept, and answered with what to do, in the same moment."""
    mine, onward = mine_at(request), request.GET.get("next", "")
    form = SafetySet(request.POST if request.method == "POST" else None)
    if mine.case is None and not (_says_yes(form) or for_a_danger(request, mine).case):
        return redirect("rehab:my_today")
    context = mine.context() | {"form": form, "next": onward if onward in ONWARD else ""}
    if not form.is_bound:
        return render(request, "rehab/my_safety.html", context)
    answers = form.answers if form.is_valid() else {}
    if Answer.PRESENT in answers.values():
        return stopped(request, for_a_danger(request, mine), answers)
    if not answers or Answer.NOT_ASSESSED in answers.values():
        return render(request, "rehab/my_safety.html", context | {"missing": True}, status=422)
    if mine.case is None:  # nothing is asked of a closed case, and no danger was named
        return redirect("rehab:my_today")
    where = SafetyCheck.Where.SESSION if onward in ONWARD else SafetyCheck.Where.MESSAGE
    actions.ask_safety(case=mine.case, where=where, answers=answers, by=request.user, at=timezone.now())
    anyway = "?anyway=yes" if onward == "anyway" else ""
    return redirect(reverse(ONWARD.get(onward, "rehab:my_today")) + anyway)


def _says_yes(form):
    """Return whether a posted safety set holds a yes: it is answered even where no case is open to keep it."""
    return form.is_bound and form.is_valid() and Answer.PRESENT in form.answers.values()


def yes_first(request, mine):
    """Return the page of what to do where a form holds a danger and is not asked any more; None without one."""
    answers = answers_in(SafetySet(request.POST)) if request.method == "POST" else {}
    return stopped(request, for_a_danger(request, mine), answers) if Answer.PRESENT in answers.values() else None


def moment_told(request):
    """Return when the phone wrote an answer down, by which it is known again when sent twice; None where unsaid."""
    return moment(request.POST.get("told_at"))


def stopped(request, mine, answers):
    """Keep a yes and show what to do now; where it cannot be kept, show it all the same and say so."""
    yes = [code for code, answer in answers.items() if answer is Answer.PRESENT]
    told = {"case": mine.case, "where": SafetyCheck.Where.MESSAGE, "answers": answers, "by": request.user}
    told["device_time"] = moment_told(request)

    def act():
        logged = actions.tell_safety(**told, at=timezone.now())
        return logged.stop or replace(what_now(yes, mine.clinic), clinic_told=True)  # it was sent before

    stop = stop_or_say_so(yes=yes, clinic=mine.clinic, act=act)
    asked = still_to_ask(answers, triage_knowledge().safety_set)
    known = [(code, answer.value) for code, answer in answers.items() if answer is not Answer.NOT_ASSESSED]
    form = SafetySet(asked=asked) if asked else None
    context = {"stop": stop, "form": form, "known": known, "csrf_token": get_token(request)}
    context |= {"owner": owner_of(request.user), "told_at": request.POST.get("told_at", "")}
    return urgent_page("rehab/my_stop_now.html", context)


@login_required
@require_GET
def media(request, media_id):
    """Send a picture or film of an exercise, to who works or is treated in the clinic that made it."""
    found = get_object_or_404(ExerciseMedia.objects.visible_to(request.user), pk=media_id)
    return FileResponse(found.file.open("rb"))
