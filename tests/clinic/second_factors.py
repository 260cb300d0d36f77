"""What stands beside a password, as tests hold it: an app that shows codes, and the sign-in step by step."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse
from django.utils import timezone

from clinic import factors
from tests import factories

LOGIN, SECOND, APP = "/accounts/login/", "/accounts/second/", "/accounts/signing-in/app/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def shown(secret=SECRET, steps=0):
    """Return the code that an app with this secret shows, so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def has_app(person):
    """Let a person have an app that holds SECRET."""
    return factors.add_app(person=person, secret=SECRET, step=1, by=person, at=timezone.now())


def has_recovery_codes(person):
    """Let a person have recovery codes, and return them."""
    return factors.new_recovery_codes(person=person, by=person, at=timezone.now())


def gives_password(browser, person, password=factories.PASSWORD, **more):
    """Give address and password."""
    return browser.post(LOGIN, {"username": person.email, "password": password}, **more)


def comes_in(browser, person, code=None):
    """Sign in by password and the code that the app shows."""
    gives_password(browser, person)
    return browser.post(SECOND, {"code": code or shown()})


def who_is_in(browser):
    """Return the key of who is signed in, or None."""
    return browser.session.get("_auth_user_id")


def opens(browser, address=None):
    """Return whether a page of the team opens."""
    return browser.get(address or reverse("clinic:find")).status_code == 200
