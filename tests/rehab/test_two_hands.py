"""Two hands at the same moment, each on a connection of its own: one signature, nothing lost in silence."""

from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from clinic.actions import StaleRecord
from rehab import actions
from rehab.models import LevelStep, Plan

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
