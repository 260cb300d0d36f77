"""A runner gets in by a link that works once; nobody else gets in by it, and nobody finds it in the database."""

import datetime
import hashlib
import re
from threading import Barrier, Thread

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic import invitations
from clinic.ids import new_id
from clinic.models import AuditEvent, Invitation, Patient, Person
from tests import factories

DEAD = b"This link opens nothing"


@pytest.fixture
def newcomer(case):
    """A runner of the clinic who cannot sign in yet."""
    patient = case.patient
    patient.person = None
    patient.email = ""
    patient.save()
    return patient


@pytest.fixture
def link(at_work, clinician, newcomer):
    """The link that was mailed to the newcomer; nobody is signed in any more."""
    browser = at_work(clinician)
    assert invite(browser, newcomer).status_code == 302
    browser.logout()
    return mailed()


def seen(patient):
    """What the page shows as the newest invitation."""
    newest = invitations.latest(patient)
    return str(newest.pk) if newest else ""


def invite(browser, patient, email="rosa@example.org", **said):
    form = {"email": email, "language": "en", "seen": seen(patient), **said}
    return browser.post(reverse("clinic:invite", args=[patient.pk]), form)


def mailed():
    return re.search(rf"{settings.SITE_URL}(\S+)", mail.outbox[-1].body).group(1)


def test_the_page_of_the_link_speaks_the_language_of_its_mail(client, at_work, clinician, newcomer):
    browser = at_work(clinician)
    assert invite(browser, newcomer, language="es").status_code == 302
    client.logout()

    assert "Abrir mi plan" in client.get(mailed()).content.decode()


def test_an_invited_runner_taps_once_and_lands_on_their_plan(client, at_work, clinician, newcomer):
    assert invite(at_work(clinician), newcomer, "Rosa@Example.org").status_code == 302
    client.logout()
    address = mailed()
    assert b"Open my plan" in client.get(address).content
    answer = client.post(address, follow=True)

    assert answer.redirect_chain[-1][0] == reverse("rehab:my_today")
    newcomer.refresh_from_db()
    line = AuditEvent.objects.get(act="accept")
    assert (line.chain_id, line.patient) == (newcomer.clinic_id, newcomer.pk)
    assert (newcomer.email, newcomer.person.email) == ("rosa@example.org", "rosa@example.org")
    assert answer.wsgi_request.user == newcomer.person
    assert not newcomer.person.has_usable_password()
    used = newcomer.invitations.get()
    assert used.used_at is not None and used.used_by == newcomer.person


def test_opening_the_link_does_not_use_it_up(client, link):
    for _ in range(3):
        assert client.get(link).status_code == client.head(link).status_code == 200
    assert "_auth_user_id" not in client.session
    assert client.post(link).status_code == 302


def test_the_link_works_once(client, link):
    assert client.post(link).status_code == 302
    late = Client()
    for answer in (late.get(link), late.post(link)):
        assert (answer.status_code, DEAD in answer.content) == (404, True)
    assert "_auth_user_id" not in late.session


def test_whoever_holds_a_dead_link_is_told_the_same(client, at_work, clinician, newcomer, monkeypatch):
    """Used, expired, withdrawn, replaced by a newer one, never sent: one answer, byte by byte."""
    pages, browser = {}, at_work(clinician)

    def looked_at(what, address):
        stranger = Client()
        for verb in (stranger.get, stranger.post):
            answer = verb(address)
            assert answer.status_code == 404, what
            pages[what, verb.__name__] = re.sub(rb'name="csrfmiddlewaretoken"[^>]*', b"", answer.content)

    invite(browser, newcomer)
    replaced = mailed()
    invite(browser, newcomer)
    withdrawn = mailed()
    looked_at("replaced", replaced)
    browser.post(reverse("clinic:withdraw", args=[newcomer.pk]), {"seen": seen(newcomer)})
    looked_at("withdrawn", withdrawn)
    invite(browser, newcomer)
    used = mailed()
    Client().post(used)
    looked_at("used", used)
    looked_at("never sent", reverse("clinic:welcome", args=["A" * 43]))
    invite(browser, newcomer)
    three_days_on = timezone.now() + invitations.LIFETIME
    monkeypatch.setattr("clinic.views.entrance.timezone.now", lambda: three_days_on)
    looked_at("expired", mailed())

    assert len(pages) == 10 and len(set(pages.values())) == 1


