"""The steady runner: invited, led, moved on by rule and by taps, from the first session to stage 8 and discharge."""

from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from clinic.models import Task
from rehab.models import OutcomeScore, RunStage, SessionLog, Verdict
from tests.journeys import runner_steps as runs
from tests.journeys import steps
from tests.rehab.test_intake import TOLD
from triage import actions as triage_actions

ADDRESS = "stella@example.org"
FOUND = (
    *(("CR_BRIDGE_left", 24, "Failed"), ("CE_SORENSEN_none", 80, "Failed")),
    *(("SS_RAISES_left", 11, ""), ("SS_RAISES_right", 24, "")),
    *(("RAISE_PAIN_DOUBLE_none", 1, ""), ("RAISE_PAIN_BENT_left", 2, "")),
)
STRONG = (
    *(("CR_BRIDGE", "left", 90, "s"), ("CE_SORENSEN", "none", 200, "s")),
    *(("SS_RAISES", "left", 26, "reps"), ("SS_RAISES", "right", 26, "reps")),
    *(("GS_RAISES", "left", 27, "reps"), ("GS_RAISES", "right", 27, "reps")),
    *(("RAISE_PAIN_DOUBLE", "none", 0, "NPRS"), ("RAISE_PAIN_BENT", "left", 0, "NPRS")),
    *(("WBLT_CM", "left", 12, "cm"), ("WBLT_CM", "right", 12, "cm")),
)
LED = {23, 30, 35, 42, 53}  # one session of each later week is done as the page leads through it
BEGINS, WALKED_BEFORE = 14, range(2, 14, 2)  # the ladder begins; every other day a brisk walk before it


def test_from_the_invitation_to_stage_8_and_discharge(clock, desk, phone, clinic, clinician):
    desk.is_hurried = phone.is_hurried = True
    case = invited_and_told(desk, phone, clinic)
    examined_and_signed(desk, case)
    days = runs.Days(clock, case)

    # The first session, the morning after it, and a week of which the clinician reads on day 8
    runs.first_week(phone, days, morning=1, runs=WALKED_BEFORE)
    clock.at(8, 9)
    steps.first_review(desk, case, clinician, "Telephoned: stairs go well. Goes on.")
    days.run(8)
    days.pass_to(BEGINS, morning=0, runs=WALKED_BEFORE)

    begins_to_run(clock, desk, phone, case, clinician)
    for stage in range(8):
        passes(clock, desk, phone, days, stage, clinician)
    passes_the_last(clock, desk, phone, days, clinician)
    discharged(clock, desk, phone, days, clinician)
    case.refresh_from_db()
    assert case.outcome == "running"
    what_stands(case)


def invited_and_told(desk, phone, clinic):
    """Register her, send the link, and let her tell everything on the phone before the visit."""
    steps.register(desk, "Stella", "Steady")
    expect(desk.page.get_by_role("heading", name="The story")).to_be_visible()
    case = clinic.cases.get()
    steps.send_invitation(desk, case.patient, ADDRESS)
    steps.come_in(phone)
    phone.look()
    story = TOLD["story"] | {"onset_on": steps.three_weeks_ago()}
    runs.tell_before_the_visit(phone, TOLD | {"story": story})
    assert OutcomeScore.objects.get(case=case).measure == "PSFS"
    return case


def examined_and_signed(desk, case):
    """Read what she told, screen, examine, name the cause, draft and sign."""
    desk.open(f"/cases/{case.pk}/")
    expect(desk.page.get_by_text("Told before the visit").first).to_be_visible()
    desk.look(closely=True)
    desk.open(f"/cases/{case.pk}/intake/")
    steps.take_story(desk, "Dull ache mid calf, worse going down stairs", since=steps.three_weeks_ago())
    desk.open(f"/cases/{case.pk}/")
    steps.open_screening(desk)
    steps.screen(desk)
    desk.page.get_by_role("link", name="Go on to the examination").click()
    steps.examine(desk, *steps.SOLEUS, measured=FOUND)
    steps.diagnose(desk, "SOLEUS")
    steps.draft(desk)
    steps.sign(desk)
    steps.score_pain(desk, case, 6)


def begins_to_run(clock, desk, phone, case, clinician):
    """Test again, try the hops; with every criterion met the clinician puts her on stage 0, and the phone says so."""
    clock.at(BEGINS, 7)
    runs.answer_morning(phone)
    runs.train(phone)
    clock.at(BEGINS, 9)
    steps.back_at_work(desk, clinician)
    desk.open(f"/cases/{case.pk}/running/")
    expect(desk.page.get_by_role("button", name="Begin at stage 0")).to_have_count(0)
    desk.open(f"/cases/{case.pk}/triage/examination/")
    steps.examine(desk, measured=[(f"{test}_{side}", value, "") for test, side, value, _ in STRONG])
    steps.try_hops(desk, case)
    desk.look()
    desk.page.get_by_role("button", name="Begin at stage 0").click()
    expect(desk.page.get_by_text("The way back to running has begun.")).to_be_visible()
    desk.look(closely=True)
    phone.open("/me/")
    expect(phone.page.get_by_role("heading", name="Running: stage 0 of 8")).to_be_visible()
    phone.look(closely=True)


