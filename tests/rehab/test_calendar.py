"""The private calendar: its address is the key, it says little, and while nothing may be done it says nothing."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from clinic.feeds import make_feed, revoke_feed
from clinic.models import CalendarFeed
from rehab.models import RunStage
from tests.course import JUDGED, a_session
from tests.factories import CaseFactory, PatientFactory
from tests.rehab.conftest import NOW, SHUT, a_diagnosis, a_plan, a_screening, in_force
from triage.models import Examination, Finding

pytestmark = pytest.mark.django_db
PAGE = "/preferences/calendar/"
MAKE, REVOKE = {"what": "make", "hour": "day"}, {"what": "revoke"}
MOST_QUERIES = 26
TELLTALE = ("calf", "pantorrilla", "left", "right", "soleus", "bird", "diagnos", "pain", "dolor", "clot", "stop")


@pytest.fixture
def browser(runner, at_work):
    """The runner, signed in."""
    return at_work(runner)


@pytest.fixture
def signed_case(signed_plan):
    """A case whose plan may be done now."""
    return signed_plan.case


def address_made(browser, hour="day"):
    """Make an address on the runner's page and return it."""
    page = browser.post(PAGE, MAKE | {"hour": hour})
    assert page.status_code == 200
    return page.context["address"]


def read(address, status=200):
    """Fetch a calendar as a program does, signed in as nobody; return its events by the order of their days."""
    answer = Client().get(address)
    assert answer.status_code == status
    return [] if status == 404 else events_of(answer)


def events_of(answer):
    """Return the events of a calendar."""
    return sorted(Calendar.from_ical(answer.content).walk("VEVENT"), key=lambda one: str(one.decoded("dtstart")))


def titles(events):
    """Return the kinds of entries."""
    return {str(event["summary"]).split(",")[0] for event in events}


def on_the_ladder(case, by, stage=2, rest_until=None):
    """Put a runner on a stage of the way back to running."""
    RunStage.objects.create(
        case=case, stage=stage, rest_until=rest_until, stepped_at=timezone.now(), stepped_by=by, **JUDGED
    )


def measured(case, by, days_ago):
    """Measure one test, some days ago."""
    at = timezone.now() - timedelta(days=days_ago)
    seen = Examination.objects.create(case=case, at=at, by=by)
    Finding.objects.create(examination=seen, code="WBLT_CM", side="left", value=4, unit="cm")


def test_the_address_is_shown_once_and_only_its_fingerprint_is_kept(signed_case, browser):
    address = address_made(browser)
    token = address.rsplit("/", 1)[1].removesuffix(".ics")

    assert len(token) * 6 >= 128
    kept = CalendarFeed.objects.get()
    assert token not in str(list(CalendarFeed.objects.values_list())) and len(kept.token_hash) == 64
    assert token not in browser.get(PAGE).content.decode()


def test_a_new_address_kills_the_old_one_and_revoking_kills_it_too(signed_case, browser):
    old, new = address_made(browser), address_made(browser)

    assert read(old, 404) == [] and read(new)
    assert browser.post(PAGE, REVOKE).status_code == 302
    assert read(new, 404) == []
    assert CalendarFeed.objects.filter(revoked__isnull=False).count() == 2


def test_of_two_who_make_an_address_at_once_the_one_who_waited_wins(signed_case):
    """The one who waited for the lock looked at the clock before the other made theirs."""
    patient = signed_case.patient
    make_feed(patient=patient, starts=None, at=NOW)
    token = make_feed(patient=patient, starts=None, at=NOW - timedelta(seconds=1))
    revoke_feed(patient=patient, at=NOW - timedelta(seconds=2))
    assert token and not CalendarFeed.objects.filter(revoked__isnull=True).exists()


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "é"])
def test_an_address_that_was_never_made_is_not_found(signed_case, token):
    assert Client().get(f"/calendar/{token}.ics").status_code == 404


