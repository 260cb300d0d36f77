"""What a server that works is set to, without anybody setting it: headers, cookies, logs."""

import json
import logging
import os
import secrets
import subprocess
import sys

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse

from config.logs import AsJson, NoAddress
from config.policy import DOORS, NOTHING
from tests import factories
from tests.test_architecture import ROOT
from tests.test_doors import product_doors, where
from tests.world import a_browser

NOT_KEPT = ("private, no-store", "max-age=0, no-cache, no-store, must-revalidate, private")
AT_WORK = {"CLINIC_DEBUG": "no", "CLINIC_DEMO": "no", "CLINIC_HOSTS": "clinic.invalid", "CLINIC_MAIL_URL": "smtp://x"}
SETTINGS = """
import json
from config import settings as s
names = {names}
print(json.dumps({{name: getattr(s, name, None) for name in names}}))
"""


def at_work(*names):
    """Return settings as a server that works reads them, with nothing but what it must be told."""
    keys = {f"CLINIC_{name}_KEY": secrets.token_urlsafe(60) for name in ("SECRET", "AUDIT")}
    told = subprocess.run(
        [sys.executable, "-c", SETTINGS.format(names=names)],
        env={"PATH": os.environ["PATH"], **AT_WORK, **keys},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(told.stdout)


def test_a_server_that_works_is_safe_by_default():
    told = at_work(
        *("DEBUG", "DEMONSTRATION", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS"),
        *("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY"),
        "SECURE_CONTENT_TYPE_NOSNIFF",
    )
    assert told.pop("SECURE_HSTS_SECONDS") >= 365 * 24 * 60 * 60
    assert (told.pop("DEBUG"), told.pop("DEMONSTRATION")) == (False, False)
    assert all(told.values()), told


def test_every_cookie_is_kept_for_this_host_alone():
    told = at_work("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME", "DEVICE_COOKIE_NAME")
    assert {name[:7] for name in told.values()} == {"__Host-"}


def test_no_message_about_a_runner_stands_in_a_cookie():
    assert at_work("MESSAGE_STORAGE") == {"MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage"}


@pytest.mark.parametrize("name", ["CLINIC_SECRET_KEY", "CLINIC_AUDIT_KEY", "CLINIC_HOSTS", "CLINIC_MAIL_URL"])
def test_without_what_it_must_be_told_a_server_stops_with_a_sentence(name):
    known = {"PATH": os.environ["PATH"], **AT_WORK, "CLINIC_SECRET_KEY": "x" * 60, "CLINIC_AUDIT_KEY": "y" * 60}
    known.pop(name)
    told = subprocess.run([sys.executable, "manage.py", "check"], env=known, cwd=ROOT, capture_output=True, text=True)
    assert told.returncode != 0 and f"{name} is not set" in told.stderr and "Traceback" not in told.stderr


@pytest.mark.parametrize("short", ["", "abc", "y" * 49], ids=["empty", "three letters", "short"])
@pytest.mark.parametrize("name", ["CLINIC_SECRET_KEY", "CLINIC_AUDIT_KEY"])
def test_a_server_stops_where_a_key_can_be_guessed(name, short):
    known = {"PATH": os.environ["PATH"], **AT_WORK, "CLINIC_SECRET_KEY": "x" * 60, "CLINIC_AUDIT_KEY": "y" * 60}
    known |= {name: short}
    told = subprocess.run(
        [sys.executable, "-c", "import config.settings"], env=known, cwd=ROOT, capture_output=True, text=True
    )
    assert told.returncode != 0 and f"{name} is shorter than 50 characters" in told.stderr


def test_a_page_says_what_a_browser_may_do_with_it(client, db):
    headers = client.get(reverse("login")).headers

    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = {part.split()[0]: set(part.split()[1:]) for part in headers["Content-Security-Policy"].split(";")}
    assert not [name for name, sources in policy.items() if {"'unsafe-inline'", "'unsafe-eval'", "*"} & sources]
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == {"'self'"}
    assert policy["form-action"] == {"'self'"}  # which no default stands in for
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == {"'none'"}


@pytest.mark.parametrize("name", ["clinic:welcome", "rehab:stop_reminders", "rehab:calendar"])
def test_the_secret_of_an_address_goes_to_no_other_page(client, db, settings, name):
    settings.DEBUG = False
    assert client.get(reverse(name, args=["never-sent"])).headers["Referrer-Policy"] == "strict-origin"


@pytest.mark.parametrize("page", ["rehab:my_today", "rehab:my_data", "clinic:preferences", "rehab:my_data_json"])
def test_two_people_at_one_address_get_each_their_own_page(page, case, runner, clinic, db):
    """No cache of ours and none on the way may hand one person's page to another, whatever a browser says it kept."""
    other = factories.CaseFactory(patient__clinic=clinic, patient__given_name="Otto").patient
    other.person.name, runner.name = "Otto Eins", "Rosa Dos"
    seen, kept = [], {}
    for person in (runner, other.person, runner):
        person.save()
        browser = Client()
        browser.force_login(person)
        answer = browser.get(reverse(page), headers=kept)
        kept = {"If-None-Match": answer.headers.get("ETag", "*"), "If-Modified-Since": "Thu, 26 Nov 2026 00:00:00 GMT"}
        assert answer.status_code == 200 and answer.headers["Cache-Control"] in NOT_KEPT
        seen.append(answer.getvalue())
    assert seen[0] != seen[1] and b"Otto" not in seen[0] + seen[2]
    assert b"Rosa" in seen[0] and b"Rosa" not in seen[1], "nor is what was shown first kept for who comes second"


@pytest.mark.django_db
def test_what_somebody_typed_is_kept_by_no_cache_whoever_they_are(world):
    kept = {}
    for name, pattern in product_doors().items():
        answer = a_browser(world, "nobody").post(where(world, name, pattern), {"typed": "by nobody"})
        if not DOORS[name].is_static and answer.headers.get("Cache-Control") not in NOT_KEPT:
            kept[name] = answer.headers.get("Cache-Control")
    assert kept == {}


@pytest.mark.parametrize("who", ["runner", "assistant", "lead", "administrator"])
@pytest.mark.django_db
def test_every_page_that_shows_a_person_is_kept_by_no_cache(world, who):
    """Whatever comes back from behind a door that shows something of somebody, also a refusal."""
    kept = {}
    for name, pattern in product_doors().items():
        if DOORS[name].shows != NOTHING:
            answer = a_browser(world, who).get(where(world, name, pattern))
            if answer.headers.get("Cache-Control") not in NOT_KEPT:
                kept[name] = answer.headers.get("Cache-Control")
    assert kept == {}


# --- Logs --------------------------------------------------------------------------------------


def line_of(caplog, logger="clinic.requests"):
    """Return the last line of a logger as the server writes it."""
    record = [record for record in caplog.records if record.name == logger][-1]
    NoAddress().filter(record)
    return json.loads(AsJson().format(record))


def test_a_line_names_the_route_and_never_the_address(case, clinician, client, caplog):
    client.force_login(clinician)
    with caplog.at_level(logging.INFO, "clinic.requests"):
        answer = client.post(reverse("clinic:find"), {"name": "Runnerqzx"}, follow=True)
        client.get(reverse("clinic:case", args=[case.pk]))

    line = line_of(caplog)
    assert (line["route"], line["status"], line["method"]) == ("/cases/<uuid:case_id>/", 200, "GET")
    text = json.dumps([json.loads(AsJson().format(record)) for record in caplog.records])
    assert "qzx" not in text and str(case.pk) not in text
    assert len(answer.headers["X-Request-ID"]) == 36


def test_a_number_that_a_browser_sends_is_not_believed(client, db):
    sent = "0" * 36
    assert client.get(reverse("login"), headers={"X-Request-ID": sent}).headers["X-Request-ID"] != sent


def told_by_django(caplog):
    """Return what Django says of requests, as the server writes it."""
    records = [record for record in caplog.records if record.name.startswith("django.")]
    for record in records:
        NoAddress().filter(record)
    assert records
    return " ".join(AsJson().format(record) for record in records)


@pytest.mark.parametrize("letter", ["", "ñ", "%", "%0a", "%C3%B1", " ", "\\", '"', "漢"])
def test_what_django_says_of_a_lost_page_does_not_hold_its_address(client, db, caplog, letter):
    client.get(reverse("clinic:welcome", args=["a-secret-qzx"]))
    client.get(f"/patients/qzx{letter}qzx/")
    client.post("/cases/qzx/" + letter)
    client.put(reverse("clinic:welcome", args=[f"qzx{letter}qzx"]))
    told = told_by_django(caplog)
    assert "qzx" not in told and "(no such address)" in told and "/welcome/<str:token>/" in told


def test_nor_does_it_hold_the_address_of_the_page_that_sent_a_form(db, caplog):
    browser = Client(enforce_csrf_checks=True)
    browser.get(reverse("login"))
    sent_from = {"HTTP_REFERER": "https://other.example/qzx?of=qzx", "secure": True}
    assert browser.post(reverse("login"), {"csrfmiddlewaretoken": "x" * 32}, **sent_from).status_code == 403
    told = told_by_django(caplog)
    assert "qzx" not in told and "https://other.example " in told


def test_a_fault_is_told_by_kind_and_place_and_no_word_of_it():
    try:
        raise DatabaseError("Key (email)=(rosa@example.org) is there already")
    except DatabaseError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "it broke", (), sys.exc_info())
    line = json.loads(AsJson().format(record))

    assert line["fault"][0]["kind"] == "DatabaseError" and line["fault"][0]["at"]
    assert "rosa" not in json.dumps(line)


def test_no_message_can_begin_a_line_of_its_own():
    record = logging.LogRecord("x", logging.INFO, __file__, 1, 'a\n{"level": "forged"}\u2028', (), None)
    assert len(AsJson().format(record).splitlines()) == 1


def test_a_fault_of_ours_says_by_which_number_it_is_found(client, monkeypatch, db):
    client.raise_request_exception = False
    monkeypatch.setattr("clinic.views.entrance.SignIn", lambda *a, **k: 1 / 0)
    answer = client.get(reverse("login"))

    assert answer.status_code == 500 and answer.headers["X-Request-ID"] in answer.content.decode()


# --- Health ------------------------------------------------------------------------------------


def test_alive_touches_nothing(client):
    assert client.get(reverse("alive")).json() == {"alive": True}  # no database is open to this test


def test_ready_when_database_migrations_and_cache_are(client, db):
    answer = client.get(reverse("ready"))
    assert (answer.status_code, answer.json()) == (200, {"database": True, "migrations": True, "cache": True})


def test_not_ready_while_a_migration_waits(client, db):
    newest = MigrationLoader(connection).graph.leaf_nodes("rehab")[0]
    MigrationRecorder(connection).record_unapplied(*newest)
    answer = client.get(reverse("ready"))
    assert (answer.status_code, answer.json()["migrations"]) == (503, False)


def test_not_ready_while_the_database_is_down_and_says_no_more(client, db, monkeypatch):
    def refuse(*args, **kwargs):
        raise DatabaseError("password of the database: secret")

    with monkeypatch.context() as down:
        down.setattr("clinic.views.health.connection.cursor", refuse)
        answer = client.get(reverse("ready"))
    assert (answer.status_code, answer.json()["database"]) == (503, False)
    assert "secret" not in answer.content.decode()
