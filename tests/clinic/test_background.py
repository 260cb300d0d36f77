"""Work beside the requests: tried again with growing pauses, shown to administrators at last, tidied when old."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from clinic.background import PAUSES, free_the_lost
from clinic.models import Draft, FailedWork
from clinic.tidying import tidy
from tests import some_work
from tests.some_work import weigh_the_shoes

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def nothing_done(monkeypatch):
    """Nothing was done yet; the worker leaves the signals and the connection of the test process alone."""
    some_work.DONE.clear(), some_work.GIVEN_UP.clear(), some_work.BROKEN.clear()
    monkeypatch.setattr(db_worker.Worker, "configure_signals", lambda worker: None)
    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)


def work():
    """Let a worker do what is ready, and nothing later."""
    call_command("db_worker", batch=True, startup_delay=False, interval=0, verbosity=0)


def wait_is_over():
    """Let every pause be over."""
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now() - MINUTE)


def failed_for_good(key="shoe-1"):
    """Let a piece of work fail until it is left to the administrators."""
    some_work.BROKEN.add(key)
    weigh_the_shoes.enqueue(key)
    for _ in range(len(PAUSES) + 1):
        wait_is_over()
        work()
    return FailedWork.objects.get()


def test_work_is_done_once_and_its_row_holds_ids_alone():
    weigh_the_shoes.enqueue("shoe-1")
    assert some_work.DONE == []  # never in the request
    work()
    work()
    row = DBTaskResult.objects.get()
    assert (some_work.DONE, row.status, row.args_kwargs) == (
        ["shoe-1"],
        "SUCCESSFUL",
        {"args": ["shoe-1"], "kwargs": {}},
    )
    assert not FailedWork.objects.exists()


def test_work_that_fails_is_tried_again_later_and_may_then_succeed():
    some_work.BROKEN.add("shoe-1")
    weigh_the_shoes.enqueue("shoe-1")
    work()
    row = DBTaskResult.objects.get()
    assert row.status == "READY" and not FailedWork.objects.exists()
    work()  # not yet: the pause is not over
    assert len(DBTaskResult.objects.get().worker_ids) == 1

    some_work.BROKEN.clear()
    wait_is_over()
    work()
    assert (some_work.DONE, DBTaskResult.objects.get().status) == (["shoe-1"], "SUCCESSFUL")


def test_the_pauses_grow_and_end():
    some_work.BROKEN.add("shoe-1")
    weigh_the_shoes.enqueue("shoe-1")
    waited = []
    for _ in PAUSES:
        wait_is_over()
        before = timezone.now()
        work()
        waited.append(round((DBTaskResult.objects.get().run_after - before) / MINUTE))
    assert waited == list(PAUSES) == sorted(PAUSES)
    assert some_work.GIVEN_UP == []
    wait_is_over()
    work()
    assert (FailedWork.objects.get().tries, some_work.GIVEN_UP) == (len(PAUSES) + 1, ["shoe-1"])
    wait_is_over()
    work()
    assert FailedWork.objects.get().tries == len(PAUSES) + 1  # nobody tries for ever


def test_what_is_kept_of_a_fault_is_its_kind_and_place_and_no_word_of_a_person():
    row = failed_for_good()
    assert row.error.startswith("ValueError in tests/some_work.py, line ")
    assert row.what == "Weigh the shoes"
    held = "".join(str(value) for value in DBTaskResult.objects.values_list().get())
    assert "Rosa" not in held and "swells" not in held


def test_the_log_holds_no_word_of_a_person_either(caplog):
    failed_for_good()
    assert "left to the administrators" in caplog.text
    assert "Rosa" not in caplog.text and "swells" not in caplog.text


def test_administrators_see_it_and_try_it_again(administrator, at_work):
    row = failed_for_good()
    browser, listed = at_work(administrator), reverse("admin:clinic_failedwork_changelist")
    assert "Background work failed" in browser.get(reverse("admin:index")).content.decode()
    page = browser.get(listed).content.decode()
    assert "Weigh the shoes" in page and "ValueError" in page and "Rosa" not in page

    some_work.BROKEN.clear()
    browser.post(listed, {"action": "try_again", "_selected_action": [str(row.pk)]})
    work()
    assert (some_work.DONE, DBTaskResult.objects.get().status) == (["shoe-1"], "SUCCESSFUL")
    assert "Background work failed" not in browser.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("who", ["clinician", "assistant"])
def test_nobody_else_sees_or_repeats_it(who, at_work, request):
    row, person = failed_for_good(), request.getfixturevalue(who)
    person.is_staff = True
    person.save()
    browser, listed = at_work(person), reverse("admin:clinic_failedwork_changelist")
    assert "Background work failed" not in browser.get(reverse("admin:index")).content.decode()
    answer = browser.post(listed, {"action": "try_again", "_selected_action": [str(row.pk)]})
    assert (answer.status_code, FailedWork.objects.count()) == (403, 1)


def test_work_whose_worker_went_away_is_taken_back_and_tried_again():
    weigh_the_shoes.enqueue("shoe-1")
    now = timezone.now()
    running = DBTaskResult.objects.all()
    running.update(status="RUNNING", started_at=now - 59 * MINUTE, worker_ids=["gone"])
    assert free_the_lost(now) == 0
    running.update(started_at=now - 61 * MINUTE)
    assert free_the_lost(now) == 1
    wait_is_over()
    work()
    assert some_work.DONE == ["shoe-1"]


def test_work_that_is_no_longer_known_is_shown_too():
    weigh_the_shoes.enqueue("shoe-1")
    DBTaskResult.objects.update(task_path="tests.some_work.gone")
    work()
    assert FailedWork.objects.get().what == "Gone"


def test_what_expired_is_forgotten_and_what_has_not_stays(at_work, runner):
    at_work(runner)
    kept, now = Session.objects.get(), timezone.now()
    Session.objects.create(session_key="old", session_data="", expire_date=now - MINUTE)
    weigh_the_shoes.enqueue("new")
    work()
    weigh_the_shoes.enqueue("old")
    work()
    DBTaskResult.objects.filter(args_kwargs__args=["old"]).update(finished_at=now - timedelta(days=8))
    row = failed_for_good()

    told = tidy(now)
    assert (told["expired sessions"], told["ended work"]) == (1, 1)
    assert Session.objects.get() == kept and FailedWork.objects.get() == row
    assert tidy(now + timedelta(days=91))["ended work"] == 2


def test_counts_that_expired_leave_the_table_of_the_cache(settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "clinic_cache"}
    }
    caches["default"].set("tried", 3, timeout=60)
    caches["default"].set("kept", 3, timeout=6000)
    assert tidy(timezone.now() + 2 * MINUTE)["expired counts"] == 1
    assert caches["default"].get("kept") == 3


def test_a_dry_run_says_what_would_go_and_lets_nothing_go(case, clinician):
    now, out = timezone.now(), StringIO()
    told = {"person": clinician, "case": case, "fields": {"text": "half a sentence"}}
    Draft.objects.create(form="note", updated_at=now - timedelta(days=91), **told)
    Draft.objects.create(form="story", updated_at=now - timedelta(days=89), **told)
    Session.objects.create(session_key="old", session_data="", expire_date=now - MINUTE)

    call_command("tidy", "--dry-run", stdout=out)
    assert "1 expired sessions" in out.getvalue() and "1 drafts" in out.getvalue()
    assert Draft.objects.count() == 2 and Session.objects.filter(session_key="old").exists()
    assert tidy(now, dry=True) == tidy(now)
    assert [draft.form for draft in Draft.objects.all()] == ["story"]


def test_the_command_says_what_it_forgot():
    out = StringIO()
    call_command("tidy", stdout=out)
    assert "0 expired sessions" in out.getvalue()
