"""The answer to a form that Django's check of its token refuses: 403, nothing written, what was typed still in sight.

Mostly somebody has signed in again in another tab, and the first tab sends what it holds under the token of before.
It may also be a page of a stranger that sends a form in somebody's name.  So nothing is kept here, not as a draft
either, nothing of a record is shown, and no form stands on the page that one tap would send under a good token.
Who answered yes to a danger is told what to do all the same, and that nobody else knows of it.
"""

from types import SimpleNamespace

from django.conf import settings
from django.db import Error
from django.http import JsonResponse
from django.urls import reverse

from clinic.conflict import posted_in, typed_values
from clinic.emergency import urgent_page
from clinic.forms.worded import fields_at
from clinic.terms import Answer
from rehab.mine.intake import BY_SLUG
from rehab.mine.intake_forms import Risks, risk_codes
from rehab.mine.offline import owner_of
from triage.actions import what_now
from triage.knowledge import triage_knowledge

ASKS_DANGER = ("rehab:my_safety", "rehab:my_intake_topic")  # where a runner answers what stops them
OF_A_PHONE = ("rehab:my_outbox", "rehab:my_opened")  # what they carry waits on the phone until the clinic has it
ABOUT = {"case_id": "clinic:case", "patient_id": "clinic:patient"}  # where the fresh page of a record is reached
TYPED_AT = ("rehab:my_", "admin:", "clinic:register")  # beside the pages of a record; never where somebody signs in
UNSEEN = {"key", "began", "told_at", "read_at", "leg", "item", "run"}  # what a page of the runner sends along by itself


def stale_form(request, reason=""):
    """Say that nothing was taken, show what was typed, and say what to do; after a danger say that before all else."""
    match, posted = getattr(request, "resolver_match", None), posted_in(request)
    name, asked_for = (match.view_name, match.kwargs) if match else ("", {})
    try:
        clinic, owner, is_reached = *clinic_and_owner(request), True
    except Error:
        clinic, owner, is_reached = no_clinic(), "", False
    stop = stop_in(name, asked_for, posted, clinic)
    if name == "rehab:my_outbox":
        answer = JsonResponse({"stale": True}, status=403)  # a fault to the phone: it keeps all, and fetches a token
    elif stop:
        told = {"stop": stop, "owner": owner, "told_at": posted.get("told_at", ""), "is_stale": True}
        answer = urgent_page("rehab/my_stop_now.html", told, status=403)
    else:
        typed = typed_at(name, asked_for, posted) if is_from_here(request) else []
        told = {"typed": typed, "again": again_at(request, name, asked_for), "is_of_phone": name in OF_A_PHONE}
        answer = urgent_page("clinic/stale.html", told, status=403)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.is_outage = not is_reached
    return answer


def is_from_here(request):
    """Return whether no other site sent this, as the browser says: a stranger's words stand on no page of ours."""
    return request.headers.get("Sec-Fetch-Site") != "cross-site"


def clinic_and_owner(request):
    """Return whom to call, and the name of the runner's records on their phone, empty for anybody else."""
    person = getattr(request, "user", None)
    patient = getattr(person, "patient", None)
    return (patient.clinic, owner_of(person)) if patient else (no_clinic(), "")


def no_clinic():
    """Return the numbers to call where nobody knows which clinic it is."""
    return SimpleNamespace(emergency_number=settings.EMERGENCY_NUMBER, phone="", opening_hours="")


def stop_in(name, asked_for, posted, clinic):
    """Return what to do now where a runner answered yes to a danger, or to a risk that stops; None without one.

    Of a question sent twice one yes is enough: the form was not read as a whole, and a danger outweighs a doubt.
    """
    if name not in ASKS_DANGER:
        return None
    topic = BY_SLUG.get(asked_for.get("slug"))
    yes = [question.code for question in triage_knowledge().safety_set if says_yes(posted, question.code)]
    is_at_risk = topic is not None and topic.form is Risks and any(says_yes(posted, code) for code in risk_codes())
    return what_now(yes, clinic) if yes or is_at_risk else None


def says_yes(posted, code):
    """Return whether a question was answered yes."""
    return Answer.PRESENT in posted.getlist(code)


def typed_at(name, asked_for, posted):
    """Return what was typed as (label, value); nothing of a sign-in, and nowhere a password."""
    if name in OF_A_PHONE or not (name.startswith(TYPED_AT) or ABOUT.keys() & asked_for.keys()):
        return []
    seen = posted.copy()
    for field in list(seen):
        if field in UNSEEN or "password" in field or field.startswith("_") or field.endswith("_FORMS"):
            del seen[field]
    return list(typed_values(seen, fields_at(name)))


def again_at(request, name, asked_for):
    """Return where the page is opened anew: of a record its own page, which leads to every form of it."""
    if name in OF_A_PHONE:
        return reverse("rehab:my_today")
    return next((reverse(page, args=[asked_for[key]]) for key, page in ABOUT.items() if key in asked_for), request.path)
