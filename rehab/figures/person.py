"""The person of a figure: tapered limbs with an outline, the nearer ones darker, the working ones striped and lettered.

Hands and feet are shapes of their own in the colour of the skin; hair tells where the face looks.
"""

from xml.sax.saxutils import escape

from rehab.figures.camera import SCALE
from rehab.figures.drawing import INK, OUTLINE, there_and_back, use
from rehab.figures.vectors import add, cross, mix, scale, sub, unit

TRUNK_FILL, SKIN, HAIR = "#cfdcdb", "#f0dfc8", "#33474b"
NEAR, FAR, WORKS, WORKS_FAR = "#8fa9ac", "#fbfaf6", "#0b5c66", "#4f8188"
# Centimetres from the bone to the skin, as it is drawn; the tests hold every pose to them.
THICK = {
    "hip": 8.5, "knee": 6.3, "ankle": 4, "shoulder": 5.2, "elbow": 4.2, "wrist": 3.4, "hand": 2.8,
    "heel": 2.5, "ball": 2.5, "toe": 2.5, "pelvis": 9, "waist": 9, "neck": 4.5, "head": 10.5, "nose": 1.6,
}  # fmt: skip
CALF, CALF_AT = 6.2, 0.3  # its thickness, and how far down the shank it is thickest
FOOT_HALF = 3.2
PAIRED = 3  # centimetres: two limbs that are as near as that are drawn alike
LETTER_AT = 0.6  # how far down the shank or the forearm the letter of the side stands


def figure_of(paths, plan, letter):
    """Return the drawing of the whole body, the farthest part first, the letter of the side last."""
    _fill_in(paths)
    middle = _nearness(paths, ("pelvis", "neck"))
    parts = [(middle - 0.1, _neck(paths)), (middle, _trunk(paths))]
    parts.append((max(_nearness(paths, ("neck", "head")), middle - 0.1) + 0.05, _head(paths)))
    letters = ""
    near = {
        name: _nearness(paths, [f"{name.split('_')[0]}_{end}" for end in ENDS[name.split("_")[1]]]) for name in LIMBS
    }
    for name in LIMBS:
        side, kind = name.split("_")
        pair, works = f"{'other' if side == 'work' else 'work'}_{kind}", name in plan.marked
        is_near = near[name] > near[pair] - PAIRED * SCALE or (kind == "arm" and pair in plan.marked)
        fill = (WORKS if is_near or plan.yaw >= 30 else WORKS_FAR) if works else (NEAR if is_near else FAR)
        if kind == "leg":
            parts.append((near[name], _leg(paths, side, fill, works)))
        else:
            under, arm = _arm(paths, side, fill, works, name in plan.under)
            parts += [(middle - 0.2, under), (near[name], arm)]
        if works and letter and name == plan.marked[0]:
            letters = _label(paths, side, kind, letter)
    return "".join(drawing for _, drawing in sorted(parts, key=lambda part: part[0])) + letters


LIMBS = ("work_leg", "other_leg", "work_arm", "other_arm")
ENDS = {"leg": ("hip", "knee", "ankle"), "arm": ("shoulder", "elbow", "wrist")}


def _nearness(paths, names):
    seen = [paths.camera.seen(each[name])[2] for each in paths.way for name in names]
    return sum(seen) / len(seen)


def _fill_in(paths):
    """Add the points that only a drawing needs: corners of the trunk, sides of the feet, the face, the calf."""
    for each in paths.frames:
        nose = unit(sub(each["nose"], each["head"]))
        each["face"] = add(mix(each["head"], each["nose"], 0.2), scale(sub(each["crown"], each["head"]), -0.17))
        each["nose_tip"] = add(each["face"], scale(nose, 9.6))
        for side in ("work", "other"):
            each[f"{side}_chest"] = mix(mix(each["neck"], each[f"{side}_shoulder"], 0.66), each["waist"], 0.2)
            each[f"{side}_seat"] = mix(each["pelvis"], each[f"{side}_hip"], 0.85)
            heel, ball = each[f"{side}_heel"], each[f"{side}_ball"]
            across = scale(unit(cross(sub(ball, heel), sub(each[f"{side}_ankle"], heel))), FOOT_HALF)
            each[f"{side}_ball_a"], each[f"{side}_ball_b"] = add(ball, across), sub(ball, across)


def _outlined(shapes, fill, closed=True):
    """Return paths with one outline around them all."""
    return "".join(use(s, INK, w * SCALE + 2 * OUTLINE) for s, w in shapes) + "".join(
        use(s, fill, w * SCALE, fill if closed else "") for s, w in shapes
    )


def _trunk(paths):
    ring = ("work_chest", "other_chest", "other_flank", "other_seat", "work_seat", "work_flank", "work_chest")
    width = 2 * THICK["pelvis"]
    return _outlined([(paths.shape(ring, width, curve=True), width)], TRUNK_FILL)


def _neck(paths):
    return _outlined([(paths.shape(("waist", "neck", "head"), 9), 9)], SKIN, closed=False)


def _head(paths):
    """Return hair, face and nose; the hair is what remains of a larger circle behind the face."""
    hair = [(paths.shape(("head", "head"), 2 * THICK["head"]), 2 * THICK["head"])]
    face = [(paths.shape(("face", "face"), 17.6), 17.6), (paths.shape(("face", "nose_tip"), 3.4), 3.4)]
    outline = "".join(use(s, INK, w * SCALE + 2 * OUTLINE) for s, w in hair + face)
    return outline + use(hair[0][0], HAIR, hair[0][1] * SCALE) + "".join(use(s, SKIN, w * SCALE) for s, w in face)


