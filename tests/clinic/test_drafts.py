"""What somebody types survives a closed browser, is theirs alone, and is gone once saved."""

import pytest
from django.urls import reverse

from clinic.models import Draft
from tests.clinic.test_cases import story


@pytest.fixture
def address(case):
    """Where the draft of the story lives."""
    return reverse("clinic:draft", args=[case.pk, "intake"])


def test_a_draft_comes_back(address, clinician, at_work):
    browser = at_work(clinician)
    browser.post(address, {"story": "half a sent", "equipment": ["band", "ball"], "patient": "x", "version": "1"})

    assert browser.get(address).json() == {"story": ["half a sent"], "equipment": ["band", "ball"]}


def test_the_last_state_counts(address, clinician, at_work):
    browser = at_work(clinician)
    for words in ("one", "one two"):
        browser.post(address, {"story": words})

    assert browser.get(address).json() == {"story": ["one two"]}
    assert Draft.objects.count() == 1


def test_a_draft_is_its_authors_alone(address, clinician, assistant, at_work):
    at_work(clinician).post(address, {"story": "mine"})

    assert at_work(assistant).get(address).json() == {}


def test_saving_forgets_the_draft(address, case, clinician, at_work):
    browser = at_work(clinician)
    browser.post(address, {"story": "half a sent"})
    browser.post(reverse("clinic:intake", args=[case.pk]), story(case))

    assert browser.get(address).json() == {}


def test_a_refused_save_keeps_the_draft(address, case, clinician, at_work):
    browser = at_work(clinician)
    browser.post(address, {"story": "half a sent"})
    browser.post(reverse("clinic:intake", args=[case.pk]), story(case, version=9))

    assert browser.get(address).json() == {"story": ["half a sent"]}


def test_a_draft_can_be_thrown_away(address, clinician, at_work):
    browser = at_work(clinician)
    browser.post(address, {"story": "half a sent"})
    browser.post(address, {"draft": "discard"})

    assert browser.get(address).json() == {}


def test_a_draft_changes_nothing_of_the_record(address, case, clinician, at_work):
    at_work(clinician).post(address, {"story": "half a sent"})
    case.refresh_from_db()

    assert (case.version, case.story) == (1, "")


def test_a_flood_is_cut_to_a_size_a_person_types(address, clinician, at_work):
    browser = at_work(clinician)
    browser.post(address, {"story": "x" * 100_000, **{f"f{n}": "y" for n in range(900)}})
    kept = browser.get(address).json()

    assert len(kept["story"][0]) == 4000
    assert len(kept) <= 800


def test_a_draft_sent_after_its_own_save_does_not_come_back(address, case, clinician, at_work):
    browser = at_work(clinician)
    browser.post(address, {"story": "half a sent", "version": "1"})
    browser.post(reverse("clinic:intake", args=[case.pk]), story(case))

    assert browser.post(address, {"story": "half a sente", "version": "1"}).status_code == 409
    assert browser.get(address).json() == {}


def test_a_draft_of_an_older_page_goes_on_while_it_is_kept(address, case, clinician, assistant, at_work):
    browser = at_work(clinician)
    browser.post(address, {"story": "half a sent", "version": "1"})
    at_work(assistant).post(reverse("clinic:intake", args=[case.pk]), story(case))
    browser = at_work(clinician)

    assert browser.post(address, {"story": "half a sentence", "version": "1"}).status_code == 204
    assert browser.get(address).json() == {"story": ["half a sentence"]}
