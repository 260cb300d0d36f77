"""The things around the body: floor, bench, step, wall, band, ball, bar ... each readable in black and white."""

from math import cos, pi

from rehab.figures import signs
from rehab.figures.camera import SCALE
from rehab.figures.drawing import INK, OUTLINE, place_of, use
from rehab.figures.vectors import add, mix

FLOOR, WOOD, CLOTH, METAL, BAND = "#e7e1d4", signs.WOOD, "#b9c9d6", "#5c6669", "#f0b429"
GROUND = ("hip", "knee", "ankle", "ball", "shoulder", "elbow")
CORNERS = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]


def floor(paths):
    """Return the ground: a line seen from the side, an area seen from above; call it last."""
    if paths.camera.pitch:
        spots = [each[name] for each in paths.way for name in each if name.partition("_")[2] in GROUND]
        low, high = (
            tuple(pick(p[i] for p in spots) + room for i in (0, 1, 2)) for pick, room in ((min, -16), (max, 16))
        )
        area = [(low[0], 0, low[2]), (high[0], 0, low[2]), (high[0], 0, high[2]), (low[0], 0, high[2])]
        path = "M" + "L".join("{} {}".format(*place) for place in _flat(paths, area)) + "z"
        return f'<path d="{path}" fill="{FLOOR}" stroke="#b9b2a3" stroke-width="2"/>'
    xs = [x for x, _ in paths.places]
    left, right = round(min(xs)) - 8, round(max(xs)) + 8
    return f'<path d="M{left} 3H{right}" stroke-width="4" fill="none"/>'


def behind(paths, plan):
    """Return the things that stand behind the body."""
    return "".join(_thing(paths, prop) for prop in plan.props if not prop.front)


def before(paths, plan):
    """Return the things that stand before the body."""
    return "".join(_thing(paths, prop) for prop in plan.props if prop.front)


def _thing(paths, prop):
    if prop.low is not None:
        return BOXES.get(prop.kind, _box)(paths, prop)
    if prop.kind in LINES:
        return LINES[prop.kind](paths, prop)
    return SIGNS[prop.kind](paths, prop)


# --- Boxes ------------------------------------------------------------------------------------------


def _flat(paths, corners):
    places = [paths.camera.flat(corner) for corner in corners]
    paths.places += places
    return places


def _area(places, fill, more=""):
    path = "M" + "L".join(f"{x} {y}" for x, y in places) + "z"
    return f'<path d="{path}" fill="{fill}" stroke-width="{OUTLINE}"{more}/>'


def _hull(places):
    """Return the outline of some places, clockwise."""
    found = []
    for points in (sorted(set(places)), sorted(set(places), reverse=True)):
        half = []
        for p in points:
            while len(half) > 1 and _left_turn(half[-2], half[-1], p) <= 0:
                half.pop()
            half.append(p)
        found += half[:-1]
    return found


