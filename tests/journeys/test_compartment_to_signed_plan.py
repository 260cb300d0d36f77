"""Posterior compartment syndrome: load only after a permission, then core and hip; a sore back changes the plan."""

from playwright.sync_api import expect

from tests.journeys import steps

PRESSURE = ("cecs_same_time", "cecs_eases", "cecs_tingling", "cecs_both_sides")
FOUND = ("pressure_fullness", "lingers_5_min")


def test_a_compartment_syndrome_gets_core_and_hip_and_a_sore_back_takes_the_superman_out(desk, clinic):
    # Given a runner whose calves fill up after the same time in every run
    page = desk.page
    case = steps.told(desk, clinic, "Pia", "Compartment", "Pressure and tingling after twelve minutes", side="Both")
    steps.open_screening(desk)
    steps.screen(desk, *PRESSURE)
    expect(page.get_by_text("Within 2 weeks").first).to_be_visible()
    desk.look()

    # Then no plan can be drafted before somebody has signed that the leg may be loaded, and within which limits
    desk.open(f"/cases/{case.pk}/plan/")
    expect(page.get_by_role("heading", name="This leg must not be loaded now")).to_be_visible()
    desk.open(f"/cases/{case.pk}/triage/items/")
    page.locator("summary", has_text="Sign for this item").click()
    page.get_by_text("the leg may be loaded within limits").click()
    page.get_by_label("Reason").fill("Seen with the vascular team; pressure measurement under way")
    page.get_by_label("Limits of the load").fill("Core and hip only; stop at the first pressure")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", name="This leg may be loaded")).to_be_visible()
    desk.look()

    # When it is examined and named
    desk.open(f"/cases/{case.pk}/triage/examination/")
    steps.examine(desk, *FOUND)
    steps.diagnose(desk, "PCS")
    steps.draft(desk)

    # Then the plan is Lewit, barbell hip thruster, superman
    assert steps.exercises(desk) == ["Lewit", "Barbell hip thruster", "Superman"]
    steps.sign(desk)

    # When the back begins to hurt, that answer is changed and the plan drafted anew
    page.get_by_role("link", name="New plan").click()
    page.get_by_role("button", name="Draft the plan").click()
    page.locator("summary", has_text="Change an answer").click()
    steps.choose(page, "Low back pain now?", "Yes")
    desk.look()
    page.get_by_role("button", name="Save the changed answers and draft again").click()

    expect(page.get_by_text("Answers recorded.")).to_be_visible()
    steps.answer_short_list(desk)

    # Then the bird dog stands in the superman's place, with the reason
    assert steps.exercises(desk) == ["Bird dog", "Lewit", "Barbell hip thruster"]
    working = page.get_by_role("region", name="What else the decision says")
    expect(working).to_contain_text("Left out, and what stands in its place")
    expect(working.get_by_role("listitem").filter(has_text="Superman")).to_contain_text("Instead: Bird dog")
    expect(working.get_by_role("listitem").filter(has_text="Superman")).to_contain_text("back pain")
    steps.sign(desk)
