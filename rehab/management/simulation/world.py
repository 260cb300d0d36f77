"""The whole simulation: runners of every profile, their weeks, and what became of them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from clinic.histories import change
from clinic.models import Case, Clinic, Membership, Patient, Person
from rehab.actions import review, sync_catalogue
from rehab.management import demo
from rehab.management.simulation.checks import TASK, rose_after_red, states_of
from rehab.management.simulation.clinician import Clinician
from rehab.management.simulation.profiles import PROFILES, Body
from rehab.management.simulation.runner import Runner
from rehab.management.stories import FAILED_EXTENSION, FAILED_ROTATION, SOLEUS, WEAK_CALF, Story
from rehab.models import RunStage
from triage.gate import loading_gate

FIRST_VISIT = timedelta(hours=2)


@dataclass
class Tally:
    """What became of the runners of one profile; ``faults`` names what must never happen.

    ``stopped``: how many told a sign and were stopped; ``false_stops``: stops of who was not ill, by their reason.
    """

    profile: str
    runners: int = 0
    ends: Counter = field(default_factory=Counter)
    stages: Counter = field(default_factory=Counter)
    stopped: int = 0
    false_stops: Counter = field(default_factory=Counter)
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
            _hold_what_must(runner, day, Clinician(clinician))
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
    change(Patient.objects.filter(pk=walk.case.patient_id), email="")
    case = Case.objects.select_related("patient__person", "clinic").get(pk=walk.case.pk)
    return Runner(case, Body(profile, f"{seed}:{number}"), begins + FIRST_VISIT)


def _hold_what_must(runner, day, clinician):
    """Hold that whoever rests waits for somebody, that every evening has exactly one next step, that no RED rose."""
    if runner.case.closed_at:
        return
    before = states_of(runner.case)
    if not loading_gate(runner.case).open and TASK not in before:
        runner.faults.append(f"day {day}: the plan rests and no task is open")
    case = clinician.act(runner, day)
    after = states_of(case)
    if len(after) != 1:
        runner.faults.append(f"day {day}: not exactly one next step, but {' and '.join(after) or 'none'}")
    runner.faults += [f"day {day}: after a RED {rise}" for rise in rose_after_red(case, runner.moment(day, 0))]


def _tallies(people):
    found = {profile.code: Tally(profile.code) for profile in PROFILES}
    for runner in people:
        tally, case = found[runner.body.profile.code], Case.objects.get(pk=runner.case.pk)
        tally.runners += 1
        tally.ends[_end(case)] += 1
        stage = RunStage.objects.filter(case=case).order_by("-stepped_at", "-id").first()
        tally.stages["passed" if stage and stage.passed else stage.stage if stage else "not begun"] += 1
        tally.stopped += runner.stopped_on is not None
        tally.false_stops.update(_false_stops(runner))
        tally.faults += [f"{case.patient}: {fault}" for fault in runner.faults]
    return list(found.values())


def _false_stops(runner):
    """Return the reason of every stop before the runner was ill."""
    stops = runner.case.events.filter(kind__in=("held", "retriggered"))
    ill_from = runner.moment(runner.body.turns_bad + runner.body.lag, 0) if runner.body.profile.signs else None
    early = stops.filter(at__lt=ill_from) if ill_from else stops
    return [data.get("reason", "safety_answer") for data in early.values_list("data", flat=True)]


def _end(case):
    if case.closed_at:
        return case.closed_because.split(":")[0]
    return "plan runs" if loading_gate(case).open else "waits for the clinic"
