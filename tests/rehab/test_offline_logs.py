"""Runs and mornings that a phone kept with no connection: of their own day and stage, once, never over a later one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rehab.models import MorningLog, RunLog, SafetyCheck, SessionLog
from tests.rehab.conftest import SHUT
from tests.rehab.test_calendar import on_the_ladder
from tests.rehab.test_mine import MORNING, a_run, calm, phone, plan, text  # noqa: F401
from tests.rehab.test_offline import closed, copy, entry, questions, sent
from triage.gate import loading_gate

pytestmark = pytest.mark.django_db
OPEN = "/me/outbox/open/"


def told(record, kind, said, hours_ago=0, **changes):
    """Return what a phone sends of a run or a morning that it wrote down some hours ago."""
    moment = (timezone.now() - timedelta(hours=hours_ago)).isoformat()
    return entry(record, kind, told_at=moment, read_at=moment) | said | changes


@pytest.mark.parametrize(("spoiled", "status"), [({}, 200), ({"pain_during": "99"}, 422)])
def test_a_yes_that_comes_with_a_run_stops_the_leg(phone, plan, spoiled, status):  # noqa: F811
    sent(phone, told(copy(phone), "run", a_run(**spoiled), **{questions("D")[0]: "present"}), status=status)
    assert not loading_gate(plan.case).open
    assert RunLog.objects.count() == (1 if status == 200 else 0)


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
    said = told(copy(phone), "morning", {"pain": "3"})
    phone.post(MORNING, {"pain": "5"})
    assert "that answer stands" in sent(phone, said, status=422)["refused"][0]
    assert MorningLog.objects.get().pain == 5

    later = said | {"told_at": timezone.now().isoformat()}
    sent(phone, later)
    assert MorningLog.objects.current().get().pain == 3


def test_a_log_of_a_kind_that_nobody_knows_is_refused(phone, plan):  # noqa: F811
    assert sent(phone, told(copy(phone), "walk", {}), status=422)["refused"]


# --- What was refused is opened, mended and sent again ------------------------------------------------


def opened(phone, said):  # noqa: F811
    """Return the page that draws what a phone keeps, after looking that nothing was kept by it."""
    page = text(phone.post(OPEN, said), status=422)
    assert not SessionLog.objects.exists() and not MorningLog.objects.exists() and not SafetyCheck.objects.exists()
    return page


def test_a_refused_session_is_drawn_as_it_was_told_with_what_is_wrong_beside_the_field(phone, plan):  # noqa: F811
    said = entry(copy(phone), pain_during="", note="Two\nlines", x1_all="")
    why = sent(phone, said, status=422)["refused"]
    page = opened(phone, said | {"refused": why})

    wrong = page.split('id="id_pain_during"')[1].split("</fieldset>")[0]
    assert 'class="invalid"' in wrong and "Tick the sets you did" in page and "Two\nlines" in page
    assert f'data-opened="{said["key"]}"' in page and 'name="effort" value="5" checked' in page
    assert sent(phone, said | {"pain_during": "1", "x1_all": "on"})["kept"]
    assert str(SessionLog.objects.get().key) == said["key"]


def test_what_the_clinic_found_wrong_is_said_where_the_form_finds_nothing(phone, plan):  # noqa: F811
    said = entry(copy(phone), day="2020-01-01")
    why = sent(phone, said, status=422)["refused"]
    assert why == ["Only the last 7 days can be logged."]
    assert why[0] in opened(phone, said | {"refused": why})


def test_a_refused_run_and_a_refused_morning_are_drawn_as_well(phone, plan):  # noqa: F811
    record = copy(phone)
    run = told(record, "run", a_run(shoes="blue", run_minutes="", distance=""))
    page = opened(phone, run)
    assert "Say how far or how long it was." in page and 'value="blue"' in page
    page = opened(phone, told(record, "morning", {"stiffness_minutes": "9"}))
    assert 'value="9"' in page and 'class="invalid"' in page


@pytest.mark.parametrize("fault", ["of another runner", "of a closed case", "of no kind"])
def test_what_cannot_be_mended_is_said_and_drawn_for_nobody(phone, plan, fault):  # noqa: F811
    said = entry(copy(phone), note="my secret")
    if fault == "of a closed case":
        closed(plan.case)
    said |= {"of another runner": {"owner": "0" * 32}, "of no kind": {"kind": "walk"}}.get(fault, {})
    page = opened(phone, said)
    words = {"of another runner": "another runner", "of a closed case": "is closed", "of no kind": "cannot be read"}
    assert words[fault] in page and "my secret" not in page and "data-opened" not in page
