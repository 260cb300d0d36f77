"""Two hands at the same moment, each on a connection of its own: one signature, nothing lost in silence."""

from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clinic.actions import StaleRecord
from clinic.models import Case
from clinic.terms import Answer
from rehab import actions
from rehab.models import LevelStep, OutcomeScore, Plan
from tests import factories
from tests.rehab.conftest import an_item
from triage import actions as triage_actions
from triage.gate import loading_gate

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run the acts at the same moment; return what each ended with."""
    start, ends = Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        start.wait()
        try:
            act()
        except (StaleRecord, actions.Refused) as refusal:
            ends[place] = type(refusal).__name__
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def signing(plan, by):
    """Return an act: sign the plan as it was read before."""
    seen, version = Plan.objects.select_related("case").get(pk=plan.pk), plan.case.version
    return lambda: actions.sign_plan(plan=seen, version=version, by=by, at=timezone.now())


def test_a_double_click_on_two_connections_signs_once(rules_draft, clinician):
    ends = at_once(signing(rules_draft, clinician), signing(rules_draft, clinician))

    assert ends == [None, None]
    assert rules_draft.case.events.filter(kind="plan_signed").count() == 1
    assert LevelStep.objects.count() == 3


def test_of_two_clinicians_who_sign_at_once_one_is_told(rules_draft, clinician, lead):
    ends = at_once(signing(rules_draft, clinician), signing(rules_draft, lead))

    assert sorted(ends, key=str) == [None, "StaleRecord"]
    assert rules_draft.case.events.filter(kind="plan_signed").count() == 1


def test_of_two_drafts_at_once_one_stands(ready_case, clinician, lead):
    def drafting(by):
        case = type(ready_case).objects.get(pk=ready_case.pk)
        return lambda: actions.draft_plan(
            case=case, version=case.version, equipment=(), blocked=(), by=by, at=timezone.now()
        )

    ends = at_once(drafting(clinician), drafting(lead))

    assert sorted(ends, key=str) == [None, "StaleRecord"]
    assert Plan.objects.drafts().count() == 1


def test_of_a_signature_and_a_red_flag_at_once_none_is_lost_and_the_leg_rests(rules_draft, clinician, assistant):
    """Whoever comes second is told; whatever the order, no plan is open beside an alarm."""
    seen = type(rules_draft.case).objects.get(pk=rules_draft.case_id)

    def finding():
        triage_actions.answer_screening(
            case=seen,
            version=seen.version,
            answers={"leg_hot": Answer.PRESENT, "leg_swelling": Answer.PRESENT},
            by=assistant,
            at=timezone.now(),
        )

    ends = at_once(signing(rules_draft, clinician), finding)

    assert sorted(ends, key=str) == [None, "StaleRecord"]
    if ends[1] is None:
        assert not Plan.objects.signed().exists()
    else:  # the signature was first; the answers are sent again with the version of today
        seen.refresh_from_db()
        finding()
    assert seen.red_flag_items.filter(row="RF-DVT").exists()
    assert not loading_gate(seen).open


def test_a_red_flag_written_past_the_actions_at_the_same_moment_shuts_the_gate(rules_draft, clinician):
    case = rules_draft.case

    def slipped_in():
        with transaction.atomic():
            an_item(case, clinician, "D", row="RF-ACH")

    at_once(signing(rules_draft, clinician), slipped_in)

    assert case.red_flag_items.filter(row="RF-ACH").exists()
    assert not loading_gate(case).open
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(case=case).update(note="changed")


def test_a_sign_off_of_another_cases_item_is_refused(rules_draft, clinician, clinic):
    other = factories.CaseFactory(patient__clinic=clinic, opened_by=clinician)
    item = an_item(other, clinician, "U", row="RF-CECS")
    case = rules_draft.case
    case.refresh_from_db()

    with pytest.raises(actions.Refused):
        triage_actions.sign_off(
            case=case, version=case.version, item_id=item.pk, kind="may_load", reason="seen", limits="walk",
            by=clinician, at=timezone.now(),
        )  # fmt: skip
    case.refresh_from_db()
    assert not item.sign_offs.exists()


def test_an_action_that_fails_at_its_last_step_leaves_nothing_behind(rules_draft, clinician, monkeypatch):
    def broken(*args):
        raise RuntimeError("the last step fails")

    monkeypatch.setattr("rehab.actions.signing.first_steps", broken)
    before = rules_draft.case.events.count(), Case.objects.get(pk=rules_draft.case_id).version
    with pytest.raises(RuntimeError):
        signing(rules_draft, clinician)()

    assert not Plan.objects.signed().exists()
    assert (rules_draft.case.events.count(), Case.objects.get(pk=rules_draft.case_id).version) == before


def test_the_same_answers_on_two_connections_are_kept_once(rules_draft, clinician, runner):
    actions.sign_plan(plan=rules_draft, version=rules_draft.case.version, by=clinician, at=timezone.now())
    rated = [{"activity": name, "points": 4} for name in ("Run", "Hop", "Stairs")]
    told = {"NPRS": {"worst": 5}, "PSFS": {"activities": rated}}

    def answering():
        case = Case.objects.get(pk=rules_draft.case_id)
        return lambda: actions.answer_measures(case=case, told=told, by=runner, at=timezone.now())

    assert at_once(answering(), answering()) == [None, None]
    assert sorted(OutcomeScore.objects.values_list("measure", flat=True)) == ["NPRS", "PSFS"]