def test_the_link_lives_three_days_to_the_second(link, newcomer):
    made, token = newcomer.invitations.get(), link.rstrip("/").split("/")[-1]
    last = made.made_at + datetime.timedelta(days=3)
    with pytest.raises(invitations.Dead):
        invitations.accept(token=token, at=last)
    assert invitations.accept(token=token, at=last - datetime.timedelta(seconds=1)).email == "rosa@example.org"


def test_the_secret_of_the_link_is_not_in_the_database_and_not_guessed(link, newcomer):
    token = link.rstrip("/").split("/")[-1]
    assert len(token) == 43  # 32 bytes in base 64
    row = Invitation.objects.filter(pk=newcomer.invitations.get().pk).values().get()
    assert row["token_hash"] == hashlib.sha256(token.encode()).hexdigest()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert token not in repr(cursor.fetchall()), table


def test_links_are_drawn_from_256_random_bits(monkeypatch, clinician, newcomer):
    asked = []
    monkeypatch.setattr(invitations.secrets, "token_urlsafe", lambda size: asked.append(size) or f"{size}-{len(asked)}")
    told = {"patient": newcomer, "email": "a@example.org", "language": "en", "by": clinician, "at": timezone.now()}
    invitations.invite(**told, seen=None)
    assert asked == [32]


@pytest.mark.django_db(transaction=True)
def test_of_two_posts_at_one_moment_one_gets_in(link):
    start, answers = Barrier(2), []

    def tap():
        browser = Client()
        start.wait()
        answers.append(browser.post(link).status_code)
        connection.close()

    taps = [Thread(target=tap) for _ in range(2)]
    for one in taps:
        one.start()
    for one in taps:
        one.join()
    assert sorted(answers) == [302, 404]
    assert Person.objects.filter(email="rosa@example.org").count() == 1


def test_the_session_is_a_new_one_and_lasts_for_the_days_of_the_setting(client, link, settings):
    settings.RUNNER_SESSION_DAYS = 9
    client.get(reverse("login"))
    session = client.session
    session["planted"] = "before"
    session.save()
    client.post(link)

    assert client.session.session_key != session.session_key
    days = (client.session.get_expiry_date() - timezone.now()) / datetime.timedelta(days=1)
    assert 8.9 < days <= 9


def test_who_is_signed_in_on_the_device_is_named_and_signed_out(at_work, clinician, link, newcomer):
    browser = at_work(clinician)
    assert clinician.name in browser.get(link).content.decode()
    answer = browser.post(link, follow=True)
    newcomer.refresh_from_db()
    assert answer.wsgi_request.user == newcomer.person


def test_the_link_goes_to_no_other_page(client, link):
    for address in (link, reverse("clinic:welcome", args=["unknown"])):
        answer = client.get(address)
        assert answer.headers["Referrer-Policy"] == "strict-origin"
        assert "no-store" in answer.headers["Cache-Control"]


def test_the_mail_says_nothing_of_the_leg(link):
    text = (mail.outbox[-1].subject + mail.outbox[-1].body).lower()
    assert not re.search(r"calf|pain|clot|diagnos", text)
    assert mail.outbox[-1].to == ["rosa@example.org"]


def test_sent_again_there_is_another_link_and_one_open_invitation(client, at_work, clinician, newcomer):
    browser = at_work(clinician)
    invite(browser, newcomer)
    first = mailed()
    invite(browser, newcomer, "other@example.org")

    assert [sent.to for sent in mail.outbox] == [["rosa@example.org"], ["other@example.org"]]
    old, new = newcomer.invitations.order_by("made_at")
    assert old.withdrawn_by == clinician and new.withdrawn_at is None
    assert Client().post(first).status_code == 404
    assert Client().post(mailed()).status_code == 302


