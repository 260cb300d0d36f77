"""What people write arrives as words: no tag, no script, no formula of theirs, in no address and no line of the log.

Every text that somebody may write is made hostile, in every table; then everybody walks through every door.
"""

import csv
import io
import json
import logging
import re
from html.parser import HTMLParser

import polib
import pytest
from django.apps import apps
from django.core import mail
from django.db import IntegrityError, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic import audit, triggers
from clinic.mail import POSTMAN, send_alarm, send_invitation
from clinic.models import Case, Clinic, Invitation, Patient, Task
from config.logs import AsJson, NoAddress
from rehab.noticing import notice_mail
from rehab.reminding import letter
from rehab.rules.reminders import Kind
from tests import paper
from tests.test_doors import admin_addresses, product_doors, where
from tests.test_guards import ROOT
from tests.world import PEOPLE, a_browser
from triage.models.notices import EXERCISE, RESTS, Notice

pytestmark = pytest.mark.django_db
MARK = "zqxjv"
HOSTILE = "{{zqxjv}}#zqxjv(1)$*\\</script>\"'><svg/onload=zqxjv>"
SEEN = "svg/onload=zqxjv"  # of it, in a page that escapes

# Texts that nobody writes: codes of the knowledge, hashes, keys, what the product itself names.
CODES = frozenset(
    """code number sha256 knowledge_sha256 knowledge_version version digest token_hash session_secret password email
    alarm_email row rule level cause measure unit method verdict once act network request role form kind colour
    mail_error language units core_fail_mode name_key surname_key given_key file next_step answer outcome equipment
    scheme tempo treatment fingerprint""".split()  # noqa: SIM905 (a list of words)
)
WORDS_IN_JSON = {"text", "text_es", "name", "reason", "words", "why", "file"}


def written(model):
    """Return the columns of a table that hold what somebody wrote."""
    return [
        field
        for field in model._meta.local_fields
        if isinstance(field, models.CharField | models.TextField)
        and not (field.choices or field.primary_key or field.is_relation or field.name in CODES)
    ]


