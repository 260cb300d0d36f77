"""Which reminders are due: never while the leg rests, one of a kind a day, at the hour the clock on the wall shows."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehab.knowledge import rehab_knowledge
from rehab.rules.reminders import Kind, Standing, Wish, Wishes, has_come, reminders

MADRID = ZoneInfo("Europe/Madrid")
TABLE = rehab_knowledge().reminders
USUAL = Wishes(time(17), time(8))
TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)


def at(hour, minute=0, day=TODAY):
    """A moment by the clock on the wall."""
    return datetime.combine(day, time(hour, minute), MADRID)


def runner(**changes):
    """A runner who may train, with a session due today, who logged yesterday and answered this morning."""
    told = {"may_train": True, "since": TODAY - 30 * DAY, "days": frozenset({TODAY - DAY})}
    return Standing(**told | {"to_do": True, "morning_told": True} | changes)


def silent(days, **changes):
    """A runner who logged nothing for some days."""
    return runner(days=frozenset({TODAY - days * DAY}), **changes)


def due(standing, now, wishes=USUAL):
    """What is due."""
    return reminders(standing, wishes, now=now, table=TABLE)


@pytest.mark.parametrize(
    ("what", "standing", "now", "expected"),
    [
        ("before the hour", runner(), at(16, 59), ()),
        ("at the hour", runner(), at(17), (Kind.SESSION,)),
        ("a little late", runner(), at(19, 59), (Kind.SESSION,)),
        ("too late", runner(), at(20), ()),
        ("nothing is asked for today", runner(to_do=False), at(17), ()),
        ("logged already", runner(days=frozenset({TODAY}), to_do=False), at(17), ()),
        ("mailed already", runner(reminded={Kind.SESSION: TODAY}), at(17), ()),
        ("mailed yesterday", runner(reminded={Kind.SESSION: TODAY - DAY}), at(17), (Kind.SESSION,)),
        ("two days are no silence", silent(2), at(17), (Kind.SESSION,)),
        ("three days", silent(3), at(17), (Kind.SILENT_FIRST,)),
        ("four, nothing sent yet", silent(4), at(17), (Kind.SILENT_FIRST,)),
        ("four, sent at three", silent(4, reminded={Kind.SILENT_FIRST: TODAY - DAY}), at(17), (Kind.SESSION,)),
        ("seven", silent(7, reminded={Kind.SILENT_FIRST: TODAY - 4 * DAY}), at(17), (Kind.SILENT_SECOND,)),
        ("eight, sent at seven", silent(8, reminded={Kind.SILENT_SECOND: TODAY - DAY}), at(17), ()),
        ("a new silence", silent(3, reminded={Kind.SILENT_FIRST: TODAY - 9 * DAY}), at(17), (Kind.SILENT_FIRST,)),
        ("fourteen: the clinic acts", silent(14), at(17), ()),
        ("silence counts from the day it could begin", silent(9, since=TODAY), at(17), (Kind.SESSION,)),
        ("the morning after", runner(morning_told=False), at(8), (Kind.MORNING,)),
        ("the morning is told", runner(), at(8), ()),
        ("no session yesterday", silent(2, morning_told=False), at(8), ()),
        ("the morning was mailed", runner(morning_told=False, reminded={Kind.MORNING: TODAY}), at(9), ()),
        ("not at noon", runner(morning_told=False), at(11), ()),
        ("no plan", runner(since=None), at(17), ()),
    ],
)
def test_what_is_due(what, standing, now, expected):
    assert due(standing, now) == expected


def test_the_numbers_are_those_of_the_alerts():
    steps = rehab_knowledge().progress.steps
    assert TABLE.silent_second_days == steps["missed_week"].numbers["days"]  # day 7 is the clinic's alert too
    assert TABLE.silent_ends_days == steps["missed_fortnight"].numbers["days"]


def test_two_at_the_same_time_are_one_mail():
    wishes = Wishes(time(8), time(8))
    assert due(runner(morning_told=False), at(8), wishes) == (Kind.MORNING, Kind.SESSION)


@pytest.mark.parametrize(
    ("stopped", "standing", "now", "expected"),
    [
        (Wish.SESSION, runner(), at(17), ()),
        (Wish.MORNING, runner(morning_told=False), at(8), ()),
        (Wish.SILENCE, silent(3), at(17), (Kind.SESSION,)),
        (Wish.SILENCE, silent(7), at(17), ()),
        (Wish.SESSION, silent(3), at(17), (Kind.SILENT_FIRST,)),
    ],
)
def test_each_kind_is_stopped_by_itself(stopped, standing, now, expected):
    assert due(standing, now, Wishes(time(17), time(8), frozenset({stopped}))) == expected


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)])
def test_the_hour_stays_when_the_clocks_change(day):
    assert not has_come(time(17), at(16, 59, day), TABLE)
    assert has_come(time(17), at(17, 0, day), TABLE)
    utc = at(17, 0, day).astimezone(ZoneInfo("UTC"))
    assert has_come(time(17), utc.astimezone(MADRID), TABLE)


def test_an_hour_that_the_spring_leaves_out_comes_with_the_next():
    told = datetime(2026, 3, 29, 1, 5, tzinfo=ZoneInfo("UTC")).astimezone(MADRID)  # the wall shows 3:05
    assert has_come(time(2, 30), told, TABLE)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(MADRID))
times = st.times(time(5), time(21)).map(lambda t: t.replace(second=0, microsecond=0))
choices = st.builds(Wishes, times, times, st.frozensets(st.sampled_from(Wish)))
back = st.integers(0, 40)


@st.composite
def stories(draw):
    """A moment, and a runner as they could stand then."""
    now = draw(moments)
    today = now.date()
    days = frozenset(today - timedelta(n) for n in draw(st.frozensets(back)))
    reminded = draw(st.dictionaries(st.sampled_from(Kind), back.map(lambda n: today - timedelta(n))))
    since = draw(st.one_of(st.none(), back.map(lambda n: today - timedelta(n))))
    told = {"to_do": draw(st.booleans()), "morning_told": draw(st.booleans()), "reminded": reminded}
    return now, Standing(draw(st.booleans()), since, days, **told)


@given(stories(), choices)
def test_nothing_is_due_while_the_leg_rests_and_nothing_that_was_stopped(story, wishes):
    now, standing = story
    found = due(standing, now, wishes)
    assert standing.may_train or found == ()
    assert not {kind.wish for kind in found} & wishes.stopped


@given(stories(), choices)
def test_at_most_one_of_a_kind_a_day_and_one_about_sessions(story, wishes):
    now, standing = story
    found = due(standing, now, wishes)
    assert len(found) == len(set(found)) <= 2
    assert sum(kind is not Kind.MORNING for kind in found) <= 1
    assert not any(standing.reminded.get(kind) == now.date() for kind in found)


@given(stories(), choices)
def test_what_was_mailed_is_not_due_again_that_day(story, wishes):
    now, standing = story
    found = due(standing, now, wishes)
    told = dict(standing.reminded) | dict.fromkeys(found, now.date())
    again = due(Standing(**{**vars(standing), "reminded": told}), now, wishes)
    assert not set(again) & set(found)


@given(stories(), choices)
def test_no_mail_leaves_outside_the_hours_that_were_chosen(story, wishes):
    now, standing = story
    for kind in due(standing, now, wishes):
        chosen = wishes.morning_time if kind is Kind.MORNING else wishes.session_time
        assert has_come(chosen, now, TABLE) and chosen <= now.time()
