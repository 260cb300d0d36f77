"""What the logs move: back at once, up by a tap or by the clinic's setting, and the plan rests where it must."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from clinic.actions import save_intake
from clinic.alarms import finish_task, see_task
from clinic.models import Task
from clinic.terms import Answer
from rehab import written
from rehab.actions import (
    ExerciseTold,
    NotAllowed,
    Refused,
    SessionTold,
    log_morning,
    log_session,
    record_score,
    review,
    set_pain_limit,
)
from rehab.history import course_of
from rehab.mine.frame import mine_for
from rehab.models import LevelStep, OutcomeScore, StepOffer
from tests.rehab.conftest import a_diagnosis, a_step, an_item, screened_calm
from tests.rehab.test_logging import GOOD, calm, first_question
from triage.facts import standing_diagnoses
from triage.gate import loading_gate
from triage.models import Diagnosis

pytestmark = pytest.mark.django_db


class Runner:
    """A runner whose days go by: one calm morning a day, a session when asked for."""

    def __init__(self, plan):
        self.plan, self.person = plan, plan.case.patient.person
        self.at = timezone.now().replace(hour=12)
        for _ in range(3):
            self.morning()

    def morning(self, pain=1):
        """Wake up the next day and say how the first steps were; ``None`` says nothing."""
        self.at += timedelta(days=1)
        if pain is not None:
            day = timezone.localdate(self.at)
            log_morning(case=self.plan.case, day=day, pain=pain, stiffness_minutes=5, by=self.person, at=self.at)

    def session(self, pain=1, safety=None, **exercise):
        """Do today's session."""
        done = {**GOOD, "pain_during": pain, **exercise}
        told = SessionTold(
            day=timezone.localdate(self.at), began=self.at, minutes=20, effort=5, pain_before=0, pain_during=pain,
            pain_after=0, gait_change=Answer.ABSENT, tingling=Answer.ABSENT,
            exercises=(ExerciseTold(item=self.plan.items.get().pk, done="full", **done),),
        )  # fmt: skip
        return log_session(
            case=self.plan.case, key=uuid4(), safety=safety or calm(), told=told, by=self.person, at=self.at
        )

    def stands_at(self):
        """Return the level and dose of the newest step."""
        step = LevelStep.objects.filter(item=self.plan.items.get()).order_by("-stepped_at", "-id").first()
        return step.level, step.dose_percent


@pytest.fixture
def runner(signed_plan, clinician):
    """A runner at level 2 of 3."""
    a_step(signed_plan.items.get(), clinician, 2).save()
    return Runner(signed_plan)


def two_green(runner):
    """Two sessions without a complaint, each with its next morning."""
    for _ in range(2):
        runner.session()
        runner.morning()


def test_two_green_sessions_offer_the_next_level_and_wait_for_a_tap(runner):
    two_green(runner)

    offer = StepOffer.objects.get(decided_at=None)
    assert offer.level == 3
    assert offer.rule
    assert offer.reasons
    assert runner.stands_at() == (2, 100)


def test_where_the_clinic_says_so_the_step_is_taken_by_itself(runner):
    clinic = runner.plan.case.clinic
    clinic.steps_apply_themselves = True
    clinic.save()
    runner.plan.case.refresh_from_db()
    two_green(runner)

    assert runner.stands_at() == (3, 100)
    assert not StepOffer.objects.exists()


def test_without_the_next_morning_nothing_is_offered(runner):
    runner.session()
    runner.morning()
    runner.session()
    runner.morning(pain=None)

    assert not StepOffer.objects.exists()


def test_amber_halves_the_dose_at_once_and_a_second_one_goes_down(runner):
    runner.session(pain=4)
    assert runner.stands_at() == (2, 50)

    runner.morning()
    runner.session(pain=4)
    assert runner.stands_at() == (1, 100)


