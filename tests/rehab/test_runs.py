"""The file of a watch gives the figures of its run and nothing else; any other file gives a sentence."""

import gzip
import io
import random
import zipfile
from dataclasses import asdict, fields
from datetime import timedelta

import pytest
from fit_tool.profile.profile_type import FileType, Sport
from hypothesis import given, settings
from hypothesis import strategies as st

from rehab.knowledge import rehab_knowledge
from rehab.rules.watch import Problem, Run, same_run
from rehab.runs import archive, is_known, read_run
from rehab.runs.archive import read_archive
from tests.rehab.watch_files import BEGAN, NOW, fit_file, gpx_file, tcx_file, zip_file

BUILDERS = {"gpx": gpx_file, "tcx": tcx_file, "fit": fit_file}
SHORT = [("run", 3), ("walk", 2)]
GPX = gpx_file(SHORT)
TCX = tcx_file(SHORT)
FIT = fit_file(SHORT)
BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'


def after_head(document, words):
    """Put words between the first line and the root."""
    head, _, rest = document.partition(b"?>")
    return head + b"?>" + words + rest


def code(data):
    found = read_run(data, at=NOW)
    assert isinstance(found, Problem), found
    return found.code


@pytest.mark.parametrize("kind", BUILDERS)
def test_the_same_story_gives_the_same_figures_from_every_format(kind):
    run = read_run(BUILDERS[kind](), at=NOW)

    assert (run.began, run.source, run.minutes, run.elevation_m, run.cadence) == (BEGAN, kind, 19.0, 0, 164)
    assert run.km == pytest.approx(2.19, abs=0.005)
    assert [(s.kind, s.minutes) for s in run.segments] == [
        *(("walk", 5.0), ("run", 4.0), ("walk", 1.0), ("run", 4.0), ("walk", 5.0))
    ]
    assert (run.run_minutes, run.walk_minutes, run.longest_run_minutes) == (8.0, 11.0, 4.0)


@pytest.mark.parametrize("kind", BUILDERS)
def test_a_file_packed_with_gzip_is_read(kind):
    assert read_run(gzip.compress(BUILDERS[kind](SHORT)), at=NOW).run_minutes == 3.0


def test_a_pause_and_a_hill_are_read():
    run = read_run(gpx_file([("run", 5), ("still", 2), ("run", 5)], climb=0.05), at=NOW)

    assert (run.pauses, run.pause_minutes, run.longest_run_minutes) == (1, 2.0, 5.0)
    assert run.elevation_m == pytest.approx(75, abs=3)


def test_a_treadmill_is_read_by_its_cadence():
    run = read_run(tcx_file(has_way=False), at=NOW)

    assert (run.km, run.run_minutes, run.walk_minutes) == (None, 8.0, 11.0)


def test_blanks_before_the_first_line_are_forgiven():
    assert isinstance(read_run(b"   \n" + TCX, at=NOW), Run)


