"""A watch's whole export: read beside the request, shown while it is read, forgotten after a day; never its file."""

import os
import stat
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from clinic.background import PAUSES, put_again
from clinic.models import FailedWork
from clinic.tidying import tidy
from config import settings as product
from rehab.actions import exports
from rehab.models import SessionLog, WatchExport
from rehab.rules.watch import Problem, Run
from rehab.runs.archive import read_archive
from tests.factories import CaseFactory
from tests.rehab.test_watch_pages import FELT, KEEP, SAVE, UPLOAD, began, phone, plan, sent, values  # noqa: F401
from tests.rehab.watch_files import fit_file, gpx_file, zip_file

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path, monkeypatch):
    """Where exports wait; the worker leaves the signals and the connection of the test process alone."""
    settings.PRIVATE_ROOT = tmp_path
    monkeypatch.setattr(db_worker.Worker, "configure_signals", lambda worker: None)
    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)
    return tmp_path / "exports"


def work(tries=1):
    """Let the worker do what waits, however long its pause."""
    for _ in range(tries):
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now() - timedelta(minutes=1))
        call_command("db_worker", batch=True, startup_delay=False, interval=0, verbosity=0)


def an_export(**files):
    """The bytes of a ZIP with a run of today, one that is cut off, and what else an export holds."""
    held = {"activities/1.fit": fit_file(began=began(hours=5)), "activities/2.gpx": b"<gpx>", "profile.csv": b"Rosa"}
    return zip_file(held | files).getvalue()


def uploaded(phone, data=None):  # noqa: F811
    """Send an export and return the address of its page."""
    answer = sent(phone, ("export.zip", data or an_export()))
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    return answer.url


def files(shelf):
    """The files that wait."""
    return sorted(shelf.iterdir()) if shelf.exists() else []


def test_an_export_is_read_beside_the_request_and_then_offered(phone, shelf):  # noqa: F811
    page = uploaded(phone)
    [file] = files(shelf)
    assert "We are reading it" in phone.get(page).content.decode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(shelf.stat().st_mode) == 0o700

    work()
    assert files(shelf) == []
    shown = phone.get(page)
    words = shown.content.decode()
    assert "1 run was read" in words and "damaged or cut off" in words and "We are reading it" not in words
    assert [found.name for found in shown.context["others"]] == ["2.gpx"]
    assert SessionLog.objects.count() == 0

    assert phone.post(KEEP, {"run": values(shown), **SAVE}).status_code == 302
    assert SessionLog.objects.get().run.source == "fit"
    assert "logged already" in phone.get(page).content.decode()


def test_what_is_kept_of_it_names_no_place_and_the_queue_holds_an_id_alone(phone):  # noqa: F811
    uploaded(phone, zip_file({"morning.gpx": gpx_file(began=began(hours=3))}).getvalue())
    row = WatchExport.objects.get()
    assert DBTaskResult.objects.get().args_kwargs == {"args": [str(row.pk)], "kwargs": {}}
    work()
    row.refresh_from_db()
    [found] = row.found
    assert set(found) == {"name", "run"} and set(found["run"]) == {field.name for field in fields(Run)}
    assert {key for part in found["run"]["segments"] for key in part} == {"kind", "minutes"}


def test_the_page_asks_again_by_itself_until_it_is_read(phone):  # noqa: F811
    page = uploaded(phone)
    assert "htmx" in phone.get(page).content.decode().partition("<body")[0]  # a runner's other pages go without it
    waiting = phone.get(page, headers=HTMX).content.decode()
    assert f'hx-get="{page}"' in waiting and "<html" not in waiting and 'href="' + page in waiting  # and without script
    work()
    assert "hx-trigger" not in phone.get(page, headers=HTMX).content.decode()


def test_how_far_it_is_stands_on_the_page(phone, monkeypatch):  # noqa: F811
    page = uploaded(phone)
    monkeypatch.setattr(exports, "TOLD_EVERY", -1)
    seen = []
    read = exports.read_archive

    def watched(*args, **told):
        for found in read(*args, **told):
            yield found
            seen.append(phone.get(page).content.decode())

    monkeypatch.setattr(exports, "read_archive", watched)
    work()
    assert "1 file of a run read so far" in seen[0] and "2 files of runs read so far" in seen[1]


def test_a_hostile_archive_is_answered_in_words_and_its_file_is_gone(phone, shelf):  # noqa: F811
    page = uploaded(phone, b"PK\x03\x04 and then nothing")
    work()
    words = phone.get(page).content.decode()
    assert "The ZIP" in words and WatchExport.objects.get().state == "done"
    assert files(shelf) == [] and not FailedWork.objects.exists()


def test_a_fault_of_ours_is_tried_again_then_said_and_shown_and_the_file_is_gone(phone, shelf, monkeypatch):  # noqa: F811
    page = uploaded(phone)
    monkeypatch.setattr(exports, "read_archive", lambda *args, **told: 1 / 0)
    work(tries=len(PAUSES))
    assert len(files(shelf)) == 1 and "We are reading it" in phone.get(page).content.decode()
    work()
    assert files(shelf) == [] and FailedWork.objects.get().error.startswith("ZeroDivisionError in ")
    words = phone.get(page).content.decode()
    assert "We could not read it" in words and "hx-trigger" not in words


