"""Reads poses.toml: how a body is held in each exercise, and what is drawn around it."""

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from clinic.tables import Checker, Entry, read_table
from clinic.terms import Text
from rehab.rules.pose_tables import Arrow, FigurePlan, FigureTable, Limb, Pose, Prop

HERE = Path(__file__).resolve().parent
LIMBS = ("work_leg", "other_leg", "work_arm", "other_arm")
BOTH = {"both_legs": ("work_leg", "other_leg"), "both_arms": ("work_arm", "other_arm")}
TRUNK = ("lean", "roll", "bend", "side_bend", "twist", "nod")
WAYS = ("fore", "back", "up", "down", "left", "right", "out", "in")
POINTS = ("pelvis", "waist", "neck", "head", "crown", "nose") + tuple(
    f"{side}_{name}"
    for side in ("work", "other")
    for name in (
        *("hip", "knee", "ankle", "heel", "ball", "toe", "shoulder", "elbow", "wrist", "hand", "flank", "calf", "shin"),
        *("thigh", "forearm"),
    )
)
BOXES = ("bench", "step", "chair", "couch", "wall", "sled", "mat", "hill")
ROUND = ("ball", "roller", "plate", "bar", "dumbbell", "cuff", "metronome", "bike", "breath", "arch")
LINES = ("band", "towel", "rope")
KINDS = (*BOXES, *ROUND, *LINES)
REST = Limb(root=(0.0, 0.0, 0.0))


def load_poses(checker: Checker, exercises, folder: Path = HERE) -> FigureTable:
    """Return the poses and the plan of every level; an exercise or level without one, or with two, is a fault."""
    table = read_table(folder / "poses.toml", checker)
    table.sources()
    table.mark()
    poses: dict[str, Pose] = {}
    for entry in table.children("pose"):
        pose = _pose(entry, poses)
        poses[pose.code] = pose
    plans: dict[tuple[str, int], FigurePlan] = {}
    for entry in table.children("figure", name_key="-"):
        plan = _plan(entry, poses, exercises)
        for level in plan.levels:
            if (plan.exercise, level) in plans:
                entry.report("levels", f"{plan.exercise} level {level} is drawn twice")
            plans[plan.exercise, level] = plan
    for code, exercise in exercises.items():
        wanted = set(range(1, len(exercise.levels) + 1)) or {0}
        drawn = {level for name, level in plans if name == code}
        if wanted != drawn:
            table.report("figure", f"{code}: levels {sorted(wanted ^ drawn)} are not drawn, or do not exist")
    table.finish()
    return FigureTable(MappingProxyType(poses), MappingProxyType(plans))


def _pose(entry: Entry, known) -> Pose:
    like = entry.word("like", required=False, choices=tuple(known) or ("-",))
    base = known.get(like) or Pose("", (0.0, 0.0, 0.0), 0, 0, 0, 0, 0, 0, {}, (), Text("", ""))
    changed = {key: entry.number(f"{key}_deg") or 0.0 for key in TRUNK if entry.has(f"{key}_deg")}
    limbs = dict(base.limbs)
    for key, names in BOTH.items():
        if entry.has(key):
            limbs |= dict.fromkeys(names, _limb(entry.section(key), key))
            limbs[names[1]] = _mirrored(limbs[names[1]])
    for name in LIMBS:
        if entry.has(name):
            limb = _limb(entry.section(name), name)
            limbs[name] = _mirrored(limb) if name.startswith("other") else limb
        if name not in limbs:
            entry.report(name, "missing")
            limbs[name] = REST
    pose = replace(
        base,
        code=entry.code(),
        pelvis=_point(entry, "pelvis_cm") or base.pelvis,
        limbs=MappingProxyType({name: limbs[name] for name in LIMBS}),
        touch=entry.words("touch", choices=POINTS) if entry.has("touch") else base.touch,
        text=entry.must_text("text"),
        **changed,
    )
    entry.finish()
    return pose


