"""What somebody sends who means no good, or whose program is broken: one stream of it a seed.

A value is a text, as forms send texts.  ``broken`` says that no field may take it, whatever it asks for.
"""

import io
import json
import random
import zipfile
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes, urlencode

PAPERS = {"patient", "version"}  # of whom a form is, and of which state of the record
UTF8 = "application/x-www-form-urlencoded"
ZERO = "01890000-0000-7000-8000-000000000000"
SQL = (
    "' OR '1'='1",
    "1; DROP TABLE clinic_patient;--",
    "') UNION SELECT password FROM clinic_person--",
    "1' AND SLEEP(5)#",
)
TEMPLATES = (
    "{{ settings.SECRET_KEY }}",
    "{% debug %}",
    "${7*7}",
    "#{7*7}",
    "%(patient)s %n",
    "{0.__class__}",
    "%s%s%s",
)
MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "</textarea><svg onload=1>",
)
FORMULAS = ("=cmd|' /C calc'!A0", "@SUM(1)", "\t=1+1", "-2+3")
ODD = (
    "",
    " ",
    "\ufeff",
    "\u202e desrever",
    "a\u0301\u0301\u0301" * 50,
    "\U0001f3c3" * 20,
    "İı",
    "\r\nSet-Cookie: a=b",
    "\x1b[2J",
)
NUMBERS = (
    "-1",
    "0",
    "1e400",
    "NaN",
    "Infinity",
    "-Infinity",
    "9" * 400,
    "9" * 5000,
    "0x10",
    "1_000",
    "１２",
    "٣",
    "1,5",
    "2147483648",
)
NUMBERS += (
    "9223372036854775808",
    "-9223372036854775809",
    "1.7976931348623157e309",
    "0.1" + "0" * 300 + "1",
    "--1",
    "1/2",
    "+5",
)
DATES = (
    "0000-00-00",
    "9999-12-31",
    "2026-02-30",
    "1-1-1",
    "2026-13-01T25:61",
    "99999-01-01",
    "2026-01-01T00:00:00+99:99",
    "now",
)
DATES += ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "-2026-01-01")
PATHS = (
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "file:///etc/passwd",
    "%2e%2e%2f",
    "http://127.0.0.1:1/",
)
NESTED = (
    "[" * 5000 + "]" * 5000,
    "{}",
    "[]",
    "null",
    "true",
    '"x"',
    '{"a":' * 300 + "1" + "}" * 300,
    "[1,",
    '{"__proto__": {"x": 1}}',
)
NESTED += ('["\\ud800"]', '["\\u0000", "b"]', "[1e999]", '{"id": null}', "[null, null]", '[{"a": []}]')
IDS = (ZERO, ZERO.replace("-", ""), f"{{{ZERO}}}", f"urn:uuid:{ZERO}", "1", "0", "-1", "None", "null", "undefined")
NUL = ("\x00", "a\x00b", "present\x00")
HUGE = ("x" * 20_000, "9" * 20_000, "é" * 10_000)
VALUES = (*SQL, *TEMPLATES, *MARKUP, *FORMULAS, *ODD, *NUMBERS, *DATES, *PATHS, *NESTED, *IDS, *NUL, *HUGE)
ASSIGNED = (
    "id",
    "pk",
    "owner",
    "status",
    "version",
    "author",
    "signer",
    "signed_by",
    "signed_at",
    "by",
    "at",
    "clinic",
)
ASSIGNED += (
    "clinic_id",
    "case",
    "case_id",
    "patient_id",
    "person",
    "level",
    "is_staff",
    "is_superuser",
    "role",
    "attention",
)
NAMES = (
    *ASSIGNED,
    "__class__",
    "x1__gt",
    "a[b]",
    "a.b",
    "",
    "_method",
    "form-TOTAL_FORMS",
    "x" * 3000,
    "\x00",
    "x-1_all",
    "x999999999999999999999_all",
)
FILE_NAMES = (
    "../../../etc/cron.d/x",
    "run.gpx\x00.exe",
    "<b>.fit",
    "C:\\run.tcx",
    "a" * 300 + ".gpx",
    "run.svg",
    ".gpx",
    "con.fit",
    "run.gpx/..",
)


