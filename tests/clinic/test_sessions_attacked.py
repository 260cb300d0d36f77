"""What somebody tries in order to stay in longer, to be unseen, or what an end at the wrong moment breaks."""

import re
import time

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic import invitations
from clinic.mail import POSTMAN
from clinic.sessions import EVERY
from tests import factories
from tests.clinic.second_factors import APP, comes_in, gives_password, has_app, shown
from tests.clinic.test_cases import story
from tests.clinic.test_sessions import sign_in_for_days
from tests.rehab.test_nothing_can_be_written import OnlyRead, emergencies

MINUTE, HOUR, DAY = 60, 3600, 86_400


def signed_in(person, **more):
    """Return a browser of its own in which this person is signed in."""
    browser = Client(**more)
    browser.force_login(type(person).objects.get(pk=person.pk))
    return browser


def is_in(browser):
    """Return whether somebody is signed in there still."""
    return browser.get(reverse("clinic:preferences")).status_code == 200


WAYS = [
    "login",
    "account_login",
    "account_request_login_code",
    "mfa_login_webauthn",
    "account_confirm_login_code",
    "admin:login",
]


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("who", ["clinician", "administrator", "runner"])
def test_sending_nothing_to_a_way_in_does_not_begin_the_twelve_hours_anew(request, who, way):
    person = request.getfixturevalue(who)
    browser = signed_in(person)
    browser.get(reverse("clinic:preferences"))
    first = UserSession.objects.get().created_at
    with time_machine.travel(time.time() + 10 * MINUTE, tick=True):
        browser.post(reverse(way))
        assert {row.created_at for row in UserSession.objects.all()} <= {first}


@pytest.mark.django_db
def test_twelve_hours_are_twelve_hours_for_who_knocks_at_the_login(clinician):
    browser, begun = signed_in(clinician), time.time()
    for minutes in range(0, 12 * 60, 14):
        with time_machine.travel(begun + minutes * MINUTE, tick=True):
            assert is_in(browser)
            browser.post(reverse("login"))
    with time_machine.travel(begun + 12 * HOUR + 1, tick=True):
        assert not is_in(browser)


def sets_up_an_app(browser, person):
    browser.get(APP)
    return browser.post(APP, {"code": shown(browser.session["app_secret"])})


def removes_the_app(browser, person):
    return browser.post(reverse("clinic:remove_app"))


def makes_recovery_codes(browser, person):
    return browser.post(reverse("clinic:recovery_codes"))


def changes_the_password(browser, person):
    said = {"old": factories.PASSWORD, "new": "another long enough one"}
    return browser.post(reverse("clinic:password"), said)


REKEYS = [
    *((sets_up_an_app, False), (removes_the_app, True), (makes_recovery_codes, True)),
    (changes_the_password, False),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("rekey", "has_one"), REKEYS, ids=[rekey.__name__ for rekey, _ in REKEYS])
def test_a_new_key_begins_neither_the_twelve_hours_anew_nor_the_minutes_after_a_sign_in(rekey, has_one, lead):
    lead.is_staff = True
    lead.save()
    browser, begun = Client(), time.time()
    if has_one:
        has_app(lead)
        comes_in(browser, lead)
    else:
        gives_password(browser, lead)
    assert is_in(browser)
    first, key = UserSession.objects.get().created_at, browser.session.session_key
    with time_machine.travel(begun + 14 * MINUTE, tick=True):
        assert rekey(browser, lead).status_code in (200, 302)
        assert is_in(browser) and browser.session.session_key != key
        assert abs(UserSession.objects.get(session_key=browser.session.session_key).created_at - first) < EVERY
    with time_machine.travel(begun + 16 * MINUTE, tick=True):
        assert browser.post(APP, {"code": "000000"}).status_code == 403  # to sign in once more
    for hours, still in ((11.9, True), (12.01, False)):
        with time_machine.travel(begun + hours * HOUR, tick=True):
            UserSession.objects.update(last_seen_at=timezone.now())  # as if they had been there all day
            assert is_in(browser) is still


@pytest.mark.django_db
def test_a_full_sign_in_begins_them_anew(lead):
    browser, begun = Client(), time.time()
    gives_password(browser, lead)
    with time_machine.travel(begun + 11 * HOUR, tick=True):
        UserSession.objects.update(last_seen_at=timezone.now())
        browser.post(reverse("clinic:again"))
        gives_password(browser, lead)
    with time_machine.travel(begun + 13 * HOUR, tick=True):
        UserSession.objects.update(last_seen_at=timezone.now())
        assert is_in(browser)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["triage:level", "triage:judge"])
def test_what_the_script_of_a_form_sends_by_itself_keeps_nobody_in(name, case, clinician):
    browser, begun = signed_in(clinician), time.time()
    browser.get(reverse("clinic:today"))
    for minutes in (5, 10, 14):
        with time_machine.travel(begun + minutes * MINUTE, tick=True):
            browser.post(reverse(name, args=[case.pk]), {}, headers={"HX-Request": "true"})
    with time_machine.travel(begun + 15 * MINUTE + 1, tick=True):
        assert not is_in(browser)


@pytest.mark.django_db
def test_a_session_that_only_polls_from_its_first_moment_ends(case, clinician):
    browser, begun = signed_in(clinician), time.time()
    at = reverse("clinic:draft", args=[case.pk, "intake"])
    for minutes in range(0, 60, 10):
        with time_machine.travel(begun + minutes * MINUTE, tick=True):
            status = browser.get(at).status_code
    assert status == 302


