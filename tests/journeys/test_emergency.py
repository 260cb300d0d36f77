"""An emergency stops at the first answer: the number to call, and no hand on the leg."""

from playwright.sync_api import expect

from tests import factories
from tests.journeys import steps


def test_the_first_yes_to_an_emergency_question_stops_at_once(desk, clinic, clinician):
    # Given a runner who is out of breath
    case = factories.CaseFactory(patient__clinic=clinic, opened_by=clinician)
    desk.open(f"/cases/{case.pk}/triage/screening/")

    # When the first question is answered with yes
    steps.tap_and_wait(desk, "pe_breathless")

    # Then the number and "do not massage" stand there, and the alarm is kept although nothing was sent
    level = desk.page.locator("#level-panel")
    for words in ("Emergency now", clinic.emergency_number, "not massage"):
        expect(level).to_contain_text(words)
    assert case.red_flag_items.get(row="RF-PE").level == "E"

    # and a reload or another page does not lose it
    desk.open(f"/cases/{case.pk}/")
    expect(desk.page.get_by_role("alert", name="Open alarm")).to_contain_text(f"call {clinic.emergency_number}")
    expect(desk.page.get_by_role("alert", name="Open alarm")).to_contain_text("Do not massage")
    desk.look()
