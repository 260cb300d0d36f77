"""Pieces of work for the tests of the worker."""

from clinic.background import background

DONE, GIVEN_UP, BROKEN = [], [], set()


def gave_up(key):
    """Remember what was given up."""
    GIVEN_UP.append(key)


@background(gave_up=gave_up)
def weigh_the_shoes(key):
    """Fail while the key is broken; the fault holds what a person typed."""
    if key in BROKEN:
        raise ValueError("Rosa Runner wrote: my calf swells")
    DONE.append(key)
