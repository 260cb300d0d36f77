"""A runner gets in by a link that works once; nobody else gets in by it."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from clinic.models import Patient
from tests import factories

NEW = {"new_password1": "a strong word of mine", "new_password2": "a strong word of mine"}


@pytest.fixture
def newcomer(case):
    """A runner of the clinic who cannot sign in yet."""
    patient = case.patient
    patient.person = None
    patient.email = ""
    patient.save()
    return patient


def invite(browser, patient, email="rosa@example.org"):
    return browser.post(reverse("clinic:invite", args=[patient.pk]), {"email": email})


def link():
    return re.search(r"http://testserver(\S+)", mail.outbox[-1].body).group(1)


def test_an_invited_runner_chooses_a_password_and_lands_on_their_plan(client, at_work, clinician, newcomer):
    assert invite(at_work(clinician), newcomer, "Rosa@Example.org").status_code == 302
    client.logout()
    form = client.get(link(), follow=True)
    answer = client.post(form.redirect_chain[-1][0], NEW, follow=True)

    assert answer.redirect_chain[-1][0] == reverse("rehab:my_plan")
    newcomer.refresh_from_db()
    assert (newcomer.email, newcomer.person.email) == ("rosa@example.org", "rosa@example.org")
    assert answer.wsgi_request.user == newcomer.person


def test_the_link_works_once(client, at_work, clinician, newcomer):
    invite(at_work(clinician), newcomer)
    client.logout()
    client.post(client.get(link(), follow=True).redirect_chain[-1][0], NEW)
    client.logout()

    assert b"has been used" in client.get(link(), follow=True).content


def test_the_mail_says_nothing_of_the_leg(at_work, clinician, newcomer):
    invite(at_work(clinician), newcomer)
    text = (mail.outbox[-1].subject + mail.outbox[-1].body).lower()
    assert not re.search(r"calf|pain|clot|diagnos", text)
    assert mail.outbox[-1].to == ["rosa@example.org"]


def test_a_second_invitation_sends_another_link_and_makes_no_second_person(at_work, clinician, newcomer):
    browser = at_work(clinician)
    invite(browser, newcomer)
    person = Patient.objects.get(pk=newcomer.pk).person
    assert invite(browser, newcomer).status_code == 302

    assert Patient.objects.get(pk=newcomer.pk).person == person
    assert [sent.to for sent in mail.outbox] == [["rosa@example.org"]] * 2


def test_who_has_a_sign_in_keeps_its_address(at_work, clinician, newcomer):
    browser = at_work(clinician)
    invite(browser, newcomer)
    answer = invite(browser, newcomer, "somebody.else@example.org")

    assert answer.status_code == 422
    assert b"signs in with rosa@example.org" in answer.content
    assert len(mail.outbox) == 1


def test_an_address_that_signs_in_already_is_refused_beside_the_field(at_work, clinician, newcomer):
    factories.PersonFactory(email="taken@example.org")
    answer = invite(at_work(clinician), newcomer, "Taken@example.org")

    assert answer.status_code == 422
    assert b"already signs in" in answer.content
    assert Patient.objects.get(pk=newcomer.pk).person is None
    assert not mail.outbox


@pytest.mark.parametrize("email", ["", "not an address"])
def test_a_bad_address_is_told_beside_the_field(at_work, clinician, newcomer, email):
    answer = invite(at_work(clinician), newcomer, email)
    assert answer.status_code == 422
    assert b"invalid-feedback" in answer.content


def test_a_mail_that_cannot_be_sent_is_told_and_can_be_sent_again(monkeypatch, at_work, clinician, newcomer):
    def down(*args):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("clinic.views.patients.send_invitation", down)
        assert b"could not be sent" in invite(at_work(clinician), newcomer).content
    assert invite(at_work(clinician), newcomer).status_code == 302
    assert len(mail.outbox) == 1


def test_a_clinician_of_another_clinic_invites_nobody_here(at_work, stranger, newcomer):
    assert invite(at_work(stranger), newcomer).status_code == 404
    assert not mail.outbox
