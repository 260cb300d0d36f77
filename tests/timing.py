"""What a pure function costs by itself, whatever else the machine and this process are doing."""

import gc
from time import perf_counter, process_time

from django.db import connection
from django.test.utils import CaptureQueriesContext


def cheapest_ms(function, *, batches=20, rounds=20):
    """Return processor milliseconds a call: the cheapest of several batches, without the collector's pauses."""
    gc.disable()
    try:
        return min(_seconds(function, rounds) for _ in range(batches)) / rounds * 1000
    finally:
        gc.enable()


def _seconds(function, rounds):
    started = process_time()
    for _ in range(rounds):
        function()
    return process_time() - started


def papers(make, *, between=lambda: None, times=4):
    """Make a paper some times; return (milliseconds by the clock on the wall, questions) of each after the first.

    The first one reads what the process keeps; ``between`` lets the record grow.
    """
    took, counts = [], []
    for _ in range(times):
        began = perf_counter()
        with CaptureQueriesContext(connection) as queries:
            make()
        took.append((perf_counter() - began) * 1000)
        counts.append(len(queries))
        between()
    return took[1:], counts[1:]
