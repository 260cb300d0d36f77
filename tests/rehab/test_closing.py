"""The end of a case: suggested when every condition is met, refused while a danger waits, and never in silence."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.models import Case, Task
from rehab.actions import Refused, close_case, judge_case
from rehab.history import course_of
from rehab.leaving import failed_tests, suggestion_of
from rehab.models import RunStage
from rehab.rules.running_facts import Met
from tests.course import JUDGED, a_session
from tests.factories import a_task
from tests.rehab.conftest import an_item
from triage import actions as triage_actions
from triage.models import Screening

pytestmark = pytest.mark.django_db
RUN = {"stage": 8, "run_minutes": 30, "walk_minutes": 0}


def measured(case, by, cm, at):
    """Examine the ankle again: the left knee comes so many centimetres to the wall."""
    case.refresh_from_db()
    values = {("WBLT_CM", side): {"value": value, "unit": "cm"} for side, value in (("left", cm), ("right", 12))}
    triage_actions.record_examination(
        case=case, version=case.version, findings={}, measured=values, by=by, at=at
    )  # fmt: skip


@pytest.fixture
def runs_again(signed_plan, clinician):
    """A runner who passed the ladder, runs without pain for two weeks, and whose ankle failed once and passes now."""
    case, now = signed_plan.case, timezone.now()
    told = {**JUDGED, "rule": "up"}
    RunStage.objects.create(
        case=case, stage=8, passed=True, stepped_at=now - timedelta(days=20), stepped_by=clinician, **told
    )
    for days in (16, 12, 8, 4, 2):
        a_session(case, clinician, days_ago=days, run=RUN)
    measured(case, clinician, 6, now - timedelta(days=18))
    measured(case, clinician, 12, now - timedelta(days=1))
    case.refresh_from_db()
    return case


def close(case, by, outcome="running", because="Runs half an hour without pain"):
    """Close a case as it stands."""
    case.refresh_from_db()
    return close_case(
        case=case, version=case.version, outcome=outcome, because=because, by=by, at=timezone.now()
    )  # fmt: skip


def discharge_task(case):
    return Task.objects.open().filter(case=case, code="discharge")


def test_a_test_that_failed_once_and_passes_now_is_known_as_such(runs_again, clinician):
    today = timezone.localdate()
    assert failed_tests(runs_again, today) == {"WBLT_CM": True}

    measured(runs_again, clinician, 7, timezone.now())
    assert failed_tests(runs_again, today) == {"WBLT_CM": False}


def test_without_a_measurement_nothing_is_known_of_tests(signed_plan):
    assert failed_tests(signed_plan.case, timezone.localdate()) is None


def test_when_every_condition_is_met_the_runner_stands_on_todays_list_once(runs_again, clinician):
    now = timezone.now()
    found = suggestion_of(course_of(runs_again, now))
    assert found.suggested, [(one.code, one.met, one.reason.text) for one in found.conditions]

    for _ in range(2):
        judge_case(runs_again, by=clinician, at=now)
    assert discharge_task(runs_again).get().due > now


def test_who_no_longer_meets_them_leaves_the_list(runs_again, clinician):
    now = timezone.now()
    judge_case(runs_again, by=clinician, at=now)
    measured(runs_again, clinician, 6, now)
    judge_case(runs_again, by=clinician, at=now)

    assert not discharge_task(runs_again).exists()


def test_who_was_kept_on_is_not_brought_up_the_next_day(runs_again, clinician):
    now = timezone.now()
    judge_case(runs_again, by=clinician, at=now)
    discharge_task(runs_again).update(done_at=now, done_by=clinician, done_text="One more week")
    judge_case(runs_again, by=clinician, at=now + timedelta(days=1))
    assert not discharge_task(runs_again).exists()

    a_session(runs_again, clinician, days_ago=-13, run=RUN)
    judge_case(runs_again, by=clinician, at=now + timedelta(days=14, hours=1))
    assert discharge_task(runs_again).exists()


def test_what_is_missing_is_named_and_suggests_nothing(signed_plan, clinician):
    found = {one.code: one.met for one in suggestion_of(course_of(signed_plan.case, timezone.now())).conditions}

    assert found["discharge_stage"] is found["discharge_tests"] is Met.MISSING


def test_a_case_ends_with_its_outcome_its_reason_and_the_conditions_as_they_stood(runs_again, clinician):
    judge_case(runs_again, by=clinician, at=timezone.now())
    close(runs_again, clinician)
    runs_again.refresh_from_db()

    assert (runs_again.outcome, runs_again.closed_because) == ("running", "Runs half an hour without pain")
    told = runs_again.events.order_by("-version").first().data
    assert told["inputs"]["conditions"]["discharge_stage"] == "met"
    assert not Task.objects.open().filter(case=runs_again).exists()


@pytest.mark.parametrize("outcome", Case.Outcome.values)
@pytest.mark.parametrize("level", ["E", "D"])
def test_no_case_ends_while_a_danger_has_no_outcome(level, outcome, signed_plan, clinician):
    an_item(signed_plan.case, clinician, level)
    with pytest.raises(Refused, match="A danger has no outcome yet"):
        close(signed_plan.case, clinician, outcome)
    signed_plan.case.refresh_from_db()
    assert signed_plan.case.closed_at is None


def test_no_case_ends_under_an_alarm_that_nobody_has_seen(signed_plan, clinician):
    a_task(signed_plan.case, clinician, "red_flag", is_alarm=True, level="D")
    with pytest.raises(Refused, match="nobody has seen"):
        close(signed_plan.case, clinician, "referred")


def test_a_screening_under_way_holds_what_would_end_otherwise_but_no_referral(signed_plan, clinician):
    case = signed_plan.case
    Screening.objects.create(case=case, started_at=timezone.now(), started_by=clinician, because="2 RED in 7 days")

    with pytest.raises(Refused, match="screening is not finished"):
        close(case, clinician, "other", "Moved away")
    close(case, clinician, "referred", "To the sports physician")
    case.refresh_from_db()
    assert case.outcome == "referred"


def test_who_may_not_load_the_leg_is_referred_and_not_sent_running(signed_plan, clinician):
    case, now = signed_plan.case, timezone.now()
    found = {"outcome": "confirmed", "scan": "positive", "outcome_text": "scan"}
    an_item(case, clinician, "D", closed_at=now, closed_by=clinician, **found)

    with pytest.raises(Refused):
        close(case, clinician, "running")
    close(case, clinician, "referred", "Treated in hospital")
    case.refresh_from_db()
    assert case.outcome == "referred"


def test_an_assistant_closes_nothing(signed_plan, assistant):
    with pytest.raises(Refused):
        close(signed_plan.case, assistant, "other", "moved away")


def test_the_clinician_sees_the_conditions_and_the_way_out(runs_again, clinician, at_work):
    browser = at_work(clinician)
    page = browser.get(reverse("rehab:progress", args=[runs_again.pk])).content.decode()
    assert "Discharge is suggested" in page and reverse("rehab:close", args=[runs_again.pk]) in page
    assert "Stage 8 of the running ladder is passed." in browser.get(
        reverse("rehab:close", args=[runs_again.pk])
    ).content.decode()  # fmt: skip


def test_a_refusal_says_why_and_keeps_what_was_typed(signed_plan, clinician, at_work):
    an_item(signed_plan.case, clinician, "D")
    case = signed_plan.case
    said = {"patient": case.patient_id, "version": case.version, "outcome": "referred", "because": "To the hospital"}
    answer = at_work(clinician).post(reverse("rehab:close", args=[case.pk]), said)

    assert answer.status_code == 422
    assert "A danger has no outcome yet" in answer.content.decode() and "To the hospital" in answer.content.decode()


def test_a_test_that_still_fails_is_named_beside_its_condition(runs_again, clinician, at_work):
    measured(runs_again, clinician, 6, timezone.now())
    page = at_work(clinician).get(reverse("rehab:close", args=[runs_again.pk])).content.decode()

    assert "1 of them still fail. Lunge, knee bent: toe to wall." in page
