"""A real browser for whole stories.  Nothing is replaced: pages, server and database are the product's own."""

import os
import shutil
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from axe_playwright_python.sync_playwright import Axe
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Error, expect, sync_playwright

from rehab import actions as rehab_actions
from rehab.views import installed
from tests import factories

# The browser's library runs an event loop in this thread; Django would refuse its ORM here.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 640}
WIDTHS = (PHONE, DESK)
PATIENCE = 60_000  # milliseconds: a busy machine draws late, and that is no fault of a page
FIRST_DAY = datetime(2027, 3, 1, tzinfo=UTC)  # a Monday: working days fall the same way in every run
# WCAG 2.2 AA with the size of targets, which axe leaves out unless told, and axe's own good practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = {"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}

# A page that refuses a form is an answer; htmx reports a request that the next tap replaced.
NO_FAULT = ("status of 422", "htmx:sendAbort", "htmx:afterRequest")
SEEN = set()
# What a page consists of: each kind of element once, with all that decides how it looks and what it is called.
SIGHT = """() => [...new Set([...document.querySelectorAll("body, body *")].map((node) => [
  node.parentElement.localName, node.parentElement.getAttribute("class"), node.localName, node.getAttribute("class"),
  node.getAttribute("role"), node.type, node.checked, node.disabled, node.hidden, node.hasAttribute("aria-label"),
].join(" ")))].sort().join("\\n")"""

