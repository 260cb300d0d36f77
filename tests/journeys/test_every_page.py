"""Every page of the product, opened by the person who may, on a phone and at a desk, and looked at."""

import pytest

from clinic.models import Person
from tests.journeys.conftest import PHONE, SMALL, WIDTHS
from tests.test_doors import POLICY, product_doors, where
from tests.world import PEOPLE, a_world, an_unfinished_screening

NOT_A_PAGE = {"clinic:draft", "rehab:media", "rehab:figure", "rehab:icon"}  # JSON and pictures
NOT_A_PAGE |= {"alive", "ready", "clinic:audit_csv"}  # for machines
NOT_A_PAGE |= {"rehab:plan_handout", "rehab:report", "triage:letter_pdf"}  # papers
NOT_A_PAGE |= {"rehab:patient_data_json", "rehab:patient_data_pdf"}
NOT_A_PAGE |= {"rehab:worker", "rehab:manifest", "rehab:my_offline"}  # for the browser; of a runner alone
HEAVY = {"triage:screening", "triage:examination"}  # axe takes its time over hundreds of answers


def pages(*names):
    """Return the named pages, or all light ones that open for the lead."""
    lead = PEOPLE.index("lead")
    light = [n for n in product_doors() if POLICY[n][0].split()[lead] == "200" and n not in NOT_A_PAGE | HEAVY]
    return names or light


@pytest.fixture
def a_clinic_at_work(transactional_db, settings, tmp_path):
    """A clinic with a runner on every step."""
    settings.MEDIA_ROOT = tmp_path
    return a_world()


@pytest.mark.parametrize("names", [(), *([name] for name in sorted(HEAVY))], ids=["all", *sorted(HEAVY)])
def test_every_page_is_accessible_quiet_and_fits(visit, a_clinic_at_work, names):
    world, visitor = a_clinic_at_work, visit()
    if not names:
        for address in ("/accounts/login/", "/welcome/never-sent/"):
            visitor.open(address)
            visitor.complaints.clear()  # the browser reports a 404 itself
            visitor.look()
    visitor.sign_in(world.people["lead"].email)
    for name in pages(*names):
        answer = visitor.open(where(world, name, product_doors()[name]))
        if answer.status == 405:  # right after a sign-in it takes a form alone; later it first asks to sign in again
            visitor.complaints.clear()
            continue
        assert answer.status == 200, name
        visitor.look()


def test_the_runners_page_and_the_pages_of_what_went_wrong_fit_too(visit, a_clinic_at_work):
    world = a_clinic_at_work
    for who, address, status in (
        *(
            ("runner", f"/me/{page}", 200)
            for page in ("", "plan/", "safety/", "run/", "runs/upload/", "morning/", "measures/", "log/")
        ),
        ("runner", "/me/data/", 200),
        ("runner", "/preferences/calendar/", 200),
        ("runner", f"/me/log/{world.session.pk}/", 200),
        ("runner", f"/me/log/{world.session.pk}/correct/", 200),
        ("fellow", "/me/", 200),
        ("fellow", f"/cases/{world.case.pk}/", 404),
        ("assistant", f"/cases/{world.case.pk}/close/", 403),
    ):
        visitor = visit()
        visitor.sign_in(world.people[who].email)
        assert visitor.open(address).status == status
        visitor.complaints.clear()  # the browser reports the status itself
        visitor.look()


LARGE_TEXT = "document.documentElement.style.fontSize = '200%'"
MINE = (
    "",
    "plan/",
    "safety/",
    "session/?anyway=yes",
    "run/",
    "runs/upload/",
    "morning/",
    "measures/",
    "progress/",
    "log/",
)
MINE = tuple(f"/me/{page}" for page in (*MINE, "reminders/", "data/", "intake/")) + ("/preferences/",)
OF_NOBODY = ("/accounts/login/", "/accounts/code/", "/emergency/")


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_runners_pages_fit_a_small_screen_and_large_text_in_both_languages(visit, a_clinic_at_work, language):
    world, stranger, visitor = a_clinic_at_work, visit(PHONE, locale=language), visit(PHONE)
    for address in OF_NOBODY:
        fits_small_and_large(stranger, address, language)
    Person.objects.filter(pk=world.people["runner"].pk).update(language=language)
    visitor.sign_in(world.people["runner"].email)
    for address in (*MINE, f"/me/log/{world.session.pk}/"):
        fits_small_and_large(visitor, address, language)
    assert stranger.complaints == visitor.complaints == []


def fits_small_and_large(visitor, address, language):
    """Open a page and check that nothing asks to scroll sideways; what is not English also goes through axe."""
    assert visitor.open(address).status == 200, address
    assert visitor.page.locator("html").get_attribute("lang") == language, address
    visitor.page.set_viewport_size(SMALL)
    visitor.fits(SMALL["width"])
    visitor.suits_thumbs()
    visitor.page.evaluate(LARGE_TEXT)
    for size in WIDTHS:
        visitor.page.set_viewport_size(size)
        visitor.fits(f"{size['width']} with text at 200 %")
    visitor.page.evaluate("document.documentElement.style.fontSize = ''")
    visitor.page.set_viewport_size(PHONE)
    if language != "en":
        visitor.passes_axe(PHONE["width"])


def test_a_shut_gate_fits_too(visit, a_clinic_at_work):
    world, visitor = a_clinic_at_work, visit()
    an_unfinished_screening(world)
    visitor.sign_in(world.people["lead"].email)
    for page in ("plan/", "", "triage/decision/", "treatments/"):
        assert visitor.open(f"/cases/{world.case.pk}/{page}").status == 200
        visitor.look()
