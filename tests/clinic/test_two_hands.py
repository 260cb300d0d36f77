"""Forms that are sent twice, and two people on one runner: one record of each, nothing undone in silence."""

import datetime
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic import actions, glass
from clinic.models import Amendment, Case, CaseEvent, Patient, Task
from clinic.terms import Answer
from tests import factories
from tests.rehab.test_two_hands import at_once
from tests.world import as_read

RUNNER = {"given_name": "Ada", "surname": "Twice", "birth_date": datetime.date(1990, 1, 2), "sex": "female"}
pytestmark = pytest.mark.django_db(transaction=True)


def registering(clinic, by):
    """Return an act: send the registration."""
    return lambda: actions.register_runner(clinic_id=clinic.pk, fields=RUNNER, side="left", by=by, at=timezone.now())


def test_a_registration_sent_twice_at_once_makes_one_runner_with_one_case(clinic, clinician):
    assert at_once(registering(clinic, clinician), registering(clinic, clinician)) == [None, None]
    assert (Patient.objects.count(), Case.objects.count()) == (1, 1)
    assert Case.objects.get().events.count() == 1


def test_a_registration_sent_again_leads_to_the_case_it_made(clinic, clinician, at_work):
    browser, form = at_work(clinician), {**RUNNER, "side": "left", "clinic": str(clinic.pk), "not_a_duplicate": "on"}
    first, second = (browser.post(reverse("clinic:register"), form) for _ in range(2))

    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Patient.objects.count() == 1


def test_an_amendment_sent_twice_at_once_is_one(case, clinician, lead):
    actions.note(case=case, version=case.version, text="the right calf", by=clinician, at=timezone.now())
    version = case.version

    def amending():
        entry = CaseEvent.objects.select_related("case").get(case=case, kind="note")
        told = {"text": "the left calf", "reason": "typed wrongly"}
        actions.amend(entry=entry, version=version, **told, by=lead, at=timezone.now())

    assert at_once(amending, amending) == [None, None]
    assert Amendment.objects.count() == 1 and case.events.filter(kind="amendment").count() == 1


def test_the_same_name_on_another_day_is_asked_about_and_kept_apart(clinic, clinician):
    registering(clinic, clinician)()
    later = timezone.now() + datetime.timedelta(hours=1)
    actions.register_runner(clinic_id=clinic.pk, fields=RUNNER, side="left", by=clinician, at=later)

    assert Patient.objects.count() == 2


@pytest.mark.parametrize("sides", [("right", "right"), ("right", "both")])
def test_of_two_cases_opened_at_once_for_one_leg_one_stands(sides, clinic, clinician):
    patient = factories.PatientFactory(clinic=clinic)

    def opening(side):
        return lambda: actions.open_case(patient=patient, side=side, by=clinician, at=timezone.now())

    at_once(*map(opening, sides))

    assert patient.cases.count() == 1


def test_the_database_holds_one_open_case_a_leg(case, clinician):
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.CaseFactory(patient=case.patient, clinic=case.clinic, opened_by=clinician)
    Case.objects.filter(pk=case.pk).update(
        closed_at=timezone.now(), closed_by=clinician, closed_because="well", outcome="other"
    )
    factories.CaseFactory(patient=case.patient, clinic=case.clinic, opened_by=clinician)


def telling(case, by, allergies):
    """Return an act: save a story with what it says of the person, as it was read before."""
    seen = Case.objects.get(pk=case.pk)
    person = {"allergies": allergies, "anticoagulant": Answer.ABSENT}
    return lambda: actions.save_intake(
        case=seen, version=seen.version, story={"story": "Tight calf"}, person_facts=person, by=by, at=timezone.now()
    )


def test_what_one_case_says_of_the_person_makes_an_older_form_of_the_other_too_late(case, clinician, lead):
    other = factories.CaseFactory(patient=case.patient, clinic=case.clinic, side="right", opened_by=clinician)
    ends = at_once(telling(case, clinician, "penicillin"), telling(other, lead, ""))

    assert sorted(ends, key=str) == [None, "StaleRecord"]
    case.patient.refresh_from_db()
    assert case.patient.allergies == ("penicillin" if ends[0] is None else "")


def test_a_story_that_says_nothing_new_of_the_person_disturbs_no_other_case(case, clinician):
    other = factories.CaseFactory(patient=case.patient, clinic=case.clinic, side="right", opened_by=clinician)
    Patient.objects.filter(pk=case.patient_id).update(allergies="none known", anticoagulant=Answer.ABSENT)
    telling(case, clinician, "none known")()

    assert Case.objects.get(pk=other.pk).version == 1


def test_a_story_does_not_take_the_leg_of_another_open_case(case, clinician, at_work):
    factories.CaseFactory(patient=case.patient, clinic=case.clinic, side="right", opened_by=clinician)
    address = reverse("clinic:intake", args=[case.pk])
    form = {"patient": case.patient_id, "version": 1, "side": "right", "story": "Tight"}
    page = at_work(clinician).post(address, form)

    assert "another open case for this leg" in page.content.decode()
    assert Case.objects.get(pk=case.pk).side == "left"


def test_of_two_forms_of_the_admin_at_once_one_is_saved_and_one_is_told(clinic):
    at, got = reverse("admin:clinic_clinic_change", args=[clinic.pk]), []
    said = {name: getattr(clinic, name) for name in ("name", "emergency_number", "opening_hours", "core_fail_mode")}

    def saving(phone):
        browser = Client()
        browser.force_login(factories.member(clinic, "administrator", is_staff=True))
        read = as_read(browser, at)
        return lambda: got.append(browser.post(at, said | read | {"phone": phone}).status_code)

    assert at_once(saving("+34 1"), saving("+34 2")) == [None, None]
    assert sorted(got) == [302, 409]


def opening_from_outside(case):
    """Return an act: somebody of another clinic opens the record; each call is somebody else."""
    reader = factories.member(factories.ClinicFactory(), "clinician")
    why = {"reason": "emergency", "words": "Collapsed.", "from_clinic": reader.memberships.get().clinic}
    return lambda: glass.break_glass(patient=case.patient, **why, by=reader, at=timezone.now())


def test_a_record_opened_while_the_lead_sees_to_the_one_before_still_rings(case, lead):
    """The second opening begins at the worst moment: just after it was asked whether any is left unseen."""
    first, second = opening_from_outside(case)(), opening_from_outside(case)

    def open_on_a_connection_of_its_own():
        try:
            second()
        finally:
            connection.close()

    thread = Thread(target=open_on_a_connection_of_its_own)

    def look(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        if sql.startswith("SELECT") and '"seen_at" IS NULL' in sql and "clinic_breakglass" in sql and not thread.ident:
            thread.start()
            thread.join(2)  # it ends before that, or waits until what is under way is over
        return answer

    with connection.execute_wrapper(look):
        glass.see_glass(opening=first, by=lead, at=timezone.now())
    thread.join()

    assert case.patient.openings.count() == 2
    assert Task.objects.open().filter(case=case, code=glass.ALARM).exists()
