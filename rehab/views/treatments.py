"""What may be done with the hands today, and what was done."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone

from clinic.access import may_sign
from rehab import actions, forms
from rehab.pages import given_treatments, perform, treatment_rows
from rehab.views.plans import readable_case, writable_case

FIELDS = ("treatment", "given_at", "site", "indication", "reason", "response", "version")


@login_required
def treatments(request, case_id):
    """Show each treatment with today's verdict; on POST keep one through the gate."""
    case = writable_case(request, case_id) if request.method == "POST" else readable_case(request, case_id)
    at = timezone.now()
    rows = treatment_rows(case, at)
    forbidden = [row.code for row in rows if row.verdict == "forbidden"]
    form = forms.RecordTreatment(request.POST or None, case=case, forbidden=forbidden)

    def act(data):
        kept = {name: data[name] for name in FIELDS}
        actions.record_treatment(case=case, **kept, by=request.user, at=at)

    done = request.method == "POST" and perform(request, form, act, ("rehab:treatments", case.pk), "Treatment recorded.")
    context = {"case": case, "rows": rows, "form": form}
    context |= {"given": given_treatments(case), "may_sign": may_sign(request.user, case)}
    return done or render(request, "rehab/treatments.html", context, status=422 if form.is_bound else 200)
