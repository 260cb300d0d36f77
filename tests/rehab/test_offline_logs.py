"""Runs and mornings that a phone kept with no connection: of their own day and stage, once, never over a later one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rehab.models import MorningLog, RunLog, SafetyCheck, SessionLog
from tests.rehab.conftest import SHUT
from tests.rehab.test_calendar import on_the_ladder
from tests.rehab.test_mine import MORNING, a_run, calm, phone, plan, text  # noqa: F401
from tests.rehab.test_offline import copy, entry, sent

pytestmark = pytest.mark.django_db


def told(record, kind, said, hours_ago=0, **changes):
    """Return what a phone sends of a run or a morning that it wrote down some hours ago."""
    moment = (timezone.now() - timedelta(hours=hours_ago)).isoformat()
    return entry(record, kind, told_at=moment, read_at=moment) | said | changes


def test_a_run_is_kept_with_the_clock_of_the_phone_and_once(phone, plan):  # noqa: F811
    said = told(copy(phone), "run", a_run(shoes="blue"), hours_ago=5)
    first, second = sent(phone, said), sent(phone, said)
    run = RunLog.objects.get()

    assert (first["again"], second["again"]) == (False, True)
    assert (str(run.session.key), run.shoes, run.session.kind) == (said["key"], "blue", "run")
    assert run.session.safety.answers == calm() and not run.session.while_shut
    assert run.session.device_time.isoformat() == said["told_at"] and first["where"] in text(phone.get("/me/log/"))


def test_a_run_is_of_the_stage_that_its_page_showed(phone, plan, clinician):  # noqa: F811
    on_the_ladder(plan.case, clinician)
    read = {"read_at": timezone.now().isoformat()}
    on_the_ladder(plan.case, clinician, 3)
    sent(phone, told(copy(phone), "run", a_run(stage="2"), **read))
    assert RunLog.objects.get().stage == 2


def test_a_run_without_the_tick_under_the_safety_list_is_refused(phone, plan):  # noqa: F811
    said = told(copy(phone), "run", a_run())
    del said["none"]
    assert "None of these" in " ".join(sent(phone, said, status=422)["refused"])
    assert not SessionLog.objects.exists() and not SafetyCheck.objects.exists()


def test_a_run_after_a_stop_is_kept_and_flagged(phone, plan, clinician):  # noqa: F811
    SHUT["a same-day item is open"](plan.case, clinician)
    sent(phone, told(copy(phone), "run", a_run()))
    assert SessionLog.objects.get().while_shut


def test_a_morning_is_of_the_day_on_which_it_was_written_down(phone, plan):  # noqa: F811
    said = told(copy(phone), "morning", {"pain": "3", "stiffness_minutes": "10"}, hours_ago=24)
    assert not sent(phone, said)["again"] and sent(phone, said)["again"]
    morning = MorningLog.objects.get()
    assert (morning.day, morning.pain) == (timezone.localdate() - timedelta(days=1), 3)


def test_a_morning_that_waited_takes_no_place_of_a_later_answer(phone, plan):  # noqa: F811
    said = told(copy(phone), "morning", {"pain": "3"}, told_at=(timezone.now() - timedelta(minutes=1)).isoformat())
    phone.post(MORNING, {"pain": "5"})
    assert "that answer stands" in sent(phone, said, status=422)["refused"][0]
    assert MorningLog.objects.get().pain == 5

    later = said | {"told_at": timezone.now().isoformat()}
    sent(phone, later)
    assert MorningLog.objects.current().get().pain == 3


def test_a_log_of_a_kind_that_nobody_knows_is_refused(phone, plan):  # noqa: F811
    assert sent(phone, told(copy(phone), "walk", {}), status=422)["refused"]
