"""What must reach a clinician, and by when (section 7.4).  Plain functions, no clock.

What a safety question alone tells (swelling, breath, dark urine ...) is alarmed where it is answered; here it is the
one alert ``red_flag``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from clinic.terms import Text
from rehab.rules.course_tables import Alert, ProgressTable
from rehab.rules.logged import Colour, Judged
from rehab.rules.working_days import ONE_DAY, end_of_day, midnight, next_working_day, one_working_day_after

BONE_PAIN = "bone_pain"
MORNING = frozenset({"morning", "morning_far"})  # the rules that next morning decides
DAY = "day_"


@dataclass(frozen=True)
class Followed:
    """What the alerts of one case look at.

    ``started``: the day its first plan was signed, day 0; ``None`` = no plan.  ``judged``: every session and run with
    its judgement.  ``improved``: at least one recorded measure improved by its important change.  ``worse``: the
    measures that worsened beyond chance, with the day they were scored.  ``medicine_changed``: when a blood thinner was
    stopped or an NSAID added to it.  ``failed_tested``, ``all_tested``: when the failed and when all tests were last
    done; ``has_failed``: one is still failed.  ``rests``: the plan rests, so no log is expected.  ``since``: when
    triage was last repeated; sessions before it have had their answer.
    """

    started: date | None
    judged: Sequence[Judged] = ()
    improved: bool = False
    worse: tuple[tuple[str, date], ...] = ()
    medicine_changed: datetime | None = None
    failed_tested: date | None = None
    all_tested: date | None = None
    has_failed: bool = True
    rests: bool = False
    since: datetime | None = None


@dataclass(frozen=True)
class Due:
    """One thing that somebody must do.  ``arose``: since when; what was done after it is done.

    ``level`` is the triage level it opens, if any; ``text`` says it in both languages; ``inputs`` are plain JSON.
    """

    code: str
    owner: str
    due: datetime
    level: str | None
    text: Text
    arose: datetime
    source: tuple[str, ...]
    inputs: Mapping[str, object]


Found = tuple[str, datetime, dict[str, object]]


def alerts(followed: Followed, *, now: datetime, zone: tzinfo, table: ProgressTable) -> list[Due]:
    """Return what is open for one case at ``now``, the most pressing first.

    ``zone`` is the clinic's time zone.  Each code stands once, for the newest event that asks for it.  The same event
    gives the same ``arose`` on every later look, so a task of that code opened at or after it is its answer.
    """
    newest: dict[str, Due] = {}
    for code, arose, inputs in (*_from_sessions(followed, table, now, zone), *_from_days(followed, table, now, zone)):
        due = _due(table.alerts[code], arose, inputs, followed, zone, table)
        if arose <= now and (code not in newest or arose > newest[code].arose):
            newest[code] = due
    return sorted(newest.values(), key=lambda found: (found.due, found.code))


def _due(
    alert: Alert, arose: datetime, inputs: dict[str, object], followed: Followed, zone: tzinfo, table: ProgressTable
) -> Due:
    days_a_week = _number(table, "working_days", "days")
    today = arose.astimezone(zone).date()
    if alert.due == "immediate":
        due = arose
    elif alert.due == "same_day":
        due = end_of_day(today, zone)
    elif alert.due.startswith(DAY):
        due = end_of_day(next_working_day(today, days_a_week), zone)
    else:
        due = one_working_day_after(arose, zone, days_a_week)
    return Due(alert.code, alert.owner, due, alert.level, alert.text, arose, alert.source, inputs)


def _from_sessions(followed: Followed, table: ProgressTable, now: datetime, zone: tzinfo) -> Iterator[Found]:
    """Yield what the sessions of the last fortnight ask for."""
    back = timedelta(_number(table, "missed_fortnight", "days"))
    ordered = sorted(followed.judged, key=lambda j: (j.session.day, j.session.began, j.session.id))
    fresh = [
        judged
        for judged in ordered
        if now - judged.session.began < back and (followed.since is None or _known(judged, zone) >= followed.since)
    ]
    for judged in fresh:
        for code in _of_one(judged, table):
            arose = _told(judged) if code == "rest_pain_7" else _known(judged, zone)
            yield code, arose, {"session": judged.session.key}
    for first, last in _pairs([j for j in fresh if j.judgement.colour in (Colour.AMBER, Colour.RED, Colour.GREEN)]):
        if {first.judgement.colour, last.judgement.colour} == {Colour.AMBER}:
            yield (
                "two_amber",
                max(_known(first, zone), _known(last, zone)),
                {"sessions": [first.session.key, last.session.key]},
            )
    for first, last in _pairs([j for j in ordered if j.session.run and j.session.pain_during is not None]):
        before, after = first.session.pain_during, last.session.pain_during
        if last in fresh and (after or 0) > (before or 0):
            yield "worse_run", _told(last), {"session": last.session.key, "before": before, "after": after}


def _known(judged: Judged, zone: tzinfo) -> datetime:
    """Return since when the clinic could know: when it was told, or where next morning decided, from that day on."""
    judgement, told = judged.judgement, _told(judged)
    by_morning = judgement.rule in MORNING or (judgement.rule == BONE_PAIN and judgement.inputs["next_morning"])
    return max(told, midnight(judged.session.day + ONE_DAY, zone)) if by_morning else told


def _told(judged: Judged) -> datetime:
    """Return when a session was told; triage before that cannot have answered it."""
    return max(judged.session.told_at or judged.session.began, judged.session.began)


def _pairs(found: list[Judged]) -> Iterator[tuple[Judged, Judged]]:
    yield from zip(found, found[1:], strict=False)


def _of_one(judged: Judged, table: ProgressTable) -> Iterator[str]:
    """Yield the alerts of a single session."""
    session, judgement = judged.session, judged.judgement
    if session.safety_yes:
        yield "red_flag"
    if session.pain_before is not None and session.pain_before >= _number(table, "rest_pain", "pain_from_nprs"):
        yield "rest_pain_7"
    if judgement.rule == BONE_PAIN or any(reason.code == BONE_PAIN for reason in judgement.reasons):
        yield BONE_PAIN
    if judgement.colour is Colour.RED:
        yield "red_session"


def _from_days(followed: Followed, table: ProgressTable, now: datetime, zone: tzinfo) -> Iterator[Found]:
    """Yield what asks for somebody by the calendar alone, and what was told beside the sessions."""
    for code, day in followed.worse:
        yield "worse_beyond_chance", midnight(day, zone), {"measure": code}
    if followed.medicine_changed is not None:
        yield "medicine_change", followed.medicine_changed, {}
    if followed.started is None:
        return
    for code, wanted in {"first_review": True, "no_improvement": not followed.improved}.items():
        if wanted:
            yield code, midnight(followed.started + _day_of(table.alerts[code]), zone), {}
    last = max([followed.started, *(judged.session.day for judged in followed.judged)])
    for code, step in {"no_log": "missed_week", "missed_fortnight": "missed_fortnight"}.items():
        if not followed.rests:
            days = timedelta(_number(table, step, "days"))
            yield code, midnight(last + days, zone), {"last": last.isoformat()}
    tests = {"reassess_all": ("all_weeks", followed.all_tested)}
    if followed.has_failed:
        tests["reassess_failed"] = ("failed_weeks", followed.failed_tested)
    for code, (name, tested) in tests.items():
        start = tested or followed.started
        weeks = timedelta(weeks=_number(table, "reassess", name))
        yield code, midnight(start + weeks, zone), {"since": start.isoformat()}


def _day_of(alert: Alert) -> timedelta:
    """Return on which day of the plan an alert arises: 7 for ``day_7``."""
    return timedelta(int(alert.due.removeprefix(DAY)))


def _number(table: ProgressTable, step: str, name: str) -> int:
    return round(table.steps[step].numbers[name])
