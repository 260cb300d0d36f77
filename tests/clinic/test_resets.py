"""A forgotten password: a link by mail, once, for an hour; it skips no second factor and tells nobody who is known."""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from clinic.mail import POSTMAN
from clinic.models import Membership, Person
from tests import factories
from tests.clinic.second_factors import LOGIN, SECOND, comes_in, gives_password, has_app, opens, who_is_in

ASK = "/accounts/reset/"
LINK = re.compile(r"http://localhost:8000(/accounts/reset/\S+/\S+/)")
NEW = "a new one that is long enough"


def ask(browser, email):
    """Ask for a link and wait until the mail has left."""
    answer = browser.post(ASK, {"email": email})
    POSTMAN.submit(lambda: None).result()
    return answer


def mailed():
    return LINK.search(mail.outbox[-1].body)[1]


def choose(browser, link, new=NEW):
    """Open a link and choose a password; return the answer, or None where the link opened nothing."""
    opened = browser.get(link)
    return browser.post(opened.url, {"new": new}) if opened.status_code == 302 else None


@pytest.fixture
def link(clinician):
    """The link of a mail to a clinician."""
    ask(Client(), f" {clinician.email.upper()} ")
    assert mail.outbox[-1].to == [clinician.email]
    return mailed()


def test_the_link_leads_to_a_new_password_and_ends_every_session(client, clinician):
    gives_password(client, clinician)
    ask(Client(), f" {clinician.email.upper()} ")
    assert choose(Client(), mailed()).url == LOGIN
    assert not opens(client)
    assert gives_password(Client(), clinician).status_code == 200
    assert gives_password(client, clinician, NEW).status_code == 302 and opens(client)
    POSTMAN.submit(lambda: None).result()
    assert "password was changed" in mail.outbox[-1].subject


def test_it_signs_nobody_in_and_skips_no_second_factor(client, clinician, settings):
    settings.DEMONSTRATION = False
    has_app(clinician)
    ask(client, clinician.email)
    choose(client, mailed())
    assert who_is_in(client) is None
    assert gives_password(client, clinician, NEW).url == SECOND
    assert who_is_in(client) is None and client.post(SECOND, {"code": "000000"}).status_code == 422


def test_it_works_once(link):
    assert choose(Client(), link).status_code == 302
    assert choose(Client(), link) is None
    assert Client().get(link).status_code == 404


def test_of_two_links_the_first_used_ends_the_other(clinician, link):
    ask(Client(), clinician.email)
    choose(Client(), mailed())
    assert choose(Client(), link) is None


def test_a_sign_in_ends_it(client, clinician, link):
    gives_password(client, clinician)
    assert choose(Client(), link) is None


@pytest.mark.parametrize(("seconds", "opens_it"), [(59 * 60, True), (61 * 60, False)])
def test_it_lives_an_hour(seconds, opens_it, link):
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds)):
        assert (choose(Client(), link) is not None) == opens_it


@pytest.mark.parametrize("change", ["is_active", "is_demonstration", "role"])
def test_who_may_not_any_more_chooses_no_password(change, clinician, link, settings):
    settings.DEMONSTRATION = False
    if change == "role":
        clinician.memberships.update(ended_on=clinician.joined_on)
    else:
        Person.objects.filter(pk=clinician.pk).update(**{change: change != "is_active"})
    assert choose(Client(), link) is None


def test_another_persons_link_with_this_secret_opens_nothing(lead, link):
    token = link.split("/")[-2]
    other = reverse("reset_password", args=[urlsafe_base64_encode(force_bytes(lead.pk)), token])
    assert choose(Client(), other) is None


def test_a_password_against_the_rules_is_not_taken(clinician, link):
    browser = Client()
    answer = choose(browser, link, "password12")
    assert answer.status_code == 422 and "too common" in answer.content.decode()


def test_the_secret_leaves_the_address_at_once_and_goes_nowhere(link, caplog):
    with caplog.at_level(logging.DEBUG):
        browser = Client()
        opened = browser.get(link)
        assert opened.headers["Referrer-Policy"] == "no-referrer" and link not in opened.url
        page = browser.get(opened.url)
    secret = link.split("/")[-2]
    assert len(secret) >= 32 + 1  # 128 bits and a time, none of it kept
    assert secret not in page.content.decode() and secret not in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM clinic_person WHERE password LIKE %s", [f"%{secret[-20:]}%"])
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("who", ["unknown", "runner", "left"])
def test_who_gets_no_link_gets_the_same_answer(who, client, clinic, clinician):
    email = "unknown@example.org"
    if who == "runner":
        email = factories.PatientFactory().person.email
    elif who == "left":
        email = factories.member(clinic, "clinician", is_active=False).email
    answers = [ask(Client(), address) for address in (clinician.email, email)]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, LOGIN)}
    assert [sent.to for sent in mail.outbox] == [[clinician.email]]


def test_an_unknown_address_is_asked_about_as_much_as_a_known_one(clinician):
    """The mail itself is written beside the answer, in any case."""
    counts, both = [], factories.member(factories.ClinicFactory(), "assistant")
    Membership.objects.create(person=both, clinic=clinician.memberships.get().clinic, role="assistant")
    for email in (clinician.email, "unknown@example.org", clinician.email, both.email):
        with CaptureQueriesContext(connection) as queries:
            ask(Client(), email)
        counts.append([query["sql"].split()[0] for query in queries.captured_queries])
    assert counts[0] == counts[1] == counts[2] == counts[3]


def test_an_address_is_sent_three_links_in_an_hour_known_or_not(clinician):
    for email in (clinician.email, "unknown@example.org"):
        answers = [ask(Client(), email).status_code for _ in range(4)]
        assert answers == [302, 302, 302, 422]
    assert len(mail.outbox) == 3


def test_strangers_do_not_keep_the_link_from_the_device_one_came_in_on(client, clinician):
    gives_password(client, clinician)
    client.post(reverse("logout"))
    for _ in range(4):
        ask(Client(), clinician.email)
    assert ask(client, clinician.email).status_code == 302
    assert len(mail.outbox) == 4


def test_the_mail_speaks_the_persons_language_and_names_nobody(clinician):
    Person.objects.filter(pk=clinician.pk).update(language="es")
    ask(Client(), clinician.email)
    assert mail.outbox[-1].subject == "Una contraseña nueva"
    assert clinician.name not in mail.outbox[-1].body


def test_the_administrator_mails_a_link_to_somebody_new(client, clinic, administrator):
    person = factories.member(clinic, "administrator")
    person.set_unusable_password()
    person.save()
    runner = factories.PatientFactory(clinic=clinic).person
    comes_in(client, administrator)
    said = {"action": "mail_a_link", "_selected_action": [person.pk, runner.pk]}
    client.post(reverse("admin:clinic_person_changelist"), said)
    POSTMAN.submit(lambda: None).result()
    assert [sent.to for sent in mail.outbox] == [[person.email]]
    choose(Client(), mailed())
    assert gives_password(Client(), person, NEW).status_code == 302
