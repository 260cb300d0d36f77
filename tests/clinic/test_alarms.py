"""Tasks are opened once and never lost; an alarm is mailed, with growing pauses, until somebody has seen it."""

import datetime
import smtplib
from io import StringIO

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from clinic import alarms
from clinic.actions import StaleRecord
from clinic.models import Task
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
MINUTE = datetime.timedelta(minutes=1)


def opened(case, at=NOW, **fields):
    """Open a task of a case: ``opened(case, code="two_amber")``."""
    told = {"code": "red_flag", "text": "Answered yes: Dark urine?", "is_alarm": True, "level": "E", "due": at}
    return alarms.open_task(case=case, by=case.opened_by, at=at, **told | fields)


@pytest.fixture
def rung(case, lead, django_capture_on_commit_callbacks):
    """An alarm of the case whose first try was made with the request that rang it."""

    def ring(**fields):
        with django_capture_on_commit_callbacks(execute=True):
            return opened(case, **fields)

    return ring


@pytest.fixture
def down(monkeypatch):
    """A mail server that answers nothing until ``down.undo()``."""

    def refused(*args):
        raise smtplib.SMTPServerDisconnected("connection lost")

    monkeypatch.setattr(EmailBackend, "send_messages", refused)
    return monkeypatch


def test_a_second_occurrence_adds_to_the_open_task(case):
    first = opened(case, code="two_amber", text="2 AMBER.", level="", is_alarm=False, due=NOW + 60 * MINUTE)
    second = opened(case, code="two_amber", text="2 AMBER again.", level="D", is_alarm=False, due=NOW + 30 * MINUTE)
    third = opened(case, code="two_amber", text="2 AMBER.", level="", is_alarm=False, due=NOW + 90 * MINUTE)

    assert first.pk == second.pk == third.pk
    task = Task.objects.get()
    assert (task.text, task.level, task.due) == ("2 AMBER again. 2 AMBER.", "D", NOW + 30 * MINUTE)


def test_another_code_and_a_finished_one_open_a_task_of_their_own(case, clinician):
    task = opened(case)
    opened(case, code="no_log")
    alarms.finish_task(task=task, text="Called the runner", by=clinician, at=NOW)
    assert opened(case).pk != task.pk
    assert Task.objects.count() == 3


def test_words_that_are_too_long_lose_the_oldest(case):
    opened(case, text="old " * 120)
    assert opened(case, text="The newest word.").text.startswith("The newest word. old old")


def test_a_task_becomes_an_alarm_and_an_alarm_stays_one(case):
    opened(case, is_alarm=False)
    opened(case)
    assert Task.objects.unheard().get().mail_next == NOW
    with pytest.raises(DatabaseError), transaction.atomic():
        Task.objects.update(is_alarm=False)


def test_the_request_that_rings_it_mails_it(rung, lead):
    rung()
    assert [sent.to for sent in mail.outbox] == [[lead.email]]
    task = Task.objects.get()
    assert (task.mail_tries, task.mail_sent, task.mail_error, task.mail_next) == (1, NOW, "", NOW + MINUTE)


def test_the_alarm_address_stands_before_the_leads(rung, clinic):
    clinic.alarm_email = "alarms@example.org"
    clinic.save()
    rung()
    assert [sent.to for sent in mail.outbox] == [["alarms@example.org"]]


def test_the_mail_holds_a_link_and_the_level_and_nothing_of_the_runner(rung, case, settings):
    settings.SITE_URL = "https://clinic.example"
    rung()
    words = f"{mail.outbox[0].subject} {mail.outbox[0].body}"
    assert "level E" in words and "https://clinic.example/" in words
    for secret in (case.patient.surname, case.patient.given_name, str(case.pk), "urine", "calf"):
        assert secret not in words


