"""A day on a phone: asked first, led through the session, asked next morning, corrected; and stopped by a yes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clinic.models import Task
from rehab import actions
from rehab.models import MorningLog, Plan, SessionLog
from tests.factories import CaseFactory
from tests.journeys.conftest import PHONE, SMALL
from tests.journeys.runner_steps import about_the_whole, tap
from tests.rehab import conftest as paths
from triage.gate import loading_gate

# Tapped where a thumb finds it first, just above the way around: nothing that follows it is in sight yet.
AT_THE_EDGE = """(button) => {
  const edge = document.querySelector(".at-thumb").getBoundingClientRect().top;
  window.scrollBy({ top: button.getBoundingClientRect().bottom - edge, behavior: "instant" });
  button.click();
}"""


@pytest.fixture
def runner(clinic, clinician):
    """A runner with a plan in force."""
    onset = timezone.localdate() - timedelta(days=21)
    case = CaseFactory(patient__clinic=clinic, opened_by=clinician, onset_on=onset)
    paths.screened_calm(case, clinician)
    paths.nothing_against(case, clinician)
    paths.diagnosed(case, clinician)
    draft = paths.drafted(case, clinician)
    paths.actions.sign_plan(plan=draft, version=draft.case.version, by=clinician, at=timezone.now())
    return case.patient.person


def plan_of(runner):
    """Return the runner's plan in force."""
    return Plan.objects.signed().get(case__patient__person=runner)


def test_on_a_small_screen_the_clock_is_in_sight_and_every_answer_suits_a_thumb(visit, runner):
    # Given a small phone, and a runner whose session is open on it
    phone = visit(SMALL)
    page, exercises = phone.page, plan_of(runner).items.count()
    phone.sign_in(runner.email)
    phone.open("/me/safety/?next=session")
    page.get_by_role("button", name="None of these").click()

    # The counter counts exercises, not the questions behind them
    expect(page.get_by_text(f"Exercise 1 of {exercises}", exact=True)).to_be_visible()

    # When a set is begun, what there is to tap next stands above the way around at the bottom
    page.get_by_role("button", name="Begin").evaluate(AT_THE_EDGE)
    above = page.locator(".at-thumb").bounding_box()["y"]
    done = page.get_by_role("button", name="Set done").bounding_box()
    assert done["y"] + done["height"] <= above
    phone.suits_thumbs()
    phone.fits(SMALL["width"])

    # And at the end no answer breaks in two
    page.evaluate(
        "document.querySelector('[data-session]').dispatchEvent(new CustomEvent('session:show', {detail: 99}))"
    )
    expect(page.get_by_text("At the end: a few questions")).to_be_visible()
    phone.suits_thumbs()
    page.set_viewport_size(PHONE)
    heights = (
        page.get_by_role("group", name="Did you limp")
        .locator("span")
        .evaluate_all("(all) => all.map((one) => one.offsetHeight)")
    )
    assert len(set(heights)) == 1 and heights[0] < 60


