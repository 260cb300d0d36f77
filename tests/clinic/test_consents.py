"""What a runner agrees to: kept with its words, once, taken back at any time; and what a no stops and does not stop."""

import dataclasses
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from clinic import consents
from clinic.consents import OtherWords, agrees, answer_consent, consent_texts, is_asked, refuses, standings
from clinic.models import Consent, Patient, Task
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/me/consent/"


@pytest.fixture
def patient(case):
    """The runner of the case."""
    return case.patient


def say(patient, agreed, kind="reminders", by=None, **more):
    """Answer a text as the runner, now."""
    told = {"kind": kind, "version": consent_texts()[kind].version, "agreed": agreed, "at": timezone.now(), **more}
    return answer_consent(patient=patient, **told, by=by or patient.person)


def rewritten(monkeypatch, kind="reminders"):
    """Let the text of one consent change."""
    old = consent_texts()
    new = old | {kind: dataclasses.replace(old[kind], version="2027-01-01+00000000")}
    monkeypatch.setattr(consents, "consent_texts", lambda: new)
    return new[kind].version


def posted(kind, agreed, **more):
    """What a form of consent sends."""
    return {"kind": kind, "version": consent_texts()[kind].version, "agreed": agreed, **more}


def test_who_was_never_asked_agreed_to_nothing_and_refused_nothing(patient):
    assert [kind for kind in Consent.Kind.values if agrees(patient, kind) or refuses(patient, kind)] == []
    assert is_asked(patient)


def test_an_answer_keeps_its_words_its_version_and_who_gave_it(patient):
    with translation.override("es"):
        row = say(patient, True)

    text = consent_texts()["reminders"]
    assert (row.language, row.version, row.answered_by) == ("es", text.version, patient.person)
    assert text.text.es in row.words and text.stops.es in row.words
    assert agrees(patient, "reminders")


@pytest.mark.parametrize("agreed", [True, False])
def test_an_answer_sent_twice_is_kept_once(patient, agreed):
    assert say(patient, agreed) == say(patient, agreed)
    assert Consent.objects.count() == 1


def test_what_is_taken_back_stands_no_more_and_stays_on_record(patient, clinician):
    given = say(patient, True)
    say(patient, False, by=clinician, because="too many mails")

    given.refresh_from_db()
    assert (given.agreed, given.withdrawn_by, given.withdrawn_because) == (True, clinician, "too many mails")
    assert not agrees(patient, "reminders") and refuses(patient, "reminders")
    again = say(patient, True)
    assert again != given and agrees(patient, "reminders") and not refuses(patient, "reminders")


def test_a_text_that_changes_asks_again(patient, monkeypatch):
    factories.agreeing(patient)
    assert not is_asked(patient)
    version = rewritten(monkeypatch)

    assert [one.told.kind for one in standings(patient) if one.is_to_ask] == ["reminders"]
    say(patient, True, version=version)
    assert not is_asked(patient) and Consent.objects.filter(kind="reminders").count() == 2
    say(patient, False)
    assert not agrees(patient, "reminders")


def test_nobody_agrees_to_words_they_did_not_read(patient, monkeypatch):
    old = consent_texts()["reminders"].version
    rewritten(monkeypatch)

    with pytest.raises(OtherWords):
        say(patient, True, version=old)
    assert not Consent.objects.exists()


def test_a_no_counts_whatever_the_words(patient, monkeypatch):
    old = say(patient, True).version
    rewritten(monkeypatch)
    say(patient, False, version=old)
    assert not agrees(patient, "reminders")


def test_a_word_that_changes_is_another_version(monkeypatch, tmp_path):
    before = consent_texts()
    changed = tmp_path / "consents.toml"
    changed.write_text(consents.FILE.read_text().replace("We write to you when", "We phone you when"))
    monkeypatch.setattr(consents, "FILE", changed)

    after = consents.consent_texts.__wrapped__()
    assert [kind for kind in before if before[kind].version != after[kind].version] == ["reminders"]


@pytest.mark.parametrize("who", ["administrator", "stranger", "fellow"])
def test_nobody_else_answers_for_a_runner(who, patient, clinic, request):
    by = factories.PatientFactory(clinic=clinic).person if who == "fellow" else request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        say(patient, True, by=by)
    assert not Consent.objects.exists()


