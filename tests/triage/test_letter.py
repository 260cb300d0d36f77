"""The letter to the hospital says what the next doctor needs, and nothing that was not asked is called absent."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(at_work, clinician, case):
    """A function that returns the text of the letter."""

    def read():
        return at_work(clinician).get(reverse("triage:letter", args=[case.pk])).content.decode()

    return read


def test_it_has_situation_background_findings_wells_and_request(letter, case, screen):
    case.story = "A pull at kilometre eight."
    case.save()
    screen(leg_hot="present", w6="present", w7="present", family_clot="present")
    text = letter()
    for words in ("Situation", "Background", "Findings", "Wells score", "Request", "Please assess today"):
        assert words in text
    assert "A pull at kilometre eight." in text
    assert "Deep vein thrombosis" in text
    assert "Family history of a clot" in text
    assert "<strong>2</strong> points" in text


def test_an_emergency_says_so(letter, screen):
    screen(pe_breathless="present")
    assert "Emergency: please see at once" in letter()


def test_what_was_not_asked_is_not_called_absent(letter, screen):
    screen(pe_breathless="present", pe_haemoptysis="not_assessed")
    text = letter()
    absent = text.split("Asked or looked for, and absent")[1].split("</p>")[0]
    assert "Coughing blood?" not in absent
    assert "Not assessed" in text


def test_pregnancy_has_no_score(letter, screen):
    screen(pregnant="present")
    assert "does not apply in pregnancy" in letter()


def test_both_totals_and_the_caution_are_shown(letter, screen):
    screen(w6="present", w7="present", w10="present", w10_reason="A clear tear")
    text = letter()
    assert "(2 without item 10)" in text
    assert "A clear tear" in text
    assert "alone moves this patient" in text


def test_it_opens_before_any_screening(letter):
    assert "No open alarm" in letter()


def test_a_later_calm_screening_makes_an_open_alarm_no_less_urgent(letter, screen):
    screen(leg_swelling="present")
    screen()
    assert "Please assess today" in letter()
