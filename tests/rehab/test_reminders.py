"""Reminders by mail: to whom, when, once, in their language; stopped by one tap; never while the leg rests."""

import smtplib
from datetime import datetime, time, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic import actions as clinic_actions
from clinic.mail import MailDown
from clinic.models import Person
from clinic.terms import Answer
from rehab import actions
from rehab import reminding as sending
from rehab.models import Reminder, ReminderChoice
from rehab.reminding import letter, opened_stop, remind, stop_token
from rehab.rules.reminders import Kind
from tests.factories import CaseFactory, agreeing
from tests.rehab.conftest import an_item
from tests.rehab.test_mine import calm, done
from tests.rehab.test_mine import plan as signed  # noqa: F401

pytestmark = pytest.mark.django_db
PAGE = "/me/reminders/"


def at(hour, minute=0, days=0):
    """A moment of today, or of a day to come, by the clinic's clock."""
    day = timezone.localdate() + timedelta(days)
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


@pytest.fixture(autouse=True)
def addressed(settings):
    """Where mails point to."""
    settings.SITE_URL = "https://clinic.example"


@pytest.fixture
def plan(signed):  # noqa: F811
    """A plan in force, of a runner who agrees to reminders."""
    agreeing(signed.case.patient)
    return signed


@pytest.fixture
def patient(plan):
    """The runner of a plan in force."""
    return plan.case.patient


def kinds():
    """The kinds of the reminders that were claimed, oldest first."""
    return list(Reminder.objects.order_by("id").values_list("kind", flat=True))


def test_a_session_that_is_due_is_mailed_once_at_the_chosen_hour(patient):
    assert remind(at(16, 55)) == 0
    assert remind(at(17, 2)) == 1
    assert [remind(at(17, minute)) for minute in (2, 7, 12)] == [0, 0, 0]
    (sent,) = mail.outbox
    assert sent.to == [patient.person.email] and kinds() == ["session"]
    assert Reminder.objects.get().mail_sent


def test_who_logged_is_left_alone(plan, patient):
    done(plan)
    assert remind(at(17)) == 0 and kinds() == []


def test_the_morning_after_is_asked_at_its_own_hour(plan, patient):
    done(plan)
    assert remind(at(8, days=1)) == 1
    assert kinds() == ["morning"] and "/me/morning/" in mail.outbox[0].body
    clock = at(9, days=1)
    actions.log_morning(
        case=plan.case, day=timezone.localdate(clock), pain=0, by=patient.person, at=clock, stiffness_minutes=0
    )
    assert remind(clock) == 0


def test_three_and_seven_silent_days_and_then_the_clinic(patient):
    found = [kinds()[-1] if remind(at(17, days=days)) else "" for days in range(16)]
    assert found[3] == "silent_first" and found[7] == "silent_second"
    assert found[8:] == [""] * 8  # who does not answer is not nagged
    assert found.count("silent_first") == found.count("silent_second") == 1
    assert "3 days" in mail.outbox[kinds().index("silent_first")].body


# --- Never while the leg rests --------------------------------------------------------------------


def answered_yes(case):
    """A safety answer stops the plan."""
    yes = calm() | {next(iter(calm())): Answer.PRESENT}
    told = {"case": case, "where": "message", "answers": yes, "by": case.patient.person}
    actions.ask_safety(**told, at=timezone.now())


def closed(case):
    """The case is closed."""
    case.refresh_from_db()
    told = {"outcome": "other", "version": case.version, "because": "recovered", "by": case.opened_by}
    clinic_actions.close_case(case=case, **told, at=timezone.now())


def left(case):
    """The runner may sign in no more."""
    Person.objects.filter(pk=case.patient.person_id).update(is_active=False)


@pytest.mark.parametrize("what", [answered_yes, closed, left])
@pytest.mark.parametrize("moment", [(8, 1), (17, 0), (17, 1), (17, 3), (17, 7)])
def test_nobody_is_asked_to_load_a_leg_that_rests(what, moment, plan):
    done(plan)
    what(plan.case)
    mail.outbox.clear()  # the alarm of the clinic
    hour, days = moment
    assert remind(at(hour, days=days)) == 0
    assert (mail.outbox, kinds()) == ([], [])


def test_a_stop_between_two_passes_is_seen(patient, plan):
    remind(at(16))
    answered_yes(plan.case)
    mail.outbox.clear()
    assert remind(at(17)) == 0 and mail.outbox == []


def a_second_leg(case, **fields):
    """Open a case for the runner's other leg."""
    side = {"left": "right", "right": "left"}[case.side]
    return CaseFactory(patient=case.patient, clinic=case.clinic, side=side, opened_by=case.opened_by, **fields)


