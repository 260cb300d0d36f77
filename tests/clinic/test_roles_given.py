"""Who gives a role, and to whom: never to oneself, and who signs is named by the clinic's lead."""

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.models import Membership
from tests import factories
from tests.world import as_read

pytestmark = pytest.mark.django_db


def page_of(person, what="change"):
    """The address of a person's page in the admin."""
    return reverse(f"admin:clinic_person_{what}" if what != "password" else "admin:auth_user_password_change",
                   args=[person.pk])  # fmt: skip


def form(person, *rows, **fields):
    """What the page of a person sends: one dictionary for each role on it, the kept ones (with an id) first."""
    kept = sum("id" in row for row in rows)
    told = {"name": person.name, "email": person.email, "is_active": "on", "is_staff": "on"}
    told |= {"memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": kept, **fields}
    for number, row in enumerate(rows):
        told |= {f"memberships-{number}-{name}": value for name, value in {"person": person.pk, **row}.items()}
    return told


def saved(browser, person, *rows, **fields):
    """The answer to the page of a person, read and sent."""
    return browser.post(page_of(person), form(person, *rows, **fields) | as_read(browser, page_of(person)))


def roles():
    """Every role that anybody has or had."""
    rows = Membership.objects.order_by("pk").values_list("person", "clinic", "role", "ended_on")
    return {row[:3]: row[3] for row in rows}


@pytest.mark.parametrize("who", ["administrator", "lead", "root"])
@pytest.mark.parametrize("role", ["lead", "clinician", "assistant", "administrator"])
def test_nobody_changes_their_own_role(who, role, clinic, request, at_work):
    person = (
        factories.member(clinic, "administrator", is_superuser=True) if who == "root" else request.getfixturevalue(who)
    )
    person.is_staff = True
    person.save()
    own, elsewhere = person.memberships.get(), factories.ClinicFactory()
    browser, before = at_work(person), roles()

    for rows in (
        [{"id": own.pk, "clinic": clinic.pk, "role": role}],
        [{"id": own.pk, "clinic": clinic.pk, "role": own.role, "ended_on": "2026-01-01"}],
        [{"clinic": elsewhere.pk, "role": role}],
    ):  # fmt: skip
        saved(browser, person, *rows)
        assert roles() == before


def test_no_role_of_ones_own_is_put_on_the_page_of_somebody_else(administrator, assistant, clinic, at_work):
    own, theirs, before = administrator.memberships.get(), assistant.memberships.get(), roles()
    browser = at_work(administrator)

    for row in (
        {"id": own.pk, "clinic": clinic.pk, "role": "lead"},
        {"id": theirs.pk, "clinic": clinic.pk, "role": "administrator", "person": administrator.pk},
        {"id": theirs.pk, "clinic": clinic.pk, "role": "lead", "person": administrator.pk},
    ):
        saved(browser, assistant, row)
        assert {key: ended for key, ended in roles().items() if key[0] == administrator.pk} == {
            (administrator.pk, clinic.pk, "administrator"): None
        }
    saved(browser, assistant, {"clinic": clinic.pk, "role": "lead", "person": administrator.pk})
    assert roles().keys() == before.keys()


@pytest.mark.parametrize(
    ("who",           "role",          "given"),
    [
        ("administrator", "assistant",     True),
        ("administrator", "administrator", True),
        ("administrator", "clinician",     False),
        ("administrator", "lead",          False),
        ("lead",          "clinician",     True),
        ("lead",          "lead",          True),
    ],
)  # fmt: skip
def test_who_signs_is_named_by_the_lead(who, role, given, clinic, request, at_work):
    by, person = request.getfixturevalue(who), factories.PersonFactory()
    by.is_staff = True
    by.save()

    page = saved(at_work(by), person, {"clinic": clinic.pk, "role": role})

    assert Membership.objects.filter(person=person, clinic=clinic, role=role).exists() is given
    assert page.status_code == (302 if given else 200)


def test_a_colleague_made_up_by_an_administrator_cannot_be_made_a_clinician(administrator, clinic, at_work):
    person = factories.member(clinic, "assistant")
    row = {"id": person.memberships.get().pk, "clinic": clinic.pk, "role": "clinician"}
    page = saved(at_work(administrator), person, row).content.decode()

    assert person.memberships.get().role == "assistant"
    assert "named by the lead" in page


