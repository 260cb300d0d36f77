"""A body as paths: limbs with an outline, the nearer ones darker, the working ones striped and lettered."""

import re
from xml.sax.saxutils import escape, quoteattr

from rehab.figures.camera import SCALE
from rehab.figures.vectors import mix

INK, TRUNK_FILL, HEAD_FILL = "#14272b", "#cfdcdb", "#e8ddcf"
NEAR, FAR, WORKS, WORKS_FAR = "#8fa9ac", "#fbfaf6", "#0b5c66", "#4f8188"
MOVE = "#a53a0c"
NUMBER = re.compile(r"-?\d+")
OUTLINE, TRUNK_WIDTH = 3, 18
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
        data = [self._data([self.camera.flat(p) for p in self.points(names, f)], closed, curve) for f in self.frames]
        for each in self.frames:
            for x, y in map(self.camera.flat, self.points(names, each)):
                reach = width * SCALE / 2
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

    What goes straight, to half a centimetre, needs its two ends alone, at the moments when all else is there too.
    """
    times, steps = "", len(values)
    if steps > 2 and _is_straight(values):
        rest = 1 / (2 * steps)
        times = f' keyTimes="0;{rest:.3g};.5;{0.5 + rest:.3g};1"'
        values = [values[0], values[-1]]
    listed = ";".join([values[0], *values, *reversed(values)])
    return f'dur="{SECONDS}s" repeatCount="indefinite" values="{listed}"{times}'


def _is_straight(values):
    rows = [[int(number) for number in NUMBER.findall(value)] for value in values]
    last = len(rows) - 1
    return all(
        abs(number - (a + (b - a) * step / last)) <= 1
        for step, row in enumerate(rows)
        for number, a, b in zip(row, rows[0], rows[-1], strict=True)
    )


def limb(paths, name, fill, striped):
    """Return the drawing of an arm or a leg."""
    side, kind = name.split("_")
    at = [
        f"{side}_{part}"
        for part in (("hip", "knee", "ankle") if kind == "leg" else ("shoulder", "elbow", "wrist", "hand"))
    ]
    wide = 11 if kind == "leg" else 9
    lines = [(paths.shape(at, wide), wide)]
    closed = []
    if kind == "leg":
        lines.append((paths.shape(at[:2], 15), 15))
        foot = ("ankle", "heel", "ball", "toe", "ball", "ankle")
        closed.append((paths.shape([f"{side}_{part}" for part in foot], 5), 5))
    out = [use(shape, INK, w * SCALE + 2 * OUTLINE) for shape, w in lines]
    out += [use(shape, INK, w * SCALE + 2 * OUTLINE, INK) for shape, w in closed]
    out += [use(shape, fill, w * SCALE) for shape, w in lines]
    out += [use(shape, fill, w * SCALE, fill) for shape, w in closed]
    if striped:
        out.append(f'<use href="#{lines[0][0]}" stroke="#fff" stroke-width="3" stroke-dasharray="1 9"/>')
    return "".join(out)


def use(name, colour, width, fill=""):
    """Return one more stroke of a path that was written."""
    filled = f' fill="{fill}"' if fill else ""
    return f'<use href="#{name}" stroke="{colour}" stroke-width="{round(width)}"{filled}/>'


def trunk(paths):
    """Return the drawing of the trunk."""
    for each in paths.frames:
        for side in ("work", "other"):
            each[f"{side}_chest"] = mix(each["neck"], each[f"{side}_shoulder"], 0.62)
            each[f"{side}_seat"] = mix(each["pelvis"], each[f"{side}_hip"], 0.85)
    ring = ("work_chest", "other_chest", "other_flank", "other_seat", "work_seat", "work_flank", "work_chest")
    shape = paths.shape(ring, TRUNK_WIDTH, curve=True)
    return use(shape, INK, TRUNK_WIDTH * SCALE + 2 * OUTLINE, INK) + use(
        shape, TRUNK_FILL, TRUNK_WIDTH * SCALE, TRUNK_FILL
    )


def head(paths):
    """Return the drawing of head and neck; the nose tells where the face looks."""
    lines = [
        (paths.shape(("neck", "head"), 8), 8),
        (paths.shape(("head", "head"), 20), 20),
        (paths.shape(("head", "nose"), 4), 4),
    ]
    return "".join(use(s, INK, w * SCALE + 2 * OUTLINE) for s, w in lines) + "".join(
        use(s, HEAD_FILL, w * SCALE) for s, w in lines
    )


def figure_of(paths, plan, letter):
    """Return the drawing of the whole body, the farthest part first."""
    parts = [
        (_nearness(paths, ("pelvis", "neck")), trunk(paths)),
        (_nearness(paths, ("neck", "head")) + 0.1, head(paths)),
    ]
    middle = parts[0][0]
    for name in ("work_leg", "other_leg", "work_arm", "other_arm"):
        side, kind = name.split("_")
        ends = ("hip", "knee", "ankle") if kind == "leg" else ("shoulder", "elbow", "wrist")
        near = _nearness(paths, tuple(f"{side}_{end}" for end in ends))
        is_near, works = near >= middle, name in plan.marked
        fill = (WORKS_FAR if plan.yaw < 30 and not is_near else WORKS) if works else (NEAR if is_near else FAR)
        drawing = limb(paths, name, fill, works)
        if works and letter and name == plan.marked[0]:
            drawing += label(paths, f"{side}_{'knee' if kind == 'leg' else 'elbow'}", letter)
        parts.append((near, drawing))
    return "".join(drawing for _, drawing in sorted(parts, key=lambda part: part[0]))


def _nearness(paths, names):
    seen = [paths.camera.seen(each[name])[2] for each in paths.way for name in names]
    return sum(seen) / len(seen)


def label(paths, point, letter):
    """Return the letter of the working side, on its knee or elbow."""
    at = [paths.camera.flat(each[point]) for each in paths.frames]
    places = [f"{x} {y}" for x, y in at]
    moves = ""
    if len(set(places)) > 1:
        moves = f'<animateTransform attributeName="transform" type="translate" {there_and_back(places)}/>'
    return (
        f'<g transform="translate({places[0]})">{moves}<circle r="10" fill="#fff" stroke="{INK}" stroke-width="2"/>'
        f'<text y="5" font-size="15" font-weight="700" font-family="sans-serif" text-anchor="middle" '
        f'fill="{INK}">{escape(letter)}</text></g>'
    )


def page(box, drawing, title, ident):
    """Return a whole SVG file with its words."""
    left, top, width, height = box
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}" role="img" '
        f"aria-labelledby={quoteattr(ident)}><title id={quoteattr(ident)}>{escape(title)}</title>{drawing}</svg>\n"
    )
