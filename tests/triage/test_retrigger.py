"""A safety answer at any time: in one transaction the plan rests, a screening opens and an alarm rings."""

import datetime

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from clinic.emergency import urgent_page
from clinic.models import Task
from clinic.models.cases import Case
from clinic.terms import Answer, Level, Reason
from tests import factories
from tests.triage.conftest import calm_answers, screened
from triage import actions
from triage.facts import current_screening, stored_answers
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge
from triage.models import RedFlagItem, Screening

SET = triage_knowledge().safety_set
TWO_REDS = Reason("two_red", "2 RED within 7 days.", "7.3")

pytestmark = pytest.mark.django_db


@pytest.fixture
def stopped(calm_case, runner):
    """A function by which the runner of a calm case answers yes: ``stopped("dark_urine")``."""

    def answer(*yes, by=runner, at=None, **more):
        return actions.retrigger(case=calm_case, yes=yes, by=by, at=at or timezone.now(), **more)

    return answer


def items(case):
    """The open items of a case as (row, level)."""
    return set(case.red_flag_items.filter(outcome="").values_list("row", "level"))


@pytest.mark.parametrize("question", SET, ids=[question.code for question in SET])
def test_every_question_stops_the_leg_at_its_level(calm_case, stopped, question):
    assert loading_gate(calm_case).open
    stop = stopped(question.code)

    assert not loading_gate(calm_case).open
    assert any(row in question.rows and level == question.level for row, level in items(calm_case))
    assert stop.level is question.level
    assert stop.advice == (question.advice,)
    assert (stop.emergency_number, stop.phone) == (calm_case.clinic.emergency_number, calm_case.clinic.phone)
    assert stop.clinic_told


def test_all_of_it_is_written_together(calm_case, runner, stopped):
    version, at = calm_case.version, timezone.now()
    stopped("new_swelling", "breath_or_chest", at=at, told="since this morning")

    screening = current_screening(calm_case)
    assert screening.is_open and "breathlessness" in screening.because
    said = {code for code, answer in stored_answers(screening).items() if answer is Answer.PRESENT}
    assert said == {"pe_breathless", "pe_chest_pain", "leg_swelling", "bleed_new_swelling"}
    assert {("RF-PE", "E"), ("RF-DVT", "D")} <= items(calm_case)
    task = Task.objects.get()
    assert (task.code, task.level, task.owner, task.due, task.is_alarm) == ("red_flag", "E", "clinician", at, True)
    assert "since this morning" in task.text
    event = calm_case.events.first()
    assert (event.kind, event.by, event.version) == ("retriggered", runner, version + 1)
    assert event.data["codes"] == ["breath_or_chest", "new_swelling"]
    stored = Case.objects.get(pk=calm_case.pk)
    assert stored.attention == Case.Attention.EMERGENCY
    assert (calm_case.version, calm_case.attention) == (stored.version, stored.attention)
    assert calm_case.decisions.first().result["level"] == "E"


def test_a_pair_of_same_day_answers_can_make_an_emergency(calm_case, stopped):
    stop = stopped("numb_or_weak", "rest_or_night_pain")

    assert ("RF-ACS", "E") in items(calm_case)
    assert stop.level is Level.E and Task.objects.get().level == "E"
    assert stop.headline == triage_knowledge().red_flags.levels["E"].patient


def test_said_twice_it_opens_nothing_twice(calm_case, stopped):
    stopped("new_swelling")
    before = items(calm_case), Screening.objects.count(), RedFlagItem.objects.count()
    stopped("new_swelling")

    assert (items(calm_case), Screening.objects.count(), RedFlagItem.objects.count()) == before
    assert Task.objects.get().text.count("New swelling") == 1


def test_it_adds_to_the_unfinished_screening_and_raises_a_no(calm_case, clinician, stopped):
    answers = calm_answers() | {"snap": Answer.NOT_ASSESSED}
    calm_case.refresh_from_db()
    actions.answer_screening(
        case=calm_case, version=calm_case.version, answers=answers, by=clinician, at=timezone.now()
    )
    unfinished = current_screening(calm_case)
    stopped("dark_urine")

    assert current_screening(calm_case) == unfinished
    assert stored_answers(unfinished)["dark_urine"] is Answer.PRESENT
    assert stored_answers(unfinished)["leg_hot"] is Answer.ABSENT


def test_a_runner_never_completes_a_screening(calm_case, stopped):
    for question in SET:
        stopped(question.code)
    assert current_screening(calm_case).is_open
    assert Screening.objects.filter(case=calm_case).count() == 2


def test_taking_a_yes_back_lifts_nothing(calm_case, clinician, stopped):
    stopped("dark_urine")
    screened(calm_case, clinician)

    assert not current_screening(calm_case).is_open
    assert [item.row for item in loading_gate(calm_case).unanswered] == ["RF-RHABDO"]


def test_a_yes_after_the_item_was_excluded_opens_another(calm_case, close, stopped):
    stopped("dark_urine")
    close("RF-RHABDO")
    assert items(calm_case) == set()
    stopped("dark_urine")
    assert items(calm_case) == {("RF-RHABDO", "E")}