FILE_KINDS = (
    "text/html",
    "image/svg+xml",
    "application/zip",
    "\x00",
    "a/b; charset=x",
    "text/plain; charset=utf-16",
    "",
)


def a_bomb():
    """Return a ZIP whose one file is a thousand times as large as it says on the way."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("activities/1.gpx", b" " * 8_000_000)
        archive.writestr("../../evil.gpx", b"<gpx/>")
    return file.getvalue()


ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx>&x;</gpx>'
LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "'
    + b"&a;" * 200
    + b'"><!ENTITY c "'
    + b"&b;" * 200
    + b'">]><gpx>&c;</gpx>'
)
FILES = (
    b"",
    b"\x00",
    b"GIF89a/*<svg onload=alert(1)>*/=1",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
)
FILES += (
    b"<!doctype html><script>alert(1)</script>",
    ENTITY,
    LAUGHS,
    a_bomb(),
    a_bomb()[:60],
    b"PK\x03\x04" + b"\xff" * 40,
)
FILES += (
    b"\x0e\x10\xd9\x07\xff\xff\xff\x7f.FIT\x00\x00",
    b"%PDF-1.7\n",
    b"MZ\x90",
    b"<gpx>" * 5000,
    b"<TrainingCenterDatabase/>",
)


@dataclass
class Sent:
    """One request as it goes over the wire.  ``broken``: nothing that is asked for may be done."""

    body: bytes
    kind: str = UTF8
    query: str = ""
    headers: dict = field(default_factory=dict)
    broken: bool = False


def encoded(fields):
    """Return {name: [texts]} as a browser sends it; a lone half of a letter goes as its three bytes."""
    pairs = [(name, value) for name, values in fields.items() for value in values]
    return urlencode(
        [(n.encode("utf-8", "surrogatepass"), v.encode("utf-8", "surrogatepass")) for n, v in pairs]
    ).encode()


def part(name, value, more="", head=""):
    """Return one part of a form with files; a program that means no good escapes nothing."""
    said = f'--BOUNDARY\r\nContent-Disposition: form-data; name="{name}"{more}\r\n{head}\r\n'
    return said.encode("utf-8", "surrogatepass") + value + b"\r\n"


class Attacker:
    """Makes requests out of a form, always the same ones from the same seed."""

    def __init__(self, form, seed):
        """Know the form, and what a browser would send of it."""
        self.form, self.true = form, form.filled()
        self.dice = random.Random(seed)
        self.ways = [self.spoiled, self.spoiled, self.spoiled, self.dropped, self.repeated, self.assigned, self.mangled]
        self.ways += [self.not_a_form, self.with_files]
        if any(one.kind == "file" for one in form.fields.values()):
            self.ways += [self.with_files] * 6

    def next(self):
        """Return the next request."""
        sent = self.dice.choice(self.ways)()
        if self.dice.random() < 0.1:
            sent.query = urlencode({self.dice.choice(NAMES): self.dice.choice(VALUES)[:200]})
        if self.dice.random() < 0.2:
            sent.headers["HTTP_HX_REQUEST"] = "true"
        return sent

    def some(self, things, most=3):
        """Return a few of these, at least one where there are any."""
        things = sorted(things)
        return self.dice.sample(things, min(len(things), self.dice.randint(1, most)))

    def spoiled(self):
        """Fill some fields with what they do not ask for."""
        fields, broken = dict(self.true), False
        asked = [name for name in self.form.fields if name not in PAPERS or self.dice.random() < 0.1]
        for name in self.some(asked or ["nothing"]):
            value = self.dice.choice(VALUES)
            fields[name] = [value]
            broken |= self.refuses(name, value)
        return Sent(encoded(fields), broken=broken)

    def refuses(self, name, value):
        """Return whether no field of this kind takes such a value."""
        one = self.form.fields.get(name)
        if one is None or one.kind == "checkbox":
            return False
        if one.kind in ("radio", "select"):
            return value.strip() not in [*one.choices, ""]
        return "\x00" in value and one.kind in ("text", "textarea", "email")

    def dropped(self):
        """Leave out some fields, and what names the record with them."""
        gone = self.some(self.form.fields or ["nothing"], most=len(self.form.fields) or 1)
        if self.dice.random() < 0.5:
            gone = [name for name in gone if name not in PAPERS]
        papers = PAPERS & set(self.true) & set(gone)
        return Sent(encoded({n: v for n, v in self.true.items() if n not in gone}), broken=bool(papers))

    def repeated(self):
        """Say a field many times, or very many fields."""
        fields = dict(self.true)
        for name in self.some(set(fields) - PAPERS or ["nothing"]):
            fields[name] = [*fields.get(name, []), *(self.dice.choice(VALUES) for _ in range(self.dice.randint(1, 30)))]
        if self.dice.random() < 0.1:
            fields |= {f"x{number}": ["1"] for number in range(1200)}
        return Sent(encoded(fields))

    def assigned(self):
        """Send columns of the record that no form asks for."""
        return Sent(encoded({**{name: [self.dice.choice(VALUES)] for name in self.some(NAMES, 8)}, **self.true}))

    def mangled(self):
        """Break the encoding: a cut, stray bytes, half a percent sign, another charset."""
        body, kind = encoded(self.true), UTF8
        way = self.dice.randrange(5)
        if way == 0:
            body = body[: self.dice.randrange(len(body) + 1)]
        elif way == 1:
            body = bytes(self.dice.randrange(256) for _ in range(200))
        elif way == 2:
            body = body.replace(b"=", b"=%ED%A0%80%ZZ%", 3)
        elif way == 3:
            kind = f"{UTF8}; charset={self.dice.choice(['utf-16', 'utf-7', 'nonsense', 'idna', 'rot13', 'hex', ''])}"
        else:
            body = b"&" * 500 + body + quote_from_bytes(b"\xff\xfe\x00").encode()
        return Sent(body, kind)

    def not_a_form(self):
        """Send what is no form: JSON whole, cut and nested, XML with entities, multipart without its boundary."""
        flat = {name: values[0] for name, values in self.true.items()}
        inside = {name: [flat, None, {"$gt": ""}] for name in flat}
        bodies = [(json.dumps(flat), "application/json"), (json.dumps(inside)[:-9], "application/json")]
        bodies += [("[" * 100_000, "application/json"), ("null", "application/json"), ("", "application/json")]
        bodies += [
            (ENTITY, "application/xml"),
            (LAUGHS, "text/xml"),
            (b"\x80\x04]\x94.", "application/x-python-pickle"),
        ]
        bodies += [("a: !!python/object/apply:os.system [id]", "application/yaml"), (encoded(self.true), "text/plain")]
        bodies += [(encoded(self.true), "multipart/form-data"), ("--x\r\n\r\n", "multipart/form-data; boundary=y")]
        bodies += [
            ("--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1", "multipart/form-data; boundary=x"),
            ("", ""),
        ]
        bodies += [(b"\x00" * 300, f"multipart/form-data; boundary={'b' * 300}"), (encoded(self.true), "\x00/\xff")]
        body, kind = self.dice.choice(bodies)
        return Sent(body if isinstance(body, bytes) else body.encode(), kind, broken=True)

    def with_files(self):
        """Send files: where the form asks for one, and where it does not."""
        asked = [name for name, one in self.form.fields.items() if one.kind == "file"]
        name = self.dice.choice(asked or list(self.form.fields) or ["file"])
        body = b"".join(
            part(one, value.encode()) for one, values in self.true.items() if one != name for value in values
        )
        for _ in range(self.dice.choice([1, 1, 1, 2, 40])):
            file, kind = self.dice.choice(FILE_NAMES), self.dice.choice(FILE_KINDS)
            body += part(name, self.dice.choice(FILES), f'; filename="{file}"', f"Content-Type: {kind}\r\n")
        return Sent(body + b"--BOUNDARY--\r\n", "multipart/form-data; boundary=BOUNDARY")
