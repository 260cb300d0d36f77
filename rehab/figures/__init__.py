"""The figure of every level of every exercise: drawn from poses, for the screen, for paper and in words."""

from dataclasses import dataclass
from functools import lru_cache

from rehab.figures import props, signs
from rehab.figures.camera import Camera, frame
from rehab.figures.drawing import INK, Paths, page
from rehab.figures.person import figure_of
from rehab.figures.skeleton import CHAINS, between, body
from rehab.figures.vectors import angle, sub
from rehab.knowledge import rehab_knowledge

STEPS = ((30, 2), (62, 3), (100, 4), (181, 5))  # how far the fastest bone turns, and how many pictures that takes
BONES = [
    (f"{side}_{a}", f"{side}_{b}") for side in ("work", "other") for chain in CHAINS.values() for a, b in chain[:2]
]
LONG = 1.25  # width to height of a picture, from which on two stand above each other
ROOM_FOR_NUMBER = 22
LEVEL_LETTERS = "abcdefghij"
LETTERS = {("right", "en"): "R", ("left", "en"): "L", ("right", "es"): "D", ("left", "es"): "I"}
WORDS = {
    "en": {"right": ("right", "right"), "left": ("left", "left")},
    "es": {"right": ("derecha", "derecho"), "left": ("izquierda", "izquierdo")},
}
OTHER = {"right": "left", "left": "right"}
SIDE_NAMES = {
    "en": {"right": "Right side", "left": "Left side"},
    "es": {"right": "Lado derecho", "left": "Lado izquierdo"},
}
PARTS = {
    "en": {"start": "Start", "end": "End", "hold": "Hold"},
    "es": {"start": "Inicio", "end": "Final", "hold": "Mantener"},
}


@dataclass(frozen=True)
class Figure:
    """One figure: ``svg`` moves (and rests where a person asks for less motion), ``still`` is for paper, ``text`` is
    the same in words."""

    svg: str
    still: str
    text: str


class NoFigure(LookupError):
    """There is no such exercise, level or side."""


def plan_of(code, level):
    """Return the plan of a level; 0 or None for an exercise without levels.  Raise NoFigure where there is none."""
    plans = rehab_knowledge().figures.plans
    found = plans.get((code, level or 0)) or plans.get((code, 0))
    if found is None:
        raise NoFigure(code, level)
    return found


@lru_cache(maxsize=800)
def figure(exercise_code, level, side="right", language="en"):
    """Return the figure of a level, with ``side`` ("right" or "left") as the working side, in "en" or "es"."""
    plan = plan_of(exercise_code, level)
    if (side, language) not in LETTERS:
        raise NoFigure(side, language)
    text = words_of(exercise_code, level, side, language)
    number = rehab_knowledge().exercises[exercise_code].number[1:].lstrip("0")
    ident = f"{side[0]}{number}{LEVEL_LETTERS[level or 0]}"  # no name of one figure is that of another
    letter = LETTERS[side, language] if plan.sided else ""
    mirror = side == "left"
    return Figure(
        svg=_film(plan, letter, mirror, text, ident), still=_still(plan, letter, mirror, text, f"{ident}s"), text=text
    )


def words_of(exercise_code, level, side, language):
    """Return the figure in words: which exercise, which side, how it starts and how it ends."""
    plan, known = plan_of(exercise_code, level), rehab_knowledge()
    exercise = known.exercises[exercise_code]
    title = _said(exercise.name, language)
    if 0 < (level or 0) <= len(exercise.levels):
        title = f"{title}: {_said(exercise.levels[level - 1].name, language)}"
    parts = [title]
    if plan.sided:
        parts.append(SIDE_NAMES[language][side])
    names = PARTS[language]
    start, end = (_posture(known.figures.poses[code], side, language) for code in (plan.start, plan.end))
    if start == end:
        parts.append(f"{names['hold']}: {start}")
    else:
        parts += [f"{names['start']}: {start}", f"{names['end']}: {end}"]
    return ". ".join(part.rstrip(".") for part in parts) + "."


