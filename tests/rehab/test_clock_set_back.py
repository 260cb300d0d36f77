"""The clock of the machine is set back two hours in the middle of a case: the newest still counts, nothing breaks."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from clinic import alarms, invitations
from clinic.actions import close_case
from clinic.clock import after
from clinic.consents import agrees, answer_consent, consent_texts
from clinic.models import Consent, Invitation, Task
from clinic.terms import Answer, Reason
from rehab import actions
from rehab.actions.moving import write_step
from rehab.actions.stages import write_stage
from rehab.models import LevelStep, Plan, RunStage
from tests.factories import CaseFactory
from tests.rehab.conftest import a_diagnosis, a_plan, in_force, nothing_against, screened_calm
from tests.triage.conftest import calm_answers
from triage import actions as triage_actions
from triage.facts import current_screening, newest_findings
from triage.gate import loading_gate
from triage.models import RedFlagItem

pytestmark = pytest.mark.django_db
NOW = timezone.now()
BACK = NOW - timedelta(hours=2)
BROKEN = {"fx_trauma": Answer.PRESENT, "fx_cannot_4_steps": Answer.PRESENT}  # RF-FX: the same day


def answer(case, by, at, answers):
    """Answer the screening of a case."""
    case.refresh_from_db()
    return triage_actions.answer_screening(case=case, version=case.version, answers=answers, by=by, at=at)


def a_move(**where):
    """One move on a ladder as the rules make it."""
    return SimpleNamespace(rule="TEST", inputs={}, reasons=[Reason("TEST", "for a test", "")], rest_until=None, **where)


def test_what_follows_is_later():
    assert (after(NOW, BACK), after(NOW, NOW), after(NOW, None)) == (NOW, NOW, NOW)
    assert NOW < after(BACK, NOW) <= NOW + timedelta(milliseconds=1)


def test_a_screening_that_was_begun_is_completed_and_its_danger_shuts_the_leg(case, clinician):
    answer(case, clinician, NOW, {"leg_hot": Answer.ABSENT})
    answer(case, clinician, BACK, calm_answers(**BROKEN))

    assert current_screening(case).complete
    assert not loading_gate(case).open and RedFlagItem.objects.filter(case=case).exists()


def test_the_screening_that_is_open_is_answered_also_where_the_complete_one_seems_newer(case, clinician):
    answer(case, clinician, NOW, calm_answers())
    case.refresh_from_db()
    begun = triage_actions.start_screening(case=case, version=case.version, by=clinician, at=BACK)
    answer(case, clinician, BACK, {"leg_hot": Answer.ABSENT})

    assert current_screening(case) == begun and not loading_gate(case).open


def test_an_item_a_task_and_a_case_are_ended(case, clinician):
    answer(case, clinician, NOW, calm_answers(**BROKEN))
    item = RedFlagItem.objects.filter(case=case, outcome="").first()
    case.refresh_from_db()
    told = {"case": case, "version": case.version, "item_id": item.pk, "outcome": "inconclusive", "text": "unclear"}
    triage_actions.close_item(**told, by=clinician, at=BACK)
    rung = {"case": case, "code": "no_log", "text": "No log", "due": NOW, "by": clinician, "at": NOW}
    alarms.finish_task(task=alarms.open_task(**rung), text="Called", by=clinician, at=BACK)

    assert Task.objects.get(code="no_log").done_at > NOW and RedFlagItem.objects.get(pk=item.pk).closed_at > NOW


def test_a_newer_examination_and_a_newer_diagnosis_count(case, clinician):
    answer(case, clinician, NOW, calm_answers())
    for at, found in ((NOW + timedelta(hours=1), Answer.PRESENT), (NOW, Answer.ABSENT)):
        case.refresh_from_db()
        findings = {"hill_training": found}
        triage_actions.record_examination(case=case, version=case.version, by=clinician, at=at, findings=findings)
    for cause in ("SOLEUS", "GASTROC"):
        case.refresh_from_db()
        at = NOW + timedelta(hours=1) if cause == "SOLEUS" else NOW
        named = {"cause": cause, "override_reason": "seen"}
        triage_actions.record_diagnosis(case=case, version=case.version, by=clinician, at=at, **named)

    assert [finding.answer for finding in newest_findings(case) if finding.code == "hill_training"] == [Answer.ABSENT]
    assert case.diagnoses.order_by("-at", "-id").first().cause == "GASTROC"


def test_a_plan_is_signed_and_replaces_the_one_that_seems_newer(case, clinician, catalogue):
    screened_calm(case, clinician)
    nothing_against(case, clinician)
    a_diagnosis(case, clinician)
    first = in_force(a_plan(case, clinician), clinician)
    second = a_plan(case, clinician)
    case.refresh_from_db()
    actions.sign_plan(plan=second, version=case.version, by=clinician, at=BACK)

    assert Plan.objects.signed().get(case=case) == second
    first.refresh_from_db()
    assert first.replaced_at >= first.signed_at


def test_a_step_back_counts_although_the_step_up_seems_newer(signed_plan, clinician):
    item, case = signed_plan.items.get(), signed_plan.case
    for level, at in ((3, NOW), (2, BACK)):
        write_step(item, a_move(level=level, dose_percent=100), by=clinician, at=at)
    for stage, at in ((4, NOW), (2, BACK)):
        write_stage(case, a_move(stage=stage, passed=0), by=clinician, at=at)

    assert LevelStep.objects.filter(item=item).order_by("-stepped_at", "-id").first().level == 2
    assert RunStage.objects.filter(case=case).order_by("-stepped_at", "-id").first().stage == 2


def test_a_link_is_used_and_another_taken_back(case, clinician):
    told = {"patient": case.patient, "email": "rosa@example.org", "language": "en", "by": clinician}
    _, token = invitations.invite(**told, seen=None, at=NOW)
    invitations.accept(token=token, at=BACK)
    used = Invitation.objects.get()

    assert used.used_at > used.made_at


def test_an_alarm_is_mailed_though_its_moment_lies_hours_ahead(case, clinician, lead):
    rung = {"case": case, "code": "red", "text": "Red", "due": NOW, "level": "D", "is_alarm": True}
    alarms.open_task(**rung, by=clinician, at=NOW)

    assert alarms.deliver(BACK) == 1


def test_a_case_is_closed(clinic, clinician):
    case = CaseFactory(patient__clinic=clinic, opened_at=NOW, opened_by=clinician)
    ended = {"outcome": "other", "because": "moved away"}
    close_case(case=case, version=case.version, by=clinician, at=BACK, **ended)
    case.refresh_from_db()

    assert case.closed_at > case.opened_at


def test_the_newest_answer_to_a_consent_counts_and_is_kept_once(case):
    runner = case.patient.person
    told = {"patient": case.patient, "kind": "reminders", "version": consent_texts()["reminders"].version, "by": runner}
    answer_consent(**told, agreed=False, at=NOW)
    for _ in range(2):
        answer_consent(**told, agreed=True, at=BACK)

    assert agrees(case.patient, "reminders")
    assert list(Consent.objects.values_list("agreed", flat=True)) == [True, False]
