"""A form with a stale token: nothing written, nothing typed is lost, and a danger is answered with what to do."""

import re
import time
from datetime import timedelta
from itertools import product
from types import SimpleNamespace

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import reverse

from clinic.forms.worded import WordedForm, fields_at
from clinic.language import said
from clinic.models import AuditEvent, Case, Draft, Person, Task
from config.policy import CASE, DOORS, OWN, PATIENT, TASK
from rehab.models import SafetyCheck
from rehab.views.stale import stale_form
from tests.attacks.entries import doors_that_take_a_form
from tests.clinic.test_sessions import is_in
from tests.test_doors import changed
from tests.world import came_in, tables
from triage.knowledge import triage_knowledge

pytestmark = pytest.mark.django_db
SAFETY, SAFETY_NAME, NOTE = "/me/safety/", "rehab:my_safety", "clinic:note"
NOT_TOLD = {"en": "Your clinic has NOT been told", "es": "Tu clínica NO está avisada"}
NOT_SAVED = {"en": "Nothing was saved", "es": "No se ha guardado nada"}
WORDLESS = {
    # a tap or a choice
    *("clinic:patient", "clinic:withdraw", "clinic:task_seen", "clinic:calendar", "rehab:move", "rehab:sign"),
    *("rehab:start_running", "rehab:take", "rehab:my_intake", "rehab:my_leg", "rehab:my_consent"),
    *("rehab:my_upload", "rehab:my_opened", "rehab:my_outbox"),  # a file, and what the phone still has
    *("clinic:draft", "triage:judge", "triage:level"),  # a page sends it by itself
    "rehab:my_measures",  # its fields are the runner's own activities
}
TICKS = {"none", "zones", "patient", "plan", "kind", "version", "agreed", "key", "began"}  # one tap, or nobody's words
LABEL = {"en": "Note", "es": "Nota"}
HOSTILE = '"><script>alert(1)</script>'


def token_in(answer):
    """The token that stands in the forms of a page."""
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.content.decode()).group(1)


@pytest.fixture
def first_tab():
    """A function: a browser in which somebody signed in anew, and the token that its first tab still holds."""

    def opened(person, page):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(person)
        came_in(browser, person)
        stale = token_in(browser.get(page))
        del browser.cookies[settings.CSRF_COOKIE_NAME]  # as the new sign-in changes it
        browser.get(page)
        assert browser.cookies[settings.CSRF_COOKIE_NAME].value
        return browser, stale

    return opened


def note_of(case, text, token):
    """What the form of a note sends."""
    return {"patient": case.patient_id, "version": case.version, "text": text, "csrfmiddlewaretoken": token}


def a_danger():
    """A question that means an emergency."""
    return next(question for question in triage_knowledge().safety_set if question.level == "E")


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_stale_note_shows_what_was_typed_and_writes_nothing(case, clinician, first_tab, language):
    Person.objects.filter(pk=clinician.pk).update(language=language)
    browser, stale = first_tab(clinician, reverse("clinic:case", args=[case.pk]))
    before = tables()
    answer = browser.post(reverse(NOTE, args=[case.pk]), note_of(case, "Calf softer today", stale))
    page = answer.content.decode()

    assert answer.status_code == 403 and NOT_SAVED[language] in page and "Calf softer today" in page
    assert f"<dt>{LABEL[language]}</dt><dd>Calf softer today</dd>" in page  # the words of the form, not of the code
    assert f'href="{reverse("clinic:case", args=[case.pk])}"' in page and reverse("emergency") in page
    assert stale not in page and str(case.patient) not in page
    assert "no-store" in answer.headers["Cache-Control"]
    assert (changed(before), Draft.objects.count()) == ([], 0)