def test_red_rests_48_hours_one_level_down(runner):
    runner.session(pain=7)

    step = LevelStep.objects.order_by("-stepped_at", "-id").first()
    assert step.level == 1
    assert step.rest_until == runner.at + timedelta(hours=48)
    assert loading_gate(runner.plan.case).open


def test_an_offer_is_withdrawn_when_the_next_log_is_not_green(runner):
    two_green(runner)
    runner.session(pain=4)

    offer = StepOffer.objects.get()
    assert offer.accepted is False
    assert runner.stands_at() == (2, 50)


def test_two_red_in_a_week_let_the_plan_rest_and_ask_for_triage(runner):
    runner.session(pain=7)
    for _ in range(3):
        runner.morning()
    runner.session(pain=7)

    assert not loading_gate(runner.plan.case).open
    assert Task.objects.filter(case=runner.plan.case, is_alarm=True).exists()


def test_after_triage_was_repeated_the_old_reds_ask_for_nothing_more(runner, clinician):
    runner.session(pain=7)
    for _ in range(3):
        runner.morning()
    runner.session(pain=7)
    runner.plan.case.refresh_from_db()
    screened_calm(runner.plan.case, clinician, runner.at)
    assert loading_gate(runner.plan.case).open
    runner.morning()

    assert loading_gate(runner.plan.case).open
    assert Task.objects.filter(case=runner.plan.case, is_alarm=True).count() == 1


def test_a_safety_yes_takes_the_step_back_although_the_gate_shuts(runner):
    runner.session(pain=1, safety=calm(**{first_question(): Answer.PRESENT}))

    assert runner.stands_at() == (1, 100)
    assert not loading_gate(runner.plan.case).open


def test_nothing_rises_while_the_plan_rests(runner, shut_gate):
    shut_gate(runner.plan.case)
    two_green(runner)

    assert not StepOffer.objects.exists()
    assert runner.stands_at() <= (2, 100)  # with a bone stress injury that mild pain is RED


def test_without_a_limit_there_is_no_verdict_and_with_the_clinicians_there_is(runner, clinician):
    case = runner.plan.case
    a_diagnosis(case, clinician, "RADICULOPATHY")
    assert {judged.judgement.rule for judged in self_judged(runner)} == {"no_limit"}

    case.refresh_from_db()
    set_pain_limit(case=case, version=case.version, during_nprs=2, because="irritable", by=clinician, at=runner.at)
    runner.morning()
    assert [judged.judgement.colour for judged in course_of(case, runner.at).judged] == ["green"]


def self_judged(runner):
    """Do one session and return how the rules judge it."""
    runner.session()
    return course_of(runner.plan.case, runner.at).judged


def test_only_who_signs_sets_a_limit_and_says_why(runner, clinician, assistant):
    case = runner.plan.case
    told = {"case": case, "version": case.version, "during_nprs": 2, "at": runner.at}

    with pytest.raises(NotAllowed):
        set_pain_limit(**told, because="irritable", by=assistant)
    with pytest.raises(Refused):
        set_pain_limit(**told, because=" ", by=clinician)
    with pytest.raises(Refused):
        set_pain_limit(**{**told, "during_nprs": 11}, because="irritable", by=clinician)


def a_gain(case, by, first, last):
    """Two scores of pain, 5 and then 2: an improvement by its important change."""
    for day, value in ((first, 5), (last, 2)):
        OutcomeScore.objects.create(
            case=case, measure="NPRS", value=value, day=day, parts={"worst": value}, scored_at=timezone.now(),
            scored_by=by,
        )  # fmt: skip


def open_codes(runner):
    """Return the codes of the open tasks."""
    return set(Task.objects.open().filter(case=runner.plan.case).values_list("code", flat=True))


def test_a_red_session_is_a_task_for_the_next_working_day(runner):
    runner.session(pain=7)

    task = Task.objects.get(case=runner.plan.case, code="red_session")
    assert not task.is_alarm
    assert timedelta(0) < task.due - runner.at <= timedelta(days=4)


