"""Find a runner, register one, let one in."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from clinic import actions, forms, invitations
from clinic.access import clinics_signed_in, clinics_treated_in, may_hand_out, treating_clinics
from clinic.asked import ask, what_was_asked
from clinic.changes import changes, of_runner
from clinic.consents import standings
from clinic.find import find_patients, likely_duplicates
from clinic.forms.entrance import Invitation, Withdrawal
from clinic.ids import is_uuid
from clinic.mail import send_invitation
from clinic.models import Case, Patient
from clinic.pages import addresses_of, day_words, key_of, letting_in, next_page, shown_cases
from clinic.views.cases import SAFE


def _treats(request):
    if not treating_clinics(request.user):
        raise PermissionDenied


@login_required
def find(request):
    """List the clinic's runners by name, from the letters typed so far."""
    _treats(request)
    if request.method == "POST":
        return ask(request, "clinic:find", forms.Find)
    form = forms.Find(what_was_asked(request))
    asked, address = (form.cleaned_data if form.is_valid() else {}), addresses_of("clinic:patient")
    patients, more = find_patients(
        request.user, name=asked.get("name") or "", born=asked.get("born"), after=_last_seen(request)
    )
    rows = [
        {"patient": patient, "born": day_words(patient.birth_date), "url": address(patient.pk)} for patient in patients
    ]
    request.shown = [(patient.clinic_id, patient.pk) for patient in patients]
    context = {
        "form": form,
        "rows": rows,
        "next_page": next_page(request, more and [str(more)]),
        "asked": any(asked.values()),
        "signs": bool(clinics_signed_in(request.user)),
    }
    template = "clinic/_patients.html" if request.htmx and not request.htmx.boosted else "clinic/find.html"
    return render(request, template, context)


def _last_seen(request):
    key = key_of(request, 1)
    return key[0] if key and is_uuid(key[0]) else None


@login_required
def register(request):
    """Register a runner and open the case of one leg; likely duplicates are shown first."""
    _treats(request)
    clinics = clinics_treated_in(request.user)
    form = forms.Registration(request.POST or None, clinics=clinics)
    duplicates = []
    if form.is_valid():
        data = dict(form.cleaned_data)
        clinic_id, side, sure = data.pop("clinic"), data.pop("side"), data.pop("not_a_duplicate")
        seen = {k: data[k] for k in ("surname", "given_name", "birth_date", "email", "phone")}
        told = {"clinic_id": clinic_id, "fields": data, "by": request.user, "at": timezone.now()}
        sure = sure or actions.just_registered(**told)
        duplicates = [] if sure else likely_duplicates(clinic_id, **seen)
        request.shown = [(clinic_id, known.pk) for known in duplicates]
        if not duplicates:
            return redirect("clinic:intake", case_id=actions.register_runner(**told, side=side).pk)
    status = 422 if form.is_bound and not duplicates else 200
    return render(request, "clinic/register.html", {"form": form, "duplicates": duplicates}, status=status)


@login_required
def patient(request, patient_id):
    """Show a runner's cases, and open one for another leg or another episode."""
    patient = _runner(request, patient_id)
    records = patient.clinic_id in treating_clinics(request.user)
    cases = list(Case.objects.visible_to(request.user).filter(patient=patient).order_by("-opened_at")[:20])
    open_sides = {case.side for case in cases if not case.closed_at}
    form = forms.OpenCase(request.POST or None, patient=patient, open_sides=open_sides) if records else None
    if form and form.is_valid():
        side = form.cleaned_data["side"]
        case = actions.open_case(patient=patient, side=side, by=request.user, at=timezone.now())
        return redirect("clinic:intake", case_id=case.pk)
    now = timezone.now()
    context = {
        "patient": patient,
        "rows": shown_cases(request.user, cases, now),
        "form": form,
        "consents": standings(patient),
    }
    context |= {"way_in": letting_in(patient, now) if records else None}
    context |= {"may_hand_out": may_hand_out(request.user, patient)}
    return render(request, "clinic/patient.html", context, status=422 if form and form.is_bound else 200)


@login_required
@require_GET
def changed(request, patient_id):
    """Show what was changed of a runner and of their cases, a page at a time."""
    patient = _runner(request, patient_id)
    found, more = changes(of_runner(patient), _last_seen(request))
    context = {"patient": patient, "changes": found, "next_page": next_page(request, more and [str(more)])}
    return render(request, "clinic/changes.html", context)


def _runner(request, patient_id):
    """Return a runner of a clinic in which this person treats; to who broke the glass, for reading alone."""
    _treats(request)
    people = Patient.objects.visible_to(request.user).select_related("clinic", "person")
    request.shown = patient = get_object_or_404(people, pk=patient_id)
    if request.method not in SAFE and patient.clinic_id not in treating_clinics(request.user):
        raise PermissionDenied
    return patient


@login_required
@require_POST
def invite(request, patient_id):
    """Mail a runner the link that lets them in; again, when they have lost it."""
    patient, now = _runner(request, patient_id), timezone.now()
    form = Invitation(request.POST, patient=patient, auto_id="invitation_%s")
    if form.is_valid():
        try:
            invitation, token = invitations.invite(patient=patient, **form.cleaned_data, by=request.user, at=now)
        except invitations.Overtaken:
            return _stand(request, patient, 409, overtaken=gettext("Nothing was sent."))
        except invitations.AddressTaken:
            form.add_error(
                "email", gettext("Somebody else signs in with this address. Ask the runner for another one.")
            )
        else:
            _mail(request, invitation, token)
            return _back(request, patient)
    return _stand(request, patient, 422, form=form)


def _mail(request, invitation, token):
    """Send the link.  Where no mail server takes it the invitation says so, and it can be sent again."""
    try:
        send_invitation(invitation, settings.SITE_URL + reverse("clinic:welcome", args=[token]))
    except OSError:
        messages.error(request, gettext("The mail could not be sent. Nothing is lost: send it again later."))
    else:
        invitations.mail_left(invitation=invitation, at=timezone.now())
        messages.success(
            request, gettext("A link that works once was sent to %(email)s.") % {"email": invitation.email}
        )


@login_required
@require_POST
def withdraw(request, patient_id):
    """Take back a link that nobody used."""
    patient = _runner(request, patient_id)
    form = Withdrawal(request.POST)
    if not form.is_valid():
        return _stand(request, patient, 422)
    try:
        invitations.withdraw(patient=patient, **form.cleaned_data, by=request.user, at=timezone.now())
    except invitations.Overtaken:
        return _stand(request, patient, 409, overtaken=gettext("Nothing was withdrawn."))
    messages.success(request, gettext("The invitation was withdrawn: its link opens nothing any more."))
    return _back(request, patient)


def _case_shown(request, patient):
    """Return the runner's case on whose page the form stood, or None: it stood on the runner's own page."""
    case_id = request.POST.get("case", "")
    return patient.cases.filter(pk=case_id).first() if is_uuid(case_id) else None


def _back(request, patient):
    """Go back to the page the form stood on."""
    case = _case_shown(request, patient)
    return redirect("clinic:case", case_id=case.pk) if case else redirect("clinic:patient", patient_id=patient.pk)


def _stand(request, patient, status, form=None, overtaken=""):
    """Show how the invitation stands now, and why nothing was done."""
    way_in = letting_in(patient, timezone.now(), case=_case_shown(request, patient), form=form)
    context = {"patient": patient, "way_in": way_in, "overtaken": overtaken}
    return render(request, "clinic/invite.html", context, status=status)
