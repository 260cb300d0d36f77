"""The runner who never improves: a first review on day 7, and on day 14 a referral instead of more of the same."""

from datetime import timedelta

from playwright.sync_api import expect

from clinic.models import Task
from rehab.models import LevelStep
from tests.journeys import runner_steps as runs
from tests.journeys import steps
from tests.journeys.conftest import FIRST_DAY
from triage.gate import loading_gate
from triage.models import Screening

PAIN = 6  # the worst of a day, from the first day to the last


def test_no_gain_in_14_days_reopens_the_diagnosis_and_ends_in_a_referral(clock, desk, phone, clinic, clinician):
    # Given a runner whose plan is signed, scored on the first day, who came in by the link of the mail
    page = desk.page
    case = runs.a_drafted_soleus(clinic, clinician, "Nadia", "Nogain")
    days = runs.Days(clock, case)
    desk.open(f"/cases/{case.pk}/plan/")
    steps.sign(desk)
    steps.score_pain(desk, case, PAIN)
    steps.invite(desk, phone, case.patient, "nadia@example.org")
    runs.train(phone, pain=2)
    clock.at(1, 7)
    runs.answer_morning(phone, pain=2)

    # When a week of faithful work has passed, her first review is due, and done by words
    days.pass_to(7, pain=2, morning=2)
    clock.at(7, 7)
    runs.answer_morning(phone, pain=2)
    runs.train(phone, pain=2)
    clock.at(7, 12)
    steps.back_at_work(desk, clinician)
    row = steps.waiting(desk, case)
    expect(row).to_contain_text("Day 7: first review")
    expect(row).to_contain_text("by the end of today")
    desk.look()
    steps.task_done(desk, case, "Day 7: first review", "Telephoned: no better, no worse. The plan is done. Goes on.")
    review = Task.objects.get(case=case, code="first_review")
    assert review.due == FIRST_DAY + timedelta(days=8) and review.done_at
    steps.score_pain(desk, case, PAIN)

    # and another week brings nothing either
    days.pass_to(14, pain=2, morning=2)
    assert loading_gate(case).open and not Task.objects.filter(case=case, code="no_improvement").exists()

    # Then the morning of day 14 stops the plan: the phone asks her to call, and shows nothing to load
    clock.at(14, 7)
    levels = LevelStep.objects.count()
    runs.answer_morning(phone, pain=2)
    assert not loading_gate(case).open
    expect(phone.page.get_by_role("heading", name="No exercise for now")).to_be_visible()
    expect(phone.page.get_by_text("Your leg has not got better so far.")).to_be_visible()
    phone.look()
    runs.finds_nothing_to_load(phone)

    # and the clinic has a referral to write by the end of the day, and the whole clot screen to ask again
    clock.at(14, 10)
    steps.back_at_work(desk, clinician)
    row = steps.waiting(desk, case)
    expect(row).to_contain_text("Day 14: no recorded measure improved")
    desk.look()
    task = Task.objects.get(case=case, code="no_improvement")
    assert (task.level, task.due, task.done_at) == ("U", FIRST_DAY + timedelta(days=15), None)
    for kind in ("review", "letter"):
        desk.open(f"/?kind={kind}")
        expect(page.locator(".worklist > li")).to_contain_text("Nogain")
    screening = Screening.objects.get(case=case, completed_at=None)
    assert "Day 14" in screening.because
    desk.open(f"/cases/{case.pk}/")
    desk.look()
    page.get_by_role("link", name="Go on screening").first.click()
    expect(page.locator("#q-noimp_14_days input[value=present]")).to_be_checked()
    steps.screen(desk, "noimp_14_days")
    desk.look()

    # A calm clot screen opens nothing: the cause is still to be found, so the plan rests on
    assert not loading_gate(case).open
    expect(page.get_by_text("No improvement in one to two weeks").first).to_be_visible()
    runs.finds_nothing_to_load(phone)

    # When the diagnosis is looked at again, and the letter has gone to the doctor, the case is closed with it
    desk.open(f"/cases/{case.pk}/triage/causes/")
    expect(page.get_by_text("The diagnosis is open again")).to_be_visible()
    desk.look()
    steps.diagnose(desk, "SOLEUS", "Fits best, and yet no gain in 14 days: imaging and a second opinion")
    assert case.diagnoses.count() == 2
    desk.open(f"/cases/{case.pk}/triage/letter/")
    letter = page.get_by_role("article", name="Referral letter")
    for words in ("Nogain, Nadia", "No improvement in one to two weeks", clinician.name):
        expect(letter).to_contain_text(words)
    desk.look()
    steps.task_done(desk, case, "Day 14", "Letter to the sports physician sent; the runner knows why.")
    steps.close(desk, case, steps.REFERRED, "No gain in 14 days: referred to find the cause")

    # Then nobody waits any more, on no list and on no phone, and nothing rose since that morning
    expect(steps.waiting(desk, case)).to_have_count(0)
    phone.open("/me/")
    expect(phone.page.get_by_text("your clinic has referred you")).to_be_visible()
    runs.finds_nothing_to_load(phone)
    assert LevelStep.objects.count() == levels
    case.refresh_from_db()
    assert case.outcome == "referred" and not loading_gate(case).open
    assert not Task.objects.open().filter(case=case).exists()
