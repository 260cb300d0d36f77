"""Points, directions and turns in space: a handful of lines, so that no library is needed for them."""

from math import acos, cos, degrees, radians, sin, sqrt


def add(a, b):
    """Return a + b."""
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def sub(a, b):
    """Return a - b."""
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def scale(a, by):
    """Return a, so many times as long."""
    return (a[0] * by, a[1] * by, a[2] * by)


def dot(a, b):
    """Return the scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a, b):
    """Return the vector product."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def length(a):
    """Return how long a is."""
    return sqrt(dot(a, a))


def unit(a):
    """Return a with length 1; a point of no length stays what it is."""
    size = length(a)
    return scale(a, 1 / size) if size > 1e-9 else a


def angle(a, b):
    """Return the degrees between two directions, 0-180."""
    return degrees(acos(max(-1.0, min(1.0, dot(unit(a), unit(b))))))


def mix(a, b, share):
    """Return the point that lies ``share`` (0-1) of the way from a to b."""
    return add(a, scale(sub(b, a), share))


def turn(axis, degrees):
    """Return the turn about x, y or z by degrees, as three rows."""
    c, s = cos(radians(degrees)), sin(radians(degrees))
    if axis == "x":
        return ((1, 0, 0), (0, c, -s), (0, s, c))
    if axis == "y":
        return ((c, 0, s), (0, 1, 0), (-s, 0, c))
    return ((c, -s, 0), (s, c, 0), (0, 0, 1))


def apply(rows, a):
    """Return a after a turn."""
    return (dot(rows[0], a), dot(rows[1], a), dot(rows[2], a))


def back(rows, a):
    """Return a before a turn."""
    return tuple(rows[0][i] * a[0] + rows[1][i] * a[1] + rows[2][i] * a[2] for i in range(3))


def combine(*turns):
    """Return one turn for several; the last one is done first."""
    rows = turns[0]
    for other in turns[1:]:
        columns = tuple(zip(*other, strict=True))
        rows = tuple(tuple(dot(row, column) for column in columns) for row in rows)
    return rows
