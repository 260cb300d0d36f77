"""Signs in a figure: arrows, breath, speed, a metronome, and the stopwatch of a position that is held."""

from math import dist, hypot

from rehab.figures.drawing import INK, MOVE, SECONDS, place_of
from rehab.figures.vectors import add, mix

SHORTEST = 40  # units of the drawing: a shorter arrow is all head
WOOD = "#d8c7a6"


def metronome(paths, prop):
    """A metronome that ticks: the beat is given from outside."""
    x, y = paths.camera.flat(prop.at)
    paths.places += [(x - 30, y - 70), (x + 30, y)]
    return (
        f'<path d="M{x - 26} {y}L{x - 12} {y - 66}H{x + 12}L{x + 26} {y}z" fill="{WOOD}" '
        f'stroke="{INK}" stroke-width="3"/>'
        f'<path d="M{x} {y - 8}L{x + 22} {y - 62}" stroke="{INK}" stroke-width="4" stroke-linecap="round"/>'
        f'<circle cx="{x + 14}" cy="{y - 42}" r="6" fill="{INK}"/>'
    )


def breath(paths, prop):
    """Breath that leaves the mouth: two short lines and a small cloud, the way the face looks."""
    each = paths.frames[-1]
    x, y = paths.camera.seen(each["head"])[:2]
    fore, up = (_seen_way(paths, each, end) for end in ("nose", "crown"))

    def at(ahead, above):
        return x + fore[0] * ahead + up[0] * above, y + fore[1] * ahead + up[1] * above

    lines = "".join("M{:.0f} {:.0f}L{:.0f} {:.0f}".format(*at(32, n), *at(40, 1.4 * n)) for n in (-2, -11))
    cx, cy = at(64, 5)
    paths.places += [(cx - 22, cy - 20), (cx + 22, cy + 14)]
    cloud = f"M{cx - 14:.0f} {cy + 11:.0f}a10 10 0 0 1-1-20a13 13 0 0 1 24-3a11 11 0 0 1 5 23z"
    return f'<path d="{lines}{cloud}" fill="#fff" stroke="{MOVE}" stroke-width="4"/>'


def _seen_way(paths, each, end):
    """Return the direction from the middle of the head, as it is seen."""
    a, b = (paths.camera.seen(each[name]) for name in ("head", end))
    size = max(dist(a, b), 1)
    return (b[0] - a[0]) / size, (b[1] - a[1]) / size


def stopwatch(x, y):
    """Return a stopwatch: this position is held."""
    return (
        f'<g fill="none" stroke="{INK}" stroke-width="4" stroke-linecap="round"><circle cx="{x}" cy="{y}" r="17" '
        f'fill="#fff"/><path d="M{x} {y - 18}v-8m-6 0h12M{x} {y}v-9m0 9l6 4"/></g>'
    )


def arrows(paths, plan, path_frames):
    """Return the arrows: the way of a point of the body over all frames, or a push from place to place.

    In a film they are seen before the body moves, and are gone when it gets there.
    """
    drawing = "".join(_arrow(paths, arrow, path_frames) for arrow in plan.arrows)
    if not drawing or len(paths.frames) == 1:
        return drawing
    fades = f'dur="{SECONDS}s" repeatCount="indefinite" keyTimes="0;.12;.35;.8;1" values="1;1;0;0;1"'
    return f'<g><animate attributeName="opacity" {fades}/>{drawing}</g>'


def _arrow(paths, arrow, path_frames):
    bent = arrow_places(paths.camera, arrow, path_frames)
    paths.places += bent
    return arrow_between(*bent)


def arrow_places(camera, arrow, path_frames):
    """Return (start, half way, end) of an arrow in the drawing."""
    if arrow.follows:
        way = [add(place_of(each, arrow.follows), arrow.shift) for each in path_frames]
    else:
        way = [arrow.start, arrow.via or mix(arrow.start, arrow.end, 0.5), arrow.end]
    spots = [camera.seen(place)[:2] for place in way]
    return _long_enough(spots[0], _half_way(spots), spots[-1])


def _half_way(spots):
    """Return the place at half of the way: of an even number of places the middle of the two in the middle."""
    a, b = spots[(len(spots) - 1) // 2], spots[len(spots) // 2]
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def _long_enough(start, via, end):
    """Return an arrow whose way is long enough to be seen."""
    far = dist(start, end)
    if far >= SHORTEST:
        return start, via, end
    by = SHORTEST / max(far, 1)
    return start, *(tuple(s + (p - s) * by for s, p in zip(start, place, strict=True)) for place in (via, end))


def arrow_between(start, via, end):
    """Return an arrow through three places of the drawing; its head looks the way the line ends."""
    (ax, ay), (mx, my), (bx, by) = start, via, end
    cx, cy = 2 * mx - (ax + bx) / 2, 2 * my - (ay + by) / 2
    dx, dy = bx - cx, by - cy
    if dx * (bx - ax) + dy * (by - ay) <= 0 and hypot(dx, dy) < hypot(bx - ax, by - ay) / 3:
        dx, dy = bx - ax, by - ay
    size = max(hypot(dx, dy), 1)
    dx, dy = dx / size, dy / size
    tip = (bx + dx * 6, by + dy * 6)
    wings = [(tip[0] - dx * 20 + side * -dy * 10, tip[1] - dy * 20 + side * dx * 10) for side in (1, -1)]
    stop = (tip[0] - dx * 14, tip[1] - dy * 14)
    line = f"M{ax:.0f} {ay:.0f}Q{cx:.0f} {cy:.0f} {stop[0]:.0f} {stop[1]:.0f}"
    head = "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in (tip, *wings)) + "z"
    return (
        f'<path d="{line}" fill="none" stroke="{MOVE}" stroke-width="5"/><path d="{head}" fill="{MOVE}" stroke="none"/>'
    )
