"""How long somebody stays in, what counts as being there, and where else they are."""

import re
import time
from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import AuditEvent, Draft
from clinic.sessions import device_of, is_over
from config.policy import DOORS
from tests.clinic.test_cases import story
from tests.test_guards import templates

pytestmark = pytest.mark.django_db
MINUTE, DAY = 60, 24 * 60 * 60


def later(seconds):
    """Move the clock on."""
    return time_machine.travel(time.time() + seconds, tick=True)


def is_in(browser, page="clinic:preferences"):
    """Return whether somebody is still signed in here."""
    return browser.get(reverse(page)).status_code == 200


@pytest.mark.parametrize(("minutes", "still"), [(14, True), (15.1, False)])
def test_who_works_here_and_does_nothing_for_15_minutes_is_out(clinician, at_work, minutes, still):
    browser = at_work(clinician)
    browser.get(reverse("clinic:today"))
    with later(minutes * MINUTE):
        assert is_in(browser) is still


def test_what_a_person_does_counts(clinician, at_work):
    browser, begun = at_work(clinician), time.time()
    for minutes in range(0, 50, 10):
        with time_machine.travel(begun + minutes * MINUTE, tick=True):
            assert is_in(browser), minutes


def test_after_12_hours_everybody_who_works_here_is_out_whatever_they_do(clinician, at_work):
    browser, begun = at_work(clinician), time.time()
    for minutes in range(0, 12 * 60, 10):
        with time_machine.travel(begun + minutes * MINUTE, tick=True):
            browser.post(reverse("clinic:find"), {"name": "R"})  # kept in the session, which so begins its days anew
            assert is_in(browser), minutes
    with time_machine.travel(begun + 12 * 60 * MINUTE + 1, tick=True):
        assert not is_in(browser)


def test_a_runner_stays_in_on_their_phone_for_two_weeks_without_opening_it(runner, at_work):
    browser, begun = at_work(runner), time.time()
    sign_in_for_days(browser)
    browser.get(reverse("rehab:my_today"))
    with time_machine.travel(begun + 13 * DAY, tick=True):
        assert is_in(browser)
    with time_machine.travel(begun + 27 * DAY + 60, tick=True):
        assert not is_in(browser)


def test_a_runner_comes_in_again_after_the_days_of_the_setting(runner, at_work, settings):
    browser, begun = at_work(runner), time.time()
    sign_in_for_days(browser)
    for day in range(0, settings.RUNNER_SESSION_DAYS, 5):
        with time_machine.travel(begun + day * DAY, tick=True):
            assert is_in(browser), day
    with time_machine.travel(begun + settings.RUNNER_SESSION_DAYS * DAY + 1, tick=True):
        assert not is_in(browser)


def sign_in_for_days(browser):
    """Let the session last as long as that of a runner who came in by a code."""
    session = browser.session
    session.set_expiry(timezone.now() + timedelta(days=60))
    session.save()


@pytest.mark.parametrize(
    "sent",
    [
        {"address": "draft"},
        {"address": "draft", "method": "post"},
        {"address": "draft", "query": "?skip_timeout_reset=0&keepalive=1"},
        {"address": "draft", "headers": {"HX-Request": "true", "X-Keep-Alive": "1", "X-Requested-With": "person"}},
        {"address": "draft", "cookies": {"acted": str(2**40)}},
    ],
    ids=["a poll", "an autosaved draft", "a parameter", "a header", "a cookie"],
)
def test_nothing_that_a_page_does_by_itself_or_a_browser_says_keeps_anybody_in(case, clinician, at_work, sent):
    browser, begun = at_work(clinician), time.time()
    browser.get(reverse("clinic:today"))
    at = reverse("clinic:draft", args=[case.pk, "intake"]) + sent.get("query", "")
    for minutes in (5, 10, 14):
        with time_machine.travel(begun + minutes * MINUTE, tick=True):
            for name, value in sent.get("cookies", {}).items():
                browser.cookies[name] = value
            ask = getattr(browser, sent.get("method", "get"))
            assert ask(at, headers=sent.get("headers", {})).status_code in (200, 204)
    with time_machine.travel(begun + 15 * MINUTE + 1, tick=True):
        assert not is_in(browser)


def asked_over_and_over():
    """Return the names of the addresses that a template asks for while nobody does anything."""
    tags = [tag for path in templates() for tag in re.findall(r"<[^<>]*hx-trigger=[^<>]*>", path.read_text())]
    by_itself = [tag for tag in tags if re.search(r"""hx-trigger="[^"]*\b(every|load|revealed|intersect)\b""", tag)]
    return {name for tag in by_itself for name in re.findall(r"""hx-\w+="{% url '([\w:]+)'""", tag)}


def test_every_address_that_a_page_asks_for_by_itself_is_known():
    asked = {name for name, door in DOORS.items() if door.is_asked_by_itself and not door.is_static}
    assert asked == {
        *("clinic:draft", "triage:level", "triage:judge"),
        *("rehab:my_copy", "rehab:my_outbox", "rehab:my_opened", "rehab:my_export"),
    }
    assert "rehab:my_export" in asked_over_and_over() <= asked


@pytest.mark.parametrize(
    ("began", "acted", "over"),
    [
        (0, 0, False),
        (-3600, -60, False),
        (-3600, -15 * MINUTE, True),
        (-12 * 3600, 0, True),
        (0, 3600, True),  # the clock was set back: what is noted lies ahead
        (3600, 0, True),
    ],
)
def test_the_clocks_of_a_session(clinician, began, acted, over):
    now = timezone.now()
    row = UserSession(created_at=now + timedelta(seconds=began), last_seen_at=now + timedelta(seconds=acted))
    assert is_over(row, clinician) is over


