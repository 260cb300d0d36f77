"""A danger that a runner tells after their last case was closed: kept, alarmed, answered; and the case stays closed."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from clinic import actions as clinic_actions
from clinic.models import Case, Task
from clinic.terms import Answer
from clinic.worklist import worklist
from rehab import actions
from rehab.models import SafetyCheck
from tests.course import a_session
from tests.rehab.test_mine import MORNING, RUN, SAFETY, TODAY, calm, phone, plan, questions, text  # noqa: F401
from tests.rehab.test_offline import copy, entry, sent
from tests.triage.conftest import screened
from tests.triage.test_both_legs import items
from triage.gate import loading_gate
from triage.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(plan, clinician):  # noqa: F811
    """The runner's only case, which ended in running a moment ago."""
    told = {"closed_at": timezone.now(), "closed_by": clinician, "closed_because": "runs", "outcome": "running"}
    Case.objects.filter(pk=plan.case.pk).update(**told)
    return Case.objects.get(pk=plan.case.pk)


def said(level="D"):
    """A form with one yes."""
    return {questions(level)[0]: "present"}


def test_the_page_asks_who_is_done_and_a_no_leads_back(phone, closed):  # noqa: F811
    assert SAFETY in text(phone.get(TODAY)) and "Your treatment with us has ended" in text(phone.get(TODAY))
    assert text(phone.get(SAFETY)).count('type="radio"') == 2 * len(calm())
    assert phone.post(SAFETY, {"none": "yes"}).url == TODAY
    text(phone.post(SAFETY, {questions("E")[0]: "absent"}), status=422)
    assert not SafetyCheck.objects.exists()


def test_who_never_had_a_case_is_not_asked(phone, plan, monkeypatch):  # noqa: F811
    monkeypatch.setattr("rehab.mine.frame.last_closed", lambda patient: None)
    Case.objects.update(patient=plan.case.patient, **_ended(plan.case.opened_by))
    assert phone.get(SAFETY).url == TODAY


def _ended(by):
    return {"closed_at": timezone.now(), "closed_by": by, "closed_because": "runs", "outcome": "running"}


@pytest.mark.parametrize(("level", "words"), [("E", "Stop. Get help now"), ("D", "Stop for today")])
def test_a_yes_is_kept_alarmed_and_answered_as_for_an_open_case(phone, closed, level, words):  # noqa: F811
    page = text(phone.post(SAFETY, said(level)))

    assert words in page and "Your clinic has been told" in page
    check, alarm = SafetyCheck.objects.get(), Task.objects.get(is_alarm=True)
    assert check.case == alarm.case == closed and check.any_yes and alarm.level == level
    assert closed.events.first().kind == "retriggered"
    assert not loading_gate(closed).open
    closed.refresh_from_db()
    assert closed.closed_at and closed.outcome == "running" and not Notice.objects.exists()


def test_the_alarm_is_mailed_and_stands_on_todays_list_until_it_is_done(
    phone,  # noqa: F811
    closed,
    clinician,
    at_work,
    django_capture_on_commit_callbacks,
):
    closed.clinic.alarm_email = "alarm@clinic.example"
    closed.clinic.save()
    with django_capture_on_commit_callbacks(execute=True):
        phone.post(SAFETY, said("E"))
    assert [sent.to for sent in mail.outbox] == [["alarm@clinic.example"]]

    (row,), _ = worklist(clinician)
    desk = at_work(clinician)
    assert row.case.pk == closed.pk and closed.patient.surname in text(desk.get("/"))
    text(desk.get(f"/cases/{closed.pk}/"))
    answer = desk.post(
        f"/tasks/{row.lead.pk}/done/", {"patient": closed.patient_id, "text": "Rang her, she is in hospital"}
    )
    assert answer.status_code == 302 and worklist(clinician)[0] == []


@pytest.mark.parametrize("level", ["E", "D"])
def test_todays_page_then_says_stop_and_no_more_what_to_train(phone, closed, level):  # noqa: F811
    phone.post(SAFETY, said(level))
    page = text(phone.get(TODAY))

    assert "No exercise for now" in page and "you run again" not in page and "Superman" not in page
    assert ("call 112 now" in page) is (level == "E") and SAFETY in page