# What is smaller than a thumb: every control but links in a sentence, and boxes whose label is the target.
SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, summary, input, select, textarea, label:has(input)")]
  .filter((node) => node.checkVisibility({ visibilityProperty: true }))
  .filter((node) => !node.matches(".skip-link, input[type=hidden], input[type=radio], input[type=checkbox]"))
  .filter((node) => getComputedStyle(node).display !== "inline")
  .map((node) => [node, node.getBoundingClientRect()])
  .filter(([, box]) => box.width && box.height && (box.width < 43.5 || box.height < 43.5))
  .map(([node, box]) => `${node.outerHTML.slice(0, 100)}: ${Math.round(box.width)} x ${Math.round(box.height)}`)"""


def pytest_collection_modifyitems(items):
    """Everything in this folder needs a browser."""
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)


def chromium():
    """Return where Chromium is, or fail with the sentence that helps."""
    path = os.environ.get("CHROME_PATH") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.fail("The journeys need Chromium: apt-get install chromium (or set CHROME_PATH)", pytrace=False)
    return path


@pytest.fixture(scope="session")
def browser():
    """One headless Chromium for all journeys."""
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


expect.set_options(timeout=PATIENCE)


class Visitor:
    """One person at one screen, who says what is wrong with every page they see."""

    def __init__(self, browser, base_url, viewport, **settings):
        self.browser, self.base_url, self.viewport = browser, base_url, viewport
        self.context = browser.new_context(viewport=viewport, base_url=base_url, reduced_motion="reduce", **settings)
        self.page = self.context.new_page()
        self.complaints, self.is_hurried, self.no_fault = [], False, NO_FAULT
        self.page.on("console", self._note_error)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note_strangers)
        self.page.set_default_timeout(PATIENCE)

    def _note_error(self, message):
        """Keep what the console reports as wrong."""
        if message.type == "error" and not any(words in message.text for words in self.no_fault):
            self.complaints.append(message.text)

    def _note_strangers(self, request):
        if not request.url.startswith((self.base_url, "data:", "blob:")):
            self.complaints.append(f"asked another host: {request.url}")

    def sign_in(self, email, password=factories.PASSWORD):
        """Sign in through the page."""
        self.page.goto("/accounts/login/")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)

    def open(self, address):
        """Go to an address and return what it answered."""
        return self.page.goto(address)

    def look(self, *, closely=False):
        """Check the page as it stands on a phone and at a desk: accessible, quiet, no wider than the screen.

        Who is hurried, as in a story of many weeks over pages that others look at, only hears complaints, unless
        asked to look closely.
        """
        if self.is_hurried and not closely:
            assert not self.complaints, f"{self.page.url}: {self.complaints}"
            return
        for size in WIDTHS:
            self.page.set_viewport_size(size)
            self._look_at_this_width(size["width"])
        self.page.set_viewport_size(self.viewport)

    def _look_at_this_width(self, width):
        self.fits(width)
        where = f"{self.page.url} at {width} px"
        assert not self.complaints, f"{where}: {self.complaints}"
        sight = (width, self.page.evaluate(SIGHT))
        if sight in SEEN:
            return  # the same kinds of things were looked at before, and axe is slow
        self.passes_axe(width)
        SEEN.add(sight)

    def fits(self, width):
        """Check that the page as it stands is no wider than the screen."""
        try:
            wide = self._too_wide()
        except Error:  # a page loads itself again once what waited on the phone was sent
            wide = self._too_wide()
        assert wide <= 0, f"{self.page.url} at {width} px is {wide} px wider than the screen"

    def suits_thumbs(self):
        """Check that everything to tap on the page as it stands is at least 44 px high and wide."""
        small = self.page.evaluate(SMALL_TARGETS)
        assert not small, f"{self.page.url}: {small}"

    def passes_axe(self, width):
        """Check the page as it stands with axe, whatever was seen before."""
        answer = Axe().run(self.page, options=AXE).response
        faults = [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in answer["violations"]]
        assert not faults, f"{self.page.url} at {width} px: {faults}"

    def _too_wide(self):
        """Return by how many pixels the page, once it is there, is wider than the screen."""
        self.page.wait_for_load_state()
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def text(self):
        """Return every word on the page."""
        return self.page.locator("body").inner_text()


class Clock:
    """The time of a whole story, for the server and for every browser: it ticks, and the test moves it forward.

    ``day`` is the day of the story, from 0.  No trigger asks the database what time it is, so its clock may differ.
    """

    def __init__(self, machine):
        self.machine, self.visitors, self.day = machine, [], 0

    def at(self, day, hour, minute=0):
        """Go on to an hour of a day of the story; never back."""
        moment = FIRST_DAY + timedelta(days=day, hours=hour, minutes=minute)
        assert moment >= timezone.now(), f"{moment} is over already"
        self.machine.move_to(moment)
        UserSession.objects.update(last_seen_at=moment)  # between two pages of a story people go on using theirs
        self.day = day
        for visitor in self.visitors:
            self.show(visitor)

    def show(self, visitor):
        """Let a browser know what time it is; its timers run on."""
        visitor.context.clock.set_system_time(timezone.now())


@pytest.fixture(autouse=True)
def patient_worker(monkeypatch):
    """Let the worker of a phone wait for a page as long as a journey does."""
    monkeypatch.setattr(installed, "SLOW_MS", PATIENCE)


@pytest.fixture
def clock():
    """The clock of a story, at nine on its first day.  Ask for it before anybody else."""
    with time_machine.travel(FIRST_DAY + timedelta(hours=9), tick=True) as machine:
        yield Clock(machine)


@pytest.fixture
def visit(request, browser, live_server):
    """A function that opens a browser of its own for one person: ``visit(DESK)``.  Mails lead to the same server."""
    visitors = []
    if "clock" in request.fixturenames:
        request.getfixturevalue("clock").visitors = visitors

    def opened(viewport=DESK, **settings):
        visitors.append(Visitor(browser, live_server.url, viewport, **settings))
        if "clock" in request.fixturenames:
            request.getfixturevalue("clock").show(visitors[-1])
        return visitors[-1]

    with override_settings(SITE_URL=live_server.url):
        yield opened
    for visitor in visitors:
        visitor.context.close()


@pytest.fixture
def clinic(transactional_db):
    """A clinic with its catalogue, as it stands after the first start."""
    rehab_actions.sync_catalogue()
    return factories.ClinicFactory(name="Riverside Running Clinic")


@pytest.fixture
def desk(visit, clinician):
    """A clinician at a desk, signed in."""
    visitor = visit(DESK)
    visitor.sign_in(clinician.email)
    return visitor


@pytest.fixture
def phone(visit):
    """A phone in a runner's hand; nobody is signed in."""
    return visit(PHONE)
