"""What a pure function costs by itself, whatever else the machine and this process are doing."""

import gc
from time import process_time


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