def hostile(value, key=None):
    """Return a JSON value with each of its words made hostile."""
    if isinstance(value, dict):
        return {name: hostile(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [hostile(one, key) for one in value]
    return HOSTILE if isinstance(value, str) and key in WORDS_IN_JSON else value


def spoil():
    """Make every written word of every row hostile, past the triggers; return the columns."""
    triggers.remove("default")
    done = set()
    for model in (m for app in ("clinic", "triage", "rehab") for m in apps.get_app_config(app).get_models()):
        texts = written(model)
        kept = [f for f in model._meta.local_fields if isinstance(f, models.JSONField) and f.name != "about"]
        for count, row in enumerate(model.objects.all() if texts or kept else ()):
            words = {f.attname: f"{HOSTILE}{count if f.unique else ''}"[-(f.max_length or 999) :] for f in texts}
            words |= {f.attname: hostile(getattr(row, f.attname)) for f in kept}
            done |= {f"{model._meta.label}.{name}" for name, value in words.items() if _set(row, {name: value})}
    return done


def _set(row, words):
    """Write past the model; return whether the database lets such words stand in such a row."""
    try:
        with transaction.atomic():
            return bool(type(row).objects.filter(pk=row.pk).update(**words))
    except IntegrityError:
        return False


@pytest.fixture(scope="module")
def spoilt(world):
    """The clinic at work, all of whose words are hostile."""
    world.columns = spoil()
    for person in world.people.values():
        if person:
            person.refresh_from_db()
    return world


class Page(HTMLParser):
    """Collects what a browser would make of a page: tags of ours or theirs, attributes, addresses."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.theirs, self.addresses, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        names = {name for name, _ in attrs}
        if "onload" in names or any("zqxjv" in name or name.startswith("on") for name in names):
            self.theirs.append((tag, attrs))
        for name, value in attrs:
            if name in ("href", "src", "action", "formaction", "data-url") or name.startswith("hx-"):
                self.addresses.append(value or "")

    def handle_data(self, data):
        self.words.append(data)


def doors(world, who):
    """Yield (door, address, further headers) of everything this person can ask for."""
    for name, pattern in product_doors().items():
        yield name, where(world, name, pattern), {}
        yield name, where(world, name, pattern), {"HX-Request": "true"}
    for name, at, *_ in admin_addresses(world):
        yield name, at, {}


@pytest.mark.parametrize(("who", "language"), [*((who, "en") for who in PEOPLE), ("runner", "es"), ("clinician", "es")])
def test_no_word_of_anybody_becomes_part_of_a_page_or_of_an_address(spoilt, who, language):
    browser, wrong, shown = a_browser(spoilt, who, headers={"Accept-Language": language}), {}, 0
    for name, at, headers in doors(spoilt, who):
        if name in ("logout", "admin:logout"):
            continue
        answer = browser.get(at, headers=headers)
        kind, body = answer.headers.get("Content-Type", ""), answer.getvalue()
        if answer.status_code >= 500 or "zqxjv" in answer.headers.get("Location", ""):
            wrong[name] = (answer.status_code, answer.headers.get("Location"))
        if kind.startswith("text/html"):
            page = Page(body.decode())
            shown += SEEN in "".join(page.words)
            leaked = [a for a in page.addresses if "zqxjv" in a and not a.startswith("tel:")]
            if page.theirs or leaked:
                wrong[name] = (page.theirs[:2], leaked[:2])
        elif b"zqxjv" in body and not kind.startswith(
            ("application/json", "application/pdf", "text/csv", "text/calendar")
        ):
            wrong[name] = kind
    assert wrong == {}
    assert shown > {"nobody": -1, "administrator": 0}.get(who, 3), "their words must be on the pages, as words"


def test_the_words_of_every_table_were_hostile(spoilt):
    """A new column of words is hostile by itself; these are a few that must be among them."""
    assert {
        "clinic.Patient.surname",
        "clinic.Case.story",
        "clinic.Clinic.name",
        "rehab.Wording.name",
    } < spoilt.columns
    assert len(spoilt.columns) > 25


def test_words_of_a_file_are_data(spoilt):
    """A data file of their own is JSON of its own kind, which no browser reads as a page."""
    answer = a_browser(spoilt, "runner").get(reverse("rehab:my_data_json"))
    assert SEEN in json.dumps(json.loads(answer.getvalue()), ensure_ascii=False)
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


# --- The log -----------------------------------------------------------------------------------


class Kept(logging.Handler):
    """Keeps each line as the server would write it."""

    def __init__(self):
        super().__init__(logging.INFO)
        self.lines = []
        self.addFilter(NoAddress())
        self.setFormatter(AsJson())

    def emit(self, record):
        self.lines.append(self.format(record))


@pytest.fixture
def log():
    """Every line of the root logger, as a server at work writes it."""
    root, kept = logging.getLogger(), Kept()
    before = root.level
    root.setLevel(logging.INFO)
    root.addHandler(kept)
    yield kept
    root.removeHandler(kept)
    root.setLevel(before)


FIELDS = re.compile(r"""<(?:input|textarea|select)\b[^>]*\bname="([^"]+)"[^>]*>""")
GIVEN = re.compile(r"""<input\b(?=[^>]*type="hidden")(?=[^>]*name="([^"]+)")(?=[^>]*value="([^"]*)")""")


def filled(page):
    """Return the form fields of a page, hidden ones as they are, each other one with hostile words."""
    return dict.fromkeys(FIELDS.findall(page), HOSTILE) | dict(GIVEN.findall(page))


@pytest.mark.parametrize("who", ["nobody", "runner", "clinician", "lead", "administrator"])
def test_no_word_stands_in_the_log_whatever_is_sent(spoilt, who, log):
    browser, wrong = a_browser(spoilt, who), {}
    people = {p.email for p in spoilt.people.values() if p}
    for name, pattern in product_doors().items():
        if name == "logout":
            continue
        at = where(spoilt, name, pattern)
        sent = filled(browser.get(at, {"zqxjv": HOSTILE}).getvalue().decode(errors="replace"))
        answer = browser.post(at, {"zqxjv": HOSTILE, "name": HOSTILE, "text": HOSTILE, **sent})
        if answer.headers.get("Content-Type", "").startswith("text/html") and Page(answer.getvalue().decode()).theirs:
            wrong[name] = "a tag"
        if answer.status_code >= 500:
            wrong[name] = answer.status_code
    text = "\n".join(log.lines)
    assert len(log.lines) > len(product_doors())
    assert "zqxjv" not in text
    assert not [
        word for word in (*people, "1991-05-17", str(spoilt.case.pk), str(spoilt.case.patient_id)) if word in text
    ]
    assert wrong == {}