def test_whoever_was_out_comes_back_to_their_page(case, clinician, at_work):
    browser, page = at_work(clinician), reverse("clinic:case", args=[case.pk])
    browser.get(page)
    with later(16 * MINUTE):
        answer = browser.get(page)
    assert (answer.status_code, answer.url) == (302, f"{reverse('login')}?next={page}")


def test_a_form_that_came_too_late_is_kept_as_the_draft_of_its_person_alone(case, clinician, lead, at_work):
    browser, page = at_work(clinician), reverse("clinic:intake", args=[case.pk])
    browser.get(page)
    with later(16 * MINUTE):
        answer = browser.post(page, story(case) | {"story": "typed for an hour", "then": "later"})

    assert answer.status_code == 401 and "kept as a draft" in answer.content.decode()
    assert not case.events.filter(kind="intake").exists()
    (draft,) = Draft.objects.all()
    assert (draft.person, draft.fields["story"]) == (clinician, ["typed for an hour"])
    assert "then" not in draft.fields  # the button that was pressed: put back, it would change what each button does
    kept = reverse("clinic:draft", args=[case.pk, "intake"])
    assert at_work(lead).get(kept).json() == {}
    assert at_work(clinician).get(kept).json()["story"] == ["typed for an hour"]


def test_a_form_without_a_draft_that_came_too_late_shows_what_was_typed(case, clinician, at_work):
    browser, page = at_work(clinician), reverse("clinic:note", args=[case.pk])
    browser.get(reverse("clinic:case", args=[case.pk]))
    with later(16 * MINUTE):
        sent = {"patient": case.patient_id, "version": case.version, "text": "a long note <b>"}
        answer = browser.post(page, sent)

    text = answer.content.decode()
    assert answer.status_code == 401 and "a long note &lt;b&gt;" in text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert case.patient.surname not in text  # nobody is signed in: nothing of the record is shown
    assert not case.events.filter(kind="note").exists()


def test_a_late_form_of_somebody_elses_record_is_kept_nowhere(case, stranger, at_work):
    browser = at_work(stranger)
    browser.get(reverse("clinic:today"))
    with later(16 * MINUTE):
        browser.post(reverse("clinic:intake", args=[case.pk]), story(case))
    assert not Draft.objects.exists()


# --- Places ------------------------------------------------------------------------------------


@pytest.fixture
def two_places(clinician):
    """The same person in two browsers."""
    browsers = (
        Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux) Firefox/130"),
        Client(HTTP_USER_AGENT="Mozilla/5.0 (iPhone; CPU OS) Safari/605", REMOTE_ADDR="192.0.2.9"),
    )
    for browser in browsers:
        browser.force_login(clinician)
        browser.get(reverse("clinic:today"))
    return browsers


def test_each_place_is_listed_with_its_device_and_address(two_places):
    page = two_places[0].get(reverse("clinic:sessions")).content.decode()
    assert "Firefox, Linux" in page and "Safari, iPhone" in page and "192.0.2.9" in page
    assert page.count("/end/") == 1  # not here


def test_signed_out_there_is_out_with_the_next_request(two_places):
    here, there = two_places
    other = UserSession.objects.get(session_key=there.session.session_key)
    here.post(reverse("clinic:end_session", args=[other.pk]))
    assert (is_in(here), is_in(there)) == (True, False)


def test_signed_out_everywhere_else(two_places):
    here, there = two_places
    here.post(reverse("clinic:end_others"))
    assert (is_in(here), is_in(there)) == (True, False)


def test_nobody_signs_another_person_out(two_places, lead, at_work):
    row = UserSession.objects.get(session_key=two_places[0].session.session_key)
    assert at_work(lead).post(reverse("clinic:end_session", args=[row.pk])).status_code == 404
    assert is_in(two_places[0])


def test_staying_is_an_act_of_a_person(clinician, at_work):
    browser, begun = at_work(clinician), time.time()
    browser.get(reverse("clinic:today"))
    with time_machine.travel(begun + 14 * MINUTE, tick=True):
        assert browser.post(reverse("clinic:stay")).status_code == 204
    with time_machine.travel(begun + 28 * MINUTE, tick=True):
        assert is_in(browser)


def test_what_was_seen_last_is_noted_at_most_twice_a_minute(clinician, at_work):
    browser = at_work(clinician)
    browser.get(reverse("clinic:preferences"))
    seen = UserSession.objects.get().last_seen_at
    browser.get(reverse("clinic:preferences"))
    assert UserSession.objects.get().last_seen_at == seen
    with later(40):
        browser.get(reverse("clinic:preferences"))
        assert UserSession.objects.get().last_seen_at > seen + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/120 Safari/537 Edg/120", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537", "Chrome, Android"),
        ("", "a device that does not say what it is"),
    ],
)
def test_a_device_in_words(agent, words):
    assert device_of(agent) == words


def test_a_form_without_its_token_keeps_nobody_in_and_begins_nothing_anew(case, clinician):
    """It is refused before anybody asks how long they have been here."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(clinician)
    browser.get(reverse("clinic:preferences"))
    long_ago = timezone.now() - timedelta(hours=13)
    UserSession.objects.update(created_at=long_ago, last_seen_at=long_ago)
    for address in (reverse("clinic:preferences"), reverse("clinic:draft", args=[case.pk, "intake"])):
        assert browser.post(address, {"language": "en"}).status_code == 403
        assert UserSession.objects.get().last_seen_at == UserSession.objects.get().created_at == long_ago
    assert not AuditEvent.objects.filter(kind="sign_in").exists()
    assert browser.get(reverse("clinic:today")).status_code == 302
