"""The letter to the hospital or the doctor: to read and print, and to say that it went."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from clinic.access import may_record
from clinic.models import Task
from clinic.views.cases import recordable
from triage import actions, forms, pages
from triage.actions import letters
from triage.pages.letter import letter_context


@login_required
@require_GET
def letter(request, case_id):
    """Show the hand-over letter for the hospital, ready to print."""
    return _page(request, recordable(request, case_id))


@login_required
@require_POST
def sent(request, case_id):
    """Keep to whom the letter went."""
    case = recordable(request, case_id)
    form = forms.LetterSent(request.POST, case=case)
    told = {"case": case, "by": request.user, "at": timezone.now()}
    names = ("version", "to", "way")
    if pages.attempt(form, lambda data: actions.send_letter(**{name: data[name] for name in names}, **told)):
        messages.success(request, gettext("Kept: the letter went to %(to)s.") % {"to": form.cleaned_data["to"]})
        return redirect("triage:letter", case_id=case.pk)
    return _page(request, case, form)


def _page(request, case, form=None):
    context = letter_context(case, request.user, timezone.localtime()) | {"languages": settings.LANGUAGES}
    context["sent"] = case.events.filter(kind=letters.SENT).select_related("by")
    context["is_owed"] = Task.objects.visible_to(request.user).open().filter(case=case, code=letters.OWED).exists()
    context["is_agreed"] = letters.is_agreed(case)
    if may_record(request.user, case) and not case.closed_at:
        context["form"] = form or forms.LetterSent(case=case)
    return render(request, "triage/letter.html", context, status=422 if form else 200)
