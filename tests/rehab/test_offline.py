"""Without a connection: what a phone keeps and until when, and what the server makes of what it sends later."""

import gzip
import json
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from clinic.actions import confirm_knowledge
from clinic.models import Task
from clinic.tables import knowledge_version
from clinic.terms import Answer
from rehab.models import SafetyCheck, SessionLog
from tests.factories import CaseFactory
from tests.rehab.conftest import SHUT, a_step
from tests.rehab.test_mine import AFTER, calm, phone, plan, questions  # noqa: F401
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge
from triage.models import RedFlagItem

pytestmark = pytest.mark.django_db
COPY, OUTBOX, SHELL = "/me/offline.json", "/me/outbox/", "/me/offline/"


def copy(phone):  # noqa: F811
    """Return the record that a phone keeps, as the phone opens it: about the leg that was shown last."""
    answer = phone.get(COPY)
    assert answer.status_code == 200 and "no-store" in answer.headers["Cache-Control"]
    record = answer.json()["copy"]
    return record | record["legs"][0]


def entry(record, kind="session", **changes):
    """Return what a phone sends of this record: a whole session with a calm safety set."""
    said = {"kind": kind, "owner": record["owner"], "key": str(uuid4()), "read_at": record["made"]}
    said |= {"told_at": timezone.now().isoformat()} | calm()
    if kind == "session":
        exercises = record["session"]["exercises"]
        said |= {"item": [exercise["item"] for exercise in exercises], "day": timezone.localdate().isoformat(), **AFTER}
        said |= {f"x{n}_all": "on" for n in range(1, len(exercises) + 1)}
    return said | changes


def closed(case):
    """Close a case."""
    told = {"closed_at": timezone.now(), "closed_by": case.opened_by, "closed_because": "recovered", "outcome": "other"}
    type(case).objects.filter(pk=case.pk).update(**told)


def sent(phone, said, status=200):  # noqa: F811
    """Send it and return what the server says."""
    answer = phone.post(OUTBOX, said)
    assert answer.status_code == status, answer.content
    return answer.json()


# --- The copy ------------------------------------------------------------------------------------


def test_the_session_on_the_phone_holds_nothing_that_its_scripts_do_not_read(phone, plan):  # noqa: F811
    scripts = "".join(Path(finders.find(f"rehab/{name}.js")).read_text() for name in ("session", "checked"))
    data = copy(phone)["session"]["data"]
    names = {*data, *(name for exercise in data["exercises"] for name in exercise)}
    names |= {name for exercise in data["exercises"] for each in exercise["sets"] for name in each}
    unread = {name for name in names if not re.search(rf"[.{{,] ?{name}\b", scripts)}
    unread |= {f"words.{name}" for name in data["words"] if not re.search(rf'words\.{name}\b|"{name}"', scripts)}
    assert unread == set()


def test_the_copy_says_what_to_do_until_when_and_whom_to_call(phone, plan, clinic):  # noqa: F811
    record = copy(phone)
    made, until = parse_datetime(record["made"]), parse_datetime(record["valid_until"])
    assert timedelta(0) < until - made <= timedelta(hours=48)
    assert record["knowledge"] == knowledge_version().version
    assert record["clinic"]["phone"] == clinic.phone
    assert record["clinic"]["emergency_number"] == clinic.emergency_number
    assert record["plan"] == str(plan.pk)
    items = list(plan.items.order_by("position"))
    assert [found["item"] for found in record["session"]["exercises"]] == [str(item.pk) for item in items]
    assert all(found["dose"] and found["level"] for found in record["session"]["exercises"])
    for item in items:
        assert str(item.pk) in record["session"]["form"]


def test_a_copy_counts_no_longer_than_the_sign_in(phone, plan):  # noqa: F811
    session = phone.session
    session.set_expiry(timezone.now() + timedelta(hours=3))
    session.save()
    assert parse_datetime(copy(phone)["valid_until"]) <= timezone.now() + timedelta(hours=3)
    session.set_expiry(timezone.now() + timedelta(days=30))
    session.save()
    record = copy(phone)
    assert parse_datetime(record["valid_until"]) - parse_datetime(record["made"]) == timedelta(hours=48)


def test_the_safety_set_stands_in_the_copy_as_on_the_page_emergencies_first(phone, runner, clinic, lead):  # noqa: F811
    known = triage_knowledge().safety_set
    record = copy(phone)
    assert [found["code"] for found in record["safety"]] == [question.code for question in known]
    assert [found["advice"] for found in record["safety"]] == [question.advice.en for question in known]
    places = [record["questions"].index(f'name="{question.code}"') for question in known]
    assert places == sorted(places) and "checked" not in record["questions"]

    runner.language = "es"
    runner.save()
    record = copy(phone)
    both = [f"{question.advice.es} ({question.advice.en})" for question in known]
    assert [found["advice"] for found in record["safety"]] == both
    confirm_knowledge(clinic=clinic, by=lead, at=timezone.now())
    assert [found["advice"] for found in copy(phone)["safety"]] == [question.advice.es for question in known]
    assert "Guardar" in record["session"]["form"]


