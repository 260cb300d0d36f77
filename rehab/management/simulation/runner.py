"""One invented runner in the clinic: logs through the real actions, and remembers what must hold."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from clinic.models import Case
from clinic.terms import Answer
from rehab.actions import ExerciseTold, RunTold, SessionTold, log_morning, log_run, log_session
from rehab.knowledge import rehab_knowledge
from rehab.models import LevelStep, Plan, RunStage, Verdict
from rehab.rules.logged import Colour
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge

EVERY_OTHER = 2
WALKING_DAY = 1  # a brisk walk a week before the ladder begins: the criteria ask for one
TRAINING_DAYS = {0, 2, 4}  # of a week that begins on day 0


class Runner:
    """Lives one day at a time.  ``faults`` collects, in words, what must never happen."""

    def __init__(self, case, body, signed_at):
        self.case, self.body, self.signed_at = case, body, signed_at
        self.person = case.patient.person
        self.last_run = None
        self.first_yes = self.stopped_on = None
        self.false_stops = 0
        self.faults = []

    def moment(self, day, hour):
        """Return a moment of a simulated day."""
        return self.signed_at + timedelta(days=day, hours=hour)

    def live(self, day):
        """Wake up, train if it is the day for it, run if it is the day for it."""
        self.body.night()
        self.case = Case.objects.select_related("patient__person", "clinic").get(pk=self.case.pk)
        if self.case.closed_at:
            return
        if self.body.does(self.body.profile.mornings):
            self._morning(day)
        if not loading_gate(self.case).open:
            return
        stage = RunStage.objects.filter(case=self.case).order_by("-stepped_at", "-id").first()
        if day % 7 in TRAINING_DAYS and self.body.does(self.body.profile.sessions):
            self._train(day)
        if self.stopped_on == day:
            return
        if stage is not None and self._may_run_today(day, stage) and self.body.does(self.body.profile.sessions):
            self._run(day, stage.stage)
        elif stage is None and day % 7 == WALKING_DAY:
            self._run(day, 0)
        elif self.body.does(self.body.profile.extra_runs):
            self._run(day, None)

    def _may_run_today(self, day, stage):
        rested = stage.rest_until is None or stage.rest_until <= self.moment(day, 9)
        return rested and (self.last_run is None or day - self.last_run >= EVERY_OTHER)

    def _morning(self, day):
        at = self.moment(day, 0)
        pain = self.body.morning_pain(day)
        log_morning(case=self.case, day=timezone.localdate(at), pain=pain, stiffness_minutes=5, by=self.person, at=at)

    def _safety(self, day):
        yes = self.body.yes(day)
        if yes and self.first_yes is None:
            self.first_yes = day
        asked = [question.code for question in triage_knowledge().safety_set]
        return {code: Answer.PRESENT if code in yes else Answer.ABSENT for code in asked}

    def _told(self, at, pain, exercises=(), minutes=25, effort=5):
        return SessionTold(
            day=timezone.localdate(at),
            began=at,
            minutes=minutes,
            effort=effort,
            pain_before=0,
            pain_during=pain,
            pain_after=min(pain, 1),
            gait_change=Answer.ABSENT,
            tingling=Answer.ABSENT,
            exercises=exercises,
        )

    def _key(self):
        return UUID(int=self.body.chance.getrandbits(128), version=4)

    def _train(self, day):
        """Do every exercise of the plan that does not rest."""
        at = self.moment(day, 8)
        plan = Plan.objects.signed().filter(case=self.case).first()
        if plan is None:
            return
        pain, steps = self.body.pain(day), self._steps(plan)
        told = [
            ExerciseTold(item=item, done="full", pain_during=pain, effort=5, form="good")
            for item, step in steps.items()
            if step.rest_until is None or step.rest_until <= at
        ]
        if told:
            before = _levels(steps)
            safety, session = self._safety(day), self._told(at, pain, tuple(told))
            found = log_session(case=self.case, key=self._key(), safety=safety, told=session, by=self.person, at=at)
            self._check(day, found, before, plan)

    def _run(self, day, stage):
        """Run what the stage asks for, or, with no stage, three kilometres too many."""
        at = self.moment(day, 10)
        self.last_run = day
        plan = Plan.objects.signed().filter(case=self.case).first()
        if stage is None:
            self.body.overdo()
            run = RunTold(km=6, run_minutes=33, walk_minutes=0, longest_run_minutes=33)
        else:
            run = _of_stage(rehab_knowledge().running.stages[stage])
        told = self._told(at, self.body.pain(day, run=True), minutes=35, effort=4)
        before = _levels(self._steps(plan))
        found = log_run(
            case=self.case, key=self._key(), safety=self._safety(day), told=told, run=run, by=self.person, at=at
        )
        self._check(day, found, before, plan)

    def _steps(self, plan):
        """Return the newest step of each exercise."""
        rows = LevelStep.objects.filter(item__plan=plan).order_by("item__position", "stepped_at", "id") if plan else ()
        return {step.item_id: step for step in rows}

    def _check(self, day, found, before, plan):
        """Hold what just happened against what must never happen."""
        is_open = loading_gate(self.case).open
        if found.stop is not None:
            self.stopped_on = day if self.stopped_on is None else self.stopped_on
            if is_open:
                self.faults.append(f"day {day}: a safety answer was told and the gate stayed open")
        elif self.first_yes is not None and self.stopped_on is None:
            self.faults.append(f"day {day}: a sign was mentioned and nothing stopped")
        if found.stop is None and not is_open and not self.body.profile.signs:
            self.false_stops += 1
        colour = Verdict.objects.filter(session=found.row, exercise=None).order_by("-judged_at", "-id").first().colour
        after = _levels(self._steps(plan))
        if colour == Colour.RED and any(after[item] > before[item] for item in before):
            self.faults.append(f"day {day}: a level rose after a RED session")


def _levels(steps):
    return {item: (step.level, step.dose_percent) for item, step in steps.items()}


def _of_stage(stage):
    """Return exactly what a stage asks for."""
    return RunTold(
        stage=stage.number,
        run_minutes=stage.total_run_minutes,
        walk_minutes=stage.walk_minutes * stage.repetitions,
        longest_run_minutes=stage.run_minutes,
    )
