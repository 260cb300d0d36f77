"""What a phone keeps until the clinic has it: safety answers before all else, in words that say why they wait."""

from django.http import HttpResponse
from playwright.sync_api import expect

from rehab.models import SafetyCheck, SessionLog
from rehab.views import offline
from rehab.views import runner as pages
from tests.journeys.test_a_runners_day import plan_of, runner, tap  # noqa: F401
from tests.journeys.test_without_a_connection import Quiet, a_phone, begin, do_the_session, go_offline, open_the_copy
from triage.gate import loading_gate
from triage.models import RedFlagItem

SENT = "Sent: your clinic has what you told this phone."
WAITING = "stridewell.store.waiting(stridewell.state.owner)"


def answers(status):
    """Return what a server says that has nothing to say but a status."""
    return lambda *args, **kwargs: HttpResponse(status=status)


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
    page.wait_for_function(f"{WAITING}.then((left) => !left.length)")
    expect(page.get_by_text(SENT)).to_be_hidden()  # the page has said so

    # When the connection goes before they are sent
    go_offline(phone)
    tap(page, "A cold or pale foot", "Yes")
    page.get_by_role("button", name="Send my answers").click()

    # Then the phone says what to do, and that nobody knows of it yet; and it is sent as soon as it can be
    expect(page.get_by_role("heading", name="Stop. Get help now")).to_be_visible()
    expect(page.get_by_text("Your clinic has NOT been told yet")).to_be_visible()
    phone.look()
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
    begin(page)
    do_the_session(page, plan_of(runner).items.count())
    expect(page.get_by_text("1 session waits to be sent.")).to_be_visible()
    page.evaluate("stridewell.store.drop('begun')")
    open_the_copy(page)
    tap(page, "New breathlessness", "Yes")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_text("Your clinic has NOT been told yet")).to_be_visible()

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
            expect(page.get_by_text("Sessions are sent after it.")).to_be_visible()
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

    # No connection
    go_offline(phone)
    open_the_copy(page)
    expect(page.get_by_text("No connection.")).to_be_visible()
    expect(page.get_by_text("Your clinic's server cannot answer now.")).to_be_hidden()

    # A sign-in that ended
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    expect(page.get_by_text("The connection is back.")).to_be_hidden()
    phone.look()
