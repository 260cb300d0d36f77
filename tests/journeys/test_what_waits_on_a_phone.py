"""What a phone keeps until the clinic has it: safety answers before all else, in words that say why they wait."""

from datetime import timedelta
from time import sleep

import pytest
from django.http import HttpResponse
from django.utils import timezone
from playwright.sync_api import expect

from clinic.models import Case
from rehab import actions
from rehab.models import MorningLog, RunLog, SafetyCheck, SessionLog
from rehab.views import installed, logging, offline
from rehab.views import runner as pages
from tests.factories import CaseFactory
from tests.journeys.test_a_runners_day import about_the_whole, plan_of, runner, tap  # noqa: F401
from tests.journeys.test_without_a_connection import (
    Quiet,
    a_phone,
    a_session_waits,
    a_yes_waits,
    do_the_session,
    go_offline,
    open_the_copy,
    until,
)
from tests.rehab.conftest import a_diagnosis, a_plan, a_screening, an_item, in_force
from tests.rehab.test_mine import done
from triage.gate import loading_gate
from triage.models import RedFlagItem

SENT = "Sent: your clinic has what you told this phone."
WAITING = "stridewell.store.waiting(stridewell.state.owner)"


def answers(status):
    """Return what a server says that has nothing to say but a status."""
    return lambda *args, **kwargs: HttpResponse(status=status)


def fails(**told):
    """Do what a server with a fault does."""
    raise RuntimeError("a fault of the server")


class Meant(Quiet):
    """The faults of pages; an answer of the server that the story wants is none, and the phone asks it again."""

    def append(self, complaint):
        """Note a fault."""
        if "status of 50" not in complaint:
            super().append(complaint)


def test_answers_on_the_page_that_says_stop_are_not_lost(visit, runner):  # noqa: F811
    # Given a same-day sign that the clinic knows of, and the questions about emergencies still open
    phone = a_phone(visit, runner)
    page, case = phone.page, plan_of(runner).case
    page.goto("/me/safety/")
    tap(page, "New swelling of the calf", "Yes")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_text("Your clinic has been told.")).to_be_visible()
    phone.look()
    until(page, f"{WAITING}.then((left) => !left.length)")
    expect(page.get_by_text(SENT)).to_be_hidden()  # the page has said so
    page.evaluate("stridewell.store.keep('sent', true)")  # as where the next answer is quicker than the page

    # When the connection goes before they are sent
    go_offline(phone)
    tap(page, "A cold or pale foot", "Yes")
    page.get_by_role("button", name="Send my answers").click()

    # Then the phone says what to do, and that nobody knows of it yet; and it is sent as soon as it can be
    expect(page.get_by_role("heading", name="Stop. Get help now")).to_be_visible()
    expect(page.get_by_text("Your clinic has NOT been told yet")).to_be_visible()
    phone.look()
    expect(page.get_by_text(SENT)).to_be_hidden()
    assert not RedFlagItem.objects.filter(case=case, level="E").exists()
    phone.context.set_offline(False)
    expect(page.get_by_text(SENT)).to_be_visible()
    assert RedFlagItem.objects.filter(case=case, level="E").exists()
    assert SafetyCheck.objects.filter(any_yes=True).count() == 2


def test_no_session_goes_before_a_safety_answer(visit, runner, clinic, monkeypatch):  # noqa: F811
    # Given a session and then a yes on the phone, and a server that cannot take the yes
    phone = a_phone(visit, runner)
    page = phone.page
    go_offline(phone)
    a_session_waits(page, runner)
    page.evaluate("stridewell.store.drop('begun')")
    open_the_copy(page)
    a_yes_waits(page)

    # When there is a connection, with a fault and then with a refusal of the server, the session waits behind it
    phone.complaints = Meant()
    refusals = {
        "Something could not be sent.": HttpResponse(status=500),
        "Not taken by the clinic": offline.refused("The server has no room."),
    }
    now = []  # what the server says now; the phone tries again by itself
    with monkeypatch.context() as broken:
        broken.setattr(offline, "keep_safety", lambda *args: now[0])
        for words, refusal in refusals.items():
            now[:] = [refusal]
            phone.context.set_offline(False)
            page.get_by_role("button", name="Send it again").first.click()
            expect(page.get_by_text(words)).to_be_visible()
            expect(page.get_by_text("Your safety answer waits to be sent")).to_be_visible()
            expect(page.get_by_text("What you logged is sent after it.")).to_be_visible()
            expect(page.get_by_role("link", name=f"Call {clinic.phone}", exact=True)).to_be_visible()
            expect(page.get_by_role("heading", name="Stop. Get help now")).to_be_visible()
            assert not SessionLog.objects.exists()
            phone.look()

    # Then both are sent, the answer first
    page.get_by_role("button", name="Send it again").first.click()
    expect(page.get_by_text(SENT)).to_be_visible()
    assert not loading_gate(plan_of(runner).case).open and SessionLog.objects.get().while_shut


