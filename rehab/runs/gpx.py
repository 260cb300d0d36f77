"""Reads a GPX file: tracks with times.  Routes and waypoints are plans, not runs."""

from collections.abc import Iterator

import gpxpy

from rehab.runs.clean import Copier, Refused, copied
from rehab.runs.sports import refuse_other_sport
from rehab.runs.way import Moment

SHAPE = {
    "gpx": ("trk",),
    "trk": ("type", "trkseg"),
    "trkseg": ("trkpt",),
    "trkpt": ("ele", "time", "extensions"),
    "extensions": ("TrackPointExtension", "cad", "cadence"),
    "TrackPointExtension": ("cad",),
}


def moments(data: bytes) -> Iterator[Moment]:
    """Return the moments of every track, in the order of the file."""
    copier = Copier(
        shape=SHAPE,
        attributes={"trkpt": ("lat", "lon")},
        opening='<gpx version="1.1">',
        point="trkpt",
        needs="time",
        spaces={},
    )
    tracks = gpxpy.parse(copied(data, copier)).tracks
    if not copier.points:
        raise Refused("no_time" if copier.without else "no_points")
    for track in tracks:
        refuse_other_sport(track.type)
    return (_moment(point) for track in tracks for segment in track.segments for point in segment.points)


def _moment(point) -> Moment:
    return Moment(
        at=point.time,
        place=(point.latitude, point.longitude),
        elevation_m=point.elevation,
        cadence=_cadence(point.extensions),
    )


def _cadence(extensions) -> float | None:
    for extension in extensions:
        for element in extension.iter():
            if element.tag in ("cad", "cadence"):
                return float(element.text) if element.text else None
    return None