def test_one_event_opens_one_task_and_is_not_opened_again_when_done(runner, clinician):
    runner.session(pain=7)
    task = Task.objects.get(case=runner.plan.case, code="red_session")
    finish_task(task=task, text="Spoken", by=clinician, at=runner.at)
    runner.morning()

    assert "red_session" not in open_codes(runner)


def test_days_alone_ask_for_the_clinic(runner):
    case = runner.plan.case
    runner.session()
    runner.at += timedelta(days=8)
    review(case=case, at=runner.at)

    assert {"no_log", "first_review"} <= open_codes(runner)
    assert runner.stands_at() == (1, 100)  # a week without a session: one level down


def test_measures_are_asked_once_for_each_point_of_the_schedule_and_leave_when_scored(runner, clinician):
    case = runner.plan.case
    first = Task.objects.get(case=case, code="measures_due")  # week 0: the runner has no score at all
    assert first.text == written.MEASURES_ASKED.en and not first.is_alarm
    finish_task(task=first, text="She was asked", by=clinician, at=runner.at)
    runner.at += timedelta(days=8)
    review(case=case, at=runner.at)
    assert "measures_due" not in open_codes(runner)  # finished with words: this point is asked no more

    runner.at = runner.plan.signed_at + timedelta(weeks=2, hours=1)
    review(case=case, at=runner.at)
    assert "measures_due" in open_codes(runner)

    score(runner, clinician, "NPRS", {"worst": 2})
    assert "measures_due" in open_codes(runner)  # one of two is not all
    score(
        runner, clinician, "PSFS", {"activities": [{"activity": name, "points": 4} for name in ("Run", "Hop", "Squat")]}
    )
    second = Task.objects.get(case=case, code="measures_due", opened_at__gt=first.opened_at)
    assert second.done_text == "Every measure that was due is scored"


def test_a_task_is_not_settled_by_what_was_looked_at_before_it_was_opened(runner):
    review(case=runner.plan.case, at=runner.plan.signed_at - timedelta(days=1))

    assert "measures_due" in open_codes(runner)


def score(runner, by, measure, parts):
    """Score one measure on the runner's day."""
    record_score(case=runner.plan.case, measure=measure, parts=parts, day=runner.at.date(), by=by, at=runner.at)


def test_day_14_without_a_gain_opens_the_screening_and_its_item(runner):
    case = runner.plan.case
    runner.at += timedelta(days=14)
    review(case=case, at=runner.at)
    review(case=case, at=runner.at)

    assert not loading_gate(case).open
    assert case.red_flag_items.get().row == "RF-NOIMP"
    task = Task.objects.get(case=case, code="no_improvement")
    assert task.level == "U"
    assert not task.is_alarm


def test_day_14_opens_the_diagnosis_again_until_one_is_recorded_after_it(runner, clinician, at_work):
    case, browser = runner.plan.case, at_work(clinician)
    causes, again = reverse("triage:causes", args=[case.pk]), "The diagnosis is open again"
    runner.at += timedelta(days=14)
    assert again not in browser.get(causes).content.decode()

    review(case=case, at=runner.at)
    said = browser.get(causes).content.decode()
    assert again in said and "Open again since" in said
    assert not standing_diagnoses().filter(case=case).exists()

    Diagnosis.objects.create(case=case, cause="SOLEUS", at=runner.at + timedelta(hours=1), by=clinician)
    assert again not in browser.get(causes).content.decode()
    assert standing_diagnoses().filter(case=case).count() == 1


def test_day_14_tells_the_runner_that_it_is_for_lack_of_gain_and_a_sign_says_no_such_thing(runner, clinician):
    case = runner.plan.case
    runner.at += timedelta(days=14)
    review(case=case, at=runner.at)
    assert mine_for(case.patient).gate.lacks_gain and not mine_for(case.patient).gate.could_be_clot

    an_item(case, clinician, "D", row="RF-DVT")
    assert mine_for(case.patient).gate.could_be_clot and not mine_for(case.patient).gate.lacks_gain


