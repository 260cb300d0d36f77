"""Runners sign in by a code from their mail: once, for ten minutes, in three tries; nobody learns who is known."""

import re
import time
from threading import Barrier, Thread

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import translation

from clinic.access import may_sign_in_by_mail
from clinic.entrance import Entrance
from clinic.mail import POSTMAN
from clinic.models import Person
from tests import factories
from tests.world import every_route

ASK, ENTER, PASSKEY = "/accounts/code/", "/accounts/code/enter/", "/accounts/passkey/"
CODE = re.compile(r"^[A-Z]{4}-[A-Z]{4}$", re.MULTILINE)
SHARED = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "clinic_cache"}}


@pytest.fixture
def rosa(db):
    """A runner who was let in once: they have an address and no password."""
    person = factories.PatientFactory(person__email="rosa@example.org").person
    person.set_unusable_password()
    person.save()
    return person


def ask(browser, email="rosa@example.org", **more):
    """Ask for a code and wait until the mail has left."""
    answer = browser.post(ASK, {"email": email}, **more)
    POSTMAN.submit(lambda: None).result()
    return answer


def mailed():
    return CODE.search(mail.outbox[-1].body).group()


def signed_in(browser):
    return browser.session.get("_auth_user_id")


def test_a_runner_comes_in_by_the_code_from_the_mail(client, rosa):
    assert ask(client, " Rosa@EXAMPLE.org ").url == ENTER
    assert mail.outbox[-1].to == ["rosa@example.org"]
    answer = client.post(ENTER, {"code": mailed()}, follow=True)

    assert answer.redirect_chain[-1][0] == reverse("rehab:my_today")
    assert signed_in(client) == str(rosa.pk)


@pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code} "])
def test_a_code_is_taken_however_it_is_typed(typed, client, rosa):
    ask(client)
    assert client.post(ENTER, {"code": typed(mailed())}).status_code == 302
    assert signed_in(client)


def test_the_mail_says_nothing_of_the_leg_nor_whose_it_is(client, rosa):
    ask(client)
    text = mail.outbox[-1].subject + mail.outbox[-1].body
    assert not re.search(r"calf|pain|clot|diagnos|" + rosa.name, text, re.IGNORECASE)


def test_the_mail_speaks_the_runners_language(client, rosa, monkeypatch):
    spoken, render = [], Entrance.render_mail

    def listening(*args, **kwargs):
        spoken.append(translation.get_language())
        return render(*args, **kwargs)

    monkeypatch.setattr(Entrance, "render_mail", listening)
    rosa.language = "es"
    rosa.save()
    ask(client, headers={"Accept-Language": "en"})
    assert spoken == ["es"]


def test_a_code_works_only_where_it_was_asked_for(client, rosa):
    ask(client)
    thief = Client()
    assert thief.post(ENTER, {"code": mailed()}).url == ASK
    ask(thief, "somebody@example.org")
    thief.post(ENTER, {"code": mailed()})
    assert not signed_in(thief)


def test_a_code_works_once(client, rosa):
    ask(client)
    before = client.cookies["session"].value
    client.post(ENTER, {"code": mailed()})
    again = Client()
    again.cookies["session"] = before
    assert again.post(ENTER, {"code": mailed()}).url == ASK
    client.logout()
    assert client.post(ENTER, {"code": mailed()}).url == ASK


def test_a_new_code_takes_the_place_of_the_old_one(client, rosa):
    ask(client)
    old = mailed()
    assert client.post(ENTER, {"again": "yes"}).url == ASK
    ask(client)
    client.post(ENTER, {"code": old})
    assert not signed_in(client)
    client.post(ENTER, {"code": mailed()})
    assert signed_in(client)


@pytest.mark.parametrize(("seconds", "comes_in"), [(10 * 60 - 1, True), (10 * 60 + 1, False)])
def test_a_code_lives_ten_minutes(seconds, comes_in, client, rosa, monkeypatch):
    ask(client)
    later = time.time() + seconds
    with monkeypatch.context() as patch:
        patch.setattr("time.time", lambda: later)
        answer = client.post(ENTER, {"code": mailed()}, follow=True)
    assert bool(signed_in(client)) == comes_in
    assert (b"Ask for another" in answer.content) != comes_in


