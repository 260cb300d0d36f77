"""A watch's runs on their way from the file to the log: between the two they are a signed value, and no file."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.language import said, said_number
from clinic.units import climb_shown, km_shown, unit_word
from rehab.actions import Refused
from rehab.actions.told import LOGGED_BACK, SessionTold, refuse_bad_session
from rehab.models import SessionLog
from rehab.runs import Run, is_known
from rehab.runs.plain import to_plain, to_run

HELD_FOR = timedelta(hours=24)
MOST_READY, MOST_OTHERS = 20, 40


@dataclass(frozen=True)
class Found:
    """What was found in one file: a run that may be kept (``value`` carries it), or ``why`` it is not offered."""

    name: str
    run: Run | None = None
    figures: str = ""
    value: str = ""
    why: str = ""


def found_in(outcomes, case, person, at):
    """Return (what may be kept, what is not offered and why), newest first, of (name, run or problem)."""
    logged, by_hand = _logged(case, at)
    ready, others, prints = [], [], []
    for name, outcome in outcomes:
        if not isinstance(outcome, Run):
            others.append(Found(name, why=said(outcome.text)))
            continue
        figures = figures_of(outcome, person.units)
        why = _why_not(outcome, logged, prints, at)
        if why or len(ready) >= MOST_READY:
            others.append(Found(name, outcome, figures, why=why or _("Send this one in a second go.")))
            continue
        prints.append(outcome.fingerprint)
        beside = _("A run of this day is logged by hand already.") if day_of(outcome) in by_hand else ""
        ready.append(Found(name, outcome, figures, value=signed(outcome, case), why=beside))
    ready.sort(key=lambda found: found.run.began, reverse=True)
    return ready, others[:MOST_OTHERS]


def _logged(case, at):
    """Return the fingerprints of the runs logged of late, and the days of those logged by hand."""
    since = timezone.localdate(at) - LOGGED_BACK - timedelta(days=1)
    runs = SessionLog.objects.filter(case=case, kind=SessionLog.Kind.RUN, day__gte=since)
    rows = list(runs.values_list("run__fingerprint", "day", "replaced_at"))  # what was corrected was logged too
    by_hand = {day for mark, day, replaced_at in rows if not mark and not replaced_at}
    return [mark for mark, _day, _replaced in rows if mark], by_hand


def _why_not(run, logged, prints, at):
    """Return why a run is not offered, or nothing."""
    if is_known(run, logged):
        return _("This run is logged already.")
    if is_known(run, prints):
        return _("The same run is in another of these files.")
    try:
        refuse_bad_session(SessionTold(day=day_of(run), began=run.began), at)
    except Refused:
        return _("Only the last 7 days can be logged.")
    return ""


def day_of(run):
    """Return the day of a run by the clinic's clock."""
    return timezone.localdate(run.began)


def figures_of(run, units):
    """Return the figures of a run in one line."""
    parts = [] if run.km is None else [f"{said_number(km_shown(run.km, units))} {unit_word(units, 'distance')}"]
    parts.append(_("%(minutes)s min running") % {"minutes": _minutes(run.run_minutes)})
    parts.append(_("%(minutes)s min walking") % {"minutes": _minutes(run.walk_minutes)})
    if run.longest_run_minutes and run.longest_run_minutes != run.run_minutes:
        parts.append(_("longest stretch %(minutes)s min") % {"minutes": _minutes(run.longest_run_minutes)})
    if run.pauses:
        parts.append(_("%(minutes)s min standing") % {"minutes": _minutes(run.pause_minutes)})
    if run.elevation_m:
        climb, unit = climb_shown(run.elevation_m, units), unit_word(units, "climb")
        parts.append(_("%(climb)s %(unit)s of climb") % {"climb": climb, "unit": unit})
    if run.cadence:
        parts.append(_("%(steps)s steps a minute") % {"steps": run.cadence})
    return " · ".join(re.sub(r"(\d) ", "\\1\N{NO-BREAK SPACE}", part) for part in parts)


def _minutes(minutes):
    return f"{round(minutes, 1):g}" if minutes < 10 else round(minutes)


def _salt(case):
    return f"rehab.watch.{case.pk}"


def signed(run, case):
    """Return the figures of a run as text that only we can have written, for this case and for a day."""
    return signing.dumps(to_plain(run), salt=_salt(case), compress=True)


def opened(values, case):
    """Return [(value, run)] of signed texts; one that is not ours, of another case or too old is left out."""
    found = []
    for value in values[:MOST_READY]:
        try:
            told = signing.loads(value, salt=_salt(case), max_age=HELD_FOR)
        except signing.BadSignature:
            continue
        found.append((value, to_run(told)))
    return found


def key_of(run, case):
    """Return the key a run is logged under: the same run sent twice is stored once."""
    return uuid5(UUID(str(case.pk)), run.fingerprint)
