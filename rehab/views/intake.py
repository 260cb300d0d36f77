"""The runner's intake before the visit: the list of topics, one page each, and sending it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from clinic.emergency import urgent_page
from rehab import actions
from rehab.mine.frame import mine_at
from rehab.mine.intake import BY_SLUG, Intake, zone_rows
from rehab.views.runner import yes_first


@login_required
@never_cache
def my_intake(request):
    """Show how far the runner has come, and send it when all is told."""
    mine = mine_at(request)
    intake = Intake(mine, request.user)
    if request.method == "POST" and intake.is_asked and intake.is_whole:
        actions.send_intake(case=mine.case, by=request.user, at=timezone.now())
        messages.success(request, _("Sent. Your clinic reads it before you come."))
        return redirect("rehab:my_intake")
    return render(request, "rehab/my_intake.html", mine.context() | {"intake": intake})


@login_required
@never_cache
def my_intake_topic(request, slug):
    """Ask one topic and keep it; what is dangerous is answered with what to do now."""
    mine, topic = mine_at(request), BY_SLUG.get(slug)
    if topic is None:
        raise Http404
    intake = Intake(mine, request.user)
    if not intake.may_answer(topic):
        return (yes_first(request, mine) if topic.is_danger else None) or redirect("rehab:my_intake")
    form = intake.form(topic, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        stop = intake.keep(topic, form, timezone.now())
        return urgent_page("triage/stop.html", {"stop": stop}) if stop else go_on(mine, request.user)
    before, number, count = intake.around(topic)
    context = {"form": form, "topic": topic, "before": before, "number": number, "count": count}
    if slug == "where":
        context["zones"] = zone_rows(form["zones"].value() or ())
    status = 422 if form.is_bound else 200
    return render(request, topic.template, mine.context() | context, status=status)


def go_on(mine, person):
    """Go on to the first topic that is not told yet, or to the list where all are."""
    following = Intake(mine, person).next_topic()
    return redirect("rehab:my_intake_topic", slug=following.slug) if following else redirect("rehab:my_intake")
