"""A stranger names the host: no link in a mail or on a page leads where the request said it came from."""

import re

import pytest
from django.core import mail

from clinic.mail import POSTMAN
from tests import factories
from tests.attacks.entries import ENTRIES
from tests.world import a_browser, address

pytestmark = pytest.mark.django_db
EVIL = "evil.example"
LINK = re.compile(r"https?://([^/\s\"'<>]+)")


@pytest.fixture
def any_host(settings):
    """A server that was set up carelessly: it answers to every name."""
    settings.ALLOWED_HOSTS = ["*"]
    return {"HTTP_HOST": EVIL, "HTTP_X_FORWARDED_HOST": EVIL, "HTTP_FORWARDED": f"host={EVIL}"}


def hosts_of(texts):
    """Return every host that a text links to."""
    return {host for text in texts for host in LINK.findall(text)}


def test_a_host_that_is_not_ours_is_not_answered(client, db, settings):
    settings.ALLOWED_HOSTS = ["clinic.example"]
    assert client.get("/accounts/login/", HTTP_HOST=EVIL).status_code == 400
    assert client.get("/accounts/login/", HTTP_HOST="clinic.example", HTTP_X_FORWARDED_HOST=EVIL).status_code == 200


def test_the_link_of_a_reset_leads_to_the_clinic(world, any_host):
    person = world.people["assistant"]
    a_browser(world, "nobody").post(address("ask_for_reset"), {"email": person.email}, **any_host)
    POSTMAN.submit(lambda: None).result()
    assert hosts_of(sent.body for sent in mail.outbox) == {"localhost:8000"}


def test_the_link_of_an_invitation_leads_to_the_clinic(world, any_host):
    fresh = factories.PatientFactory(clinic=world.clinic, person=None, email="fresh@example.org")
    told = {"email": fresh.email, "language": "en", "seen": "", "patient": fresh.pk}
    a_browser(world, "lead").post(address("clinic:invite", fresh.pk), told, **any_host)
    assert hosts_of(sent.body for sent in mail.outbox) == {"localhost:8000"}


def test_the_address_of_a_calendar_is_the_clinics(world, any_host):
    form = ENTRIES["clinic:calendar"](world).form.filled()
    page = a_browser(world, "runner").post(address("clinic:calendar"), form, **any_host).content.decode()
    assert "/calendar/" in page and EVIL not in page
