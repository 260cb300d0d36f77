"""Reads the single files that a runner sent, within one stretch of time; nothing is written."""

import time
from collections.abc import Iterable, Iterator
from datetime import datetime

from rehab.rules.watch import Problem, Run
from rehab.runs import MOST_BYTES, problem, read_run

SECONDS = 8.0


def read_uploads(files: Iterable, *, at: datetime, seconds: float = SECONDS) -> Iterator[tuple[str, Run | Problem]]:
    """Yield the name and the run, or the problem, of each file; ``at`` is now.

    ``files`` are Django's uploaded files.  What the time does not reach is a problem that says so.  Never raises.
    """
    until = time.monotonic() + seconds
    for file in files:
        left = until - time.monotonic()
        if left <= 0:
            yield file.name, problem("not_reached")
        elif file.size > MOST_BYTES:
            yield file.name, problem("too_big")
        else:
            yield file.name, read_run(file.read(), at=at)