# --- The mails ---------------------------------------------------------------------------------


def letters(world):
    """Return every kind of mail, as it would leave."""
    case, patient = Case.objects.get(pk=world.case.pk), Patient.objects.get(pk=world.case.patient_id)
    Clinic.objects.filter(pk=case.clinic_id).update(name="Riverside", phone="1", emergency_number="112")
    Patient.objects.filter(pk=patient.pk).update(given_name="Rosa")
    case.refresh_from_db()
    patient.refresh_from_db()
    mail.outbox.clear()
    send_alarm(Task.objects.get(pk=world.alarm.pk), ["lead@example.org"])
    told = {"email": "rosa@example.org", "language": "en", "expires": timezone.now()}
    send_invitation(Invitation(patient=patient, **told), "https://clinic.invalid/welcome/x/")
    notices = [Notice(case=case, kind=kind) for kind in (RESTS, EXERCISE)]
    Client().post(reverse("account_request_login_code"), {"email": patient.person.email})
    POSTMAN.submit(lambda: None).result()
    return [*mail.outbox, notice_mail(notices), letter(patient, list(Kind))]


def test_a_mail_says_nothing_of_a_record_but_a_first_name(spoilt):
    """The mails are read on lock screens and by others: the clinic, a first name, a link."""
    sent = letters(spoilt)
    assert len(sent) == 5
    for message in sent:
        words = f"{message.subject}\n{message.body}\n{message.extra_headers}"
        assert "zqxjv" not in words, words
        assert not re.search(r"\b(calf|leg|left|right|strain|soleus|clot|1991)\b", words, re.IGNORECASE), words


def test_a_name_with_a_line_break_adds_no_header_to_a_mail(spoilt):
    Clinic.objects.filter(pk=spoilt.clinic.pk).update(name="Riverside\nBcc: everybody@example.org")
    patient = Patient.objects.get(pk=spoilt.case.patient_id)
    mail.outbox.clear()
    told = {"email": "rosa@example.org", "language": "en", "expires": timezone.now()}
    send_invitation(Invitation(patient=patient, **told), "https://clinic.invalid/welcome/x/")
    assert "\n" not in mail.outbox[0].subject and mail.outbox[0].recipients() == ["rosa@example.org"]


# --- Paper, tables, translations ---------------------------------------------------------------

CALLS = '#panic("zqxjv") #read("/etc/passwd") $zqxjv$ *zqxjv* `zqxjv` @zqxjv <zqxjv> \\u{7a}'


@pytest.mark.parametrize("path", sorted(ROOT.glob("*/paper/*.typ")), ids=lambda path: path.stem)
def test_a_paper_reads_no_word_as_its_own_markup(path):
    """What the templates are given comes as data; none of them evaluates a text."""
    assert not re.search(r"\beval\(|mode:\s*\"markup\"|\bplugin\(|\bread\(", path.read_text())


def test_a_name_on_paper_stands_as_it_was_written(spoilt):
    Patient.objects.filter(pk=spoilt.case.patient_id).update(surname=CALLS[:80])
    answer = a_browser(spoilt, "clinician").get(reverse("rehab:plan_handout", args=[spoilt.case.pk]))
    words = "".join(paper.read(answer.getvalue()).tagged.split())
    assert answer.status_code == 200 and '#panic("zqxjv")#read("/etc/passwd")' in words


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_table_begins_a_formula(spoilt, begin):
    audit.record("read", f"{begin}cmd|' /C calc'!A0", clinic=spoilt.clinic.pk)
    file = a_browser(spoilt, "administrator").get(reverse("clinic:audit_csv")).getvalue().decode()
    cells = [cell for row in csv.reader(io.StringIO(file)) for cell in row]
    assert [cell for cell in cells if "calc" in cell] and not [
        cell for cell in cells if re.match(r"[=+@\t\r]|-\D", cell)
    ]


def test_a_translation_holds_no_markup_that_its_english_lacks():
    """Django does not escape what a translation says of a fixed text."""
    tags = re.compile(r"<[^>]*>|&\w+;")
    entries = polib.pofile(str(ROOT / "locale/es/LC_MESSAGES/django.po"))
    strange = [e.msgid for e in entries if sorted(tags.findall(e.msgstr)) != sorted(tags.findall(e.msgid)) and e.msgstr]
    assert strange == []