def test_no_place_and_no_name_outlives_the_reading():
    run = read_run(gpx_file(), at=NOW)

    assert {field.name for field in fields(run)} == {
        *("began", "km", "minutes", "elevation_m", "cadence", "pauses", "pause_minutes", "segments"),
        *("run_minutes", "walk_minutes", "longest_run_minutes", "source", "fingerprint"),
    }
    told = str(asdict(run))
    assert "Morning" not in told and "-30.0" not in told and "0.5" not in told


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"not a run", "wrong_kind"),
        (b"<html><body>Sign in</body></html>", "wrong_kind"),
        (b'{"activity": 1}', "wrong_kind"),
        (zip_file({"a.gpx": GPX}).getvalue(), "wrong_kind"),
        (GPX[: len(GPX) // 2], "broken"),
        (TCX[: len(TCX) // 2], "broken"),
        (FIT[: len(FIT) // 2], "broken"),
        (FIT[:-1] + bytes([FIT[-1] ^ 1]), "broken"),
        (gzip.compress(GPX)[:200], "broken"),
        (b'<gpx version="1.1"></gpx>', "no_points"),
        (gpx_file(SHORT, times=False), "no_time"),
        (GPX.replace(b"<time>2026-11-24T07", b"<time>when"), "broken"),
        (GPX.replace(b"2026-11-24", b"2027-11-24"), "future"),
        (GPX.replace(b"2026-11-24", b"1989-12-31"), "too_old"),
        (gpx_file(SHORT, kind="cycling"), "other_sport"),
        (gpx_file(SHORT, kind="1"), "other_sport"),
        (tcx_file(SHORT, sport="Biking"), "other_sport"),
        (fit_file(SHORT, sport=Sport.CYCLING), "other_sport"),
        (fit_file(SHORT, kind=FileType.WORKOUT), "wrong_kind"),
        (gpx_file([("ride", 10)], kind=None), "too_fast"),
        (gpx_file([("sprint", 10)], kind=None), "too_fast"),
        (tcx_file(SHORT, activities=2), "several"),
        (TCX.replace(b"<DistanceMeters>", b"<DistanceMeters>-"), "absurd"),
        (TCX.replace(b"</DistanceMeters>", b"e400</DistanceMeters>"), None),
        (TCX.replace(b"12.0</Alt", b"nan</Alt"), None),
        (GPX.replace(b'lat="0.5', b'lat="950.5'), None),
        (after_head(GPX, BOMB), "refused"),
        (after_head(TCX, BOMB), "refused"),
        (after_head(GPX, OUTSIDE), "refused"),
        (after_head(TCX, OUTSIDE), "refused"),
        (after_head(GPX, b"<!DOCTYPE gpx>"), "refused"),
        (gzip.compress(b"<gpx>" + b" " * 20_000_000), "too_big"),
        (b"<gpx>" + b"<a/>" * 800_000 + b"</gpx>", "too_big"),
        (b"<gpx>" + b"<trk>" * 200_000, "broken"),
        (b"<gpx><trk><name>" + b" xmlns" * 1_000_000 + b"</name></trk></gpx>", "no_points"),
        (b'<gpx><trk a="' + b"x" * 5_000_000 + b'"/></gpx>', "no_points"),
    ],
    ids=lambda value: str(value) if not isinstance(value, bytes) else "",
)
def test_a_broken_huge_wrong_or_hostile_file_gets_a_sentence(data, expected):
    if expected is None:
        assert isinstance(read_run(data, at=NOW), Run)
    else:
        assert code(data) == expected


def test_more_points_than_a_long_day_are_refused(monkeypatch):
    monkeypatch.setattr("rehab.runs.clean.MOST_POINTS", 20)
    monkeypatch.setattr("rehab.runs.way.MOST_POINTS", 20)

    assert [code(data) for data in (GPX, TCX, FIT)] == ["too_big"] * 3


@pytest.mark.parametrize("kind", BUILDERS)
@settings(max_examples=300)
@given(data=st.data())
def test_no_damage_makes_a_reader_raise(kind, data):
    whole = {"gpx": GPX, "tcx": TCX, "fit": FIT}[kind]
    at = data.draw(st.integers(0, min(len(whole), 4000)))
    cut = data.draw(st.integers(0, 40))
    noise = data.draw(st.binary(max_size=40))

    assert isinstance(read_run(whole[:at] + noise + whole[at + cut :], at=NOW), Run | Problem)


@settings(max_examples=1000)
@given(
    head=st.sampled_from([b"", b"<gpx>", b"<?xml", b"\x0e\x10\x00\x00\x20\x00\x00\x00.FIT", b"\x1f\x8b\x08"]),
    body=st.binary(),
)
def test_no_bytes_make_a_reader_raise(head, body):
    assert isinstance(read_run(head + body, at=NOW), Run | Problem)


@settings(max_examples=300)
@given(body=st.binary(max_size=300), at=st.integers(0, 300))
def test_no_bytes_make_the_archive_reader_raise(body, at):
    whole = zip_file({"a.fit": FIT[:300]}).getvalue()

    assert list(read_archive(io.BytesIO(body), at=NOW))
    assert list(read_archive(io.BytesIO(b"PK\x03\x04" + body), at=NOW))
    assert list(read_archive(io.BytesIO(whole[:at] + body[:20] + whole[at + 10 :]), at=NOW))


def test_one_run_from_a_watch_and_from_a_phone_is_one_run():
    watch = read_run(FIT, at=NOW)
    phone = read_run(gpx_file(SHORT, began=BEGAN + timedelta(seconds=50), every=7), at=NOW)
    evening = read_run(gpx_file(SHORT, began=BEGAN + timedelta(hours=9)), at=NOW)

    assert same_run(watch, phone, rehab_knowledge().watch)
    assert not same_run(watch, evening, rehab_knowledge().watch)
    assert is_known(phone, ["", watch.fingerprint])
    assert not is_known(evening, ["", watch.fingerprint])


# Whole exports


def outcomes(members, **kwargs):
    found = read_archive(zip_file(members), at=NOW, **kwargs)
    return [(name, outcome.code if isinstance(outcome, Problem) else outcome.run_minutes) for name, outcome in found]


def test_an_export_gives_its_newest_runs_first_and_passes_over_the_rest():
    old, new = BEGAN - timedelta(weeks=13), BEGAN - timedelta(weeks=11)
    members = {
        "activities.csv": b"Activity ID,Activity Date",
        "media/me.jpg": b"\xff\xd8",
        "activities/1.fit.gz": gzip.compress(fit_file(SHORT, began=old)),
        "activities/2.gpx": gpx_file(SHORT, began=new),
        "activities/3.tcx.gz": gzip.compress(TCX),
        "activities/4.fit": FIT[:100],
        "activities/5.gpx": gpx_file(SHORT, kind="cycling", began=new + timedelta(days=1)),
    }

    assert outcomes(members) == [
        ("3.tcx.gz", 3.0),
        ("4.fit", "broken"),
        ("5.gpx", "other_sport"),
        ("2.gpx", 3.0),
    ]


def test_a_zip_within_the_zip_is_read_one_step_down():
    inner = zip_file({"9.fit": FIT, "deeper.zip": zip_file({"8.fit": FIT}).getvalue()}).getvalue()

    assert outcomes({"UploadedFiles_0.zip": inner}) == [("9.fit", 3.0)]


def test_a_large_zip_within_the_zip_is_read():
    picture = random.Random(1).randbytes(3_000_000)  # nothing shortens it
    inner = zip_file({"9.fit": FIT, "photo.jpg": picture}).getvalue()

    assert outcomes({"UploadedFiles_0.zip": inner}) == [("9.fit", 3.0)]


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("name", ["run.gpx", "inner.zip"])
def test_a_packing_that_cannot_be_bounded_is_not_unpacked(packing, name, monkeypatch):
    monkeypatch.setattr(zipfile, "_get_decompressor", lambda *_: pytest.fail("unpacked"))
    odd = zipfile.ZipInfo(name)
    odd.compress_type = packing

    assert [outcome for _, outcome in outcomes({odd: bytes(100_000)})] == [
        "refused" if name == "run.gpx" else "no_runs"
    ]


@pytest.mark.parametrize("name", ["../../etc/run.gpx", "/etc/run.gpx", "C:\\run.gpx", "a/../../run.gpx", "..\\run.gpx"])
def test_a_name_that_leads_out_of_the_archive_is_refused(name):
    assert [outcome for _, outcome in outcomes({name: GPX})] == ["refused"]


def test_a_link_in_the_archive_is_refused():
    link = zipfile.ZipInfo("run.gpx")
    link.external_attr = 0o120777 << 16

    assert outcomes({link: b"/etc/hostname"}) == [("run.gpx", "refused")]


def test_a_locked_member_is_said_to_be_locked():
    file = zip_file({"run.gpx": GPX}).getvalue()
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = file.index(signature) + offset
        file = file[:at] + bytes([file[at] | 1]) + file[at + 1 :]

    assert [found.code for _, found in read_archive(io.BytesIO(file), at=NOW)] == ["locked"]


def test_a_member_that_grows_without_end_is_stopped():
    assert outcomes({"bomb.gpx": b" " * 40_000_000, "run.gpx": GPX}) == [("run.gpx", 3.0), ("bomb.gpx", "too_big")]


def test_all_members_together_are_bounded(monkeypatch):
    heads = 3 * archive.HEAD_BYTES
    monkeypatch.setattr(archive, "MOST_UNPACKED_BYTES", heads + 2 * len(GPX))
    found = [outcome for _, outcome in outcomes({f"{n}.gpx": GPX for n in range(3)})]
    monkeypatch.setattr(archive, "MOST_UNPACKED_BYTES", heads - 1)

    assert found == [3.0, 3.0, "not_reached"]
    assert outcomes({f"{n}.gpx": GPX for n in range(3)}) == [("", "archive_too_big")]


def test_more_entries_than_an_export_has_are_refused():
    assert outcomes({f"{n}.txt": b"" for n in range(2001)}) == [("", "archive_too_big")]


def test_a_directory_that_claims_to_be_endless_is_not_read():
    whole = bytearray(zip_file({"run.gpx": GPX}).getvalue())
    whole[-10:-6] = (2_000_001).to_bytes(4, "little")  # the size of the directory
    file = io.BytesIO(b"\0" * 3_000_000 + bytes(whole))

    assert [found.code for _, found in read_archive(file, at=NOW)] == ["archive_too_big"]


def test_what_time_does_not_reach_is_said():
    assert outcomes({"run.gpx": GPX}, seconds=0) == [("run.gpx", "not_reached")]


def test_an_export_without_runs_and_a_broken_one_are_said():
    assert outcomes({"profile.csv": b"x"}) == [("", "no_runs")]
    assert [found.code for _, found in read_archive(io.BytesIO(b"PK\x03\x04 not"), at=NOW)] == ["archive_broken"]