def test_asked_first_then_led_through_the_session_and_asked_next_morning(visit, runner, clinician):
    # Given a runner on a phone, whose plan has exercises for today
    phone = visit(PHONE)
    page = phone.page
    phone.sign_in(runner.email)
    expect(page.get_by_role("heading", name="Due today")).to_be_visible()
    phone.look()

    # When the safety questions are answered with one tap, the session begins
    page.get_by_role("link", name="Start").click()
    phone.look()
    page.get_by_role("button", name="None of these").click()
    expect(page.get_by_role("heading", name="Your session")).to_be_visible()
    phone.look()

    # One exercise is on the screen.  Its first set is begun, and a reload in the middle loses nothing
    steps = page.locator(".my-step")
    exercises = plan_of(runner).items.count()
    assert [steps.nth(n).is_visible() for n in range(steps.count())] == [True] + [False] * exercises
    page.get_by_role("button", name="Begin").click()
    page.reload()
    expect(page.get_by_role("button", name="Set done")).to_be_visible()

    # Each set is ticked as it is done, and how it felt is tapped
    for number in range(exercises):
        step = steps.nth(number)
        step.locator(".my-all").click()
        tap(page, "Pain while doing it", "1")
        tap(page, "How hard was it?", "5")
        step.get_by_label("Clean throughout").check()
        if number == 0:
            phone.look()
            page.reload()
            expect(step.locator(".my-all input")).to_be_checked()
        step.locator(".my-ways .btn-primary").last.click()
    about_the_whole(page)
    page.reload()
    expect(page.get_by_role("group", name="Did you limp").get_by_label("No", exact=True)).to_be_checked()
    phone.look()
    page.get_by_role("button", name="Save the session").click()

    # Then it is kept once, what happens next is said, and nothing of it stays in the browser
    expect(page.get_by_role("heading", name="What happens next")).to_be_visible()
    phone.look()
    session = SessionLog.objects.get()
    assert [row.done for row in session.exercises.all()] == ["full"] * exercises
    assert (session.pain_during, session.minutes) == (1, 1)
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.includes('session'))") == []
    page.get_by_role("link", name="Back to today").click()
    expect(page.get_by_role("heading", name="All done for today")).to_be_visible()

    # The morning is told, and both may be corrected
    page.get_by_role("link", name="Answer", exact=True).click()
    tap(page, "How much did your calf hurt", "2")
    page.get_by_label("For how many minutes was it stiff?").fill("10")
    phone.look()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your morning is kept. Thank you.")).to_be_visible()
    assert MorningLog.objects.get().pain == 2
    page.get_by_role("link", name="My log").click()
    phone.look()
    page.get_by_role("link", name="Correct").last.click()
    expect(page.get_by_role("heading", name="Correct what you logged")).to_be_visible()
    phone.look()
    tap(page, "The worst pain during it", "4")
    page.get_by_role("button", name="Save the correction").click()
    expect(page.get_by_role("heading", name="What happens next")).to_be_visible()
    assert SessionLog.objects.current().get().pain_during == 4 and SessionLog.objects.count() == 2


def test_a_hold_is_counted_by_the_clock_with_its_end_and_its_rest(visit, runner):
    # Given the session of a plan with holds, on a phone whose clock the test moves
    phone = visit(PHONE)
    page = phone.page
    phone.sign_in(runner.email)
    phone.open("/me/safety/?next=session")
    page.get_by_role("button", name="None of these").click()
    page.clock.install()
    superman = page.locator(".my-step", has=page.get_by_role("heading", name="Superman"))
    while not superman.is_visible():
        page.get_by_role("button", name="Next exercise").click()

    # When the first set is begun and the screen is locked until its eight holds must be over
    superman.get_by_role("button", name="Begin").click()
    expect(superman.get_by_role("timer")).to_have_text("5")
    expect(superman.locator(".my-phase")).to_contain_text("Get ready")
    page.clock.run_for(6_000)
    expect(superman.locator(".my-phase")).to_contain_text("Hold 1 of 8")
    page.clock.fast_forward("01:00")

    # Then the set is ticked; after both sides the rest runs, may be skipped, and the sound may be switched off
    expect(superman.locator("[name$=_sets]").first).to_be_checked()
    superman.get_by_role("button", name="Begin").click()
    superman.get_by_role("button", name="Set done").click()
    expect(superman.locator(".my-phase")).to_have_text("Rest")
    superman.get_by_role("button", name="Sound on").click()
    expect(superman.get_by_role("button", name="Sound off")).to_have_attribute("aria-pressed", "false")
    superman.get_by_role("button", name="Skip the rest").click()
    expect(superman.get_by_role("button", name="Begin")).to_be_visible()

    # and signing out leaves nothing on the device
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate("Object.keys(localStorage)") == []


def test_a_yes_stops_at_once_and_alarms_the_clinic(visit, runner, clinic):
    phone = visit(SMALL)
    page = phone.page
    phone.sign_in(runner.email)
    page.get_by_role("link", name="Start").click()

    # Given a same-day sign: its advice is shown, and the emergencies are asked all the same
    tap(page, "New swelling of the calf", "Yes")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", name="Stop for today")).to_be_visible()
    expect(page.get_by_text("Your clinic has been told.")).to_be_visible()
    phone.look()

    # When one of them is yes too, help is called now
    tap(page, "New breathlessness", "Yes")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", name="Stop. Get help now")).to_be_visible()
    expect(page.get_by_role("link", name=f"Call {clinic.emergency_number}").first).to_be_visible()
    phone.look()

    # Then no exercise is anywhere, and the clinic has its alarm
    case = plan_of(runner).case
    assert not loading_gate(case).open and Task.objects.filter(case=case, is_alarm=True).exists()
    phone.open("/me/")
    expect(page.get_by_role("heading", name="No exercise for now")).to_be_visible()
    phone.look()


