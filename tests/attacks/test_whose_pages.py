"""Whose page it is: each says so, holds nothing of anybody else, and shows nothing to who belongs to no clinic."""

import datetime
import re

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from clinic.links import linked_tables
from clinic.models import Membership, Person
from config.policy import CASE, DOORS, OWN, PATIENT
from tests.attacks.kin import world_of
from tests.attacks.wire import browser_of
from tests.factories import ClinicFactory
from tests.test_doors import product_doors, where
from tests.world import address

pytestmark = pytest.mark.django_db
A_KEY = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NO_PAGE = {  # what shows something of a runner and is no page: a part of one, or a file that names nobody on purpose
    "triage:level": "a part of the screening's page",
    "triage:judge": "a part of the examination's page",
    "clinic:draft": "what was typed into a form, as JSON",
    "triage:letter_pdf": "a file; tests/triage/test_letter_paper.py reads it",
    "rehab:plan_handout": "a file; tests/rehab/test_paper.py reads it",
    "rehab:report": "a file; tests/rehab/test_report.py reads it",
    "rehab:patient_data_json": "a file; tests/rehab/test_handed_out.py reads it",
    "rehab:patient_data_pdf": "a file; tests/rehab/test_handed_out.py reads it",
    "rehab:plan_preview": "the page as the runner sees it, under the runner's own head",
}


@pytest.fixture(scope="module")
def wide(world, django_db_blocker):
    """The world, with the same kind of rows of everybody else."""
    with django_db_blocker.unblock():
        return world_of(world)


def pages(world, browser, *shows):
    """Yield (door, body) of every address that shows somebody and answers this browser with something."""
    for name, pattern in product_doors().items():
        if DOORS[name].shows in shows:
            answer = browser.get(where(world, name, pattern))
            if answer.status_code == 200:
                yield name, b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_each_clinical_page_says_whose_it_is(world):
    patient, unnamed, seen = world.case.patient, {}, set()
    born = {date_format(patient.birth_date, form) for form in ("SHORT_DATE_FORMAT", "DATE_FORMAT")}
    for name, body in pages(world, browser_of(world, "lead"), CASE, PATIENT):
        seen.add(name)
        if name not in NO_PAGE:
            words = body.decode()
            told = patient.surname in words and any(day in words for day in born)
            if not told:
                unnamed[name] = (patient.surname in words, born)

    assert unnamed == {}
    assert len(seen) > 20, seen


def test_what_a_runner_is_shown_holds_no_key_of_anybody_elses_row(wide):
    runner = wide.case.patient
    foreign = set()
    for table in linked_tables():
        theirs = table.about(runner)
        rows = table.model._default_manager.all()
        rows = rows if theirs is None else rows.exclude(pk__in=theirs.values("pk"))
        foreign |= {str(key) for key in rows.values_list("pk", flat=True)}
    found, seen = {}, 0
    for name, body in pages(wide, browser_of(wide, "runner"), OWN):
        seen += 1
        if strange := foreign & {key.decode() for key in A_KEY.findall(body)}:
            found[name] = strange

    assert found == {}
    assert seen > 10 and len(foreign) > 100, (seen, len(foreign))


def nobody_in_particular(world):
    """A sign-in that belongs to no clinic and to no runner."""
    return Person.objects.create_user("nobody@example.org", name="Nobody Inparticular", is_staff=True)


def one_who_left(world):
    """A clinician of this clinic whose role has ended."""
    return a_former_member(world, "left@example.org")


def one_who_left_for_elsewhere(world):
    """The same, who works in another clinic now."""
    person = a_former_member(world, "moved@example.org")
    Membership.objects.create(person=person, clinic=ClinicFactory(), role="clinician")
    return person


def a_former_member(world, email):
    """Make a clinician whose role has ended."""
    person = Person.objects.create_user(email, name="Former Member")
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Membership.objects.create(person=person, clinic=world.clinic, role="clinician", ended_on=yesterday)
    return person


@pytest.mark.parametrize("made", [nobody_in_particular, one_who_left, one_who_left_for_elsewhere])
def test_who_belongs_to_no_clinic_finds_nobodys_record(world, client, made):
    person = made(world)
    client.force_login(person)
    runners = {case.patient.surname.encode() for case in (world.case, world.theirs)}
    leaks = {}
    for name, pattern in product_doors().items():
        answer = client.get(where(world, name, pattern))
        body = b"" if answer.streaming else answer.content
        if DOORS[name].shows in (CASE, PATIENT) and answer.status_code not in (403, 404, 405):
            leaks[name] = answer.status_code
        if any(surname in body for surname in runners):
            leaks[name] = "a name"

    assert leaks == {}
    assert client.get(address("clinic:case", world.case.pk)).status_code == 404


def test_a_clinician_who_is_a_runner_elsewhere_treats_there_nobody(world, client):
    clinician = world.people["stranger"]
    patient = world.people["fellow"].patient
    type(patient).objects.filter(pk=patient.pk).update(person=clinician)
    client.force_login(clinician)

    assert client.get(address("clinic:patient", patient.pk)).status_code == 404
    assert client.get(address("clinic:patient", world.theirs.patient_id)).status_code == 200
