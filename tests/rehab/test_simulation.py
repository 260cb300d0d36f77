"""A few invented runners for a few weeks; the whole run is ``manage.py simulate``."""

from uuid import uuid4

import pytest
from django.utils import timezone

from clinic.alarms import open_task
from rehab.actions import log_session
from rehab.management.commands.simulate import BEGINS
from rehab.management.simulation.checks import CLOSED, PLAN, TASK, rose_after_red, states_of
from rehab.management.simulation.profiles import PROFILES, Body
from rehab.management.simulation.world import simulate
from rehab.models import LevelStep, Verdict
from tests.rehab.conftest import a_step, an_item
from tests.rehab.test_logging import calm, told_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def early():
    """A seed whose clot and compartment syndrome show within two weeks, the latter by the clock, in the second walk."""
    for seed in range(50_000):
        clot, compartment = (Body(PROFILES[number], f"{seed}:{number}") for number in (5, 6))
        is_early = clot.turns_bad + clot.lag <= 9 and compartment.turns_bad + compartment.lag <= 8
        if is_early and compartment.by_clock:
            return seed
    raise AssertionError("no such seed")


def test_two_weeks_of_every_kind_of_runner(early):
    tallies = {tally.profile: tally for tally in simulate(runners=7, weeks=2, seed=early, begins=BEGINS)}

    assert [fault for tally in tallies.values() for fault in tally.faults] == []
    assert tallies["clot"].stopped == tallies["compartment"].stopped == 1
    assert tallies["clot"].ends == tallies["compartment"].ends == {"Referred": 1}
    assert (tallies["adherent"].stopped, tallies["adherent"].false_stops) == (0, {})
    assert LevelStep.objects.filter(rule__startswith="PR-").exists()
    assert Verdict.objects.filter(colour="green").exists()


def test_the_same_seed_gives_the_same_body():
    one, two = Body(PROFILES[3], "1:3"), Body(PROFILES[3], "1:3")

    assert [one.pain(day) for day in range(60)] == [two.pain(day) for day in range(60)]


def test_a_rise_after_a_red_is_found(signed_plan, clinician):
    item, at = signed_plan.items.get(), timezone.now()
    a_step(item, clinician, 1).save()
    said = {"case": signed_plan.case, "safety": calm(), "by": signed_plan.case.patient.person, "at": at}
    for pain, level, found in ((1, 2, []), (8, 3, ["TEST rose to level 3 at 100 %"])):
        log_session(key=uuid4(), told=told_of(signed_plan, at, pain_during=pain), **said)
        step = a_step(item, clinician, level)
        step.rule, step.stepped_at = "TEST", timezone.now()
        step.save()
        assert rose_after_red(signed_plan.case, step.stepped_at) == found


def test_the_next_step_of_a_runner_is_named(signed_plan, clinician):
    case, at = signed_plan.case, timezone.now()
    assert states_of(case) == [PLAN]
    open_task(case=case, code="x", text="x", by=clinician, at=at, due=at)
    assert states_of(case) == [TASK, PLAN]
    item = an_item(case, clinician, "D")
    assert states_of(case) == [TASK]
    case.closed_at, case.closed_because, case.outcome = at, "done", "other"
    assert states_of(case) == [], "closed, and a danger has no outcome"
    item.outcome, item.scan, item.outcome_text = "excluded", "negative", "scan"
    item.closed_at, item.closed_by = timezone.now(), clinician
    item.save()
    assert states_of(case) == [CLOSED]