# --- The database ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"agreed": False},
        {"words": "something else"},
        {"version": "older"},
        {"answered_at": timezone.now() - timedelta(days=9)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_database_keeps_an_answer_as_it_was_given(patient, change):
    row = say(patient, True)
    with pytest.raises(DatabaseError, match="taken back once"), transaction.atomic():
        Consent.objects.filter(pk=row.pk).update(**change)


def test_the_database_lets_an_answer_be_taken_back_once(patient):
    row = say(patient, True)
    say(patient, False)
    for change in ({"withdrawn_at": None, "withdrawn_by": None}, {"withdrawn_because": "another reason"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Consent.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


def test_a_no_cannot_be_taken_back_into_a_yes(patient, clinician):
    row = say(patient, False)
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.filter(pk=row.pk).update(withdrawn_at=timezone.now(), withdrawn_by=clinician)


# --- On the phone ------------------------------------------------------------------------------


def test_a_runner_reads_agrees_and_takes_it_back_on_the_phone(patient, runner, at_work):
    phone = at_work(runner)
    page = phone.get(PAGE).content.decode()
    assert all(text.text.en in page and text.stops.en in page for text in consent_texts().values())

    assert phone.post(PAGE, posted("reminders", "yes")).status_code == 302
    assert agrees(patient, "reminders") and "I take it back" in phone.get(PAGE).content.decode()
    assert phone.post(PAGE, posted("reminders", "no")).status_code == 302
    assert not agrees(patient, "reminders") and "Taken back" in phone.get(PAGE).content.decode()


def test_the_page_speaks_spanish(runner, at_work):
    runner.language = "es"
    runner.save()
    page = at_work(runner).get(PAGE).content.decode()
    assert all(text.text.es in page for text in consent_texts().values()) and "I agree" not in page


def test_an_answer_to_an_older_text_is_asked_again_and_not_kept(runner, at_work, monkeypatch):
    sent = posted("reminders", "yes")
    rewritten(monkeypatch)
    answer = at_work(runner).post(PAGE, sent)

    assert answer.status_code == 409 and not Consent.objects.exists()
    assert "Read it once more" in answer.content.decode()


@pytest.mark.parametrize("sent", [{}, {"kind": "soul"}, {"agreed": "perhaps"}, {"version": "x" * 99}])
def test_a_form_that_is_not_whole_keeps_nothing(sent, runner, at_work):
    answer = at_work(runner).post(PAGE, sent and posted("care", "yes") | sent)
    assert answer.status_code == 422 and not Consent.objects.exists()


def test_today_asks_until_it_is_answered(patient, runner, at_work):
    phone = at_work(runner)
    assert PAGE in phone.get("/me/").content.decode()
    factories.agreeing(patient)
    assert PAGE not in phone.get("/me/").content.decode()


# --- At the clinic -----------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["assistant", "clinician", "lead"])
def test_who_records_notes_what_the_runner_said(who, patient, request, at_work):
    by, address = request.getfixturevalue(who), reverse("clinic:note_consent", args=[patient.pk])
    browser = at_work(by)

    answer = browser.post(address, posted("letter", "yes", patient=patient.pk))
    assert answer.status_code == 302 and Consent.objects.get().answered_by == by
    page = browser.get(reverse("clinic:patient", args=[patient.pk])).content.decode()
    assert "Agreed" in page and by.name in page


def test_an_answer_that_names_another_runner_is_kept_for_nobody(patient, clinician, clinic, at_work):
    other = factories.PatientFactory(clinic=clinic)
    address = reverse("clinic:note_consent", args=[patient.pk])

    answer = at_work(clinician).post(address, posted("letter", "yes", patient=other.pk))
    assert answer.status_code == 409 and not Consent.objects.exists()


# --- What a no stops, and what it never stops --------------------------------------------------


@pytest.mark.parametrize("had_agreed", [True, False])
def test_a_no_to_care_reaches_a_clinician(patient, case, had_agreed):
    if had_agreed:
        factories.agreeing(patient)
    say(patient, False, "care")
    task = Task.objects.open().get(case=case)
    assert (task.code, task.owner) == ("consent_refused", "clinician") and not agrees(patient, "reminders")


def test_a_no_to_mail_leaves_no_task(patient):
    say(patient, False, "reminders")
    assert not Task.objects.exists() and not refuses(patient, "care")


def test_pages_about_danger_open_whatever_was_answered(patient, runner, at_work):
    phone = at_work(runner)
    pages = ("/emergency/", "/me/safety/", "/me/", "/me/offline.json")
    before = [phone.get(page).status_code for page in pages]
    for kind in consent_texts():
        say(patient, False, kind)

    assert before == [phone.get(page).status_code for page in pages] == [200] * len(pages)
    assert Patient.objects.filter(pk=patient.pk).exists()