def test_an_administrator_ends_the_role_of_who_leaves_and_cannot_give_it_back(
    administrator, clinician, clinic, at_work
):
    browser, row = at_work(administrator), {"id": clinician.memberships.get().pk, "clinic": clinic.pk}
    row |= {"role": "clinician"}

    saved(browser, clinician, row | {"ended_on": timezone.localdate().isoformat()})
    assert clinician.memberships.get().ended_on is not None
    saved(browser, clinician, row)
    assert clinician.memberships.get().ended_on is not None


@pytest.mark.parametrize(
    ("who",           "whose",     "may"),
    [
        ("administrator", "clinician", False),
        ("administrator", "lead",      False),
        ("administrator", "stranger",  False),
        ("administrator", "assistant", True),
        ("administrator", "runner",    True),
        ("lead",          "clinician", True),
        ("lead",          "stranger",  False),
    ],
)  # fmt: skip
def test_nobody_takes_over_the_sign_in_of_who_signs(who, whose, may, request, at_work):
    by, person = request.getfixturevalue(who), request.getfixturevalue(whose)
    by.is_staff = True
    by.save()
    browser, words = at_work(by), {"password1": "a wholly new phrase", "password2": "a wholly new phrase"}

    answer = browser.post(page_of(person, "password"), words | {"usable_password": "true"})
    saved(browser, person, email="mine@example.org")

    person.refresh_from_db()
    refusal = 404 if whose == "stranger" else 403  # who is not looked after here is not there
    assert answer.status_code == (302 if may else refusal)
    assert person.check_password("a wholly new phrase") is may
    assert (person.email == "mine@example.org") is may


def test_who_works_in_another_clinic_is_changed_there(administrator, stranger, at_work):
    answer = saved(at_work(administrator), stranger, name="Renamed")

    stranger.refresh_from_db()
    assert (answer.status_code, stranger.name != "Renamed", stranger.is_active) == (302, True, True)
    assert answer.url == reverse("admin:index")  # there is no such person here


def in_the_admin(person):
    """The same person, let into the admin."""
    person.is_staff = True
    person.save()
    return person


@pytest.mark.parametrize("forged", [{}, {"memberships-INITIAL_FORMS": 0}])
@pytest.mark.parametrize("many", [1, 2])
def test_a_second_role_in_a_clinic_is_refused_beside_its_field(clinic, lead, at_work, forged, many):
    other = factories.member(clinic, "assistant") if many == 1 else factories.PersonFactory()
    before = roles()
    new = [{"clinic": clinic.pk, "role": "assistant"}] * many
    answer = saved(at_work(in_the_admin(lead)), other, *new, **forged)
    assert answer.status_code == 200 and "There is a role in this clinic already" in answer.content.decode()
    assert roles() == before


def test_one_role_ends_and_another_begins_in_one_go(clinic, lead, at_work):
    other = factories.member(clinic, "assistant")
    known = {"id": other.memberships.get().pk, "clinic": clinic.pk, "role": "assistant"}
    ends, begins = known | {"ended_on": timezone.localdate().isoformat()}, {"clinic": clinic.pk, "role": "clinician"}
    assert saved(at_work(in_the_admin(lead)), other, ends, begins).status_code == 302
    assert other.memberships.get(ended_on__isnull=True).role == "clinician"


@pytest.mark.parametrize("ends_too", [False, True])
def test_two_roles_do_not_change_places(clinic, lead, at_work, ends_too):
    elsewhere = factories.ClinicFactory()
    Membership.objects.create(person=lead, clinic=elsewhere, role="lead")
    other = factories.member(clinic, "assistant")
    here, there = other.memberships.get(), Membership.objects.create(person=other, clinic=elsewhere, role="assistant")
    before, kept = roles(), {"role": "assistant"}
    first = kept | {"id": here.pk, "clinic": elsewhere.pk}
    second = kept | {"id": there.pk, "clinic": elsewhere.pk if ends_too else clinic.pk}
    second |= {"ended_on": timezone.localdate().isoformat()} if ends_too else {}

    answer = saved(at_work(in_the_admin(lead)), other, first, second)

    assert answer.status_code == 200 and "There is a role in this clinic already" in answer.content.decode()
    assert roles() == before