def test_what_was_typed_is_taken_once_it_is_sent_from_a_fresh_page(case, clinician, first_tab):
    at = reverse("clinic:case", args=[case.pk])
    browser, _stale = first_tab(clinician, at)
    answer = browser.post(reverse(NOTE, args=[case.pk]), note_of(case, "Calf softer", token_in(browser.get(at))))
    assert answer.status_code == 302 and Case.objects.get(pk=case.pk).version == case.version + 1


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_stale_yes_is_answered_with_what_to_do_and_that_nobody_was_told(case, runner, clinic, first_tab, language):
    Person.objects.filter(pk=runner.pk).update(language=language)
    browser, stale = first_tab(runner, SAFETY)
    question, before = a_danger(), tables()
    answer = browser.post(SAFETY, {question.code: "present", "csrfmiddlewaretoken": stale})
    page = answer.content.decode()

    assert answer.status_code == 403 and "no-store" in answer.headers["Cache-Control"]
    assert getattr(question.advice, language) in page and NOT_TOLD[language] in page
    assert f"tel:{clinic.emergency_number}" in page and clinic.phone in page
    assert f'href="{reverse("emergency")}"' in page and f'href="{SAFETY}"' in page
    assert "<form" not in page.split("<dialog")[0] and "data-owner" in page
    assert not SafetyCheck.objects.exists() and not Task.objects.exists() and changed(before) == []


def test_a_stale_yes_outweighs_a_no_to_the_same_question(runner, first_tab):
    browser, stale = first_tab(runner, SAFETY)
    answer = browser.post(SAFETY, {a_danger().code: ["present", "absent"], "csrfmiddlewaretoken": stale})
    assert NOT_TOLD["en"] in answer.content.decode()


def test_a_stale_no_frightens_nobody(runner, first_tab):
    browser, stale = first_tab(runner, SAFETY)
    page = browser.post(SAFETY, {a_danger().code: "absent", "csrfmiddlewaretoken": stale}).content.decode()
    assert NOT_SAVED["en"] in page and NOT_TOLD["en"] not in page


@pytest.mark.parametrize(
    ("slug", "code"), [("urgent", ""), ("risks", "previous_pe")], ids=["a danger", "a risk that stops"]
)
def test_a_stale_yes_of_the_intake_is_answered_too(runner, slug, code):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(runner)
    at = reverse("rehab:my_intake_topic", args=[slug])
    answer = browser.post(at, {code or a_danger().code: "present"})
    assert answer.status_code == 403 and NOT_TOLD["en"] in answer.content.decode()


@pytest.mark.parametrize("at", [SAFETY, "/me/session/", "/admin/clinic/person/add/", "/accounts/login/"])
def test_a_forged_form_without_a_session_writes_nothing(case, at):
    before = tables()
    answer = Client(enforce_csrf_checks=True).post(at, {a_danger().code: "present", "password": "Secret-3"})
    page = answer.content.decode()
    assert answer.status_code == 403 and reverse("emergency") in page
    assert "Secret-3" not in page and 'href="tel:"' not in page
    assert changed(before) == []


