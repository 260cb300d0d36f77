"""In the gym, where no connection reaches: asked, led, kept on the phone, sent once; locked by a yes; gone after it."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.utils import timezone
from playwright.sync_api import Error, expect

from clinic.models import Task
from rehab.models import SafetyCheck, SessionLog
from rehab.views import offline
from tests.factories import CaseFactory
from tests.journeys.conftest import PATIENCE, PHONE
from tests.journeys.test_a_runners_day import about_the_whole, plan_of, runner, tap  # noqa: F401
from triage.gate import loading_gate

# What lies on the phone: {where: what}.  Each name is read whole, so that a test can look for a person in it.
ON_THE_PHONE = """async () => {
  const found = {};
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((ok) => { const q = indexedDB.open(name); q.onsuccess = () => ok(q.result); });
    for (const table of database.objectStoreNames) {
      const asked = database.transaction(table).objectStore(table).getAll();
      const rows = await new Promise((ok) => { asked.onsuccess = () => ok(asked.result); });
      if (rows.length) found[table] = JSON.stringify(rows);
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const page = await (await cache.match(request)).text();
      found[`cache ${new URL(request.url).pathname}`] = page;
    }
  }
  const slots = Object.entries(localStorage);
  if (slots.length) found.localStorage = JSON.stringify(slots);
  return found;
}"""
# A second session on the phone, told later than the first.
ONCE_MORE = """stridewell.store.waiting(stridewell.state.owner).then(([entry]) =>
  stridewell.store.put({ ...entry, key: crypto.randomUUID(), told_at: new Date().toISOString() }))"""
RECORD = "stridewell.store.read('figures').then((found) => Boolean(found))"


def a_phone(visit, person):
    """Return a phone that opened today's page once with a connection, so that its copy is kept."""
    phone = visit(PHONE)
    phone.sign_in(person.email)
    phone.open("/me/")
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    copied(phone.page)
    return phone


def copied(page):
    """Wait until the phone has its copy, with the drawings."""
    until(page, RECORD)


def until(page, promise):
    """Wait until what a promise of the page resolves to is true; Playwright's own wait takes any promise for true."""
    for _ in range(PATIENCE // 100):
        try:
            if page.evaluate(promise):
                return
        except Error:
            pass  # the page is on its way to another
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {promise}")


def go_offline(phone):
    """Cut the connection; what the browser then reports is no fault of a page."""
    phone.complaints = Quiet()
    phone.context.set_offline(True)


class Quiet(list):
    """The faults of pages; a request that found no connection is none."""

    def append(self, complaint):
        """Note a fault."""
        if "ERR_INTERNET_DISCONNECTED" not in complaint and "Failed to fetch" not in complaint:
            super().append(complaint)


def open_the_copy(page):
    """Open today's page without a connection: the copy is drawn from what the phone keeps."""
    page.goto("/me/")
    expect(page.get_by_role("heading", name="First: is any of this true today?")).to_be_visible()


def begin(page):
    """Open the copy, and answer the safety set with one tap."""
    open_the_copy(page)
    page.get_by_role("button", name="None of these").click()
    expect(page.get_by_role("heading", name="Your session")).to_be_visible()


def a_session_waits(page, person):
    """Open the copy, do its session without a connection, and leave it on the phone."""
    begin(page)
    do_the_session(page, plan_of(person).items.count())
    expect(page.get_by_text("1 log waits to be sent.")).to_be_visible()


def a_yes_waits(page):
    """Answer yes to a danger on the page that is open: the phone keeps it, and says that nobody knows of it yet."""
    tap(page, "New breathlessness", "Yes")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_text("Your clinic has NOT been told yet")).to_be_visible()


def do_the_session(page, exercises):
    """Tick every exercise and answer what is asked after it."""
    steps = page.locator(".my-step")
    for number in range(exercises):
        step = steps.nth(number)
        step.locator(".my-all").click()
        tap(page, "Pain while doing it", "1")
        step.locator(".my-ways .btn-primary").last.click()
    about_the_whole(page)
    page.get_by_role("button", name="Save the session").click()


