"""Who gives a role, and to whom: never to oneself, and who signs is named by the clinic's lead."""

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from clinic import audit
from clinic.mail import POSTMAN
from clinic.models import Membership, Person
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


@pytest.fixture
def mails_of(django_capture_on_commit_callbacks):
    """What is mailed because of something, once that stands and the last mail is on its way."""

    def of(act, *given, **words):
        with django_capture_on_commit_callbacks(execute=True):
            act(*given, **words)
        POSTMAN.submit(lambda: None).result()
        sent, mail.outbox = mail.outbox, []
        return sent

    return of


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
        ("administrator", "runner",    False),
        ("lead",          "clinician", True),
        ("lead",          "runner",    True),
        ("lead",          "stranger",  False),
    ],
)  # fmt: skip
def test_nobody_takes_over_the_sign_in_of_who_signs(who, whose, may, case, request, at_work, mails_of):
    by, person = in_the_admin(request.getfixturevalue(who)), request.getfixturevalue(whose)
    was = person.email
    told = mails_of(saved, at_work(by), person, email="mine@example.org")

    person.refresh_from_db()
    assert person.email == ("mine@example.org" if may else was)
    told = [mail.to[0] for mail in told if "address" in mail.subject]
    assert told == ([was, "mine@example.org"] if may else [])  # who loses it hears of it


def test_what_opened_a_sign_in_is_forgotten_with_its_address(administrator, clinic, at_work, mails_of):
    person = factories.member(clinic, "assistant")
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "known to whoever made it"})
    theirs = at_work(person)
    told = mails_of(saved, at_work(in_the_admin(administrator)), person, email="ruiz@example.org")

    person.refresh_from_db()
    assert not person.has_usable_password() and not Authenticator.objects.filter(user=person).exists()
    assert theirs.get(reverse("clinic:today")).status_code == 302
    assert [mail.to for mail in told if "/accounts/reset/" in mail.body] == [["ruiz@example.org"]]


@pytest.mark.parametrize("left", [False, True])
def test_the_address_of_who_is_in_no_clinic_is_nobodys_to_change(left, clinic, lead, at_work):
    person = factories.PersonFactory()
    if left:
        Membership.objects.create(person=person, clinic=clinic, role="assistant", ended_on=timezone.localdate())
    browser = at_work(in_the_admin(lead))
    assert "is added once more" in browser.get(page_of(person)).content.decode()
    saved(browser, person, email="mine@example.org")
    assert Person.objects.get(pk=person.pk).email == person.email


@pytest.mark.parametrize("comes", ["staff status", "the role again"])
def test_a_link_is_mailed_whenever_somebody_without_a_password_begins(comes, clinic, lead, at_work, mails_of):
    person = factories.PersonFactory()
    person.set_unusable_password()
    person.save()
    more, rows = {}, []
    if comes == "the role again":
        row = Membership.objects.create(person=person, clinic=clinic, role="assistant", ended_on=timezone.localdate())
        more, rows = {"is_staff": ""}, [{"id": row.pk, "clinic": clinic.pk, "role": "assistant"}]
    told = mails_of(saved, at_work(in_the_admin(lead)), person, *rows, **more)

    assert [mail.to for mail in told if "/accounts/reset/" in mail.body] == [[person.email]]


@pytest.mark.parametrize("whose", ["assistant", "runner", "lead"])
def test_nobody_sets_the_password_of_anybody_else(whose, case, lead, request, at_work):
    person, words = request.getfixturevalue(whose), "a wholly new phrase"
    said = {"password1": words, "password2": words, "usable_password": "true"}
    root = factories.member(lead.memberships.get().clinic, "lead", is_staff=True, is_superuser=True)
    for by in (in_the_admin(lead), root):
        assert at_work(by).post(page_of(person, "password"), said).status_code == 403
    person.refresh_from_db()
    assert not person.check_password(words)


@pytest.mark.parametrize("role_comes", ["at once", "later"])
def test_who_is_added_chooses_a_password_by_a_mailed_link(role_comes, administrator, clinic, at_work, mails_of):
    browser = at_work(in_the_admin(administrator))
    role = {"memberships-0-clinic": clinic.pk, "memberships-0-role": "administrator"}
    said = {"name": "Ana Nueva", "email": "ana@example.org", "password1": "x", "password2": "x", **role}
    said |= {"memberships-TOTAL_FORMS": int(role_comes == "at once"), "memberships-INITIAL_FORMS": 0}
    told = mails_of(browser.post, reverse("admin:clinic_person_add"), said)
    person = Person.objects.get(email="ana@example.org")
    if role_comes == "later":
        assert told == []
        told = mails_of(saved, browser, person, {"clinic": clinic.pk, "role": "administrator"})

    assert not person.has_usable_password()
    (link,) = [mail for mail in told if "/accounts/reset/" in mail.body]
    assert (link.to, link.subject) == (["ana@example.org"], "Choose your password")
    assert "your password stays" not in link.body and "second step" not in link.body


@pytest.mark.parametrize(
    ("who",           "role",          "is_told"),
    [
        ("administrator", "assistant",     True),
        ("administrator", "administrator", False),
        ("lead",          "assistant",     False),
    ],
)  # fmt: skip
def test_the_lead_hears_that_somebody_else_gave_a_role_that_reads_records(
    who, role, is_told, clinic, lead, request, at_work, mails_of
):
    by, person = in_the_admin(request.getfixturevalue(who)), factories.PersonFactory(name="Ana O'Nueva")
    told = mails_of(saved, at_work(by), person, {"clinic": clinic.pk, "role": role})

    told = [mail for mail in told if person.name in mail.body]
    assert [mail.to for mail in told] == ([[lead.email]] if is_told else [])


def test_nobody_is_mailed_of_what_could_not_be_put_on_record(
    administrator, clinic, lead, at_work, mails_of, monkeypatch
):
    browser, person, was = at_work(in_the_admin(administrator)), factories.PersonFactory(), Person.objects.count()
    page = form(person, {"clinic": clinic.pk, "role": "assistant"}, email="mine@example.org")
    page |= as_read(browser, page_of(person))

    def full(*told):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(audit, "_append", full)
    assert mails_of(browser.post, page_of(person), page) == []
    assert mails_of(browser.post, reverse("admin:clinic_person_add"), form(person, email="ana@example.org")) == []
    assert (Person.objects.count(), person.memberships.count()) == (was, 0)


@pytest.mark.parametrize("works_elsewhere", [False, True])
def test_what_another_clinic_has_a_say_in_is_not_changed_here(works_elsewhere, clinic, administrator, at_work):
    person = factories.member(clinic, "assistant")
    if works_elsewhere:
        Membership.objects.create(person=person, clinic=factories.ClinicFactory(), role="lead")
    answer = saved(at_work(in_the_admin(administrator)), person, name="Renamed", is_active="", is_staff="on")

    person.refresh_from_db()
    changed = (person.name == "Renamed", not person.is_active, person.is_staff)
    assert (answer.status_code, changed) == (302, (not works_elsewhere,) * 3)


def test_who_works_in_another_clinic_is_changed_there(administrator, stranger, at_work):
    answer = at_work(administrator).post(page_of(stranger), form(stranger, name="Renamed"))

    stranger.refresh_from_db()
    assert (answer.status_code, stranger.name != "Renamed", stranger.is_active) == (404, True, True)


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