def test_it_is_mailed_with_growing_pauses_until_it_is_seen(rung, clinician):
    task, now, waited = rung(), NOW, []
    for _ in range(9):
        task.refresh_from_db()
        waited.append((task.mail_next - now) // MINUTE)
        assert alarms.deliver(task.mail_next - MINUTE / 2) == 0
        now = task.mail_next
        assert alarms.deliver(now) == 1
    assert waited == [1, 2, 5, 10, 20, 30, 60, 60, 60]

    alarms.see_task(task=task, by=clinician, at=now)
    assert alarms.deliver(now + datetime.timedelta(days=1)) == 0
    assert len(mail.outbox) == 10


def test_a_mail_server_that_is_down_is_tried_again(rung, down):
    task = rung()
    task.refresh_from_db()
    assert (task.mail_tries, task.mail_sent) == (1, None)
    assert task.mail_error == "SMTPServerDisconnected: connection lost"
    assert alarms.deliver(task.mail_next) == 0

    down.undo()
    task.refresh_from_db()
    assert alarms.deliver(task.mail_next) == 1
    task.refresh_from_db()
    assert (task.mail_error, len(mail.outbox)) == ("", 1)


def test_one_that_cannot_be_mailed_holds_up_no_other(case, clinic, lead, monkeypatch):
    opened(case)
    opened(case, code="two_red", at=NOW + MINUTE)
    tried = []

    def sometimes(task, addresses):
        tried.append(task.code)
        if len(tried) == 1:
            raise ValueError("a header that is none")

    monkeypatch.setattr(alarms, "send_alarm", sometimes)
    assert alarms.deliver(NOW + MINUTE) == 1
    assert tried == ["red_flag", "two_red"]


def test_a_clinic_without_any_address_is_told_beside_the_task(case, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        opened(case)
    task = Task.objects.unheard().get()
    assert task.mail_error == alarms.NOBODY and task.mail_next == NOW + MINUTE


def test_a_lead_who_left_is_not_mailed(rung, lead):
    lead.memberships.update(ended_on=NOW.date())
    rung()
    assert mail.outbox == []


def test_a_more_urgent_level_rings_at_once(rung):
    rung(level="D")
    rung(level="D", at=NOW + MINUTE / 2)
    assert len(mail.outbox) == 1
    rung(level="E", at=NOW + MINUTE / 2)
    assert [("level D" in sent.subject, "level E" in sent.subject) for sent in mail.outbox] == [
        (True, False),
        (False, True),
    ]


def test_what_happens_again_after_it_was_seen_rings_again(rung, clinician):
    task = alarms.see_task(task=rung(), by=clinician, at=NOW + MINUTE)
    rung(at=NOW + 2 * MINUTE)
    task.refresh_from_db()
    assert (task.seen_at, task.seen_by, len(mail.outbox)) == (None, None, 2)


def test_who_sees_it_first_counts(case, clinician, lead):
    task = opened(case)
    alarms.see_task(task=task, by=clinician, at=NOW)
    assert alarms.see_task(task=task, by=lead, at=NOW + MINUTE).seen_by == clinician


def test_a_finished_task_is_seen_too_and_stands_on_the_timeline(case, clinician):
    task = alarms.finish_task(task=opened(case), text=" Sent to hospital ", by=clinician, at=NOW)
    assert (task.seen_by, task.done_by, task.done_text) == (clinician, clinician, "Sent to hospital")
    assert case.events.first().kind == "task_done"
    with pytest.raises(StaleRecord):
        alarms.finish_task(task=task, text="Again", by=clinician, at=NOW)


def test_a_task_is_finished_with_words(case, clinician):
    with pytest.raises(ValueError, match="what was done"):
        alarms.finish_task(task=opened(case), text="  ", by=clinician, at=NOW)


@pytest.mark.parametrize(
    ("owner", "may"),
    [
        ("clinician", {"clinician", "lead"}),
        ("lead", {"clinician", "lead"}),
        ("assistant", {"assistant", "clinician", "lead"}),
        ("runner", {"runner", "assistant", "clinician", "lead"}),
    ],
)
def test_only_the_owning_role_or_one_that_may_more_sees_to_it(
    case, clinic, owner, may, assistant, clinician, lead, administrator, stranger, runner
):
    people = {
        "assistant": assistant,
        "clinician": clinician,
        "lead": lead,
        "administrator": administrator,
        "stranger": stranger,
        "runner": runner,
        "fellow": factories.PatientFactory(clinic=clinic).person,
    }
    task, did = opened(case, owner=owner), set()
    for name, person in people.items():
        try:
            alarms.see_task(task=task, by=person, at=NOW)
            did.add(name)
        except PermissionDenied:
            with pytest.raises(PermissionDenied):
                alarms.finish_task(task=task, text="Done", by=person, at=NOW)
    assert did == may


def test_the_command_makes_one_pass_and_says_what_is_left(case, lead):
    opened(case)
    out = StringIO()
    call_command("deliver_alarms", stdout=out)
    assert out.getvalue() == "1 mailed, 1 not seen by anybody yet\n"


def test_the_command_goes_on_when_a_pass_fails(monkeypatch):
    passes = []

    def fails(now):
        passes.append(now)
        raise DatabaseError("the database is away")

    def slept(seconds):
        if len(passes) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("clinic.management.commands.deliver_alarms.deliver", fails)
    monkeypatch.setattr("clinic.management.passes.time.sleep", slept)
    with pytest.raises(KeyboardInterrupt):
        call_command("deliver_alarms", "--loop", "1")
    assert len(passes) == 2


@pytest.mark.parametrize("name", ["phone", "emergency_number", "opening_hours"])
def test_every_clinic_says_whom_to_call(clinic, name):
    setattr(clinic, name, "")
    with pytest.raises(DatabaseError), transaction.atomic():
        clinic.save()
