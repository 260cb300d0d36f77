"""The shapes of the figures: how a body is held at the start and at the end, and the things around it.  Values only.

Lengths are centimetres of an adult of about 170 cm; x points the way the body faces when it stands, y up, z to the
body's right.  Angles are degrees.  Poses are written for the right side as the working one; the left is its mirror.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from clinic.terms import Text

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Limb:
    """A leg or an arm: either its joint angles, or where its end rests (the joints follow from the lengths).

    ``root``: flexion, abduction and outward turn of hip or shoulder; ``middle``: flexion of knee or elbow; ``end``:
    bending of the ankle towards the shin.  ``at``: the point where ``by`` rests: ``ball`` or ``heel`` of the foot,
    ``hand`` (the wrist).  ``sole``: tilt of a resting foot, 0 flat, negative with the heel up.  ``heading``: turn of
    the foot outwards.  ``bend``: where knee or elbow points to, in words such as ``fore`` or ``out down``.
    ``flat``: the hand lies flat, fingers forward.
    """

    root: Point | None = None
    middle: float = 0.0
    end: float = 0.0
    by: str = ""
    at: Point | None = None
    sole: float = 0.0
    heading: float = 0.0
    bend: str = ""
    flat: bool = False


@dataclass(frozen=True)
class Pose:
    """One position of the whole body.

    ``pelvis``: the middle between the hips.  ``lean``: 0 upright, 90 face down, -90 on the back.  ``roll``: 90 on the
    right side, -90 on the left.  ``bend``, ``side_bend``, ``twist``: chest against pelvis (forward, both others to the
    right).  ``nod``: head against chest.  ``limbs`` by name (``work_leg`` ...).  ``touch`` names the points of the
    body that carry it.  ``text`` holds ``{work_f}``, ``{other_m}`` and their like for the words of the sides.
    """

    code: str
    pelvis: Point
    lean: float
    roll: float
    bend: float
    side_bend: float
    twist: float
    nod: float
    limbs: Mapping[str, Limb]
    touch: tuple[str, ...]
    text: Text


@dataclass(frozen=True)
class Prop:
    """A thing in the picture: a box from corner to corner, something round, or something that follows the body.

    ``on``: the points of the body it follows, in order; ``at``: a fixed place, for bands where they are tied.
    """

    kind: str
    low: Point | None = None
    high: Point | None = None
    at: Point | None = None
    radius: float = 0.0
    on: tuple[str, ...] = ()
    front: bool = False


@dataclass(frozen=True)
class Arrow:
    """The way a point of the body goes (``follows``), or a push or pull from one place to another, past ``via``."""

    follows: str = ""
    start: Point | None = None
    via: Point | None = None
    end: Point | None = None
    shift: Point = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class FigurePlan:
    """What is drawn for some levels of one exercise.

    ``marked`` names the limbs that work; ``sided``: whether left and right differ.  ``yaw``: 0 from the right side,
    90 from the front; ``pitch``: how far the eye looks down.  ``held``: the end is held for some seconds, and a
    stopwatch says so.  ``under``: the arms whose hands lie under the trunk.
    """

    exercise: str
    levels: tuple[int, ...]
    start: str
    end: str
    props: tuple[Prop, ...]
    arrows: tuple[Arrow, ...]
    marked: tuple[str, ...]
    sided: bool
    yaw: float
    pitch: float
    held: bool
    under: tuple[str, ...]


@dataclass(frozen=True)
class FigureTable:
    """Every pose by its code, and every plan by exercise code and level (0 for an exercise without levels)."""

    poses: Mapping[str, Pose]
    plans: Mapping[tuple[str, int], FigurePlan]
