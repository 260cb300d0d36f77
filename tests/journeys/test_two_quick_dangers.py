"""Two danger answers in quick succession: both are stored, both are said, and nobody has a conflict with themselves."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from clinic.actions import note
from clinic.models import Draft
from triage.models import RedFlagItem, ScreeningAnswer

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = "Recorded: this alarm stays open"
LUNG, ALSO_LUNG, MUSCLE = "pe_breathless", "pe_chest_pain", "dark_urine"


@pytest.fixture
def page(desk, case):
    """The screening of a case, at a desk."""
    desk.open(reverse("triage:screening", args=[case.pk]))
    desk.page.answers = []
    desk.page.on("response", lambda answer: desk.page.answers.append((answer.status, answer.url)))
    return desk.page


def slow(page, *waits, lost=(), hanging=()):
    """Let the answers about the level wait so long on their way, in turn.

    The ``lost`` ones fail on their way back; the ``hanging`` ones neither arrive, nor end, nor fail.
    """
    asked = []

    def held_up(route):
        number = len(asked)
        asked.append(route.request)
        if number in hanging:
            return
        answer = route.fetch()
        if number in lost:
            route.abort()
            return
        page.wait_for_timeout(waits[number] if number < len(waits) else 0)
        route.fulfill(response=answer)

    page.route("**/screening/level/", held_up)


def waits_no_longer_than(page, milliseconds):
    """Shorten how long the page waits for an answer: it is bounded, and nobody wants to sit through it here."""
    shortened = """(form, most) => {
      const asked = JSON.parse(form.getAttribute("hx-request"));
      form.setAttribute("hx-request", JSON.stringify({ ...asked, timeout: most }));
      return asked?.timeout ?? 0;
    }"""
    assert 0 < page.locator(".screening-form").evaluate(shortened, milliseconds) <= 10_000


def yes(page, code):
    """Tap yes."""
    page.locator(f"label[for={code}-y]").click()


def says_the_alarm(page, *titles):
    """Wait until the page says everywhere that the alarm is stored, and that what was tapped is kept."""
    expect(page.locator("#level-panel")).to_contain_text("Emergency now")
    expect(page.locator("#level-panel")).to_contain_text(KEPT)
    for title in titles:
        expect(page.locator("#open-alarms")).to_contain_text(title)
    expect(page.locator(".draft-state").last).to_have_text("Draft kept")
    assert not [answer for answer in page.answers if answer[0] == 409]


def records(page):
    """Send the screening and reach its decision."""
    page.get_by_role("button", name="Record the screening").click()
    page.wait_for_url("**/decision/")
    assert "Emergency now" in page.locator("main").inner_text()


@pytest.mark.parametrize(
    ("taps", "between"),
    [((LUNG, ALSO_LUNG), 300), ((ALSO_LUNG, LUNG), 450), ((LUNG, MUSCLE), 300), ((MUSCLE, LUNG), 450)],
)
def test_two_quick_dangers_are_both_stored_and_said(page, desk, case, taps, between):
    slow(page, 700, 100)

    yes(page, taps[0])
    page.wait_for_timeout(between)
    yes(page, taps[1])

    titles = {LUNG: "Pulmonary embolism", ALSO_LUNG: "Pulmonary embolism", MUSCLE: "Rhabdomyolysis"}
    says_the_alarm(page, *(titles[tap] for tap in taps))
    rows = set(RedFlagItem.objects.filter(case=case).values_list("row", flat=True))
    assert len(rows) == len({titles[tap] for tap in taps})
    records(page)
    assert ScreeningAnswer.objects.filter(code__in=taps, value="present").count() == 2
    assert not Draft.objects.filter(case=case).exists()
    desk.look()


def test_two_quick_dangers_and_a_quick_send_lose_nothing(page, case):
    slow(page, 700, 700)

    yes(page, LUNG)
    page.wait_for_timeout(300)
    yes(page, MUSCLE)
    page.wait_for_timeout(300)

    records(page)
    assert RedFlagItem.objects.filter(case=case).count() == 2


def test_one_slow_yes_keeps_its_draft(page, case):
    slow(page, 1500)

    yes(page, LUNG)

    says_the_alarm(page, "Pulmonary embolism")
    assert Draft.objects.get(case=case).fields == {LUNG: ["present"]}
    records(page)


def test_an_alarm_whose_answer_was_lost_is_said_by_itself(page, case):
    slow(page, 0, lost=[0])

    yes(page, LUNG)

    expect(page.locator("#level-panel")).to_contain_text("No connection.")
    assert RedFlagItem.objects.filter(case=case).exists()
    says_the_alarm(page, "Pulmonary embolism")
    records(page)


def test_an_alarm_whose_answer_was_lost_is_no_conflict_with_the_next_tap(page, case):
    slow(page, 0, lost=[0])

    yes(page, LUNG)
    expect(page.locator("#level-panel")).to_contain_text("No connection.")
    yes(page, MUSCLE)

    says_the_alarm(page, "Pulmonary embolism", "Rhabdomyolysis")
    assert RedFlagItem.objects.filter(case=case).count() == 2
    records(page)


def test_an_answer_that_never_comes_is_said_and_asked_for_again(page, case):
    slow(page, hanging=[0, 1])
    waits_no_longer_than(page, 1000)

    yes(page, LUNG)
    page.wait_for_timeout(300)
    yes(page, MUSCLE)

    expect(page.locator("#level-panel")).to_contain_text("No connection.")
    says_the_alarm(page, "Pulmonary embolism", "Rhabdomyolysis")
    assert RedFlagItem.objects.filter(case=case).count() == 2
    records(page)


def test_a_send_on_a_dead_link_goes_after_what_is_under_way(page, case):
    """What is asked for again must not stand before it each time: it is longer on its way than the page waits."""
    slow(page, hanging=range(100))
    waits_no_longer_than(page, 4000)

    yes(page, LUNG)
    page.wait_for_timeout(300)
    yes(page, MUSCLE)
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Record the screening").click()

    page.wait_for_url("**/decision/", timeout=20_000)
    assert RedFlagItem.objects.filter(case=case).count() == 2


def test_who_comes_too_late_sees_the_level_all_the_same(page, case, lead):
    case.refresh_from_db()
    note(case=case, version=case.version, text="Telephoned", by=lead, at=timezone.now())

    yes(page, LUNG)

    panel = page.locator("#level-panel")
    expect(panel).to_contain_text("Emergency now")
    expect(panel).to_contain_text("Not recorded: the record changed while this page was open.")
    assert KEPT not in panel.inner_text() and not RedFlagItem.objects.exists()