@pytest.mark.parametrize("way", SHUT)
def test_behind_a_shut_gate_the_copy_holds_no_session(phone, plan, clinician, way):  # noqa: F811
    SHUT[way](plan.case, clinician)
    record = copy(phone)
    assert record["session"] is None and record["plan"] is None and record["stop"] and record["safety"]


def test_without_a_case_the_copy_still_says_whom_to_call(at_work, case):
    closed(case)
    record = copy(at_work(case.patient.person))
    assert record["session"] is None and record["clinic"]["phone"] and record["safety"]


def test_what_is_done_for_today_leaves_the_next_day_with_something_to_do(phone, plan):  # noqa: F811
    sent(phone, entry(copy(phone)))
    session = copy(phone)["session"]
    assert session is None or session["day"] > timezone.localdate().isoformat()


def test_a_copy_holds_nothing_of_another_runner_and_is_a_strangers_to_nobody(phone, plan, clinician, at_work):  # noqa: F811
    mine = copy(phone)
    fellow = CaseFactory(patient__clinic=plan.case.clinic, opened_by=clinician).patient
    theirs = phone.get(COPY) and copy(at_work(fellow.person))
    assert theirs["owner"] != mine["owner"] and theirs["session"] is None
    assert str(plan.pk) not in json.dumps(theirs)
    patient = plan.case.patient
    for word in (patient.surname, str(patient.pk), patient.person.email, str(patient.person_id)):
        assert word not in json.dumps(mine)


def test_the_copy_asks_the_database_little(phone, plan):  # noqa: F811
    phone.get(COPY)
    with CaptureQueriesContext(connection) as asked:
        phone.get(COPY)
    assert len(asked) <= 28, [query["sql"][:90] for query in asked]


def test_the_page_without_a_connection_holds_nothing_of_anybody(phone, plan):  # noqa: F811
    page = phone.get(SHELL)
    patient = plan.case.patient
    assert patient.given_name not in page.content.decode() and "csrf" not in page.content.decode()
    assert page.content == phone.get(SHELL).content


def test_the_first_view_of_today_weighs_at_most_100_kilobytes(phone, plan):  # noqa: F811
    squeezed = {"Accept-Encoding": "gzip"}
    page = phone.get("/me/", headers=squeezed)
    assert page.headers["Content-Encoding"] == "gzip"
    words = gzip.decompress(page.content).decode()
    files = re.findall(r'(?:href|src)="/static/([^"]+)"', words)
    assert any(file.endswith(".css") for file in files) and any(file.endswith(".js") for file in files)
    weights = {file: len(gzip.compress(Path(finders.find(file)).read_bytes())) for file in files}
    weights |= {address: len(phone.get(address, headers=squeezed).content) for address in ("/app.webmanifest", COPY)}
    assert len(page.content) + sum(weights.values()) <= 100_000, weights


def test_a_file_that_was_not_squeezed_beforehand_is_squeezed_on_its_way(client, settings):
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True  # as the demonstration serves it
    answer = client.get("/static/clinic/style.css", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(b"".join(answer)) == Path(finders.find("clinic/style.css")).read_bytes()


# --- What is sent later ---------------------------------------------------------------------------


def test_a_session_is_kept_with_the_clock_of_the_phone_and_once(phone, plan):  # noqa: F811
    told_at = timezone.now() - timedelta(hours=5)
    said = entry(copy(phone), told_at=told_at.isoformat())
    first, second = sent(phone, said), sent(phone, said)
    session = SessionLog.objects.get()
    assert (first["kept"], first["again"], second["again"]) == (True, False, True)
    assert session.device_time == told_at and session.logged_at > told_at
    assert session.safety.device_time == told_at and session.safety.all_answered
    assert {row.done for row in session.exercises.all()} == {"full"} and not session.while_shut


def test_silence_about_danger_is_kept_as_silence(phone, plan):  # noqa: F811
    said = {name: value for name, value in entry(copy(phone)).items() if name not in questions("E")}
    sent(phone, said)
    check = SessionLog.objects.get().safety
    assert not check.all_answered and check.answers[questions("E")[0]] == Answer.NOT_ASSESSED


def test_a_session_stands_at_the_level_that_the_copy_showed(phone, plan, clinician):  # noqa: F811
    record = copy(phone)
    item = next(item for item in plan.items.all() if item.max_level > item.start_level)
    a_step(item, clinician, item.start_level + 1).save()
    shown = next(one["level"] for one in record["session"]["exercises"] if one["item"] == str(item.pk))
    assert shown == item.start_level
    sent(phone, entry(record))
    assert SessionLog.objects.get().exercises.get(item=item).level == shown


def test_a_session_after_a_stop_is_kept_flagged_and_moves_nothing(phone, plan, clinician):  # noqa: F811
    record = copy(phone)
    SHUT["a same-day item is open"](plan.case, clinician)
    sent(phone, entry(record))
    session = SessionLog.objects.get()
    assert session.while_shut and not loading_gate(plan.case).open


def test_a_yes_stops_the_leg_and_rings_the_alarm_once(phone, plan):  # noqa: F811
    record = copy(phone)
    said = entry(record, "safety", **{questions("D")[0]: "present"})
    assert sent(phone, said) == {"kept": True, "again": False, "stop": True, "where": ""}
    assert not loading_gate(plan.case).open
    assert sent(phone, said)["again"]
    check = SafetyCheck.objects.get()
    assert check.any_yes and check.device_time == parse_datetime(said["told_at"])
    assert Task.objects.filter(case=plan.case, is_alarm=True).count() == 1
    assert copy(phone)["session"] is None


def test_another_yes_of_the_same_moment_is_no_repetition(phone, plan):  # noqa: F811
    said = entry(copy(phone), "safety", **{questions("D")[0]: "present"})
    sent(phone, said)
    assert not sent(phone, said | {questions("E")[0]: "present"})["again"]
    assert RedFlagItem.objects.filter(case=plan.case, level="E").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"pain_during": ""}, "worst pain"), ({"day": "2020-01-01"}, "7 days"), ({"x1_all": ""}, "Tick the sets")],
)
def test_what_the_server_refuses_it_says(phone, plan, changes, words):  # noqa: F811
    answer = sent(phone, entry(copy(phone), **changes), status=422)
    assert words in " ".join(answer["refused"])
    assert not SessionLog.objects.exists()


