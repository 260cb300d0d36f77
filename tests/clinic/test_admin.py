"""The admin: people and roles for administrators, sealed clinical windows, and a search that never counts a table."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib import admin
from django.urls import reverse

from clinic.models import AuditEvent, Case, Membership, Person
from clinic.windows import BoundedPaginator, Sealed
from tests import factories
from tests.world import as_read

CLINICAL = ("patient", "case")
KEPT = ("person", "clinic")


def may_enter(person):
    """Let a person open the admin site."""
    person.is_staff = True
    person.save()
    return person


def searched(browser, model, typed):
    """Return the page of a list after its search box was filled in, whose address holds a key alone."""
    answer = browser.post(reverse(f"admin:clinic_{model}_changelist"), {"q": typed}, follow=True)
    assert not typed.strip() or typed not in answer.redirect_chain[-1][0]
    return answer.content.decode()


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
    assert direct.status_code == 404
    refused = AuditEvent.objects.get(kind="refused", person=stranger.pk)
    assert (refused.act, refused.about["asked_for"]) == ("admin:clinic_case_change", {"object_id": str(case.pk)})


def test_staff_without_a_role_are_refused_and_not_led_in_a_circle(db, at_work):
    browser = at_work(factories.PersonFactory(is_staff=True))
    assert browser.get(reverse("admin:index"), follow=True).status_code == 403
    assert AuditEvent.objects.get(kind="refused").act == "admin:index"


def test_who_looks_after_another_clinic_sees_nothing_of_ours(clinic, at_work):
    clinic.name = "Qzx"
    clinic.save()
    browser = at_work(factories.member(factories.ClinicFactory(), "administrator", is_staff=True))
    assert "Qzx" not in browser.get(reverse("admin:clinic_clinic_changelist")).content.decode()
    for page in ("change", "history"):
        assert browser.get(reverse(f"admin:clinic_clinic_{page}", args=[clinic.pk])).status_code == 404


def test_roles_in_a_clinic_that_others_look_after_are_neither_shown_nor_ended(administrator, clinic, at_work):
    person, elsewhere = factories.member(clinic, "assistant"), factories.ClinicFactory(name="Qzx")
    other = Membership.objects.create(person=person, clinic=elsewhere, role="assistant")
    browser, address = at_work(administrator), reverse("admin:clinic_person_change", args=[person.pk])

    page = browser.get(address).content.decode()
    assert str(person.memberships.get(clinic=clinic).pk) in page and str(other.pk) not in page and "Qzx" not in page
    browser.post(address, as_read(browser, address) | {
        "name": person.name, "email": person.email, "is_active": "on",
        "memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 1, "memberships-0-id": other.pk,
        "memberships-0-person": person.pk, "memberships-0-clinic": elsewhere.pk, "memberships-0-role": "assistant",
        "memberships-0-ended_on": "2026-01-01",
    })  # fmt: skip
    other.refresh_from_db()
    assert other.ended_on is None


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

    page = searched(at_work(may_enter(lead)), "patient", typed)

    assert ("Soria" in page) is found


@pytest.mark.parametrize("typed", ["ena hill", "hill", "clinic.example"])
def test_nobody_is_found_by_the_middle_of_a_name_or_an_address(typed, administrator, at_work):
    factories.PersonFactory(name="Lena Hill", email="lena@clinic.example")
    assert "Lena Hill" not in searched(at_work(administrator), "person", typed)


def every_list():
    """Every model that the admin lists."""
    return list(admin.site._registry)


@pytest.fixture
def everything(clinic):
    """Someone who sees all of the admin: the lead who also looks after the servers."""
    return factories.member(clinic, "lead", is_staff=True, is_superuser=True)


@pytest.mark.parametrize("model", every_list(), ids=lambda model: model._meta.label)
def test_no_list_asks_for_a_count(model, clinic, everything, at_work, django_assert_max_num_queries):
    factories.CaseFactory.create_batch(3, patient__clinic=clinic)
    browser = at_work(everything)

    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    key = parse_qs(urlsplit(browser.post(address, {"q": "run"}).url).query)["q"]
    for query in ({}, {"q": key}, {"_facets": "True"}):
        with django_assert_max_num_queries(8) as asked:
            page = browser.get(address, query)
        assert page.status_code == 200
        assert [q["sql"] for q in asked if "COUNT(" in q["sql"].upper()] == []


@pytest.mark.parametrize("model", every_list(), ids=lambda model: model._meta.label)
def test_every_list_ends_at_the_last_page_anybody_turns_to(model):
    shown = admin.site._registry[model]

    assert shown.paginator is BoundedPaginator and shown.show_full_result_count is False


def test_the_paginator_reads_no_further_than_its_last_page(monkeypatch, clinic):
    monkeypatch.setattr("clinic.windows.MOST_ROWS", 2)
    factories.CaseFactory.create_batch(3, patient__clinic=clinic)

    assert BoundedPaginator(Case.objects.order_by("-pk"), 50).count == 2


@pytest.mark.parametrize(
    "model", [m for m in every_list() if isinstance(admin.site._registry[m], Sealed)], ids=lambda m: m._meta.label
)
def test_a_clinical_list_cannot_be_sorted_by_a_column_without_an_index(model, rf):
    assert admin.site._registry[model].get_sortable_by(rf.get("/")) == ()


def test_an_assistant_elsewhere_reads_that_clinic_in_no_window(clinician, case, at_work):
    elsewhere = factories.CaseFactory(patient__surname="Elsewhere")
    Membership.objects.create(person=clinician, clinic=elsewhere.clinic, role="assistant")
    page = at_work(may_enter(clinician)).get(reverse("admin:clinic_case_changelist")).content.decode()

    assert case.patient.surname in page
    assert "Elsewhere" not in page


def of_whom(what, clinic, elsewhere):
    """Make somebody named Lena who stands so to the clinic and to another one."""
    told = {"name": "Lena Hill", "email": "lena@clinic.example"}
    if "treated" in what:
        return factories.PatientFactory(
            clinic=elsewhere if "elsewhere" in what else clinic, person=factories.PersonFactory(**told)
        ).person
    person = factories.PersonFactory(**told)
    for place, is_there in ((clinic, "here" in what.split()), (elsewhere, "elsewhere" in what.split())):
        if is_there:
            has_left = f"left {'here' if place == clinic else 'elsewhere'}" in what
            Membership.objects.create(
                person=person, clinic=place, role="assistant", ended_on="2026-01-01" if has_left else None
            )
    return person


@pytest.mark.parametrize(
    ("what",                        "is_shown"),
    [
        ("works elsewhere",             False),
        ("is treated elsewhere",        False),
        ("left elsewhere",              False),
        ("left here works elsewhere",   False),
        ("works here",                  True),
        ("works here and elsewhere",    True),
        ("is treated here",             True),
        ("left here",                   True),
        ("is in no clinic yet",         True),
    ],
)  # fmt: skip
def test_an_administrator_sees_nobody_who_is_of_another_clinic_alone(what, is_shown, clinic, administrator, at_work):
    person = of_whom(what, clinic, factories.ClinicFactory())
    browser, lists = at_work(administrator), reverse("admin:clinic_person_changelist")

    pages = [browser.get(lists, query).content.decode() for query in ({}, {"is_active__exact": "1"})]
    for page in (*pages, searched(browser, "person", "lena"), searched(browser, "person", person.email)):
        assert ("Lena Hill" in page) is is_shown
    for page in ("clinic_person_change", "clinic_person_history"):
        opened = browser.get(reverse(f"admin:{page}", args=[person.pk]))
        assert ("Lena" in opened.content.decode()) is (is_shown and opened.status_code == 200), page
        assert is_shown or opened.status_code in (403, 404), page
    chosen = {"action": "mail_a_link", "_selected_action": [str(person.pk)]}
    assert ("0." in browser.post(lists, chosen, follow=True).content.decode()) or is_shown


def test_who_looks_after_the_servers_sees_everybody(stranger, everything, at_work):
    page = at_work(everything).get(reverse("admin:clinic_person_changelist")).content.decode()

    assert stranger.name in page


@pytest.mark.parametrize("typed", ["lena", "Lena", "lena hil", "LENA@CLINIC.EXAMPLE"])
def test_people_are_found_however_their_name_is_typed(typed, administrator, at_work):
    factories.PersonFactory(name="Lena Hill", email="lena@clinic.example")
    page = searched(at_work(administrator), "person", typed)

    assert "Lena Hill" in page


def test_the_admin_bears_the_name_of_the_product(administrator, at_work):
    page = at_work(administrator).get(reverse("admin:index")).content.decode()

    assert "Stridewell" in page and "Django" not in page
    assert "clinic/admin.css" in page


@pytest.mark.parametrize(
    ("role", "told", "untold"),
    [
        ("administrator", ("are changed here", "are not shown to you here"), "only read here"),
        ("lead",          ("are changed here", "are only read here"),        "not shown to you"),
        ("clinician",     ("are only read here",),                           "changed here"),
    ],
)  # fmt: skip
def test_its_front_page_says_what_is_true_of_who_reads_it(role, told, untold, clinic, at_work):
    page = at_work(factories.member(clinic, role, is_staff=True)).get(reverse("admin:index")).content.decode()

    assert all(words in page for words in told) and untold not in page


def test_who_looks_after_a_clinic_founds_no_other(administrator, everything, at_work):
    assert at_work(administrator).get(reverse("admin:clinic_clinic_add")).status_code == 403
    assert at_work(everything).get(reverse("admin:clinic_clinic_add")).status_code == 200


def test_an_administrator_gives_roles_in_their_own_clinic_alone(administrator, clinic, at_work):
    elsewhere = factories.ClinicFactory()
    person = factories.PersonFactory()
    browser = at_work(administrator)
    address = reverse("admin:clinic_person_change", args=[person.pk])

    for place, expected in ((elsewhere, 0), (clinic, 1)):
        browser.post(address, as_read(browser, address) | {
            "name": person.name, "email": person.email, "is_active": "on",
            "memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0,
            "memberships-0-clinic": place.pk, "memberships-0-role": "assistant", "memberships-0-person": person.pk,
        })  # fmt: skip
        assert Membership.objects.filter(person=person, clinic=place).count() == expected


def test_an_administrator_cannot_touch_a_superuser_or_become_one(administrator, at_work):
    root = Person.objects.create_superuser("root@example.org", factories.PASSWORD, name="Root")
    browser = at_work(administrator)

    assert browser.get(reverse("admin:clinic_person_change", args=[root.pk])).status_code == 404
    own = reverse("admin:clinic_person_change", args=[administrator.pk])
    browser.post(own, as_read(browser, own) | {
        "name": "A", "email": administrator.email, "is_active": "on", "is_staff": "on", "is_superuser": "on",
        "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0,
    })  # fmt: skip
    administrator.refresh_from_db()
    assert (administrator.name, administrator.is_superuser) == ("A", False)


def test_nothing_a_record_names_is_deleted(administrator, clinician, at_work):
    assert at_work(administrator).post(reverse("admin:clinic_person_delete", args=[clinician.pk])).status_code == 403
    assert Case.objects.count() == 0


def test_the_search_of_somebody_else_or_of_nobody_finds_as_if_nothing_was_asked(clinic, lead, everything, at_work):
    factories.PatientFactory(clinic=clinic, surname="Zorrilla")
    address = reverse("admin:clinic_patient_changelist")
    browser = at_work(may_enter(lead))
    mine = browser.post(address, {"q": "nobody is called so"}).url
    assert "Zorrilla" not in browser.get(mine).content.decode()
    browser.logout()
    assert "Zorrilla" in at_work(everything).get(mine).content.decode()
