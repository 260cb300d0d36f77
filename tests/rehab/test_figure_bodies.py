"""The bodies of the figures: bones keep their lengths, joints stay human, hands reach, and no one sinks or falls."""

import re
from math import dist

import pytest

from rehab.figures import _way, signs
from rehab.figures.camera import SCALE, Camera
from rehab.figures.person import THICK
from rehab.figures.skeleton import FOREARM, SHANK, THIGH, UPPER_ARM, between, body, frames_of, joint_angles
from rehab.figures.vectors import angle, apply, cross, dot, mix, sub, unit
from rehab.knowledge import rehab_knowledge

KNOWN = rehab_knowledge()
POSES, PLANS = KNOWN.figures.poses, KNOWN.figures.plans
FIGURES = sorted({id(plan): (code, level) for (code, level), plan in sorted(PLANS.items(), reverse=True)}.values())
SHARES = (0, 0.25, 0.5, 0.75, 1)

# Degrees: what a healthy adult's joint allows, with a little room because a drawing has no soft tissue.
LIMITS = {
    "bend": (-45, 70), "side_bend": (-50, 50), "twist": (-45, 45), "nod": (-50, 50),
    "hip_flex": (-35, 135), "hip_away": (-32, 75), "knee": (0, 150), "ankle": (-58, 42), "toes": (0, 90),
    "shoulder_flex": (-75, 200), "shoulder_away": (-75, 180), "elbow": (0, 152),
}  # fmt: skip
BONES = {"hip knee": THIGH, "knee ankle": SHANK, "shoulder elbow": UPPER_ARM, "elbow wrist": FOREARM}

NEAR = 2.5  # centimetres between skin and floor that still read as touching


def poses_in_use():
    return sorted({code for plan in PLANS.values() for code in (plan.start, plan.end)})


def skin_of(point):
    """Return how far from the bone the skin is that touches floor or bench."""
    return {"neck": 9}.get(point) or THICK[point.rpartition("_")[2]]  # who lies on the neck lies on the upper back


def distance_to(prop, place):
    """Return how far a place is from the surface of a thing; infinite for what carries nobody."""
    if prop.low is not None:
        ends = [sorted((prop.low[i], prop.high[i])) for i in (0, 1, 2)]
        nearest = [min(max(place[i], low), high) for i, (low, high) in enumerate(ends)]
        return dist(nearest, place)
    if prop.kind in ("ball", "roller"):
        return abs(dist(prop.at[:2], place[:2]) - prop.radius)
    if prop.kind == "bike":  # its saddle
        return dist((prop.at[0] - 16, prop.at[1] + 57), place[:2])
    return 1000


@pytest.mark.parametrize("key", FIGURES, ids=lambda key: f"{key[0]}-{key[1]}")
def test_bones_keep_their_lengths_all_the_way(key):
    plan = PLANS[key]
    for share in SHARES:
        points = between(POSES[plan.start], POSES[plan.end], share)
        for side in ("work", "other"):
            for ends, size in BONES.items():
                a, b = (f"{side}_{end}" for end in ends.split())
                assert dist(points[a], points[b]) == pytest.approx(size, abs=0.01), (share, a, b)


@pytest.mark.parametrize("code", poses_in_use())
def test_joints_stay_within_what_a_body_can_do(code):
    wrong = {}
    for joint, degrees in joint_angles(POSES[code], body(POSES[code])).items():
        low, high = LIMITS[joint.removeprefix("work_").removeprefix("other_")]
        turned = degrees + 360 if "shoulder_flex" in joint and degrees < low else degrees
        if not low - 0.01 <= turned <= high + 0.01:
            wrong[joint] = round(degrees)

    assert wrong == {}


@pytest.mark.parametrize("code", poses_in_use())
def test_what_rests_is_reached(code):
    points = body(POSES[code])
    ends = {"ball": "ball", "heel": "heel", "ankle": "ankle", "hand": "wrist"}
    wrong = {
        name: round(dist(points[f"{name.split('_')[0]}_{ends[limb.by]}"], limb.at), 1)
        for name, limb in POSES[code].limbs.items()
        if limb.at and dist(points[f"{name.split('_')[0]}_{ends[limb.by]}"], limb.at) > 1.5
    }

    assert wrong == {}


@pytest.mark.parametrize("key", FIGURES, ids=lambda key: f"{key[0]}-{key[1]}")
def test_what_carries_the_body_touches_the_floor_or_a_thing(key):
    plan, wrong = PLANS[key], {}
    for code in {plan.start, plan.end}:
        points = body(POSES[code])
        for point in POSES[code].touch:
            gap = min([points[point][1], *(distance_to(prop, points[point]) for prop in plan.props)]) - skin_of(point)
            if abs(gap) > NEAR:
                wrong[code, point] = round(gap, 1)

    assert wrong == {}