def test_a_form_from_another_site_plants_neither_words_nor_a_draft(case, clinician, first_tab):
    at = reverse("clinic:intake", args=[case.pk])
    browser, stale = first_tab(clinician, at)
    before = tables()
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    answer = browser.post(at, note_of(case, "Call this number", stale) | {"story": "planted"}, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 403 and "Call this number" not in page and "planted" not in page
    assert (changed(before), Draft.objects.count()) == ([], 0)


def test_hostile_words_stay_words(case, clinician, first_tab):
    browser, stale = first_tab(clinician, reverse("clinic:case", args=[case.pk]))
    sent = note_of(case, HOSTILE, stale) | {HOSTILE: HOSTILE}
    page = browser.post(reverse(NOTE, args=[case.pk]), sent).content.decode()
    assert "<script>alert" not in page and page.count("&lt;script&gt;alert") == 3


def test_hostile_words_beside_a_danger_stay_words(runner, first_tab):
    browser, stale = first_tab(runner, SAFETY)
    sent = {a_danger().code: "present", "told_at": HOSTILE, "csrfmiddlewaretoken": stale}
    page = browser.post(SAFETY, sent).content.decode()
    assert NOT_TOLD["en"] in page and "<script>alert" not in page


def test_a_refused_form_is_no_sign_in_and_wakes_no_session_that_is_over(case, clinician, first_tab):
    browser, stale = first_tab(clinician, reverse("clinic:case", args=[case.pk]))
    with time_machine.travel(time.time() + timedelta(minutes=16).total_seconds(), tick=True):
        browser.post(reverse(NOTE, args=[case.pk]), note_of(case, "late", stale))
        assert not is_in(browser)
    assert list(AuditEvent.objects.filter(kind="sign_in").values_list("act", flat=True)) == ["sign_out"]


def test_what_waits_on_a_phone_is_not_refused_for_good(runner, first_tab):
    browser, stale = first_tab(runner, SAFETY)
    answer = browser.post(reverse("rehab:my_outbox"), {a_danger().code: "present", "csrfmiddlewaretoken": stale})
    assert answer.status_code == 403 and answer.json() == {"stale": True}  # 409 and 422 are for good, 401 signs out
    page = browser.post(reverse("rehab:my_opened"), {"owner": "abc", "csrfmiddlewaretoken": stale}).content.decode()
    assert "What waits on this phone is still there" in page and "abc" not in page


class Away:
    """A person whom the database does not tell."""

    def __getattr__(self, name):
        raise OperationalError("away")


@pytest.mark.parametrize("user", [None, AnonymousUser(), Away()], ids=["nobody", "a stranger", "no database"])
@pytest.mark.parametrize("name", [None, "rehab:my_safety"])
def test_the_answer_needs_nobody_and_no_database(user, name, django_assert_num_queries):
    request = RequestFactory().post(SAFETY, {a_danger().code: "present"})
    if user:
        request.user = user
    if name:
        request.resolver_match = SimpleNamespace(view_name=name, kwargs={})
    with django_assert_num_queries(0):
        answer = stale_form(request)
    page = answer.content.decode()
    assert answer.status_code == 403 and answer.is_outage is isinstance(user, Away)
    assert (NOT_TOLD["en"] in page) is bool(name) and "What to do in an emergency" in page


def test_a_stale_yes_is_answered_while_the_database_is_away(runner, first_tab, monkeypatch):
    browser, stale = first_tab(runner, SAFETY)

    def away(*_):
        raise OperationalError("away")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", away)
    answer = browser.post(SAFETY, {a_danger().code: "present", "csrfmiddlewaretoken": stale})
    assert answer.status_code == 403 and NOT_TOLD["en"] in answer.content.decode()


def test_the_admin_shows_what_was_typed_and_no_password(administrator, first_tab):
    at = reverse("admin:clinic_person_add")
    browser, stale = first_tab(administrator, "/preferences/")
    sent = {"name": "Nadia", "password1": "Secret-3", "_save": "Save", "csrfmiddlewaretoken": stale}
    page = browser.post(at, sent).content.decode()
    assert "Nadia" in page and "Secret-3" not in page and f'href="{at}"' in page


def labels_at(address):
    """{field: label} of what is asked at an address."""
    return {name: str(field.label) for name, field in fields_at(address).items()}


def test_an_address_knows_the_words_of_its_form():
    assert labels_at("clinic:amend")["reason"] == "Why it is amended"
    assert labels_at("triage:screening")["pe_breathless"] == "Sudden or new breathlessness?"
    danger = a_danger()
    for address in (SAFETY_NAME, "rehab:my_intake_topic"):
        assert labels_at(address)[danger.code] == str(said(danger.text))
    assert labels_at("clinic:find") == {}


def test_no_two_forms_of_one_address_call_a_field_by_two_names():
    named, left = {}, [WordedForm]
    while left:
        form = left.pop()
        left += form.__subclasses__()
        fields = form.plain_fields() if form.doors else {}
        for door, (name, field) in product(form.doors, fields.items()):
            label = str(field.label)
            assert named.setdefault((door, name), label) == label, (form, name)
    assert {door for door, _name in named} <= set(DOORS)


def test_every_form_about_a_runner_has_its_words():
    """Whoever adds a form says at which door it is asked, or here why nothing of it would be copied."""
    about = {CASE, PATIENT, TASK, OWN}
    taking = {door for door in doors_that_take_a_form() if door in DOORS and DOORS[door].shows in about}
    assert {door for door in taking if not fields_at(door)} == WORDLESS
    for door in taking - WORDLESS:
        named = {name: field.label for name, field in fields_at(door).items() if not field.widget.is_hidden}
        assert [name for name, label in named.items() if not label and name not in TICKS] == [], door


@pytest.mark.parametrize("door", ["rehab:add", "rehab:draft", "rehab:treatments", "triage:diagnosis", "clinic:intake"])
def test_the_words_of_a_form_need_no_database(door, django_assert_num_queries):
    with django_assert_num_queries(0):
        for field in fields_at(door).values():
            assert len(list(getattr(field, "choices", [1]))) > 0
