"""Two people edit one row of the admin: the second to save is told, keeps what they typed, and overwrites nothing."""

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Membership
from rehab.actions import sync_catalogue
from rehab.models import ExerciseMedia, Wording
from tests import factories
from tests.world import as_read, came_in

pytestmark = pytest.mark.django_db
TOLD = "Somebody else changed this while you had it open"


@pytest.fixture
def two(clinic):
    """The browsers of two administrators of one clinic."""
    browsers = []
    for person in (factories.member(clinic, "administrator", is_staff=True) for _ in range(2)):
        browsers.append(Client())
        browsers[-1].force_login(person)
        came_in(browsers[-1], person)
    return browsers


def of_the_clinic(clinic):
    """The page of the clinic and its form."""
    said = {name: getattr(clinic, name) for name in ("name", "phone", "emergency_number", "opening_hours")}
    return clinic, "name", said | {"core_fail_mode": "deficit", "alarm_email": ""}


def of_a_person(clinic):
    """The page of an assistant, with their role."""
    person = factories.member(clinic, "assistant")
    said = {"name": person.name, "email": person.email, "is_active": "on"}
    return person, "name", said | roles_of(person)


def roles_of(person):
    """The part of the form with the roles of a person."""
    rows, said = list(person.memberships.all()), {"memberships-MAX_NUM_FORMS": 1000}
    for number, row in enumerate(rows):
        given = {"id": row.pk, "person": person.pk, "clinic": row.clinic_id, "role": row.role, "ended_on": ""}
        said |= {f"memberships-{number}-{name}": value for name, value in given.items()}
    return said | {"memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": len(rows)}


def of_an_exercise(clinic):
    """The page of what the clinic says of an exercise, with no picture."""
    sync_catalogue()
    said = {"name": "", "cues": "", "faults": "", "media-TOTAL_FORMS": 0, "media-INITIAL_FORMS": 0}
    return Wording.objects.create(exercise_id="BIRD_DOG", clinic=clinic), "name", said


ROWS = {"a clinic": of_the_clinic, "a person": of_a_person, "an exercise": of_an_exercise}


def page_of(row):
    """The address where a row is edited."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


@pytest.mark.parametrize("what", ROWS)
def test_the_second_to_save_a_row_is_told_and_overwrites_nothing(what, clinic, two):
    (row, name, said), (first, second) = ROWS[what](clinic), two
    at = page_of(row)
    mine, theirs = as_read(first, at), as_read(second, at)
    assert first.post(at, said | mine | {name: "Said first"}).status_code == 302

    late = second.post(at, said | theirs | {name: "Said second"})
    row.refresh_from_db()
    assert (late.status_code, getattr(row, name)) == (409, "Said first")
    assert TOLD in late.content.decode() and 'value="Said second"' in late.content.decode()


@pytest.mark.parametrize("what", ROWS)
def test_sent_once_more_it_is_refused_once_more_and_taken_as_it_is_now(what, clinic, two):
    (row, name, said), (first, second) = ROWS[what](clinic), two
    at = page_of(row)
    theirs = as_read(second, at)
    first.post(at, said | as_read(first, at) | {name: "Said first"})
    late = second.post(at, said | theirs | {name: "Said second"}).content.decode()

    assert theirs["as_read"] in late, "the page shown again stands on what was read, not on what nobody read"
    assert second.post(at, said | theirs | {name: "Said second"}).status_code == 409
    assert second.post(at, said | as_read(second, at) | {name: "Said second"}).status_code == 302
    row.refresh_from_db()
    assert getattr(row, name) == "Said second"


@pytest.mark.parametrize("seal", [None, "", "made up", "0" * 43])
def test_a_form_without_a_true_seal_saves_nothing(seal, clinic, two):
    at, said = page_of(clinic), of_the_clinic(clinic)[2]
    answer = two[0].post(at, said | {"name": "Forged"} | ({} if seal is None else {"as_read": seal}))

    clinic.refresh_from_db()
    assert (answer.status_code, clinic.name != "Forged") == (409, True)


def test_the_seal_of_another_row_is_none_of_this_one(clinic, two):
    one, other = (factories.member(clinic, "assistant") for _ in range(2))
    said = {"name": "Mixed", "email": one.email, "is_active": "on"} | roles_of(one)
    answer = two[0].post(page_of(one), said | as_read(two[0], page_of(other)))

    one.refresh_from_db()
    assert (answer.status_code, one.name != "Mixed") == (409, True)


def test_a_role_given_meanwhile_is_not_overwritten(clinic, two):
    person, _, said = of_a_person(clinic)
    at, (first, second) = page_of(person), two
    theirs = as_read(second, at)
    raised = first.post(at, said | as_read(first, at) | {"memberships-0-role": "administrator"})

    late = second.post(at, said | theirs | {"memberships-0-ended_on": "2026-01-01"})
    assert (raised.status_code, late.status_code) == (302, 409)
    assert [(row.role, row.ended_on) for row in Membership.objects.filter(person=person)] == [("administrator", None)]


def test_a_picture_put_there_meanwhile_makes_the_page_old(clinic, two):
    wording, _, said = of_an_exercise(clinic)
    theirs = as_read(two[1], page_of(wording))
    ExerciseMedia.objects.create(wording=wording, description="A dog", file="dog.png")
    assert two[1].post(page_of(wording), said | theirs | {"name": "Pointer"}).status_code == 409


def test_who_signs_in_meanwhile_makes_no_page_old(clinic, two):
    person, _, said = of_a_person(clinic)
    theirs = as_read(two[1], page_of(person))
    person.last_login, person.session_secret = "2026-01-01T00:00Z", "another"
    person.save()
    assert two[1].post(page_of(person), said | theirs | {"name": "Renamed"}).status_code == 302


def test_another_mistake_in_the_form_keeps_what_the_page_stands_on(clinic, two):
    at, said, read = page_of(clinic), of_the_clinic(clinic)[2], as_read(two[0], page_of(clinic))
    wrong = two[0].post(at, said | read | {"phone": ""})
    assert (wrong.status_code, read["as_read"] in wrong.content.decode()) == (200, True)
