"""On a phone, before the visit: every topic looked at, by hand and by keyboard; and an emergency on the way."""

from tests.journeys.conftest import PHONE
from tests.journeys.runner_steps import fill, go_on
from tests.rehab.test_intake import TOLD


def test_a_runner_tells_everything_and_sends_it(visit, case, runner):
    visitor = visit(PHONE)
    visitor.sign_in(runner.email)
    page = visitor.page
    visitor.open("/me/intake/")
    visitor.look()
    page.get_by_role("link", name="Begin").click()
    for slug, fields in TOLD.items():
        page.wait_for_url(f"**/me/intake/{slug}/")
        fill(page, {} if slug == "where" else fields)
        if slug == "where":
            mark_on_the_picture(page)
        visitor.look()
        danger = slug in ("urgent", "today")
        go_on(page, "Send my answers" if danger else "No to all the others" if slug == "risks" else "Save and go on")
    visitor.look()
    page.get_by_role("button", name="Send it to my clinic").click()
    page.get_by_text("Your clinic has your answers").wait_for()
    visitor.look()
    said = case.events.get(kind="told").data["said"]
    assert said["where"]["zones"] == ["ZONE_MTJ_left", "ZONE_TIBIAL_BORDER_right"]


def mark_on_the_picture(page):
    """Mark one zone by a tap, and one from the front by keyboard; the list says the same."""
    page.locator("svg [data-zone=ZONE_MTJ_left]").first.click()
    shin = page.locator("svg [data-zone=ZONE_TIBIAL_BORDER_right]").last
    shin.focus()
    page.keyboard.press("Space")
    assert shin.get_attribute("aria-checked") == "true"
    assert page.locator("input[name=zones]:checked").count() == 2


def test_an_emergency_is_told_what_to_do_before_and_after_it_is_sent(visit, case, runner):
    visitor = visit(PHONE)
    visitor.sign_in(runner.email)
    page = visitor.page
    visitor.open("/me/intake/urgent/")
    page.locator("input[name=cold_or_pale_foot][value=present]").evaluate("tick => tick.click()")
    assert page.get_by_text("the leg may be short of blood").first.is_visible()
    visitor.look()
    page.get_by_role("button", name="Tell my clinic now").locator("visible=true").click()
    page.get_by_role("heading", name="Stop. Get help now").wait_for()
    visitor.look()
    assert "Your clinic has been told" in visitor.text()
    assert case.red_flag_items.filter(level="E").count() == 1


def test_without_script_the_list_and_every_page_work(visit, case, runner):
    visitor = visit(PHONE, java_script_enabled=False)
    visitor.sign_in(runner.email)
    page = visitor.page
    for slug, fields in TOLD.items():
        visitor.open(f"/me/intake/{slug}/")
        for name, value in fields.items():
            for each in [value] if isinstance(value, str) else value:
                tick = page.locator(f'input[name="{name}"][value="{each}"]:is([type=radio], [type=checkbox])')
                if tick.count():
                    tick.focus()
                    page.keyboard.press("Space")
                elif name != "none":
                    page.locator(f'[name="{name}"]').fill(each)
        danger = slug in ("urgent", "today")
        go_on(page, "Send my answers" if danger else "No to all the others" if slug == "risks" else "Save and go on")
    page.get_by_role("button", name="Send it to my clinic").click()
    assert "Your clinic has your answers" in visitor.text()
