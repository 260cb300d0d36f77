"""How a body in space becomes numbers of a drawing: the eye looks from the side, from the front or from between."""

from dataclasses import dataclass
from math import cos, radians, sin

SCALE = 2  # units of the drawing for one centimetre
ROOM = 9  # centimetres left free around everything
ASPECT, WIDEST = 0.9, 2.6  # width to height of a drawing, at least and at most


@dataclass(frozen=True)
class Camera:
    """An eye far away.  ``yaw`` 0: the right side of a standing body; 90: its front.  ``mirror``: as in a mirror."""

    yaw: float = 0.0
    pitch: float = 0.0
    mirror: bool = False

    def seen(self, point):
        """Return (x to the right, y down, nearness) of a point, in units of the drawing."""
        c, s = cos(radians(self.yaw)), sin(radians(self.yaw))
        across, near = point[0] * c - point[2] * s, point[0] * s + point[2] * c
        c, s = cos(radians(self.pitch)), sin(radians(self.pitch))
        up, near = point[1] * c - near * s, near * c + point[1] * s
        return (-across if self.mirror else across) * SCALE, -up * SCALE, near * SCALE

    def flat(self, point):
        """Return a point as two whole numbers."""
        x, y, _ = self.seen(point)
        return round(x), round(y)


def frame(places):
    """Return (left, top, width, height) of a drawing that holds all places, never narrow and never a strip."""
    room = ROOM * SCALE
    left, right = min(p[0] for p in places) - room, max(p[0] for p in places) + room
    top, low = min(p[1] for p in places) - room, max(p[1] for p in places) + room / 2
    width, height = right - left, low - top
    if width < height * ASPECT:
        left, width = left - (height * ASPECT - width) / 2, height * ASPECT
    elif width > height * WIDEST:
        top, height = top - (width / WIDEST - height), width / WIDEST
    return round(left), round(top), round(width), round(height)