def _mirrored(limb: Limb) -> Limb:
    """Return a limb of the other side: the third number of a place counts outwards."""
    return replace(limb, at=(limb.at[0], limb.at[1], -limb.at[2])) if limb.at else limb


def _limb(entry: Entry, name: str) -> Limb:
    leg = "leg" in name
    rests = [key for key in (("ball", "heel", "ankle") if leg else ("hand",)) if entry.has(f"{key}_cm")]
    way = entry.word("bend", required=False)
    for word in way.split():
        if word not in WAYS:
            entry.report("bend", f"{word!r} is none of {', '.join(WAYS)}")
            way = ""
    limb = Limb(
        root=None if rests else _point(entry, "hip_deg" if leg else "shoulder_deg", required=True),
        middle=entry.number("knee_deg" if leg else "elbow_deg", required=False) or 0.0,
        end=(entry.number("ankle_deg", required=False) or 0.0) if leg else 0.0,
        by=rests[0] if rests else "",
        at=_point(entry, f"{rests[0]}_cm") if rests else None,
        sole=(entry.number("sole_deg", required=False) or 0.0) if leg else 0.0,
        heading=(entry.number("heading_deg", required=False) or 0.0) if leg else 0.0,
        bend=way,
        flat=entry.flag("flat"),
    )
    entry.finish()
    return limb


def _point(entry: Entry, key: str, required: bool = False):
    """Return three numbers; two stand for a place in the middle."""
    values = entry.numbers(key, required)
    if values and len(values) not in (2, 3):
        entry.report(key, "must hold two or three numbers")
        return None
    return (values[0], values[1], values[2] if len(values) == 3 else 0.0) if values else None


def _plan(entry: Entry, poses, exercises) -> FigurePlan:
    codes = tuple(poses) or ("-",)
    levels = entry.numbers("levels", required=False) or (0,)
    start = entry.word("start", choices=codes)
    plan = FigurePlan(
        exercise=entry.word("exercise", choices=tuple(exercises)),
        levels=tuple(int(level) for level in levels),
        start=start,
        end=entry.word("end", required=False, choices=codes) or start,
        props=tuple(_prop(child) for child in entry.children("props", required=False, name_key="name")),
        arrows=tuple(_arrow(child) for child in entry.children("arrows", required=False, name_key="name")),
        marked=entry.words("marked", required=False, choices=LIMBS),
        sided=entry.flag("sided", default=True),
        yaw=entry.number("yaw_deg", required=False) or 0.0,
        pitch=entry.number("pitch_deg", required=False) or 0.0,
        held=entry.flag("held"),
        under=entry.words("under", required=False, choices=LIMBS[2:]),
    )
    entry.finish()
    return plan


def _prop(entry: Entry) -> Prop:
    prop = Prop(
        kind=entry.word("kind", choices=KINDS),
        low=_point(entry, "low_cm"),
        high=_point(entry, "high_cm"),
        at=_point(entry, "at_cm"),
        radius=entry.number("radius_cm", required=False) or 0.0,
        on=entry.words("on", required=False, choices=POINTS),
        front=entry.flag("front"),
    )
    if prop.kind in BOXES and (prop.low is None or prop.high is None):
        entry.report("low_cm", "a box needs two corners")
    if prop.kind in ROUND and prop.at is None and not prop.on:
        entry.report("at_cm", "a thing needs a place")
    entry.finish()
    return prop


def _arrow(entry: Entry) -> Arrow:
    arrow = Arrow(
        follows=entry.word("follows", required=False, choices=POINTS),
        start=_point(entry, "start_cm"),
        via=_point(entry, "via_cm"),
        end=_point(entry, "end_cm"),
        shift=_point(entry, "shift_cm") or (0.0, 0.0, 0.0),
    )
    if not arrow.follows and (arrow.start is None or arrow.end is None):
        entry.report("follows", "an arrow follows a point or has two places")
    entry.finish()
    return arrow