@pytest.mark.parametrize("key", FIGURES, ids=lambda key: f"{key[0]}-{key[1]}")
def test_no_skin_of_anyone_is_below_the_floor(key):
    plan, wrong = PLANS[key], {}
    for share in SHARES:
        for name, place in between(POSES[plan.start], POSES[plan.end], share).items():
            skin = place[1] - THICK.get(name.rpartition("_")[2], 0)
            if skin < (-1.5 if share in (0, 1) else -4.5):
                wrong[share, name] = round(skin, 1)

    assert wrong == {}


@pytest.mark.parametrize("key", FIGURES, ids=lambda key: f"{key[0]}-{key[1]}")
def test_nobody_sinks_into_a_thing(key):
    plan, wrong = PLANS[key], {}
    solid = [solid_part(prop) for prop in plan.props if prop.low is not None]
    for share in SHARES:
        for name, place in between(POSES[plan.start], POSES[plan.end], share).items():
            if name.rpartition("_")[2] in ("elbow", "wrist", "hand", "knee", "ankle", "heel", "ball", "toe", "nose"):
                inside = [low for low, high in solid if all(low[i] <= place[i] <= high[i] for i in (0, 1, 2))]
                if inside and share in (0, 1):
                    wrong[share, name] = inside

    assert wrong == {}


def solid_part(prop):
    """Return the two corners of what is solid of a thing: of a bench and a chair the seat alone."""
    ends = [sorted((prop.low[i], prop.high[i])) for i in (0, 1, 2)]
    if prop.kind in ("bench", "chair"):
        ends[1][0] = ends[1][1] - 5
    return tuple(low for low, _ in ends), tuple(high - 1 for _, high in ends)


@pytest.mark.parametrize("key", FIGURES, ids=lambda key: f"{key[0]}-{key[1]}")
def test_hands_reach_what_they_hold(key):
    plan = PLANS[key]
    for code in {plan.start, plan.end}:
        points, said = body(POSES[code]), POSES[code].text.en
        hands = [points[f"{side}_hand"] for side in ("work", "other")]
        for prop in plan.props:
            if prop.kind in ("bar", "plate"):
                middle = tuple(a + b for a, b in zip(points[prop.on[0]], prop.at, strict=True))
                assert min(dist(middle[:2], hand[:2]) for hand in hands) <= prop.radius, code
            if prop.kind in ("rope", "towel", "dumbbell"):
                assert prop.on[0].endswith(("hand", "wrist"))
            if prop.kind == "wall" and re.search(r"(hands|fingertips)( on it,| on the wall)", said):
                assert min(abs(prop.low[0] - hand[0]) - THICK["hand"] for hand in hands) <= 2, code
        if "both hands on that knee" in said or "held to the chest" in said:
            knees = [points[f"{side}_knee"] for side in ("work", "other")]
            assert min(dist(knee[:2], hand[:2]) for knee in knees for hand in hands) <= 14, code
    if plan.exercise == "PALLOF_PRESS":
        assert plan.props[0].on == ("work_wrist",) and plan.props[0].front, "the band is seen up to the hands"


# What a body weighs, in parts: Winter's segment masses, rounded, trunk and head together 58 %.
MASSES = (
    ("pelvis", "neck", 0.5, 0.5), ("neck", "head", 1, 0.08),
    ("hip", "knee", 0.43, 0.1), ("knee", "ankle", 0.43, 0.0465), ("heel", "ball", 0.5, 0.0145),
    ("shoulder", "elbow", 0.5, 0.028), ("elbow", "wrist", 0.7, 0.022),
)  # fmt: skip
FALLING = {"sled_two", "bound_push", "run_push", "plank_wall", "side_wall"}  # moving on, or held by a thing


def weight_of(points):
    """Return how far forward the middle of all weight of a body lies."""
    found = []
    for a, b, share, mass in MASSES:
        for side in ("",) if a in ("pelvis", "neck") else ("work_", "other_"):
            found.append((mass, mix(points[side + a], points[side + b], share)[0]))
    return sum(mass * x for mass, x in found) / sum(mass for mass, _ in found)


@pytest.mark.parametrize("code", sorted(set(poses_in_use()) - FALLING))
def test_who_stands_has_the_weight_over_the_feet(code):
    points, touch = body(POSES[code]), POSES[code].touch
    if touch and all(name.endswith(("ball", "heel", "toe")) for name in touch):
        carried = [
            (points[name], points[f"{name.split('_')[0]}_{e}"]) for name in touch for e in ("heel", "ball", "toe")
        ]
        under = [place[0] for resting, place in carried if place[1] < resting[1] + 4]
        if not code.startswith("thrust"):  # the shoulders lie on the bench
            assert min(under) - 2 <= weight_of(points) <= max(under) + 2, (round(weight_of(points)), under)