def test_without_javascript_the_session_is_one_form(visit, runner):
    phone = visit(PHONE, java_script_enabled=False)
    page = phone.page
    phone.sign_in(runner.email)
    page.get_by_role("link", name="Start").click()
    page.get_by_role("button", name="None of these").click()
    for section in page.locator(".my-step").filter(has=page.locator("[name=item]")).all():
        section.get_by_label("All sets done").check()
    about_the_whole(page)
    page.get_by_role("button", name="Save the session").click()

    expect(page.get_by_role("heading", name="What happens next")).to_be_visible()
    assert SessionLog.objects.get().exercises.filter(done="full").count() == plan_of(runner).items.count()


@pytest.mark.parametrize("scripted", [True, False], ids=["with scripts", "without"])
def test_how_it_goes_is_told_in_a_minute_and_the_clinic_need_not_ask(visit, runner, scripted):
    # Given a small phone on the first day of a plan: the clinic waits for the measures, and so does the page
    phone = visit(SMALL, java_script_enabled=scripted)
    page, case = phone.page, plan_of(runner).case
    actions.review(case=case, at=timezone.now())
    assert Task.objects.open().filter(case=case, code="measures_due").exists()
    phone.sign_in(runner.email)
    expect(page.get_by_role("heading", name="How is it going?")).to_be_visible()
    page.get_by_role("link", name="Rate it now").click()
    if scripted:
        phone.look()
        phone.suits_thumbs()

    # When one number is missing, it is said beside its question, and the others are still there
    for number, activity in enumerate(("Run 5 km", "Walk down stairs", "Play with my son"), start=1):
        page.get_by_label(f"Activity {number}: what is hard").fill(activity)
        tap(page, f"Activity {number}: how well", "4")
    tap(page, "The worst pain", "6")
    page.get_by_role("button", name="Save").click()
    wrong = page.get_by_role("group", name="How much did your calf hurt at the first steps")
    expect(wrong.get_by_text("Choose a number from 0 to 10.")).to_be_visible()
    if scripted:
        phone.look()
    tap(page, "How much did your calf hurt", "3")
    page.get_by_role("button", name="Save").click()

    # Then it is kept, asked no more, and nobody at the clinic has to ask
    expect(page.get_by_text("Your answers are kept, and your clinic sees them.")).to_be_visible()
    expect(page.get_by_role("heading", name="How is it going?")).to_have_count(0)
    assert {row.measure: float(row.value) for row in case.scores.all()} == {"PSFS": 4, "NPRS": 6}
    assert not Task.objects.open().filter(case=case, code="measures_due").exists()


def test_a_run_is_logged_by_keyboard_alone(visit, runner):
    phone = visit(PHONE)
    page = phone.page
    phone.sign_in(runner.email)
    phone.open("/me/run/")
    phone.look()
    page.get_by_label("Distance in km").focus()
    rated = [*("Tab", "Tab", "Space"), *("Tab", "Space") * 2, *("Tab", "ArrowRight") * 2]
    for keys in ("5", "Tab", "3", "0", *rated):
        page.keyboard.press(keys)
    page.get_by_label("None of these, since I last answered").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save the run").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="What happens next")).to_be_visible()
    session = SessionLog.objects.get()
    assert (session.run.km, session.run.run_minutes, session.pain_during, session.effort) == (5, 30, 0, 0)
    assert (session.gait_change, session.tingling) == ("absent", "absent")


@pytest.mark.parametrize(
    "address",
    ["/me/", "/me/safety/?next=session", "/me/run/", "/me/morning/", "/me/log/", "/me/plan/", "/me/progress/"],
)
def test_letters_of_twice_the_size_fit_on_the_narrowest_phone(visit, runner, address):
    phone = visit(SMALL)
    phone.sign_in(runner.email)
    phone.open(address)
    phone.page.evaluate("document.documentElement.style.fontSize = '200%'")
    wide = phone.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
