"""A clinician who chose Spanish reads no text in English that has its Spanish."""

import html
import re
from dataclasses import asdict

import polib
import pytest
from django.utils import translation

from clinic import written as clinic_written
from clinic.language import said_reason
from clinic.models import Person
from clinic.terms import Reason
from rehab import written as rehab_written
from rehab.knowledge import rehab_knowledge
from rehab.rules import phrases as rehab_phrases
from rehab.rules.wording import Told
from tests.journeys.test_every_page import HEAVY, pages
from tests.test_doors import product_doors, where
from tests.test_languages import CATALOGUE, texts_of
from tests.world import a_world
from triage import written as triage_written
from triage.knowledge import triage_knowledge
from triage.rules import phrases as triage_phrases

SAME_FOR_EVERYBODY = {"emergency"}  # says its language in its address
UNSEEN = re.compile(
    r"<script.*?</script>|<style.*?</style>|<textarea.*?</textarea>"
    r'|<span class="in-english" lang="en">.*?</span>',  # beside its Spanish until the lead has confirmed it
    re.DOTALL,
)


def in_english_only():
    """Return every text of the product in English that reads differently in Spanish."""
    marked = {entry.msgid for entry in polib.pofile(str(CATALOGUE)) if entry.msgid != entry.msgstr}
    known = {text.en for text in (*texts_of(triage_knowledge()), *texts_of(rehab_knowledge())) if text.en != text.es}
    spanish = {text.es for text in (*texts_of(triage_knowledge()), *texts_of(rehab_knowledge()))}
    known -= {exercise.name.en for exercise in rehab_knowledge().exercises.values()}  # the clinic's own catalogue
    return {text for text in marked | known if len(text) > 3} - spanish


def english_parts():
    """Return the longest part without a number of every sentence that a rule or the record holds."""
    known = rehab_knowledge()
    kept = (rehab_phrases, triage_phrases, clinic_written, triage_written, rehab_written)
    texts = texts_of((known.progress.sayings, known.reasons, *(table.SENTENCES for table in kept)))
    parts = {max(re.split(r"{[^}]*}", text.en), key=len).strip(" .,;:") for text in texts if text.en != text.es}
    return {part for part in parts if len(part) > 12}


def left_in(page):
    """Return the parts of English reasons that stand in what a page shows, whatever stands around them."""
    told = " ".join(seen(page))
    return {part for part in english_parts() if part in told}


def seen(page):
    """Return the text between the tags of a page, piece by piece."""
    page = UNSEEN.sub(" ", page)
    return {" ".join(html.unescape(piece).split()).rstrip(".:") for piece in re.split(r"<[^>]*>", page)}


@pytest.mark.django_db
def test_a_clinicians_pages_are_spanish_throughout(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world, english = a_world(), {text.rstrip(".:") for text in in_english_only()}
    lead = world.people["lead"]
    Person.objects.filter(pk=lead.pk).update(language="es")
    lead.refresh_from_db()
    client.force_login(lead)
    left = {}
    for name in sorted({*pages(), *HEAVY} - SAME_FOR_EVERYBODY):
        answer = client.get(where(world, name, product_doors()[name]))
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        page = answer.content.decode()
        if found := (seen(page) & english) | left_in(page):
            left[name] = found
    assert left == {}


def test_a_planted_english_text_is_seen():
    assert seen("<p>Who needs you today</p>") & in_english_only()


def test_a_planted_english_reason_is_seen():
    text = rehab_knowledge().progress.sayings["wait_calf"].text
    assert left_in(f"<p>GREEN: {text.en} And more.</p>") and not left_in(f"<p>{text.es}</p>")


@pytest.mark.parametrize(("language", "words"), [("en", "Rest for 2 days"), ("es", "Descanse 2 días")])
def test_a_reason_is_said_in_the_language_of_the_page(language, words):
    told = Told("rest", "Rest for 2 days", "CONV", text_es="Descanse 2 días")
    with translation.override(language):
        assert said_reason(told) == said_reason(asdict(told)) == words


def test_a_reason_kept_in_english_alone_stays_as_it_was_kept():
    with translation.override("es"):
        assert said_reason(Reason("rest", "Rest", "CONV")) == said_reason({"text": "Rest"}) == "Rest"
