"""Paths that move from frame to frame, and the page around them; the body itself is in ``person.py``."""

import re
from xml.sax.saxutils import escape, quoteattr

from rehab.figures.camera import SCALE
from rehab.figures.vectors import mix

INK, MOVE = "#14272b", "#a53a0c"
NUMBER = re.compile(r"-?\d+")
OUTLINE = 3
SECONDS = 4


class Paths:
    """Writes paths that change from frame to frame, and remembers everything they touch.

    ``frames`` are {point: place} of the body: one for a picture, several for a film that goes there and back; ``way``
    is the whole way, which decides what is near and what is far.
    """

    def __init__(self, camera, frames, prefix, way):
        self.camera, self.frames, self.prefix, self.way = camera, frames, prefix, way
        self.places, self.shapes, self.count = [], [], 0

    def points(self, names, each):
        """Return the places of named points, or of fixed ones, in one frame."""
        return [place_of(each, name) if isinstance(name, str) else name for name in names]

    def shape(self, names, width=0, closed=False, curve=False):
        """Write one path and return its number for :meth:`draw`; ``width`` is that of the line, in centimetres."""
        return self.flat_shape(
            [[self.camera.flat(p) for p in self.points(names, f)] for f in self.frames], width, closed, curve
        )

    def flat_shape(self, rows, width=0, closed=False, curve=False):
        """Write one path from places of the drawing, a row of them for each frame."""
        data = [self._data(row, closed, curve) for row in rows]
        reach = width * SCALE / 2
        for x, y in (place for row in rows for place in row):
            self.places += [(x - reach, y - reach), (x + reach, y + reach)]
        name = f"{self.prefix}{self.count}"
        self.count += 1
        self.shapes.append(f'<path id="{name}" d="{data[0]}"{_moving("d", data)}')
        return name

    @staticmethod
    def _data(flat, closed, curve):
        (x, y), rest = flat[0], flat[1:]
        steps = []
        for px, py in rest:
            steps.append(f"{px - x} {py - y}")
            x, y = px, py
        if curve:  # the second and the last but one bend the line; the waist of a trunk
            steps = [
                f"l{steps[0]}q{_sum(steps[1:2])} {_sum(steps[1:3])}l{steps[3]}q{_sum(steps[4:5])} {_sum(steps[4:6])}"
            ]
        else:
            steps = ["l", " ".join(steps)]
        return f"m{flat[0][0]} {flat[0][1]}{''.join(steps)}{'z' if closed else ''}".replace(" -", "-")


def _sum(steps):
    pairs = [tuple(map(int, step.split())) for step in steps]
    return f"{sum(p[0] for p in pairs)} {sum(p[1] for p in pairs)}"


def place_of(points, name):
    """Return a point of the body; a calf, a shin, a thigh and a forearm are the middles of their bones."""
    middles = {
        "calf": ("knee", "ankle"),
        "shin": ("knee", "ankle"),
        "thigh": ("hip", "knee"),
        "forearm": ("elbow", "wrist"),
    }
    side, _, part = name.partition("_")
    if part in middles:
        a, b = (points[f"{side}_{end}"] for end in middles[part])
        return mix(a, b, 0.4 if part in ("calf", "shin") else 0.5)
    return points[name]


def _moving(key, values):
    """Return the end of an element: nothing more, or its way there and back with a rest at both ends."""
    if len(set(values)) == 1:
        return "/>"
    return f'><animate attributeName="{key}" {there_and_back(values)}/></path>'


def there_and_back(values):
    """Return the timing of a film: to the end and back again, with a rest at both ends.

    What goes straight, to a centimetre and a half, needs its two ends alone, at the moments when all else is there too.
    """
    times, steps = "", len(values)
    if steps > 2 and _is_straight(values):
        rest = 1 / (2 * steps)
        times = f' keyTimes="0;{rest:.2g};.5;{0.5 + rest:.2g};1"'.replace(";0.", ";.")
        values = [values[0], values[-1]]
    listed = ";".join([values[0], *values, *reversed(values)])
    return f'dur="{SECONDS}s" repeatCount="indefinite" values="{listed}"{times}'


def _is_straight(values):
    rows = [[int(number) for number in NUMBER.findall(value)] for value in values]
    last = len(rows) - 1
    return all(
        abs(number - (a + (b - a) * step / last)) <= 3
        for step, row in enumerate(rows)
        for number, a, b in zip(row, rows[0], rows[-1], strict=True)
    )


def use(name, colour, width, fill=""):
    """Return one more stroke of a path that was written; everything is ink that does not say otherwise."""
    stroke = f' stroke="{colour}"' if colour != INK else ""
    filled = f' fill="{fill}"' if fill else ""
    return f'<use href="#{name}"{stroke} stroke-width="{round(width)}"{filled}/>'


def page(box, drawing, title, ident):
    """Return a whole SVG file with its words."""
    left, top, width, height = box
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}" role="img" '
        f"aria-labelledby={quoteattr(ident)}><title id={quoteattr(ident)}>{escape(title)}</title>{drawing}</svg>\n"
    )
