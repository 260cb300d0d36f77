"""The same kind of row of somebody else: of another clinic, of another runner here, of the runner's other leg."""

from types import SimpleNamespace
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core.exceptions import FieldError
from django.test import Client
from django.utils import timezone

from clinic.models import BreakGlass, Clinic, Patient, Person
from clinic.models.glass import LASTS
from rehab.models import WatchExport
from tests import factories
from tests.attacks.hazards import ZERO
from tests.course import a_course
from tests.world import a_case, a_session, draft_of, item_of

TO_A_CASE = ("case", "plan__case", "session__case", "item__plan__case", "patient__cases", "screening__case", "cases")


def others(world):
    """Make what the world lacks and return {whose: case}; with all that an address can name."""
    by, clinic = world.people["clinician"], world.clinic
    cases = {
        "another clinic's": world.theirs,
        "another runner's": a_case(clinic, by, patient=world.people["fellow"].patient),
        "the other leg's": a_case(clinic, by, patient=world.case.patient, side="right"),
    }
    outside = factories.member(factories.ClinicFactory(), "clinician")
    for case in (world.case, *cases.values()):
        an_opening(case, outside)
    for case in cases.values():
        a_session(case)
        if case != world.theirs:
            a_course(case, by)
        factories.a_task(case, by, "red_flag", is_alarm=True, level="D")
        person = case.patient.person
        WatchExport.objects.create(case=case, sent_at=timezone.now(), sent_by=person)
        data = {"name": "phone", "credential": {}}
        Authenticator.objects.get_or_create(user=person, type="webauthn", defaults={"data": data})
        elsewhere = Client()
        elsewhere.force_login(Person.objects.get(pk=person.pk))
        elsewhere.get("/preferences/")  # a place where they are signed in
    return cases


def an_opening(case, by):
    """Let somebody of a third clinic have opened the record of this runner."""
    now, (place, *_) = timezone.now(), by.roles
    told = {"reason": "emergency", "words": "fainted", "opened_at": now, "expires": now + LASTS}
    whose = {"clinic": case.clinic, "patient": case.patient, "opened_by": by, "from_clinic_id": place}
    return BreakGlass.objects.create(**whose, **told)


def named(case):
    """Return what addresses can name of a case: {parameter: id}."""
    return {
        "case_id": case.pk,
        "patient_id": case.patient_id,
        "item_id triage": item_of(case).pk,
        "item_id rehab": draft_of(case).items.first().pk,
        "offer_id": case.step_offers.first().pk,
        "session_id": case.sessions.filter(plan__isnull=False).first().pk,
        "export_id": case.watch_exports.first().pk,
        "task_id": case.tasks.filter(is_alarm=True).first().pk,
        "entry_id": case.events.filter(kind="plan_signed").first().pk,
        "place_id": UserSession.objects.filter(user=case.patient.person).first().pk,
        "glass_id": case.patient.openings.order_by("pk").first().pk,
        "key_id": Authenticator.objects.filter(user=case.patient.person).first().pk,
    }


def row_of(model, case):
    """Return a row of this kind that belongs to a case, or None."""
    direct = {type(case): case, Patient: case.patient, Clinic: case.clinic, Person: case.patient.person}
    if model in direct:
        return direct[model]
    for path in TO_A_CASE:
        try:
            return model._base_manager.filter(**{path: case}).order_by("pk").first()
        except FieldError:
            continue
    return None


def model_of(value):
    """Return the model whose row a UUID names, or None."""
    try:
        key = UUID(str(value))
    except ValueError:
        return None
    for model in apps.get_models():
        pk = model._meta.pk
        if pk.get_internal_type() == "UUIDField" and model._base_manager.filter(pk=key).exists():
            return model
    return None


def swaps(value, cases):
    """Yield (whose, id) of every row that could stand in the place of this one; nonsense last."""
    model = model_of(value)
    for whose, case in cases.items():
        row = row_of(model, case) if model else None
        if row is not None and str(row.pk) != str(value):
            yield whose, str(row.pk)
    if model:
        yield "nobody's", ZERO


def world_of(world):
    """Return the world with its kin."""
    return SimpleNamespace(**vars(world), kin=others(world))
