"""Who works here shows a second factor: an app's code, a recovery code or a passkey; without one nothing opens."""

import time
from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from clinic import factors
from clinic.access import works_here
from clinic.mail import POSTMAN
from clinic.models import Person
from config.policy import DOORS
from tests import factories
from tests.clinic.second_factors import (
    APP,
    LOGIN,
    SECOND,
    SECRET,
    comes_in,
    gives_password,
    has_app,
    has_recovery_codes,
    opens,
    shown,
    who_is_in,
)
from tests.test_doors import product_doors, where
from tests.world import came_in

SETTINGS = "/accounts/signing-in/"


@pytest.fixture(autouse=True)
def early_in_the_half_minute():
    """Every test begins as a code is new, so that none ages between being read and being typed."""
    begun = int(time.time()) // 30 * 30 + 2
    with time_machine.travel(datetime.fromtimestamp(begun, UTC), tick=True):
        yield


@pytest.fixture
def real(settings):
    """Patients are real here: no demonstration."""
    settings.DEMONSTRATION = False


@pytest.fixture
def guarded(clinician, real):
    """A clinician with an app, where patients are real."""
    has_app(clinician)
    return clinician


def test_after_the_password_the_code_is_asked_for_and_nobody_is_in_before(client, guarded):
    assert gives_password(client, guarded).url == SECOND
    assert who_is_in(client) is None and not opens(client)
    page = client.get(SECOND)
    assert page.status_code == 200 and "recovery codes" in page.content.decode()
    assert client.post(SECOND, {"code": shown()}).url == "/"
    assert who_is_in(client) == str(guarded.pk) and opens(client)


def test_one_comes_back_to_the_page_one_wanted(client, guarded):
    client.post(f"{LOGIN}?next=/patients/", {
        "username": guarded.email, "password": factories.PASSWORD, "next": "/patients/",
    })  # fmt: skip
    assert client.post(SECOND, {"code": shown()}).url == "/patients/"


@pytest.mark.parametrize("typed", ["000000", "", "1234 5678", "x" * 21])
def test_a_wrong_code_lets_nobody_in(typed, client, guarded):
    has_recovery_codes(guarded)
    gives_password(client, guarded)
    assert client.post(SECOND, {"code": typed}).status_code == 422
    assert who_is_in(client) is None


def test_the_second_step_stands_behind_the_first(client, guarded):
    assert client.post(SECOND, {"code": shown()}).url == LOGIN
    assert client.get(SECOND).url == LOGIN


def test_a_code_of_another_person_is_none(client, guarded, lead):
    gives_password(client, guarded)
    codes = has_recovery_codes(lead)
    assert client.post(SECOND, {"code": codes[0]}).status_code == 422


def test_who_left_between_the_two_steps_does_not_come_in(client, guarded):
    gives_password(client, guarded)
    Person.objects.filter(pk=guarded.pk).update(is_active=False)
    client.post(SECOND, {"code": shown()})
    assert who_is_in(client) is None


# --- Each code once ---------------------------------------------------------------------------------


def test_a_code_of_the_app_works_once_wherever_it_is_typed_again(client, guarded):
    code = shown()
    comes_in(client, guarded, code)
    thief = Client()
    assert comes_in(thief, guarded, code).status_code == 422
    assert who_is_in(thief) is None


def test_a_code_older_than_the_last_one_used_is_none(client, guarded):
    """A clock may be half a minute late or early, so three codes would do; the used one ends those before it."""
    comes_in(client, guarded, shown(steps=1))
    for steps in (-1, 0, 1):
        assert comes_in(Client(), guarded, shown(steps=steps)).status_code == 422


