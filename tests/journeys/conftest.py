"""A real browser for whole stories.  Nothing is replaced: pages, server and database are the product's own."""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

# The browser's library runs an event loop in this thread; Django would refuse its ORM here.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


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


class Visitor:
    """One person at one screen, who says what is wrong with every page they see."""

    def __init__(self, browser, base_url, viewport):
        self.base_url = base_url
        self.context = browser.new_context(viewport=viewport, base_url=base_url, reduced_motion="reduce")
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note_strangers)
        self.page.set_default_timeout(10_000)

    def _note_strangers(self, request):
        if not request.url.startswith((self.base_url, "data:", "blob:")):
            self.complaints.append(f"asked another host: {request.url}")

    def sign_in(self, email, password):
        """Sign in through the page."""
        self.page.goto("/accounts/login/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_load_state()

    def look(self):
        """Check the page as it stands: accessible, quiet, and no wider than the screen."""
        found = Axe().run(self.page).response["violations"]
        faults = [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found]
        assert not faults, f"{self.page.url}: {faults}"
        assert not self.complaints, f"{self.page.url}: {self.complaints}"
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px wider than the screen"

    def text(self):
        """Return every word on the page."""
        return self.page.locator("body").inner_text()


@pytest.fixture
def desk(browser, live_server):
    """A clinician's desk: 1280 px."""
    visitor = Visitor(browser, live_server.url, DESK)
    yield visitor
    visitor.context.close()


@pytest.fixture
def phone(browser, live_server):
    """A runner's phone: 390 px."""
    visitor = Visitor(browser, live_server.url, PHONE)
    yield visitor
    visitor.context.close()
