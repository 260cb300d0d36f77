"""Passwords: the same answer for who is unknown, tries counted without locking anybody out, rules that make sense."""

import re
import time

import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import Membership, Person
from tests import factories
from tests.clinic.second_factors import LOGIN, gives_password, opens, who_is_in

WRONG = "not the password of anybody"
CHANGE = "/accounts/signing-in/password/"
LONG = "x1 ñ漢" + "y" * 59 + "  "  # 66 letters, spaces at its end too


@pytest.fixture
def unknown(db):
    """Somebody whom nobody here knows."""
    return Person(email="unknown@example.org")


# --- Nobody learns who is known ---------------------------------------------------------------------


def nobody_here(who, clinic):
    """Return somebody with this reason not to come in."""
    if who == "unknown":
        return Person(email="unknown@example.org")
    if who == "without a password":
        person = factories.PatientFactory().person
        person.set_unusable_password()
        person.save()
        return person
    left = {"left": {"is_active": False}, "invented": {"is_demonstration": True}}[who]
    return factories.member(clinic, "clinician", **left)


@pytest.mark.parametrize("who", ["unknown", "left", "invented", "without a password"])
def test_who_may_not_come_in_gets_the_answer_of_a_wrong_password(who, clinic, clinician, settings):
    settings.DEMONSTRATION = False
    pages = []
    for person, password in ((clinician, WRONG), (nobody_here(who, clinic), factories.PASSWORD)):
        answer = gives_password(Client(), person, password)
        words = re.sub(r'name="csrfmiddlewaretoken"[^>]*', "", answer.content.decode()).replace(person.email, "ADDRESS")
        pages.append((answer.status_code, words))
    assert pages[0] == pages[1]


def test_a_wrong_password_is_said_truly(clinician):
    page = gives_password(Client(), clinician, WRONG).content.decode()

    assert "This address and password do not belong together." in page and "case-sensitive" not in page


def hashed(monkeypatch, person):
    """Return how often a password was hashed while this person tried one, and what the database was asked."""
    times = []
    encode = hashers.MD5PasswordHasher.encode
    with monkeypatch.context() as patch, CaptureQueriesContext(connection) as queries:
        patch.setattr(
            hashers.MD5PasswordHasher, "encode", lambda *said, **more: times.append(1) or encode(*said, **more)
        )
        gives_password(Client(), person, WRONG)
    return len(times), [query["sql"].split()[0] for query in queries.captured_queries]


def test_an_unknown_address_costs_as_much_as_a_known_one(monkeypatch, clinic, clinician, unknown):
    """One hash each, which is what takes time, and the same questions to the database."""
    gives_password(Client(), unknown, WRONG)  # whatever is only asked once
    known = hashed(monkeypatch, clinician)
    assert known[0] == 1
    assert hashed(monkeypatch, unknown) == known
    assert hashed(monkeypatch, nobody_here("without a password", clinic)) == known
    Membership.objects.create(person=clinician, clinic=factories.ClinicFactory(), role="assistant")
    assert hashed(monkeypatch, clinician) == known