def test_a_session_in_the_gym_is_kept_and_sent_once(visit, runner):  # noqa: F811
    # Given a phone that opened today's page once, and then no connection
    phone, exercises = a_phone(visit, runner), plan_of(runner).items.count()
    page = phone.page
    go_offline(phone)

    # When the page is opened, the questions come first, then the same session with its drawings
    open_the_copy(page)
    phone.look()
    begin(page)
    figure = page.locator(".figure-film").first
    assert figure.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    phone.look()

    # A reload in the middle loses nothing; what is missing is said while it can be answered
    page.locator(".my-step").first.locator(".my-all").click()
    page.reload()
    expect(page.locator(".my-step").first.locator(".my-all input")).to_be_checked()
    while not page.get_by_role("button", name="Save the session").is_visible():
        page.locator(".my-ways .btn-primary:visible").last.click()
    page.get_by_role("button", name="Save the session").click()
    expect(page.get_by_text("Tick the sets you did, or say why you left it out.").first).to_be_visible()
    phone.look()
    page.get_by_role("button", name="Back", exact=True).filter(visible=True).click()
    page.locator(".my-step").first.locator(".my-all").click()
    do_the_session(page, exercises)

    # Then it waits on the phone, also after a reload, and the server knows nothing yet
    expect(page.get_by_text("1 log waits to be sent.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Kept on this phone")).to_be_visible()
    phone.look()
    assert SessionLog.objects.count() == 0
    entry = page.evaluate(ON_THE_PHONE)["outbox"]

    # When the connection is back it is sent by itself, and stored
    phone.context.set_offline(False)
    expect(page.get_by_text("Sent: your clinic has what you told this phone.")).to_be_visible()
    phone.look()
    session = SessionLog.objects.get()
    assert session.exercises.count() == exercises and session.device_time and not session.while_shut
    assert session.safety.all_answered and not session.safety.any_yes
    assert "outbox" not in page.evaluate(ON_THE_PHONE)

    # and sent once more, as after an answer that got lost, it is stored once
    page.evaluate("(rows) => Promise.all(JSON.parse(rows).map((row) => stridewell.store.put(row)))", entry)
    page.goto("/me/")
    expect(page.get_by_text("Sent: your clinic has what you told this phone.")).to_be_visible()
    assert SessionLog.objects.count() == 1
    expect(page.get_by_role("heading", name="All done for today")).to_be_visible()


def test_a_connection_lost_in_the_middle_loses_nothing(visit, runner):  # noqa: F811
    phone = a_phone(visit, runner)
    page = phone.page
    page.get_by_role("link", name="Start").click()
    page.get_by_role("button", name="None of these").click()
    expect(page.get_by_role("heading", name="Your session")).to_be_visible()
    go_offline(phone)
    do_the_session(page, plan_of(runner).items.count())
    expect(page.get_by_text("1 log waits to be sent.")).to_be_visible()

    phone.context.set_offline(False)
    expect(page.get_by_text("Sent: your clinic has what you told this phone.")).to_be_visible()
    session = SessionLog.objects.get()
    assert session.key == SafetyCheck.objects.earliest("asked_at").pk and session.safety.all_answered


def test_a_yes_without_a_connection_locks_and_is_sent_first(visit, runner, clinic):  # noqa: F811
    phone = a_phone(visit, runner)
    page = phone.page
    go_offline(phone)

    # Given a session done and one answer too few: no session opens without every answer
    a_session_waits(page, runner)
    page.evaluate("stridewell.store.drop('begun')")
    page.goto("/me/")
    tap(page, "New breathlessness", "No")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_text("Some questions have no answer yet.")).to_be_visible()
    expect(page.get_by_role("link", name=clinic.phone).first).to_be_visible()
    phone.look()

    # When a same-day sign is a yes, it is said what to do, and the emergencies are asked all the same
    tap(page, "New swelling of the calf", "Yes")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", name="Stop for today")).to_be_visible()
    expect(page.get_by_text("Your clinic has NOT been told yet")).to_be_visible()
    phone.look()
    tap(page, "A cold or pale foot", "Yes")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", name="Stop. Get help now")).to_be_visible()
    expect(page.get_by_role("link", name=f"Emergency number: {clinic.emergency_number}").first).to_be_visible()
    phone.look()

    # Then no session opens, also not after a reload
    page.goto("/me/session/")
    expect(page.get_by_role("heading", name="Stop. Get help now")).to_be_visible()

    # and with a connection the answer goes first: the server stops, and the session is kept and flagged
    phone.context.set_offline(False)
    expect(page.get_by_text("Sent: your clinic has what you told this phone.")).to_be_visible()
    case = plan_of(runner).case
    assert not loading_gate(case).open and Task.objects.filter(case=case, is_alarm=True).exists()
    assert SessionLog.objects.get().while_shut
    go_offline(phone)
    page.goto("/me/")
    expect(page.get_by_role("heading", name="No exercise for now")).to_be_visible()


def test_a_yes_on_a_page_that_loses_its_connection_is_not_lost(visit, runner):  # noqa: F811
    # Given the safety questions, opened with a connection that then goes
    phone = a_phone(visit, runner)
    page = phone.page
    page.goto("/me/safety/")
    page.wait_for_load_state("networkidle")
    tap(page, "New breathlessness", "Yes")
    go_offline(phone)

    # When an emergency is sent, the phone says what to do, and that nobody knows of it yet
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", name="Stop. Get help now")).to_be_visible()
    expect(page.get_by_text("Your clinic has NOT been told yet")).to_be_visible()
    assert loading_gate(plan_of(runner).case).open

    # Then it reaches the clinic as soon as there is a connection, once
    phone.context.set_offline(False)
    expect(page.get_by_text("Sent: your clinic has what you told this phone.")).to_be_visible()
    case = plan_of(runner).case
    assert not loading_gate(case).open and Task.objects.filter(case=case, is_alarm=True).count() == 1


