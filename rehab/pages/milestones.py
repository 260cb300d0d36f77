"""What a runner has reached, from the logs alone.  A rest breaks nothing here: there is no row of days to keep up."""

from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.language import said
from rehab.knowledge import rehab_knowledge
from rehab.models import LevelStep, RunLog, SessionLog
from rehab.rules.plan_progress import UP_BY_RULE

FORTNIGHT = timedelta(days=14)
PAIN = "NPRS"
TO_THE_RUNNER = {
    "first_session": _("Your first session"),
    "two_weeks": _("Two weeks of logs"),
    "pain_halved": _("Your pain is half of what it was"),
    "level": _("{name}: level {number}"),
    "first_run": _("Your first run"),
    "stage": _("Running stage {number} of {most}"),
    "ladder_passed": _("Half an hour of running without a break"),
}
TO_THE_CLINICIAN = TO_THE_RUNNER | {
    "first_session": _("First session"),
    "pain_halved": _("Pain half of the first rating"),
    "first_run": _("First run"),
}


class Milestone(NamedTuple):
    """One thing reached, in words, with its day; without a day it is still to come."""

    words: str
    day: date | None


def milestones_of(course, scores, words):
    """Return what was reached, newest first, then what is to come, said in ``words``.  Three queries."""
    parts = (_of_logs, partial(_pain_halved, scores), _of_levels, _of_running)
    found = [(code, day, numbers) for part in parts for code, day, numbers in part(course)]
    said_so = [Milestone(str(words[code]).format(**numbers), day) for code, day, numbers in found]
    reached = sorted((one for one in said_so if one.day), key=lambda one: one.day, reverse=True)
    return [*reached, *(one for one in said_so if not one.day)]


def _of_logs(course):
    days = SessionLog.objects.current().filter(case=course.case).aggregate(first=Min("day"), last=Max("day"))
    first, last = days["first"], days["last"]
    yield "first_session", first, {}
    yield "two_weeks", first + FORTNIGHT if first and last - first >= FORTNIGHT else None, {}


def _pain_halved(scores, _course):
    """Yield when the pain was first rated half of what it was at the beginning, or less."""
    rated = [score for score in scores if score.measure == PAIN]
    halved = (score.day for score in rated[1:] if rated[0].value and score.value <= rated[0].value / 2)
    yield "pain_halved", next(halved, None), {}


def _of_levels(course):
    """Yield each exercise that has gone up, at the highest level it reached."""
    rows = LevelStep.objects.filter(item__plan__case=course.case, rule__in=UP_BY_RULE, level__gt=1)
    best = {}
    for exercise, level, at in rows.order_by("stepped_at").values_list("item__exercise", "level", "stepped_at"):
        if level > best.get(exercise, (0, None))[0]:
            best[exercise] = (level, timezone.localdate(at))
    for exercise, (level, day) in best.items():
        yield "level", day, {"name": said(rehab_knowledge().exercises[exercise].name), "number": level}


def _of_running(course):
    """Yield the first run, the stage that was reached, and the end of the ladder."""
    runs = RunLog.objects.filter(session__case=course.case, session__replaced_at__isnull=True, run_minutes__gt=0)
    yield "first_run", runs.aggregate(first=Min("session__day"))["first"], {}
    moves, most = course.moves, max(stage.number for stage in rehab_knowledge().running.stages)
    best = max((move.stage for move in moves), default=0)
    if best:
        day = next(timezone.localdate(move.at) for move in moves if move.stage == best)
        yield "stage", day, {"number": best, "most": most}
    yield "ladder_passed", next((timezone.localdate(move.at) for move in moves if move.passed), None), {}
