"""What a watch recorded, as the figures of one run: how far, how long, what was run and what was walked.

Points come in with a time and the way since the point before; where they lay is gone by then.  Speeds are in km/h,
cadence in steps a minute of both feet, times in seconds unless a name says otherwise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from rehab.rules.course_tables import RunningTable
from rehab.rules.logged import Segment
from rehab.rules.watch import Problem, Run, WatchTable, fingerprint


@dataclass(frozen=True)
class Point:
    """One moment of a recording: metres since the point before, height and cadence, ``None`` where not recorded."""

    at: datetime
    metres: float | None = None
    elevation_m: float | None = None
    cadence: float | None = None


@dataclass
class _Piece:
    """A stretch of one kind: ``run``, ``walk`` or ``still``."""

    kind: str
    seconds: float


@dataclass
class _Window:
    """What was recorded over a few seconds; ``steps`` holds each cadence that was not zero."""

    seconds: float
    metres: float | None
    steps: list[float]


def figures(
    points: Sequence[Point], *, source: str, at: datetime, watch: WatchTable, running: RunningTable
) -> Run | Problem:
    """Return the run that these points describe, or why they describe none.

    ``points`` are in order of time; ``at`` is now; ``source`` is gpx, tcx or fit.  What lies outside the limits of the
    run log (``running.log_fields``) is absurd, not cut to size.
    """
    wrong = _wrong_time(points, at, watch)
    if wrong:
        return watch.problem(wrong)
    steps = [(after, (after.at - before.at).total_seconds()) for before, after in zip(points, points[1:], strict=False)]
    if any(seconds <= 0 for _, seconds in steps):
        raise ValueError("points out of order")
    if _fast_seconds(steps, watch) > watch.of("too_fast_for"):
        return watch.problem("too_fast")
    windows = _windows(steps, _feet(points, watch), watch)
    pieces = _pieces(windows, watch)
    moving = _seconds(piece for piece in pieces if piece.kind != "still")
    metres = sum(window.metres or 0 for window in windows)
    if moving < watch.of("shortest_run") * 60:
        return watch.problem("too_short")
    if _speed(metres, moving) > watch.of("mean_speed_max"):
        return watch.problem("too_fast")
    run = _run(points, windows, pieces, source, watch, running)
    return watch.problem("absurd") if _is_absurd(run, running) else run


def _run(
    points: Sequence[Point],
    windows: Sequence[_Window],
    pieces: Sequence[_Piece],
    source: str,
    watch: WatchTable,
    running: RunningTable,
) -> Run:
    metres = sum(window.metres or 0 for window in windows)
    elapsed = (points[-1].at - points[0].at).total_seconds()
    run_minutes, walk_minutes, pauses = (_minutes(pieces, kind) for kind in ("run", "walk", "still"))
    return Run(
        began=points[0].at,
        km=round(metres / 1000, 3) if metres else None,
        minutes=round(sum(run_minutes) + sum(walk_minutes), 2),
        elevation_m=_climb(points, watch),
        cadence=_cadence(windows, bool(metres), watch, running),
        pauses=len(pauses),
        pause_minutes=round(sum(pauses), 2),
        segments=tuple(Segment(p.kind, round(p.seconds / 60, 2)) for p in pieces if p.kind != "still"),
        run_minutes=round(sum(run_minutes), 2),
        walk_minutes=round(sum(walk_minutes), 2),
        longest_run_minutes=max(run_minutes, default=0),
        source=source,
        fingerprint=fingerprint(points[0].at, elapsed / 60, metres / 1000),
    )


def _wrong_time(points: Sequence[Point], at: datetime, watch: WatchTable) -> str:
    if len(points) < 2:
        return "no_points"
    first, last = points[0].at, points[-1].at
    if last > at + timedelta(minutes=watch.of("clock_ahead")):
        return "future"
    if first < at - timedelta(days=watch.of("oldest")):
        return "too_old"
    return "several" if last - first > timedelta(hours=watch.of("longest_run")) else ""


def _speed(metres: float, seconds: float) -> float:
    return round(metres / seconds * 3.6, 3)


def _is_gap(seconds: float, watch: WatchTable) -> bool:
    return seconds >= watch.of("shortest_pause")


def _fast_seconds(steps: Iterable[tuple[Point, float]], watch: WatchTable) -> float:
    """Return the seconds recorded at a speed that is no running; what happened while nothing was recorded is not."""
    limit = watch.of("too_fast_speed")
    return sum(
        seconds
        for point, seconds in steps
        if point.metres is not None and not _is_gap(seconds, watch) and _speed(point.metres, seconds) > limit
    )


def _feet(points: Iterable[Point], watch: WatchTable) -> int:
    """Return by how much a cadence is to be multiplied: most watches count one foot."""
    counted = [point.cadence for point in points if point.cadence]
    return 2 if counted and median(counted) < watch.of("one_foot_below") else 1


def _windows(steps: Iterable[tuple[Point, float]], feet: int, watch: WatchTable) -> list[_Window]:
    """Return the recording in stretches of a few seconds; a gap is a stretch of its own.

    A jump faster than running adds no way.  A gap with such a jump, or with no way known, is standing still.
    """
    windows: list[_Window] = []
    open_window: _Window | None = None
    for point, seconds in steps:
        metres = point.metres
        if metres is not None and _speed(metres, seconds) > watch.of("too_fast_speed"):
            metres = 0
        steps_now = [point.cadence * feet] if point.cadence else []
        if _is_gap(seconds, watch):
            windows.append(_Window(seconds, metres or 0, []))
            open_window = None
            continue
        if open_window is None:
            open_window = _Window(0, None, [])
            windows.append(open_window)
        open_window.seconds += seconds
        open_window.steps += steps_now
        if metres is not None:
            open_window.metres = (open_window.metres or 0) + metres
        if open_window.seconds >= watch.of("window"):
            open_window = None
    return windows


def _kind(window: _Window, has_way: bool, watch: WatchTable) -> str:
    steps = sum(window.steps) / len(window.steps) if window.steps else None
    if steps is not None and steps >= watch.of("run_from_cadence"):
        return "run"
    if not has_way or window.metres is None:
        return "walk" if steps else "still"
    speed = _speed(window.metres, window.seconds)
    if speed < watch.of("still_below_speed"):
        return "still"
    runs_from = watch.of("run_from_speed" if steps is None else "surely_run_from_speed")
    return "run" if speed >= runs_from else "walk"


def _pieces(windows: Sequence[_Window], watch: WatchTable) -> list[_Piece]:
    """Return stretches of running, walking and standing; a change counts only when it lasts.

    What changes and changes back within the shortest segment, or the shortest pause, belongs to what went on before.
    """
    lasting = {"still": watch.of("shortest_pause")}
    has_way = any(window.metres for window in windows)
    pieces: list[_Piece] = []
    waiting: list[_Piece] = []
    for window in windows:
        kind = _kind(window, has_way, watch)
        if pieces and kind == pieces[-1].kind:
            pieces[-1].seconds += window.seconds + _seconds(waiting)
            waiting = []
            continue
        waiting.append(_Piece(kind, window.seconds))
        same = _seconds(piece for piece in waiting if piece.kind == kind)
        if same >= lasting.get(kind, watch.of("shortest_segment")):
            while pieces and waiting[0].kind != kind:
                pieces[-1].seconds += waiting.pop(0).seconds
            pieces.append(_Piece(kind, _seconds(waiting)))
            waiting = []
        elif _is_gap(_seconds(waiting), watch):
            most = max(("run", "walk", "still"), key=lambda k: _seconds(p for p in waiting if p.kind == k))
            pieces.append(_Piece(most, _seconds(waiting)))
            waiting = []
    if pieces:
        pieces[-1].seconds += _seconds(waiting)
    return _joined(pieces)


def _seconds(pieces: Iterable[_Piece]) -> float:
    return sum(piece.seconds for piece in pieces)


def _joined(pieces: Iterable[_Piece]) -> list[_Piece]:
    joined: list[_Piece] = []
    for piece in pieces:
        if joined and joined[-1].kind == piece.kind:
            joined[-1].seconds += piece.seconds
        else:
            joined.append(piece)
    return joined


def _minutes(pieces: Iterable[_Piece], kind: str) -> list[float]:
    return [round(piece.seconds / 60, 2) for piece in pieces if piece.kind == kind]


def _climb(points: Iterable[Point], watch: WatchTable) -> int | None:
    """Return the metres climbed; a rise counts once it is larger than the noise of the sensor."""
    heights = [point.elevation_m for point in points if point.elevation_m is not None]
    if not heights:
        return None
    climbed, low = 0.0, heights[0]
    for height in heights:
        if height >= low + watch.of("climb_step"):
            climbed, low = climbed + height - low, height
        low = min(low, height)
    return round(climbed)


def _cadence(windows: Iterable[_Window], has_way: bool, watch: WatchTable, running: RunningTable) -> int | None:
    """Return the mean cadence while running; ``None`` where none was recorded, or one that no feet have."""
    counted = [steps for window in windows if _kind(window, has_way, watch) == "run" for steps in window.steps]
    mean = round(sum(counted) / len(counted)) if counted else None
    return mean if mean is not None and _is_within("cadence", mean, running) else None


def _is_within(code: str, value: float | None, running: RunningTable) -> bool:
    bounds = next(field for field in running.log_fields if field.code == code)
    return value is None or (bounds.low or 0) <= value <= (bounds.high or value)


def _is_absurd(run: Run, running: RunningTable) -> bool:
    told = {"distance_km": run.km, "minutes": run.minutes, "elevation_gain_m": run.elevation_m}
    return not all(_is_within(code, value, running) for code, value in told.items())