def test_a_runner_with_two_legs_gets_one_mail_though_one_has_no_plan(plan):
    a_second_leg(plan.case)
    assert remind(at(17)) == 1 and kinds() == ["session"]
    assert Reminder.objects.get().case == plan.case


def test_a_danger_in_one_leg_silences_both(plan, clinician):
    an_item(a_second_leg(plan.case), clinician, "D", row="RF-INF")
    assert remind(at(17)) == 0 and kinds() == []


# --- Once -----------------------------------------------------------------------------------------


def test_the_database_itself_refuses_a_second_one(patient):
    remind(at(17))
    row = Reminder.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(patient=patient, case=row.case, kind=row.kind, day=row.day, claimed=row.claimed)


def test_of_two_who_remind_at_once_one_sends(patient, monkeypatch):
    decide = sending.decide

    def overtaken(**told):
        with monkeypatch.context() as alone:
            alone.setattr(sending, "decide", decide)
            remind(at(17))  # the other one is faster
        return decide(**told)

    monkeypatch.setattr(sending, "decide", overtaken)
    remind(at(17))
    assert len(mail.outbox) == Reminder.objects.count() == 1


def test_a_crash_before_the_mail_leaves_loses_it_and_never_doubles_it(patient, monkeypatch):
    monkeypatch.setattr(EmailBackend, "send_messages", lambda *args: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        remind(at(17))
    monkeypatch.undo()
    assert remind(at(17, 5)) == 0 and mail.outbox == []
    assert remind(at(17, days=1)) == 1  # tomorrow it is asked again


def test_a_mail_server_that_is_away_loses_nothing(patient, monkeypatch):
    def away(*args):
        raise smtplib.SMTPConnectError(421, "busy")

    due = at(17)
    monkeypatch.setattr(timezone, "now", lambda: due)
    monkeypatch.setattr(EmailBackend, "open", away)
    with pytest.raises(MailDown):
        remind(at(17))
    with pytest.raises(CommandError, match="nothing was lost"):
        call_command("remind")
    monkeypatch.undo()
    assert kinds() == [] and remind(at(17, 5)) == 1


def test_a_mail_that_is_refused_is_kept_with_its_kind_of_fault_alone(patient, monkeypatch, caplog):
    def refused(*args):
        raise smtplib.SMTPRecipientsRefused({"rosa@example.org": (550, b"unknown")})

    monkeypatch.setattr(EmailBackend, "send_messages", refused)
    assert remind(at(17)) == 0
    assert Reminder.objects.get().mail_error == "SMTPRecipientsRefused"
    assert "SMTPRecipientsRefused" in caplog.text and "rosa@" not in caplog.text


def test_one_broken_runner_does_not_silence_the_others(patient, monkeypatch):
    monkeypatch.setattr(sending, "standing_of", lambda legs, now: 1 / 0)
    assert remind(at(17)) == 0
    monkeypatch.undo()
    assert remind(at(17, 5)) == 1


def test_two_at_the_same_hour_are_one_mail(plan, patient):
    done(plan)
    actions.keep_choice(patient=patient, chosen={"session_time": time(8)}, by=patient.person, at=timezone.now())
    for days in range(1, 8):
        if remind(at(8, days=days)):
            break
    assert len(mail.outbox) == 1 and kinds()[0] == "morning"


def test_of_two_kinds_the_one_that_was_told_already_is_not_told_again(patient, plan):
    told = {"patient": patient, "case": plan.case, "day": at(17).date(), "claimed": at(16)}
    Reminder.objects.create(kind=Kind.MORNING.value, **told)
    choice = actions.choice_of(patient)
    choice.save()
    both = {"moments": ["session", "morning"], "kinds": (Kind.MORNING, Kind.SESSION)}
    rows = actions.decide(choice=choice, **both, case=plan.case, at=at(17), today=at(17).date())

    assert [row.kind for row in rows] == [Kind.SESSION.value]
    assert sending._send(rows, patient, None)
    assert mail.outbox[0].subject == "Your session today" and "morning" not in mail.outbox[0].body


def test_the_next_hour_of_a_day_is_decided_by_itself(plan, patient):
    chosen = {"morning_time": time(8), "session_time": time(9)}
    actions.keep_choice(patient=patient, chosen=chosen, by=patient.person, at=timezone.now())
    assert remind(at(8)) == 0
    assert remind(at(9)) == 1


# --- What it says ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.SESSION, Kind.SILENT_FIRST, Kind.SILENT_SECOND, Kind.MORNING])
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_mail_says_little_and_in_the_runners_language(kind, language, patient, case):
    patient.person.language = language
    sent = letter(patient, [kind])
    words = f"{sent.subject} {sent.body}"
    greeting = {"en": "Hello Rosa,", "es": "Hola, Rosa:"}[language]
    assert sent.body.startswith(greeting) and patient.clinic.phone in sent.body
    for secret in (patient.surname, str(case.pk), "calf", "leg", "pantorrilla", "pierna", "pain", "dolor", "left"):
        assert secret not in words.replace("elegir", "").replace("legir", ""), secret
    assert "Rosa" not in sent.subject and "\n\n\n" not in sent.body
    prose = [line for line in sent.body.splitlines() if "://" not in line]
    assert max(map(len, prose)) <= 90


def test_a_mail_program_can_stop_it(patient):
    headers = letter(patient, [Kind.SESSION]).message()
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = headers["List-Unsubscribe"].strip("<>").replace("\n", "").replace(" ", "")
    assert link.startswith("https://clinic.example/reminders/stop/") and patient.person.email not in link
    answer = Client(enforce_csrf_checks=True).post(
        link.removeprefix("https://clinic.example"), {"List-Unsubscribe": "One-Click"}
    )
    assert answer.status_code == 200
    choice = ReminderChoice.objects.get()
    assert (choice.wants_session, choice.wants_silence, choice.wants_morning) == (False, True, True)
    assert choice.changed_by == patient.person


# --- The runner's choice --------------------------------------------------------------------------


def test_looking_at_the_link_stops_nothing_and_one_button_does(patient):
    browser, link = Client(), reverse("rehab:stop_reminders", args=[stop_token(patient, ["session"])])
    page = browser.get(link).content.decode()
    assert page.count("<button") == 1 and patient.given_name not in page
    assert not ReminderChoice.objects.filter(wants_session=False).exists()
    assert "are stopped" in browser.post(link).content.decode()
    assert remind(at(17)) == 0 and remind(at(17, days=3)) == 1  # silence was not stopped
    assert kinds() == ["silent_first"]


@pytest.mark.parametrize("spoiled", ["", "x", "a:b:c"])
def test_a_secret_that_is_not_ours_opens_nothing(patient, spoiled):
    token = stop_token(patient, ["session"])
    assert opened_stop(token)[0] == patient
    assert opened_stop(spoiled) is None and opened_stop(token[:-2]) is None


def test_a_secret_grows_old(patient, monkeypatch):
    token = stop_token(patient, ["session"])
    later = timezone.now().timestamp() + timedelta(days=181).total_seconds()
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert opened_stop(token) is None


def test_the_page_shows_what_holds_and_keeps_what_is_chosen(patient, at_work):
    browser = at_work(patient.person)
    page = browser.get(PAGE).content.decode()
    assert 'value="17:00"' in page and 'value="08:00"' in page and page.count("checked") == 3
    assert "cannot be stopped" in page
    assert PAGE in browser.get(reverse("clinic:preferences")).content.decode()

    chosen = {"session_time": "20:00", "morning_time": "06:30", "wants_silence": "on"}
    assert browser.post(PAGE, chosen).status_code == 302
    choice = ReminderChoice.objects.get()
    assert (choice.session_time, choice.morning_time) == (time(20), time(6, 30))
    assert (choice.wants_session, choice.wants_silence, choice.wants_morning) == (False, True, False)


@pytest.mark.parametrize("wrong", [{"session_time": "03:00"}, {"session_time": "soon"}, {"morning_time": "23:00"}])
def test_a_time_in_the_night_is_refused(patient, at_work, wrong):
    answer = at_work(patient.person).post(PAGE, {"session_time": "20:00", "morning_time": "06:30"} | wrong)
    assert answer.status_code == 422 and not ReminderChoice.objects.exists()


def test_the_hour_is_the_clinics(patient, settings):
    settings.TIME_ZONE = "America/Bogota"
    with timezone.override("America/Bogota"):
        assert remind(at(16, 58)) == 0
        assert remind(at(17, 1)) == 1


# --- What a pass costs ----------------------------------------------------------------------------


def test_a_pass_with_nothing_due_asks_three_questions(patient):
    remind(at(12))
    with CaptureQueriesContext(connection) as asked:
        remind(at(12))
    assert len(asked) <= 3


def test_a_runner_is_decided_about_once_a_time(plan, patient):
    done(plan)
    remind(at(17))
    with CaptureQueriesContext(connection) as asked:
        remind(at(17, 5))
    assert len(asked) <= 3 and ReminderChoice.objects.get().session_decided == timezone.localdate()


def test_many_runners_are_read_in_pages(patient, monkeypatch):
    monkeypatch.setattr(sending, "PAGE", 1)
    assert remind(at(17)) == 1


def test_the_command_says_how_many_left():
    out = StringIO()
    call_command("remind", stdout=out)
    assert out.getvalue() == "0 told that they rest, 0 reminded\n"