@pytest.mark.timing
def test_with_the_slow_hash_the_time_tells_nothing_either(clinician, unknown, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = {}
    clinician.set_password(factories.PASSWORD)
    clinician.save()
    took = {}
    for person in (clinician, unknown) * 12:
        begun = time.perf_counter()
        gives_password(Client(), person, WRONG)
        took.setdefault(person.email, []).append(time.perf_counter() - begun)
    fastest, other = (min(times) for times in took.values())
    assert abs(fastest - other) < 0.25 * max(fastest, other)


# --- Tries ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["clinician", "unknown"])
def test_the_eleventh_wrong_password_is_not_looked_at_known_or_not(who, request, monkeypatch):
    person = request.getfixturevalue(who)
    for _ in range(10):
        assert "Too many tries" not in gives_password(Client(), person, WRONG).content.decode()
    answer = gives_password(Client(), person)
    assert answer.status_code == 200 and "Too many tries" in answer.content.decode()


def test_right_passwords_use_up_nothing(clinician):
    assert {gives_password(Client(), clinician).status_code for _ in range(12)} == {302}


def test_strangers_do_not_lock_out_the_device_one_came_in_on(client, clinician):
    """Neither from elsewhere, nor from the clinic's own network, whatever they use up."""
    gives_password(client, clinician)
    client.post(reverse("logout"))
    for n in range(101):
        gives_password(Client(), clinician if n < 11 else Person(email=f"s{n}@example.org"), WRONG)
    assert "Too many tries" in gives_password(Client(), clinician).content.decode()
    assert gives_password(client, clinician).status_code == 302


def test_that_device_has_a_limit_too(client, clinician):
    gives_password(client, clinician)
    client.post(reverse("logout"))
    for _ in range(10):
        gives_password(client, clinician, WRONG)
    assert "Too many tries" in gives_password(client, clinician).content.decode()


def test_a_device_knows_everybody_who_came_in_on_it(client, clinician, assistant):
    """A desk of the clinic is shared."""
    for person in (clinician, assistant):
        gives_password(client, person)
        client.post(reverse("logout"))
    for _ in range(11):
        gives_password(Client(), clinician, WRONG)
    assert gives_password(client, clinician).status_code == 302


def test_a_network_tries_a_hundred_wrong_passwords_in_an_hour(clinician):
    for n in range(100):
        gives_password(Client(), Person(email=f"s{n}@example.org"), WRONG, REMOTE_ADDR="192.0.2.7")
    assert "Too many" in gives_password(Client(), clinician, REMOTE_ADDR="192.0.2.7").content.decode()
    assert gives_password(Client(), clinician, REMOTE_ADDR="192.0.2.8").status_code == 302


def test_a_password_nobody_could_have_is_not_hashed(monkeypatch, clinician):
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", lambda *said: pytest.fail("hashed"))
    assert gives_password(Client(), clinician, "x" * 257).status_code == 200


# --- Sessions ---------------------------------------------------------------------------------------


def test_signing_in_gives_the_session_a_new_key(client, clinician):
    client.get(LOGIN)
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["session"] = session.session_key
    gives_password(client, clinician)
    assert client.session.session_key != session.session_key
    thief = Client()
    thief.cookies["session"] = session.session_key
    assert who_is_in(thief) is None


# --- A new one --------------------------------------------------------------------------------------


def changed_to(browser, new, old=factories.PASSWORD):
    return browser.post(CHANGE, {"old": old, "new": new})


def test_a_changed_password_ends_every_other_session_and_the_old_password(client, clinician):
    other = Client()
    gives_password(other, clinician)
    gives_password(client, clinician)
    key = client.session.session_key
    assert changed_to(client, LONG).status_code == 302
    assert opens(client) and not opens(other) and client.session.session_key != key
    thief = Client()
    thief.cookies["session"] = key
    assert who_is_in(thief) is None
    assert gives_password(Client(), clinician).status_code == 200
    assert gives_password(Client(), clinician, LONG).status_code == 302


@pytest.mark.parametrize("new", ["short, it", "password123", "1234567890", "qwertyuiop", "y" * 257])
def test_what_is_short_common_or_endless_is_no_password(new, client, clinician):
    gives_password(client, clinician)
    assert changed_to(client, new).status_code == 422
    clinician.refresh_from_db()
    assert clinician.check_password(factories.PASSWORD)


@pytest.mark.parametrize("new", [LONG, "ten lettrs", "aaaa bbbb cccc", "correct horse battery staple", "y" * 256])
def test_long_ones_of_any_letters_are_taken(new, client, clinician):
    gives_password(client, clinician)
    assert changed_to(client, new).status_code == 302
    assert gives_password(Client(), clinician, new).status_code == 302


def test_ones_own_address_or_name_is_no_password(client, clinician):
    Person.objects.filter(pk=clinician.pk).update(name="Hortensia Villar", email="hvillarejo@example.org")
    clinician.refresh_from_db()
    gives_password(client, clinician)
    for new in ("hortensia villar", "hvillarejo@example"):
        assert changed_to(client, new).status_code == 422


def test_a_session_left_open_is_no_way_to_guess_the_password(client, clinician):
    gives_password(client, clinician)
    for _ in range(10):
        assert changed_to(client, LONG, old=WRONG).status_code == 422
    assert changed_to(client, LONG).status_code == 422  # not even the right one is looked at
    clinician.refresh_from_db()
    assert clinician.check_password(factories.PASSWORD)


def test_passwords_can_be_pasted_kept_by_a_manager_and_looked_at(client, clinician):
    pages = [Client().get(LOGIN).content.decode()]
    gives_password(client, clinician)
    pages.append(client.get(CHANGE).content.decode())
    assert 'autocomplete="current-password"' in pages[0] and 'autocomplete="new-password"' in pages[1]
    for page in pages:
        assert (
            'data-password="Show the password"' in page and "onpaste" not in page and 'autocomplete="off"' not in page
        )


# --- The admin's door is this one -------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["get", "post"])
def test_the_admin_has_no_password_form_of_its_own(verb, client, lead):
    said = {"username": lead.email, "password": factories.PASSWORD}
    answer = getattr(client, verb)("/admin/login/?next=/admin/clinic/person/", said)
    if verb == "get":
        answer = client.get("/admin/login/", {"next": "/admin/clinic/person/"})
        assert answer.url == f"{LOGIN}?next=/admin/clinic/person/"
    assert answer.url.startswith(LOGIN) and who_is_in(client) is None


def test_the_way_from_the_admin_leads_through_the_sign_in_and_back(client, clinic):
    lead = factories.member(clinic, "lead", is_staff=True)
    door = client.get("/admin/clinic/person/", follow=True)
    assert door.request["PATH_INFO"] == LOGIN and door.context["next"] == "/admin/clinic/person/"
    said = {"username": lead.email, "password": factories.PASSWORD, "next": door.context["next"]}
    assert client.post(LOGIN, said).url == "/admin/clinic/person/"


def test_it_leads_to_no_other_site(client, db):
    assert client.get("/admin/login/", {"next": "https://evil.example/"}).url == f"{LOGIN}?next=/admin/"


def test_in_the_admin_a_sign_in_is_changed_only_soon_after_ones_own(client, clinic, assistant, monkeypatch):
    lead = factories.member(clinic, "lead", is_staff=True)
    gives_password(client, lead)
    later = time.time() + 16 * 60
    monkeypatch.setattr("time.time", lambda: later)
    change = reverse("admin:clinic_person_change", args=[assistant.pk])
    said = {"name": "X", "email": "x@example.org", "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    for address, form in (
        (change, said),
        (reverse("admin:clinic_person_changelist"), {"action": "let_set_up_again", "_selected_action": assistant.pk}),
    ):
        answer = client.post(address, form)
        assert answer.status_code == 403 and "Sign in once more" in answer.content.decode()
    assistant.refresh_from_db()
    assert assistant.name != "X"
