"""The advice to seek help comes even when the database really takes no write and cache and mail are gone."""

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import Case, Person, Task
from rehab import actions
from rehab.models import SafetyCheck
from triage.knowledge import triage_knowledge

SAFETY = "/me/safety/"
AWAY = "redis://127.0.0.1:1"  # where nobody answers
pytestmark = pytest.mark.django_db(transaction=True)


class OnlyRead:
    """For a while the database itself refuses every write on this connection."""

    ON = {"sqlite": "PRAGMA query_only = 1", "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"}
    OFF = {"sqlite": "PRAGMA query_only = 0", "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE"}

    def __enter__(self):
        self._say(self.ON)

    def __exit__(self, *_):
        self._say(self.OFF)

    def _say(self, words):
        with connection.cursor() as cursor:
            cursor.execute(words[connection.vendor])


@pytest.fixture
def phone(case, settings):
    """A runner with a session begun while all was well; then cache and mail are gone."""
    browser = Client(raise_request_exception=False)
    browser.force_login(case.patient.person)
    browser.get("/me/")
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache", "LOCATION": "127.0.0.1:1"}
    }
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
    return browser


def emergencies():
    """Return the questions that mean an emergency."""
    return [question for question in triage_knowledge().safety_set if question.level == "E"]


def test_the_database_really_takes_no_write(case):
    with OnlyRead(), pytest.raises(DatabaseError):
        Case.objects.filter(pk=case.pk).update(version=99)
    assert Case.objects.filter(pk=case.pk).update(version=99) == 1


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_yes_is_answered_with_what_to_do_and_that_nobody_was_told(case, phone, clinic, language):
    Person.objects.filter(pk=case.patient.person_id).update(language=language)
    question = emergencies()[0]
    with OnlyRead():
        answer = phone.post(SAFETY, {question.code: "present"})
    page = answer.content.decode()

    assert answer.status_code == 200
    assert getattr(question.advice, language) in page
    assert {"en": "Your clinic has NOT been told", "es": "Tu clínica NO está avisada"}[language] in page
    assert f"tel:{clinic.emergency_number}" in page and clinic.phone in page
    assert not SafetyCheck.objects.exists() and not Task.objects.exists()


def test_the_page_for_an_emergency_is_shown(phone):
    with OnlyRead():
        answer = phone.get(reverse("emergency"))
    assert answer.status_code == 200 and "Get help now" in answer.content.decode()


def test_a_stopped_plan_still_says_stop(case, phone):
    actions.tell_safety(
        case=case,
        where=SafetyCheck.Where.MESSAGE,
        answers={emergencies()[0].code: "present"},
        by=case.patient.person,
        at=timezone.now(),
        device_time=None,
    )
    with OnlyRead():
        answer = phone.get("/me/")
    assert answer.status_code == 200 and "No exercise for now" in answer.content.decode()
