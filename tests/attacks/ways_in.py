"""The ways in and out, each with a form of it that could be accepted."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.tokens import default_token_generator
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from clinic import invitations
from clinic.glass import break_glass
from rehab.reminding import stop_token
from tests import factories
from tests.attacks.pages import Entry, forms_of, made, shown
from tests.attacks.wire import browser_of
from tests.clinic.second_factors import gives_password, has_app
from tests.world import address, came_in


def invited(world):
    """A link that works once."""
    fresh = factories.PatientFactory(clinic=world.clinic, person=None)
    told = {"email": "new@example.org", "language": "en", "seen": None}
    _, token = invitations.invite(patient=fresh, **told, by=world.people["lead"], at=timezone.now())
    return Entry("nobody", made("clinic:welcome", address("clinic:welcome", token), {}), needs_nothing=True)


def a_passkey(world):
    """A passkey of the runner."""
    data = {"name": "phone", "credential": {}}
    key = Authenticator.objects.create(user=world.people["runner"], type="webauthn", data=data)
    browser = browser_of(world, "runner")
    came_in(browser, world.people["runner"])
    form = made("clinic:forget_passkey", address("clinic:forget_passkey", key.pk), {})
    return Entry("runner", form, needs_nothing=True, browser=browser)


def adding_a_passkey(world):
    """A new passkey, just after signing in."""
    browser = browser_of(world, "runner")
    came_in(browser, world.people["runner"])
    said = {"name": "phone", "credential": "{}"}
    return Entry("runner", made("clinic:passkeys", address("clinic:passkeys"), said), browser=browser)


def by_password(door):
    """Return a function that makes the form of signing in."""

    def entry(world):
        form = shown(world, "nobody", address("login"), "login")
        return Entry("nobody", made(door, address(door), {"username": "who@example.org", "password": "wrong"}, form))

    return entry


def by_code(world):
    """Ask for a code."""
    form = shown(world, "nobody", address("account_request_login_code"), "account_request_login_code")
    return Entry("nobody", made(form.door, form.address, {"email": "nobody@example.org"}, form))


def entering_the_code(world):
    """Enter the code that was asked for."""
    browser = browser_of(world, "nobody")
    browser.post(address("account_request_login_code"), {"email": "nobody@example.org"})
    form = made("account_confirm_login_code", address("account_confirm_login_code"), {"code": "AAAA-AAAA"})
    return Entry("nobody", form, browser=browser)


def by_passkey(world):
    """Come in by a passkey."""
    browser = browser_of(world, "nobody")
    browser.get(address("login"))
    form = made("mfa_login_webauthn", address("mfa_login_webauthn"), {"credential": "{}", "next": ""})
    return Entry("nobody", form, browser=browser)


def out(world):
    """Sign out."""
    return Entry("fellow", made("logout", address("logout"), {}), needs_nothing=True)


def no_mails(world):
    """Stop reminders from the mail."""
    at = address("rehab:stop_reminders", stop_token(world.case.patient, ["session"]))
    return Entry("nobody", made("rehab:stop_reminders", at, {}), needs_nothing=True)


def freshly(door, said=None, app=False):
    """Return a function that makes a form of one's own ways in, just after signing in."""

    def entry(world):
        person = world.people["assistant"]
        if app:
            has_app(person)
        browser = browser_of(world, "assistant")
        came_in(browser, person)
        if door == "clinic:app":
            browser.get(address(door))
        return Entry("assistant", made(door, address(door), said or {}), needs_nothing=not said, browser=browser)

    return entry


def second(world):
    """The code of the app, after the password."""
    person = world.people["assistant"]
    has_app(person)
    browser = browser_of(world, "nobody")
    gives_password(browser, person)
    form = made("mfa_authenticate", address("mfa_authenticate"), {"code": "000000"})
    return Entry("nobody", form, browser=browser)


def a_reset(world):
    """A link to a new password that somebody opened."""
    person, browser = world.people["assistant"], browser_of(world, "nobody")
    whose, token = urlsafe_base64_encode(force_bytes(person.pk)), default_token_generator.make_token(person)
    opened = browser.get(address("reset_password", whose, token))
    form = made("reset_password", opened.url, {"new": "a new one that is long enough"})
    return Entry("nobody", form, browser=browser)


def for_a_reset(world):
    """Ask for a link."""
    return Entry("nobody", made("ask_for_reset", address("ask_for_reset"), {"email": "nobody@example.org"}))


def into_the_record_of_another_clinic(world):
    """Open the record of the neighbour's runner, just after signing in."""
    person, patient = world.people["lead"], world.theirs.patient
    browser = browser_of(world, "lead")
    came_in(browser, person)
    at = address("clinic:glass")
    form = next(form for form in forms_of(browser.get(at).content.decode(), at) if form.door == "clinic:glass")
    said = {"given_name": patient.given_name, "surname": patient.surname, "birth_date": patient.birth_date}
    said |= {"reason": "emergency", "words": "Collapsed at our race."}
    return Entry("lead", made("clinic:glass", at, said, form), browser=browser)


def out_of_that_record(world):
    """End what one has opened."""
    opening = an_opening(world, by="lead", whose=world.theirs)
    return Entry("lead", made("clinic:glass_end", address("clinic:glass_end", opening.pk), {}), needs_nothing=True)


def noticing_it(world):
    """Say, as the lead, that one has seen who opened a record from outside."""
    opening = an_opening(world, by="stranger", whose=world.case)
    return Entry("lead", made("clinic:glass_seen", address("clinic:glass_seen", opening.pk), {}), needs_nothing=True)


def an_opening(world, by, whose):
    """Let somebody have opened the record of a case of another clinic."""
    person = world.people[by]
    why = {"reason": "emergency", "words": "Collapsed at our race.", "from_clinic": person.memberships.first().clinic}
    return break_glass(patient=whose.patient, **why, by=person, at=timezone.now())


WAYS_IN = {
    "clinic:glass": into_the_record_of_another_clinic,
    "clinic:glass_end": out_of_that_record,
    "clinic:glass_seen": noticing_it,
    "clinic:welcome": invited,
    "clinic:passkeys": adding_a_passkey,
    "clinic:forget_passkey": a_passkey,
    "clinic:again": freshly("clinic:again"),
    "clinic:password": freshly("clinic:password", {"old": factories.PASSWORD, "new": "a new one that is long enough"}),
    "clinic:app": freshly("clinic:app", {"code": "000000"}),
    "clinic:remove_app": freshly("clinic:remove_app", app=True),
    "clinic:recovery_codes": freshly("clinic:recovery_codes", app=True),
    "clinic:end_others": freshly("clinic:end_others"),
    "clinic:stay": freshly("clinic:stay"),
    "rehab:stop_reminders": no_mails,
    "reset_password": a_reset,
    "ask_for_reset": for_a_reset,
    "login": by_password("login"),
    "account_login": by_password("account_login"),
    "account_request_login_code": by_code,
    "account_confirm_login_code": entering_the_code,
    "mfa_login_webauthn": by_passkey,
    "mfa_authenticate": second,
    "logout": out,
}
