"""What a browser may say beside a form: what follows the question mark, where it comes from, which verb it means.

No page breaks of it, none repeats it as markup, none is written, and no way leads to another site.
"""

import re
from itertools import product
from urllib.parse import quote_from_bytes, urlsplit

import lxml.html
import pytest
from django.contrib.admin.utils import quote
from django.core.cache import cache

from tests.attacks.admin_forms import just_came_in
from tests.attacks.entries import ENTRIES, MORE
from tests.attacks.hazards import Sent, encoded
from tests.attacks.wire import Wire, undone
from tests.test_doors import a_row, model_doors, product_doors, where
from tests.world import address, tables

pytestmark = pytest.mark.django_db
EVIL = "evil.example"
READ = ("after", "anyway", "asked", "before", "kind", "language", "next", "v")  # what our pages read
READ += ("format", "page", "size", "id", "case", "patient", "leg", "_method", "_popup", "user", "debug", "")
HOSTILE = {
    "another site": f"https://{EVIL}/".encode(),
    "a site without a scheme": f"//{EVIL}\\@localhost/".encode(),
    "markup": b'"><svg onload=probe()>',
    "a script": b"javascript:probe()//",
    "SQL": b"1' OR '1'='1'; DROP TABLE clinic_patient;--",
    "nothing": b"\x00",
    "half a letter": b"\xed\xa0\x80\xff",
    "digits of others": "٣²".encode(),
    "a huge number": b"9" * 5000,  # more digits than Python reads as one
    "a way out": b"../../../../etc/passwd",
    "a header": b"a\r\nSet-Cookie: stolen=1\r\nLocation: //evil.example",
}
# Of where the browser comes from, and of the verb that it means.
SAID = {
    "HTTP_REFERER": f"https://{EVIL}/",
    "HTTP_ORIGIN": "null",
    "HTTP_HX_CURRENT_URL": f"https://{EVIL}/",
    "HTTP_HX_TARGET": "</script><svg onload=probe()>",
    "HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE",
    "HTTP_X_METHOD_OVERRIDE": "POST",
    "HTTP_X_ORIGINAL_URL": "/admin/",
    "HTTP_X_REWRITE_URL": "/admin/",
}
LEADS = ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url", "Refresh", "Content-Location")


def leads_away(response):
    """Return the first header that leads to another site or that is none of ours, or nothing."""
    for name in LEADS:
        way = urlsplit(response.headers.get(name, ""))
        if way.scheme not in ("", "http", "https") or way.netloc not in ("", "testserver", "localhost"):
            return name, way.geturl()
    return "stolen" in response.cookies and "a cookie"


def speaks_for(text):
    """Return the parts of a page that are the attacker's: an element of theirs, or a way to them."""
    if not text.lstrip().startswith("<"):
        return []
    markup = lxml.html.fromstring(text)
    ways = markup.xpath("//@href | //@src | //@action | //@formaction | //@hx-get | //@hx-post")
    away = [way for way in ways if EVIL in urlsplit(way).netloc or re.match(r"\s*javascript:", way, re.IGNORECASE)]
    return away + markup.xpath("//*[@onload]")


@pytest.mark.parametrize("hazard", HOSTILE)
@pytest.mark.parametrize("who", ["lead", "runner", "nobody"])
def test_no_question_breaks_a_page_or_leads_away_or_writes(world, who, hazard):
    query = "&".join(f"{name}={quote_from_bytes(HOSTILE[hazard])}" for name in READ)
    wire, before, broken = Wire(world, who), tables(), {}
    for name, pattern in product_doors().items():
        cache.clear()
        answer = wire.send(where(world, name, pattern), Sent(b"", query=query, headers=dict(SAID)), "GET")
        found = answer.status >= 500 and answer.fault or leads_away(answer.response) or speaks_for(answer.text)
        if found:
            broken[name] = found
    assert broken == {}
    assert tables() == before


EVERY = {**ENTRIES, **MORE}
TO = ("next", "redirect", "return", "back", "url", "HTTP_REFERER", "success_url", "_to", "continue")


@pytest.mark.parametrize("door", EVERY)
def test_no_form_leads_to_another_site(world, door):
    """A form that is taken leads on to a page of ours, whatever it and the browser say of where to."""
    with undone():
        entry = EVERY[door](world)
        wire, true = Wire(world, entry.who, entry.browser), entry.form.filled()
        for away in (f"https://{EVIL}/", f"//{EVIL}", f"/\\{EVIL}", f"https:{EVIL}", "javascript:probe()"):
            cache.clear()
            with undone():
                said = true | {name: [away] for name in TO if name == "next" or name not in true}
                sent = Sent(encoded(said), query=f"next={quote_from_bytes(away.encode())}", headers=dict(SAID))
                answer = wire.send(entry.form.address, sent)
                assert answer.status < 500, answer.fault
                assert not leads_away(answer.response) and not speaks_for(answer.text), away


PIECE = re.compile(r"<(?:\w+:)?(\w+)>")
PIECES = (
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "..%5c..%5cwin.ini",
    "a%00.svg",
    "%ff%fe",
    "x" * 3000,
    "9" * 400,
    "%0d%0aA:b",
)


def test_no_piece_of_an_address_leads_to_a_file_or_breaks_it(world):
    """Each piece that an address names is replaced by a way out of its folder, and by what no address holds."""
    wire, before, answers = Wire(world, "lead"), tables(), {}
    for name, pattern in product_doors().items():
        true = where(world, name, pattern).split("/")
        for place, part in enumerate(f"/{pattern}".split("/")):
            for piece in PIECES if PIECE.search(part) else ():
                address = "/".join([*true[:place], PIECE.sub(piece, part), *true[place + 1 :]])
                answer = wire.send(address, Sent(b""), "GET")
                answers[name, piece] = answer.fault if answer.status >= 500 else answer.status
    found = {door for door, _ in answers if (door, "%ff%fe") in answers}
    assert len(found) > 60
    assert {door: got for door, got in answers.items() if got not in (400, 403, 404, 405)} == {}
    assert tables() == before


def rows_of_the_admin(world):
    """Yield (door, its address up to the key, what follows the key) of all that the admin does with one row."""
    for door, model, what in model_doors():
        if what == "short":
            yield door, f"/{door.split('<')[0]}", "/"
        elif what not in ("changelist", "add"):
            key = quote(str(a_row(world, model).pk))
            before, _, behind = address(door, key).rpartition(key)
            yield door, before, behind


@pytest.mark.parametrize("who", ["lead", "administrator"])
def test_no_key_in_an_address_of_the_admin_breaks_it(world, who):
    """The admin says "no such row" on its first page, to which it leads."""
    wire, found, doors = Wire(world, who, just_came_in(world, who)), {}, set()
    for door, before, behind in rows_of_the_admin(world):
        doors.add(door)
        for piece, verb in product(PIECES, ("GET", "POST")):
            with undone():  # what a page has to say is told once
                answer = wire.send(f"{before}{piece}{behind}", Sent(b""), verb)
            is_calm = answer.status in (302, 400, 403, 404, 405) and answer.written <= {"usersessions_usersession"}
            if not is_calm or leads_away(answer.response):
                found[door, piece, verb] = answer.fault or (answer.status, answer.written)
    assert len(doors) > 60
    assert found == {}
