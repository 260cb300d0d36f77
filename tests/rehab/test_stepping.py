"""A step waits for a clinician's tap: asked again before it is taken, declined in words, and one of two wins."""

from datetime import timedelta

import pytest

from clinic.actions import StaleRecord
from clinic.models import Case, Task
from rehab import actions
from rehab.actions import GateShut, NotAllowed, Refused
from rehab.models import LevelStep, Plan, RunStage, StepOffer
from tests.rehab.conftest import SHUT, a_plan, in_force
from tests.rehab.test_moving import runner, two_green  # noqa: F401
from tests.rehab.test_running_back import walker  # noqa: F401
from tests.rehab.test_two_hands import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(runner):  # noqa: F811
    """A step to level 3 that waits."""
    two_green(runner)
    return StepOffer.objects.select_related("case", "item__exercise").get(decided_at=None)


def tap(offer, by, at, **said):
    """Take the step as the page that shows it now would."""
    offer.case.refresh_from_db()
    actions.take_step(offer=offer, version=offer.case.version, by=by, at=at, **said)


def test_a_waiting_step_stands_on_todays_list_until_it_is_answered(offer, runner, clinician):  # noqa: F811
    assert Task.objects.open().get(code="step_offer").case == offer.case

    tap(offer, clinician, runner.at)

    assert not Task.objects.open().filter(code="step_offer").exists()


def test_a_tap_takes_the_step_with_the_rule_that_bore_it_out(offer, runner, clinician):  # noqa: F811
    tap(offer, clinician, runner.at)
    step = LevelStep.objects.order_by("-stepped_at", "-id").first()
    offer.refresh_from_db()

    assert (step.level, step.dose_percent, step.rule, step.stepped_by) == (3, 100, offer.rule, clinician)
    assert step.reasons and step.knowledge_sha256
    assert (offer.accepted, offer.decided_by, offer.decided_at) == (True, clinician, runner.at)
    assert offer.case.events.first().text == "Step taken: Bird dog, level 3"


def test_a_declined_step_says_why_and_moves_nothing(offer, runner, clinician):  # noqa: F811
    with pytest.raises(Refused, match="Write why"):
        actions.decline_step(offer=offer, version=offer.case.version, because=" ", by=clinician, at=runner.at)
    actions.decline_step(offer=offer, version=offer.case.version, because="Too soon", by=clinician, at=runner.at)
    offer.refresh_from_db()

    assert (offer.accepted, offer.decided_by) == (False, clinician)
    assert runner.stands_at() == (2, 100)
    assert "Too soon" in offer.case.events.first().text
    assert not Task.objects.open().filter(code="step_offer").exists()


def test_a_declined_step_comes_up_again_with_a_new_session_and_not_with_a_morning(offer, runner, clinician):  # noqa: F811
    actions.decline_step(offer=offer, version=offer.case.version, because="Too soon", by=clinician, at=runner.at)
    runner.morning()
    assert not StepOffer.objects.filter(decided_at=None).exists()

    runner.session()
    runner.morning()
    assert StepOffer.objects.get(decided_at=None).level == 3


@pytest.mark.parametrize("why", SHUT, ids=lambda name: name.replace(" ", "_"))
def test_behind_a_shut_gate_no_step_is_taken(why, offer, runner, clinician):  # noqa: F811
    SHUT[why](offer.case, clinician)

    with pytest.raises(GateShut):
        tap(offer, clinician, runner.at)
    assert runner.stands_at() == (2, 100) and StepOffer.objects.get().decided_at is None


def test_a_step_that_newer_logs_took_back_is_not_taken(offer, runner, clinician):  # noqa: F811
    runner.session(pain=4)

    with pytest.raises(Refused, match="no longer waits"):
        tap(offer, clinician, runner.at)
    assert runner.stands_at() == (2, 50)


def test_the_rules_are_asked_again_at_the_tap(offer, runner, clinician):  # noqa: F811
    with pytest.raises(Refused, match="no longer bear this step out"):
        tap(offer, clinician, runner.at + timedelta(days=9))  # a week went by without a session
    assert runner.stands_at() == (2, 100)


def test_a_step_of_a_plan_that_was_replaced_is_taken_back(offer, runner, clinician):  # noqa: F811
    Plan.objects.signed().update(replaced_at=runner.at, replaced_by=clinician)
    in_force(a_plan(offer.case, clinician), clinician)

    with pytest.raises(Refused, match="no longer in force"):
        tap(offer, clinician, runner.at)


@pytest.mark.parametrize("who", ["assistant", "runner"])
def test_only_a_clinician_answers_a_step(who, offer, runner, clinician, assistant):  # noqa: F811
    person = {"assistant": assistant, "runner": runner.person}[who]
    with pytest.raises(NotAllowed):
        tap(offer, person, runner.at)
    with pytest.raises(NotAllowed):
        actions.decline_step(offer=offer, version=offer.case.version, because="no", by=person, at=runner.at)
    assert StepOffer.objects.get().decided_at is None


def test_the_next_running_stage_waits_for_a_tap_too(walker, clinician):  # noqa: F811
    case = Case.objects.get(pk=walker.plan.case_id)
    actions.start_running(case=case, version=case.version, by=clinician, at=walker.at)
    for _ in range(2):
        walker.morning(pain=0)
        walker.walk()
        walker.morning(pain=0)
    offer = StepOffer.objects.select_related("case").get(stage=1, decided_at=None)

    tap(offer, clinician, walker.at)

    assert RunStage.objects.order_by("-stepped_at", "-id").first().stage == 1
    assert offer.case.events.first().text == "Step taken: running stage 1"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_tap_at_once_one_wins(offer, runner, clinician, lead):  # noqa: F811
    version = Case.objects.get(pk=offer.case_id).version

    def tapping(by):
        mine = StepOffer.objects.select_related("case", "item__exercise").get(pk=offer.pk)
        return lambda: actions.take_step(offer=mine, version=version, by=by, at=runner.at)

    ends = at_once(tapping(clinician), tapping(lead))

    assert sorted(ends, key=str) == [None, StaleRecord.__name__]
    assert LevelStep.objects.filter(level=3).count() == 1
