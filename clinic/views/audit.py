"""The report of the audit, for who looks after a clinic."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic.access import clinics_looked_after
from clinic.asked import ask, what_was_asked
from clinic.forms.audit import AskAudit
from clinic.forms.fields import moment
from clinic.onrecord import Asked, as_csv, in_words, report
from clinic.pages import key_of, next_page


def _asked(request):
    """Return (the form, what it asks or None where it holds a mistake); 403 for who looks after no clinic."""
    clinics = clinics_looked_after(request.user)
    if not clinics:
        raise PermissionDenied
    form = AskAudit(what_was_asked(request), clinics=clinics)
    if not form.is_valid():
        return form, None
    data = form.cleaned_data
    begins, ends = form.moments()
    named = {"clinic": data["clinic"], "person": data["person"] or None, "patient": data["patient"]}
    request.concerns = {"clinic": data["clinic"], "asked": {name: key for name, key in named.items() if key}}
    return form, Asked(**named, kind=data["kind"], begins=begins, ends=ends, oldest_first=bool(data["order"]))


def _key(request):
    key = key_of(request, 2)
    at = moment(key[0]) if key else None
    return (at, key[1]) if at and isinstance(key[1], int) else None


@login_required
def audit(request):
    """Show who read or did what, a page at a time."""
    form, asked = _asked(request)
    if request.method == "POST":
        return ask(request, "clinic:audit", AskAudit)
    rows, more = report(request.user, asked, _key(request)) if asked else ([], None)
    key = more and (more[0].isoformat(), more[1])
    context = {
        "form": form,
        "rows": in_words(rows),
        "next_page": next_page(request, key),
        "key": request.GET.get("asked", ""),
    }
    return render(request, "clinic/audit.html", context, status=200 if asked else 422)


@login_required
@require_GET
def audit_csv(request):
    """Send the whole report as a file, in the order that was asked for."""
    _, asked = _asked(request)
    if asked is None:
        raise Http404
    lines = as_csv(request.user, asked)
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"', "Cache-Control": "private, no-store"},
    )