# --- Limbs --------------------------------------------------------------------------------------------


def _leg(paths, side, fill, striped):
    """Return the drawing of a leg and its foot."""
    base = THICK["ankle"]
    rows = [_tapered_leg(paths.camera, each, side, base) for each in paths.frames]
    leg = [(paths.flat_shape(rows, 2 * base, closed=True), 2 * base)]
    ring = [f"{side}_{part}" for part in ("ankle", "heel", "ball_a", "toe", "ball_b")]
    foot = [(paths.shape(ring, 2 * THICK["toe"], closed=True), 2 * THICK["toe"])]
    drawing = _outlined(foot, SKIN) + _outlined(leg, fill)
    return drawing + (_stripes(paths, [f"{side}_{end}" for end in ENDS["leg"]]) if striped else "")


def _tapered_leg(camera, each, side, base):
    hip, knee, ankle, heel, ball = (
        camera.seen(each[f"{side}_{part}"])[:2] for part in ("hip", "knee", "ankle", "heel", "ball")
    )
    thigh, shank = _normal(hip, knee), _normal(knee, ankle)
    calf = _mid(knee, ankle, CALF_AT)
    length = 18.5 * SCALE
    front = (shank[0] * (ball[0] - heel[0]) + shank[1] * (ball[1] - heel[1])) / length
    out = [
        (hip, thigh, THICK["hip"] - base, 0),
        (knee, _bisector(thigh, shank), THICK["knee"] - base, 0),
        (calf, shank, CALF - base, 0.9 * front),
    ]
    return [*_side(out, 1), _whole(ankle), *reversed(_side(out, -1)), *_seat(hip, thigh, THICK["hip"] - base)]


def _seat(hip, across, thick):
    """Return the round end of a thigh, from its left skin to its right."""
    (ax, ay), along = across, (-across[1], across[0])
    return [
        (
            round(hip[0] + (side * 0.6 * ax + 0.8 * along[0]) * thick * SCALE),
            round(hip[1] + (side * 0.6 * ay + 0.8 * along[1]) * thick * SCALE),
        )
        for side in (-1, 1)
    ]


def _arm(paths, side, fill, striped, under):
    """Return the drawings of (what lies under the trunk, the rest of an arm): only a forearm may lie there."""
    base = THICK["wrist"]
    top, low = [], []
    for each in paths.frames:
        shoulder, elbow, wrist = (paths.camera.seen(each[f"{side}_{part}"])[:2] for part in ENDS["arm"])
        upper, fore = _normal(shoulder, elbow), _normal(elbow, wrist)
        bend = (elbow, _bisector(upper, fore), THICK["elbow"] - base, 0)
        pair = [(shoulder, upper, THICK["shoulder"] - base, 0), bend]
        end = [] if under else [_whole(wrist)]
        top.append([*_side(pair, 1), *end, *reversed(_side(pair, -1))])
        low.append([*_side([bend], 1), _whole(wrist), *_side([bend], -1)])
    hand = _outlined([(paths.shape((f"{side}_wrist", f"{side}_hand"), 5.6), 5.6)], SKIN, closed=False)
    arm = _outlined([(paths.flat_shape(top, 2 * base, closed=True), 2 * base)], fill)
    if striped:
        arm += _stripes(paths, [f"{side}_{end}" for end in ENDS["arm"]])
    if under:
        return hand + _outlined([(paths.flat_shape(low, 2 * base, closed=True), 2 * base)], fill), arm
    return "", hand + arm


def _stripes(paths, names):
    return f'<use href="#{paths.shape(names)}" fill="none" stroke="#fff" stroke-width="3" stroke-dasharray="1 9"/>'


def _side(joints, side):
    """Return the skin on one side of some joints: (place, direction across, thickness, how much it lies in front)."""
    return [
        (
            round(x + side * across[0] * (thick - side * front) * SCALE),
            round(y + side * across[1] * (thick - side * front) * SCALE),
        )
        for (x, y), across, thick, front in joints
    ]


def _whole(place):
    return round(place[0]), round(place[1])


def _normal(a, b):
    """Return the direction across a bone as it is seen; a bone that points at the eye is taken as upright."""
    x, y = b[0] - a[0], b[1] - a[1]
    size = (x * x + y * y) ** 0.5
    return (-y / size, x / size) if size > 4 else (1.0, 0.0)


def _bisector(first, second):
    x, y = first[0] + second[0], first[1] + second[1]
    size = (x * x + y * y) ** 0.5
    return (x / size, y / size) if size > 0.2 else first


def _mid(a, b, share):
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _label(paths, side, kind, letter):
    """Return the letter of the working side, on its shank or forearm, where hands and weights do not hide it."""
    ends = (f"{side}_knee", f"{side}_ankle") if kind == "leg" else (f"{side}_elbow", f"{side}_wrist")
    at = [paths.camera.flat(mix(each[ends[0]], each[ends[1]], LETTER_AT)) for each in paths.frames]
    places = [f"{x} {y}" for x, y in at]
    moves = ""
    if len(set(places)) > 1:
        moves = f'<animateTransform attributeName="transform" type="translate" {there_and_back(places)}/>'
    return (
        f'<g transform="translate({places[0]})">{moves}<circle r="10" fill="#fff" stroke-width="2"/>'
        f'<text y="5" font-size="15" font-weight="700" font-family="sans-serif" text-anchor="middle" '
        f'stroke="none">{escape(letter)}</text></g>'
    )