@pytest.mark.parametrize("verb", ["invite", "withdraw"])
def test_a_form_older_than_the_last_invitation_does_nothing(verb, at_work, clinician, newcomer):
    browser = at_work(clinician)
    invite(browser, newcomer)
    old = seen(newcomer)
    invite(browser, newcomer)
    said = {"email": "rosa@example.org", "language": "en", "seen": old}
    answer = browser.post(reverse(f"clinic:{verb}", args=[newcomer.pk]), said)

    assert answer.status_code == 409
    assert newcomer.invitations.count() == 2 and len(mail.outbox) == 2
    assert newcomer.invitations.first().withdrawn_at is None


def test_a_withdrawn_or_used_invitation_is_not_withdrawn_again(at_work, clinician, newcomer):
    browser = at_work(clinician)
    invite(browser, newcomer)
    said = {"seen": seen(newcomer)}
    address = reverse("clinic:withdraw", args=[newcomer.pk])
    assert browser.post(address, said).status_code == 302
    assert browser.post(address, said).status_code == 409


def test_who_has_a_sign_in_keeps_its_address_and_its_person(client, at_work, clinician, case):
    patient, person = case.patient, case.patient.person
    browser = at_work(clinician)
    answer = invite(browser, patient, "somebody.else@example.org")
    assert answer.status_code == 422
    assert f"signs in with {person.email}".encode() in answer.content

    assert invite(browser, patient, person.email).status_code == 302
    assert client.post(mailed(), follow=True).wsgi_request.user == person


def test_an_address_that_signs_in_already_is_refused_beside_the_field(at_work, clinician, newcomer):
    factories.PatientFactory(person__email="taken@example.org")
    answer = invite(at_work(clinician), newcomer, "Taken@example.org")

    assert answer.status_code == 422
    assert b"else signs in" in answer.content
    assert not newcomer.invitations.exists() and not mail.outbox


@pytest.mark.parametrize("role", ["clinician", "assistant", "lead", "administrator"])
def test_a_link_never_leads_to_the_sign_in_of_somebody_who_works_here(role, at_work, clinician, newcomer, clinic):
    """Their password, and later their second factor, would be worth nothing."""
    member = factories.member(clinic, role)
    assert invite(at_work(clinician), newcomer, member.email).status_code == 422

    patient = factories.PatientFactory(clinic=clinic, person=member)
    assert invite(at_work(clinician), patient, member.email).status_code == 422
    assert not mail.outbox


def test_a_runner_who_began_to_work_here_does_not_come_in_by_the_old_link(link, newcomer, clinic):
    factories.member(clinic, "lead", email="rosa@example.org")
    assert Client().post(link).status_code == 404
    assert newcomer.invitations.get().used_at is None


@pytest.mark.parametrize(
    "who", [{"is_active": False}, {"is_staff": True}, {"is_superuser": True}, {"is_demonstration": True}]
)
def test_who_left_and_who_is_invented_do_not_come_in_by_a_link(who, link, newcomer, settings):
    settings.DEMONSTRATION = False
    factories.PersonFactory(email="rosa@example.org", **who)
    assert Client().post(link).status_code == 404


def test_an_invented_clinician_invites_invented_runners(client, at_work, clinician, newcomer):
    clinician.is_demonstration = True
    clinician.save()
    invite(at_work(clinician), newcomer)
    client.post(mailed())
    newcomer.refresh_from_db()
    assert newcomer.person.is_demonstration


def test_a_sign_in_that_belongs_to_no_runner_is_bound(client, link, newcomer):
    person = factories.PersonFactory(email="rosa@example.org")
    client.post(link)
    newcomer.refresh_from_db()
    assert newcomer.person == person


def test_whoever_had_the_sign_in_before_has_no_way_in_any_more(client, link, newcomer):
    person, before = factories.PersonFactory(email="rosa@example.org"), Client()
    Authenticator.objects.create(user=person, type="webauthn", data={})
    before.force_login(person)
    client.post(link)

    person.refresh_from_db()
    newcomer.refresh_from_db()
    assert newcomer.person == person and not person.has_usable_password()
    assert not Authenticator.objects.filter(user=person).exists()
    assert (client.get("/me/").status_code, before.get("/me/").status_code) == (200, 302)


@pytest.mark.parametrize("email", ["", "not an address"])
def test_a_bad_address_is_told_beside_the_field(at_work, clinician, newcomer, email):
    answer = invite(at_work(clinician), newcomer, email)
    assert answer.status_code == 422
    assert b"invalid-feedback" in answer.content