def test_the_fourth_try_is_too_many_even_with_the_right_code(client, rosa):
    ask(client)
    assert [client.post(ENTER, {"code": "BBBB-BBBB"}).status_code for _ in range(2)] == [200, 200]
    third = client.post(ENTER, {"code": "BBBB-BBBB"}, follow=True)
    assert third.redirect_chain[-1][0] == ASK and b"Ask for another" in third.content
    assert client.post(ENTER, {"code": mailed()}).url == ASK
    assert not signed_in(client)


@pytest.mark.parametrize("who", ["unknown", "clinician", "administrator", "left", "ended", "staff", "invented"])
def test_who_gets_no_code_gets_the_same_answer(who, rosa, clinic, settings):
    """A stranger, staff with a password, who left, and the invented where patients are real."""
    settings.DEMONSTRATION = False
    email = nobody_by_mail(who, clinic)
    pages = []
    for address in ("rosa@example.org", email):
        browser = Client()
        asked = ask(browser, address)
        page = browser.get(ENTER)
        wrong = browser.post(ENTER, {"code": "BBBB-BBBB"})
        words = [re.sub(rb'name="csrfmiddlewaretoken"[^>]*', b"", p.content) for p in (page, wrong)]
        words = [word.replace(address.encode(), b"ADDRESS") for word in words]
        pages.append((asked.status_code, asked.url, page.status_code, wrong.status_code, words))
    assert pages[0] == pages[1]
    assert [sent.to for sent in mail.outbox] == [["rosa@example.org"]]


def test_an_unknown_address_is_asked_about_as_much_as_a_known_one(rosa):
    """Neither words nor time tell who is a patient: the same questions, and the mail is written beside the answer."""
    counts, staff = [], [factories.member(factories.ClinicFactory(), "lead", is_staff=keys).email for keys in (0, 1)]
    for email in ("rosa@example.org", "unknown@example.org", "rosa@example.org", "unknown@example.org", *staff):
        with CaptureQueriesContext(connection) as queries:
            Client().post(ASK, {"email": email})
        counts.append([query["sql"].split()[0] for query in queries.captured_queries])
    assert all(asked == counts[0] for asked in counts)


def nobody_by_mail(who, clinic):
    """Make somebody who may not come in by mail and return their address."""
    email = f"{who}@example.org"
    if who in ("clinician", "administrator"):
        factories.PatientFactory(clinic=clinic, person=factories.member(clinic, who, email=email))
    elif who == "left":
        factories.PatientFactory(person__email=email, person__is_active=False)
    elif who == "ended":  # worked here once, and never was a runner
        membership = factories.member(clinic, "clinician", email=email).memberships.get()
        membership.ended_on = membership.started_on
        membership.save()
    elif who == "staff":
        factories.PatientFactory(person__email=email, person__is_staff=True)
    elif who == "invented":
        factories.PatientFactory(person__email=email, person__is_demonstration=True)
    return email


@pytest.mark.parametrize("change", ["is_active", "is_staff", "is_demonstration"])
def test_who_may_not_any_more_is_refused_at_the_code_too(change, client, rosa, settings):
    settings.DEMONSTRATION = False
    ask(client)
    setattr(rosa, change, change != "is_active")
    rosa.save()
    answer = client.post(ENTER, {"code": mailed()}, follow=True)
    assert not signed_in(client)
    assert answer.redirect_chain[-1][0] == ASK


@pytest.mark.parametrize("change", ["is_active", "is_demonstration"])
def test_who_is_in_is_out_at_the_next_page(change, client, rosa, settings):
    settings.DEMONSTRATION = False
    ask(client)
    client.post(ENTER, {"code": mailed()})
    assert client.get("/me/").status_code == 200
    setattr(rosa, change, change != "is_active")
    rosa.save()
    assert client.get("/me/").status_code == 302


def test_invented_runners_come_in_where_all_are_invented(client, rosa, settings):
    settings.DEMONSTRATION = True
    rosa.is_demonstration = True
    rosa.save()
    ask(client)
    client.post(ENTER, {"code": mailed()})
    assert signed_in(client)


