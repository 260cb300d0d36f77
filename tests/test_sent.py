"""How much anybody may send: much only where files are taken, and from whom; the rest is refused before it is read."""

import re

import pytest
from django import forms
from django.contrib import admin
from django.urls import reverse

from config.policy import DOORS
from rehab.forms import MediaForm
from rehab.mine.watch_form import Upload
from tests.test_doors import admin_addresses, product_doors, where
from tests.world import a_browser

pytestmark = pytest.mark.django_db
WITH_FILES = {"CONTENT_TYPE": "multipart/form-data; boundary=xyz"}
MUCH = {"CONTENT_LENGTH": "30000000"}


class Unread:
    """What was sent, which nobody may begin to read."""

    def __init__(self):
        self.was_read = False

    def read(self, *size):
        """Note it."""
        self.was_read = True
        return b""

    readline = read


def every_door(world):
    """Yield (door, address) of every address, the admin's too."""
    for name, pattern in product_doors().items():
        yield name, where(world, name, pattern)
    for name, at, *_ in admin_addresses(world):
        yield name, at


def sent(browser, at, **more):
    """Send a form with files; return (status, whether any of it was read)."""
    body = Unread()
    answer = browser.generic("POST", at, **WITH_FILES, **more, **{"wsgi.input": body})
    return answer.status_code, body.was_read


def with_a_token(world, who, settings):
    """Return a browser whose forms are read for their token, as a server that works reads each."""
    browser = a_browser(world, who, enforce_csrf_checks=True)
    browser.cookies[settings.CSRF_COOKIE_NAME] = "x" * 32
    return browser


@pytest.mark.parametrize("who", ["nobody", "runner", "assistant", "clinician", "administrator", "lead"])
def test_a_form_larger_than_its_door_takes_is_refused_unread(world, who, settings):
    browser, read = with_a_token(world, who, settings), {}
    for name, at in every_door(world):
        status, was_read = sent(browser, at, **MUCH)
        assert status < 500, name
        if was_read:
            read[name] = status
    in_the_admin = {"admin:rehab_wording_add", "admin:rehab_wording_change"}
    taken = {"runner": {"rehab:my_upload"}, "administrator": in_the_admin, "lead": in_the_admin}
    assert read.keys() == taken.get(who, set())


def test_what_does_not_say_how_much_it_is_is_not_read(world, settings):
    browser = with_a_token(world, "lead", settings)
    assert {name for name, at in every_door(world) if sent(browser, at)[1]} == set()


def test_a_stranger_is_told_no_and_a_small_form_is_read(world, settings):
    browser, login = with_a_token(world, "nobody", settings), reverse("login")
    assert sent(browser, login, **MUCH) == (400, False)
    assert sent(browser, login, CONTENT_LENGTH="2000000")[1]
    assert sent(browser, reverse("rehab:my_upload"), **MUCH) == (400, False)  # it takes files, but of runners


def with_file_fields(form):
    """Yield every form of the product below this one that asks for a file."""
    for below in form.__subclasses__():
        yield from with_file_fields(below)
        fields = getattr(below, "base_fields", {}).values()
        if below.__module__.split(".")[0] in ("clinic", "triage", "rehab") and any(
            isinstance(field, forms.FileField) for field in fields
        ):
            yield below


def test_the_doors_that_take_files_are_those_that_ask_for_some(world):
    """A page sends its form to itself; whoever comes, no other page asks for a file, and no other form does."""
    asking = set()
    for who in ("runner", "administrator", "lead"):
        browser = a_browser(world, who)
        pages = [(name, at) for name, at in every_door(world) if not name.endswith("logout")]
        asking |= {name for name, at in pages if re.search(rb"""type=["']?file\b""", b"".join(browser.get(at)))}
    assert asking - {"admin:app_list"} == {name for name, door in DOORS.items() if door.takes_files}
    assert {form for form in with_file_fields(forms.BaseForm) if form.__name__ != "ExerciseMediaForm"} == {
        *(Upload, MediaForm)
    }
    inlines = [line.form for model in admin.site._registry.values() for line in model.inlines]
    assert inlines.count(MediaForm) == 1
