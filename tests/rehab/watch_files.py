"""Files as watches write them, built from a story: [("walk", 5), ("run", 4), ("still", 1)] in minutes."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import gpxpy.gpx
from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.messages.session_message import SessionMessage
from fit_tool.profile.profile_type import FileType, Manufacturer, Sport

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
BEGAN = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
KMH = {"walk": 5.4, "run": 9.0, "still": 0.0, "ride": 35.0, "sprint": 25.0}
STRIDES = {"walk": 56, "run": 82, "still": 0, "ride": 70, "sprint": 95}  # one foot, as watches count
WALK_RUN = [("walk", 5), ("run", 4), ("walk", 1), ("run", 4), ("walk", 5)]
METRES_A_DEGREE = 111_195


def moments(story=WALK_RUN, began=BEGAN, every=5):
    """Yield (time, metres since the start, kind) every few seconds through a story."""
    at, metres = began, 0.0
    yield at, metres, story[0][0]
    for kind, minutes in story:
        for _ in range(int(minutes * 60 / every)):
            at += timedelta(seconds=every)
            metres += KMH[kind] / 3.6 * every
            yield at, metres, kind


def gpx_file(story=WALK_RUN, *, began=BEGAN, every=5, kind="running", cadence=True, climb=0.0, times=True):
    """Return a GPX file that goes north from where no land is; ``climb`` is metres of height a metre of way."""
    gpx = gpxpy.gpx.GPX()
    track = gpxpy.gpx.GPXTrack(name="Morning")
    track.type = kind
    segment = gpxpy.gpx.GPXTrackSegment()
    for at, metres, what in moments(story, began, every):
        place = {"latitude": 0.5 + metres / METRES_A_DEGREE, "longitude": -30.0}
        point = gpxpy.gpx.GPXTrackPoint(**place, elevation=metres * climb, time=at if times else None)
        if cadence:
            point.extensions.append(_cadence(STRIDES[what]))
        segment.points.append(point)
    track.segments.append(segment)
    gpx.tracks.append(track)
    gpx.nsmap["gpxtpx"] = "http://www.garmin.com/xmlschemas/TrackPointExtension/v1"
    return gpx.to_xml().encode()


def _cadence(strides):
    space = "{http://www.garmin.com/xmlschemas/TrackPointExtension/v1}"
    outer = ElementTree.Element(f"{space}TrackPointExtension")
    ElementTree.SubElement(outer, f"{space}cad").text = str(strides)
    return outer


def tcx_file(story=WALK_RUN, *, began=BEGAN, every=5, sport="Running", has_way=True, activities=1):
    """Return a TCX file as a treadmill or a watch writes it, with cadence in the usual extension."""
    points = "".join(
        f"<Trackpoint><Time>{at:%Y-%m-%dT%H:%M:%S.000Z}</Time><AltitudeMeters>12.0</AltitudeMeters>"
        f"<DistanceMeters>{metres if has_way else 0.0}</DistanceMeters><HeartRateBpm><Value>120</Value></HeartRateBpm>"
        f'<Extensions><TPX xmlns="http://www.garmin.com/xmlschemas/ActivityExtension/v2">'
        f"<RunCadence>{STRIDES[kind]}</RunCadence></TPX></Extensions></Trackpoint>"
        for at, metres, kind in moments(story, began, every)
    )
    activity = (
        f'<Activity Sport="{sport}"><Id>{began:%Y-%m-%dT%H:%M:%SZ}</Id><Lap StartTime="{began:%Y-%m-%dT%H:%M:%SZ}">'
        f"<TotalTimeSeconds>0</TotalTimeSeconds><Track>{points}</Track></Lap></Activity>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">'
        f"<Activities>{activity * activities}</Activities></TrainingCenterDatabase>"
    ).encode()


def fit_file(story=WALK_RUN, *, began=BEGAN, every=5, sport=Sport.RUNNING, kind=FileType.ACTIVITY):
    """Return a FIT file with one record every few seconds and the session at the end, as watches write it."""
    builder = FitFileBuilder(auto_define=True)
    head = FileIdMessage()
    head.type = kind
    head.manufacturer = Manufacturer.DEVELOPMENT.value
    head.time_created = _millis(began)
    builder.add(head)
    for at, metres, what in moments(story, began, every):
        record = RecordMessage()
        record.timestamp = _millis(at)
        record.distance = metres
        record.position_lat = 0.5 + metres / METRES_A_DEGREE
        record.position_long = -30.0
        record.altitude = 12.0
        record.cadence = STRIDES[what]
        builder.add(record)
    session = SessionMessage()
    session.timestamp = _millis(at)
    session.start_time = _millis(began)
    session.sport = sport
    builder.add(session)
    return builder.build().to_bytes()


def _millis(at):
    return round(at.timestamp()) * 1000


def zip_file(members):
    """Return a ZIP as an open file; ``members`` maps names to bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    file.seek(0)
    return file
