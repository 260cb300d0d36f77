"""From a pose to the points of a body in space.  The bones keep their lengths in every pose.

Centimetres and degrees, as in ``rehab/rules/pose_tables.py``.  Where a hand or a foot rests, knee and elbow follow from
the two lengths and the side to which they point.
"""

from dataclasses import replace
from math import asin, atan2, degrees, sqrt

from rehab.figures.vectors import add, angle, apply, back, combine, cross, dot, length, mix, scale, sub, turn, unit

LOW_TRUNK, HIGH_TRUNK, NECK, HEAD = 22, 29, 17, 10.5
UPPER_ARM, FOREARM, HAND = 29, 25, 9
PALM = 3  # how high the middle of a hand lies on the floor
THIGH, SHANK = 43, 41
SHOULDER_HALF, HIP_HALF = 17, 9
HEEL, BALL, TOES = (-5.5, -7, 0), (13, -7, 0), 6.5
UPRIGHT = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
SIDES = {"work": 1, "other": -1}
WAYS = {
    "fore": (1, 0, 0), "back": (-1, 0, 0), "up": (0, 1, 0), "down": (0, -1, 0), "right": (0, 0, 1), "left": (0, 0, -1),
}  # fmt: skip


def body(pose):
    """Return {name: point} of every point of a body in this pose."""
    found = _trunk(pose)
    for name, limb in pose.limbs.items():
        side, kind = name.split("_")
        found |= (_leg if kind == "leg" else _arm)(pose, limb, side, found)
    return found


def frames_of(pelvis_turn_chest):
    """Return the turns of pelvis and chest of a pose."""
    pose = pelvis_turn_chest
    pelvis = combine(turn("x", pose.roll), turn("z", -pose.lean))
    chest = combine(pelvis, turn("z", -pose.bend), turn("x", pose.side_bend), turn("y", -pose.twist))
    return pelvis, chest


def _trunk(pose):
    low, high = frames_of(pose)
    waist = add(pose.pelvis, apply(low, (0, LOW_TRUNK, 0)))
    neck = add(waist, apply(high, (0, HIGH_TRUNK, 0)))
    head_turn = combine(high, turn("z", -pose.nod))
    head = add(neck, apply(head_turn, (2, NECK, 0)))
    found = {
        "pelvis": pose.pelvis,
        "waist": waist,
        "neck": neck,
        "head": head,
        "nose": add(head, apply(head_turn, (HEAD + 1.5, -1.5, 0))),
        "crown": add(head, apply(head_turn, (0, HEAD, 0))),
    }
    for side, sign in SIDES.items():
        found[f"{side}_hip"] = add(pose.pelvis, apply(low, (0, 0, sign * HIP_HALF)))
        found[f"{side}_shoulder"] = add(neck, apply(high, (0, -4, sign * SHOULDER_HALF)))
        found[f"{side}_flank"] = add(waist, apply(low, (0, 0, sign * 8)))
    return found


def _leg(pose, limb, side, found):
    sign, hip = SIDES[side], found[f"{side}_hip"]
    if limb.at is None:
        thigh = combine(frames_of(pose)[0], _joint(limb.root, sign))
        shank = combine(thigh, turn("z", -limb.middle))
        knee = add(hip, apply(thigh, (0, -THIGH, 0)))
        ankle = add(knee, apply(shank, (0, -SHANK, 0)))
        foot = combine(shank, turn("z", limb.end))
        flat_toes = False
    else:
        foot = combine(turn("y", -sign * limb.heading), turn("z", limb.sole))
        ankle = sub(limb.at, apply(foot, {"ball": BALL, "heel": HEEL}.get(limb.by, (0, 0, 0))))
        forward = apply(frames_of(pose)[0], (1, 0, 0))
        knee, ankle = _two_bones(hip, ankle, THIGH, SHANK, _way(limb.bend, sign) or forward)
        flat_toes = -100 <= limb.sole < 0 or (limb.by == "ball" and 0 < limb.sole <= 30)  # the forefoot stays down
        if limb.by == "ankle" and not limb.sole:
            foot = combine(_shank_turn(hip, knee, ankle), turn("z", limb.end))
    ball = add(ankle, apply(foot, BALL))
    toes = combine(turn("y", -sign * limb.heading)) if flat_toes else foot
    return {
        f"{side}_knee": knee,
        f"{side}_ankle": ankle,
        f"{side}_heel": add(ankle, apply(foot, HEEL)),
        f"{side}_ball": ball,
        f"{side}_toe": add(ball, apply(toes, (TOES, 0, 0))),
    }


def _shank_turn(hip, knee, ankle):
    """Return the turn of a shank whose knee is bent: its foot looks the way the knee does."""
    up = unit(sub(knee, ankle))
    right = unit(cross(sub(ankle, knee), sub(knee, hip)))
    return tuple(zip(cross(up, right), up, right, strict=True))


def _arm(pose, limb, side, found):
    sign, shoulder = SIDES[side], found[f"{side}_shoulder"]
    if limb.at is None:
        upper = combine(frames_of(pose)[1], _joint(limb.root, sign))
        fore = combine(upper, turn("z", limb.middle))
        elbow = add(shoulder, apply(upper, (0, -UPPER_ARM, 0)))
        wrist = add(elbow, apply(fore, (0, -FOREARM, 0)))
    else:
        backward = apply(frames_of(pose)[1], (-1, -0.2, 0.3 * sign))
        elbow, wrist = _two_bones(shoulder, limb.at, UPPER_ARM, FOREARM, _way(limb.bend, sign) or backward)
    along = (1, 0, 0) if limb.flat else unit(sub(wrist, elbow))
    return {f"{side}_elbow": elbow, f"{side}_wrist": wrist, f"{side}_hand": add(wrist, _hand(wrist, along))}