def test_the_phone_says_why_it_waits(visit, runner, monkeypatch):  # noqa: F811
    phone = a_phone(visit, runner)
    page = phone.page

    phone.complaints = Meant()

    # A server that is away: the page that opens is the copy, and it says so
    with monkeypatch.context() as broken:
        broken.setattr(pages, "render", answers(503))
        broken.setattr(offline, "JsonResponse", answers(503))
        open_the_copy(page)
        expect(page.get_by_text("Your clinic's server cannot answer now.")).to_be_visible()
        expect(page.get_by_text("No connection.")).to_be_hidden()
        phone.look()

    # No connection, with a session that waits
    go_offline(phone)
    a_session_waits(page, runner)
    expect(page.get_by_text("No connection.")).to_be_visible()
    expect(page.get_by_text("Your clinic's server cannot answer now.")).to_be_hidden()

    # A sign-in that ended
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    expect(page.get_by_text("The connection is back.")).to_be_hidden()
    expect(page.get_by_role("heading", name="Your plan is not on this phone now")).to_be_visible()
    phone.look()
    assert not SafetyCheck.objects.exists() and not SessionLog.objects.exists()

    # Whatever it waited for, it is sent after the next sign-in, and kept once
    phone.sign_in(runner.email)
    expect(page.get_by_text(SENT)).to_be_visible()
    session = SessionLog.objects.get()
    assert (session.logged_by, session.exercises.count()) == (runner, plan_of(runner).items.count())


def write_a_run(page):
    """Fill in the form of a run, but for the tick under its safety list."""
    page.get_by_label("Minutes of running").fill("20")
    about_the_whole(page)


def test_no_run_and_no_morning_goes_before_a_safety_answer(visit, runner, monkeypatch):  # noqa: F811
    # Given the pages of a run and of a morning, opened with a connection that then goes
    phone = a_phone(visit, runner)
    page = phone.page
    page.goto("/me/run/")
    write_a_run(page)
    page.wait_for_load_state("networkidle")
    go_offline(phone)

    # When the run lacks an answer it is asked for; then it waits on the phone
    page.get_by_role("button", name="Save the run").click()
    expect(page.get_by_text("Please answer this.")).to_be_visible()
    phone.look()
    page.get_by_label("None of these, since I last answered").check()
    page.get_by_role("button", name="Save the run").click()
    expect(page.get_by_text("1 log waits to be sent.")).to_be_visible()

    # and behind a yes that the server cannot take, so does a morning that is sent with a connection
    a_yes_waits(page)
    phone.complaints = Meant()
    with monkeypatch.context() as broken:
        broken.setattr(offline, "keep_safety", answers(500))
        phone.context.set_offline(False)
        phone.page.goto("/me/morning/")
        tap(page, "How much did your calf hurt", "2")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("2 logs wait to be sent.")).to_be_visible()
        expect(page.get_by_text("What you logged is sent after it.")).to_be_visible()
        phone.look()
        assert not SessionLog.objects.exists() and not MorningLog.objects.exists()

        # Then a page that the phone cannot keep stays as it stands
        page.goto(correctable(runner))
        page.get_by_label("Anything your clinician should know?").fill("It was hot.")
        page.get_by_role("button", name="Save the correction").click()
        expect(page.get_by_text("Not sent. What you wrote is still on this page")).to_be_visible()
        expect(page.get_by_label("Anything your clinician should know?")).to_have_value("It was hot.")
        phone.look()
        assert SessionLog.objects.count() == 1

    # and all of it is sent once the server takes the answer, the answer first
    page.get_by_role("button", name="Send it again").first.click()
    expect(page.get_by_text(SENT)).to_be_visible()
    assert RunLog.objects.get().session.while_shut and MorningLog.objects.get().pain == 2


def correctable(person):
    """Log a session on another device and return the address at which it is corrected."""
    logged = done(plan_of(person))
    return f"/me/log/{logged.pk}/correct/"


