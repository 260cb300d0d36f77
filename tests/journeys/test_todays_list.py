"""Today's list under the hand: seen and done in place, the filter survives, and without JavaScript it is the same."""

import re

import pytest
from playwright.sync_api import expect

from clinic.models import Task
from tests import factories
from tests.journeys.conftest import DESK, PHONE


@pytest.fixture
def alarm(clinic, clinician):
    """An alarm that nobody has seen, of a runner with a surname of her own; and another runner's RED."""
    case = factories.CaseFactory(patient__clinic=clinic, patient__surname="Bell", opened_by=clinician)
    other = factories.CaseFactory(patient__clinic=clinic, patient__surname="Quiet", opened_by=clinician)
    factories.a_task(other, clinician, "red_session")
    return factories.a_task(case, clinician, "red_flag", text="Answered yes: a warm calf.", is_alarm=True, level="D")


@pytest.mark.parametrize("settings", [{}, {"java_script_enabled": False}], ids=["with_script", "without_script"])
def test_an_alarm_is_seen_and_done_without_leaving_the_list(settings, alarm, clinician, visit):
    desk = visit(DESK, **settings)
    desk.sign_in(clinician.email)
    page = desk.page
    page.get_by_role("link", name="Alarms", exact=True).click()
    expect(page.get_by_text("alarm, not seen")).to_be_visible()
    expect(page.get_by_text("Quiet,")).to_have_count(0)

    page.get_by_role("button", name="Seen: Answered yes").click()
    expect(page.get_by_text("alarm, seen", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/\?kind=alarms$"))

    page.get_by_role("link", name="Done: Answered yes").click()
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    page.get_by_label("What was done?").fill("Sent to the hospital, letter given")
    page.get_by_role("button", name="Done", exact=True).click()

    expect(page.get_by_text("Nobody of this kind is waiting")).to_be_visible()
    if not settings:
        page.reload()
        expect(page.get_by_text("Nobody of this kind is waiting")).to_be_visible()
        desk.look()
    alarm.refresh_from_db()
    assert (alarm.done_text, alarm.done_by) == ("Sent to the hospital, letter given", clinician)


def test_what_somebody_else_did_meanwhile_is_shown_in_place_of_the_list(alarm, clinician, lead, visit):
    phone = visit(PHONE)
    phone.sign_in(clinician.email)
    phone.page.get_by_role("link", name="Done: Answered yes").click()
    phone.page.get_by_label("What was done?").fill("Called her")
    phone.look()
    Task.objects.filter(pk=alarm.pk).update(done_at=alarm.opened_at, done_by=lead, done_text="Seen in the clinic")
    phone.page.get_by_role("button", name="Done", exact=True).click()

    expect(phone.page.get_by_role("heading", name="Nothing was saved")).to_be_visible()
    expect(phone.page.get_by_text("Called her")).to_be_visible()
    alarm.refresh_from_db()
    assert (alarm.done_text, alarm.done_by) == ("Seen in the clinic", lead)
