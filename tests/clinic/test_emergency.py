"""The emergency page needs nothing but itself: no database, no session, no cache, no mail, no script."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client

from clinic.emergency import PATH


class Down(Exception):
    """Something was asked that is down."""


@pytest.fixture(autouse=True)
def everything_is_down(monkeypatch):
    """No cache, no mail server; the database is shut already, because no test here is marked for it."""

    def refuse(*args, **kwargs):
        raise Down

    for name in ("get", "set", "add", "get_many", "set_many", "delete", "touch", "incr"):
        monkeypatch.setattr(type(cache._connections["default"]), name, refuse, raising=False)
    monkeypatch.setattr(mail, "get_connection", refuse)
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", refuse)
    monkeypatch.setattr(connection, "connect", refuse)
    monkeypatch.setattr(connection, "cursor", refuse)


def a_browser(**headers):
    """A browser in which somebody signed in while all was well."""
    browser = Client(headers=headers)
    browser.cookies["session"] = "a-session-that-cannot-be-read"
    return browser


def shown(**headers):
    """The page as such a browser gets it."""
    answer = a_browser(**headers).get(PATH)
    assert answer.status_code == 200
    return answer, answer.content.decode()


def test_it_is_shown_when_all_else_is_down():
    answer, words = shown()
    assert "Get help now" in words and "short of breath" in words
    assert not answer.cookies and "Cookie" not in answer.headers["Vary"]
    assert answer.headers["Cache-Control"].startswith("public")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_another_page_is_not_shown_then():
    with pytest.raises(Down):
        a_browser().get("/me/")


def test_it_has_no_script_and_no_form():
    _, words = shown()
    assert not re.search(r"<script|<form|\son[a-z]+=|hx-", words)


def test_it_names_the_number_of_the_place(settings):
    settings.EMERGENCY_NUMBER = "112"
    _, words = shown()
    assert 'href="tel:112"' in words and "Call 112 now if" in words


def test_without_a_number_it_says_which_one_to_call(settings):
    settings.EMERGENCY_NUMBER = ""
    _, words = shown()
    assert "tel:" not in words
    assert "Call the emergency number of the place where you are." in words


@pytest.mark.parametrize("way", ["browser", "link"])
def test_it_speaks_the_language_asked_for(way):
    if way == "browser":
        answer, words = shown(accept_language="es-MX,es;q=0.9")
    else:
        answer = Client(headers={"accept-language": "en"}).get(f"{PATH}?language=es")
        words = answer.content.decode()
    assert '<html lang="es">' in words
    assert (answer.headers["Content-Language"], answer.headers["Vary"]) == ("es", "Accept-Language, Accept-Encoding")
    assert 'href="?language=en"' in words


def test_it_is_only_read():
    assert Client().post(PATH).status_code == 405
    assert Client().head(PATH).status_code == 200
