"""Who may do what: the whole table, row by row."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from clinic import access, actions
from clinic.models import Case, Patient, Person
from tests import factories
from tests.world import tables

ROLES = ("clinician", "assistant", "lead", "administrator", "runner", "stranger")


@pytest.mark.parametrize(
    ("who",           "see", "record", "sign", "leads", "administer", "read_admin"),
    [
        ("clinician",     1,        1,      1,      0,            0,            1),
        ("assistant",     1,        1,      0,      0,            0,            0),
        ("lead",          1,        1,      1,      1,            1,            1),
        ("administrator", 0,        0,      0,      0,            1,            0),
        ("runner",        1,        0,      0,      0,            0,            0),
        ("stranger",      0,        0,      0,      0,            0,            1),
    ],
)  # fmt: skip
def test_who_may_do_what(who, see, record, sign, leads, administer, read_admin, case, request):
    person = request.getfixturevalue(who)

    assert access.may_see(person, case) == see
    assert access.may_record(person, case) == record
    assert access.may_sign(person, case) == sign
    assert access.may_lead(person, case) == leads
    assert access.may_administer(person) == administer
    assert access.may_read_clinical(person) == read_admin


@pytest.mark.parametrize(
    ("who",           "sees"),
    [
        ("clinician",     1),
        ("assistant",     1),
        ("lead",          1),
        ("administrator", 0),
        ("runner",        1),
        ("stranger",      0),
    ],
)  # fmt: skip
def test_lists_hold_what_the_person_may_see(who, sees, case, request):
    person = request.getfixturevalue(who)

    assert Case.objects.visible_to(person).filter(pk=case.pk).count() == sees
    assert Patient.objects.visible_to(person).filter(pk=case.patient_id).count() == sees


@pytest.mark.parametrize(
    ("page",   "statuses"),  # in the order of ROLES
    [
        ("intake", (200, 200, 200, 404, 403, 404)),
        ("close",  (200, 403, 200, 404, 403, 404)),
        ("draft",  (200, 200, 200, 404, 403, 404)),
    ],
)  # fmt: skip
def test_not_visible_is_404_and_not_this_verb_is_403(page, statuses, case, at_work, request):
    expected = dict(zip(ROLES, statuses, strict=True))
    app = "rehab" if page == "close" else "clinic"
    address = reverse(f"{app}:{page}", args=[case.pk, "intake"] if page == "draft" else [case.pk])
    for who, status in expected.items():
        assert at_work(request.getfixturevalue(who)).get(address).status_code == status, who


def test_a_stranger_to_the_site_is_asked_to_sign_in(client, case):
    answer = client.get(reverse("clinic:case", args=[case.pk]))

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("login"))


def test_an_ended_role_ends_access_on_the_next_request(clinician, case, at_work):
    browser, page = at_work(clinician), reverse("clinic:intake", args=[case.pk])
    assert browser.get(page).status_code == 200
    membership = clinician.memberships.get()
    membership.ended_on = membership.started_on
    membership.save()

    assert browser.get(page).url.startswith(reverse("login"))  # what its session stood on is gone
    assert at_work(Person.objects.get(pk=clinician.pk)).get(page).status_code == 404


def test_roles_are_read_anew_at_every_request_also_where_the_session_goes_on(clinician, case, at_work, monkeypatch):
    monkeypatch.setattr(Person, "_get_session_auth_hash", lambda self, secret=None: "the same for ever")
    browser, page = at_work(clinician), reverse("clinic:intake", args=[case.pk])
    assert browser.get(page).status_code == 200
    clinician.memberships.update(ended_on=clinician.joined_on)
    assert browser.get(page).status_code == 404


def test_a_role_counts_in_its_own_clinic_only(clinician, case):
    elsewhere = factories.CaseFactory()

    assert access.may_sign(clinician, case)
    assert not access.may_sign(clinician, elsewhere)


def test_after_signing_in_each_goes_to_their_own_desk(clinician, administrator, runner, at_work):
    today = reverse("clinic:today")

    assert at_work(clinician).get(today).status_code == 200
    assert at_work(administrator).get(today).url == reverse("admin:index")
    assert at_work(runner).get(today).url == reverse("rehab:my_today")


def test_an_address_is_the_same_in_every_letter_case(client, db):
    factories.PersonFactory(email="Rosa@Example.org")

    answer = client.post(reverse("login"), {"username": " ROSA@example.ORG", "password": factories.PASSWORD})

    assert answer.status_code == 302


@pytest.mark.parametrize(("demonstration", "status"), [(True, 302), (False, 200)])
def test_an_invented_person_signs_in_only_in_a_demonstration(client, db, settings, demonstration, status):
    factories.PersonFactory(email="demo@example.org", is_demonstration=True)
    settings.DEMONSTRATION = demonstration

    answer = client.post(reverse("login"), {"username": "demo@example.org", "password": factories.PASSWORD})

    assert answer.status_code == status


def test_an_invented_person_is_signed_out_when_the_demonstration_ends(clinician, at_work, settings):
    clinician.is_demonstration = True
    clinician.save()
    browser = at_work(clinician)
    settings.DEMONSTRATION = False

    assert browser.get(reverse("clinic:today")).status_code == 302


def test_who_is_signed_in_is_read_on_every_page_of_the_clinic(at_work, clinician):
    page = at_work(clinician).get(reverse("clinic:today")).content.decode()
    assert f"Signed in as </span>{clinician.name}" in page


def test_the_case_page_leads_to_the_runners_record_where_they_are_invited(at_work, clinician, case):
    page = at_work(clinician).get(reverse("clinic:case", args=[case.pk])).content.decode()
    assert f'href="{reverse("clinic:patient", args=[case.patient_id])}"' in page


def test_the_bar_of_who_has_the_admins_keys_alone_is_no_runners(at_work, runner):
    keys = Person.objects.create_superuser("root@example.org", factories.PASSWORD, name="Root")
    mine = reverse("rehab:my_plan")
    for person, is_treated in ((keys, False), (runner, True)):
        page = at_work(person).get(reverse("clinic:preferences")).content.decode()
        assert (f'href="{mine}"' in page) is is_treated
        assert (f'href="{reverse("admin:index")}"' in page) is (not is_treated)


def test_every_page_of_the_settings_leads_back_to_them(at_work, runner, clinician):
    pages = {
        runner: (
            "clinic:sessions",
            "clinic:passkeys",
            "clinic:calendar",
            "rehab:my_data",
            "rehab:my_readers",
            "rehab:my_consent",
            "rehab:my_reminders",
        ),
        clinician: ("clinic:sessions", "clinic:signing_in"),
    }
    for person, names in pages.items():
        for name in names:
            page = at_work(person).get(reverse(name)).content.decode()
            assert f'class="way-back" href="{reverse("clinic:preferences")}"' in page, name


@pytest.mark.parametrize("who", ["administrator", "runner", "stranger"])
def test_nobody_writes_down_what_they_may_not_record_whichever_door_they_come_through(clinic, case, who):
    by = {
        "administrator": lambda: factories.member(clinic, "administrator"),
        "runner": lambda: case.patient.person,
        "stranger": lambda: factories.member(factories.ClinicFactory(), "lead"),
    }[who]()
    told = {"case": case, "version": case.version, "by": by, "at": timezone.now()}
    before = tables()
    with pytest.raises(PermissionDenied):
        actions.note(**told, text="mine")
    with pytest.raises(PermissionDenied):
        actions.save_intake(**told, story={"story": "another"}, person_facts={})
    with pytest.raises(PermissionDenied):
        actions.open_case(patient=case.patient, side="right", by=by, at=told["at"])
    with pytest.raises(PermissionDenied):
        actions.register_patient(clinic_id=clinic.pk, fields={"surname": "Nobody"}, by=by, at=told["at"])
    assert tables() == before
