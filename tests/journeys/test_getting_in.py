"""A runner gets in: invited, let in by a tap, back by a code or a passkey; the team by a second step or a passkey."""

import re

import pytest
from playwright.sync_api import expect

from clinic.models import Person
from tests import factories
from tests.clinic.second_factors import shown
from tests.journeys import steps
from tests.journeys.runner_steps import code_in_mail

ADDRESS = "nina@example.org"


@pytest.fixture
def case(clinic, clinician):
    """The open case of a runner who was never let in."""
    return factories.CaseFactory(
        patient__clinic=clinic, patient__person=None, patient__given_name="Nina", opened_by=clinician
    )


def sign_out(phone):
    phone.page.get_by_role("button", name="Sign out", exact=True).click()
    phone.page.wait_for_url("**/accounts/login/")


def ask_for_code(phone):
    phone.page.get_by_role("link", name="I am a runner: send me a code").click()
    phone.look()
    phone.page.get_by_label("E-mail address").fill(ADDRESS)
    phone.page.get_by_role("button", name="Send me a code").click()
    phone.page.wait_for_url("**/accounts/code/enter/")


def enter(phone, typed):
    phone.page.get_by_label("Code").fill(typed)
    phone.page.get_by_role("button", name="Sign in").click()


def test_invited_let_in_out_and_in_again(desk, phone, case):
    steps.invite(desk, phone, case.patient, ADDRESS)
    phone.look()
    desk.open(f"/cases/{case.pk}/")
    expect(desk.page.get_by_text("The runner is in:")).to_be_visible()
    desk.look()

    sign_out(phone)
    phone.look()
    ask_for_code(phone)
    phone.look()
    enter(phone, "BBBB-BBBB")
    expect(phone.page.get_by_text("This is not the code.")).to_be_visible()
    phone.look()
    enter(phone, code_in_mail(ADDRESS).lower())
    expect(phone.page).to_have_url(re.compile(r"/me/$"))
    case.patient.refresh_from_db()
    assert case.patient.person.email == ADDRESS


def test_sent_again_and_withdrawn(desk, phone, case):
    steps.send_invitation(desk, case.patient, ADDRESS)
    first = steps.mailed_link()
    desk.page.get_by_text("The mail did not arrive?").click()
    desk.look()
    desk.page.get_by_role("button", name="Send again").click()
    expect(desk.page.get_by_text(f"A link that works once was sent to {ADDRESS}.")).to_be_visible()
    second = steps.mailed_link()
    phone.open(first)
    expect(phone.page.get_by_role("heading", name="This link opens nothing")).to_be_visible()

    desk.page.get_by_role("button", name="Withdraw the invitation").click()
    expect(desk.page.get_by_text("The invitation was withdrawn")).to_be_visible()
    desk.look()
    phone.open(second)
    phone.complaints.clear()  # the browser reports a 404 itself
    phone.look()
    expect(phone.page.get_by_role("heading", name="This link opens nothing")).to_be_visible()
    case.patient.refresh_from_db()
    assert case.patient.person is None


def test_a_passkey_lets_in_without_a_code(phone, case):
    case.patient.person = Person.objects.create_user(ADDRESS, name="Nina")
    case.patient.save()
    device = a_device(phone)
    phone.open("/accounts/login/")
    ask_for_code(phone)
    enter(phone, code_in_mail(ADDRESS))
    phone.page.wait_for_url("**/me/")

    phone.open("/preferences/")
    phone.page.get_by_role("link", name="Sign in without a code").click()
    phone.look()
    phone.page.get_by_role("button", name="Add a passkey on this device").click()
    expect(phone.page.get_by_text("This device can sign in now, without a code.")).to_be_visible()
    phone.look()
    sign_out(phone)
    phone.page.get_by_role("button", name="Use a passkey").click()
    phone.page.wait_for_url("**/me/")

    # Without face, finger or PIN nobody gets in, and the page says what else to do
    sign_out(phone)
    device("WebAuthn.setUserVerified", isUserVerified=False)
    phone.page.get_by_role("button", name="Use a passkey").click()
    expect(phone.page.get_by_text("No passkey was used. Ask for a code instead.")).to_be_visible()
    phone.look()

    # Who left does not come in by a passkey either
    Person.objects.filter(email=ADDRESS).update(is_active=False)
    device("WebAuthn.setUserVerified", isUserVerified=True)
    phone.page.get_by_role("button", name="Use a passkey").click()
    phone.page.wait_for_url("**/accounts/code/")
    expect(phone.page.get_by_text("That did not work")).to_be_visible()
    phone.open("/me/")
    assert "/accounts/login/" in phone.page.url


def test_the_team_sets_a_second_step_up_before_anything_opens_and_comes_in_by_it(desk, clinician, settings):
    settings.DEMONSTRATION = False
    device = a_device(desk)
    desk.page.goto("/patients/")
    expect(desk.page).to_have_url(re.compile(r"/accounts/signing-in/$"))
    desk.look()
    desk.page.get_by_role("link", name="Set up an app").click()
    desk.look()
    secret = desk.page.locator("code").inner_text().replace(" ", "")
    desk.page.get_by_label("The code that the app shows").fill(shown(secret))
    desk.page.get_by_role("button", name="Use this app").click()
    expect(desk.page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    desk.look()
    spare = desk.page.locator(".recovery-codes code").first.inner_text()
    desk.page.get_by_role("link", name="Done").click()
    desk.look()
    desk.page.get_by_role("link", name="Your passkeys (0)").click()
    desk.page.get_by_role("button", name="Add a passkey on this device").click()
    expect(desk.page.get_by_text("This device can sign in now")).to_be_visible()
    desk.look()

    # Password and recovery code
    sign_out(desk)
    desk.sign_in(clinician.email)
    desk.page.wait_for_url("**/accounts/second/")
    desk.look()
    enter(desk, spare)
    desk.page.wait_for_url(desk.base_url + "/")

    # Password and passkey
    sign_out(desk)
    desk.sign_in(clinician.email)
    desk.page.get_by_role("button", name="Use a passkey").click()
    desk.page.wait_for_url(desk.base_url + "/")

    # A passkey alone, but not without face, finger or PIN
    sign_out(desk)
    device("WebAuthn.setUserVerified", isUserVerified=False)
    desk.page.get_by_role("button", name="Use a passkey").click()
    expect(desk.page.get_by_text("No passkey was used.")).to_be_visible()
    device("WebAuthn.setUserVerified", isUserVerified=True)
    desk.page.get_by_role("button", name="Use a passkey").click()
    desk.page.wait_for_url(desk.base_url + "/")
    desk.page.goto("/patients/")
    assert desk.page.url == desk.base_url + "/patients/"  # what sent them to set a second step up opens now


def a_device(phone):
    """Give the browser a device that makes passkeys; return a function that tells it something."""
    wire = phone.context.new_cdp_session(phone.page)
    wire.send("WebAuthn.enable")
    able = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True, **able}
    made = wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return lambda what, **said: wire.send(what, {**made, **said})