def test_a_yes_with_a_connection_is_kept_once(visit, runner):  # noqa: F811
    phone = a_phone(visit, runner)
    page = phone.page
    page.goto("/me/safety/")
    tap(page, "New breathlessness", "Yes")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_text("Your clinic has been told.")).to_be_visible()
    until(page, "stridewell.store.waiting(stridewell.state.owner).then((left) => !left.length)")

    assert SafetyCheck.objects.filter(any_yes=True).count() == 1
    assert Task.objects.filter(is_alarm=True).count() == 1


def test_what_the_server_cannot_take_now_holds_nothing_back(visit, runner, monkeypatch):  # noqa: F811
    # Given two sessions that wait, and a server that fails at the first
    phone = a_phone(visit, runner)
    page = phone.page
    go_offline(phone)
    a_session_waits(page, runner)
    first = page.evaluate("stridewell.store.waiting(stridewell.state.owner).then(([entry]) => entry.key)")
    page.evaluate(ONCE_MORE)
    keep = offline.keep_session

    def fails_at_the_first(request, mine, told):
        return HttpResponse(status=500) if str(told["key"]) == first else keep(request, mine, told)

    # When there is a connection, the second is sent all the same, and the first is said to wait
    with monkeypatch.context() as broken:
        broken.setattr(offline, "keep_session", fails_at_the_first)
        phone.context.set_offline(False)
        expect(page.get_by_text("Something could not be sent.")).to_be_visible()
        expect(page.get_by_text("1 log waits to be sent.")).to_be_visible()
        assert str(SessionLog.objects.get().key) != first
        phone.complaints[:] = [told for told in phone.complaints if "status of 500" not in told]  # meant here
        phone.look()

    # Then it is sent once the server can take it, and nothing is said to be left
    page.goto("/me/")
    expect(page.get_by_text("Sent: your clinic has what you told this phone.")).to_be_visible()
    expect(page.get_by_text("Something could not be sent.")).to_be_hidden()
    assert SessionLog.objects.filter(key=first).exists() and SessionLog.objects.count() == 2


def test_a_copy_out_of_date_opens_no_session(visit, runner, clinic):  # noqa: F811
    phone = a_phone(visit, runner)
    page = phone.page
    go_offline(phone)
    page.clock.install(time=timezone.now() + timedelta(hours=49))
    page.goto("/me/")
    expect(page.get_by_role("heading", name="This copy is out of date")).to_be_visible()
    phone.look()
    expect(page.get_by_role("button", name="None of these")).to_be_hidden()
    assert not page.locator("[data-step=exercise]").filter(visible=True).count()


def test_signing_out_sends_first_and_leaves_nothing(visit, runner):  # noqa: F811
    phone = a_phone(visit, runner)
    page, name = phone.page, runner.patient.given_name
    kept = page.evaluate(ON_THE_PHONE)
    assert not [where for where, what in kept.items() if where.startswith("cache") and name in what]
    go_offline(phone)
    a_session_waits(page, runner)
    entry = page.evaluate(ON_THE_PHONE)["outbox"]
    phone.context.set_offline(False)
    expect(page.get_by_text("Sent: your clinic")).to_be_visible()

    # A log that the server refuses stays, with its words; signing out warns, and keeps it until it is meant
    page.goto("/me/")
    wrong = entry.replace('["day","', '["day","2020')
    spoil = (
        "(rows) => Promise.all(JSON.parse(rows).map((row) => stridewell.store.put({...row, key: crypto.randomUUID()})))"
    )
    page.evaluate(spoil, wrong)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Not everything is sent")).to_be_visible()
    phone.look()
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_text("Not taken by the clinic, and still on this phone:")).to_be_visible()
    phone.look()
    assert SessionLog.objects.count() == 1

    # When it is meant, nothing of the runner is left on the phone
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Delete it and sign out").click()
    page.wait_for_url("**/accounts/login/")
    assert page.evaluate(ON_THE_PHONE) == {}
    go_offline(phone)
    with pytest.raises(Exception, match="ERR_"):
        page.goto("/me/")


def test_a_sign_in_that_ends_keeps_the_outbox_for_its_owner_alone(visit, runner, clinic, clinician):  # noqa: F811
    phone = a_phone(visit, runner)
    page = phone.page
    go_offline(phone)
    a_session_waits(page, runner)

    # Given a sign-in that ended meanwhile: the copy goes, the outbox stays
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    page.goto("/me/")
    page.wait_for_url("**/accounts/login/**")
    left = page.evaluate(ON_THE_PHONE)
    assert "outbox" in left and "copy" not in left and SessionLog.objects.count() == 0

    # When somebody else signs in on this phone, they neither send nor see it, also not by signing out
    other = CaseFactory(patient__clinic=clinic, opened_by=clinician).patient.person
    phone.sign_in(other.email)
    copied(page)
    expect(page.locator("[data-outbox]")).to_be_hidden()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")
    assert SessionLog.objects.count() == 0 and "outbox" in page.evaluate(ON_THE_PHONE)

    # Then it is sent after the next sign-in of the same person
    phone.sign_in(runner.email)
    expect(page.get_by_text("Sent: your clinic")).to_be_visible()
    assert SessionLog.objects.get().logged_by == runner