@pytest.mark.parametrize("name", ["told_at", "read_at"])
@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_a_moment_that_leads_out_of_the_calendar_is_refused(phone, plan, name, moment):  # noqa: F811
    assert sent(phone, entry(copy(phone), **{name: moment}), status=422)["refused"]
    assert not SessionLog.objects.exists()


@pytest.mark.parametrize("changes", [{"pain_during": ""}, {"day": "2020-01-01"}])
def test_a_yes_of_a_session_that_is_refused_is_kept_once(phone, plan, changes):  # noqa: F811
    said = entry(copy(phone), **{questions("D")[0]: "present"}, **changes)
    for _ in range(2):
        assert sent(phone, said, status=422)["refused"]
    assert not loading_gate(plan.case).open
    assert SafetyCheck.objects.filter(any_yes=True).count() == 1
    assert not SessionLog.objects.exists()


def test_a_yes_beside_an_answer_that_cannot_be_read_is_kept_and_the_rest_is_refused(phone, plan):  # noqa: F811
    said = entry(copy(phone), **{questions("D")[0]: "present", questions("E")[0]: "a\x00b"})
    assert sent(phone, said, status=422)["refused"]
    assert not loading_gate(plan.case).open and not SessionLog.objects.exists()
    check = SafetyCheck.objects.get(any_yes=True)
    assert check.answers[questions("E")[0]] == Answer.NOT_ASSESSED


def test_another_persons_sign_in_sends_nothing(phone, plan, clinician, at_work):  # noqa: F811
    said = entry(copy(phone))
    fellow = CaseFactory(patient__clinic=plan.case.clinic, opened_by=clinician).patient.person
    sent(at_work(fellow), said, status=409)
    sent(at_work(fellow), said | {"owner": copy(at_work(fellow))["owner"]}, status=422)
    assert not SessionLog.objects.exists() and not SafetyCheck.objects.exists()


def test_a_closed_case_refuses_in_words(phone, plan):  # noqa: F811
    said = entry(copy(phone))
    closed(plan.case)
    assert sent(phone, said, status=422)["refused"]


# --- What is installed ---------------------------------------------------------------------------


def test_a_phone_can_install_it(client):
    told = client.get("/app.webmanifest").json()
    assert told["start_url"] == "/me/" and {"any", "maskable"} == {icon["purpose"] for icon in told["icons"]}
    for icon in told["icons"]:
        if icon["type"] == "image/png":
            file = client.get(icon["src"])
            width = int.from_bytes(file.content[16:20])
            assert file.content.startswith(b"\x89PNG") and f"{width}x{width}" == icon["sizes"]
    assert client.get("/icons/any-9999.png").status_code == 404


def test_the_worker_keeps_static_files_and_the_shell_alone(client):
    words = client.get("/worker.js").content.decode()
    kept = json.loads(words.split("self.kept = ")[1].split(";\n")[0])
    assert kept["shell"] == SHELL and all(file.startswith("/static/") for file in kept["files"])


def test_signing_out_lets_the_browser_forget(phone):  # noqa: F811
    assert phone.post("/accounts/logout/").headers["Clear-Site-Data"] == '"cache"'
