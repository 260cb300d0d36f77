"""Reads a FIT file: the records of one activity."""

import io
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

import fitdecode

from rehab.runs.clean import Refused
from rehab.runs.sports import refuse_other_sport
from rehab.runs.way import Moment

MOST_FRAMES = 120_000
FRAMES_OF_A_HEAD = 20  # the first message says when a file was made
DEGREES = 180 / 2**31  # a place is counted in parts of half a circle
KINDS = ("activity", None)


def moments(data: bytes) -> Iterator[Moment]:
    """Return the moments of every record, in the order of the file; the sport is told after them, so all are read."""
    found = []
    for frame in _frames(data):
        if frame.name == "record":
            values = _values(frame)
            if isinstance(values.get("timestamp"), datetime):
                found.append(_moment(values))
        elif frame.name == "file_id" and _values(frame).get("type") not in KINDS:
            raise Refused("wrong_kind")
        elif frame.name in ("session", "sport"):
            refuse_other_sport(_values(frame).get("sport"))
    if not found:
        raise Refused("no_points")
    return iter(found)


def _frames(data: bytes):
    """Yield the data of a file; a file that is cut off or whose checksum is wrong raises at the end."""
    with fitdecode.FitReader(
        io.BytesIO(data),
        check_crc=fitdecode.CrcCheck.RAISE,
        error_handling=fitdecode.ErrorHandling.IGNORE,
    ) as reader:
        for count, frame in enumerate(reader):
            if count > MOST_FRAMES:
                raise Refused("too_big")
            if frame.frame_type == fitdecode.FIT_FRAME_DATA:
                yield frame


def _values(frame) -> dict:
    """Return the value of each field by its name; of two with one name the first, which is the watch's own."""
    return {field.name: field.value for field in reversed(frame.fields)}


def _number(values, *names) -> float | None:
    """Return the first of these fields that holds one number."""
    return next((values[name] for name in names if isinstance(values.get(name), int | float)), None)


def _moment(values) -> Moment:
    latitude, longitude = _number(values, "position_lat"), _number(values, "position_long")
    cadence = _number(values, "cadence")
    return Moment(
        at=values["timestamp"],
        total_m=_number(values, "distance"),
        place=None if latitude is None or longitude is None else (latitude * DEGREES, longitude * DEGREES),
        elevation_m=_number(values, "enhanced_altitude", "altitude"),
        cadence=None if cadence is None else cadence + (_number(values, "fractional_cadence") or 0),
    )


def made_at(head: bytes) -> datetime | None:
    """Return when a file says it was made, from its first bytes; ``None`` where that cannot be told."""
    try:
        for frame in islice(_frames(head), FRAMES_OF_A_HEAD):
            if frame.name == "file_id":
                made = _values(frame).get("time_created")
                return made if isinstance(made, datetime) else None
    except Exception:  # a head is a file cut off: what cannot be told is read whole, later
        return None
    return None
