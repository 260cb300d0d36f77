"""The letter on paper says what its page says, in the language of who will read it, and can be read aloud."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from tests.paper import read
from tests.timing import papers
from tests.triage.conftest import screened
from triage.knowledge import triage_knowledge
from triage.paper import letter
from triage.words import texts

pytestmark = pytest.mark.django_db
MOST_MS, MOST_QUERIES = 300, 20
MARKUP = ("#eval(1)", "*bold*", "$x$", "<b>&", '"quoted"', "@label", "= Title", "#{1+1}")
TITLES = {"en": "Referral letter", "es": "Carta de derivación"}
URGENT = {"en": "Please assess today", "es": "Por favor, valórese hoy"}


@pytest.fixture
def feared(case, screen):
    """A case with a clot suspected."""
    screen(leg_hot="present", leg_swelling="present", family_clot="present", dark_urine="not_assessed")
    return case


@pytest.fixture
def paper(at_work, clinician, case):
    """A function that returns what the letter says in a language."""
    address = reverse("triage:letter_pdf", args=[case.pk])
    return lambda language="": read(at_work(clinician).get(address, {"language": language}).content)


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_reads_aloud_in_the_language_asked_for(feared, paper, language):
    said = paper(language)

    assert (said.is_accessible, said.language, said.title) == (True, language, TITLES[language])
    assert said.headings[0] == ("H1", TITLES[language])
    assert len(said.headings) >= 6 and len(said.header_cells) == 3
    assert URGENT[language] in said.tagged


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_was_found_what_was_absent_and_the_ten_items_stand_in_it(feared, paper, language):
    said = paper(language).tagged
    known = texts()
    flag = next(flag for flag in triage_knowledge().red_flags.flags if flag.code == "RF-DVT")

    for code in ("leg_hot", "leg_swelling", "family_clot", "w1", "w10"):
        assert getattr(known[code], language) in said, code
    assert getattr(flag.title, language) in said and getattr(flag.action, language) in said
    fired = [row.text for row in triage_knowledge().clot.rows if row.text.en in feared.red_flag_items.get().text]
    assert fired and all(getattr(text, language) in said for text in fired)


def test_spanish_holds_no_english_of_the_tables(feared, paper, confirmed):
    said, known = paper("es").tagged, texts()
    assert [text.en for text in known.values() if text.en != text.es and len(text.en) > 20 and text.en in said] == []


def test_without_a_language_it_speaks_as_the_clinician_does(feared, paper, clinician):
    clinician.language = "es"
    clinician.save()
    assert paper("xx").language == "es" and paper().language == "es"


@pytest.mark.parametrize("name", MARKUP)
def test_names_and_stories_are_never_markup(feared, paper, name):
    feared.story = f"It began {name}\nthen stopped"
    feared.save()
    feared.patient.surname = name
    feared.patient.save()

    said = paper()
    assert said.tagged.count(name) == 2 and said.is_accessible


def test_it_opens_before_any_screening(paper):
    assert "No open alarm" in paper().tagged


@pytest.mark.timing
def test_it_is_made_in_time_and_its_questions_do_not_grow(feared, clinician):
    feared.refresh_from_db()
    screen_again = {"leg_hot": "present", "leg_swelling": "present", "dark_urine": "not_assessed"}
    took, counts = papers(
        lambda: letter(feared, clinician, timezone.localtime(), "es"),
        between=lambda: screened(feared, clinician, **screen_again),
    )

    assert min(took) < MOST_MS, took
    assert counts[0] == counts[-1] <= MOST_QUERIES, counts


def test_the_page_of_the_letter_offers_it_in_each_language(feared, at_work, clinician):
    page = at_work(clinician).get(reverse("triage:letter", args=[feared.pk])).content.decode()
    address = reverse("triage:letter_pdf", args=[feared.pk])
    assert [f"{address}?language={code}" in page for code, _ in settings.LANGUAGES] == [True, True]


def test_whoever_is_on_the_list_for_a_referral_has_the_letter_on_the_case_page(case, screen, at_work, clinician):
    letter_page = reverse("triage:letter", args=[case.pk])
    browser, address = at_work(clinician), reverse("clinic:case", args=[case.pk])
    assert letter_page not in browser.get(address).content.decode()
    screen(mass_lump="present")  # within two weeks: no red line at the top

    assert letter_page in browser.get(address).content.decode()


def test_its_name_names_nobody_and_it_is_kept_by_nobody(feared, at_work, clinician):
    answer = at_work(clinician).get(reverse("triage:letter_pdf", args=[feared.pk]))
    assert answer["Content-Disposition"] == 'inline; filename="referral-letter.pdf"'
    assert "no-store" in answer["Cache-Control"]
