"""A stop that a runner did not bring about is mailed to them: once, whatever they wished, until it has left."""

from datetime import datetime, time, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.mail import MailDown
from clinic.models import Person
from clinic.terms import Answer, Reason
from rehab import actions
from rehab.models import MorningLog, ReminderChoice
from rehab.noticing import give_notice
from tests.factories import CaseFactory
from tests.rehab.conftest import a_diagnosis, a_plan, a_screening, in_force
from tests.rehab.test_mine import calm, done, plan  # noqa: F401
from triage.actions import hold
from triage.gate import loading_gate
from triage.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def addressed(settings):
    """Where mails point to."""
    settings.SITE_URL = "https://clinic.example"


def at(days, hour=12):
    """A moment of a day to come, by the clinic's clock."""
    return timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days), time(hour)))


@pytest.fixture
def rested(plan):  # noqa: F811
    """A case that the clock stopped: fourteen days without a gain."""
    actions.review(case=plan.case, at=at(14))
    assert not loading_gate(plan.case).open
    return plan.case


def to_runner(case):
    """The mails that went to the runner."""
    return [sent for sent in mail.outbox if sent.to == [case.patient.person.email]]


def test_a_plan_that_the_clock_stopped_is_mailed_to_the_runner_once(rested):
    actions.review(case=rested, at=at(14, 13))
    assert [give_notice(at(14, hour)) for hour in (14, 15, 16)] == [1, 0, 0]
    (sent,) = to_runner(rested)
    assert sent.subject == "Open Stridewell before you train"
    assert "Your plan rests for now. Do none of its exercises and do not run." in sent.body
    assert rested.clinic.phone in sent.body and "https://clinic.example/me/" in sent.body


@pytest.mark.parametrize("word", ["14", "gain", "improve", "clot", "calf", "screen", "review", "diagnos"])
def test_the_mail_gives_no_reason(rested, word):
    give_notice(at(14, 14))
    (sent,) = to_runner(rested)
    assert word not in f"{sent.subject} {sent.body}".lower().replace(rested.clinic.name.lower(), "")


def test_no_wish_stops_it(rested):
    told = {"wants_session": False, "wants_silence": False, "wants_morning": False}
    actions.keep_choice(patient=rested.patient, chosen=told, by=rested.patient.person, at=timezone.now())
    assert ReminderChoice.objects.filter(**told).exists()
    assert give_notice(at(14, 14)) == 1


def test_it_speaks_spanish(rested):
    Person.objects.filter(pk=rested.patient.person_id).update(language="es")
    give_notice(at(14, 14))
    (sent,) = to_runner(rested)
    assert sent.subject == "Abre Stridewell antes de entrenar"
    assert "Tu plan descansa por ahora. No hagas ninguno" in sent.body and "rests" not in sent.body


def test_it_is_tried_until_it_has_left_and_the_stop_stands(rested, monkeypatch):
    def down(*_args):
        raise OSError("full")

    with monkeypatch.context() as away:
        away.setattr(EmailBackend, "send_messages", down)
        assert give_notice(at(14, 14)) == 0
    assert Notice.objects.get().mail_error == "OSError" and not loading_gate(rested).open
    assert give_notice(at(14, 14)) == 0  # not yet
    assert give_notice(at(14, 15)) == 1
    assert Notice.objects.get().mail_sent and Notice.objects.get().mail_error == ""


def test_a_server_that_is_away_loses_nothing_and_the_stop_stands(rested, monkeypatch):
    def away(*_args):
        raise ConnectionRefusedError

    with monkeypatch.context() as night:
        night.setattr(EmailBackend, "open", away)
        with pytest.raises(MailDown):
            give_notice(at(14, 14))
    assert Notice.objects.get().mail_tries == 0 and not loading_gate(rested).open
    assert give_notice(at(14, 14)) == 1


def test_two_legs_that_rest_make_one_mail(rested, clinician):
    leg = CaseFactory(patient=rested.patient, clinic=rested.clinic, side="right")
    a_screening(leg, clinician)
    a_diagnosis(leg, clinician)
    in_force(a_plan(leg, clinician), clinician)
    hold(case=leg, reason=Reason("red", "Two RED.", "7.2"), by=clinician, at=at(14))
    assert Notice.objects.waiting().count() == 2
    assert give_notice(at(14, 14)) == 1 and len(to_runner(rested)) == 1
    assert not Notice.objects.waiting().exists()


def test_who_has_no_plan_in_their_hands_is_not_mailed(ready_case, clinician):
    hold(case=ready_case, reason=Reason("red", "Two RED.", "7.2"), by=clinician, at=timezone.now())
    assert Notice.objects.waiting().exists()
    assert give_notice(timezone.now()) == 0 and to_runner(ready_case) == []
    assert Notice.objects.get().withdrawn_at


def test_what_has_ended_is_not_mailed(plan):  # noqa: F811
    Notice.objects.create(case=plan.case, kind="rests", once="answered", opened_at=at(0), mail_next=at(0))
    assert loading_gate(plan.case).open
    assert give_notice(at(0)) == 0 and to_runner(plan.case) == []
    assert Notice.objects.get().withdrawn_at


def test_who_left_is_not_mailed(rested):
    Person.objects.filter(pk=rested.patient.person_id).update(is_active=False)
    assert give_notice(at(14, 14)) == 0 and to_runner(rested) == []


def test_who_said_yes_on_their_own_page_gets_no_mail(plan):  # noqa: F811
    yes = calm() | {next(iter(calm())): Answer.PRESENT}
    told = {"case": plan.case, "where": "message", "answers": yes, "by": plan.case.patient.person}
    actions.ask_safety(**told, at=timezone.now())
    assert not Notice.objects.exists()


def test_the_database_keeps_one_notice_a_stop(rested):
    row = Notice.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(case=rested, kind=row.kind, once=row.once, opened_at=at(0), mail_next=at(0))


@pytest.fixture
def rests_since_the_pass(plan):  # noqa: F811
    """A plan in which the pass found RED by a morning that nothing had judged yet."""
    done(plan, days_ago=1)
    told = {"case": plan.case, "day": timezone.localdate(), "pain": 8, "stiffness_minutes": 0}
    MorningLog.objects.create(**told, logged_at=timezone.now(), logged_by=plan.case.patient.person)
    actions.review(case=plan.case, at=timezone.now())
    return plan


def test_a_red_that_the_pass_found_is_mailed_while_it_rests(rests_since_the_pass):
    now, case = timezone.now() + timedelta(minutes=5), rests_since_the_pass.case
    actions.review(case=case, at=now)
    assert [give_notice(now), give_notice(now + timedelta(hours=1))] == [1, 0]
    (sent,) = to_runner(case)
    assert "Something in your plan rests" in sent.body


def test_a_rest_that_is_over_is_not_mailed(rests_since_the_pass):
    assert give_notice(timezone.now() + timedelta(days=3)) == 0
    assert Notice.objects.get().withdrawn_at


def test_one_pass_of_the_command_mails_it(rested, monkeypatch, capsys):
    moment = at(14, 14)
    monkeypatch.setattr("rehab.management.commands.remind.timezone.now", lambda: moment)
    call_command("remind")
    assert "1 told that they rest" in capsys.readouterr().out
    assert len(to_runner(rested)) == 1
