"""Two people on one case at the same moment: one is served, the other is told."""

import threading

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from clinic import alarms
from clinic.actions import StaleRecord
from clinic.models import Task
from tests.triage.conftest import calm_answers, screened
from triage import actions
from triage.models import RedFlagItem, Screening

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(act):
    """Run ``act`` twice at the same moment; return what each came to."""
    ready, said = threading.Barrier(2), []

    def run():
        ready.wait()
        try:
            act()
            said.append("done")
        except StaleRecord:
            said.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


def test_an_item_is_closed_once(case, clinician):
    screened(case, clinician, squeeze_positive="present")
    case.refresh_from_db()
    item, version = RedFlagItem.objects.get(), case.version

    def close():
        actions.close_item(
            case=case,
            version=version,
            item_id=item.pk,
            outcome="excluded",
            text="Seen",
            by=clinician,
            at=timezone.now(),
        )

    assert at_once(close) == ["done", "told"]


def test_a_screening_is_begun_once(case, clinician):
    answers = calm_answers(dark_urine="not_assessed")

    def answer():
        actions.answer_screening(case=case, version=1, answers=answers, by=clinician, at=timezone.now())

    assert at_once(answer) == ["done", "told"]
    assert Screening.objects.count() == 1


def test_two_who_answer_yes_open_one_screening_and_ring_one_alarm(case, clinician, runner):
    screened(case, clinician)

    def answer():
        actions.retrigger(case=case, yes=["dark_urine"], by=runner, at=timezone.now())

    assert at_once(answer) == ["done", "done"]
    assert Screening.objects.filter(completed_at__isnull=True).count() == 1
    assert RedFlagItem.objects.count() == Task.objects.count() == 1


def test_two_who_deliver_at_once_send_one_mail(case, lead):
    now = timezone.now()
    alarms.open_task(case=case, code="x", text="x", by=lead, at=now, due=now, is_alarm=True)
    later = Task.objects.get().mail_next
    mail.outbox.clear()

    at_once(lambda: alarms.deliver(later))
    assert len(mail.outbox) == 1
