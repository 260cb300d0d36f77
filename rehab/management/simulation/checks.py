"""What must hold for every runner on every day of the simulation, read from the rows: no rule judges itself here."""

from django.db.models import Q

from clinic.models import Task
from rehab.models import LevelStep, Plan, RunStage, SessionLog, Verdict
from rehab.rules.logged import Colour
from triage.gate import loading_gate
from triage.models import RedFlagItem

TASK, PLAN, CLOSED = "an open task", "a running plan", "a closed case"


def states_of(case):
    """Return which of the three next steps a runner has: a task with owner and due moment, a running plan, an outcome.

    A closed case has its outcome where it says why, and every danger of it has an outcome of its own.
    """
    if case.closed_at:
        dangers = RedFlagItem.objects.filter(case=case, level__in=("E", "D"), outcome="")
        return [CLOSED] if case.outcome and not dangers.exists() else []
    waits = Task.objects.open().filter(case=case, due__isnull=False).exclude(owner="").exists()
    runs = Plan.objects.signed().filter(case=case).exists() and loading_gate(case).open
    return [state for state, holds in ((TASK, waits), (PLAN, runs)) if holds]


def rose_after_red(case, since):
    """Return what went up since a moment although the newest day with a log was RED by then, in words."""
    return [text for at, text in _rises(case, since) if _was_red(case, at)]


def _rises(case, since):
    """Return (moment, words) of every step up, of an exercise, of its dose, or on the ladder to running."""
    found = []
    for step in LevelStep.objects.filter(item__plan__case=case, stepped_at__gte=since).order_by("stepped_at", "id"):
        before = _before(LevelStep.objects.filter(item=step.item_id), step)
        if before and (step.level, step.dose_percent) > (before.level, before.dose_percent):
            found.append((step.stepped_at, f"{step.rule} rose to level {step.level} at {step.dose_percent} %"))
    for step in RunStage.objects.filter(case=case, stepped_at__gte=since).order_by("stepped_at", "id"):
        before = _before(RunStage.objects.filter(case=case), step)
        if before and (step.stage, step.passed) > (before.stage, before.passed):
            found.append((step.stepped_at, f"running rose to stage {step.stage}"))
    return found


def _before(steps, step):
    """Return the step before one, or None."""
    earlier = Q(stepped_at__lt=step.stepped_at) | Q(stepped_at=step.stepped_at, pk__lt=step.pk)
    return steps.filter(earlier).order_by("-stepped_at", "-id").first()


def _was_red(case, moment):
    """Return whether a session of the newest day with a log, or an exercise of one, stood RED at a moment."""
    told = SessionLog.objects.current().filter(case=case, logged_at__lte=moment)
    newest = told.order_by("-day").values_list("day", flat=True).first()
    rows = Verdict.objects.filter(session__in=told.filter(day=newest), judged_at__lte=moment)
    last = {}
    for session, exercise, colour in rows.order_by("judged_at", "id").values_list("session", "exercise", "colour"):
        last[session, exercise] = colour
    return Colour.RED in last.values()
