"""From a story to a signed plan: what failed is what the plan answers, and the runner reads why on a phone."""

import pytest
from playwright.sync_api import expect

from tests.journeys import steps
from tests.journeys.steps import SOLEUS

EXTENSION = ("CE_SORENSEN_none", 80)
ROTATION = ("CR_BRIDGE_left", 24)
FLEXION = ("CF_HOLD_none", 41)
GOOD_SIDES = (("CL_BRIDGE_left", 120), ("CL_BRIDGE_right", 120), ("CR_BRIDGE_right", 90))
GOOD_EXTENSION, GOOD_FLEXION = ("CE_SORENSEN_none", 200), ("CF_HOLD_none", 160)


@pytest.mark.parametrize(
    ("failed", "passed", "exercise", "clinicians_words", "runners_words"),
    [
        (
            (ROTATION, EXTENSION),
            (GOOD_FLEXION, *GOOD_SIDES),
            "Bird dog",
            ("core extension failed", "core rotation, left side failed"),
            ("holding your back steady", "keeping your trunk from twisting, left side"),
        ),
        (
            (ROTATION, FLEXION),
            (GOOD_EXTENSION, *GOOD_SIDES),
            "Dead bug",
            ("core flexion failed", "core rotation, left side failed"),
            ("holding your trunk steady at the front", "keeping your trunk from twisting, left side"),
        ),
    ],
    ids=["rotation_and_extension_bird_dog", "flexion_and_rotation_dead_bug"],
)
def test_a_soleus_strain_gets_the_exercise_that_answers_what_failed(
    desk, phone, clinic, failed, passed, exercise, clinicians_words, runners_words
):
    # Given a runner with a dull ache, whose screening is calm
    case = steps.told(desk, clinic, "Bea", "Birddog", "Dull ache mid calf, worse going down stairs")
    steps.open_screening(desk)
    steps.screen(desk)
    expect(desk.page.get_by_text("Routine").first).to_be_visible()
    desk.look()

    # When the examination finds a sore soleus and these motions weak
    desk.page.get_by_role("link", name="Go on to the examination").click()
    values = [(*test, "Failed") for test in failed] + [(*test, "Passed") for test in passed]
    steps.examine(desk, *SOLEUS, measured=values)

    # Then the ranked causes put the soleus first and say what speaks for it
    first = desk.page.get_by_role("article").first
    expect(first).to_contain_text("Soleus strain")
    expect(first.get_by_role("heading", name="Speaks for")).to_be_visible()
    desk.look()

    # and after the diagnosis the draft holds the exercise, with its reason in the clinician's and the runner's words
    steps.diagnose(desk, "SOLEUS")
    steps.draft(desk)
    card = steps.card_of(desk, exercise)
    for words in (*clinicians_words, *runners_words, "Why, for the runner"):
        expect(card).to_contain_text(words)
    steps.sign(desk)
    expect(steps.card_of(desk, exercise)).to_be_visible()

    # and the runner reads it on a phone
    steps.invite(desk, phone, case.patient, "bea@example.org")
    mine = phone.page.get_by_role("article", name=exercise)
    for words in ("How to do it", "Watch out for", "Why you are doing it", *runners_words):
        expect(mine).to_contain_text(words)
    expect(mine.locator(".my-dose")).to_contain_text("sets")
    assert phone.page.viewport_size["width"] == 390
    phone.look()
