"""Find a runner, register one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic import actions, forms
from clinic.access import clinics_treated_in, treating_clinics
from clinic.find import find_patients, likely_duplicates
from clinic.mail import send_invitation, welcome_path
from clinic.models import Case, Patient
from clinic.pages import addresses_of, day_words, is_uuid, key_of, next_page


def _treats(request):
    if not treating_clinics(request.user):
        raise PermissionDenied


@login_required
def find(request):
    """List the clinic's runners by name, from the letters typed so far."""
    _treats(request)
    form = forms.Find(request.GET)
    asked, address = (form.cleaned_data if form.is_valid() else {}), addresses_of("clinic:patient")
    patients, more = find_patients(
        request.user, name=asked.get("name") or "", born=asked.get("born"), after=_names_key(request)
    )
    rows = [
        {"patient": patient, "born": day_words(patient.birth_date), "url": address(patient.pk)} for patient in patients
    ]
    context = {"form": form, "rows": rows, "next_page": next_page(request, more), "asked": any(asked.values())}
    template = "clinic/_patients.html" if request.htmx and not request.htmx.boosted else "clinic/find.html"
    return render(request, template, context)


def _names_key(request):
    key = key_of(request, 3)
    return [str(key[0]), str(key[1]), key[2]] if key and is_uuid(key[2]) else None


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
        if not duplicates:
            return redirect("clinic:intake", case_id=actions.register_runner(**told, side=side).pk)
    return render(request, "clinic/register.html", {"form": form, "duplicates": duplicates})


@login_required
def patient(request, patient_id):
    """Show a runner's cases, and open one for another leg or another episode."""
    _treats(request)
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=patient_id)
    cases = list(Case.objects.visible_to(request.user).filter(patient=patient).order_by("-opened_at")[:20])
    open_sides = {case.side for case in cases if not case.closed_at}
    form = forms.OpenCase(request.POST or None, patient=patient, open_sides=open_sides)
    if form.is_valid():
        side = form.cleaned_data["side"]
        case = actions.open_case(patient=patient, side=side, by=request.user, at=timezone.now())
        return redirect("clinic:intake", case_id=case.pk)
    invitation = forms.Invitation(patient=patient)
    context = {"patient": patient, "cases": cases, "form": form, "invitation": invitation}
    return render(request, "clinic/patient.html", context)


@login_required
@require_POST
def invite(request, patient_id):
    """Give a runner a sign-in of their own, and mail the link; again, when they have lost it."""
    _treats(request)
    patient = get_object_or_404(Patient.objects.visible_to(request.user).select_related("clinic"), pk=patient_id)
    form = forms.Invitation(request.POST, patient=patient)
    if form.is_valid():
        try:
            person = actions.give_sign_in(patient=patient, email=form.cleaned_data["email"])
            send_invitation(person, patient.clinic, request.build_absolute_uri(welcome_path(person)))
            messages.success(request, f"A link that works once was sent to {person.email}.")
            return redirect("clinic:patient", patient_id=patient.pk)
        except actions.AddressTaken:
            form.add_error("email", "Somebody already signs in with this address. Ask the runner for another one.")
        except OSError:
            form.add_error(None, "The mail could not be sent. Nothing is lost: try again later.")
    return render(request, "clinic/invite.html", {"patient": patient, "invitation": form}, status=422)
