"""A clinician who chose Spanish reads no text in English that has its Spanish."""

import html
import re

import polib
import pytest

from clinic.models import Person
from rehab.knowledge import rehab_knowledge
from tests.journeys.test_every_page import HEAVY, pages
from tests.test_doors import product_doors, where
from tests.test_languages import CATALOGUE, texts_of
from tests.world import a_world
from triage.knowledge import triage_knowledge

SAME_FOR_EVERYBODY = {"emergency"}  # says its language in its address
RECORD = re.compile(r'<ol class="timeline".*?</ol>', re.DOTALL)  # kept as it was written
UNSEEN = re.compile(r"<script.*?</script>|<style.*?</style>|<textarea.*?</textarea>", re.DOTALL)


def in_english_only():
    """Return every text of the product in English that reads differently in Spanish."""
    marked = {entry.msgid for entry in polib.pofile(str(CATALOGUE)) if entry.msgid != entry.msgstr}
    known = {text.en for text in (*texts_of(triage_knowledge()), *texts_of(rehab_knowledge())) if text.en != text.es}
    spanish = {text.es for text in (*texts_of(triage_knowledge()), *texts_of(rehab_knowledge()))}
    known -= {
        text.en for text in texts_of((rehab_knowledge().progress.sayings, rehab_knowledge().reasons))
    }  # as the rules record them
    known -= {exercise.name.en for exercise in rehab_knowledge().exercises.values()}  # the clinic's own catalogue
    return {text for text in marked | known if len(text) > 3} - spanish


def seen(page):
    """Return the text between the tags of a page, piece by piece."""
    page = UNSEEN.sub(" ", RECORD.sub(" ", page))
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
        if answer.headers["Content-Type"].startswith("text/html") and (
            found := seen(answer.content.decode()) & english
        ):
            left[name] = found
    assert left == {}


def test_a_planted_english_text_is_seen():
    assert seen("<p>Who needs you today</p>") & in_english_only()