def test_the_sign_in_says_that_a_yes_waits_on_this_phone(visit, runner):  # noqa: F811
    # Given a session that waits, and a sign-in that ended: nothing is said about a danger
    phone = a_phone(visit, runner)
    page = phone.page
    go_offline(phone)
    a_session_waits(page, runner)
    page.evaluate("stridewell.store.drop('begun')")
    open_the_copy(page)
    cookies = phone.context.cookies()
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.goto("/me/")
    page.wait_for_url("**/accounts/login/**")
    until(page, "!indexedDB.databases || stridewell.store.read('record').then((found) => !found)")
    expect(page.get_by_text("A safety answer waits on this phone")).to_be_hidden()

    # When it is a yes that waits, each page of the sign-in says so
    phone.context.add_cookies(cookies)
    page.goto("/me/safety/")
    page.wait_for_load_state("networkidle")
    phone.context.set_offline(True)
    a_yes_waits(page)
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    page.goto("/me/")
    page.wait_for_url("**/accounts/login/**")
    expect(page.get_by_text("A safety answer waits on this phone")).to_be_visible()
    phone.look()
    page.get_by_role("link", name="I am a runner: send me a code").click()
    expect(page.get_by_text("A safety answer waits on this phone")).to_be_visible()
    phone.look()
    assert loading_gate(plan_of(runner).case).open and not SafetyCheck.objects.filter(any_yes=True).exists()

    # Then, signed in again, the yes and the session are kept, each once; and the questions are not asked once more
    phone.context.add_cookies(cookies)
    page.goto("/me/safety/")
    page.wait_for_url("**/me/")
    expect(page.get_by_text(SENT)).to_be_visible()
    expect(page.get_by_role("heading", name="No exercise for now")).to_be_visible()
    assert not loading_gate(plan_of(runner).case).open and SessionLog.objects.count() == 1
    assert SafetyCheck.objects.filter(any_yes=True).count() == 1


def slowly(act, seconds=5):
    """Return what does the same after some seconds."""

    def slow(*args, **kwargs):
        sleep(seconds)
        return act(*args, **kwargs)

    return slow


@pytest.fixture
def impatient(patient_worker, monkeypatch):
    """A worker that opens the copy where no page comes within three seconds."""
    monkeypatch.setattr(installed, "SLOW_MS", 3000)


@pytest.mark.usefixtures("impatient")
def test_a_slow_answer_to_a_form_is_waited_for(visit, runner, monkeypatch):  # noqa: F811
    # Given pages that come later than the copy would open in their place
    phone = a_phone(visit, runner)
    page = phone.page
    with monkeypatch.context() as slow:
        slow.setattr(pages, "todays_page", slowly(pages.todays_page))
        open_the_copy(page)
        slow.setattr(logging, "next_steps", slowly(logging.next_steps))

        # When a run is sent, what became of it is shown, though it came by the way of another address
        page.goto("/me/run/")
        write_a_run(page)
        page.get_by_label("None of these, since I last answered").check()
        page.get_by_role("button", name="Save the run").click()
        expect(page.get_by_role("heading", name="What happens next")).to_be_visible()
        assert RunLog.objects.count() == 1

        # and a page that says stop is waited for as well
        slow.setattr(pages, "urgent_page", slowly(pages.urgent_page))
        page.goto("/me/safety/")
        tap(page, "New breathlessness", "Yes")
        page.get_by_role("button", name="Send my answers").click()
        expect(page.get_by_text("Your clinic has been told.")).to_be_visible()


@pytest.mark.usefixtures("impatient")
def test_a_stop_that_comes_while_the_copy_is_open_is_said(visit, runner, clinician, monkeypatch):  # noqa: F811
    # Given a plan that the clinic has stopped since the copy was made, and a page that comes too late to say so
    phone = a_phone(visit, runner)
    page = phone.page
    an_item(plan_of(runner).case, clinician, "D", row="RF-DVT")
    monkeypatch.setattr(pages, "mine_at", slowly(pages.mine_at))
    monkeypatch.setattr(offline, "copy_of", slowly(offline.copy_of))

    # When the copy opens in its place, the stop is said as soon as the phone knows of it
    open_the_copy(page)
    expect(page.get_by_role("heading", name="No exercise for now")).to_be_visible()
    expect(page.get_by_text("it could be a blood clot")).to_be_visible()
    phone.look()

    # Then no session opens, whatever is answered
    page.get_by_role("button", name="None of these").click()
    expect(page.get_by_role("heading", name="First: is any of this true today?")).to_be_hidden()
    expect(page.get_by_role("heading", name="No exercise for now")).to_be_visible()
    expect(page.get_by_role("heading", name="Your session")).to_be_hidden()
    assert not SessionLog.objects.exists()


