"""One small builder per noun, said in clinic words."""

import datetime

import factory
from django.utils import timezone

from clinic.consents import answer_consent, consent_texts
from clinic.models import Case, CaseEvent, Clinic, Membership, Patient, Person, Task

PASSWORD = "a long enough one"


class ClinicFactory(factory.django.DjangoModelFactory):
    """A practice with all that its emergency texts need."""

    class Meta:
        model = Clinic

    name = factory.Sequence(lambda n: f"Riverside Running Clinic {n}")
    phone = "+34 911 000 000"
    emergency_number = "112"
    opening_hours = "Monday to Friday, 8 to 18"


class PersonFactory(factory.django.DjangoModelFactory):
    """Somebody who can sign in."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")

    @factory.post_generation
    def password(person, create, word, **kwargs):
        person.set_password(word or PASSWORD)
        person.save()


def member(clinic, role, **fields):
    """Return a person with a role in a clinic."""
    person = PersonFactory(**fields)
    Membership.objects.create(person=person, clinic=clinic, role=role)
    return person


class PatientFactory(factory.django.DjangoModelFactory):
    """A runner the clinic knows; ``person=None`` for one who cannot sign in."""

    class Meta:
        model = Patient

    clinic = factory.SubFactory(ClinicFactory)
    person = factory.SubFactory(PersonFactory)
    given_name = "Rosa"
    surname = factory.Sequence(lambda n: f"Runner{n:03}")
    birth_date = datetime.date(1991, 5, 17)
    sex = "female"
    registered_at = factory.LazyFunction(timezone.now)
    registered_by = factory.SubFactory(PersonFactory)


class CaseFactory(factory.django.DjangoModelFactory):
    """An open case: ``CaseFactory(attention=5)``."""

    class Meta:
        model = Case
        skip_postgeneration_save = True

    patient = factory.SubFactory(PatientFactory)
    clinic = factory.SelfAttribute("patient.clinic")
    side = "left"
    opened_at = factory.LazyFunction(timezone.now)
    opened_by = factory.SubFactory(PersonFactory)

    @factory.post_generation
    def opened(case, create, said, **kwargs):
        CaseEvent.objects.create(
            case=case, version=1, at=case.opened_at, by=case.opened_by, kind="opened", text="Case opened: left calf"
        )


def a_task(case, by, code="red_session", **fields):
    """Return an open task of a case, due tomorrow unless told otherwise; written without the actions."""
    now = timezone.now()
    told = {"text": code.replace("_", " "), "due": now + datetime.timedelta(days=1), "opened_at": now, **fields}
    return Task.objects.create(case=case, code=code, opened_by=by, **told)


def agreeing(patient, *kinds):
    """Let a runner agree to these texts, or to all of them, on their phone; return the runner."""
    for kind in kinds or consent_texts():
        told = {"kind": kind, "version": consent_texts()[kind].version, "agreed": True}
        answer_consent(patient=patient, **told, by=patient.person, at=timezone.now())
    return patient