def passes(clock, desk, phone, days, stage, clinician):
    """Run a stage twice, two days apart; the second on the page.  The next morning decides, and the clinician taps."""
    decides = BEGINS + 4 + 4 * stage
    days.pass_to(decides, pain=0, runs=(decides - 2,))
    clock.at(decides, 7)
    signed_in(phone)
    wakes_up_and_trains(phone, days, decides)
    days.time_to_run(decides)
    signed_in(phone)
    assert runs.log_run(phone, stage) == "Well done"
    days.review(decides)
    assert stands_at(days.case) == stage, "nobody moves up before the next morning"
    clock.at(decides + 1, 7)
    wakes_up_and_trains(phone, days, decides + 1)
    clock.at(decides + 1, 9)
    steps.back_at_work(desk, clinician)
    retested(days.case, clinician)
    assert f"running stage {stage + 1}" in steps.take_steps(desk, days.case)
    phone.open("/me/")
    expect(phone.page.get_by_role("heading", name=f"Running: stage {stage + 1} of 8")).to_be_visible()


def wakes_up_and_trains(phone, days, day):
    """Tell the first steps, and do the session if one is due."""
    runs.answer_morning(phone)
    if day in LED:
        runs.train(phone, pain=0)
    elif day % 7 in runs.TRAINS:
        days.train(day, pain=0)


def signed_in(phone):
    """After 30 days the phone is signed out: a code from the mail lets her in again."""
    phone.open("/me/")
    if "/accounts/login/" in phone.page.url:
        runs.come_back(phone, ADDRESS)


def retested(case, clinician):
    """Do what the list asks for: the tests again when their weeks have passed."""
    if Task.objects.open().filter(case=case, code__startswith="reassess").exists():
        case.refresh_from_db()
        measured = {(test, side): {"value": value, "unit": unit} for test, side, value, unit in STRONG}
        told = {"version": case.version, "findings": {}, "measured": measured}
        triage_actions.record_examination(case=case, by=clinician, at=timezone.now(), **told)


def stands_at(case):
    return RunStage.objects.filter(case=case).order_by("-stepped_at", "-id").first().stage


def passes_the_last(clock, desk, phone, days, clinician):
    """Run half an hour three times; the third on the page, and the ladder is passed."""
    decides = BEGINS + 4 + 4 * 8 + 2
    days.pass_to(decides, pain=0, runs=(decides - 4, decides - 2))
    clock.at(decides, 7)
    wakes_up_and_trains(phone, days, decides)
    days.time_to_run(decides)
    runs.log_run(phone, 8)
    clock.at(decides + 1, 7)
    wakes_up_and_trains(phone, days, decides + 1)
    clock.at(decides + 1, 9)
    steps.back_at_work(desk, clinician)
    assert "running stage 8" in steps.take_steps(desk, days.case)
    phone.open("/me/")
    expect(phone.page.get_by_text("You have passed the last stage.")).to_be_visible()
    phone.look(closely=True)


def discharged(clock, desk, phone, days, clinician):
    """Close the case because she runs again: the list suggests it, and the phone says what to keep doing."""
    case = days.case
    steps.score_pain(desk, case, 0)
    days.review(clock.day)
    clock.at(clock.day + 1, 9)
    steps.back_at_work(desk, clinician)
    expect(steps.waiting(desk, case)).to_contain_text("Discharge is suggested")
    desk.open(f"/cases/{case.pk}/progress/")
    expect(desk.page.get_by_text("Discharge is suggested:")).to_be_visible()
    desk.look(closely=True)
    steps.close(desk, case, steps.RUNS_AGAIN, "Runs half an hour without pain")
    expect(steps.waiting(desk, case)).to_have_count(0)
    phone.open("/me/")
    expect(phone.page.get_by_role("heading", name="You are done: you run again")).to_be_visible()
    expect(phone.page.get_by_role("heading", name="Keep doing these")).to_be_visible()
    phone.look(closely=True)


def what_stands(case):
    """Hold what the database kept against what must be true of a steady runner."""
    moves = list(RunStage.objects.filter(case=case).order_by("stepped_at", "id").values_list("stage", "passed", "rule"))
    assert moves == [(0, False, "entry"), *((n, False, "stage_pass") for n in range(1, 9)), (8, True, "stage_pass")]
    assert not Verdict.objects.filter(session__case=case, colour__in=["red", "amber"]).exists()
    assert SessionLog.objects.filter(case=case, kind="run").count() > 19
    assert not Task.objects.filter(case=case, is_alarm=True).exists()
    assert not Task.objects.open().filter(case=case).exists()
    assert {mailed.to[0] for mailed in mail.outbox} == {ADDRESS}