@pytest.mark.parametrize(("steps", "comes"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_late_or_early(steps, comes, client, guarded):
    comes_in(client, guarded, shown(steps=steps))
    assert bool(who_is_in(client)) == comes


def test_each_recovery_code_works_once_and_its_person_is_told(client, guarded):
    codes = has_recovery_codes(guarded)
    assert len(set(codes)) == 10
    comes_in(client, guarded, codes[3])
    assert who_is_in(client)
    POSTMAN.submit(lambda: None).result()
    assert mail.outbox[-1].to == [guarded.email] and "recovery code" in mail.outbox[-1].subject
    again = Client()
    assert comes_in(again, guarded, codes[3]).status_code == 422
    assert comes_in(again, guarded, codes[4].replace(" ", "")).status_code == 302
    assert factors.codes_left(guarded) == 8


def test_new_recovery_codes_end_the_old_ones(client, guarded):
    old, new = has_recovery_codes(guarded), has_recovery_codes(guarded)
    assert comes_in(client, guarded, old[0]).status_code == 422
    assert comes_in(client, guarded, new[0]).status_code == 302


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_two_who_send_one_code_at_one_moment_one_comes_in(kind, transactional_db, settings):
    settings.DEMONSTRATION = False
    person = factories.member(factories.ClinicFactory(), "clinician")
    has_app(person)
    code = shown() if kind == "app" else has_recovery_codes(person)[0]
    browsers, start = [Client() for _ in range(4)], Barrier(4)
    for browser in browsers:
        gives_password(browser, person)

    def send(browser):
        start.wait()
        browser.post(SECOND, {"code": code})
        connection.close()

    hands = [Thread(target=send, args=[browser]) for browser in browsers]
    [hand.start() for hand in hands]
    [hand.join() for hand in hands]
    assert len([browser for browser in browsers if who_is_in(browser)]) == 1


def test_the_database_alone_shows_no_code(guarded):
    codes = has_recovery_codes(guarded)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in kept and not any(code in kept or code.replace(" ", "") in kept for code in codes)


def test_what_an_earlier_key_locked_opens_as_long_as_that_key_is_named(client, guarded, settings):
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key, of fifty letters and more, for this test"
    comes_in(client, guarded)
    assert who_is_in(client) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    comes_in(client, guarded)
    assert who_is_in(client)


# --- Tries ------------------------------------------------------------------------------------------


def test_five_wrong_codes_are_enough_for_five_minutes_even_before_the_right_one(client, guarded, monkeypatch):
    gives_password(client, guarded)
    for _ in range(5):
        client.post(SECOND, {"code": "000000"})
    answer = client.post(SECOND, {"code": shown()})
    assert who_is_in(client) is None and "Too many tries" in answer.content.decode()
    later = time.time() + 301
    monkeypatch.setattr("time.time", lambda: later)
    assert client.post(SECOND, {"code": shown()}).status_code == 302


def test_strangers_with_the_password_do_not_lock_out_the_device_one_came_in_on(client, guarded):
    comes_in(client, guarded, shown(steps=-1))
    client.post(reverse("logout"))
    for _ in range(6):
        comes_in(Client(), guarded, "000000")
    assert comes_in(Client(), guarded, shown()).status_code == 422
    assert comes_in(client, guarded, shown()).status_code == 302


# --- Required where patients are real ---------------------------------------------------------------


@pytest.mark.parametrize("role", ["clinician", "assistant", "lead", "administrator", "staff", "superuser"])
def test_who_works_here_sets_a_second_factor_up_before_anything_opens(role, client, clinic, real):
    flags = {f"is_{role}": True} if role in ("staff", "superuser") else {}
    person = factories.PersonFactory(**flags) if flags else factories.member(clinic, role)
    assert gives_password(client, person).url == "/"
    for address in ("/", "/patients/", "/preferences/", "/admin/", SETTINGS + "password/"):
        assert client.get(address).url == SETTINGS
    assert "nothing else opens before" in client.get(SETTINGS).content.decode()
    assert client.get("/emergency/").status_code == 200
    assert client.post(reverse("logout")).status_code == 302


def test_nothing_answers_before_but_what_it_takes_to_set_one_up(world, settings):
    settings.DEMONSTRATION = False
    person = Person.objects.get(pk=world.people["lead"].pk)
    wrong = {}
    for name, pattern in product_doors().items():
        if DOORS[name].is_static or DOORS[name].is_for_setting_up:
            continue
        browser = Client()
        browser.force_login(person)
        came_in(browser, person)
        for verb in ("get", "post"):
            answer = getattr(browser, verb)(where(world, name, pattern))
            if (answer.status_code, answer.headers.get("Location")) != (302, SETTINGS):
                wrong[name, verb] = answer.status_code
    assert wrong == {}
    for_setting_up = {name for name, door in DOORS.items() if door.is_for_setting_up and "nobody" not in door.reads}
    assert for_setting_up == {"clinic:signing_in", "clinic:app", "clinic:passkeys", "clinic:again"}


def test_setting_up_an_app_opens_everything_and_shows_the_recovery_codes_once(client, clinician, real):
    gives_password(client, clinician)
    before = client.session.session_key
    page = client.get(APP).content.decode()
    secret = client.session["app_secret"]
    assert "<svg" in page and secret[:4] in page and f"secret={secret}" in page
    assert client.post(APP, {"code": "000000"}).status_code == 422
    assert client.session["app_secret"] == secret  # the square that was read stays the one that counts
    code = shown(secret)
    answer = client.post(APP, {"code": code})
    assert answer.content.decode().count("<code>") == 10
    assert "no-store" in answer.headers["Cache-Control"]
    assert opens(client) and client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()
    assert "<code>" not in client.get(SETTINGS).content.decode()
    assert comes_in(Client(), clinician, code).status_code == 422  # it was used here


def test_a_session_from_before_the_factor_opens_nothing(client, clinician, real, settings):
    """As when work began, or the demonstration ended, while somebody was signed in."""
    settings.DEMONSTRATION = True
    gives_password(client, clinician)
    assert opens(client)
    has_app(clinician)
    settings.DEMONSTRATION = False
    assert client.get("/patients/").url == LOGIN
    assert who_is_in(client) is None


def test_in_a_demonstration_it_is_possible_and_not_required(client, clinician):
    gives_password(client, clinician)
    assert opens(client)
    has_app(clinician)
    assert gives_password(Client(), clinician).url == SECOND


def test_a_runner_with_a_passkey_is_asked_for_nothing_after_the_code(client, runner, real):
    Authenticator.objects.create(user=runner, type="webauthn", data={"name": "phone", "credential": {}})
    assert not works_here(runner)
    assert gives_password(client, runner).url == "/"


# --- Changing it ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", [APP, SETTINGS + "password/", SETTINGS + "recovery-codes/", SETTINGS + "app/remove/"]
)
def test_what_lets_in_is_changed_only_soon_after_a_sign_in(address, client, clinician, monkeypatch):
    if address != APP:
        has_app(clinician)
    comes_in(client, clinician)
    later = time.time() + 16 * 60
    monkeypatch.setattr("time.time", lambda: later)
    before = list(Authenticator.objects.values_list("data", flat=True)), Person.objects.get(pk=clinician.pk).password
    said = {
        "code": shown(client.session.get("app_secret", SECRET)),
        "old": factories.PASSWORD,
        "new": "a new one, long",
    }
    answer = client.post(address, said)
    assert answer.status_code == 403 and "Sign in once more" in answer.content.decode()
    after = list(Authenticator.objects.values_list("data", flat=True)), Person.objects.get(pk=clinician.pk).password
    assert before == after


def test_the_last_factor_of_somebody_who_must_have_one_stays(client, guarded):
    comes_in(client, guarded)
    answer = client.post(SETTINGS + "app/remove/", follow=True)
    assert "one must stay" in answer.content.decode()
    Authenticator.objects.create(user=guarded, type="webauthn", data={"name": "phone", "credential": {}})
    client.post(SETTINGS + "app/remove/")
    assert [row.type for row in factors.second_factors(guarded)] == ["webauthn"]


def test_changing_a_factor_ends_every_other_session_and_rekeys_this_one(client, clinician):
    has_app(clinician)
    other = Client()
    comes_in(other, clinician, shown(steps=-1))
    comes_in(client, clinician)
    key = client.session.session_key
    client.post(SETTINGS + "recovery-codes/")
    assert opens(client) and client.session.session_key != key
    assert not opens(other)


def test_the_administrator_lets_somebody_set_up_again_who_lost_everything(
    client, guarded, administrator, assistant, at_work
):
    has_app(assistant)
    settle = {"action": "let_set_up_again", "_selected_action": [assistant.pk, guarded.pk]}
    browser = Client()
    comes_in(browser, assistant)
    has_app(administrator)
    comes_in(client, administrator)
    client.post(reverse("admin:clinic_person_changelist"), settle)
    POSTMAN.submit(lambda: None).result()
    assert factors.second_factors(assistant) == [] and [m.to for m in mail.outbox] == [[assistant.email]]
    assert not opens(browser)
    assert factors.second_factors(guarded) != []  # who signs is not the administrator's to open
    assert gives_password(Client(), assistant).url == "/"