# What waits, spoiled: somebody forgot to say how much it hurt.
SPOIL = """stridewell.store.waiting(stridewell.state.owner).then(([entry]) =>
  stridewell.store.put({ ...entry, fields: entry.fields.filter(([name]) => name !== "pain_during") }))"""


def test_what_was_refused_is_opened_mended_and_sent_under_its_key(visit, runner):  # noqa: F811
    # Given a session of the copy that the clinic does not take
    phone = a_phone(visit, runner)
    page = phone.page
    go_offline(phone)
    a_session_waits(page, runner)
    key = page.evaluate(f"{WAITING}.then(([entry]) => entry.key)")
    page.evaluate(SPOIL)
    phone.context.set_offline(False)
    expect(page.get_by_text("Not taken by the clinic")).to_be_visible()
    phone.look()

    # When it is opened, what is wrong stands at its field, and what was told is there
    page.get_by_role("button", name="Open it and mend it").click()
    expect(page.get_by_role("heading", name="This log was not taken yet")).to_be_visible()
    wrong = page.get_by_role("group", name="The worst pain during it")
    expect(wrong.get_by_text("Choose a number from 0 to 10.")).to_be_visible()
    expect(page.get_by_role("group", name="How hard was it as a whole?").get_by_label("5", exact=True)).to_be_checked()
    phone.look()

    # Sent without an answer it opens again; what was mended meanwhile is not lost, nor without a connection
    page.get_by_label("Anything your clinician should know?").fill("It was hot.\nAnd late.")
    page.evaluate("document.body.dataset.before = 'yes'")
    page.locator("[data-opened]").get_by_role("button", name="Send it again").click()
    expect(page.locator("body[data-before]")).to_have_count(0)
    expect(page.get_by_label("Anything your clinician should know?")).to_have_value("It was hot.\nAnd late.")
    assert not SessionLog.objects.exists()
    tap(page, "The worst pain during it", "2")
    go_offline(phone)
    page.locator("[data-opened]").get_by_role("button", name="Send it again").click()
    expect(page.get_by_text("1 log waits to be sent.")).to_be_visible()

    # Then it is kept whole, under its key, with the safety answers it was begun with
    phone.context.set_offline(False)
    expect(page.get_by_text(SENT)).to_be_visible()
    session = SessionLog.objects.get()
    assert (str(session.key), session.pain_during) == (key, 2)
    assert session.note.split() == ["It", "was", "hot.", "And", "late."]
    assert session.safety.all_answered and session.exercises.count() == plan_of(runner).items.count()


@pytest.mark.parametrize("has_come_through", [False, True])
def test_a_log_under_which_the_connection_breaks_waits_and_is_kept_once(visit, runner, monkeypatch, has_come_through):  # noqa: F811
    # Given a run that is being sent
    phone = a_phone(visit, runner)
    page = phone.page
    phone.complaints = Meant()
    page.goto("/me/run/")
    write_a_run(page)
    page.get_by_label("None of these, since I last answered").check()
    page.wait_for_load_state("networkidle")

    # When the connection breaks before its answer comes, whether or not the clinic had kept it by then
    with monkeypatch.context() as broken:
        broken.setattr(logging, "after", answers(503))
        if not has_come_through:
            broken.setattr(actions, "log_run", fails)
        broken.setattr(offline, "keep_run", answers(503))
        page.get_by_role("button", name="Save the run").click()
        expect(page.get_by_text("1 log waits to be sent.")).to_be_visible()
        phone.look()
        assert RunLog.objects.count() == has_come_through

    # Then it is sent from the phone, and kept once
    page.goto("/me/")
    expect(page.get_by_text(SENT)).to_be_visible()
    assert RunLog.objects.get().run_minutes == 20


