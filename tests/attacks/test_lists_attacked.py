"""The lists of the admin are asked what they do not offer: nothing is learnt, nothing breaks, nothing is written."""

import re
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.urls import reverse

from clinic.models import Person
from tests import factories
from tests.world import a_browser, tables

pytestmark = pytest.mark.django_db
SECRETS = ("password", "session_secret", "token_hash", "email", "id", "case_id", "surname_key", "patient__surname_key")
SECRETS += (
    "person__password",
    "memberships__person__password",
    "case__patient__person__password",
    "signed_by__password",
)
HOSTILE = (
    {"o": "1.-2'; DROP TABLE clinic_person--"},
    {"o": "999999999999999999999"},
    {"o": "\x00"},
    {"p": "-1"},
    {"p": "9" * 400},
    {"p": "' OR 1=1--"},
    {"q": "\x00"},
    {"q": "%' OR '1'='1"},
    {"q": "\U0001f3c3" * 2000},
    {"all": "'"},
    {"_facets": "True", "_popup": "1", "_to_field": "password"},
    {"is_active__exact": "' OR 1=1--"},
    {"is_active__exact": "\x00"},
    {"level__exact": "x" * 5000, "kind__exact": "\ufeff"},
    {"is_offered__isnull": "maybe"},
    {"e": "1"},
    {"__class__": "1", "a.b": "2", "x[]": "3", "pk__in": "1,2", "": "4"},
)


def every_list():
    """Return the address of every list."""
    return [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry
    ]


def read(browser, at, said):
    """Return what a list answers, without the address that it repeats and what is new in every answer."""
    answer = browser.get(at, said)
    text = re.sub(r"\b[A-Za-z0-9]{64}\b", "TOKEN", answer.content.decode())
    return answer.status_code, text


@pytest.fixture
def root(world):
    """The browser of somebody to whom every list is open."""
    person = factories.member(world.clinic, "lead", is_staff=True, is_superuser=True)
    world.people["root"] = person
    yield a_browser(world, "root")
    world.people.pop("root")


@pytest.mark.parametrize("how", ["startswith", "gt", "isnull"])
def test_what_a_list_does_not_offer_filters_nothing(root, how):
    """Else who may look at a list would find a secret out, letter by letter."""
    said = {f"{secret}__{how}": "zzzz" for secret in SECRETS}
    assert [at for at in every_list() if read(root, at, said) != read(root, at, {})] == []


@pytest.mark.parametrize("secret", ["session_secret", "token_hash", "email"])
def test_a_column_of_the_list_itself_filters_nothing_either(root, secret):
    """Django lets anybody filter by any column of the table that is listed, however little is shown of it."""
    said = {f"{secret}__startswith": "zzzz"}
    assert [at for at in every_list() if read(root, at, said) != read(root, at, {})] == []


@pytest.mark.parametrize("said", HOSTILE, ids=lambda said: next(iter(said)))
def test_no_address_of_a_list_breaks_it_or_writes(world, said):
    browser, before = a_browser(world, "lead"), tables()
    got = {at: browser.get(at, said).status_code for at in every_list()}
    assert {at: status for at, status in got.items() if status not in (200, 302, 403)} == {}
    assert tables() == before


@pytest.mark.parametrize("typed", ["\x00", "%' OR '1'='1", "\U0001f3c3" * 2000, "\ud800", "' UNION SELECT 1--", ""])
def test_nothing_typed_into_a_search_box_breaks_a_list_or_stands_in_its_address(world, typed):
    browser, before = a_browser(world, "lead"), tables()
    for at in every_list():
        answer = browser.post(at, {"q": typed.encode("utf-8", "surrogatepass")}, follow=True)
        assert answer.status_code in (200, 400, 403), at
        assert not typed or quote(typed, errors="replace") not in answer.request["QUERY_STRING"]
    assert tables() == before


def test_made_up_actions_and_deleting_do_nothing(world, root):
    before = tables()
    for at in every_list():
        rows = [str(row.pk) for row in (world.theirs, world.case, *Person.objects.all())]
        for action in ("delete_selected", "__init__", "delete_queryset", "try_again'"):
            answer = root.post(at, {"action": action, "_selected_action": rows, "select_across": "1", "post": "yes"})
            assert answer.status_code < 500, (at, action)
        for action in ("delete_selected", "try_again"):  # there is one list that tries again, for keys of its own
            answer = root.post(at, {"action": action, "_selected_action": ["x", "\x00", "' OR '1'='1", *rows]})
            assert answer.status_code < 500, (at, action)
    assert tables() == before
