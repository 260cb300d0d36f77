"""From a watch's file to the log: shown first, kept run by run with its own answers, never twice, never the file."""

import io
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from clinic.terms import Answer
from rehab import actions
from rehab.mine.watch import figures_of
from rehab.models import RunLog, SafetyCheck, SessionLog
from rehab.runs.uploads import read_uploads
from tests.factories import CaseFactory
from tests.rehab.conftest import a_plan, in_force
from tests.rehab.watch_files import NOW, fit_file, gpx_file, tcx_file
from triage.knowledge import triage_knowledge

pytestmark = pytest.mark.django_db
UPLOAD, KEEP = "/me/runs/upload/", "/me/runs/keep/"
FELT = {"pain_during": "1", "effort": "3", "pain_after": "0", "gait_change": "absent", "tingling": "absent"}
SAVE = {**FELT, "stage": "free", "none": "on", "then": "save"}
SHORT = [("run", 3), ("walk", 2)]


def began(**ago):
    """Return a moment some time ago, to the minute."""
    return (timezone.now() - timedelta(**ago)).replace(second=0, microsecond=0)


def sent(phone, *files):
    """Upload (name, bytes) and return the page."""
    return phone.post(UPLOAD, {"files": [SimpleUploadedFile(name, data) for name, data in files]})


def values(page):
    """Return the signed runs that a page carries."""
    found = page.context["ready"] if page.context and "ready" in page.context else None
    return [run.value for run in found] if found is not None else page.context["values"]


@pytest.fixture
def plan(open_case, clinician):
    """A signed plan of the open case."""
    return in_force(a_plan(open_case, clinician), clinician)


@pytest.fixture
def phone(plan, at_work):
    """The runner of the plan, signed in."""
    return at_work(plan.case.patient.person)


def test_a_file_is_shown_and_nothing_is_kept_yet(phone):
    at = began(hours=3)
    page = sent(phone, ("morning.gpx", gpx_file(began=at)))

    words = page.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert page.status_code == 200
    assert "1 run was read" in words and "2.19 km" in words and "8 min running" in words and "11 min walking" in words
    assert (SessionLog.objects.count(), SafetyCheck.objects.count()) == (0, 0)


def test_each_run_is_kept_with_its_own_answers_one_after_the_other(phone, plan):
    first, second = began(hours=2), began(days=1)
    page = sent(phone, ("a.fit", fit_file(began=first)), ("b.tcx", tcx_file(SHORT, began=second)))
    waiting = values(page)
    page = phone.post(KEEP, {"run": waiting})
    assert page.context["run"].began == first and page.context["more"] == 1

    page = phone.post(KEEP, {"run": waiting, **SAVE, "effort": "4"})
    assert page.context["run"].began == second and "Here is the next one" in page.content.decode()
    answer = phone.post(KEEP, {"run": values(page), **SAVE, "pain_during": "2"})

    logs = SessionLog.objects.order_by("-began")
    assert answer.url == reverse("rehab:my_logged", args=[logs[1].pk])
    assert [(log.began, log.effort, log.pain_during, log.kind) for log in logs] == [
        (first, 4, 1, "run"),
        (second, 3, 2, "run"),
    ]
    assert SafetyCheck.objects.filter(where="run", all_answered=True, any_yes=False).count() == 2
    run = logs[0].run
    assert (run.source, run.run_minutes, run.walk_minutes, run.longest_run_minutes) == ("fit", 8, 11, 4)
    assert (run.km, run.cadence, run.elevation_m) == (Decimal("2.190"), 164, 0)
    assert run.segments[:2] == [{"kind": "walk", "minutes": 5.0}, {"kind": "run", "minutes": 4.0}]
    assert logs[0].minutes == 19


def test_a_run_is_not_kept_without_its_answers(phone):
    waiting = values(sent(phone, ("a.fit", fit_file(began=began(hours=2)))))
    for missing in ("pain_during", "effort", "gait_change", "tingling", "none", "stage"):
        answer = phone.post(KEEP, {"run": waiting, **{k: v for k, v in SAVE.items() if k != missing}})
        assert answer.status_code == 422, missing
        assert values(answer) == waiting
    assert SessionLog.objects.count() == 0