def test_it_is_read_and_nothing_else_and_kept_by_nobody(signed_case, browser):
    address = address_made(browser)
    answer = Client().get(address)

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-store"
    assert not answer.cookies
    assert Client().head(address).status_code == 200
    assert {getattr(Client(), verb)(address).status_code for verb in ("post", "put", "delete", "patch")} == {405}


def test_the_days_ahead_hold_the_sessions_of_the_plan(signed_case, browser):
    events = read(address_made(browser))

    today = timezone.localdate()
    days = [event.decoded("dtstart") for event in events]
    assert titles(events) == {"Exercises"} and "about" in str(events[0]["summary"])
    assert today <= days[0] <= today + timedelta(days=6) and days[-1] < today + timedelta(days=28)
    assert 10 <= len(days) <= 14  # three times a week, for four weeks, of which the first and last may be parts
    assert all(isinstance(day, date) and not isinstance(day, datetime) for day in days)


def test_runs_and_check_ups_stand_there_too(signed_case, clinician, browser):
    on_the_ladder(signed_case, clinician)
    a_session(signed_case, clinician, days_ago=0, run={"stage": 2, "run_minutes": 8})
    measured(signed_case, clinician, 10)
    events = read(address_made(browser))
    runs = [event.decoded("dtstart") for event in events if event["summary"] == "Run-walk"]
    today = timezone.localdate()

    assert titles(events) == {"Exercises", "Run-walk", "Check-up"}
    assert runs == [today + timedelta(days=n) for n in range(2, 28, 2)]
    assert [e.decoded("dtstart") for e in events if e["summary"] == "Check-up"] == [today + timedelta(days=4)]


def test_an_overdue_check_up_stands_on_today(signed_case, clinician, browser):
    measured(signed_case, clinician, 40)
    events = read(address_made(browser))
    assert [e.decoded("dtstart") for e in events if e["summary"] == "Check-up"] == [timezone.localdate()]


@pytest.mark.parametrize(("stage", "title"), [(0, "Walk"), (1, "Run-walk"), (6, "Run")])
def test_a_stage_is_called_what_it_is(signed_case, clinician, browser, stage, title):
    on_the_ladder(signed_case, clinician, stage)
    assert title in titles(read(address_made(browser)))


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_names_no_diagnosis_and_no_part_of_the_body(signed_case, runner, clinician, browser, language):
    runner.language = language
    runner.save()
    on_the_ladder(signed_case, clinician)
    measured(signed_case, clinician, 10)
    answer = Client().get(address_made(browser))
    file = answer.content.decode().replace("\r\n ", "").casefold()

    assert ("exercises, about" in file.replace("\\", "")) == (language == "en")
    assert [word for word in TELLTALE if word in file] == []
    assert signed_case.patient.surname.casefold() not in file and str(signed_case.patient_id) not in file


@pytest.mark.parametrize("way", SHUT)
def test_while_nothing_may_be_done_it_is_empty_and_does_not_say_why(signed_case, clinician, browser, way):
    on_the_ladder(signed_case, clinician)
    address = address_made(browser)
    assert read(address)
    SHUT[way](signed_case, clinician)

    answer = Client().get(address)
    assert answer.status_code == 200 and events_of(answer) == []
    assert [word for word in TELLTALE if word in answer.content.decode().casefold()] == []


def test_without_a_case_it_is_empty(runner, browser):
    PatientFactory(person=runner) if not hasattr(runner, "patient") else None
    assert read(address_made(browser)) == []


def test_the_same_entry_keeps_its_name_in_every_fetch(signed_case, browser):
    address = address_made(browser)
    first, again = ([str(event["uid"]) for event in read(address)] for _ in range(2))

    assert first == again and len(set(first)) == len(first)


