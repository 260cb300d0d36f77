"""The screening with one hand on a phone: one tap a list, silence stays silence, nothing typed is lost."""

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.models import Draft
from tests.factories import PASSWORD
from triage.models import Screening, ScreeningAnswer
from triage.words import screening_codes, screening_sections

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = set(screening_codes()) - {"age_over_60", "age_50_or_over"}  # the birth date answers these


@pytest.fixture
def page(phone, case, clinician):
    """The screening of a case on a clinician's phone."""
    phone.page.goto(reverse("login"))
    phone.page.get_by_label("E-mail address").fill(clinician.email)
    phone.page.get_by_label("Password").fill(PASSWORD)
    phone.page.get_by_role("button", name="Sign in").click()
    phone.page.wait_for_url("**/")
    phone.page.goto(reverse("triage:screening", args=[case.pk]))
    return phone.page


def none_of(page, number):
    """Return the "none of these" of a list."""
    return page.locator(".none-of").nth(number)


def counts(page, number):
    """Wait until the panel, as judged by the server, counts this many answers."""
    page.locator("#level-panel .count", has_text=f" {number} of ").wait_for()


def test_a_clear_runner_takes_one_tap_a_list_and_one_to_record(page, phone, case):
    lists = page.locator(".none-of")
    for number in range(lists.count()):
        none_of(page, number).click()
    counts(page, len(ASKED))
    assert "Routine" in page.locator("#level-panel").inner_text()
    phone.look()
    page.get_by_role("button", name="Record the screening").click()
    page.wait_for_url("**/decision/")
    assert lists.count() <= len(screening_sections())
    assert Screening.objects.get(case=case).completed_at
    assert ScreeningAnswer.objects.filter(shown_none=True).count() == len(ASKED)


def test_none_of_these_taken_back_is_silence_again(page):
    first = screening_sections()[0]
    page.locator(f"label[for={first.rows[0].code}-n]").click()
    none_of(page, 0).click()
    counts(page, len(first.rows))
    none_of(page, 0).click()
    counts(page, 1)
    assert page.locator("main input[value=absent]:checked").count() == 1


def test_none_of_these_beside_a_yes_says_what_to_do(page):
    section = screening_sections()[-1]
    last = page.locator(".none-of").count() - 1
    page.locator(f"label[for={section.rows[0].code}-y]").click()
    none_of(page, last).click()
    assert not none_of(page, last).locator("input").is_checked()
    assert "One of these is yes" in page.locator("[data-none-says]").nth(last).inner_text()


def test_an_alarm_being_kept_and_a_quick_send_are_no_conflict(page, case):
    page.locator("label[for=pe_breathless-y]").click()
    page.wait_for_timeout(260)
    page.get_by_role("button", name="Record the screening").click()
    page.wait_for_url("**/decision/")
    assert "Emergency now" in page.locator("main").inner_text()


def test_what_was_tapped_survives_a_closed_page_and_nothing_else_is_put_back(page, case):
    page.locator("label[for=pe_chest-n], label[for=acs_rest_pain-n]").first.click()
    page.get_by_text("Draft kept").wait_for()
    assert len(Draft.objects.get(case=case).fields) == 1
    page.goto(reverse("triage:screening", args=[case.pk]))
    page.get_by_text("Your unsaved draft was put back.").wait_for()
    counts(page, 1)


def test_none_of_these_of_an_old_draft_answers_no_question_that_is_new(page, case, clinician):
    first = screening_sections()[0]
    asked_then = {row.code: ["absent"] for row in first.rows[1:]} | {f"none_{first.key}": ["on"]}
    Draft.objects.create(person=clinician, case=case, form="screening", fields=asked_then, updated_at=timezone.now())
    page.goto(reverse("triage:screening", args=[case.pk]))
    counts(page, len(first.rows) - 1)
    assert not none_of(page, 0).locator("input").is_checked()