def _said(text, language):
    return text.es if language == "es" else text.en


def _posture(pose, side, language):
    work, other = WORDS[language][side], WORDS[language][OTHER[side]]
    return _said(pose.text, language).format(work_f=work[0], work_m=work[1], other_f=other[0], other_m=other[1])


def _poses(plan):
    poses = rehab_knowledge().figures.poses
    return poses[plan.start], poses[plan.end]


def _picture(plan, frames, camera, letter, prefix, way, with_arrows=True):
    """Return (everything it touches, the drawing) of one picture or film."""
    paths = Paths(camera, [dict(each) for each in frames], prefix, way)
    behind = props.behind(paths, plan)
    person = figure_of(paths, plan, letter)
    before = props.before(paths, plan)
    arrow = signs.arrows(paths, plan, way) if with_arrows else ""
    ground = props.floor(paths)
    pen = f'<g fill="{INK}" stroke="{INK}" stroke-linecap="round" stroke-linejoin="round">'
    return paths.places, f"<defs>{''.join(paths.shapes)}</defs>{pen}{ground}{behind}{person}{before}</g>{arrow}"


def _way(start, end):
    """Return the body from start to end, in as many steps as its widest swing needs to look round."""
    first, last = body(start), body(end)
    swing = max(angle(sub(first[b], first[a]), sub(last[b], last[a])) for a, b in BONES)
    steps = next(steps for widest, steps in STEPS if swing <= widest)
    return [between(start, end, n / (steps - 1)) | {"share": (n / (steps - 1), 0, 0)} for n in range(steps)]


def _film(plan, letter, mirror, text, ident):
    start, end = _poses(plan)
    way = _way(start, end)
    frames = way if plan.start != plan.end else way[:1]
    places, drawing = _picture(plan, frames, Camera(plan.yaw, plan.pitch, mirror), letter, ident, way)
    box = _room(plan, places)
    return page(box, drawing + _hold(plan, box), text, f"{ident}t")


def _room(plan, places):
    """Return the frame, with room for the stopwatch above a body that is held."""
    corner = [(max(x for x, _ in places), min(y for _, y in places) - 54)] if plan.held else []
    return frame(places + corner)


def _hold(plan, box):
    return signs.stopwatch(box[0] + box[2] - 28, box[1] + 38) if plan.held else ""


def _still(plan, letter, mirror, text, ident):
    """Return start and end with their numbers, side by side or, where both are long, one above the other."""
    start, end = _poses(plan)
    camera, way = Camera(plan.yaw, plan.pitch, mirror), _way(start, end)
    first_places, first = _picture(plan, way[:1], camera, letter, f"{ident}a", way)
    if plan.start == plan.end:
        box = _room(plan, first_places)
        return page(box, first + _hold(plan, box), text, f"{ident}t")
    last_places, last = _picture(plan, way[-1:], camera, letter, f"{ident}b", way, with_arrows=False)
    places = first_places + last_places
    places.append((min(x for x, _ in places) - ROOM_FOR_NUMBER, places[0][1]))
    box = left, top, width, height = _room(plan, places)
    across, down = (width, 0) if width < LONG * height else (0, height)
    number = '<text x="{}" y="{}" font-size="26" font-weight="700" font-family="sans-serif" fill="{}">{}</text>'
    line = f"M{left + across} {top + 10}v{height - 20}" if across else f"M{left + 10} {top + down}h{width - 20}"
    drawing = (
        f"<g>{first}{number.format(left + 8, top + 28, INK, 1)}</g>"
        f'<g transform="translate({across} {down})">'
        f"{last}{number.format(left + 8, top + 28, INK, 2)}{_hold(plan, box)}</g>"
        f'<path d="{line}" stroke="#8a9698" stroke-width="2"/>'
    )
    return page((left, top, width + across, height + down), drawing, text, f"{ident}t")
