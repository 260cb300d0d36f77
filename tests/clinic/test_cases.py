"""Intake, the case page, its timeline, closing; and what the database refuses."""

import datetime
import re

import pytest
from django.db import Error, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from clinic import actions, triggers, written
from clinic.models import Case, CaseEvent, Clinic, Membership, Patient, Person
from clinic.phrases import said_again
from tests import factories


def story(case, **said):
    """What the intake form posts, unless told otherwise."""
    told = {
        "patient": case.patient_id,
        "version": case.version,
        "side": "left",
        "story": "A pull low in the calf",
        "previous_strain": "absent",
        "flat_feet": "present",
        "hypermobile": "absent",
        "core_training": "not_assessed",
        "anticoagulant": "absent",
        "pregnant": "absent",
    }
    return {**told, **said}


def intake(case):
    """The address of the story."""
    return reverse("clinic:intake", args=[case.pk])


def test_the_story_is_kept_with_its_silence(case, clinician, at_work):
    answer = at_work(clinician).post(intake(case), story(case, equipment=["band", "step"], onset_on="2026-01-05"))
    case.refresh_from_db()

    assert answer.status_code == 302
    assert (case.flat_feet, case.hypermobile, case.core_training) == ("present", "absent", "not_assessed")
    assert case.equipment == ["band", "step"]
    assert case.onset_on == datetime.date(2026, 1, 5)
    assert case.next_step == "Screen for danger"
    assert case.patient.anticoagulant == "absent"


def test_a_changed_story_does_not_set_the_path_back(case, clinician, at_work):
    Case.objects.filter(pk=case.pk).update(next_step="Sign the plan")

    at_work(clinician).post(intake(case), story(case))
    case.refresh_from_db()

    assert case.next_step == "Sign the plan"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("a day to come", {"onset_on": (timezone.now() + datetime.timedelta(days=2)).date().isoformat()}),
        ("a day before living memory", {"onset_on": "1800-01-01"}),
        ("weeks without a pregnancy", {"gestation_weeks": "12"}),
        ("weeks nobody reaches", {"pregnant": "present", "gestation_weeks": "60"}),
        ("no story", {"story": " "}),
        ("an unknown side", {"side": "middle"}),
        ("an unknown answer", {"flat_feet": "perhaps"}),
        ("unknown equipment", {"equipment": ["rocket"]}),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) else "",
)
def test_the_story_refuses(what, said, case, clinician, at_work):
    answer = at_work(clinician).post(intake(case), story(case, **said))
    case.refresh_from_db()

    assert answer.status_code == 422
    assert case.version == 1


def test_a_man_is_not_asked_whether_he_is_pregnant(case, clinician, at_work):
    Patient.objects.filter(pk=case.patient_id).update(sex="male")
    said = story(case)
    del said["pregnant"]

    assert b"Pregnant?" not in at_work(clinician).get(intake(case)).content
    assert at_work(clinician).post(intake(case), said).status_code == 302


def test_each_change_is_one_line_of_the_timeline_with_its_version(case, clinician):
    now = timezone.now()
    actions.note(case=case, version=1, text="Called the runner", by=clinician, at=now)
    actions.note(case=case, version=2, text="Called again", by=clinician, at=now)

    assert list(case.events.values_list("version", "text"))[:2] == [(3, "Called again"), (2, "Called the runner")]
    assert case.version == 3


def test_the_case_page_shows_whose_record_it_is(case, clinician, at_work):
    Patient.objects.filter(pk=case.patient_id).update(allergies="penicillin", anticoagulant="present")

    page = at_work(clinician).get(reverse("clinic:case", args=[case.pk])).content.decode()
    banner = re.search(r'<section class="patient-banner".*?</section>', page, re.DOTALL).group()

    for word in (case.patient.surname, "17 May 1991", "left calf", "penicillin", "Blood thinner", "Open alarms"):
        assert word in banner


def test_older_entries_follow_by_key(case, clinician, at_work):
    for version in range(1, 31):
        actions.note(case=case, version=version, text=f"note {version}", by=clinician, at=timezone.now())
    address = reverse("clinic:case", args=[case.pk])
    browser = at_work(clinician)
    first = browser.get(address).content.decode()
    older = browser.get(f"{address}?before=12", headers={"HX-Request": "true"}).content.decode()

    assert "note 30<" in first and "note 11<" in first and "note 10<" not in first
    assert "before=12" in first
    assert "note 10<" in older and "Case opened" in older and "<html" not in older


@pytest.mark.parametrize("before", ["x", "-1", "9" * 400, "²", ""])
def test_a_strange_key_of_the_timeline_harms_nothing(before, case, clinician, at_work):
    assert at_work(clinician).get(reverse("clinic:case", args=[case.pk]), {"before": before}).status_code == 200


def test_the_case_page_asks_the_database_at_most_15_times(case, clinician, at_work, django_assert_max_num_queries):
    for version in range(1, 31):
        actions.note(case=case, version=version, text="note", by=clinician, at=timezone.now())
    browser = at_work(clinician)

    with django_assert_max_num_queries(15):
        browser.get(reverse("clinic:case", args=[case.pk]))


