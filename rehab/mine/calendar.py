"""The runner's private calendar: what the next four weeks ask for.  It names no diagnosis, no leg and no exercise.

While nothing may be done it is empty, and does not say why.  The clinic's clock is the clock of its events.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from icalendar import Calendar, Event

from rehab.knowledge import rehab_knowledge
from rehab.mine.frame import legs_of
from rehab.mine.today import about_minutes, recent_sessions, tasks_of
from rehab.models import RunStage, SessionLog
from rehab.pages.retests import tests_due_on
from rehab.rules.ahead import DAY, runs_ahead, sessions_ahead

DAYS = 28
READ_AGAIN = timedelta(hours=1)  # how often a calendar may ask: a stop must not stand there for long
EXERCISES, RUN, CHECK_UP = "exercises", "run", "check-up"
KINDS = (RUN, EXERCISES, CHECK_UP)  # of one day the run comes first: the calf works after it
ENDLESS = 24 * 60  # minutes: longer than any stage


@dataclass(frozen=True)
class Entry:
    """One line of the calendar; ``minutes`` 0 where nobody knows how long, and then it takes the whole day."""

    kind: str
    day: date
    title: str
    minutes: int = 0


def entries_of(mine, at):
    """Return what the next days ask of a runner, by day; nothing of a leg while nothing may be done with it.

    What two legs ask on the same day is one entry of each kind: the calendar names no leg.
    """
    now, found = timezone.localtime(at), {}
    for leg in legs_of(mine):
        for entry in _entries_of_leg(leg, at, now) if leg.may_train else ():
            same = found.get((entry.kind, entry.day))
            found[entry.kind, entry.day] = _together(same, entry) if same else entry
    return sorted(found.values(), key=lambda entry: (entry.day, KINDS.index(entry.kind)))


def _entries_of_leg(leg, at, now):
    runs = _runs(leg.case, now) if leg.may_run else ()
    return [*runs, *_exercises(leg, now), *_check_ups(leg.case, at, now.date())]


def _together(one, other):
    """Return two entries of a kind and day as one; a runner runs once, at the more careful stage."""
    if one.kind == EXERCISES:
        return _session(one.day, one.minutes + other.minutes)
    return min(one, other, key=lambda entry: entry.minutes or ENDLESS)


def _exercises(mine, now):
    tasks = tasks_of(mine.plan, recent_sessions(mine.case, now), now)
    for ahead in sessions_ahead([task.habit for task in tasks], now, DAYS):
        yield _session(ahead.day, about_minutes([tasks[place] for place in ahead.exercises]))


def _session(day, minutes):
    words = ngettext("Exercises, about {minutes} minute", "Exercises, about {minutes} minutes", minutes)
    return Entry(EXERCISES, day, words.format(minutes=minutes), minutes)


def _runs(case, now):
    """Return the days of the stage a runner stands at; none before the way back to running has begun."""
    step = RunStage.objects.filter(case=case).first()
    if step is None:
        return
    running = rehab_knowledge().running
    last = SessionLog.objects.current().filter(case=case, run__isnull=False).order_by("-day").first()
    apart = round(running.practice["every_other_day"].numbers["days_apart_min"])
    stage = next(stage for stage in running.stages if stage.number == step.stage)
    title, minutes = _stage_words(stage, step.passed, running.practice["warm_up"].numbers)
    for day in runs_ahead(last and last.day, step.rest_until and timezone.localtime(step.rest_until), apart, now, DAYS):
        yield Entry(RUN, day, title, minutes)


def _stage_words(stage, passed, warm_up):
    """Return (what a run of this stage is called, about how many minutes it takes with its walk before and after)."""
    minutes = ceil((stage.walk_minutes + stage.run_minutes) * stage.repetitions)
    if passed:
        return _("Run"), 0  # from here the weeks grow: no table says how long a single run is
    if not stage.run_minutes:
        return _("Walk"), minutes
    minutes += round(warm_up["warm_up_minutes"] + warm_up["cool_down_minutes"])
    return (_("Run-walk") if stage.walk_minutes else _("Run")), minutes


def _check_ups(case, at, today):
    """Return the days on which tests are due again; what is overdue stands on today until it is done."""
    days = {max(today, day) for day in tests_due_on(case, at) if day < today + DAYS * DAY}
    return [Entry(CHECK_UP, day, _("Check-up")) for day in sorted(days)]


def calendar_of(mine, feed, at) -> bytes:
    """Return a runner's calendar as an iCalendar file, in the language that is spoken now."""
    found = Calendar()
    found.add("prodid", "-//Stridewell//calendar//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", _("My training"))
    found.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    found.add("x-published-ttl", READ_AGAIN)
    busy = {}
    for entry in entries_of(mine, at):
        found.add_component(_event(entry, feed, at, busy))
    if feed.starts:
        found.add_missing_timezones()
    return found.to_ical()


def _event(entry, feed, at, busy):
    """Return an event; at an hour where the runner chose one, one after the other on the same day (``busy``)."""
    event = Event()
    event.add("uid", f"{entry.kind}-{entry.day:%Y%m%d}-{feed.pk}@stridewell")
    event.add("dtstamp", at)
    event.add("summary", entry.title)
    event.add("description", _("Look at your page first: it asks how you are and shows what is due today."))
    event.add("url", settings.SITE_URL + reverse("rehab:my_today"))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    if feed.starts and entry.minutes:
        begins = busy.get(entry.day) or datetime.combine(entry.day, feed.starts, timezone.get_current_timezone())
        busy[entry.day] = begins + timedelta(minutes=entry.minutes)
        event.add("dtstart", begins)
        event.add("dtend", busy[entry.day])
    else:
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + DAY)
    return event
