"""The runner whose calf swells in week 3: stopped at the first log that says so, alarmed, referred, closed."""

from django.core import mail
from playwright.sync_api import expect

from clinic.models import Task
from rehab.models import LevelStep, SessionLog
from tests.journeys import runner_steps as runs
from tests.journeys import steps
from triage.gate import loading_gate

SWELLS = 16  # the Wednesday of week 3


def test_a_calf_that_swells_in_week_3_is_stopped_alarmed_referred_and_closed(
    clock, desk, phone, clinic, clinician, lead
):
    # Given a runner whose plan is signed, who came in by the link of the mail
    case = runs.a_drafted_soleus(clinic, clinician, "Clara", "Calfswell")
    days = runs.Days(clock, case)
    desk.open(f"/cases/{case.pk}/plan/")
    steps.sign(desk)
    steps.score_pain(desk, case, 6)
    steps.invite(desk, phone, case.patient, "clara@example.org")
    assert runs.exercises_named(phone)

    # and two good weeks: the steps are tapped, the first review is done, the pain is less
    runs.first_week(phone, days)
    clock.at(8, 10)
    steps.first_review(desk, case, clinician, "Telephoned: less pain on stairs. Goes on.")
    days.pass_to(14)
    clock.at(14, 7)
    runs.answer_morning(phone)
    runs.train(phone)
    days.pass_to(SWELLS)
    assert loading_gate(case).open and not Task.objects.filter(case=case, is_alarm=True).exists()

    # When the first log of that Wednesday begins with a swollen calf
    clock.at(SWELLS, 8)
    levels, logged, mails = LevelStep.objects.count(), SessionLog.objects.count(), len(mail.outbox)
    phone.open("/me/")
    phone.page.get_by_role("link", name="Start").click()
    runs.tap(phone.page, "New swelling of the calf", "Yes")
    phone.page.get_by_role("button", name="Send my answers").click()

    # Then the phone says what to do, and the clinic is alarmed by the same answer: by mail, that names nobody
    expect(phone.page.get_by_role("heading", name="Stop for today")).to_be_visible()
    expect(phone.page.get_by_text("Your clinic has been told.")).to_be_visible()
    phone.look()
    assert not loading_gate(case).open
    alarm = Task.objects.get(case=case, is_alarm=True)
    assert (alarm.code, alarm.level, alarm.seen_at) == ("red_flag", "D", None)
    [mailed] = mail.outbox[mails:]
    assert mailed.to == [lead.email] and "Calfswell" not in mailed.subject + mailed.body
    runs.finds_nothing_to_load(phone)
    phone.look()

    # and she stands first on today's list; once seen the alarm is silent, and still nothing may be loaded
    steps.back_at_work(desk, clinician)
    row = steps.waiting(desk, case)
    expect(row).to_contain_text("alarm, not seen")
    expect(desk.page.locator(".worklist > li").first).to_contain_text("Calfswell")
    desk.look()
    row.get_by_role("button", name="Seen").click()
    expect(desk.page.get_by_text(f"Seen: {case.patient}.")).to_be_visible()
    expect(steps.waiting(desk, case)).to_contain_text("alarm, seen")
    assert not loading_gate(case).open

    # The clot screen is asked again, whole: the swelling stands there as she told it, and the letter goes with her
    page = desk.page
    desk.open(f"/cases/{case.pk}/")
    desk.look()
    page.get_by_role("link", name="Go on screening").first.click()
    expect(page.locator("#q-leg_swelling input[value=present]")).to_be_checked()
    steps.screen(desk, "leg_swelling", "leg_hot")
    expect(page.get_by_text("Same day").first).to_be_visible()
    desk.look()
    page.get_by_role("link", name="Letter to the hospital").first.click()
    letter = page.get_by_role("article", name="Letter to the hospital")
    for words in ("Please assess today", "Calfswell, Clara", "swelling", clinician.name):
        expect(letter).to_contain_text(words)
    desk.look()

    # When the hospital answers that it is a clot, the outcome is recorded, and the case closed with it
    clock.at(SWELLS + 1, 9)
    steps.back_at_work(desk, clinician)
    words = "Emergency department, letter of today: clot in a calf vein, treated there."
    steps.record_outcome(desk, case, "RF-DVT", "Confirmed", words, scan="positive", d_dimer="positive")
    desk.look()
    steps.close(desk, case, steps.REFERRED, "Referred: a clot was found, the hospital treats it")

    # Then she is on nobody's list, nothing to load is anywhere on her phone, and nothing was added since
    expect(steps.waiting(desk, case)).to_have_count(0)
    phone.open("/me/")
    expect(phone.page.get_by_text("your clinic has referred you")).to_be_visible()
    runs.finds_nothing_to_load(phone)
    phone.look()
    assert (LevelStep.objects.count(), SessionLog.objects.count()) == (levels, logged)
    case.refresh_from_db()
    assert case.outcome == "referred" and not loading_gate(case).open
    assert not Task.objects.open().filter(case=case).exists()
    assert case.red_flag_items.get(row="RF-DVT").outcome == "confirmed"
    assert steps.take_steps(desk, case) == []
