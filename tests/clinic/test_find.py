"""Find and register: nobody is skipped, nobody is registered twice unseen, few queries."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from clinic.asked import KEPT
from clinic.find import find_patients, likely_duplicates
from clinic.models import Case, Patient
from clinic.models.patients import search_key
from tests import factories


def surnames(person, **asked):
    """The surnames that find gives."""
    return [patient.surname for patient in find_patients(person, **asked)[0]]


def registered(clinic, *names):
    """Register runners by surname."""
    return [factories.PatientFactory(clinic=clinic, person=None, surname=name) for name in names]


@pytest.mark.parametrize(
    ("typed",   "found"),
    [
        ("sor",     ["Soria", "Sørby", "Sorz"]),
        ("SOR",     ["Soria", "Sørby", "Sorz"]),
        ("álv",     ["Alva", "Álvarez"]),
        ("alv",     ["Alva", "Álvarez"]),
        ("z",       ["Zz"]),
        ("de la",   ["De  la Cruz"]),
        ("oria",    []),
        ("%",       []),
        ("_",       []),
    ],
)  # fmt: skip
def test_a_name_is_found_from_its_beginning_in_any_case_and_accent(typed, found, clinic, clinician):
    registered(clinic, "Soria", "Sorz", "Sos", "Alva", "Álvarez", "Zz", "De  la Cruz")
    slashed = registered(clinic, "Sørby")[0]
    expected = [name for name in found if name != "Sørby" or search_key(slashed.surname).startswith("sor")]

    assert surnames(clinician, name=typed) == expected


def test_a_birth_date_finds_too(clinic, clinician):
    factories.PatientFactory(clinic=clinic, surname="Born", birth_date=datetime.date(1970, 1, 2))
    registered(clinic, "Other")

    assert surnames(clinician, born=datetime.date(1970, 1, 2)) == ["Born"]


def test_find_stays_in_the_clinic(clinic, clinician, stranger):
    registered(clinic, "Soria")

    assert surnames(stranger, name="s") == []


def test_paging_skips_nobody_of_the_same_name(clinic, clinician):
    people = registered(clinic, *["García"] * 70, *["Gil"] * 40)
    seen, after, pages = [], None, 0
    while pages == 0 or after:
        page, after = find_patients(clinician, after=after)
        seen += [patient.pk for patient in page]
        pages += 1

    assert len(seen) == len(set(seen)) == len(people)
    assert pages == 3


@pytest.mark.parametrize("many", [3, 120])
def test_the_lists_ask_the_database_at_most_6_times_at_any_size(
    many, clinic, clinician, at_work, django_assert_max_num_queries
):
    for patient in registered(clinic, *[f"Soria{n}" for n in range(many)]):
        factories.CaseFactory(patient=patient, opened_by=clinician)
    browser = at_work(clinician)

    for address in (reverse("clinic:today"), reverse("clinic:find"), looked_for(browser, name="sor")):
        with django_assert_max_num_queries(6):
            assert browser.get(address).status_code == 200


def test_the_next_page_is_a_link_that_works(clinic, clinician, at_work):
    registered(clinic, *[f"Soria{n:02}" for n in range(60)])
    browser = at_work(clinician)
    first = browser.get(looked_for(browser, name="sor"))
    second = browser.get(reverse("clinic:find") + first.context["next_page"]).content.decode()

    assert "Soria49" in first.content.decode() and "Soria50" not in first.content.decode()
    assert "Soria50" in second and "Soria49" not in second


AT, NOBODY = "2026-01-01T00:00:00Z", "01890000-0000-7000-8000-000000000000"  # parts of true keys


@pytest.mark.parametrize(
    "after",
    ["", "x", "[]", "[1,2,3]", "[5]", '["x"]',
     '["01890000-0000-7000-8000-000000000000"]',
     '["a","b","c"]', '[5,"now","x"]', '[true,"a","b"]', "{}", '["\\u0000","a","b"]',
     '["\\ud800","a","00000000-0000-7000-8000-000000000000"]', "[" * 4000,
     f'["{AT}",{"9" * 30}]', f'["{AT}","x"]', '["now",1]', f'[{"9" * 30},0,0,"{AT}","{NOBODY}"]',
     f'[0,0,0,"{AT}","x"]', f'[0,7,0,"{AT}","{NOBODY}"]', f'["a",0,"b","{AT}","{NOBODY}"]',
     f'[0,0,0,7,"{NOBODY}"]'],
)  # fmt: skip
def test_a_strange_key_means_the_first_page(after, clinic, case, lead, at_work):
    """Of every list that is turned by a key; what the report of the audit is asked for is a number, too."""
    browser = at_work(lead)

    for page in ("find", "today", "audit", "glass_opened"):
        assert browser.get(reverse(f"clinic:{page}"), {"after": after}).status_code == 200


def looked_for(browser, **said):
    """Look for somebody; return the address that shows who was found."""
    return browser.post(reverse("clinic:find"), said).headers["Location"]


def test_no_name_stands_in_an_address(clinic, clinician, at_work):
    registered(clinic, *["Soria"] * 60)
    browser = at_work(clinician)
    address = looked_for(browser, name="soria", born="1990-02-03")
    everybody = browser.get(looked_for(browser, name="soria")).context["next_page"]

    assert "soria" not in (address + everybody).lower() and "1990" not in address


def test_the_way_back_leads_to_the_search_one_came_from(clinic, clinician, at_work):
    registered(clinic, "Soria", "Gil")
    browser = at_work(clinician)
    first, second = (looked_for(browser, name=name) for name in ("sor", "gil"))

    assert [row["patient"].surname for row in browser.get(first).context["rows"]] == ["Soria"]
    assert [row["patient"].surname for row in browser.get(second).context["rows"]] == ["Gil"]
    assert 'value="sor"' in browser.get(first).content.decode()


def test_only_the_last_searches_are_kept(clinic, clinician, at_work):
    registered(clinic, "Soria", "Gil")
    browser = at_work(clinician)
    addresses = [looked_for(browser, name="sor") for _ in range(KEPT + 1)]
    shown = [len(browser.get(address).context["rows"]) for address in addresses]

    assert shown == [2, *[1] * KEPT]


def test_the_search_of_somebody_else_is_not_there(clinic, clinician, lead):
    registered(clinic, "Soria", "Gil")
    theirs, mine = Client(), Client()
    theirs.force_login(clinician)
    mine.force_login(lead)

    assert len(mine.get(looked_for(theirs, name="sor")).context["rows"]) == 2


def test_htmx_gets_the_list_alone(clinic, clinician, at_work):
    registered(clinic, "Soria")
    hers = {"HX-Request": "true"}

    part = at_work(clinician).post(reverse("clinic:find"), {"name": "so"}, headers=hers, follow=True).content

    assert b"Soria" in part and b"<html" not in part


def new_runner(clinic, **said):
    """What the registration posts, unless told otherwise."""
    told = {
        "clinic": clinic.pk, "given_name": "Lucía", "surname": "Álvarez", "birth_date": "1990-02-03", "sex": "female",
        "side": "left",
    }  # fmt: skip
    return {**told, **said}


def test_registering_opens_the_case_and_goes_to_the_story(clinic, clinician, at_work):
    answer = at_work(clinician).post(reverse("clinic:register"), new_runner(clinic, phone="+34 600-123 456"))
    case = Case.objects.get()

    assert answer.url == reverse("clinic:intake", args=[case.pk])
    assert (case.side, case.patient.phone, case.patient.registered_by) == ("left", "+34600123456", clinician)


@pytest.mark.parametrize(
    "known",
    [
        {"given_name": "Lucia", "surname": "ALVAREZ", "birth_date": datetime.date(1955, 1, 1)},
        {"given_name": "Alvarez", "surname": "Lucia", "birth_date": datetime.date(1955, 1, 1)},
        {"given_name": "Lucy", "surname": "Alvares", "birth_date": datetime.date(1990, 2, 3)},
        {"given_name": "Ana", "surname": "Ruiz", "email": "Lucia@example.org"},
        {"given_name": "Ana", "surname": "Ruiz", "phone": "+34600123456"},
    ],
    ids=["same_name", "names_swapped", "same_birth_like_name", "same_email", "same_phone"],
)
def test_a_likely_duplicate_is_shown_before_saving(known, clinic, clinician, at_work):
    there = factories.PatientFactory(clinic=clinic, **known)
    said = new_runner(clinic, email="lucia@EXAMPLE.org", phone="+34 600 123 456")
    browser = at_work(clinician)

    shown = browser.post(reverse("clinic:register"), said)

    assert there.surname in shown.content.decode() and shown.status_code == 200
    assert Patient.objects.count() == 1
    assert browser.post(reverse("clinic:register"), {**said, "not_a_duplicate": "on"}).status_code == 302
    assert Patient.objects.count() == 2


def test_another_clinics_runner_is_no_duplicate_here(clinic, clinician):
    factories.PatientFactory(given_name="Lucía", surname="Álvarez")

    assert (
        likely_duplicates(clinic.pk, surname="Álvarez", given_name="Lucía", birth_date=datetime.date(1990, 2, 3)) == []
    )


@pytest.mark.parametrize(
    "said",
    [
        {"birth_date": "2990-01-01"},
        {"birth_date": "1700-01-01"},
        {"phone": "call me"},
        {"surname": "\u0301"},
        {"side": ""},
    ],
)
def test_registration_refuses(said, clinic, clinician, at_work):
    assert at_work(clinician).post(reverse("clinic:register"), new_runner(clinic, **said)).status_code == 422
    assert not Patient.objects.exists()


def test_nobody_registers_into_a_clinic_they_do_not_treat_in(clinic, clinician, stranger, at_work):
    elsewhere = stranger.memberships.get().clinic

    at_work(clinician).post(reverse("clinic:register"), new_runner(elsewhere))

    assert not Patient.objects.exists()
