"""What something costs by itself, whatever else the machine and this process are doing.

The limits are those of one machine.  A slower one says so itself: a fixed piece of plain work is timed beside
everything measured, and what was measured is divided by how much longer that work takes here.  A faster machine gains
nothing by it.
"""

import gc
from time import perf_counter, process_time

from django.db import connection
from django.test.utils import CaptureQueriesContext

YARDSTICK_MS = 1.15  # what the plain work takes on the machine for which the limits were set


def pace():
    """Return how many times slower this machine is just now than the one for which the limits were set; at least 1."""
    return max(1.0, min(_seconds(_plain_work, 5) for _ in range(5)) / 5 * 1000 / YARDSTICK_MS)


def cheapest_ms(function, *, batches=20, rounds=20):
    """Return processor milliseconds a call: the cheapest of several batches, each at the pace of its moment."""
    gc.disable()  # without the collector's pauses
    try:
        return min(_seconds(function, rounds) / rounds * 1000 / pace() for _ in range(batches))
    finally:
        gc.enable()


def _plain_work():
    kept = {}
    for number in range(2000):
        kept[f"k{number % 97}"] = tuple(sorted((number % 7, number % 5, number % 3)))
    return kept


def _seconds(function, rounds):
    started = process_time()
    for _ in range(rounds):
        function()
    return process_time() - started


def papers(make, *, between=lambda: None, times=4):
    """Make a paper some times; return (milliseconds on the wall, at the pace of the limits, and questions) of each.

    All but the first: that one reads what the process keeps; ``between`` lets the record grow.
    """
    took, counts = [], []
    for _ in range(times):
        began = perf_counter()
        with CaptureQueriesContext(connection) as queries:
            make()
        took.append((perf_counter() - began) * 1000 / pace())
        counts.append(len(queries))
        between()
    return took[1:], counts[1:]
