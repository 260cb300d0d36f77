"""Clot signs: the runner is stopped and told why, nothing is there to exercise, and only an outcome opens the way."""

import datetime

from playwright.sync_api import expect

from rehab.knowledge import rehab_knowledge
from tests import factories
from tests.journeys import steps
from tests.journeys.runner_steps import exercises_named

CLOT_SIGNS = ("leg_swelling", "leg_hot")


def test_a_runner_with_clot_signs_is_stopped_until_the_hospital_has_answered(desk, phone, clinic, clinician):
    # Given somebody of that name whom the clinic knows, and a runner who comes with a swollen, warm calf
    known = factories.PatientFactory(
        clinic=clinic, given_name="Dora", surname="Clotsign", birth_date=datetime.date(1991, 5, 17)
    )
    page = desk.page
    desk.look()

    # When the clinician registers her, the likely duplicate is shown and nothing is saved
    steps.register(desk, "Dora", "Clotsign", phone="+34 600 000 001")
    expect(page.get_by_text("this may be somebody you know.")).to_be_visible()
    assert clinic.patients.count() == 1
    desk.look()
    page.get_by_role("button", name="This is somebody else: register").click()
    expect(page.get_by_role("heading", name="The story")).to_be_visible()
    assert clinic.patients.count() == 2
    steps.take_story(desk, "Swollen warm calf after a long flight", since=steps.three_weeks_ago())
    desk.look()
    case = clinic.patients.exclude(pk=known.pk).get().cases.get()

    # and answers that the leg is swollen and warm
    steps.open_screening(desk)
    level = page.locator("#level-panel")
    steps.tap_and_wait(desk, CLOT_SIGNS[0])
    expect(level).to_contain_text("this alarm stays open until it has its own outcome")
    steps.tap_and_wait(desk, CLOT_SIGNS[1])

    # Then "same day" stands there in large letters while the other questions are still open
    expect(level).to_contain_text("Same day")
    size = level.locator(".do-now").evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
    assert size >= 20
    steps.none_of_the_rest(desk, CLOT_SIGNS)
    steps.settle(desk)
    desk.look()
    page.get_by_role("button", name="Record the screening").click()

    # and the decision says why, with the pathway
    expect(page.get_by_text("Same day").first).to_be_visible()
    for code in CLOT_SIGNS:
        assert code not in desk.text()
    expect(page.get_by_text("What the hospital does next (suspected clot)")).to_be_visible()
    expect(page.get_by_role("heading", name="Forbidden meanwhile")).to_be_visible()
    desk.look()

    # No exercise anywhere: not in the plan, not for the runner, and no treatment
    desk.open(f"/cases/{case.pk}/plan/")
    expect(page.get_by_role("heading", name="This leg must not be loaded now")).to_be_visible()
    assert exercises_named(desk) == []
    desk.look()
    desk.open(f"/cases/{case.pk}/treatments/")
    verdicts = page.locator(".treatment-list .badge").all_inner_texts()
    assert len(verdicts) == len(rehab_knowledge().treatments) and set(verdicts) == {"forbidden"}
    desk.look()
    steps.invite(desk, phone, case.patient, "dora@example.org")
    expect(phone.page.get_by_role("heading", name="No exercise for now")).to_be_visible()
    assert exercises_named(phone) == []
    phone.look()

    # The letter for the hospital goes to the printer whole, without the page around it
    desk.open(f"/cases/{case.pk}/triage/letter/")
    desk.look()
    page.emulate_media(media="print")
    for heading in ("Situation", "Background", "Findings", "Wells score for deep vein thrombosis", "Request"):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    letter = page.get_by_role("article", name="Letter to the hospital")
    for words in ("Please assess today", "Clotsign, Dora", "Swollen warm calf after a long flight", clinician.name):
        expect(letter).to_contain_text(words)
    assert letter.get_by_role("row").count() == 11  # the ten Wells items and their heading
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    page.emulate_media(media="screen")

    # When the hospital answers, a scan alone is not enough; with the D-dimer it is
    desk.open(f"/cases/{case.pk}/triage/items/")
    desk.look()
    record_outcome(desk, scan="negative", d_dimer="not recorded")
    expect(page.get_by_text("These results do not exclude a clot.")).to_be_visible()
    desk.look()
    record_outcome(desk, scan="negative", d_dimer="negative")

    # Then the gate opens, and the runner is no longer stopped
    expect(page.get_by_role("heading", name="This leg may be loaded")).to_be_visible()
    expect(page.get_by_role("heading", name="No open item")).to_be_visible()
    desk.look()
    phone.page.reload()
    expect(phone.page.get_by_role("heading", name="Your plan is not ready yet")).to_be_visible()
    phone.look()


def record_outcome(visitor, scan, d_dimer):
    """Record that the clot was excluded, with what the hospital found."""
    page = visitor.page
    if not page.get_by_label("Who assessed it").is_visible():
        page.locator("summary", has_text="Record the outcome").click()
    page.get_by_text("Excluded", exact=True).click()
    page.get_by_label("Leg vein ultrasound").select_option(label=scan)
    page.get_by_label("D-dimer").select_option(label=d_dimer)
    page.get_by_label("Who assessed it, where, and what was found").fill("Emergency department: letter of today")
    page.get_by_role("button", name="Record the outcome").click()
