"""The case page, the story, notes, closing."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from clinic import actions, forms
from clinic.access import has_broken_glass, may_read, may_record, may_sign
from clinic.models import Case
from clinic.models.amendments import with_amendments
from clinic.models.cases import SIGNED
from clinic.pages import letting_in

EVENTS = 20
SAFE = ("GET", "HEAD")


def refusal(person, case):
    """Return why this person may not do this in a case that they see: who broke the glass only reads."""
    if not has_broken_glass(person, case.patient_id):
        return PermissionDenied()
    why = gettext("You read this record by break-glass: nothing is written in it, and nothing is taken out of it.")
    return PermissionDenied(why)


def recordable(request, case_id, *, writing=False, taking=False):
    """Return a case in which this person may record: 404 if not theirs to see, 403 if not to do.

    In a closed case nothing is posted; a page that is there only for ``writing`` does not open at all.  To who broke
    the glass pages are shown and nothing else: they write nothing, and nothing is for their ``taking`` as a file.
    """
    case = get_object_or_404(
        Case.objects.visible_to(request.user).select_related("patient__clinic", "patient__person"), pk=case_id
    )
    request.shown = case
    only_reads = request.method in SAFE and not (writing or taking)
    if not (may_read if only_reads else may_record)(request.user, case):
        raise refusal(request.user, case)
    if case.closed_at and (writing or request.method == "POST"):
        raise PermissionDenied(gettext("The case is closed: nothing is recorded in it any more."))
    case.is_only_read = not may_record(request.user, case)  # the ways to its forms are then not shown
    return case


@login_required
@require_GET
def case_detail(request, case_id):
    """Show the case: banner, path, panels, timeline."""
    case = recordable(request, case_id)
    before, records = request.GET.get("before", ""), may_record(request.user, case)
    events = case.events.select_related("by").order_by("-version")
    if before.isdecimal() and len(before) < 10:
        events = events.filter(version__lt=int(before))
    events = with_amendments(events[: EVENTS + 1])
    context = {
        "case": case,
        "events": events[:EVENTS],
        "older": events[EVENTS - 1].version if len(events) > EVENTS else None,
        "note_form": forms.Note(case=case, auto_id="note_%s") if records and not case.closed_at else None,
        "may_sign": may_sign(request.user, case),
        "way_in": letting_in(case.patient, timezone.now(), case=case) if records and not request.htmx else None,
    }
    return render(request, "clinic/_timeline.html" if request.htmx else "clinic/case_detail.html", context)


@login_required
def intake(request, case_id):
    """Take the story; what was typed before is offered again."""
    case = recordable(request, case_id, writing=True)
    form = forms.Intake(request.POST or None, case=case, initial=forms.Intake.stored(case))
    if form.is_valid():
        story, person = form.story_and_person()
        actions.save_intake(
            case=case,
            version=form.cleaned_data["version"],
            story=story,
            person_facts=person,
            by=request.user,
            at=timezone.now(),
        )
        messages.success(request, gettext("Story recorded. Next: screen for danger."))
        return redirect("clinic:case", case_id=case.pk)
    return render(request, "clinic/intake.html", {"case": case, "form": form}, status=422 if form.is_bound else 200)


@login_required
@require_POST
def note(request, case_id):
    """Write a note on the timeline."""
    case = recordable(request, case_id)
    form = forms.Note(request.POST, case=case)
    if not form.is_valid():
        return render(request, "clinic/note.html", {"case": case, "form": form}, status=422)
    data = form.cleaned_data
    actions.note(case=case, version=data["version"], text=data["text"], by=request.user, at=timezone.now())
    return redirect("clinic:case", case_id=case.pk)


@login_required
def amend(request, case_id, entry_id):
    """Put a signed entry of the timeline right beside it; who may sign, in an open case."""
    case = recordable(request, case_id, writing=True)
    if not may_sign(request.user, case):
        raise PermissionDenied
    found = with_amendments(case.events.filter(kind__in=SIGNED, pk=entry_id).select_related("by"))
    if not found:
        raise Http404
    form = forms.Amend(request.POST or None, case=case)
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("version", "text", "reason")}
        actions.amend(entry=found[0], **told, by=request.user, at=timezone.now())
        messages.success(request, gettext("The amendment stands beside the entry."))
        return redirect("clinic:case", case_id=case.pk)
    context = {"case": case, "entry": found[0], "form": form}
    return render(request, "clinic/amend.html", context, status=422 if form.is_bound else 200)


@login_required
def draft(request, case_id, form_name):
    """Give back (GET) or keep (POST) what this person is typing into a form of this case."""
    case = recordable(request, case_id)
    if len(form_name) > 60:
        raise Http404
    whose = {"person": request.user, "case": case, "form": form_name}
    if request.method != "POST":
        return JsonResponse(actions.kept_draft(**whose))
    if request.POST.get("draft") == "discard":
        actions.forget_draft(**whose)
    elif _late(request, case) and not actions.kept_draft(**whose):
        return HttpResponse(status=409)
    else:
        actions.keep_draft(**whose, fields=actions.typed_fields(request.POST), at=timezone.now())
    return HttpResponse(status=204)


def _late(request, case):
    """Return whether a draft was typed into an older page: one that comes after its own save must not come back."""
    version, sheet = request.POST.get("version", ""), request.POST.get("sheet", "")
    if not (version.isdecimal() and len(version) < 10 and int(version) < case.version):
        return False
    return not actions.typed_here(case, version=int(version), by=request.user, sheet=sheet)
