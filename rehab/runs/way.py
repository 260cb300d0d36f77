"""From the moments a reader found to the points that the rules reckon with.  Here places end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite

from gpxpy.geo import haversine_distance

from rehab.rules.recording import Point
from rehab.runs.clean import MOST_POINTS, Refused

HIGHEST_M, LOWEST_M = 9_000, -500


@dataclass(frozen=True, slots=True)
class Moment:
    """What a file says of one moment: the way since the start in metres, or the place, or neither."""

    at: datetime
    total_m: float | None = None
    place: tuple[float, float] | None = None
    elevation_m: float | None = None
    cadence: float | None = None


def points_of(moments: Iterable[Moment]) -> list[Point]:
    """Return the points in order of time, each with the way since the point before; a step back in time is left out.

    The way is the watch's own where it counts one, else the straight line between two places.
    """
    kept = _in_order(moments)
    has_totals = any(moment.total_m for moment in kept)
    if any(moment.total_m is not None and moment.total_m < 0 for moment in kept):
        raise Refused("absurd")
    points: list[Point] = []
    last_total, last_place = None, None
    for moment in kept:
        metres = None
        if has_totals and moment.total_m is not None:
            metres = max(0.0, moment.total_m - last_total) if last_total is not None else None
            last_total = moment.total_m
        elif not has_totals and moment.place:
            metres = haversine_distance(*last_place, *moment.place) if last_place else None
            last_place = moment.place
        points.append(Point(moment.at, metres, _height(moment.elevation_m), _steps(moment.cadence)))
    return points


def _in_order(moments: Iterable[Moment]) -> list[Moment]:
    kept: list[Moment] = []
    for count, moment in enumerate(moments):
        if count >= MOST_POINTS:
            raise Refused("too_big")
        moment = _clean(moment)
        if not kept or moment.at > kept[-1].at:
            kept.append(moment)
    return kept


def _clean(moment: Moment) -> Moment:
    at = moment.at if moment.at.tzinfo else moment.at.replace(tzinfo=UTC)
    total = moment.total_m if moment.total_m is not None and isfinite(moment.total_m) else None
    place = moment.place if moment.place and _is_on_earth(*moment.place) else None
    return Moment(at.astimezone(UTC), total, place, moment.elevation_m, moment.cadence)


def _is_on_earth(latitude: float, longitude: float) -> bool:
    return -90 <= latitude <= 90 and -180 <= longitude <= 180


def _height(metres: float | None) -> float | None:
    return metres if metres is not None and LOWEST_M <= metres <= HIGHEST_M else None


def _steps(cadence: float | None) -> float | None:
    return cadence if cadence is not None and isfinite(cadence) and cadence >= 0 else None
