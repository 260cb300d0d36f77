"""What a runner has reached, from the logs alone.  A rest breaks nothing here: there is no row of days to keep up."""

from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.language import said
from rehab.followed import scores_of
from rehab.history import moves_of
from rehab.knowledge import rehab_knowledge
from rehab.models import LevelStep, RunLog, SessionLog
from rehab.rules.plan_progress import UP_BY_RULE

FORTNIGHT = timedelta(days=14)
PAIN = "NPRS"


class Milestone(NamedTuple):
    """One thing reached, in words, with its day; without a day it is still to come."""

    words: str
    day: date | None


def milestones_of(course):
    """Return what was reached, newest first, then what is to come.  Five queries."""
    found = [*_of_logs(course.case), _pain_halved(course.case), *_of_levels(course.case), *_of_running(course.case)]
    reached = sorted((one for one in found if one.day), key=lambda one: one.day, reverse=True)
    return [*reached, *(one for one in found if not one.day)]


def _of_logs(case):
    days = SessionLog.objects.current().filter(case=case).aggregate(first=Min("day"), last=Max("day"))
    first, last = days["first"], days["last"]
    yield Milestone(_("Your first session"), first)
    yield Milestone(_("Two weeks of logs"), first + FORTNIGHT if first and last - first >= FORTNIGHT else None)


def _pain_halved(case):
    """Return when the pain was first rated half of what it was at the beginning, or less."""
    rated = [score for score in scores_of(case) if score.measure == PAIN]
    halved = (score.day for score in rated[1:] if rated[0].value and score.value <= rated[0].value / 2)
    return Milestone(_("Your pain is half of what it was"), next(halved, None))


def _of_levels(case):
    """Yield each exercise that has gone up, at the highest level it reached."""
    rows = LevelStep.objects.filter(item__plan__case=case, rule__in=UP_BY_RULE, level__gt=1)
    best = {}
    for exercise, level, at in rows.order_by("stepped_at").values_list("item__exercise", "level", "stepped_at"):
        if level > best.get(exercise, (0, None))[0]:
            best[exercise] = (level, timezone.localdate(at))
    for exercise, (level, day) in best.items():
        name = said(rehab_knowledge().exercises[exercise].name)
        yield Milestone(_("{exercise}: level {level}").format(exercise=name, level=level), day)


def _of_running(case):
    """Yield the first run, the stage that was reached, and the end of the ladder."""
    runs = RunLog.objects.filter(session__case=case, session__replaced_at__isnull=True, run_minutes__gt=0)
    yield Milestone(_("Your first run"), runs.aggregate(first=Min("session__day"))["first"])
    moves = moves_of(case)
    best = max((move.stage for move in moves), default=0)
    if best:
        day = next(timezone.localdate(move.at) for move in moves if move.stage == best)
        yield Milestone(_("Running stage {stage} of 8").format(stage=best), day)
    passed = next((timezone.localdate(move.at) for move in moves if move.passed), None)
    yield Milestone(_("Half an hour of running without a break"), passed)
