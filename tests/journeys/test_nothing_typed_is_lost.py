"""What somebody typed survives a closed browser, and two people on one record do not overwrite each other."""

from playwright.sync_api import expect

from tests import factories


def test_a_half_written_story_survives_a_closed_browser(visit, desk, clinic, clinician):
    # Given a clinician in the middle of a story
    case = factories.CaseFactory(patient__clinic=clinic, opened_by=clinician)
    desk.open(f"/cases/{case.pk}/intake/")
    desk.page.get_by_label("What happened, in the runner's words").fill("Pulled at km 4, then")
    desk.page.get_by_text("Resistance band", exact=True).click()
    expect(desk.page.get_by_text("Draft kept")).to_be_visible()

    # When the browser is closed and the same person comes back in another one
    desk.context.close()
    later = visit()
    later.sign_in(clinician.email)
    later.open(f"/cases/{case.pk}/intake/")

    # Then everything is there again, and the record itself is as it was
    expect(later.page.get_by_label("What happened, in the runner's words")).to_have_value("Pulled at km 4, then")
    expect(later.page.get_by_label("Resistance band")).to_be_checked()
    expect(later.page.get_by_text("Your unsaved draft was put back.")).to_be_visible()
    case.refresh_from_db()
    assert (case.version, case.story) == (1, "")
    later.look()


def test_the_second_of_two_people_is_told_what_changed_and_overwrites_nothing(visit, desk, clinic, clinician, lead):
    # Given two people who opened the same story
    case = factories.CaseFactory(patient__clinic=clinic, opened_by=clinician, story="As told", version=1)
    other = visit()
    other.no_fault += ("status of 409",)  # it is what this story is about
    other.sign_in(lead.email)
    for visitor, words in ((desk, "Hurts going down stairs"), (other, "Hurts when sprinting")):
        visitor.open(f"/cases/{case.pk}/intake/")
        visitor.page.get_by_label("What happened, in the runner's words").fill(words)

    # When both save
    for visitor in (desk, other):
        visitor.page.get_by_role("button", name="Save the story").click()

    # Then the first is kept, and the second reads what changed, by whom, and what they had typed
    expect(desk.page.get_by_text("Story recorded. Next: screen for danger.")).to_be_visible()
    expect(other.page.get_by_role("heading", name="Nothing was saved")).to_be_visible()
    expect(other.page.get_by_role("alert")).to_contain_text(clinician.name)
    expect(other.page.get_by_role("region", name="What you had typed")).to_contain_text("Hurts when sprinting")
    case.refresh_from_db()
    assert (case.version, case.story) == (2, "Hurts going down stairs")
    other.look()
