"""Today's list, and what is said about one of its tasks: seen, or done with words."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from clinic import alarms
from clinic.access import may_answer, treating_clinics
from clinic.forms.tasks import AboutTask, FinishTask
from clinic.models import Task
from clinic.pages import key_words, list_key, list_query, long_day, next_page, shown_kinds, shown_rows, this_list
from clinic.worklist import worklist


@login_required
@require_GET
def today(request):
    """List who needs someone, most urgent first; a runner goes to their plan, an administrator to the admin."""
    if request.user.is_runner and not request.user.is_superuser:
        return redirect("rehab:my_today")
    if not treating_clinics(request.user):
        return redirect("admin:index")
    kind, now = request.GET.get("kind", ""), timezone.now()
    rows, more = worklist(request.user, kind=kind, after=list_key(request))
    request.shown = [(row.case.clinic_id, row.case.patient_id) for row in rows]
    context = {
        "rows": shown_rows(rows, now, list_query(request)),
        "kinds": shown_kinds(kind),
        "kind": kind,
        "leads": "lead" in request.user.roles.values(),
        "today": long_day(now),
        "next_page": next_page(request, key_words(more)),
    }
    return render(request, "clinic/today.html", context)


def _task(request, task_id):
    """Return a task of a runner whom this person treats: 404 if not theirs to see, 403 if not to answer."""
    rows = Task.objects.visible_to(request.user).select_related("case__patient__clinic", "seen_by")
    task = get_object_or_404(rows, pk=task_id)
    request.shown = task
    if not may_answer(request.user, task):
        raise PermissionDenied
    return task


@login_required
@require_POST
def seen(request, task_id):
    """Say that somebody has seen an alarm: its mails stop, the task stays."""
    task = _task(request, task_id)
    form = AboutTask(request.POST, task=task)
    form.full_clean()
    alarms.see_task(task=task, by=request.user, at=timezone.now())
    messages.success(
        request, gettext("Seen: %(patient)s. It stays on the list until it is done.") % {"patient": task.case.patient}
    )
    return redirect(this_list(request))


@login_required
def done(request, task_id):
    """Say in words what was done about a task; it then leaves the list."""
    task = _task(request, task_id)
    if task.done_at and request.method != "POST":
        messages.info(request, gettext("This is done already: %(told)s") % {"told": task.done_text})
        return redirect(this_list(request))
    form = FinishTask(request.POST or None, task=task)
    if form.is_valid():
        alarms.finish_task(task=task, text=form.cleaned_data["text"], by=request.user, at=timezone.now())
        messages.success(request, gettext("Done: %(patient)s.") % {"patient": task.case.patient})
        return redirect(this_list(request))
    context = {"task": task, "case": task.case, "form": form, "here": this_list(request)}
    return render(request, "clinic/task_done.html", context, status=422 if form.is_bound else 200)
