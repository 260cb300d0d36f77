"""One address signs in one person, however it is written; a letter that only looks like another opens nothing."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from clinic.ids import plain_address
from clinic.models import Person
from tests import factories

TWINS = [
    "ROSA@example.org",  # letter case
    "ｒｏｓａ@example.org",  # full width
    "ro\u017fa@example.org",  # the long s
    "rosa＠example.org",
    "rosa@ｅxample.org",
    " rosa@example.org ",
]


@pytest.mark.parametrize("typed", TWINS)
def test_two_ways_to_write_an_address_are_one_address(typed, db):
    factories.PersonFactory(email="rosa@example.org")
    assert plain_address(typed) == "rosa@example.org"
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create_user(typed, name="Twin")
    with pytest.raises(ValidationError):
        Person(email=typed, name="Twin", password="x").full_clean()  # noqa: S106
    assert Client().post(reverse("login"), {"username": typed, "password": factories.PASSWORD}).status_code == 302


@pytest.mark.parametrize("typed", ["rоsa@example.org", "rosa@exаmple.org", "ros\u0131@example.org"])
def test_an_address_with_letters_that_only_look_alike_is_nobodys(typed, db):
    """Cyrillic, and a dotless i: no other person, and no way in."""
    factories.PersonFactory(email="rosa@example.org")
    person = Person(email=typed, name="Twin", password="x")  # noqa: S106
    if "@example.org" in plain_address(typed):
        with pytest.raises(ValidationError):
            person.full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            person.save()
    else:
        assert plain_address(typed).startswith("rosa@xn--")  # another domain, and it says so
    assert Client().post(reverse("login"), {"username": typed, "password": factories.PASSWORD}).status_code == 200


@pytest.mark.parametrize("email", ["Rosa@example.org", "rоsa@example.org", "ｒosa@example.org"])
def test_no_statement_past_the_models_writes_an_address_in_another_form(email, db):
    person = factories.PersonFactory(email="rosa@example.org")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE clinic_person SET email = %s WHERE name = %s", [email, person.name])