def test_a_run_may_be_left_out(phone):
    page = sent(phone, ("a.fit", fit_file(began=began(hours=2))), ("b.fit", fit_file(SHORT, began=began(days=1))))
    page = phone.post(KEEP, {"run": values(page), "then": "leave"})

    assert page.context["run"].run_minutes == 3
    assert phone.post(KEEP, {"run": values(page), "then": "leave"}).url == UPLOAD
    assert SessionLog.objects.count() == 0


def test_the_same_run_is_kept_once_however_often_it_is_sent(phone):
    at = began(hours=2)
    waiting = values(sent(phone, ("a.fit", fit_file(began=at))))
    before = [phone.post(KEEP, {"run": waiting, **SAVE}).url for _ in range(2)]
    page = sent(phone, ("phone.gpx", gpx_file(began=at + timedelta(seconds=50))))

    assert before[0] == before[1]
    assert RunLog.objects.count() == 1
    assert values(page) == [] and "logged already" in page.content.decode()


def test_another_device_cannot_log_the_same_run_behind_the_page(phone):
    at = began(hours=2)
    watch = values(sent(phone, ("a.fit", fit_file(began=at))))
    other = values(sent(phone, ("b.gpx", gpx_file(began=at + timedelta(minutes=1)))))
    kept = [phone.post(KEEP, {"run": run, **SAVE}).url for run in (watch, other)]

    assert kept[0] == kept[1]
    assert RunLog.objects.count() == 1


def test_one_run_in_two_files_is_offered_once(phone):
    at = began(hours=2)
    page = sent(phone, ("a.fit", fit_file(began=at)), ("b.gpx", gpx_file(began=at)))

    assert len(values(page)) == 1
    assert "The same run is in another of these files" in page.content.decode()


@pytest.mark.parametrize(("minutes", "parts"), [(8, 5), (9, 0)])
def test_a_corrected_run_stays_the_run_of_the_watch(phone, plan, minutes, parts):
    at = began(hours=2)
    phone.post(KEEP, {"run": values(sent(phone, ("a.fit", fit_file(began=at)))), **SAVE})
    session = SessionLog.objects.get()
    correction = reverse("rehab:my_correction", args=[session.pk])
    form = {"day": session.day.isoformat(), "distance": "2.19", "run_minutes": minutes, "walk_minutes": 11}
    answer = phone.post(correction, {**FELT, **form, "stage": "free", "key": str(uuid4()), "effort": "6"})
    assert answer.status_code == 302, answer.content.decode()[-3000:]

    corrected = SessionLog.objects.current().get()
    assert (corrected.effort, corrected.run.source, len(corrected.run.segments)) == (6, "fit", parts)
    assert corrected.run.fingerprint == session.run.fingerprint
    assert values(sent(phone, ("a.fit", fit_file(began=at)))) == []


def test_a_run_logged_by_hand_the_same_day_is_pointed_out(phone, plan):
    at = timezone.now()
    calm = dict.fromkeys((question.code for question in triage_knowledge().safety_set), Answer.ABSENT)
    told, run = actions.SessionTold(day=timezone.localdate(at), minutes=20), actions.RunTold(km=3)
    by = plan.case.patient.person
    actions.log_run(case=plan.case, key=uuid4(), safety=calm, told=told, run=run, by=by, at=at)
    noon = timezone.localtime(at).replace(hour=0, minute=1, second=0, microsecond=0)

    page = sent(phone, ("a.fit", fit_file(SHORT, began=noon)))
    assert "logged by hand already" in page.content.decode()


def test_what_is_older_than_a_week_is_shown_and_not_offered(phone):
    page = sent(phone, ("a.fit", fit_file(began=began(days=9))))

    assert values(page) == []
    assert "Only the last 7 days can be logged" in page.content.decode()


