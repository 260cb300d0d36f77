"""Reads a TCX file: one activity with its laps and track points."""

import io
from collections.abc import Iterator

from tcxreader.tcxreader import GARMIN_XML_EXTENSIONS, GARMIN_XML_SCHEMA, TCXReader

from rehab.runs.clean import Copier, Refused, copied
from rehab.runs.sports import refuse_other_sport
from rehab.runs.way import Moment

ROOT = "TrainingCenterDatabase"
SHAPE = {
    ROOT: ("Activities",),
    "Activities": ("Activity",),
    "Activity": ("Lap",),
    "Lap": ("Track",),
    "Track": ("Trackpoint",),
    "Trackpoint": ("Time", "Position", "AltitudeMeters", "DistanceMeters", "Cadence", "Extensions"),
    "Position": ("LatitudeDegrees", "LongitudeDegrees"),
    "Extensions": ("TPX",),
    "TPX": ("RunCadence",),
}


def moments(data: bytes) -> Iterator[Moment]:
    """Return the moments of every lap, in the order of the file."""
    copier = Copier(
        shape=SHAPE,
        attributes={"Activity": ("Sport",)},
        opening=f'<{ROOT} xmlns="{GARMIN_XML_SCHEMA.strip("{}")}">',
        point="Trackpoint",
        needs="Time",
        spaces={"TPX": GARMIN_XML_EXTENSIONS.strip("{}")},
    )
    copy = copied(data, copier)
    if copier.counts.get("Activity", 0) > 1:
        raise Refused("several")
    if not copier.points:
        raise Refused("no_time" if copier.without else "no_points")
    activity = TCXReader().read(io.BytesIO(copy.encode()), only_gps=False)
    refuse_other_sport(activity.activity_type)
    return map(_moment, activity.trackpoints)


def _moment(point) -> Moment:
    place = None if None in (point.latitude, point.longitude) else (point.latitude, point.longitude)
    steps = point.tpx_ext.get("RunCadence")
    return Moment(
        at=point.time,
        total_m=point.distance,
        place=place,
        elevation_m=point.elevation,
        cadence=point.cadence if steps is None else steps,
    )