def _left_turn(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _corners(low, high):
    return [tuple(low[i] + (high[i] - low[i]) * corner[i] for i in range(3)) for corner in CORNERS]


def _box(paths, prop, fill=WOOD, low=None):
    low, high = low or prop.low, prop.high
    drawing = _area(_hull(_flat(paths, _corners(low, high))), fill)
    if paths.camera.pitch or paths.camera.yaw % 90:
        top = [(low[0], high[1], low[2]), (high[0], high[1], low[2]), high, (low[0], high[1], high[2])]
        drawing += _area(_flat(paths, top), "#f2ead8")
    return drawing


def _bench(paths, prop):
    """A padded top on two legs."""
    low, high = prop.low, prop.high
    seat = high[1] - 8
    legs = ""
    for x in (low[0] + 5, high[0] - 9):
        legs += _area(_hull(_flat(paths, _corners((x, low[1], low[2]), (x + 4, seat, high[2])))), METAL)
    return legs + _box(paths, prop, CLOTH, (low[0], seat, low[2]))


def _chair(paths, prop):
    """A seat with four legs; its back stands at ``low``, which is left or right of ``high``."""
    low, high = prop.low, prop.high
    parts, ahead = "", 4 if high[0] > low[0] else -4
    for x in (low[0], high[0] - ahead):
        parts += _area(_hull(_flat(paths, _corners((x, low[1], low[2]), (x + ahead, high[1] - 4, high[2])))), WOOD)
    back = (low[0] - ahead / 4, high[1] - 5, low[2]), (low[0] + ahead * 0.75, high[1] + 42, high[2])
    parts += _area(_hull(_flat(paths, _corners(*back))), WOOD)
    return parts + _box(paths, prop, WOOD, (low[0], high[1] - 5, low[2]))


def _couch(paths, prop):
    """A couch from its side: a thick seat and an arm rest that rises to the back at ``low``."""
    low, high = prop.low, prop.high
    back = _area(_hull(_flat(paths, _corners((low[0] - 8, 6, low[2]), (low[0] + 8, high[1] + 34, high[2])))), CLOTH)
    feet = "".join(_area(_hull(_flat(paths, _corners((x, 0, 0), (x + 4, 8, 0)))), WOOD) for x in (low[0], high[0] - 8))
    seat = _box(paths, prop, CLOTH, (low[0] - 2, high[1] - 14, low[2]))
    return feet + back + _box(paths, prop, CLOTH, (low[0] - 2, 6, low[2])) + seat


def _wall(paths, prop):
    """A wall, hatched."""
    places = _hull(_flat(paths, _corners(prop.low, prop.high)))
    xs, ys = [x for x, _ in places], [y for _, y in places]
    if max(xs) - min(xs) > 80:  # seen from its face: plain
        return _area(places, FLOOR)
    lines = "".join(
        f"M{min(xs)} {y}l{max(xs) - min(xs)} {min(xs) - max(xs)}" for y in range(min(ys) + 32, max(ys) + 1, 32)
    )
    return _area(places, FLOOR) + f'<path d="{lines}" stroke-width="1.5" fill="none"/>'


def _mat(paths, prop):
    return _box(paths, prop, CLOTH)


def _sled(paths, prop):
    low, high = prop.low, prop.high
    post = _flat(paths, [(low[0] + 4, high[1], 0), (low[0] + 4, high[1] + 62, 0)])
    return _line(post, METAL, 9) + _box(paths, prop, METAL)


def _hill(paths, prop):
    """A slope that rises from low to high."""
    return _area(_flat(paths, [prop.low, prop.high, (prop.high[0], prop.low[1], 0)]), FLOOR)


BOXES = {"bench": _bench, "chair": _chair, "couch": _couch, "wall": _wall, "mat": _mat, "sled": _sled, "hill": _hill}


# --- Lines ------------------------------------------------------------------------------------------


def _line(places, colour, width):
    path = "M" + "L".join(f"{x} {y}" for x, y in places)
    return (
        f'<path d="{path}" fill="none" stroke-width="{width + 3}"/>'
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
    )


def _ends(prop):
    return ([prop.at] if prop.at else []) + list(prop.on)


def _band(paths, prop):
    """An elastic band: a broad light line with cross strokes, from where it is tied to the body."""
    ends = _ends(prop)
    shape = paths.shape(ends if len(ends) > 1 else ends * 2, 3)
    tied = ""
    if prop.at:
        ((x, y),) = _flat(paths, [prop.at])
        tied = f'<circle cx="{x}" cy="{y}" r="7" fill="{METAL}" stroke-width="2"/>'
    return (
        use(shape, INK, 12) + use(shape, BAND, 7)
        + f'<use href="#{shape}" stroke-width="7" stroke-linecap="butt" stroke-dasharray="2 8"/>' + tied
    )  # fmt: skip


def _towel(paths, prop):
    shape = paths.shape(_ends(prop), 4)
    return use(shape, INK, 10) + use(shape, "#fff", 6)


def _rope(paths, prop):
    """A skipping rope from hand to hand: over the head (``at``) at the start, under the feet at the end."""
    names = [f"rope_{n}" for n in range(ROPE)]
    for each in paths.frames:
        ends, share = [each[name] for name in prop.on], each["share"][0]
        lowest = prop.at[1] * (1 - share) - 3 * share
        for n, name in enumerate(names):
            x, y, z = mix(*ends, (1 - cos(pi * n / (ROPE - 1))) / 2)
            part = -cos(pi * n / (ROPE - 1))
            each[name] = (x, y + (lowest - y) * (1 - part**4) ** 0.5, z + part * 8 * (1 - part**4))
    return use(paths.shape(names, 2), INK, 4, "none")


ROPE = 15  # places along a rope
LINES = {"band": _band, "towel": _towel, "rope": _rope}


# --- Round things and signs ---------------------------------------------------------------------------


def _spot(paths, prop):
    """Return the number of a path that is only a place: the thing follows the body, or stands still."""
    if not prop.on:
        return paths.shape((prop.at, prop.at), 2 * prop.radius)
    shift = prop.at or (0, 0, 0)
    for each in paths.frames:
        points = [place_of(each, name) for name in prop.on]
        middle = points[0] if len(points) == 1 else mix(points[0], points[1], 0.5)
        each[_name(prop)] = add(middle, shift)
    return paths.shape((_name(prop), _name(prop)), 2 * prop.radius)


def _name(prop):
    return f"{prop.kind}_{'_'.join(prop.on)}"


def _disc(paths, prop, *rings):
    """Return rings from outside in: (part of the radius, colour)."""
    shape = _spot(paths, prop)
    across = 2 * prop.radius * SCALE
    return use(shape, INK, across + 2 * OUTLINE) + "".join(use(shape, colour, across * part) for part, colour in rings)


def _ball(paths, prop):
    return _disc(paths, prop, (1, "#f0b429"), (0.35, "#fff"))


def _roller(paths, prop):
    return _disc(paths, prop, (1, CLOTH), (0.55, INK), (0.42, "#fff"))


def _plate(paths, prop):
    """A bar seen from its end, with its plate; or a weight that is carried."""
    return _disc(paths, prop, (1, METAL), (0.72, "#7d888b"), (0.3, INK), (0.18, "#fff"))


def _dumbbell(paths, prop):
    """A short bar with two heads, across the hand: the heads are the round dots of a dashed line along it."""
    for each in paths.frames:
        spot = add(place_of(each, prop.on[0]), prop.at or (0, 0, 0))
        each |= {f"{prop.on[0]}_a": add(spot, (-9, 0, 0)), f"{prop.on[0]}_b": add(spot, (9, 0, 0))}
    bar = paths.shape((f"{prop.on[0]}_a", f"{prop.on[0]}_b"), 11)
    dots = f'<use href="#{bar}" stroke-dasharray="0 35" '
    return use(bar, INK, 8) + f'{dots}stroke-width="22"/>{dots}stroke="{METAL}" stroke-width="16"/>'


def _cuff(paths, prop):
    """A weight strapped around a limb, just above its end (``on``: the two ends of the bone)."""
    for each in paths.frames:
        ends = [each[name] for name in prop.on]
        each |= {"cuff_a": mix(*ends, 0.74), "cuff_b": mix(*ends, 0.96)}
    shape = paths.shape(("cuff_a", "cuff_b"), 12)
    whole = f'<use href="#{shape}" stroke-linecap="butt" '
    return (
        f'{whole}stroke-width="26"/>{whole}stroke="{METAL}" stroke-width="20"/>'
        f'{whole}stroke="#fff" stroke-width="20" stroke-dasharray="2 5"/>'
    )


def _bike(paths, prop):
    """An exercise bicycle: flywheel, frame, saddle and handle; ``at`` is the axle of the pedals."""
    c = paths.camera.flat

    def at(x, y):
        return c(add(prop.at, (x, y, 0)))

    wheel, radius = at(38, 2), 26 * SCALE
    paths.places += [(wheel[0] - radius, wheel[1] - radius), (wheel[0] + radius, wheel[1] + radius), at(-45, -30)]
    parts = f'<circle cx="{wheel[0]}" cy="{wheel[1]}" r="{radius}" fill="{FLOOR}" stroke-width="4"/>'
    parts += f'<circle cx="{wheel[0]}" cy="{wheel[1]}" r="10" fill="{INK}"/>'
    for ends in (
        ((0, 0), (38, 2)), ((0, 0), (-17, 56)), ((-12, 38), (32, 42)), ((38, 2), (28, 66)), ((28, 66), (36, 72)),
        ((-26, 57), (-6, 57)), ((0, 0), (-30, -28)), ((38, 2), (60, -28)), ((-36, -28), (66, -28)),
    ):  # fmt: skip
        parts += _line([at(*end) for end in ends], METAL, 8)
    return parts + f'<circle cx="{at(0, 0)[0]}" cy="{at(0, 0)[1]}" r="14" fill="{WOOD}" stroke-width="3"/>'


ARCH = (
    # a foot seen from its inner side, in centimetres from the heel: (relaxed, with the arch drawn up)
    ((-3, 3), (-2, 3)), ((1, 0), (2, 0)), ((6, 0), (7, 0)), ((9, 0.6), (9.5, 2.6)),
    ((13, 1), (13, 3.9)), ((17, 0.6), (16.3, 2.4)), ((26, 0), (24.5, 0)),
    ((27, 2.5), (25.5, 2.5)), ((20, 5), (18.5, 6)), ((13, 9), (12.5, 11.5)), ((9, 14), (9, 15)), ((9, 22), (9, 22)),
    ((0, 22), (0, 22)),
)  # fmt: skip


def _arch(paths, prop):
    """The foot once more, larger, in a round window: the arch is drawn up while the toes stay long."""
    names = [f"arch_{n}" for n in range(len(ARCH))]
    for each in paths.frames:
        share = each["share"][0]
        for name, (relaxed, drawn) in zip(names, ARCH, strict=True):
            spot = mix((*relaxed, 0), (*drawn, 0), share)
            each[name] = add(prop.at, (spot[0] * 2.3 - 28, spot[1] * 2.3 - 22, 0))
    x, y = paths.camera.flat(prop.at)
    radius = 38 * SCALE
    paths.places += [(x - radius, y - radius), (x + radius, y + radius)]
    window = f'<circle cx="{x}" cy="{y}" r="{radius}" fill="#fff" stroke-width="3"/>'
    ground = f'<path d="M{x - 60} {y + 22 * SCALE + 3}H{x + 60}" stroke-width="4"/>'
    side = -1 if paths.camera.mirror else 1
    towards_heel = signs.arrow_between((x + side * 38, y + 57), (x + side * 10, y + 57), (x - side * 18, y + 57))
    shape = paths.shape(names, closed=True)
    return window + ground + use(shape, INK, 5, "#f0dfc8") + towards_heel


SIGNS = {
    "arch": _arch,
    "ball": _ball, "roller": _roller, "plate": _plate, "bar": _plate, "dumbbell": _dumbbell, "cuff": _cuff,
    "metronome": signs.metronome, "bike": _bike, "breath": signs.breath,
}  # fmt: skip
