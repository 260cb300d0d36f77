"""What a runner's watch recorded: read, shown, and kept run by run with what only the runner knows."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from rehab import actions
from rehab.mine.forms import nothing_is_true
from rehab.mine.frame import mine_at, mine_of
from rehab.mine.today import stage_of
from rehab.mine.watch import figures_of, found_in, key_of, opened
from rehab.mine.watch_form import Upload, WatchRun, is_export
from rehab.models import WatchExport
from rehab.runs.plain import outcomes_of
from rehab.runs.uploads import read_uploads
from rehab.views.logging import after, kept
from triage.knowledge import triage_knowledge


@login_required
@never_cache
def my_upload(request):
    """Read the files of a watch and show what is in them; nothing is kept yet, and the files never are.

    A whole export is read beside the request; a page of its own says how far it is.
    """
    mine = mine_at(request)
    if mine.case is None:
        return redirect("rehab:my_today")
    form = Upload(request.POST, request.FILES) if request.method == "POST" else Upload()
    context = mine.context() | {"form": form, "was_read": form.is_bound and form.is_valid()}
    if context["was_read"]:
        files, at = form.cleaned_data["files"], timezone.now()
        if is_export(files[0]):
            export = actions.keep_export(case=mine.case, file=files[0], by=request.user, at=at)
            return redirect("rehab:my_export", export.pk)
        context |= offered(read_uploads(files, at=at), mine, request.user)
    status = 422 if form.is_bound and not context["was_read"] else 200
    return render(request, "rehab/my_upload.html", context, status=status)


def offered(outcomes, mine, person):
    """Return what a page shows of (name, run or problem): what may be kept, and what not and why."""
    ready, others = found_in(outcomes, mine.case, person, timezone.now())
    return {"ready": ready, "others": others, "was_read": True}


@login_required
@never_cache
@require_GET
def my_export(request, export_id):
    """Say how far the reading of an export is, and show what it holds once it is read."""
    own = WatchExport.objects.visible_to(request.user).filter(sent_by=request.user, case__closed_at__isnull=True)
    export = get_object_or_404(own, pk=export_id)
    mine = mine_of(request.user, str(export.case_id))
    context = mine.context() | {"export": export, "is_late": export.is_late(timezone.now())}
    if export.state == WatchExport.State.DONE:
        found = ((name or _("The ZIP"), outcome) for name, outcome in outcomes_of(export.found))
        context |= offered(found, mine, request.user)
    return render(request, "rehab/_my_export.html" if request.htmx else "rehab/my_export.html", context)


@login_required
@never_cache
def my_keep(request):
    """Ask what the watch cannot know of each run, one after the other, and keep it."""
    mine = mine_at(request)
    if mine.case is None:
        return redirect("rehab:my_today")
    runs = opened(request.POST.getlist("run"), mine.case)
    if request.POST.get("then") == "leave":
        runs = runs[1:]
    if not runs:
        if request.POST:
            messages.info(request, _("No run is waiting to be kept. Send the file once more if one is missing."))
        return redirect("rehab:my_upload")
    if request.POST.get("then") == "save":
        return keep_first(request, mine, runs)
    return keep_page(request, mine, runs, watch_run(request, mine, runs))


def watch_run(request, mine, runs, data=None):
    """Return the form of the first of these runs."""
    stage = stage_of(mine.case, timezone.localtime())["stage"]
    return WatchRun(data, run=runs[0][1], stage=stage.number if stage else None, units=request.user.units)


def keep_page(request, mine, runs, form, status=200):
    """Show the form of the first run; the others wait in it, signed."""
    run = runs[0][1]
    context = mine.context() | {"form": form, "run": run, "figures": figures_of(run, request.user.units)}
    context |= {"values": [value for value, _run in runs], "more": len(runs) - 1}
    context |= {"questions": triage_knowledge().safety_set}
    return render(request, "rehab/my_keep.html", context, status=status)


def keep_first(request, mine, runs):
    """Keep the first run as it was told, and go on to the next; a stop goes before everything."""
    run, form = runs[0][1], watch_run(request, mine, runs, request.POST)
    told = {"case": mine.case, "key": key_of(run, mine.case), "safety": nothing_is_true(), "by": request.user}
    logged = kept(form, lambda: actions.log_run(**told, told=form.session(), run=form.run(), at=timezone.now()))
    if logged is None:
        return keep_page(request, mine, runs, form, status=422)
    if logged.stop or len(runs) == 1:
        return after(logged)
    messages.success(request, _("The run is kept. Here is the next one."))
    return keep_page(request, mine, runs[1:], watch_run(request, mine, runs[1:]))
