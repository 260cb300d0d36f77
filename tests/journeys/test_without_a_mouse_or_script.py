"""The whole path works by keyboard, and without JavaScript."""

from playwright.sync_api import expect

from rehab.models import Plan
from tests import factories
from tests.journeys import steps
from tests.rehab import conftest as paths


def focus_by_tab(page, selector, most=400):
    """Press Tab until this has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_the_screening_and_the_palpation_picture_are_used_by_keyboard(desk, clinic, clinician):
    # Given a screening on the screen
    case = factories.CaseFactory(patient__clinic=clinic, opened_by=clinician)
    page = desk.page
    desk.open(f"/cases/{case.pk}/triage/screening/")

    # When the first question is reached with Tab and answered with the arrow keys
    focus_by_tab(page, "[name=pe_breathless]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#pe_breathless-n")).to_be_checked()
    focus_by_tab(page, "[data-none]")
    page.keyboard.press("Space")
    expect(page.locator("#pe_collapse-n")).to_be_checked()

    # and a zone of the calf is reached and judged by keyboard, then the picture shows it
    desk.open(f"/cases/{case.pk}/triage/examination/")
    page.locator("#palpation").scroll_into_view_if_needed()
    page.locator("#palpation h2").evaluate("node => { node.tabIndex = -1; node.focus(); }")
    focus_by_tab(page, "[data-zone-select=ZONE_SOLEUS_MED_left]")
    page.keyboard.press("2")
    expect(page.locator("[data-zone=ZONE_SOLEUS_MED_left]")).to_have_attribute("data-level", "2")
    page.get_by_role("button", name="Record the examination").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Examination recorded.")).to_be_visible()
    assert case.examinations.get().findings.get(code="ZONE_SOLEUS_MED").value == 2


def test_without_javascript_the_path_leads_from_the_screening_to_a_signed_plan(visit, clinic, clinician):
    # Given a browser that runs no script, and a runner whose story is told
    visitor = visit(java_script_enabled=False)
    visitor.sign_in(clinician.email)
    case = factories.CaseFactory(patient__clinic=clinic, opened_by=clinician, onset_on=steps.three_weeks_ago())
    page = visitor.page

    # When every list of the screening is answered with "none of these"
    visitor.open(f"/cases/{case.pk}/triage/screening/")
    for box in page.locator("[data-none]").all():
        box.check()
    page.get_by_role("button", name="Record the screening").click()
    expect(page.get_by_text("Routine").first).to_be_visible()

    # and two tests, a diagnosis, a draft and a signature follow
    visitor.open(f"/cases/{case.pk}/triage/examination/")
    page.locator("[name=v_CE_SORENSEN_none]").fill("80")
    page.locator("[name=v_CR_BRIDGE_left]").fill("24")
    page.get_by_role("button", name="Record the examination").click()
    page.locator("[name=cause]").first.select_option("SOLEUS")
    page.get_by_label("Why this one").fill("Sore on resisted push-off with a bent knee")
    page.get_by_role("button", name="Record the diagnosis").click()
    paths.nothing_against(case.__class__.objects.get(pk=case.pk), clinician)
    visitor.open(f"/cases/{case.pk}/plan/")
    page.get_by_role("button", name="Draft the plan").click()
    page.get_by_role("button", name="Sign the plan").click()

    # Then the plan is signed and holds the bird dog
    expect(page.get_by_role("heading", name="Signed plan")).to_be_visible()
    assert "Bird dog" in steps.exercises(visitor)
    assert Plan.objects.signed().filter(case=case).exists()
