"""What a runner tells of a session, before it is stored: plain values from a form or from a phone, checked here."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.terms import Answer
from rehab.actions.refusals import Refused

LOGGED_BACK = timedelta(days=7)  # a phone may have been without a connection so long; older memories are no figures
CLOCKS_APART = timedelta(hours=1)
RATINGS = ("effort", "pain_before", "pain_during", "pain_after")
LEFT_OUT = ("skipped", "swapped")


@dataclass(frozen=True)
class ExerciseTold:
    """One exercise: ``done`` full, partly, skipped or swapped; ``sets`` one dictionary a set; ratings 0 to 10.

    ``form`` is good, some, many, or empty for not said; ``swapped_for`` the code of the exercise done instead.
    """

    item: UUID
    done: str
    sets: tuple[dict[str, object], ...] = ()
    load_kg: Decimal | None = None
    pain_during: int | None = None
    effort: int | None = None
    form: str = ""
    reason: str = ""
    swapped_for: str = ""


@dataclass(frozen=True)
class SessionTold:
    """A session or a run: ratings 0 to 10, ``None`` for not said; ``minutes`` 1 to 1440; ``began`` with time zone.

    ``device_time`` is the clock of the phone when it was written down there without a connection; ``read_at`` is
    when the plan was read that it was done by, so that it stands at the level that was shown.
    """

    day: date
    began: datetime | None = None
    minutes: int | None = None
    effort: int | None = None
    pain_before: int | None = None
    pain_during: int | None = None
    pain_after: int | None = None
    gait_change: Answer = Answer.NOT_ASSESSED
    tingling: Answer = Answer.NOT_ASSESSED
    note: str = ""
    exercises: tuple[ExerciseTold, ...] = ()
    device_time: datetime | None = None
    read_at: datetime | None = None


@dataclass(frozen=True)
class RunTold:
    """What was run, as the columns of :class:`rehab.models.RunLog` name it; everything may be left out."""

    stage: int | None = None
    km: Decimal | None = None
    run_minutes: Decimal | None = None
    walk_minutes: Decimal | None = None
    longest_run_minutes: Decimal | None = None
    segments: tuple[dict[str, object], ...] = ()
    elevation_m: int | None = None
    hills: bool = False
    surface: str = ""
    shoes: str = ""
    cadence: int | None = None
    pain_zone: str = ""
    onset_minute: int | None = None
    relief_minutes: int | None = None
    sleeve: bool | None = None
    sleep: int | None = None
    fatigue: int | None = None
    source: str = "hand"
    fingerprint: str = ""


def refuse_bad_session(told, at):
    """Refuse a day that is not of this week, minutes or ratings out of range, an exercise told twice."""
    refuse_bad_day(told.day, at)
    for when in (told.began, told.device_time):
        if when is not None and not at - LOGGED_BACK <= when <= at + CLOCKS_APART:
            raise Refused(_("The time of this session is not of the last 7 days."))
    if told.minutes is not None and not 1 <= told.minutes <= 1440:
        raise Refused(_("The minutes must be from 1 to 1440."))
    _refuse_bad_ratings([getattr(told, name) for name in RATINGS])
    items = [exercise.item for exercise in told.exercises]
    if len(set(items)) != len(items):
        raise Refused(_("An exercise stands twice in this session."))
    for exercise in told.exercises:
        _refuse_bad_exercise(exercise)


def refuse_bad_day(day, at):
    """Refuse a day of the future, or one that is longer ago than a week."""
    today = timezone.localdate(at)
    if day > today:
        raise Refused(_("This day has not come yet."))
    if day < today - LOGGED_BACK:
        raise Refused(_("Only the last 7 days can be logged."))


def _refuse_bad_exercise(told):
    if told.done in LEFT_OUT and not told.reason.strip():
        raise Refused(_("Say why an exercise was skipped or swapped."))
    if (told.done == "swapped") != bool(told.swapped_for):
        raise Refused(_("Say which exercise was done instead."))
    _refuse_bad_ratings([told.pain_during, told.effort])


def _refuse_bad_ratings(values):
    if any(value is not None and not 0 <= value <= 10 for value in values):
        raise Refused(_("Pain and effort are rated from 0 to 10."))


def refuse_bad_run(run):
    """Refuse figures that no run has; the database says the same."""
    if run.stage is not None and not 0 <= run.stage <= 8:
        raise Refused(_("The stages go from 0 to 8."))
    if run.km is not None and not 0 <= run.km <= 500:
        raise Refused(_("The distance must be from 0 to 500 kilometres."))
    if run.cadence is not None and not 30 <= run.cadence <= 300:
        raise Refused(_("The cadence must be from 30 to 300 steps a minute."))
    minutes = (run.run_minutes, run.walk_minutes, run.longest_run_minutes)
    if any(value is not None and not 0 <= value <= 1440 for value in minutes):
        raise Refused(_("The minutes must be from 0 to 1440."))
    _refuse_bad_ratings([run.sleep, run.fatigue])
