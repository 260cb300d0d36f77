"""The server's clock goes back: what was written last still counts as the newest, and no alarm waits for it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from django.utils import timezone

from clinic import alarms
from clinic.terms import Answer
from rehab.actions.moving import write_step
from rehab.actions.stages import write_stage
from rehab.models import LevelStep, RunStage
from tests import factories
from tests.rehab.conftest import a_step, diagnosed, screened_calm
from triage import actions
from triage.facts import current_screening
from triage.gate import loading_gate
from triage.models import Examination, Screening

pytestmark = pytest.mark.django_db
BACK = timedelta(hours=3)


@pytest.fixture
def now():
    """The clock as it was right."""
    return timezone.now()


def judged(**step):
    """A step as the rules return it."""
    told = {"rule": "red", "inputs": {}, "reasons": (), "rest_until": None, **step}
    return SimpleNamespace(**told)


def test_a_step_down_written_by_a_clock_that_went_back_is_the_newest(signed_plan, clinician, now):
    item = signed_plan.items.get()
    a_step(item, clinician, 2).save()
    write_step(item, judged(level=1, dose_percent=100), by=clinician, at=now - BACK)

    assert LevelStep.objects.filter(item=item).order_by("-stepped_at").first().level == 1


def test_a_stage_down_written_by_a_clock_that_went_back_is_the_newest(signed_plan, clinician, now):
    for stage, at in ((3, now), (2, now - BACK)):
        write_stage(signed_plan.case, judged(stage=stage, passed=False), by=clinician, at=at)

    assert RunStage.objects.filter(case=signed_plan.case).first().stage == 2


def test_answers_after_the_clock_went_back_stand_in_one_screening_and_shut_the_gate(ready_case, clinician, now):
    for _ in range(2):
        ready_case.refresh_from_db()
        actions.answer_screening(
            case=ready_case, version=ready_case.version, answers={"leg_hot": Answer.ABSENT}, may_complete=False,
            by=clinician, at=now - BACK,
        )  # fmt: skip

    assert Screening.objects.filter(case=ready_case, completed_at=None).count() == 1
    assert current_screening(ready_case).is_open
    assert not loading_gate(ready_case).open


def test_a_screening_completed_after_the_clock_went_back_is_the_newest(ready_case, clinician, now):
    ready_case.refresh_from_db()
    first = current_screening(ready_case)
    screened_calm(ready_case, clinician, at=now - BACK)

    newest = Screening.objects.filter(case=ready_case).order_by("-completed_at").first()
    assert newest != first and newest.completed_at > first.completed_at


def test_an_earlier_release_does_not_count_for_what_is_found_after_the_clock_went_back(ready_case, clinician, now):
    diagnosed(ready_case, clinician, "BSI")
    ready_case.refresh_from_db()
    told = {"cause": "BSI", "reason": "the surgeon released it", "limits": "walk"}
    at = timezone.now()
    actions.release_diagnosis(case=ready_case, version=ready_case.version, by=clinician, at=at, **told)
    assert loading_gate(ready_case).open

    ready_case.refresh_from_db()
    told = {"cause": "BSI", "override_reason": "on the new images"}
    actions.record_diagnosis(case=ready_case, version=ready_case.version, by=clinician, at=at - BACK, **told)
    assert not loading_gate(ready_case).open


def test_an_examination_after_the_clock_went_back_is_the_newest(ready_case, clinician, now):
    ready_case.refresh_from_db()
    first = Examination.objects.filter(case=ready_case).first()
    actions.record_examination(
        case=ready_case, version=ready_case.version, findings={"gait_not_attempted": Answer.ABSENT}, by=clinician,
        at=first.at - BACK,
    )  # fmt: skip

    assert Examination.objects.filter(case=ready_case).first() != first


def test_an_alarm_is_mailed_again_though_the_clock_went_back(case, clinic, clinician, now):
    clinic.alarm_email = "alarms@clinic.example"
    clinic.save()
    factories.a_task(case, clinician, "red_flag", is_alarm=True, level="E", mail_next=now)
    assert alarms.deliver(now) == 1
    assert alarms.deliver(now) == 0, "the next try has its moment"
    assert alarms.deliver(now - BACK) == 1
    assert len(mail.outbox) == 2