@pytest.mark.parametrize("code", poses_in_use())
def test_a_knee_that_is_said_to_be_straight_is_straight(code):
    said = POSES[code].text.en
    joints = joint_angles(POSES[code], body(POSES[code]))
    if re.search(r"knees? straight|straight knees?|knees almost straight", said) and "then bent" not in said:
        bent = min(joints["work_knee"], joints["other_knee"])
        assert bent <= (24 if "almost" in said else 10)
    if re.search(r"knees? (slightly )?bent|knees stay bent", said):
        assert max(joints["work_knee"], joints["other_knee"]) >= 15


def arrow_lines(plan):
    """Return the arrows of a plan as (start, turning point, end) in units of the drawing, and the way of its body."""
    way, camera = _way(POSES[plan.start], POSES[plan.end]), Camera(plan.yaw, plan.pitch)
    return [signs.arrow_places(camera, arrow, way) for arrow in plan.arrows], way, camera


@pytest.mark.parametrize("key", FIGURES, ids=lambda key: f"{key[0]}-{key[1]}")
def test_an_arrow_points_the_way_it_goes_and_lies_on_nobody(key):
    plan = PLANS[key]
    lines, way, camera = arrow_lines(plan)
    flat = {name: camera.seen(place)[:2] for name, place in way[0].items()}
    for (ax, ay), (mx, my), (bx, by) in lines:
        cx, cy = 2 * mx - (ax + bx) / 2, 2 * my - (ay + by) / 2
        tip, left, right = head_of(signs.arrow_between((ax, ay), (mx, my), (bx, by)))
        ahead = tip[0] - (left[0] + right[0]) / 2, tip[1] - (left[1] + right[1]) / 2
        assert ahead[0] * (bx - cx) + ahead[1] * (by - cy) > 0
        assert dist(tip, (bx, by)) < 8 and dist((ax, ay), (bx, by)) >= 39
        for t in range(21):
            t /= 20
            spot = [(1 - t) ** 2 * a + 2 * t * (1 - t) * c + t * t * b for a, c, b in ((ax, cx, bx), (ay, cy, by))]
            for one, other, thick in BODY:
                for u in range(11):
                    place = mix((*flat[one], 0), (*flat[other], 0), u / 10)[:2]
                    assert dist(spot, place) / SCALE > thick - 1, (one, other)


BODY = [("pelvis", "neck", 9), ("head", "head", 10.5)] + [
    (f"{side}_{a}", f"{side}_{b}", thick)
    for side in ("work", "other")
    for a, b, thick in (
        ("hip", "knee", 7), ("knee", "ankle", 5), ("ankle", "toe", 3), ("shoulder", "elbow", 4.5),
        ("elbow", "wrist", 4), ("wrist", "hand", 3),
    )
]  # fmt: skip


def head_of(drawing):
    """Return tip and wings of an arrow from its drawing."""
    head = re.search(r'd="M([-0-9 ]+)L([-0-9 ]+)L([-0-9 ]+)z"', drawing)
    return [tuple(map(int, spot.split())) for spot in head.groups()]


def test_a_pose_in_the_air_touches_nothing_and_every_other_says_what_carries_it():
    in_the_air = {code for code in poses_in_use() if not POSES[code].touch}

    for code in in_the_air:
        lowest = min(place[1] for name, place in body(POSES[code]).items() if name.endswith(("toe", "ball")))
        assert lowest > 5, code
    assert len(in_the_air) < 15


@pytest.mark.parametrize("code", poses_in_use())
def test_no_knee_bends_backwards_and_no_foot_is_twisted(code):
    points, wrong = body(POSES[code]), {}
    right = apply(frames_of(POSES[code])[0], (0, 0, 1))
    for side in ("work", "other"):
        hip, knee, ankle, heel, ball = (points[f"{side}_{name}"] for name in ("hip", "knee", "ankle", "heel", "ball"))
        hinge = unit(cross(sub(ankle, knee), sub(knee, hip)))
        if angle(sub(knee, hip), sub(ankle, knee)) > 8:  # a straight knee has no hinge to look at
            wrong |= {side: "backwards"} if dot(hinge, right) < -0.05 else {}
            wrong |= {side: "twisted"} if abs(dot(unit(sub(ball, heel)), hinge)) > 0.5 else {}

    assert wrong == {}


def test_a_planted_stretch_of_a_bone_is_seen():
    points = body(POSES["stand_relaxed"])
    points["work_knee"] = mix(points["work_knee"], points["work_hip"], 0.1)

    assert dist(points["work_hip"], points["work_knee"]) != pytest.approx(THIGH, abs=0.01)
