"""What a session stands on seals it: when any of it changes, every session begun before ends at its next request."""

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Membership
from tests import factories


def in_two_places(person):
    """Return two browsers in which a person is signed in."""
    browsers = Client(), Client()
    for browser in browsers:
        browser.force_login(type(person).objects.get(pk=person.pk))
        assert browser.get("/preferences/").status_code == 200
    return browsers


def is_out(browser):
    return browser.get("/preferences/").status_code == 302


def lesser_role(person, clinic):
    Membership.objects.filter(person=person).update(role="assistant")


def no_role(person, clinic):
    Membership.objects.filter(person=person).update(ended_on=person.joined_on)


def another_role(person, clinic):
    Membership.objects.create(person=person, clinic=factories.ClinicFactory(), role="assistant")


def staff(person, clinic):
    type(person).objects.filter(pk=person.pk).update(is_staff=True)


def superuser(person, clinic):
    type(person).objects.filter(pk=person.pk).update(is_superuser=True)


def address(person, clinic):
    type(person).objects.filter(pk=person.pk).update(email="other@example.org")


def password(person, clinic):
    person.set_password("another long enough one")
    person.save()


@pytest.mark.parametrize("change", [lesser_role, no_role, another_role, staff, superuser, address, password])
def test_whatever_a_session_of_the_team_stands_on_ends_it_when_it_changes(change, clinic, lead):
    browsers = in_two_places(lead)
    change(lead, clinic)
    assert all(is_out(browser) for browser in browsers)


def first_role(person, clinic):
    Membership.objects.create(person=person, clinic=clinic, role="clinician")


def no_password(person, clinic):
    person.set_unusable_password()
    person.save()


@pytest.mark.parametrize("change", [first_role, staff, address, no_password])
def test_so_it_is_with_a_runners_session_who_has_no_password(change, clinic, runner):
    runner.set_unusable_password()
    runner.save()
    browsers = in_two_places(runner)
    change(runner, clinic)
    assert all(is_out(browser) for browser in browsers)


@pytest.mark.parametrize("who", ["runner", "clinician"])
def test_who_signs_out_is_out_everywhere(who, request):
    here, there = in_two_places(request.getfixturevalue(who))
    key = here.cookies["session"].value
    here.post(reverse("logout"))
    assert is_out(here) and is_out(there)
    old = Client()
    old.cookies["session"] = key
    assert is_out(old)


def test_nobody_elses_session_ends_with_it(runner, clinician):
    here, there = in_two_places(runner)[0], in_two_places(clinician)[0]
    here.post(reverse("logout"))
    assert is_out(here) and not is_out(there)
