"""What the runner who is signed in agrees to: read, given and taken back on the phone."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from clinic.consents import OtherWords, answer_consent, standings
from clinic.forms.consents import ConsentAnswer
from rehab.mine.frame import mine_of


@login_required
@never_cache
def my_consent(request):
    """Show each text with its answer, and keep a new one."""
    patient = mine_of(request.user).patient
    form = ConsentAnswer(request.POST if request.method == "POST" else None)
    status, sentence = 200, ""
    if form.is_valid():
        try:
            answer_consent(patient=patient, **form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, gettext("Your answer is kept. You can change it here at any time."))
            return redirect("rehab:my_consent")
        except OtherWords:
            status, sentence = 409, gettext("The text has changed since you read it. Read it once more.")
    elif form.is_bound:
        status, sentence = 422, gettext("Nothing was saved: tap one of the answers.")
    context = {"clinic": patient.clinic, "consents": standings(patient), "sentence": sentence}
    return render(request, "rehab/my_consent.html", context, status=status)