def test_what_was_given_up_fails_again_when_it_is_put_again(phone, monkeypatch):  # noqa: F811
    with monkeypatch.context() as broken:
        broken.setattr(exports, "read_archive", lambda *args, **kwargs: 1 / 0)
        uploaded(phone)
        work(tries=len(PAUSES) + 1)
    assert put_again(FailedWork.objects.get().pk)
    work(tries=len(PAUSES) + 1)

    assert FailedWork.objects.exists() and WatchExport.objects.get().state == "failed"


def test_a_file_that_goes_while_the_old_ones_are_looked_for_is_no_fault(phone, shelf, monkeypatch):  # noqa: F811
    def gone(storage, name):
        raise FileNotFoundError(name)

    uploaded(phone)
    monkeypatch.setattr(FileSystemStorage, "get_modified_time", gone)
    assert exports.forget_old_exports(timezone.now()) == 0


def test_a_second_try_reads_it(phone, monkeypatch):  # noqa: F811
    page = uploaded(phone)
    with monkeypatch.context() as broken:
        broken.setattr(exports, "read_archive", lambda *args, **told: 1 / 0)
        work()
    work()
    assert "1 run was read" in phone.get(page).content.decode() and not FailedWork.objects.exists()


def test_the_newest_export_of_a_runner_is_the_one(phone, shelf):  # noqa: F811
    old, new = uploaded(phone), uploaded(phone)
    assert len(files(shelf)) == WatchExport.objects.count() == 1
    assert (phone.get(old).status_code, phone.get(new).status_code) == (404, 200)
    work()
    assert not FailedWork.objects.exists()  # the work for the old one finds nothing to do


def test_another_runner_does_not_find_it(phone, plan, at_work):  # noqa: F811
    page = uploaded(phone)
    other = CaseFactory(patient__clinic=plan.case.clinic)
    assert at_work(other.patient.person).get(page).status_code == 404


def test_after_a_day_it_is_forgotten_with_its_file(phone, shelf):  # noqa: F811
    uploaded(phone)
    now = timezone.now()
    shelf.joinpath("left-over.zip").write_bytes(b"x")
    assert tidy(now)["exports of watches"] == 0
    long_ago = (now - timedelta(days=2)).timestamp()
    os.utime(shelf / "left-over.zip", (long_ago, long_ago))
    assert tidy(now + timedelta(hours=23))["exports of watches"] == 1
    assert tidy(now + timedelta(hours=25))["exports of watches"] == 1
    assert files(shelf) == [] and not WatchExport.objects.exists()


@pytest.mark.parametrize(
    "broken", [b"hello", zip_file({"a.fit": b"x" * 900}).getvalue()[:-30]], ids=["no ZIP", "cut off"]
)
def test_a_broken_zip_inside_loses_no_run_beside_it(broken):
    held = {"notes.zip": broken, "more.zip": an_export(), "run.fit": fit_file(began=began(hours=30))}
    read = list(read_archive(zip_file(held), at=timezone.now()))

    assert [name for name, found in read if isinstance(found, Run)] == ["1.fit", "run.fit"]
    assert "notes.zip" in [name for name, found in read if isinstance(found, Problem)]


def test_an_upload_that_cannot_be_queued_leaves_no_file(phone, shelf, monkeypatch):  # noqa: F811
    monkeypatch.setattr(WatchExport.objects, "create", lambda **told: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        uploaded(phone)
    assert files(shelf) == []


def test_a_zip_comes_by_itself(phone):  # noqa: F811
    page = sent(phone, ("export.zip", an_export()), ("1.fit", fit_file()))
    assert page.status_code == 422 and "by itself" in page.content.decode()
    assert not WatchExport.objects.exists()


def test_a_zip_that_is_too_big_is_refused_at_once(phone, monkeypatch):  # noqa: F811
    monkeypatch.setattr("rehab.mine.watch_form.MOST_ARCHIVE_BYTES", 100)
    page = sent(phone, ("export.zip", an_export()))
    assert page.status_code == 422 and not WatchExport.objects.exists()


def test_no_address_leads_to_a_file_that_waits(phone, shelf, settings):  # noqa: F811
    """Neither where a test lets it wait, nor where the product does, is anything sent from."""
    uploaded(phone)
    [file] = files(shelf)
    for where, roots in ((file, settings), (product.PRIVATE_ROOT, product)):
        for root in (roots.MEDIA_ROOT, roots.STATIC_ROOT):
            assert not Path(where).resolve().is_relative_to(Path(root).resolve())
    for address in (f"/media/exports/{file.name}", f"/private/exports/{file.name}", f"/exports/{file.name}"):
        assert phone.get(address).status_code == 404


def test_a_late_one_says_so(phone):  # noqa: F811
    page = uploaded(phone)
    WatchExport.objects.update(sent_at=timezone.now() - timedelta(minutes=6))
    assert "longer than usual" in phone.get(page).content.decode()