def test_todays_page_begins_no_session_while_a_yes_waits(visit, runner, monkeypatch):  # noqa: F811
    # Given today's page, with a session that is due
    phone = a_phone(visit, runner)
    page = phone.page
    start = page.locator(".my-due").get_by_role("link", name="Start")
    page.goto("/me/")
    expect(start).to_be_visible()

    # When a yes is told that the server cannot take
    go_offline(phone)
    open_the_copy(page)
    tap(page, "New breathlessness", "Yes")
    page.get_by_role("button", name="Send my answers").click()
    phone.complaints = Meant()
    with monkeypatch.context() as broken:
        broken.setattr(offline, "keep_safety", answers(500))
        phone.context.set_offline(False)
        page.goto("/me/")

        # Then today's page, which knows nothing of it, offers no session
        expect(page.get_by_text("Your safety answer waits to be sent")).to_be_visible()
        expect(page.get_by_role("heading", name="Due today")).to_be_visible()
        expect(start).to_be_hidden()
        phone.look()

    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("heading", name="No exercise for now")).to_be_visible()
    assert not loading_gate(plan_of(runner).case).open


@pytest.fixture
def other_leg(runner, clinician):  # noqa: F811
    """The older case of the runner's other leg, with a plan of its own."""
    told = {"side": "right", "opened_by": clinician, "opened_at": timezone.now() - timedelta(days=30)}
    case = CaseFactory(patient=runner.patient, clinic=runner.patient.clinic, **told)
    a_screening(case, clinician)
    a_diagnosis(case, clinician)
    in_force(a_plan(case, clinician), clinician)
    return case


def test_the_copy_leads_both_legs_through_their_sessions(visit, runner, other_leg, clinician):  # noqa: F811
    # Given a runner with a case for each leg, and no connection
    phone = a_phone(visit, runner)
    page = phone.page
    go_offline(phone)
    open_the_copy(page)
    expect(page.get_by_text("This page is about your left calf.")).to_be_visible()
    phone.look()

    # When the session of one leg is begun, the other asks the safety set for itself; nothing begun is lost
    page.get_by_role("button", name="None of these").click()
    expect(page.get_by_role("heading", name="Your session")).to_be_visible()
    page.locator(".my-step").first.locator(".my-all").click()
    page.get_by_role("button", name="Show my right calf").click()
    expect(page.get_by_text("This page is about your right calf.")).to_be_visible()
    expect(page.get_by_role("heading", name="First: is any of this true today?")).to_be_visible()
    page.get_by_role("button", name="None of these").click()
    expect(page.get_by_role("heading", name="Your session")).to_be_visible()
    do_the_session(page, page.locator("[data-step=exercise]").count())
    expect(page.get_by_role("heading", name="Kept on this phone")).to_be_visible()
    page.get_by_role("button", name="Show my left calf").click()
    expect(page.locator(".my-step").first.locator(".my-all input")).to_be_checked()
    page.locator(".my-step").first.locator(".my-all").click()  # off, and on again below
    do_the_session(page, page.locator("[data-step=exercise]").count())
    expect(page.get_by_text("2 logs wait to be sent.")).to_be_visible()
    phone.look()

    # Then each is kept for its own leg
    phone.context.set_offline(False)
    expect(page.get_by_text(SENT)).to_be_visible()
    logged = {session.case_id: session.plan.case_id for session in SessionLog.objects.select_related("plan")}
    own = Case.objects.get(patient=runner.patient, side="left")
    assert logged == {own.pk: own.pk, other_leg.pk: other_leg.pk}

    # and what the clinic stops of one leg is said beside the other
    an_item(other_leg, clinician, "D")
    page.goto("/me/")
    until(page, "stridewell.store.read('record').then(({ legs }) => legs.some(({ stop }) => stop))")
    go_offline(phone)
    page.goto("/me/")
    expect(page.get_by_text("Your right calf: no exercise for now.")).to_be_visible()
    phone.look()
    page.get_by_role("button", name="Show my right calf").click()
    expect(page.get_by_role("heading", name="No exercise for now")).to_be_visible()


def test_going_back_to_a_page_that_was_refused_and_mended_sends_nothing_again(visit, runner):  # noqa: F811
    # Given a run that was refused, as a question was left out, and then mended and kept
    phone = a_phone(visit, runner)
    page = phone.page
    phone.complaints = Meant()
    page.goto("/me/run/")
    write_a_run(page)
    page.get_by_role("button", name="Save the run").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    page.get_by_label("None of these, since I last answered").check()
    page.get_by_role("button", name="Save the run").click()
    expect(page.get_by_role("heading", name="What happens next")).to_be_visible()

    # When the runner goes back
    page.go_back()

    # Then the form stands there anew, and nothing waits to be sent
    expect(page.get_by_role("button", name="Save the run")).to_be_visible()
    assert page.evaluate(f"{WAITING}.then((left) => left.length)") == 0
    assert RunLog.objects.count() == 1