@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/New_York"])
def test_an_hour_is_an_hour_of_the_clinics_clock(signed_case, clinician, browser, settings, zone):
    settings.TIME_ZONE = zone
    on_the_ladder(signed_case, clinician)
    address = address_made(browser, "18:30")
    file = Calendar.from_ical(Client().get(address).content)
    timed = [event for event in file.walk("VEVENT") if event["summary"] != "Check-up"]

    assert {str(event["dtstart"].params["TZID"]) for event in timed} == {zone}
    assert [str(one["tzid"]) for one in file.walk("VTIMEZONE")] == [zone]
    by_day = {}
    for event in timed:
        by_day.setdefault(event.decoded("dtstart").date(), []).append(event)
    both = next(events for events in by_day.values() if len(events) == 2)
    run, exercises = both
    assert (run["summary"], f"{run.decoded('dtstart'):%H:%M}") == ("Run-walk", "18:30")
    assert exercises.decoded("dtstart") == run.decoded("dtend")  # the calf works after the run


def test_its_questions_are_few_and_do_not_grow(signed_case, clinician, browser):
    on_the_ladder(signed_case, clinician)
    address, counts = address_made(browser), []
    for logged in (range(1, 2), range(2, 14)):
        for days in logged:
            a_session(signed_case, clinician, days_ago=days, item=signed_case.plans.get().items.first())
            measured(signed_case, clinician, days)
        Client().get(address)
        with CaptureQueriesContext(connection) as queries:
            Client().get(address)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= MOST_QUERIES, counts


def test_two_runners_do_not_read_each_other(signed_case, browser, clinic):
    other = make_feed(patient=PatientFactory(clinic=clinic), starts=None, at=NOW)
    assert read(f"/calendar/{other}.ics") == []


@pytest.mark.parametrize("said", [{}, {"what": "sell"}, {"what": "make", "hour": "25:00"}, {"hour": "day"}])
def test_what_is_not_offered_changes_nothing(signed_case, browser, said):
    assert browser.post(PAGE, said).status_code == 422
    assert not CalendarFeed.objects.exists()


def test_who_works_here_has_no_calendar(clinician, at_work):
    assert at_work(clinician).get(PAGE).status_code == 403


def test_the_window_of_the_clinic_shows_that_it_is_there_and_not_its_address(signed_case, browser, clinician, at_work):
    clinician.is_staff = True
    clinician.save()
    address_made(browser)
    feed = CalendarFeed.objects.get()
    page = at_work(clinician).get(f"/admin/clinic/calendarfeed/{feed.pk}/change/")

    assert page.status_code == 200 and feed.token_hash not in page.content.decode()


@pytest.fixture
def two_legs(signed_case, clinician, clinic):
    """The runner's other leg, with a plan of its own in force."""
    other = CaseFactory(patient=signed_case.patient, clinic=clinic, opened_by=clinician, side="right")
    a_screening(other, clinician)
    a_diagnosis(other, clinician)
    in_force(a_plan(other, clinician), clinician)
    return signed_case, other


def minutes_of(events):
    """Return how long the exercises of each day take."""
    return {int(str(event["summary"]).split()[2]) for event in events if "Exercises" in event["summary"]}


def test_two_legs_share_an_entry_a_day_and_a_stopped_one_asks_for_nothing(two_legs, clinician, browser):
    address = address_made(browser)
    one, other = two_legs
    on_the_ladder(one, clinician, 5)
    on_the_ladder(other, clinician, 0)
    both = read(address)

    assert titles(both) == {"Exercises", "Walk"}  # the more careful stage
    assert len({event["uid"] for event in both}) == len(both)
    SHUT["a diagnosis is not released"](other, clinician)
    alone = read(address)
    assert titles(alone) == {"Exercises"}  # a run loads both legs
    (together,), (single,) = minutes_of(both), minutes_of(alone)
    assert together == 2 * single
    SHUT["a diagnosis is not released"](one, clinician)
    assert read(address) == []


def test_a_plan_replaced_takes_its_days_along(signed_case, clinician, browser):
    address = address_made(browser)
    signed_case.plans.update(replaced_at=timezone.now(), replaced_by=clinician)
    assert read(address) == []
    new = a_plan(signed_case, clinician)
    new.items.update(times_a_week=1)
    in_force(new, clinician)
    assert len(read(address)) in (4, 5)
