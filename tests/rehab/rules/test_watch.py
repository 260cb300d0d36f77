"""What is run and what is walked is told by rule; a change that does not last is none; one run is one run."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehab.knowledge import rehab_knowledge
from rehab.rules.logged import Segment
from rehab.rules.recording import Point, figures
from rehab.rules.watch import Problem, Run, fingerprint, same_print

BEGAN = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
NOW = BEGAN + timedelta(days=1)


def read(points, at=NOW):
    known = rehab_knowledge()
    return figures(points, source="fit", at=at, watch=known.watch, running=known.running)


def recorded(*stretches, every=5, began=BEGAN):
    """Return points: each stretch is (seconds, km/h, steps a minute as the watch writes them, or None)."""
    points, at = [Point(began)], began
    for seconds, kmh, cadence in stretches:
        for _ in range(seconds // every):
            at += timedelta(seconds=every)
            points.append(Point(at, None if kmh is None else kmh / 3.6 * every, cadence=cadence))
    return points


def kinds(run):
    return [(segment.kind, segment.minutes) for segment in run.segments]


@pytest.mark.parametrize(
    ("kmh", "cadence", "kind"),
    [
        (6.9, None, "walk"),
        (7.0, None, "run"),
        (6.0, 140, "run"),
        (6.0, 139, "walk"),
        (8.9, 120, "walk"),
        (9.0, 120, "run"),
        (6.0, 70, "run"),  # one foot counted: 140
        (6.0, 69, "walk"),
        (None, 80, "run"),  # a treadmill without a way
        (None, 55, "walk"),
    ],
)
def test_running_is_told_by_cadence_and_by_speed(kmh, cadence, kind):
    assert kinds(read(recorded((300, kmh, cadence)))) == [(kind, 5.0)]


@pytest.mark.parametrize(
    ("stretches", "expected"),
    [
        ([(120, 9, None), (10, 5, None), (120, 9, None)], [("run", 4.17)]),
        ([(120, 9, None), (20, 5, None), (120, 9, None)], [("run", 2.0), ("walk", 0.33), ("run", 2.0)]),
        ([(120, 9, None), (20, 0, None), (120, 9, None)], [("run", 4.33)]),
        ([(120, 9, None), (30, 0, None), (120, 9, None)], [("run", 2.0), ("run", 2.0)]),
        ([(10, 0, None), (120, 9, None)], [("run", 2.17)]),
        (
            [(120, 9, None), *[(10, 5, None), (10, 0, None)] * 6, (120, 9, None)],
            [("run", 2.0), ("walk", 2.0), ("run", 2.0)],
        ),
    ],
    ids=["10 s of walking", "20 s of walking", "20 s of standing", "a pause", "a slow start", "walking with stops"],
)
def test_a_change_counts_when_it_lasts(stretches, expected):
    assert kinds(read(recorded(*stretches))) == expected


def test_a_pause_parts_a_run_and_counts_towards_neither():
    run = read(recorded((300, 9, 80), (60, 0, None), (600, 9, 80)))

    assert (run.pauses, run.pause_minutes) == (1, 1.0)
    assert (run.minutes, run.run_minutes, run.longest_run_minutes) == (15.0, 15.0, 10.0)
    assert (run.km, run.cadence) == (2.25, 160)
    assert run.fingerprint == "20261120T0700Z-16min-2.2km"


def test_the_watch_stopped_by_hand_is_a_pause():
    before, after = recorded((300, 9, 80)), recorded((300, 9, 80), began=BEGAN + timedelta(minutes=12))

    run = read([*before, Point(after[0].at, 20.0), *after[1:]])

    assert (run.run_minutes, run.pauses, run.pause_minutes) == (10.0, 1, 7.0)


def test_a_train_between_two_runs_is_a_pause_and_no_way():
    before, after = recorded((300, 9, 80)), recorded((300, 9, 80), began=BEGAN + timedelta(minutes=20))

    run = read([*before, Point(after[0].at, 20_000.0), *after[1:]])

    assert (run.km, run.run_minutes, run.pauses, run.pause_minutes) == (1.5, 10.0, 1, 15.0)


def test_a_jump_of_the_fix_adds_no_way():
    points = recorded((300, 9, None))
    points[10] = Point(points[10].at, 5000.0)

    assert read(points).km == pytest.approx(0.75 - 0.0125, abs=0.001)


@pytest.mark.parametrize(
    ("heights", "climbed"),
    [
        ([0, 2, 0, 2, 0, 2], 0),
        ([0, 3, 0, 3], 6),
        ([0, 1, 2, 3, 10, 4, 8], 14),
        ([None, None], None),
        ([5, None, 9], 4),
    ],
    ids=["noise", "steps", "two hills", "unknown", "a gap"],
)
def test_a_climb_is_more_than_noise(heights, climbed):
    points = recorded((300, 9, None))
    points[: len(heights)] = [Point(p.at, p.metres, h) for p, h in zip(points, heights, strict=False)]

    assert read(points).elevation_m == climbed


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ([], "no_points"),
        (recorded(), "no_points"),
        (recorded((55, 9, None)), "too_short"),
        (recorded((3600, 0, None)), "too_short"),
        (recorded((60, 9, None), (65, 31, None), (60, 9, None)), "too_fast"),
        (recorded((600, 23, None)), "too_fast"),
        (recorded((25 * 3600, 5, None), every=25, began=NOW - timedelta(days=2)), "several"),
        (recorded((300, 9, None), began=NOW + timedelta(minutes=56)), "future"),
        (recorded((300, 9, None), began=NOW - timedelta(days=366)), "too_old"),
        (recorded((23 * 3600, 9, None), every=25, began=NOW - timedelta(days=2)), "absurd"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_run_is_said(points, code):
    found = read(points)

    assert isinstance(found, Problem)
    assert found.code == code
    assert found.text.en and found.text.es


def test_a_minute_at_a_sprint_is_still_a_run():
    assert isinstance(read(recorded((600, 9, None), (60, 31, None))), Run)


def test_a_clock_that_is_a_little_ahead_is_forgiven():
    assert isinstance(read(recorded((300, 9, None), began=NOW + timedelta(minutes=55))), Run)


def test_a_cadence_that_no_feet_have_is_left_out():
    assert read(recorded((300, 9, 300))).cadence is None


@pytest.mark.parametrize(
    ("later", "minutes", "same"),
    [(0, 30, True), (2, 27, True), (14, 30, True), (15, 30, True), (16, 30, False), (30, 30, False), (5, 10, True)],
)
def test_one_run_on_two_watches_is_one_run(later, minutes, same):
    watch = rehab_knowledge().watch
    one = fingerprint(BEGAN, 30, 5.0)
    other = fingerprint(BEGAN + timedelta(minutes=later), minutes, 4.2)

    assert same_print(one, other, watch) is same
    assert same_print(other, one, watch) is same


def test_a_run_logged_by_hand_is_the_same_as_none():
    assert not same_print("", fingerprint(BEGAN, 30, 5.0), rehab_knowledge().watch)


STEPS = st.tuples(
    st.sampled_from([1, 5, 9, 31, 400]),
    st.none() | st.floats(0, 40),
    st.none() | st.floats(-1e9, 1e9),
    st.none() | st.floats(0, 400),
)


@given(st.lists(STEPS, max_size=60))
def test_whatever_was_recorded_the_parts_make_the_whole(steps):
    times = accumulate((step[0] for step in steps), initial=0)
    values = [(None, None, None), *((metres, height, cadence) for _, metres, height, cadence in steps)]
    points = [Point(BEGAN + timedelta(seconds=s), *told) for s, told in zip(times, values, strict=True)]

    run = read(points)

    if isinstance(run, Run):
        assert run.minutes == pytest.approx(run.run_minutes + run.walk_minutes, abs=0.01)
        assert run.minutes == pytest.approx(sum(segment.minutes for segment in run.segments), abs=0.01)
        assert run.minutes + run.pause_minutes == pytest.approx(sum(step[0] for step in steps) / 60, abs=0.4)
        assert run.longest_run_minutes == max((s.minutes for s in run.segments if s.kind == "run"), default=0)
        assert all(isinstance(s, Segment) and s.kind in ("run", "walk") for s in run.segments)