def test_bad_files_are_answered_file_by_file(phone):
    page = sent(phone, ("1.fit", fit_file(began=began(hours=5))), ("notes.txt", b"hello"), ("none.fit", b""))

    words = page.content.decode()
    assert len(values(page)) == 1
    assert [found.name for found in page.context["others"]] == ["notes.txt", "none.fit"]
    for sentence in ("no file of a watch", "This file is empty"):
        assert sentence in words


def test_nothing_chosen_and_too_many_files_are_said(phone):
    assert phone.post(UPLOAD, {}).status_code == 422
    many = sent(phone, *[(f"{n}.gpx", b"x") for n in range(31)])
    assert many.status_code == 422 and "at most 30 files" in many.content.decode()


def test_a_request_larger_than_any_export_is_refused(phone, monkeypatch, settings):
    monkeypatch.setattr("config.doorkeeper.MOST_SENT", 2000)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 500

    assert sent(phone, ("a.fit", b"x" * 3000)).status_code == 400
    assert sent(phone, ("a.fit", b"x" * 100)).status_code == 200


def test_what_is_missing_is_named(phone):
    waiting = values(sent(phone, ("a.fit", fit_file(SHORT, began=began(hours=2)))))
    page = phone.post(KEEP, {"run": waiting, **SAVE, "effort": ""}).content.decode()

    assert "How hard was it as a whole? Choose a number from 0 to 10." in page


def test_a_name_of_a_file_never_becomes_markup(phone):
    page = sent(phone, ("<img src=x onerror=alert(1)>.gpx", b"x"))
    assert "<img" not in page.content.decode()


def test_figures_that_we_did_not_sign_are_not_taken(phone, plan):
    [ours] = values(sent(phone, ("a.fit", fit_file(began=began(hours=2)))))
    forged = signing.dumps({"km": 1}, salt="rehab.watch.another-case")
    for value in ("", "x:y:z", ours[:-1] + ("A" if ours[-1] != "A" else "B"), forged):
        assert phone.post(KEEP, {"run": value, **SAVE}).url == UPLOAD
    assert SessionLog.objects.count() == 0


def test_figures_read_for_one_runner_are_not_taken_from_another(phone, plan, clinician, at_work):
    [ours] = values(sent(phone, ("a.fit", fit_file(began=began(hours=2)))))
    other = CaseFactory(patient__clinic=plan.case.clinic)

    assert at_work(other.patient.person).post(KEEP, {"run": ours, **SAVE}).url == UPLOAD
    assert SessionLog.objects.count() == 0


def test_figures_read_yesterday_are_read_again(phone, monkeypatch):
    waiting = values(sent(phone, ("a.fit", fit_file(began=began(hours=2)))))
    monkeypatch.setattr("django.core.signing.time.time", lambda: timezone.now().timestamp() + 25 * 3600)

    assert phone.post(KEEP, {"run": waiting, **SAVE}).url == UPLOAD


def test_miles_are_shown_to_one_who_reckons_in_miles(phone, plan):
    person = plan.case.patient.person
    person.units = "imperial"
    person.save()

    words = sent(phone, ("a.fit", fit_file(began=began(hours=2)))).content.decode()
    assert "1.36\N{NO-BREAK SPACE}miles" in words


def test_files_share_one_stretch_of_time():
    files = [SimpleUploadedFile(name, gpx_file(SHORT)) for name in ("a.gpx", "b.gpx")]

    assert [found.code for _, found in read_uploads(files, at=NOW, seconds=0)] == ["not_reached", "not_reached"]
    big = io.BytesIO(b"<gpx>")
    big.name, big.size = "big.gpx", 20_000_000
    assert [found.code for _, found in read_uploads([big], at=NOW)] == ["too_big"]


@pytest.mark.parametrize(("units", "words"), [("metric", "100 m of climb"), ("imperial", "328 ft of climb")])
def test_climb_is_told_in_the_runners_units(units, words):
    run = SimpleNamespace(
        km=5, run_minutes=20, walk_minutes=0, longest_run_minutes=None, pauses=(), elevation_m=100, cadence=None
    )
    assert words in figures_of(run, units).replace("\N{NO-BREAK SPACE}", " ")
