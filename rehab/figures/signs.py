"""Signs in a figure: arrows, breath, speed, a metronome, and the stopwatch of a position that is held."""

from rehab.figures.drawing import INK, MOVE, place_of
from rehab.figures.vectors import add, mix

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
    """Breath that leaves the mouth: three curved lines."""
    x, y = paths.camera.flat(prop.at)
    paths.places += [(x - 26, y - 34), (x + 26, y)]
    side = -1 if paths.camera.mirror else 1
    lines = "".join(f"M{x + side * dx} {y}q{side * -8} -9 0 -16t0 -16" for dx in (-16, 0, 16))
    return f'<path d="{lines}" fill="none" stroke="{MOVE}" stroke-width="4" stroke-linecap="round"/>'


def speed(paths, prop):
    """Streaks below something that is fast or in the air."""
    x, y = paths.camera.flat(prop.at)
    paths.places += [(x - 24, y - 4), (x + 24, y + 4)]
    lines = f"M{x - 20} {y - 10}v12M{x} {y - 14}v16M{x + 20} {y - 10}v12"
    return f'<path d="{lines}" fill="none" stroke="{MOVE}" stroke-width="4" stroke-linecap="round"/>'


def stopwatch(x, y):
    """Return a stopwatch: this position is held."""
    return (
        f'<g fill="none" stroke="{INK}" stroke-width="4" stroke-linecap="round"><circle cx="{x}" cy="{y}" r="17" '
        f'fill="#fff"/><path d="M{x} {y - 18}v-8m-6 0h12M{x} {y}v-9m0 9l6 4"/></g>'
    )


def arrows(paths, plan, path_frames):
    """Return the arrows: the way of a point of the body over all frames, or a push from place to place."""
    return "".join(_arrow(paths, arrow, path_frames) for arrow in plan.arrows)


def _arrow(paths, arrow, path_frames):
    if arrow.follows:
        way = [add(place_of(each, arrow.follows), arrow.shift) for each in path_frames]
    else:
        way = [arrow.start, arrow.via or mix(arrow.start, arrow.end, 0.5), arrow.end]
    spots = [paths.camera.seen(place)[:2] for place in way]
    bent = spots[0], spots[len(spots) // 2], spots[-1]
    paths.places += bent
    return arrow_between(*bent)


def arrow_between(start, via, end):
    """Return an arrow through three places of the drawing."""
    (ax, ay), (mx, my), (bx, by) = start, via, end
    cx, cy = 2 * mx - (ax + bx) / 2, 2 * my - (ay + by) / 2
    dx, dy = bx - cx, by - cy
    size = max((dx * dx + dy * dy) ** 0.5, 1)
    dx, dy = dx / size, dy / size
    tip = (bx + dx * 6, by + dy * 6)
    wings = [(tip[0] - dx * 20 + side * -dy * 10, tip[1] - dy * 20 + side * dx * 10) for side in (1, -1)]
    stop = (tip[0] - dx * 14, tip[1] - dy * 14)
    line = f"M{ax:.0f} {ay:.0f}Q{cx:.0f} {cy:.0f} {stop[0]:.0f} {stop[1]:.0f}"
    head = "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in (tip, *wings)) + "z"
    return (
        f'<path d="{line}" fill="none" stroke="#fff" stroke-width="9"/>'
        f'<path d="{head}" fill="{MOVE}" stroke="#fff" stroke-width="4" paint-order="stroke"/>'
        f'<path d="{line}" fill="none" stroke="{MOVE}" stroke-width="5"/>'
    )
