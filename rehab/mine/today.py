"""What today's page shows: what is due, how long it takes, what happened last."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from rehab.growing import allowed_now
from rehab.history import course_of, runs_lately, with_words
from rehab.knowledge import rehab_knowledge
from rehab.mine.doses import asked_now, asked_words
from rehab.mine.frame import level_now, step_of
from rehab.mine.progress import allowance_words
from rehab.mine.shown import shown
from rehab.models import ExerciseLog, MorningLog, RunStage, SessionLog
from rehab.presentation import Card, card, dose_at
from rehab.rules.due import Due, Habit, Standing, is_to_do, may_be_done, monday_of, standing
from rehab.rules.running_rest import apart, next_counts_from
from rehab.rules.session import Asked, minutes_of

LOOKED_BACK = timedelta(days=14)
LEFT_OUT = ExerciseLog.Done.SKIPPED


@dataclass(frozen=True)
class Task:
    """One exercise of the plan as it stands today."""

    item: object
    card: Card
    asked: Asked
    habit: Habit
    standing: Standing

    @property
    def dose(self):
        """Return the dose in words, as it is asked for now; a share of the written dose is reckoned in."""
        return asked_words(self.asked)

    @property
    def is_to_do(self):
        """Return whether today's session holds it."""
        return is_to_do(self.standing)

    @property
    def may_be_done(self):
        """Return whether it may be done today of the runner's own will."""
        return may_be_done(self.standing)


def habit_of(item, sessions):
    """Return how often an item is asked for and when its exercise was done in these sessions."""
    dose, step = dose_at(item, level_now(item)), step_of(item)
    done, left_out = [], []
    for session in sessions:
        for row in session.exercises.all():
            if row.item.exercise_id == item.exercise_id:
                (left_out if row.done == LEFT_OUT else done).append(session.day)
    return Habit(
        times_a_week=dose.times_a_week,
        times_a_day=dose.times_a_day or 1,
        rest_until=timezone.localtime(step.rest_until) if step and step.rest_until else None,
        done_on=tuple(done),
        left_out_on=tuple(left_out),
    )


def recent_sessions(case, now):
    """Return what was logged in the last two weeks, newest first, each with its exercises.  Two queries."""
    since = now.date() - LOOKED_BACK
    rows = SessionLog.objects.current().filter(case=case, day__gte=since).select_related("run")
    return list(rows.prefetch_related(with_words("exercises__item", case), "verdicts"))


def tasks_of(plan, sessions, now, media=()):
    """Return the exercises of a plan as they stand at a moment of the clinic's time zone, in the plan's order."""
    found = []
    for item in plan.items.all():
        habit = habit_of(item, sessions)
        found.append(Task(item, card(item, level_now(item), media), asked_now(item), habit, standing(habit, now)))
    return found


def about_minutes(tasks):
    """Return about how many minutes these exercises take."""
    return minutes_of([task.asked for task in tasks], rehab_knowledge().timing)


def todays_page(mine, person, at):
    """Return what today's page shows of a plan that may be done now."""
    now = timezone.localtime(at)
    sessions = recent_sessions(mine.case, now)
    tasks = tasks_of(mine.plan, sessions, now)
    to_do = [task for task in tasks if task.is_to_do]
    instead = [] if to_do else [task for task in tasks if task.may_be_done and task.standing.due is Due.SPACED]
    return {
        "plan": mine.plan,
        "tasks": tasks,
        "to_do": to_do,
        "later": [task for task in tasks if not task.is_to_do],
        "minutes": about_minutes(to_do),
        "instead": instead,
        "limits": mine.gate.limits,
        "state": state_of(tasks, to_do),
        "week_ends": monday_of(now.date()) + timedelta(days=6),
        "last": shown(sessions[0], person, at) if sessions else None,
        **morning_of(mine.case, sessions, now),
        **(running_of(mine.case, person, now) if mine.may_run else {}),
    }


def state_of(tasks, to_do):
    """Return in one word what today is: "do", "done", "rest" (a day between), "resting" (by rule) or "week"."""
    if to_do:
        return "do"
    found = {task.standing.due for task in tasks}
    for due, word in ((Due.DONE, "done"), (Due.SPACED, "rest"), (Due.RESTING, "resting")):
        if due in found:
            return word
    return "week"


def morning_of(case, sessions, now):
    """Return this morning's row, and whether yesterday's session waits for it.  One query."""
    today = now.date()
    found = MorningLog.objects.current().filter(case=case, day=today).first()
    return {"morning": found, "morning_asked": any(s.day == today - timedelta(days=1) for s in sessions)}


def running_of(case, person, now):
    """Return the stage, and for who has passed the ladder what this week may hold: the logs are asked for that."""
    found = stage_of(case, now)
    allows = allowance_words(allowed_now(course_of(case, now)), person.units) if found.get("stage_passed") else ""
    return found | {"stage_allows": allows} | counts_from(case, found, now)


def stage_of(case, now):
    """Return the stage of the ladder back to running, where the runner stands on it.  One query."""
    step = RunStage.objects.filter(case=case).first()
    if step is None:
        return {"stage": None}
    known = {stage.number: stage for stage in rehab_knowledge().running.stages}
    return {
        "stage": known.get(step.stage),
        "stage_passed": step.passed,
        "stage_rests_until": _ahead(step.rest_until, now),
        "stage_step": step,
    }


def counts_from(case, found, now):
    """Return from when the next run counts for the stage, where that is ahead and the rest does not say it already.

    One query.
    """
    stage, table = found["stage"], rehab_knowledge().running
    if not stage or found["stage_passed"]:
        return {}
    step = found["stage_step"]
    moment = next_counts_from(runs_lately(case, now), stage, step.stepped_at, step.rest_until, table)
    hours = round(apart(table).total_seconds() / 3600)
    return {"run_counts_from": None if moment == step.rest_until else _ahead(moment, now), "run_hours_apart": hours}


def _ahead(moment, now):
    return moment if moment and moment > now else None
