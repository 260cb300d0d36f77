"""The admin reads what triage recorded, in its own clinic, and writes nothing; panels ask few questions."""

import pytest
from django.urls import reverse

from tests import factories
from triage.models import RedFlagItem, Screening

pytestmark = pytest.mark.django_db
MODELS = ["screening", "redflagitem", "examination", "decision", "diagnosis"]


@pytest.fixture
def staff(clinic):
    """A clinician who may open the admin."""
    return factories.member(clinic, "clinician", is_staff=True)


@pytest.mark.parametrize("model", MODELS)
def test_every_window_opens_and_nothing_is_added(at_work, staff, screen, model):
    screen(squeeze_positive="present")
    browser = at_work(staff)
    assert browser.post(reverse(f"admin:triage_{model}_changelist"), {"q": "Run"}, follow=True).status_code == 200
    assert browser.get(reverse(f"admin:triage_{model}_add")).status_code == 403


def test_a_window_writes_nothing(at_work, staff, screen):
    screen(squeeze_positive="present")
    for row in (Screening.objects.get(), RedFlagItem.objects.get()):
        address = reverse(f"admin:triage_{row._meta.model_name}_change", args=[row.pk])
        assert at_work(staff).get(address).status_code == 200
        assert at_work(staff).post(address, {"level": "R"}).status_code == 403


def test_another_clinic_is_not_in_the_window(at_work, screen):
    screen(squeeze_positive="present")
    other = factories.member(factories.ClinicFactory(), "lead", is_staff=True)
    page = at_work(other).get(reverse("admin:triage_redflagitem_changelist")).content.decode()
    assert "RF-ACH" not in page


def test_the_administrator_sees_nothing_clinical(at_work, administrator, screen):
    screen(squeeze_positive="present")
    assert at_work(administrator).get(reverse("admin:triage_screening_changelist")).status_code == 403


def test_the_case_page_asks_at_most_15_questions(at_work, clinician, case, screen, django_assert_max_num_queries):
    screen(squeeze_positive="present", noimp_14_days="present", pe_breathless="present")
    browser = at_work(clinician)
    with django_assert_max_num_queries(15 + 3):  # the session, the person, their roles
        page = browser.get(reverse("clinic:case", args=[case.pk])).content.decode()
    assert "Emergency: call" in page and "tel:112" in page
    assert page.index("Achilles") < page.index("Timeline")