def _hand(wrist, along):
    """Return the hand from the wrist: as the forearm points, or laid along the floor where that would go through."""
    down = (PALM - wrist[1]) / HAND
    if along[1] >= down:
        return scale(along, HAND)
    level = unit((along[0], 0, along[2])) if abs(along[0]) + abs(along[2]) > 0.05 else (1, 0, 0)
    down = max(-1, min(1, down))
    return scale(add(scale(level, sqrt(1 - down * down)), (0, down, 0)), HAND)


def _joint(root, sign):
    flex, away, outward = root
    return combine(turn("z", flex), turn("x", -away * sign), turn("y", -outward * sign))


def _way(words, sign):
    """Return the direction that words such as "out down" name, or None; "out" is away from the middle."""
    if not words:
        return None
    known = WAYS | {"out": (0, 0, sign), "in": (0, 0, -sign)}
    total = (0, 0, 0)
    for word in words.split():
        total = add(total, known[word])
    return total


def _two_bones(top, end, first, second, way):
    """Return (middle joint, end) of two bones between two points; an end out of reach is drawn as near as it goes."""
    line = sub(end, top)
    far = max(min(length(line), first + second - 0.01), abs(first - second) + 0.01)
    straight = unit(line)
    end = add(top, scale(straight, far))
    along = (first**2 - second**2 + far**2) / (2 * far)
    aside = sqrt(max(first**2 - along**2, 0))
    normal = sub(way, scale(straight, dot(way, straight)))
    if length(normal) < 1e-6:
        normal = cross(straight, (0, 0, 1))
    return add(add(top, scale(straight, along)), scale(unit(normal), aside)), end


# --- Between start and end --------------------------------------------------------------------------


def between(start, end, share):
    """Return the points of the body on its way from start (0) to end (1); every bone as long as ever."""
    numbers = {
        key: getattr(start, key) + (getattr(end, key) - getattr(start, key)) * share
        for key in ("lean", "roll", "bend", "side_bend", "twist", "nod")
    }
    same = {name for name in start.limbs if _same_kind(start.limbs[name], end.limbs[name])}
    limbs = {
        name: _limb_between(start.limbs[name], end.limbs[name], share) if name in same else start.limbs[name]
        for name in start.limbs
    }
    found = body(replace(start, pelvis=mix(start.pelvis, end.pelvis, share), limbs=limbs, **numbers))
    if len(same) < len(limbs):
        first, last = body(start), body(end)
        for name in set(limbs) - same:
            found |= _swung(name, first, last, found, share)
    return found


def _same_kind(a, b):
    return (a.at is None) == (b.at is None) and a.by == b.by and (a.bend == b.bend or a.at is None)


def _limb_between(a, b, share):
    numbers = {key: getattr(a, key) + (getattr(b, key) - getattr(a, key)) * share for key in NUMBERS}
    root = mix(a.root, b.root, share) if a.root else None
    return replace(b, root=root, at=mix(a.at, b.at, share) if a.at else None, flat=a.flat and b.flat, **numbers)


NUMBERS = ("middle", "end", "sole", "heading")
CHAINS = {
    "leg": (("hip", "knee"), ("knee", "ankle"), ("ankle", "heel"), ("ankle", "ball"), ("ball", "toe")),
    "arm": (("shoulder", "elbow"), ("elbow", "wrist"), ("wrist", "hand")),
}


def _swung(name, first, last, found, share):
    """Return a limb whose bones turn evenly from one direction to the other."""
    side, kind = name.split("_")
    points = {}
    for a, b in CHAINS[kind]:
        a, b = f"{side}_{a}", f"{side}_{b}"
        bones = [sub(first[b], first[a]), sub(last[b], last[a])]
        way = _evenly(unit(bones[0]), unit(bones[1]), share)
        points[b] = add(points.get(a) or found[a], scale(way, length(bones[0])))
    return points


def _evenly(a, b, share):
    wide = angle(a, b)
    if wide < 0.1:
        return a
    across = unit(sub(b, scale(a, dot(a, b))))
    if length(across) < 0.5:
        across = unit(cross(a, (0, 0, 1)))
    part = turn("z", wide * share)
    return add(scale(a, part[0][0]), scale(across, part[1][0]))


# --- What the joints do ------------------------------------------------------------------------------


def joint_angles(pose, points):
    """Return {joint: degrees} of a pose: how far each joint is bent, whichever way the pose is told."""
    low, high = frames_of(pose)
    found = {"bend": pose.bend, "side_bend": pose.side_bend, "twist": pose.twist, "nod": pose.nod}
    for side, sign in SIDES.items():
        for kind, rows, names in (
            ("hip", low, ("hip", "knee", "ankle")),
            ("shoulder", high, ("shoulder", "elbow", "wrist")),
        ):
            top, middle, end = (points[f"{side}_{name}"] for name in names)
            way = back(rows, unit(sub(middle, top)))
            found[f"{side}_{kind}_flex"] = degrees(atan2(way[0], -way[1]))
            found[f"{side}_{kind}_away"] = degrees(asin(max(-1, min(1, way[2] * sign))))
            found[f"{side}_{names[1]}"] = angle(sub(middle, top), sub(end, middle))
        shin = unit(sub(points[f"{side}_knee"], points[f"{side}_ankle"]))
        sole = unit(sub(points[f"{side}_ball"], points[f"{side}_heel"]))
        found[f"{side}_ankle"] = 90 - angle(shin, sole)
        toes = unit(sub(points[f"{side}_toe"], points[f"{side}_ball"]))
        found[f"{side}_toes"] = angle(sole, toes)
    return found