def test_the_newest_of_two_closed_cases_keeps_it(phone, closed, clinician):  # noqa: F811
    newer = clinic_actions.open_case(patient=closed.patient, side="right", by=clinician, at=timezone.now())
    Case.objects.filter(pk=newer.pk).update(**_ended(clinician))
    phone.post(SAFETY, said())

    assert SafetyCheck.objects.get().case == newer == Task.objects.get(is_alarm=True).case


def test_a_form_of_a_case_that_was_closed_meanwhile_loses_no_yes(phone, closed):  # noqa: F811
    text(phone.post(SAFETY, said("E") | {"leg": str(closed.pk)}))
    assert SafetyCheck.objects.get().case == closed


@pytest.mark.parametrize(("kind", "status"), [("safety", 200), ("session", 422)])
def test_a_phone_that_sends_it_later_sends_it_once(phone, plan, clinician, kind, status):  # noqa: F811
    told = entry(copy(phone), kind, **said("E"))
    Case.objects.filter(pk=plan.case.pk).update(**_ended(clinician))
    for _ in range(2):
        sent(phone, told, status=status)

    assert SafetyCheck.objects.filter(any_yes=True).count() == Task.objects.filter(is_alarm=True).count() == 1


@pytest.mark.parametrize("is_closed", [True, False], ids=["closed", "screened"])
def test_an_intake_that_is_asked_no_more_loses_no_yes(phone, plan, clinician, is_closed):  # noqa: F811
    if is_closed:
        Case.objects.filter(pk=plan.case.pk).update(**_ended(clinician))
    assert phone.post("/me/intake/urgent/", {questions("E")[0]: "absent"}).url == "/me/intake/"
    assert "Stop. Get help now" in text(phone.post("/me/intake/urgent/", said("E")))
    assert SafetyCheck.objects.get().case == plan.case


def test_nothing_else_is_kept_in_a_closed_case(phone, closed, runner):  # noqa: F811
    assert phone.get(RUN).url == phone.get(MORNING).url == TODAY
    with pytest.raises(actions.Refused):
        actions.ask_safety(case=closed, where="message", answers=calm(), by=runner, at=timezone.now())


def test_a_yes_and_its_alarm_hold_together_or_the_page_says_that_nobody_was_told(phone, closed, monkeypatch):  # noqa: F811
    def broken(**_told):
        raise RuntimeError

    monkeypatch.setattr("triage.actions.stopping.open_task", broken)
    page = text(phone.post(SAFETY, said("E")))

    assert "Your clinic has been told" not in page and "Stop. Get help now" in page
    assert not SafetyCheck.objects.exists() and loading_gate(closed).open


def test_the_next_case_takes_up_the_danger_once(phone, closed, clinician, runner):  # noqa: F811
    actions.tell_safety(
        case=closed, where="message", answers=calm() | {questions("D")[0]: Answer.PRESENT},
        by=runner, at=timezone.now(), device_time=None,
    )  # fmt: skip
    left = items(closed, outcome="", opened_at__gt=closed.closed_at)
    assert left
    at = timezone.now() + timedelta(minutes=1)
    case = clinic_actions.open_case(patient=closed.patient, side=closed.side, by=clinician, at=at)
    screened(case, clinician, at=at + timedelta(minutes=1))

    assert items(case) == left and not loading_gate(case).open
    assert case.red_flag_items.first().text.startswith("Told after a case was closed (left): ")
    later = clinic_actions.open_case(patient=closed.patient, side="right", by=clinician, at=at)
    case.red_flag_items.update(
        outcome="excluded", scan="negative", outcome_text="scan", closed_at=at + timedelta(hours=1), closed_by=clinician
    )
    screened(later, clinician, at=at + timedelta(hours=2))
    assert items(later) == [] and loading_gate(later).open


def test_who_is_done_may_still_read_what_they_logged(phone, plan, runner, closed):  # noqa: F811
    a_session(plan.case, runner, item=plan.items.first())
    page = text(phone.get("/me/log/"))
    assert "Nothing yet" not in page and "/correct/" not in page and "Look at it" not in page
