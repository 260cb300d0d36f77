"""Who takes their consent back: reminders stop at once, nothing new begins, and what keeps them safe goes on."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from clinic.consents import Kind, answer_consent, consent_texts
from clinic.models import Task
from clinic.terms import Answer
from rehab import actions, reminding
from rehab.actions import Refused
from rehab.reminding import remind
from tests.factories import agreeing
from tests.rehab.conftest import an_item, drafted
from tests.rehab.test_mine import calm
from tests.rehab.test_mine import plan as signed  # noqa: F401
from tests.rehab.test_reminders import at, kinds
from triage import actions as triage_actions
from triage.gate import loading_gate

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(signed):  # noqa: F811
    """A runner with a plan in force."""
    return signed.case.patient


def takes_back(patient, kind):
    """Say no, as the runner."""
    told = {"kind": kind, "version": consent_texts()[kind].version, "agreed": False}
    answer_consent(patient=patient, **told, by=patient.person, at=timezone.now())


def test_nobody_is_reminded_before_they_agree(patient):
    assert remind(at(17)) == 0 and mail.outbox == []
    agreeing(patient, Kind.REMINDERS)
    assert remind(at(17, 5)) == 1


@pytest.mark.parametrize("kind", [Kind.REMINDERS, Kind.CARE])
def test_reminders_stop_at_once(patient, kind):
    agreeing(patient)
    takes_back(patient, kind)
    assert remind(at(17)) == 0 and (mail.outbox, kinds()) == ([], [])


def test_who_takes_it_back_while_the_mails_are_leaving_gets_none(patient, monkeypatch):
    agreeing(patient)
    decide = reminding.decide

    def in_between(**told):
        takes_back(patient, Kind.REMINDERS)
        return decide(**told)

    monkeypatch.setattr(reminding, "decide", in_between)
    assert remind(at(17)) == 0 and (mail.outbox, kinds()) == ([], [])


def test_no_new_plan_is_drafted_or_signed(patient, signed, clinician):  # noqa: F811
    agreeing(patient)
    draft = drafted(signed.case, clinician)
    takes_back(patient, Kind.CARE)

    with pytest.raises(Refused, match="nothing new is begun"):
        drafted(signed.case, clinician)
    signed.case.refresh_from_db()
    with pytest.raises(Refused, match="nothing new is begun"):
        actions.sign_plan(plan=draft, version=signed.case.version, by=clinician, at=timezone.now())
    agreeing(patient, Kind.CARE)
    signed.case.refresh_from_db()
    assert actions.sign_plan(plan=draft, version=signed.case.version, by=clinician, at=timezone.now()).signed_at


def test_a_danger_is_still_told_alarmed_and_stops_the_plan(patient, signed):  # noqa: F811
    for kind in Kind:
        takes_back(patient, kind)
    yes = calm() | {next(iter(calm())): Answer.PRESENT}
    actions.ask_safety(case=signed.case, where="message", answers=yes, by=patient.person, at=timezone.now())

    assert Task.objects.open().filter(case=signed.case, is_alarm=True).exists()
    assert not loading_gate(signed.case).open and signed.case.red_flag_items.exists()


def letter(case, way, by):
    """Say that a letter went."""
    case.refresh_from_db()
    told = {"version": case.version, "to": "Dr Example", "way": way}
    triage_actions.send_letter(case=case, **told, by=by, at=timezone.now() + timedelta(seconds=1))


@pytest.mark.parametrize("kind", [Kind.LETTER, Kind.CARE])
def test_no_letter_is_sent_but_the_runner_may_take_it(patient, signed, clinician, kind):  # noqa: F811
    takes_back(patient, kind)
    with pytest.raises(Refused, match="give it to them"):
        letter(signed.case, "mail", clinician)
    letter(signed.case, "hand", clinician)
    assert signed.case.events.filter(kind="letter_sent").count() == 1


def test_in_a_danger_the_letter_goes_all_the_same(patient, signed, clinician):  # noqa: F811
    takes_back(patient, Kind.LETTER)
    an_item(signed.case, clinician, "D")
    letter(signed.case, "fax", clinician)
    assert signed.case.events.filter(kind="letter_sent").exists()