@pytest.mark.django_db
def test_sessions_that_the_seal_ended_are_not_listed_as_places(clinician):
    here, there = (signed_in(clinician, HTTP_USER_AGENT=agent) for agent in ("Firefox Linux", "Safari iPhone"))
    for browser in (here, there):
        browser.get(reverse("clinic:today"))
    clinician.end_sessions()
    again = signed_in(clinician, HTTP_USER_AGENT="Chrome Windows")
    again.get(reverse("clinic:today"))
    page = again.get(reverse("clinic:sessions")).content.decode()
    assert "Chrome, Windows" in page
    assert "iPhone" not in page


@pytest.mark.django_db
def test_a_session_under_a_new_key_is_still_listed(clinician, rf, settings):
    browser = signed_in(clinician, HTTP_USER_AGENT="Safari iPhone")
    browser.get(reverse("clinic:today"))
    # what changing a password, or setting up a factor, does to the session it happens in
    request = rf.get("/")
    request.session, request.user = browser.session, type(clinician).objects.get(pk=clinician.pk)
    update_session_auth_hash(request, request.user)
    request.session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    with time_machine.travel(time.time() + 2 * MINUTE, tick=True):
        page = browser.get(reverse("clinic:sessions")).content.decode()
        assert "Safari, iPhone" in page


@pytest.mark.django_db(transaction=True)
def test_an_emergency_yes_of_a_runner_gets_its_advice_while_nothing_can_be_written(case):
    browser, begun = Client(raise_request_exception=False), time.time()
    browser.force_login(case.patient.person)
    browser.get("/me/")
    question = emergencies()[0]
    with time_machine.travel(begun + 2 * MINUTE, tick=True), OnlyRead():
        answer = browser.post("/me/safety/", {question.code: "present"})
    assert answer.status_code != 500, answer.status_code
    assert b"112" in answer.content or b"NOT" in answer.content


@pytest.mark.django_db
def test_a_runners_yes_that_came_after_the_time_out_is_answered_with_more_than_a_sign_in(case):
    browser, begun = signed_in(case.patient.person), time.time()
    sign_in_for_days(browser)
    browser.get("/me/")
    question = emergencies()[0]
    with time_machine.travel(begun + 15 * DAY, tick=True):
        answer = browser.post("/me/safety/", {question.code: "present"})
    assert answer.status_code == 401 and reverse("emergency") in answer.content.decode()


@pytest.mark.django_db
def test_an_older_late_form_does_not_overwrite_a_newer_draft(case, clinician):
    old, begun = signed_in(clinician), time.time()
    page = reverse("clinic:intake", args=[case.pk])
    old.get(page)
    with time_machine.travel(begun + 16 * MINUTE, tick=True):
        new = signed_in(clinician)
        new.post(reverse("clinic:draft", args=[case.pk, "intake"]), {"story": "the newer, longer words"})
        old.post(page, story(case) | {"story": "old"})
        kept = signed_in(clinician).get(reverse("clinic:draft", args=[case.pk, "intake"])).json()
    assert kept["story"] == ["the newer, longer words"]


@pytest.mark.django_db
def test_a_late_form_of_an_older_version_does_not_come_back_as_a_draft_after_its_own_save(case, clinician):
    browser, begun = signed_in(clinician), time.time()
    page = reverse("clinic:intake", args=[case.pk])
    told = story(case)
    browser.post(page, told)  # saved
    with time_machine.travel(begun + 16 * MINUTE, tick=True):
        browser.post(page, told)  # the same, sent again by the back button
        kept = signed_in(clinician).get(reverse("clinic:draft", args=[case.pk, "intake"])).json()
    assert kept == {}


@pytest.mark.django_db
def test_the_note_that_somebody_is_there_rewrites_nothing_that_a_page_keeps(clinician):
    """A slow request would else undo what another tab kept in the session meanwhile."""
    browser = signed_in(clinician)
    browser.get(reverse("clinic:today"))
    before = Session.objects.values_list("session_data", flat=True).get()
    with time_machine.travel(time.time() + 2 * MINUTE, tick=True):
        browser.get(reverse("clinic:today"))
    assert Session.objects.values_list("session_data", flat=True).get() == before


def by_password(browser, person):
    """Sign in by password and the code of the app."""
    has_app(person)
    comes_in(browser, person)


def by_mail(browser, person):
    """Sign in by the code from the mail."""
    browser.post(reverse("account_request_login_code"), {"email": person.email})
    POSTMAN.submit(lambda: None).result()
    code = re.search(r"^[A-Z]{4}-[A-Z]{4}$", mail.outbox[-1].body, re.MULTILINE).group()
    browser.post(reverse("account_confirm_login_code"), {"code": code})


def by_invitation(browser, person):
    """Tap on the link of an invitation."""
    told = {"email": person.email, "language": "en", "seen": None}
    _, token = invitations.invite(patient=person.patient, **told, by=person, at=timezone.now())
    browser.post(reverse("clinic:welcome", args=[token]))


@pytest.mark.django_db
@pytest.mark.parametrize(("way", "who"), [(by_password, "clinician"), (by_mail, "runner"), (by_invitation, "runner")])
@pytest.mark.parametrize("planted", ["made up", "a stranger's own"])
def test_a_session_that_somebody_planted_is_not_the_one_that_is_signed_in(way, who, planted, request, settings):
    person, thief, browser = request.getfixturevalue(who), Client(), Client()
    key = "stolen0key0of0thirty0two0letters" if planted == "made up" else thief.session.session_key
    thief.cookies[settings.SESSION_COOKIE_NAME] = browser.cookies[settings.SESSION_COOKIE_NAME] = key
    way(browser, person)

    assert is_in(browser) and not is_in(thief)
    assert browser.session.session_key != key
