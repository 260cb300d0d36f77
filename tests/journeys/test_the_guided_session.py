"""The guided session: it counts repetitions, ends a hold with a sound and a buzz, and keeps the screen on."""

import re

import pytest
from playwright.sync_api import expect

from rehab import actions
from rehab.models import PlanItem
from tests.factories import CaseFactory
from tests.journeys.conftest import PHONE
from tests.rehab.conftest import BECAUSE, a_diagnosis, a_plan, a_screening, in_force

# What a phone does, written down instead of done.
NOTED = """
  window.noted = { tones: 0, buzzes: 0, locks: 0 };
  window.AudioContext = class {
    currentTime = 0;
    resume() {}
    createOscillator() {
      return { frequency: {}, connect: (next) => next, start: () => (noted.tones += 1), stop() {} };
    }
    createGain() {
      return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect() {} };
    }
  };
  Object.defineProperty(navigator, "vibrate", { value: () => (noted.buzzes += 1) });
  Object.defineProperty(navigator, "wakeLock", { value: { request: async () => {
    noted.locks += 1;
    window.lock = new EventTarget();
    return window.lock;
  } } });
"""
HIDE = "Object.defineProperty(document, 'hidden', { value: %s, configurable: true })"
TURN = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def session(visit, clinic, clinician):
    """A phone with the session of a plan open: bird dogs to count, then a dead bug to hold; its clock is ours."""
    actions.sync_catalogue()
    case = CaseFactory(patient__clinic=clinic, opened_by=clinician)
    a_screening(case, clinician)
    a_diagnosis(case, clinician)
    draft = a_plan(case, clinician)
    told = {"exercise_id": "DEAD_BUG", "position": 2, "max_level": 3, "sets": 2, "amount": 20, "unit": "s"}
    PlanItem.objects.create(plan=draft, times_a_week=3, because=[BECAUSE], **told)
    in_force(draft, clinician)
    phone = visit(PHONE)
    phone.context.add_init_script(NOTED)
    phone.sign_in(case.patient.person.email)
    phone.page.clock.install()
    phone.open("/me/safety/?next=session")
    phone.page.get_by_role("button", name="None of these").click()
    expect(phone.page.get_by_role("heading", name="Your session")).to_be_visible()
    return phone


def noted(page):
    """Return what the phone did since the last look."""
    return page.evaluate("() => { const was = { ...noted }; noted.tones = noted.buzzes = 0; return was; }")


def to_the_hold(page):
    """Go on to the exercise that is held, and begin its first set; what the way there sounded like is forgotten."""
    page.get_by_role("button", name="Next exercise").locator("visible=true").click()
    page.get_by_role("button", name="Begin").locator("visible=true").click()
    noted(page)


def test_repetitions_are_counted_taken_back_and_end_the_set(session):
    page = session.page
    page.get_by_role("button", name="Begin").locator("visible=true").click()
    tap = page.get_by_role("button", name=re.compile("Count one"))
    for _ in range(3):
        tap.click()
    expect(tap).to_contain_text("3 of 8")
    page.get_by_role("button", name="Take one back").click()
    expect(tap).to_contain_text("2 of 8")
    session.look()
    assert noted(page)["tones"] == 0

    # a reload loses no repetition
    page.reload()
    expect(tap).to_contain_text("2 of 8")
    for _ in range(6):
        tap.click()

    # and the last one ends the set: it is ticked, heard and felt, and the rest begins
    assert page.locator("[name=x1_sets]").first.is_checked()
    assert noted(page) == {"tones": 1, "buzzes": 1, "locks": 1}  # the page was loaded anew, in a set
    expect(page.locator(".my-phase")).to_have_text("Rest")


def test_a_hold_gets_ready_counts_down_and_ends_with_a_sound_and_a_buzz(session):
    page = session.page
    to_the_hold(page)
    expect(page.locator(".my-phase")).to_have_text("Get ready")
    page.clock.run_for(6_000)
    expect(page.locator(".my-phase")).to_have_text("Hold")
    page.get_by_role("button", name="Pause").click()  # the clock of the page runs on while it is looked at
    session.look()
    page.get_by_role("button", name="Go on").click()
    noted(page)
    page.clock.run_for(10_000)
    assert noted(page)["tones"] == 0, "it is not over yet"
    page.clock.run_for(11_000)
    heard = noted(page)
    assert heard["tones"] == heard["buzzes"] == 1
    assert page.locator("[name=x2_sets]").first.is_checked()


def test_sound_off_silences_both_and_is_remembered(session):
    page = session.page
    page.get_by_role("button", name="Sound on").locator("visible=true").click()
    page.reload()
    expect(page.get_by_role("button", name="Sound off").locator("visible=true")).to_have_attribute(
        "aria-pressed", "false"
    )
    to_the_hold(page)
    page.clock.run_for(30_000)
    assert page.locator("[name=x2_sets]").first.is_checked()
    silent = noted(page)
    assert silent["tones"] == silent["buzzes"] == 0


def test_the_screen_stays_on_while_a_set_runs_and_again_after_a_call(session):
    page = session.page
    assert noted(page)["locks"] == 0
    to_the_hold(page)
    assert noted(page)["locks"] == 1

    # A call takes the screen, and with it the lock
    page.evaluate(f"{HIDE % 'true'}; {TURN}; lock.dispatchEvent(new Event('release'))")
    assert noted(page)["locks"] == 1
    page.evaluate(f"{HIDE % 'false'}; {TURN}")
    assert noted(page)["locks"] == 2
    page.reload()
    expect(page.locator(".my-clock")).to_be_visible()
    assert noted(page)["locks"] == 1, "the page was loaded anew in the middle of a set"


def test_the_screen_stays_on_for_a_set_that_is_counted_too(session):
    page = session.page
    page.get_by_role("button", name="Begin").locator("visible=true").click()
    assert noted(page)["locks"] == 1

    # Nothing runs by the clock here; a call takes the screen all the same
    page.evaluate(f"{HIDE % 'true'}; {TURN}; lock.dispatchEvent(new Event('release'))")
    page.evaluate(f"{HIDE % 'false'}; {TURN}")
    assert noted(page)["locks"] == 2
    page.reload()
    expect(page.locator(".my-tap")).to_be_visible()
    assert noted(page)["locks"] == 1, "the page was loaded anew in the middle of a set"

    # Before the next exercise is begun the screen is left alone
    page.get_by_role("button", name="Next exercise").locator("visible=true").click()
    page.reload()
    expect(page.get_by_role("button", name="Begin").locator("visible=true")).to_be_visible()
    assert noted(page)["locks"] == 0