def test_nobody_sets_the_screening_aside(calm_case, clinician, stopped):
    stopped("dark_urine")
    with pytest.raises(actions.Refused, match="cannot be set aside"):
        actions.void_screening(
            case=calm_case, version=calm_case.version, reason="a mistake", by=clinician, at=timezone.now()
        )
    for change in ({"voided_at": timezone.now(), "voided_by": clinician}, {"because": ""}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Screening.objects.filter(case=calm_case, completed_at__isnull=True).update(**change)


def test_todays_list_never_falls(calm_case, stopped):
    stopped("dark_urine")
    stopped("new_swelling")
    actions.hold(case=calm_case, reason=TWO_REDS, by=calm_case.opened_by, at=timezone.now())
    assert calm_case.attention == Case.Attention.EMERGENCY
    assert Task.objects.get(code="red_flag").level == "E"


def test_an_alarm_that_was_seen_rings_again(calm_case, clinician, stopped):
    stopped("new_swelling")
    seen = timezone.now()
    Task.objects.update(seen_at=seen, seen_by=clinician, mail_next=None)
    later = seen + datetime.timedelta(hours=3)
    stopped("new_swelling", at=later)

    task = Task.objects.unheard().get()
    assert (task.seen_at, task.mail_next) == (None, later)


def test_what_fails_leaves_nothing(calm_case, stopped, monkeypatch):
    def broken(**fields):
        raise RuntimeError("the last thing failed")

    monkeypatch.setattr("triage.actions.stopping.open_task", broken)
    before = RedFlagItem.objects.count(), Screening.objects.count(), calm_case.events.count()
    with pytest.raises(RuntimeError):
        stopped("dark_urine")

    assert (RedFlagItem.objects.count(), Screening.objects.count(), calm_case.events.count()) == before
    assert not Task.objects.exists()
    assert loading_gate(calm_case).open


def test_it_takes_a_question_of_the_set_and_somebody_who_sees_the_case(calm_case, stopped):
    for wrong in ([], ["leg_hot"]):
        with pytest.raises(ValueError):
            stopped(*wrong)
    with pytest.raises(actions.NotAllowed):
        stopped("dark_urine", by=factories.PatientFactory(clinic=calm_case.clinic).person)
    assert loading_gate(calm_case).open


def test_a_rule_that_asks_for_triage_again_holds_the_leg(calm_case, clinician, runner):
    stop = actions.hold(case=calm_case, reason=TWO_REDS, by=runner, at=timezone.now())
    actions.hold(case=calm_case, reason=TWO_REDS, by=runner, at=timezone.now())

    assert [reason.code for reason in loading_gate(calm_case).reasons] == ["unfinished_screening"]
    assert (stop.level, stop.advice) == (Level.D, ())
    assert Screening.objects.filter(case=calm_case, because="2 RED within 7 days.").count() == 1
    task = Task.objects.get()
    assert (task.code, task.level, task.is_alarm) == ("two_red", "D", True)
    assert calm_case.attention == Case.Attention.UNSAFE

    screened(calm_case, clinician)
    assert loading_gate(calm_case).open


def test_what_to_do_now_is_known_without_writing(django_assert_num_queries, clinic):
    with django_assert_num_queries(0):
        stop = actions.what_now(["new_swelling", "warm_or_colour", "dark_urine"], clinic)
    assert stop.level is Level.E and not stop.clinic_told
    assert len(stop.advice) == 2 and "emergency department" in stop.advice[0].en


def test_a_mail_server_that_is_down_changes_nothing_of_the_hold(
    calm_case, lead, stopped, monkeypatch, django_capture_on_commit_callbacks
):
    def refused(*args):
        raise ConnectionRefusedError("no mail today")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refused)
    with django_capture_on_commit_callbacks(execute=True):
        stop = stopped("dark_urine")

    assert stop.clinic_told
    assert not loading_gate(calm_case).open
    task = Task.objects.unheard().get()
    assert "no mail today" in task.mail_error and task.mail_next > task.opened_at


def test_who_answered_yes_is_told_what_to_do_even_if_nothing_can_be_written(calm_case, runner, monkeypatch):
    def broken(case):
        raise DatabaseError("read only")

    def act():
        return actions.retrigger(case=calm_case, yes=["dark_urine"], by=runner, at=timezone.now())

    clinic = calm_case.clinic
    monkeypatch.setattr("triage.actions.stopping.locked_cases", broken)
    stop = actions.stop_or_say_so(yes=["dark_urine"], clinic=clinic, act=act)
    page = urgent_page("triage/stop.html", {"stop": stop}).content.decode()

    assert not stop.clinic_told
    assert "NOT been told" in page and clinic.phone in page and f"tel:{clinic.emergency_number}" in page
    assert stop.advice[0].en in page
    monkeypatch.undo()
    told = actions.stop_or_say_so(yes=["dark_urine"], clinic=clinic, act=act)
    assert "NOT been told" not in urgent_page("triage/stop.html", {"stop": told}).content.decode()


def test_a_danger_stops_both_legs_of_the_runner(calm_case, clinician, stopped):
    other = factories.CaseFactory(patient=calm_case.patient, clinic=calm_case.clinic, side="right")
    screened(other, clinician)
    stop = stopped("breath_or_chest")

    assert stop.is_emergency and len(stop.advice) == 1
    other.refresh_from_db()
    for leg in (calm_case, other):
        assert not loading_gate(leg).open
        assert ("RF-PE", "E") in items(leg)
        assert leg.attention == Case.Attention.EMERGENCY
        assert Task.objects.get(case=leg).level == "E"
        assert leg.events.first().kind == "retriggered"


def test_a_closed_case_beside_it_stays_as_it_was(calm_case, stopped):
    closed = factories.CaseFactory(
        patient=calm_case.patient, clinic=calm_case.clinic, side="right", opened_at=calm_case.opened_at,
        closed_at=timezone.now(), closed_by=calm_case.opened_by, closed_because="done", outcome="other",
    )  # fmt: skip
    stopped("dark_urine")

    assert not Task.objects.filter(case=closed).exists()
    assert not Screening.objects.filter(case=closed).exists()
