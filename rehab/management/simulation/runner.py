"""One invented runner in the clinic: logs through the real actions, and remembers what must hold."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from clinic.models import Case
from clinic.terms import Answer
from rehab.actions import ExerciseTold, RunTold, SessionTold, log_morning, log_run, log_session
from rehab.history import newest_step, plan_in_force
from rehab.knowledge import rehab_knowledge
from rehab.models import RunStage
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge

EVERY_OTHER = 2
WALKING_DAY = 1  # a brisk walk a week before the ladder begins: the criteria ask for one
TRAINING_DAYS = {0, 2, 4}  # of a week that begins on day 0
TOO_MUCH = RunTold(km=6, run_minutes=33, walk_minutes=0, longest_run_minutes=33)


class Runner:
    """Lives one day at a time.  ``faults`` collects, in words, what must never happen."""

    def __init__(self, case, body, signed_at):
        self.case, self.body, self.signed_at = case, body, signed_at
        self.person = case.patient.person
        self.last_run = None
        self.stopped_on = None
        self.faults = []

    def moment(self, day, hour):
        """Return a moment of a simulated day."""
        return self.signed_at + timedelta(days=day, hours=hour)

    def live(self, day):
        """Wake up, train if it is the day for it, run if it is the day for it; do nothing while the plan rests."""
        self.body.night()
        self.case = Case.objects.select_related("patient__person", "clinic").get(pk=self.case.pk)
        if self.case.closed_at:
            return
        if self.body.does(self.body.profile.mornings):
            self._morning(day)
        trains = day % 7 in TRAINING_DAYS and self.body.does(self.body.profile.sessions)
        if trains and loading_gate(self.case).open:
            self._train(day)
        run = self._run_of(day)
        if run is not None and loading_gate(self.case).open:
            self._run(day, run)

    def _run_of(self, day):
        """Return what is run on a day: the stage, a walk before there is one, too much, or nothing."""
        stage = RunStage.objects.filter(case=self.case).order_by("-stepped_at", "-id").first()
        if stage is None and day % 7 == WALKING_DAY:
            return _of_stage(0)
        if stage is not None and self._is_rested(day, stage) and self.body.does(self.body.profile.sessions):
            return _of_stage(stage.stage)
        return TOO_MUCH if self.body.does(self.body.profile.extra_runs) else None

    def _is_rested(self, day, stage):
        rested = stage.rest_until is None or stage.rest_until <= self.moment(day, 9)
        return rested and (self.last_run is None or day - self.last_run >= EVERY_OTHER)

    def _morning(self, day):
        at = self.moment(day, 0)
        pain = self.body.morning_pain(day)
        log_morning(case=self.case, day=timezone.localdate(at), pain=pain, stiffness_minutes=5, by=self.person, at=at)

    def _train(self, day):
        """Do every exercise of the plan that does not rest."""
        at, pain = self.moment(day, 8), self.body.pain(day)
        plan = plan_in_force(self.case)
        rests = {item.pk: newest_step(item).rest_until for item in plan.items.all()} if plan else {}
        told = [
            ExerciseTold(item=item, done="full", pain_during=pain, effort=5, form="good")
            for item, until in rests.items()
            if until is None or until <= at
        ]
        if told:
            self._log(day, at, log_session, pain, exercises=tuple(told))

    def _run(self, day, run):
        """Run, or walk; a danger that shows by the clock is told with it."""
        self.last_run = day
        if run is TOO_MUCH:
            self.body.overdo()
        relief = self.body.relief_minutes(day)
        if relief is not None:
            run = replace(run, onset_minute=10, relief_minutes=relief)
        self._log(day, self.moment(day, 10), log_run, self.body.pain(day, run=True), relief=relief, run=run)

    def _log(self, day, at, action, pain, *, exercises=(), relief=None, **run):
        """Tell of a session or a run, and hold that a sign told in it stops the leg at once."""
        yes = self.body.yes(day)
        safety = {q.code: Answer.PRESENT if q.code in yes else Answer.ABSENT for q in triage_knowledge().safety_set}
        told = SessionTold(
            day=timezone.localdate(at), began=at, minutes=25, effort=5, pain_before=0, pain_during=pain,
            pain_after=min(pain, 1), gait_change=Answer.ABSENT, exercises=exercises,
            tingling=Answer.ABSENT if relief is None else Answer.PRESENT,
        )  # fmt: skip
        key = UUID(int=self.body.chance.getrandbits(128), version=4)
        found = action(case=self.case, key=key, safety=safety, told=told, by=self.person, at=at, **run)
        if not yes and relief is None:
            return
        if found.stop is None or loading_gate(self.case).open:
            self.faults.append(f"day {day}: a sign was told and the leg was not stopped")
        elif self.stopped_on is None:
            self.stopped_on = day


def _of_stage(number):
    """Return exactly what a stage asks for."""
    stage = rehab_knowledge().running.stages[number]
    return RunTold(
        stage=stage.number,
        run_minutes=stage.total_run_minutes,
        walk_minutes=stage.walk_minutes * stage.repetitions,
        longest_run_minutes=stage.run_minutes,
    )
