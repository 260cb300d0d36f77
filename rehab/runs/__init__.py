"""Watch files: a run out of a GPX, a TCX or a FIT file, or the runs of a whole export.  No file and no place is kept.

A file is told by what it holds, not by its name.  Whatever is wrong with it comes back as a ``Problem`` with a sentence
for the runner: a reader of files from anywhere raises nothing.
"""

import gzip
import io
import zlib
from collections.abc import Iterable
from datetime import datetime

from rehab.knowledge import rehab_knowledge
from rehab.rules.recording import figures
from rehab.rules.watch import Problem, Run, same_print, same_run
from rehab.runs import fit, gpx, tcx
from rehab.runs.clean import Refused, root_of
from rehab.runs.way import points_of

__all__ = ["Problem", "Run", "is_known", "is_one_run", "problem", "read_run", "same_print", "same_run"]

# Bounds of a machine, not of a clinic: 13 hours of recording once a second take about 2 MB as FIT and 14 MB as XML.
MOST_BYTES = 15_000_000
MOST_BYTES_FIT = 3_000_000
GZIP = b"\x1f\x8b"


def problem(code: str) -> Problem:
    """Return a problem with its sentence."""
    return rehab_knowledge().watch.problem(code)


def read_run(data: bytes, *, at: datetime) -> Run | Problem:
    """Return the run of one file, packed with gzip or not; ``at`` is now.  Never raises."""
    try:
        points, source = _points(_unpacked(data))
    except Refused as refusal:
        return problem(refusal.code)
    except Exception:  # three libraries read what anybody may have written: whatever they raise, the file is broken
        return problem("broken")
    known = rehab_knowledge()
    return figures(points, source=source, at=at, watch=known.watch, running=known.running)


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(GZIP):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            return packed.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Refused("broken") from error


def _points(data: bytes):
    """Return the points of a file and what kind of file it is."""
    if not data.strip(b"\0 \t\r\n"):
        raise Refused("empty")
    if len(data) > MOST_BYTES:
        raise Refused("too_big")
    if data[8:12] == b".FIT":
        if len(data) > MOST_BYTES_FIT:
            raise Refused("too_big")
        return points_of(fit.moments(data)), "fit"
    readers = {"gpx": gpx, "TrainingCenterDatabase": tcx}
    root = root_of(data)
    if root not in readers:
        raise Refused("wrong_kind")
    reader = readers[root]
    return points_of(reader.moments(data)), reader.__name__.rpartition(".")[2]


def is_known(run: Run, prints: Iterable[str]) -> bool:
    """Return whether a run is one of those already logged, given their fingerprints."""
    return any(is_one_run(run.fingerprint, other) for other in prints)


def is_one_run(one: str, other: str) -> bool:
    """Return whether two fingerprints are of one run, from one device or from two."""
    return same_print(one, other, rehab_knowledge().watch)
