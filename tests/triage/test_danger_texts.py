"""A danger text in Spanish says what the English says, and shows it until the clinic's lead stands for it."""

import re
from html.parser import HTMLParser

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import conditional_escape

from clinic.actions import confirm_knowledge
from clinic.language import said, spoken_to
from clinic.models import KnowledgeConfirmation, Membership, Person
from clinic.phrases import said_again
from clinic.terms import DangerText, Text, in_english
from tests import factories
from tests.test_languages import texts_of
from triage import written
from triage.knowledge import triage_knowledge

NOT_EN = re.compile(
    r"\b(no|not|without|never|neither|nor|cannot|none|nothing|nobody|absent|cut off|painless|un(explained|planned"
    r"|related|controlled))\b|\bnon-|n't\b",
    re.IGNORECASE,
)
NOT_ES = re.compile(r"\b(no|sin|nunca|ni|ningún|ningun[oa]|tampoco|nada|nadie|ausente|indolor[ao]?)\b", re.IGNORECASE)
UNITS = [
    (r"\bcm\b", r"\bcm\b"),
    (r"°C|\bC\b", r"°C|\bC\b"),
    ("%", "%"),
    (r"\bmin(utes?)?\b", r"\bmin(utos?)?\b"),
    (r"\bh(ours?)?\b", r"\bh(oras?)?\b"),
    (r"\bdays?\b(?! assessment)", r"\bdías?\b"),
    (r"\bweeks?\b", r"\bsemanas?\b"),
    (r"\bmonths?\b", r"\bmes(es)?\b"),
]
LUMP = DangerText("Unexplained lump?", "¿Bulto sin explicar?")


def danger_texts():
    """Return every danger text of the knowledge once, in a fixed order."""
    found = {text for text in texts_of(triage_knowledge()) if isinstance(text, DangerText)}
    return sorted(found, key=lambda text: (text.en, text.es))


def denials(words, pattern):
    """Return for each sentence whether it denies something."""
    return [bool(pattern.search(sentence)) for sentence in re.split(r"[.?!;:]\s|[.?!]$", words) if sentence.strip()]


def same_denials(text):
    """Return whether both languages deny the same: sentence by sentence, or as a whole where they are cut otherwise."""
    english, spanish = denials(text.en, NOT_EN), denials(text.es, NOT_ES)
    return english == spanish if len(english) == len(spanish) else any(english) == any(spanish)


def test_red_flags_the_clot_screen_and_the_safety_set_are_danger_texts():
    known = triage_knowledge()
    texts = set(danger_texts())
    assert len(texts) > 250
    assert {flag.title for flag in known.red_flags.flags} | {question.text for question in known.safety_set} <= texts
    assert {level.patient for level in known.red_flags.levels.values()} | {row.text for row in known.clot.rows} <= texts


def test_what_is_denied_in_one_language_is_denied_in_the_other():
    assert [(text.en, text.es) for text in danger_texts() if not same_denials(text)] == []


def test_units_are_the_same_in_both_languages():
    wrong = []
    for text in danger_texts():
        measured = re.sub(r"[Ss]ame[- ]day", "", text.en), re.sub(r"(el )?mismo día|hospital de día", "", text.es)
        wrong += [
            (text.en, en) for en, es in UNITS if bool(re.search(en, measured[0])) != bool(re.search(es, measured[1]))
        ]
    assert wrong == []


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("Do not massage it.", "Masajéala."),
        ("Stop. Do not drive.", "No pares. Conduce."),
        ("It hurts at night?", "¿No duele por la noche?"),
    ],
    ids=["lost", "moved", "added"],
)
def test_a_planted_denial_is_seen(english, spanish):
    assert not same_denials(DangerText(english, spanish))


# --- Beside it, until it is confirmed -------------------------------------------------------------


def heard(person, text=LUMP):
    """Return what a person is told in Spanish."""
    with translation.override("es"), spoken_to(person):
        return said(text)


