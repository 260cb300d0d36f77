"""What may be done with the hands today, and what was done."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from clinic.access import may_sign
from rehab import actions, forms
from rehab.pages import given_treatments, grouped, perform, todays_treatments
from rehab.views.plans import readable_case, writable_case

FIELDS = ("treatment", "given_at", "site", "indication", "reason", "response", "version")


@login_required
def treatments(request, case_id):
    """Show each treatment with today's verdict; on POST keep one through the gate."""
    case = writable_case(request, case_id) if request.method == "POST" else readable_case(request, case_id)
    at = timezone.now()
    rows, asked = todays_treatments(case, at)
    forbidden = [row.code for row in rows if row.verdict == "forbidden"]
    form = forms.RecordTreatment(request.POST or None, case=case, forbidden=forbidden)

    def act(data):
        kept = {name: data[name] for name in FIELDS}
        actions.record_treatment(case=case, **kept, by=request.user, at=at)

    done = request.method == "POST" and perform(
        request, form, act, ("rehab:treatments", case.pk), gettext("Treatment recorded.")
    )
    return done or page(request, case, rows, form, forms.Checklist(case=case, questions=asked))


def page(request, case, rows, form, checklist):
    """Render the treatments page."""
    context = {"case": case, "rows": rows, "form": form, "checklist": checklist if checklist.questions else None}
    context |= {
        "groups": grouped(rows),
        "given": given_treatments(case),
        "may_sign": may_sign(request.user, case) and not case.closed_at,
    }
    posted = form.is_bound or checklist.is_bound
    return render(request, "rehab/treatments.html", context, status=422 if posted else 200)


@login_required
@require_POST
def checklist(request, case_id):
    """Keep the answers on which the verdicts wait."""
    case = writable_case(request, case_id)
    at = timezone.now()
    rows, asked = todays_treatments(case, at)
    form = forms.Checklist(request.POST, case=case, questions=asked)

    def act(data):
        answers, none = form.answers()
        actions.answer_checklist(
            case=case, version=data["version"], answers=answers, shown_none=none, by=request.user, at=at
        )

    done = perform(request, form, act, ("rehab:treatments", case.pk), gettext("Answers recorded."))
    return done or page(request, case, rows, forms.RecordTreatment(case=case), form)