def test_an_address_is_sent_three_codes_in_ten_minutes_known_or_not(rosa):
    for email in ("rosa@example.org", "unknown@example.org"):
        answers = [ask(Client(), email) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [302, 302, 302, 200]
        assert b"Too many codes were asked for" in answers[-1].content
    assert len(mail.outbox) == 3


def test_strangers_who_use_up_the_limit_of_an_address_do_not_lock_its_runner_out(client, rosa):
    """Where she came in before she is let through, within a limit of that device's own."""
    ask(client)
    client.post(ENTER, {"code": mailed()})
    client.post(reverse("logout"))
    assert [ask(Client()).status_code for _ in range(3)] == [302, 302, 200]
    for _ in range(3):
        assert ask(client).status_code == 302
        client.post(ENTER, {"again": "yes"})
    assert ask(client).status_code == 200


def test_nor_do_strangers_on_the_same_network(client, rosa):
    ask(client)
    client.post(ENTER, {"code": mailed()})
    client.post(reverse("logout"))
    tries = [ask(Client(), f"x{n}@example.org").status_code for n in range(31)]
    assert (set(tries[:29]), tries[-1]) == ({302}, 200)  # she asked once herself, when nobody knew her device
    assert ask(client).status_code == 302


@pytest.mark.parametrize("forged", ["{pk}", "{pk}:forged", ""])
def test_a_forged_device_is_not_known(forged, client, rosa):
    client.cookies["device"] = forged.format(pk=rosa.pk)
    for _ in range(3):
        ask(Client())
    assert ask(client).status_code == 200


def test_the_device_of_one_runner_is_not_known_for_another(client, rosa):
    factories.PatientFactory(person__email="other@example.org")
    ask(client)
    client.post(ENTER, {"code": mailed()})
    client.post(reverse("logout"))
    assert client.cookies["device"]["httponly"] and client.cookies["device"]["samesite"] == "Lax"
    for _ in range(3):
        ask(Client(), "other@example.org")
    assert ask(client, "other@example.org").status_code == 200


def test_a_network_asks_for_thirty_codes_in_an_hour(rosa):
    answers = [ask(Client(), f"r{n}@example.org", REMOTE_ADDR="192.0.2.7").status_code for n in range(31)]
    assert answers == [302] * 30 + [200]
    assert ask(Client(), "rosa@example.org", REMOTE_ADDR="192.0.2.8").status_code == 302


def test_behind_a_proxy_the_network_address_is_the_one_the_proxy_saw(rosa, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    seen = {"REMOTE_ADDR": "10.0.0.1"}
    for n in range(31):  # what a client claims itself stands in front and is not believed
        told = ask(Client(), f"r{n}@example.org", **seen, HTTP_X_FORWARDED_FOR=f"203.0.113.{n}, 192.0.2.7")
    assert told.status_code == 200
    assert ask(Client(), "rosa@example.org", **seen, HTTP_X_FORWARDED_FOR="192.0.2.9").status_code == 302


def test_the_answer_does_not_wait_for_the_mail_server(client, rosa, monkeypatch, caplog):
    def down(message):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", down)
    assert ask(client).url == ENTER
    assert "ConnectionRefusedError" in caplog.text and "rosa" not in caplog.text


def test_the_session_is_a_new_one_and_lasts_for_the_days_of_the_setting(client, rosa, settings):
    settings.RUNNER_SESSION_DAYS = 9
    ask(client)
    before = client.session.session_key
    client.post(ENTER, {"code": mailed()})
    assert not EmailAddress.objects.exists()  # the address of a person stands in one place, ours
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()
    assert 8.9 * 86400 < client.session.get_expiry_age() <= 9 * 86400


def test_one_comes_back_to_the_page_one_wanted_and_to_no_other_site(rosa):
    for wanted, landed in (("/preferences/", "/preferences/"), ("https://evil.example/", "/")):
        browser = Client()
        browser.post(f"{ASK}?next={wanted}", {"email": "rosa@example.org", "next": wanted})
        POSTMAN.submit(lambda: None).result()
        assert browser.post(ENTER, {"code": mailed(), "next": wanted}).url == landed


def test_staff_and_the_demonstration_still_sign_in_with_a_password(client, clinician, rosa):
    page = client.get(reverse("login")).content.decode()
    assert "E-mail address" in page and "Password" in page and "I am a runner: send me a code" in page
    said = {"username": clinician.email, "password": factories.PASSWORD}
    assert client.post(reverse("login"), said).status_code == 302


# --- Of allauth's addresses these alone -------------------------------------------------------------


def test_of_all_ways_to_sign_in_these_addresses_are_there():
    ways = {pattern for _, pattern in every_route() if pattern.startswith(("accounts/", "welcome/"))}
    assert ways == {
        "accounts/login/",
        "accounts/logout/",
        "accounts/code/",
        "accounts/code/enter/",
        "accounts/passkey/",
        "accounts/passkeys/",
        "accounts/passkeys/<int:key_id>/forget/",
        "accounts/second/",
        "accounts/stay/",
        "accounts/reset/",
        "accounts/reset/<str:uidb64>/<str:token>/",
        "accounts/again/",
        "accounts/signing-in/",
        "accounts/signing-in/password/",
        "accounts/signing-in/app/",
        "accounts/signing-in/app/remove/",
        "accounts/signing-in/recovery-codes/",
        "welcome/<str:token>/",
    }


@pytest.mark.parametrize(
    "address",
    [
        *("signup", "email", "confirm-email", "inactive", "reauthenticate", "login/code", "phone/verify"),
        *("password/reset", "password/change", "password/set", "signup/passkey", "sessions", "social/signup"),
        *("2fa", "2fa/webauthn", "2fa/webauthn/add", "2fa/totp/activate", "2fa/recovery-codes"),
        *("3rdparty", "3rdparty/login/cancelled", "google/login"),
    ],
)
def test_the_rest_of_allauth_is_not_there(address, client, db):
    for prefix in ("/accounts/", "/"):
        assert client.get(f"{prefix}{address}/").status_code == 404
        assert client.post(f"{prefix}{address}/").status_code == 404


def test_nothing_of_allauth_is_included_whole():
    modules = [getattr(entry, "urlconf_name", None) for entry in get_resolver().url_patterns]
    assert not [m for m in modules if getattr(m, "__name__", "").startswith("allauth")]


# --- Passkeys; a device that makes one stands in the journeys ---------------------------------------


@pytest.mark.parametrize(
    "said", ["", "null", "[]", "{}", '"x"', "1", '{"response": 5}', '{"id": "x", "response": {"userHandle": 7}}', "{"]
)
def test_what_no_device_would_send_lets_nobody_in(said, client, db):
    client.get(PASSKEY, headers={"Accept": "application/json"})
    answer = client.post(PASSKEY, {"credential": said})
    assert (answer.status_code, answer.url) == (302, reverse("login"))
    assert not signed_in(client)


def test_a_device_is_asked_for_face_finger_or_pin(client, db):
    told = client.get(PASSKEY, headers={"Accept": "application/json"}).json()["request_options"]["publicKey"]
    assert told["userVerification"] == "required" and not told.get("allowCredentials")


def test_a_network_tries_ten_passkeys_a_minute(client, db):
    answers = [client.post(PASSKEY, {"credential": "{}"}).status_code for _ in range(11)]
    assert answers == [302] * 10 + [429]


def test_a_passkey_is_added_only_soon_after_signing_in(client, rosa, monkeypatch):
    ask(client)
    client.post(ENTER, {"code": mailed()})
    assert "creation_options" in client.get("/accounts/passkeys/").content.decode()
    later = time.time() + 16 * 60
    monkeypatch.setattr("time.time", lambda: later)
    page = client.get("/accounts/passkeys/").content.decode()
    assert "creation_options" not in page and "sign in once more" in page
    assert client.post("/accounts/passkeys/", {"name": "x", "credential": "{}"}).status_code == 200
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("said", ["", "{}", "[]", '{"response": {"clientDataJSON": "AA"}}'])
def test_what_no_device_would_make_is_no_passkey(said, client, rosa):
    ask(client)
    client.post(ENTER, {"code": mailed()})
    assert client.post("/accounts/passkeys/", {"name": "x", "credential": said}).status_code == 422
    assert not Authenticator.objects.exists()


def test_who_is_neither_runner_nor_of_the_team_has_no_passkeys(at_work, clinician):
    clinician.memberships.update(ended_on=clinician.joined_on)
    assert at_work(Person.objects.get(pk=clinician.pk)).get("/accounts/passkeys/").status_code == 403


def test_a_passkey_is_forgotten_by_its_own_runner_and_no_other(at_work, rosa, runner):
    key = Authenticator.objects.create(user=rosa, type="webauthn", data={"name": "phone", "credential": {}})
    address = reverse("clinic:forget_passkey", args=[key.pk])
    assert at_work(runner).post(address).status_code == 404
    assert at_work(rosa).post(address).status_code == 302
    POSTMAN.submit(lambda: None).result()
    assert not Authenticator.objects.exists()
    assert mail.outbox[-1].to == ["rosa@example.org"]


# --- Many at once, and the cache that all workers share ----------------------------------------------


@pytest.fixture
def shared_cache(transactional_db):
    """The cache of the product: a table that all workers share."""
    with override_settings(CACHES=SHARED):
        caches["default"].clear()
        yield caches["default"]
        caches["default"].clear()


def at_once(browsers, address, said):
    """Send the same form from all browsers at the same moment; return what they were answered."""
    start, answers = Barrier(len(browsers)), []

    def send(browser):
        start.wait()
        answers.append(browser.post(address, said))
        connection.close()

    hands = [Thread(target=send, args=[browser]) for browser in browsers]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    return answers


def same_session(browser, many):
    """Return more browsers that hold the same cookie."""
    twins = [Client() for _ in range(many)]
    for twin in twins:
        twin.cookies["session"] = browser.cookies["session"].value
    return twins


def test_of_two_posts_of_one_code_at_one_moment_one_gets_in(client, shared_cache, rosa):
    ask(client)
    at_once(same_session(client, 2), ENTER, {"code": mailed()})
    sessions = [row.get_decoded() for row in Session.objects.all()]
    assert len([one for one in sessions if one.get("_auth_user_id") == str(rosa.pk)]) == 1


def test_hurry_gives_no_more_than_three_tries(client, shared_cache, rosa, monkeypatch):
    compared = []
    monkeypatch.setattr("clinic.forms.entrance.compare_user_code", lambda **both: compared.append(both))
    ask(client)
    at_once(same_session(client, 8), ENTER, {"code": "BBBB-BBBB"})
    assert 1 <= len(compared) <= 3


def test_workers_count_together(client, shared_cache, rosa):
    answers = at_once([Client() for _ in range(8)], ASK, {"email": "rosa@example.org"})
    POSTMAN.submit(lambda: None).result()
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [302] * 3
    assert len(mail.outbox) == 3


def test_with_the_cache_down_nobody_comes_in_uncounted_and_everything_else_goes_on(
    client, rosa, clinician, monkeypatch
):
    def down(*args, **kwargs):
        raise DatabaseError("no such table: clinic_cache")

    ask(client)
    code = mailed()
    for name in ("add", "get", "set"):
        monkeypatch.setattr(f"django.core.cache.backends.locmem.LocMemCache.{name}", down)
    for address, said in (
        (ASK, {"email": "rosa@example.org"}),
        (ENTER, {"code": code}),
        (PASSKEY, {"credential": "{}"}),
        (reverse("login"), {"username": clinician.email, "password": factories.PASSWORD}),
        (reverse("ask_for_reset"), {"email": clinician.email}),
    ):
        answer = (client if address == ENTER else Client()).post(address, said)
        assert answer.status_code == 503 and b"call your clinic" in answer.content
    assert not signed_in(client)

    client.force_login(rosa)
    assert client.get("/me/").status_code == 200
    assert client.get("/emergency/").status_code == 200


def test_the_table_of_the_shared_cache_comes_with_the_migrations(db):
    assert "clinic_cache" in connection.introspection.table_names()


@pytest.mark.parametrize("role", ["clinician", "assistant", "lead", "administrator"])
def test_a_runner_who_works_here_gives_a_password(role, clinic, rosa):
    assert may_sign_in_by_mail(rosa)
    factories.Membership.objects.create(person=rosa, clinic=clinic, role=role)
    del rosa.roles
    assert not may_sign_in_by_mail(rosa)