def test_a_recorded_gain_keeps_day_14_quiet(runner, clinician):
    case = runner.plan.case
    a_gain(case, clinician, timezone.localdate(), timezone.localdate(runner.at))
    runner.at += timedelta(days=14)
    review(case=case, at=runner.at)

    assert loading_gate(case).open
    assert "no_improvement" not in open_codes(runner)


def test_a_closed_case_is_not_reviewed(runner, clinician):
    case = runner.plan.case
    case.closed_at, case.closed_by, case.closed_because = timezone.now(), clinician, "done"
    case.outcome = "other"
    case.save()
    before = open_codes(runner)
    review(case=case, at=runner.at + timedelta(days=20))

    assert open_codes(runner) == before == {"measures_due"}


def test_the_daily_look_tells_which_case_failed_and_goes_on(runner, monkeypatch):
    runner.session()
    looked_at = []

    def broken(*, case, at):
        looked_at.append(case.pk)
        raise RuntimeError("broken")

    monkeypatch.setattr("rehab.management.commands.review.review", broken)
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("review")
    assert looked_at == [runner.plan.case.pk]


def test_the_daily_look_says_how_many(runner, capsys):
    call_command("review")

    assert "1 reviewed" in capsys.readouterr().out


def test_pain_at_rest_rings_at_once(runner):
    at = runner.at
    told = SessionTold(day=timezone.localdate(at), began=at, pain_before=9, pain_during=1, pain_after=0,
        gait_change=Answer.ABSENT, tingling=Answer.ABSENT,
        exercises=(ExerciseTold(item=runner.plan.items.get().pk, done="full", **GOOD),))  # fmt: skip
    log_session(case=runner.plan.case, key=uuid4(), safety=calm(), told=told, by=runner.person, at=at)

    assert Task.objects.get(case=runner.plan.case, code="rest_pain_7").is_alarm


def test_an_alarm_that_was_seen_stays_silent(runner, clinician):
    test_pain_at_rest_rings_at_once(runner)
    task = Task.objects.get(case=runner.plan.case, code="rest_pain_7")
    see_task(task=task, by=clinician, at=runner.at + timedelta(minutes=5))
    runner.morning()

    task.refresh_from_db()
    assert task.seen_at is not None


def test_sessions_inside_the_rest_lift_nothing(runner):
    runner.session(pain=7)
    runner.at += timedelta(hours=20)
    for _ in range(2):
        runner.session()
        runner.morning()

    assert not StepOffer.objects.filter(decided_at=None).exists()


def test_what_was_waited_for_ends_its_task_by_itself(runner):
    case = runner.plan.case
    runner.session()
    runner.at += timedelta(days=8)
    review(case=case, at=runner.at)
    task = Task.objects.open().get(case=case, code="no_log")

    runner.session()
    task.refresh_from_db()
    assert (task.done_at, task.done_text) == (runner.at, "The runner has logged again")
    assert Task.objects.open().filter(case=case, code="first_review").exists()  # that one needs words of a person


def test_a_blood_thinner_that_was_stopped_is_somebodys_task(signed_plan, clinician):
    case, at = signed_plan.case, timezone.now()
    for number, answer in enumerate((Answer.PRESENT, Answer.ABSENT)):
        assert not Task.objects.filter(case=case, code="medicine_change").exists()
        case.refresh_from_db()
        told = {"case": case, "version": case.version, "story": {"story": "Tight"}, "by": clinician}
        save_intake(**told, person_facts={"anticoagulant": answer}, at=at + timedelta(minutes=number))
        review(case=case, at=at + timedelta(hours=1))

    task = Task.objects.get(case=case, code="medicine_change")
    assert task.due > at and not task.is_alarm
