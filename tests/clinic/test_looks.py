"""What every page's frame must have: icons that exist, and headers that let no foreign code in."""

import re
from pathlib import Path

import lucide
import pytest
from django.urls import reverse

from clinic.views.errors import server_error

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
NAMED = re.compile(r"""{% lucide "([^"]+)"|icon="([^"]+)\"""")


def named_icons():
    """Every icon that a template names."""
    texts = (path.read_text() for path in TEMPLATES.rglob("*.html"))
    return sorted({one or other for text in texts for one, other in NAMED.findall(text)})


@pytest.mark.parametrize("name", named_icons())
def test_every_icon_exists(name):
    assert "<svg" in lucide._render_icon(name, None)


def test_a_page_lets_no_foreign_or_inline_code_in(clinician, at_work):
    policy = at_work(clinician).get(reverse("clinic:today")).headers["Content-Security-Policy"]
    directives = {part.split()[0]: part.split()[1:] for part in policy.split(";")}

    assert directives["default-src"] == directives["script-src"] == directives["style-src"] == ["'self'"]
    assert directives["object-src"] == directives["frame-ancestors"] == ["'none'"]


def test_a_page_of_a_signed_in_person_is_kept_by_no_cache(clinician, at_work):
    assert "no-store" in at_work(clinician).get(reverse("clinic:today")).headers["Cache-Control"]


def test_the_sign_in_page_greets_a_stranger(client, db):
    page = client.get(reverse("login")).content.decode()

    assert "Sign in" in page and 'href="#content"' in page


def test_what_is_not_there_is_said_kindly(clinician, at_work, settings):
    settings.DEBUG = False
    answer = at_work(clinician).get("/nowhere/")

    assert answer.status_code == 404 and "There is nothing here for you" in answer.content.decode()


def test_a_fault_before_anybody_is_known_still_has_its_page(rf):
    answer = server_error(rf.get("/static/lost.css"))
    assert answer.status_code == 500 and "<h1" in answer.content.decode()


@pytest.mark.parametrize("address", ["/me/leg/", "/accounts/logout/"])
def test_who_reads_an_address_that_only_takes_a_form_finds_the_way_back(runner, at_work, address):
    answer = at_work(runner).get(address)
    page = answer.content.decode()

    assert answer.status_code == 405 and "POST" in answer.headers["Allow"]
    assert "This address only takes what a form sends" in page and f'href="{reverse("clinic:today")}"' in page
    assert not at_work(runner).put(address).content, "no browser puts; what does needs no page"


@pytest.mark.parametrize("address", ["/nowhere/", "/me/log/00000000-0000-0000-0000-000000000000/"])
def test_the_demonstration_shows_its_own_page_where_there_is_nothing(runner, at_work, settings, address):
    settings.DEBUG = settings.DEMONSTRATION = True
    answer = at_work(runner).get(address)
    page = answer.content.decode()

    assert answer.status_code == 404
    assert "There is nothing here for you" in page and "URLconf" not in page


def test_the_demonstration_still_puts_the_slash_that_was_forgotten(runner, at_work, settings):
    settings.DEBUG = settings.DEMONSTRATION = True
    assert at_work(runner).get("/me").url == "/me/"


def test_without_the_demonstration_a_developer_reads_what_was_tried(runner, at_work, settings):
    settings.DEBUG, settings.DEMONSTRATION = True, False
    assert "URLconf" in at_work(runner).get("/nowhere/").content.decode()
