"""Reads the ZIP of a whole Strava or Garmin export: newest runs first, nothing written, everything bounded.

An export holds far more than runs, mostly old; only members whose names end like a watch's file are looked at, their
first bytes tell how old they are, and only the newest weeks are read.  Garmin packs ZIPs into the ZIP: one step down.
"""

import io
import re
import stat
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import BinaryIO

from rehab.knowledge import rehab_knowledge
from rehab.rules.watch import Problem, Run
from rehab.runs import MOST_BYTES, fit, problem, read_run

MOST_ARCHIVE_BYTES = 200_000_000
MOST_ENTRIES = 2_000
MOST_DIRECTORY_BYTES = 2_000_000  # names of 2,000 entries, with room
MOST_UNPACKED_BYTES = 500_000_000  # all members together, so that members that share their bytes stay bounded too
MOST_INNER_BYTES = 200_000_000
HEAD_BYTES = 16_384
PIECE_BYTES = 65_536
# The packings whose output can be bounded; Garmin and Strava use no other.
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
KINDS = (".gpx", ".tcx", ".fit")
MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError, KeyError)


class _TooBig(Exception):
    """A bound was reached."""


class _Careful:
    """A file that hands out no more than a directory's worth of bytes at once.

    ``zipfile`` reads the directory in one go, as long as the file says it is; this is where a lie ends.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.seek, self.tell = file.seek, file.tell

    def seekable(self) -> bool:
        """Say that it is possible to go back."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read ``size`` bytes, or to the end, which must be few."""
        if size > MOST_DIRECTORY_BYTES:
            raise _TooBig
        data = self.file.read(size if size >= 0 else MOST_DIRECTORY_BYTES + 1)
        if len(data) > MOST_DIRECTORY_BYTES:
            raise _TooBig
        return data


@dataclass
class _Budget:
    """What may still be unpacked, and until when (``time.monotonic``)."""

    until: float
    bytes_left: int
    entries_left: int = MOST_ENTRIES

    def spend(self, size: int) -> None:
        """Take away from what may still be unpacked."""
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise _TooBig

    def is_late(self) -> bool:
        """Return whether the time is over."""
        return time.monotonic() > self.until


@dataclass(order=True)
class _Member:
    """One file of an export that may be a run, newest first when sorted; ``made_at`` is a guess from its head."""

    rank: float
    name: str = field(compare=False)
    info: zipfile.ZipInfo = field(compare=False)
    archive: zipfile.ZipFile = field(compare=False)


def is_archive(head: bytes) -> bool:
    """Return whether a file begins like a ZIP."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def read_archive(file: BinaryIO, *, at: datetime, seconds: float = 8.0) -> Iterator[tuple[str, Run | Problem]]:
    """Yield the name and the run, or the problem, of each watch file of the newest weeks, newest first.

    ``at`` is now; ``seconds`` is how long it may take: what is not reached is yielded as a problem that says so.
    What is no watch's file, or older, is passed over without a word.  Never raises; one whole problem is yielded
    under the name "".
    """
    budget = _Budget(time.monotonic() + seconds, MOST_UNPACKED_BYTES)
    since = at - timedelta(weeks=rehab_knowledge().watch.of("archive_weeks"))
    found = False
    try:
        for name, outcome in _outcomes(file, since, at, budget):
            found = True
            yield name, outcome
    except _TooBig:
        yield "", problem("archive_too_big")
    except BROKEN:
        yield "", problem("archive_broken")
    else:
        if not found:
            yield "", problem("no_runs")


def _outcomes(file: BinaryIO, since: datetime, at: datetime, budget: _Budget):
    if file.seek(0, io.SEEK_END) > MOST_ARCHIVE_BYTES:
        raise _TooBig
    with zipfile.ZipFile(_Careful(file)) as archive:
        members = list(_members(archive, since, budget, deeper=True))
        for member in sorted(members):
            outcome = _outcome(member, at, budget)
            if not isinstance(outcome, Run) or outcome.began >= since:
                yield PurePosixPath(member.name).name, outcome


def _members(archive: zipfile.ZipFile, since: datetime, budget: _Budget, deeper: bool) -> Iterator[_Member]:
    """Yield the members that may hold a run of the newest weeks; a member of unknown age comes last."""
    budget.entries_left -= len(archive.infolist())
    if budget.entries_left < 0:
        raise _TooBig
    for info in archive.infolist():
        name = info.filename.lower()
        if deeper and name.endswith(".zip") and _is_plain(info):
            try:
                inner = zipfile.ZipFile(io.BytesIO(_read(archive, info, MOST_INNER_BYTES, budget)))
            except BROKEN:
                yield _Member(0, info.filename, info, archive)  # its own problem, and the other runs are read
            else:
                yield from _members(inner, since, budget, deeper=False)
        elif name.removesuffix(".gz").endswith(KINDS) and not info.is_dir():
            made_at = _made_at(archive, info, budget) if _is_plain(info) else None
            if made_at is None or made_at >= since:
                yield _Member(-made_at.timestamp() if made_at else 0, info.filename, info, archive)


def _is_plain(info: zipfile.ZipInfo) -> bool:
    """Return whether a member is a file of its own: no way out of the folder, no link, no lock, no unusual packing."""
    path = info.filename.replace("\\", "/")
    kind = stat.S_IFMT(info.external_attr >> 16)
    leads_out = path.startswith("/") or ":" in path or ".." in path.split("/")
    is_file = kind in (0, stat.S_IFREG) and not info.flag_bits & 0x1
    return not leads_out and is_file and info.compress_type in PACKINGS


def _outcome(member: _Member, at: datetime, budget: _Budget) -> Run | Problem:
    if budget.is_late():
        return problem("not_reached")
    if member.info.flag_bits & 0x1:
        return problem("locked")
    if not _is_plain(member.info):
        return problem("refused")
    try:
        data = _read(member.archive, member.info, MOST_BYTES, budget)
    except _TooBig:
        return problem("too_big" if budget.bytes_left >= 0 else "not_reached")
    except BROKEN:
        return problem("broken")
    return read_run(data, at=at)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int, budget: _Budget) -> bytes:
    """Return a member, unpacked piece by piece: what is too much is noticed before it fills the memory."""
    pieces, size = [], 0
    with archive.open(info) as member:
        while piece := member.read(PIECE_BYTES):
            budget.spend(len(piece))
            size += len(piece)
            if size > most:
                raise _TooBig
            pieces.append(piece)
    return b"".join(pieces)


def _made_at(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> datetime | None:
    """Return when a member says it was recorded, from its first bytes; ``None`` where it does not say."""
    try:
        with archive.open(info) as member:
            head = member.read(HEAD_BYTES)
        if info.filename.lower().endswith(".gz"):
            head = zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
    except BROKEN:
        return None
    budget.spend(len(head))
    if head[8:12] == b".FIT":
        return fit.made_at(head)
    found = MOMENT.search(head)
    try:
        return datetime.fromisoformat(found.group().decode()).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None