def test_english_stands_beside_spanish_as_plain_words_and_as_markup():
    with translation.override("es"):
        words = said(LUMP)
        assert words == "¿Bulto sin explicar? (Unexplained lump?)"
        assert '<span class="in-english" lang="en">(Unexplained lump?)</span>' in conditional_escape(words)
        assert said(Text("calf", "pantorrilla")) == "pantorrilla"
        assert "&lt;b&gt;" in conditional_escape(said(DangerText("<b>", "<b>")))
    with translation.override("en"):
        assert said(LUMP) == LUMP.en


def test_it_stands_alone_once_the_lead_has_confirmed(clinician, clinic, confirmed):
    patient = factories.PatientFactory(clinic=clinic, person=factories.PersonFactory())
    assert heard(clinician) == heard(patient.person) == LUMP.es


def test_another_clinics_lead_and_another_version_confirm_nothing(clinician, clinic, lead):
    other = factories.ClinicFactory()
    confirm_knowledge(clinic=other, by=factories.member(other, "lead"), at=timezone.now())
    KnowledgeConfirmation.objects.create(
        clinic=clinic, version="old", sha256="0" * 64, confirmed_at=timezone.now(), confirmed_by=lead
    )
    assert LUMP.en in heard(clinician)


def test_who_works_in_two_clinics_needs_both(clinician, clinic, confirmed):
    Membership.objects.create(person=clinician, clinic=factories.ClinicFactory(), role="clinician")
    assert LUMP.en in heard(Person.objects.get(pk=clinician.pk))


def test_without_a_database_nothing_is_confirmed(clinician, confirmed, monkeypatch):
    def down(*_):
        raise DatabaseError("down")

    monkeypatch.setattr(Person, "has_leads_behind", down)
    assert LUMP.en in heard(clinician)


def test_the_record_says_a_danger_in_both_until_it_is_confirmed(clinic, clinician, lead):
    title = triage_knowledge().red_flags.flags[0].title
    kept = in_english(written.ANSWERED["excluded"], row=title.en, typed="seen")

    def read():
        with translation.override("es"), spoken_to(Person.objects.get(pk=clinician.pk)):
            return said_again(kept), said_again(title.en)

    assert read() == (f"{title.es} ({title.en}): descartado. seen", f"{title.es} ({title.en})")
    confirm_knowledge(clinic=clinic, by=lead, at=timezone.now())
    assert read() == (f"{title.es}: descartado. seen", title.es)


class Attributes(HTMLParser):
    """Collects the values of all attributes."""

    def __init__(self):
        super().__init__()
        self.values = []

    def handle_starttag(self, tag, attrs):
        """Keep what the attributes of a tag say."""
        self.values += [value or "" for _, value in attrs]


def page_of(person, address):
    """Return a page as this person reads it in Spanish, and how many questions it asks the database."""
    Person.objects.filter(pk=person.pk).update(language="es")
    browser = Client()
    browser.force_login(Person.objects.get(pk=person.pk))
    browser.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(address)
    return answer.content.decode(), len(asked)


def test_the_screening_shows_both_and_asks_the_database_once_for_it(clinic, clinician, lead):
    case = factories.CaseFactory(patient__clinic=clinic)
    address = reverse("triage:screening", args=[case.pk])
    before, cost = page_of(clinician, address)
    question = triage_knowledge().red_flags.flags[0].title
    attributes = Attributes()
    attributes.feed(before)
    assert f'lang="en">({question.en})' in before and question.es in before
    assert not any("in-english" in value and "<" in value for value in attributes.values)

    confirm_knowledge(clinic=clinic, by=lead, at=timezone.now())
    after, again = page_of(clinician, address)
    assert 'class="in-english"' not in after and question.es in after
    assert again == cost


def test_a_runners_safety_set_shows_both(clinic, lead):
    patient = factories.PatientFactory(clinic=clinic, person=factories.PersonFactory())
    factories.CaseFactory(patient=patient)
    page, _ = page_of(patient.person, "/me/safety/")
    assert page.count('class="in-english"') >= len(triage_knowledge().safety_set)
    confirm_knowledge(clinic=clinic, by=lead, at=timezone.now())
    page, _ = page_of(patient.person, "/me/safety/")
    assert 'class="in-english"' not in page
