"""The admin: people and roles for administrators, sealed clinical windows, and a search that never counts a table."""

import pytest
from django.contrib import admin
from django.urls import reverse

from clinic.models import Case, Membership, Person
from clinic.windows import MOST_ROWS, BoundedPaginator
from tests import factories

CLINICAL = ("patient", "case")
KEPT = ("person", "clinic")


def may_enter(person):
    """Let a person open the admin site."""
    person.is_staff = True
    person.save()
    return person


def listed(browser, model):
    """The status of a list page."""
    return browser.get(reverse(f"admin:clinic_{model}_changelist")).status_code


@pytest.mark.parametrize(
    ("who",           "clinical", "people"),
    [
        ("clinician",        200,      403),
        ("assistant",        403,      403),
        ("lead",             200,      200),
        ("administrator",    403,      200),
    ],
)  # fmt: skip
def test_each_role_has_its_windows(who, clinical, people, case, at_work, request):
    browser = at_work(may_enter(request.getfixturevalue(who)))

    assert {listed(browser, model) for model in CLINICAL} == {clinical}
    assert {listed(browser, model) for model in KEPT} == {people}


def test_a_window_shows_only_ones_own_clinic(case, stranger, at_work):
    page = at_work(may_enter(stranger)).get(reverse("admin:clinic_case_changelist")).content.decode()
    direct = at_work(stranger).get(reverse("admin:clinic_case_change", args=[case.pk]))

    assert case.patient.surname not in page
    assert direct.status_code == 302  # the admin says that there is no such row


def test_a_window_is_read_and_not_written(case, lead, at_work):
    browser = at_work(may_enter(lead))
    address = reverse("admin:clinic_case_change", args=[case.pk])

    assert browser.get(address).status_code == 200
    assert browser.post(address, {"side": "right"}).status_code == 403
    assert browser.post(reverse("admin:clinic_case_delete", args=[case.pk])).status_code == 403
    assert browser.get(reverse("admin:clinic_case_add")).status_code == 403


@pytest.mark.parametrize(("typed", "found"), [("sor", True), ("SÓR", True), ("oria", False)])
def test_search_finds_by_the_beginning_of_the_name(typed, found, clinic, lead, at_work):
    factories.PatientFactory(clinic=clinic, surname="Soria")

    page = at_work(may_enter(lead)).get(reverse("admin:clinic_patient_changelist"), {"q": typed}).content.decode()

    assert ("Soria" in page) is found


def test_no_list_counts_the_whole_table(clinic, lead, at_work, django_assert_max_num_queries):
    for _ in range(5):
        factories.CaseFactory(patient__clinic=clinic)
    browser = at_work(may_enter(lead))

    for model in CLINICAL:
        with django_assert_max_num_queries(8) as asked:
            browser.get(reverse(f"admin:clinic_{model}_changelist"), {"q": "run"})
        counts = [query["sql"] for query in asked if "COUNT(" in query["sql"].upper()]
        assert all(f"LIMIT {MOST_ROWS}" in sql for sql in counts)


def test_every_big_list_is_bounded():
    big = (Person, *(model for model in admin.site._registry if model._meta.label in ("clinic.Patient", "clinic.Case")))
    for model in big:
        window = admin.site._registry[model]
        assert window.paginator is BoundedPaginator and window.show_full_result_count is False


def test_an_administrator_gives_roles_in_their_own_clinic_alone(administrator, clinic, at_work):
    elsewhere = factories.ClinicFactory()
    person = factories.PersonFactory()
    browser = at_work(administrator)
    address = reverse("admin:clinic_person_change", args=[person.pk])

    for place, expected in ((elsewhere, 0), (clinic, 1)):
        browser.post(address, {
            "name": person.name, "email": person.email, "is_active": "on",
            "memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0,
            "memberships-0-clinic": place.pk, "memberships-0-role": "assistant", "memberships-0-person": person.pk,
        })  # fmt: skip
        assert Membership.objects.filter(person=person, clinic=place).count() == expected


def test_an_administrator_cannot_touch_a_superuser_or_become_one(administrator, at_work):
    root = Person.objects.create_superuser("root@example.org", factories.PASSWORD, name="Root")
    browser = at_work(administrator)

    assert browser.get(reverse("admin:clinic_person_change", args=[root.pk])).status_code == 302
    browser.post(reverse("admin:clinic_person_change", args=[administrator.pk]), {
        "name": "A", "email": administrator.email, "is_active": "on", "is_staff": "on", "is_superuser": "on",
        "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0,
    })  # fmt: skip
    administrator.refresh_from_db()
    assert (administrator.name, administrator.is_superuser) == ("A", False)


def test_nothing_a_record_names_is_deleted(administrator, clinician, at_work):
    assert at_work(administrator).post(reverse("admin:clinic_person_delete", args=[clinician.pk])).status_code == 403
    assert Case.objects.count() == 0