def test_a_closed_case_can_be_read_and_not_written(case, clinician, at_work):
    browser = at_work(clinician)
    data = {"patient": case.patient_id, "version": 1, "outcome": "other", "because": "Runs again"}

    assert browser.post(reverse("rehab:close", args=[case.pk]), data).status_code == 302
    assert browser.get(reverse("clinic:case", args=[case.pk])).status_code == 200
    assert browser.post(intake(case), story(case, version=2)).status_code == 403
    case.refresh_from_db()
    assert (case.closed_because, case.closed_by, case.version) == ("Runs again", clinician, 2)


def test_one_leg_has_one_open_case(case, clinician, at_work):
    address = reverse("clinic:patient", args=[case.patient_id])
    browser = at_work(clinician)

    for side, status in (("left", 422), ("both", 422), ("right", 302)):
        assert browser.post(address, {"patient": case.patient_id, "side": side}).status_code == status, side
    assert Case.objects.filter(patient=case.patient).count() == 2


def test_a_case_is_not_opened_for_another_runner(case, clinician, at_work):
    other = factories.PatientFactory(clinic=case.clinic)

    at_work(clinician).post(reverse("clinic:patient", args=[other.pk]), {"patient": case.patient_id, "side": "right"})

    assert not other.cases.exists()


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("a side that no leg has", {"side": "up"}),
        ("a version below one", {"version": 0}),
        ("closed by nobody", {"closed_at": timezone.now()}),
        ("closed before it opened", {"closed_at": timezone.now() - datetime.timedelta(days=9), "closed_because": "x"}),
        ("closed without an outcome", {"closed_at": timezone.now(), "closed_because": "x", "outcome": ""}),
        ("an outcome while it is open", {"outcome": "running"}),
        ("an attention that does not exist", {"attention": 9}),
        ("an answer that is not one of three", {"flat_feet": "maybe"}),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) else "",
)
def test_the_database_refuses_a_case_with(what, fields, case):
    if "closed_because" in fields:
        fields = {"closed_by": case.opened_by, "outcome": "other", **fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**fields)


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("an unknown sex", {"sex": "x"}),
        ("an answer that is not one of three", {"anticoagulant": "maybe"}),
        ("weeks without a pregnancy", {"gestation_weeks": 12}),
        ("a birth in 1850", {"birth_date": datetime.date(1850, 1, 1)}),
        ("no name", {"surname_key": ""}),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) else "",
)
def test_the_database_refuses_a_patient_with(what, fields, case):
    with pytest.raises(IntegrityError), transaction.atomic():
        Patient.objects.filter(pk=case.patient_id).update(**fields)


def test_the_database_refuses_a_second_role_and_a_second_address(clinic, clinician):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(person=clinician, clinic=clinic, role="lead")
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.bulk_create([Person(email=clinician.email.upper(), name="Twin")])


@pytest.mark.parametrize(
    ("side", "en", "es"),
    [("left", "left calf", "pantorrilla izquierda"), ("both", "both calves", "ambas pantorrillas")],
)
def test_that_a_case_was_opened_names_its_leg_or_both(side, en, es, case, clinician):
    patient = factories.PatientFactory(clinic=case.clinic)
    opened = actions.open_case(patient=patient, side=side, by=clinician, at=timezone.now())

    line = opened.events.get().text
    assert line == f"Case opened: {en}"
    with translation.override("es"):
        assert said_again(line) == f"Caso abierto: {es}"
    told = written.health_elsewhere("story", side)
    assert f"({en})" in told
    with translation.override("es"):
        assert f"({es})" in said_again(told)


@pytest.mark.parametrize("harm", ["update", "delete"])
def test_the_timeline_is_only_added_to(harm, case):
    lines = CaseEvent.objects.filter(case=case)
    with pytest.raises(Error, match="added, never changed"), transaction.atomic():
        lines.update(text="nothing happened") if harm == "update" else lines.delete()

    assert lines.get().text.startswith("Case opened")


def test_the_triggers_of_the_timeline_are_registered_by_name(db):
    assert {"clinic_caseevent_no_update", "clinic_caseevent_no_delete"} <= set(triggers.registered())


def test_a_clinic_names_its_emergency_number_and_hours():
    required = [name for name in ("emergency_number", "opening_hours") if not Clinic._meta.get_field(name).blank]

    assert required == ["emergency_number", "opening_hours"]


@pytest.mark.parametrize("name", ["clinic:intake", "rehab:close", "triage:screening", "triage:examination"])
def test_a_page_for_writing_does_not_open_in_a_closed_case(name, case, clinician, at_work):
    actions.close_case(case=case, version=1, outcome="running", because="Runs again", by=clinician, at=timezone.now())
    answer = at_work(clinician).get(reverse(name, args=[case.pk]))

    assert answer.status_code == 403 and "The case is closed" in answer.content.decode()


def test_the_path_of_a_closed_case_leads_nowhere(case, clinician, at_work):
    actions.close_case(case=case, version=1, outcome="running", because="Runs again", by=clinician, at=timezone.now())
    page = at_work(clinician).get(reverse("clinic:case", args=[case.pk])).content.decode()

    assert reverse("triage:screening", args=[case.pk]) not in page
    assert reverse("clinic:intake", args=[case.pk]) not in page


def test_both_calves_are_named_as_two(case, clinician, at_work):
    case.side = "both"
    case.save(update_fields=["side"])

    assert "both calves" in at_work(clinician).get(reverse("clinic:case", args=[case.pk])).content.decode()