def test_a_mail_that_cannot_be_sent_is_told_and_can_be_sent_again(monkeypatch, at_work, clinician, newcomer, case):
    def down(*args):
        raise ConnectionRefusedError

    page = reverse("clinic:case", args=[case.pk])
    with monkeypatch.context() as patch:
        patch.setattr("clinic.views.patients.send_invitation", down)
        invite(at_work(clinician), newcomer)
    told = at_work(clinician).get(page).content.decode()
    assert "could not be sent" in told and "Not sent:" in told
    assert invite(at_work(clinician), newcomer).status_code == 302
    assert len(mail.outbox) == 1


def test_the_case_page_says_how_the_invitation_stands(client, at_work, clinician, newcomer, case, monkeypatch):
    page, browser = reverse("clinic:case", args=[case.pk]), at_work(clinician)

    def told():
        return " ".join(browser.get(page).content.decode().split())

    assert "Not invited yet." in told()
    assert invite(browser, newcomer, case=case.pk).url == page
    assert "Invited:" in told() and "Withdraw the invitation" in told()
    browser.post(reverse("clinic:withdraw", args=[newcomer.pk]), {"seen": seen(newcomer), "case": case.pk})
    assert "Withdrawn</strong> on" in told()
    invite(browser, newcomer)
    later = timezone.now() + invitations.LIFETIME
    with monkeypatch.context() as patch:
        patch.setattr("clinic.views.cases.timezone.now", lambda: later)
        at_work(clinician)  # three days on, the clinician signs in again
        assert "Expired</strong> on" in told()
    client.logout()  # back in time: that session lies ahead
    at_work(clinician)
    Client().post(mailed())
    assert "The runner is in:" in told()


def test_a_case_of_another_runner_is_not_where_one_comes_back_to(at_work, clinician, newcomer):
    other = factories.CaseFactory()
    assert invite(at_work(clinician), newcomer, case=other.pk).url == reverse("clinic:patient", args=[newcomer.pk])


def test_the_mail_is_in_the_runners_language_and_the_runner_keeps_it(client, at_work, clinician, newcomer):
    invite(at_work(clinician), newcomer, language="es")
    client.post(mailed())
    newcomer.refresh_from_db()
    assert newcomer.person.language == "es"


@pytest.mark.parametrize("verb", ["invite", "withdraw"])
def test_a_clinician_of_another_clinic_invites_nobody_here(verb, at_work, stranger, newcomer):
    said = {"email": "rosa@example.org", "language": "en", "seen": ""}
    assert at_work(stranger).post(reverse(f"clinic:{verb}", args=[newcomer.pk]), said).status_code == 404
    assert not mail.outbox


# --- What the database refuses ------------------------------------------------------------------


def test_a_runner_has_one_open_invitation(link, newcomer, clinician):
    made = newcomer.invitations.get()
    made.pk, made.token_hash = new_id(), "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: {"email": "thief@example.org"},
        lambda row: {"token_hash": hashlib.sha256(b"known").hexdigest()},
        lambda row: {"expires": row.expires + datetime.timedelta(days=9)},
        lambda row: {"patient": factories.PatientFactory()},
        lambda row: {"made_by": factories.PersonFactory()},
        lambda row: {"mail_sent": None},
        lambda row: {"used_at": row.made_at},
        lambda row: {"used_at": row.expires, "used_by": row.made_by},
        lambda row: {"withdrawn_at": row.made_at},
    ],
    ids=["address", "fingerprint", "life", "runner", "author", "mail", "used by nobody", "used late", "by nobody"],
)
def test_a_link_stays_what_it_was(change, link, newcomer):
    row = newcomer.invitations.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Invitation.objects.filter(pk=row.pk).update(**change(row))


def test_a_used_link_is_not_opened_again_and_never_deleted(client, link, newcomer, clinician):
    client.post(link)
    rows = Invitation.objects.filter(patient=newcomer)
    for change in ({"used_at": None, "used_by": None}, {"withdrawn_at": timezone.now(), "withdrawn_by": clinician}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows._raw_delete("default")
    assert Patient.objects.get(pk=newcomer.pk).person is not None
