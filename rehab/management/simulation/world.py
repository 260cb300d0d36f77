"""The whole simulation: runners of every profile, their weeks, and what became of them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from clinic.models import Case, Clinic, Membership, Patient, Person, Task
from rehab.actions import review, sync_catalogue
from rehab.management import demo
from rehab.management.simulation.clinician import Clinician
from rehab.management.simulation.profiles import PROFILES, Body
from rehab.management.simulation.runner import Runner
from rehab.management.stories import FAILED_EXTENSION, FAILED_ROTATION, SOLEUS, WEAK_CALF, Story
from rehab.models import Plan, RunStage
from triage.gate import loading_gate

FIRST_VISIT = timedelta(hours=2)


@dataclass
class Tally:
    """What became of the runners of one profile; ``faults`` names what must never happen."""

    profile: str
    runners: int = 0
    ends: Counter = field(default_factory=Counter)
    stages: Counter = field(default_factory=Counter)
    stopped: int = 0
    false_stops: int = 0
    faults: list = field(default_factory=list)


def simulate(*, runners, weeks, seed, begins):
    """Let invented runners live for some weeks in the database at hand; return one tally a profile.

    ``begins`` is the moment of the first visit.  The same numbers give the same weeks.
    """
    sync_catalogue()
    clinic, clinician = _clinic()
    people = [_runner(number, seed, clinic, clinician, begins) for number in range(runners)]
    for day in range(weeks * 7):
        for runner in people:
            runner.live(day)
            review(case=runner.case, at=runner.moment(day, 11))
            may_load = Clinician(clinician).act(runner, day)
            _has_a_next_step(runner, day, may_load)
    return _tallies(people)


def _clinic():
    clinic = Clinic.objects.create(
        name="Simulated clinic", phone="0", emergency_number="112", opening_hours="always", steps_apply_themselves=True
    )
    person = Person.objects.create_user("clinician@simulation.example", None, name="Simulated clinician")
    Membership.objects.create(person=person, clinic=clinic, role="clinician")
    return clinic, person


def _runner(number, seed, clinic, clinician, begins):
    """Take one invented runner through the real actions up to the signed plan."""
    profile = PROFILES[number % len(PROFILES)]
    story = Story(
        profile.code.title(), f"Simulated{number:04}", "Dull ache", "signed", born=date(1990, 1, 1 + number % 28),
        found=SOLEUS, cause="SOLEUS", email=f"runner{number}@simulation.example",
        measured=(FAILED_ROTATION, FAILED_EXTENSION, *WEAK_CALF),
    )  # fmt: skip
    walk = demo.Walk(story, clinic, clinician, begins, begins)
    walk.go()
    Patient.objects.filter(pk=walk.case.patient_id).update(email="")
    case = Case.objects.select_related("patient__person", "clinic").get(pk=walk.case.pk)
    return Runner(case, Body(profile, f"{seed}:{number}"), begins + FIRST_VISIT)


def _has_a_next_step(runner, day, may_load):
    """Hold that nobody is forgotten: a plan that runs, a task with owner and due moment, or a closed case."""
    case = runner.case
    if may_load and Plan.objects.signed().filter(case=case).exists():
        return
    waits = Task.objects.open().filter(case=case).exists()
    if not waits and not Case.objects.filter(pk=case.pk, closed_at__isnull=False).exists():
        runner.faults.append(f"day {day}: no open task, no running plan, no closed case")


def _tallies(people):
    found = {profile.code: Tally(profile.code) for profile in PROFILES}
    for runner in people:
        tally, case = found[runner.body.profile.code], Case.objects.get(pk=runner.case.pk)
        tally.runners += 1
        tally.ends[_end(case)] += 1
        stage = RunStage.objects.filter(case=case).order_by("-stepped_at", "-id").first()
        tally.stages["passed" if stage and stage.passed else stage.stage if stage else "not begun"] += 1
        tally.stopped += runner.stopped_on is not None
        tally.false_stops += runner.false_stops
        tally.faults += [f"{case.patient}: {fault}" for fault in runner.faults]
    return list(found.values())


def _end(case):
    if case.closed_at:
        return case.closed_because.split(":")[0]
    return "plan runs" if loading_gate(case).open else "waits for the clinic"
