"""The tables of sections 3 and 4 hold what the specification says: weights, means, norms, fail lines, marks."""

import pytest

from triage.knowledge import triage_knowledge

KNOWN = triage_knowledge()
TESTS, CAUSES = KNOWN.tests, {cause.code: cause for cause in KNOWN.causes.causes}
SAFETY_ORDER = [
    "ALI",
    "PE",
    "ACS",
    "CES",
    "DVT",
    "ACHILLES_RUPTURE",
    "INFECTION",
    "BSI",
    "PAES",
    "PAD",
    "BAKER",
    "RADICULOPATHY",
    "PCS",
    "GASTROC",
    "SOLEUS",
    "PLANTARIS",
    "CONTUSION",
    "ACHILLES_TENDINOPATHY",
    "PTT",
    "MTSS",
    "TRIGGER_POINT",
    "CRAMP",
    "TIGHTNESS",
]
WEIGHTS = {
    "SOLEUS": [2, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, -2, -2, -3],
    "GASTROC": [3, 3, 2, 2, 2, 1, 1, 1, -2, -2, -2],
    "PLANTARIS": [2, 2, 1, 1, -2],
    "CONTUSION": [3, 2],
    "PCS": [3, 3, 2, 2, 2, 2, 1, 1, 1, -3, -2, -2, -3],
    "DVT": [2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 1, -1, -1, -2],
    "CRAMP": [3, 2, 1, 1, -3, -2],
    "TRIGGER_POINT": [3, 2, 2, 1, 1, -2, -2],
    "TIGHTNESS": [3, 2, 1, -2, -2],
    "ACHILLES_TENDINOPATHY": [3, 2, 2, 1, 2, -2, -3],
    "PTT": [3, 2, 2, 2, 1, -2],
    "MTSS": [3, 1, 1, -2, -2, -2],
    "BSI": [3, 3, 2, 2, 2, 1, -2, -2],
    "RADICULOPATHY": [3, 3, 2, 1, 3, 2, 2, 1, 1, -2, -2],
    "PAES": [3, 3, 2, 2, 2, 1, 3, 3, 1, -2],
    "PAD": [3, 3, 2, 1, 1, 3, -2, -2],
    "BAKER": [3, 3, 2, 1, -1],
    "ACHILLES_RUPTURE": [3, 3, 3, 2, 2],
    "INFECTION": [2, 2, 2, -1],
}
# Which values of a test are general knowledge or a convention: exactly those that the specification marks, and ours.
MARKS = {
    "CF_HOLD": {"mean": "GK", "sd": "GK", "fail_below": "GK", "contraindicated": "GK"},
    "CE_SORENSEN": {"mean": "GK", "sd": "GK", "fail_below": "GK", "contraindicated": "GK"},
    "CR_BRIDGE": {"min_ratio": "CONV", "contraindicated": "GK"},
    "HA_DYN": {"min_ratio": "CONV"},
    "WBLT_CM": {"fail_below": "GK"},
    "WBLT_STRAIGHT": {"max_gap": "CONV"},
    "GS_RAISES": {"norm_share": "CONV"},
    "SS_RAISES": {"fail_below": "CONV"},
    "CALF_GIRTH": {"amber_gap_from": "CONV"},
    "FPI6": {"reference": "GK", "fail_from": "GK"},
    "CADENCE": {"fail_below": "CONV"},
}


def test_ties_break_in_the_safety_order():
    assert [code for code in CAUSES if code != "FRACTURE"] == SAFETY_ORDER


@pytest.mark.parametrize("code", WEIGHTS)
def test_a_cause_has_every_line_of_its_table(code):
    assert sorted(weight.points for weight in CAUSES[code].weights) == sorted(WEIGHTS[code])


def test_only_what_the_specification_leaves_without_a_table_has_none():
    assert {code for code, cause in CAUSES.items() if not cause.weights} == {"ALI", "PE", "ACS", "CES", "FRACTURE"}


@pytest.mark.parametrize("code", [code for code in WEIGHTS if CAUSES[code].must_not_miss])
def test_the_key_findings_are_its_strong_findings(code):
    strong = {fact for weight in CAUSES[code].weights if weight.points == 3 for fact in weight.facts}
    assert CAUSES[code].keys
    if code not in ("INFECTION", "DVT"):
        assert set(CAUSES[code].keys) <= strong


def test_palpation_alone_goes_no_further_than_six_points():
    assert CAUSES["TRIGGER_POINT"].cap == 6 and CAUSES["TRIGGER_POINT"].mark == "GK"
    assert [code for code, cause in CAUSES.items() if cause.cap and code != "TRIGGER_POINT"] == []


def test_the_ranking_has_the_numbers_of_the_specification():
    limits = KNOWN.causes.limits
    assert (limits.undifferentiated_under, limits.undifferentiated_gap, limits.shown_from, limits.next_of) == (
        4,
        2,
        2,
        3,
    )
    assert (limits.older_from, limits.strain_from, limits.strain_to, limits.artery_from) == (40, 30, 60, 60)
    assert (limits.young_under, limits.artery_young_under, KNOWN.causes.small_girth_cm) == (40, 50, (1.0, 3.0))


@pytest.mark.parametrize(
    ("code", "part", "mean", "sd", "fail"),
    [
        ("CF_HOLD", "", {"male": 144, "female": 149}, {"male": 76, "female": 99}, {"male": 68, "female": 50}),
        ("CE_SORENSEN", "", {"male": 146, "female": 189}, {"male": 51, "female": 60}, {"male": 95, "female": 129}),
        ("CL_BRIDGE", "_left", {"male": 97, "female": 77}, {"male": 35, "female": 35}, {"male": 62, "female": 42}),
        ("CL_BRIDGE", "_right", {"male": 94, "female": 72}, {"male": 34, "female": 31}, {"male": 60, "female": 41}),
        ("CR_BRIDGE", "", {"any": 65}, {"any": 33}, {"any": 32}),
        ("HE_BRIDGE_HOLD", "", {"any": 65}, {"any": 33}, {"any": 32}),
    ],
)
def test_the_holds_have_their_means_spreads_and_fail_lines(code, part, mean, sd, fail):
    test = TESTS[code]
    assert (getattr(test, f"mean{part}"), getattr(test, f"sd{part}")) == (mean, sd)
    assert getattr(test, f"fail{part}" if part else "fail_below") == fail


def test_heel_raises_have_a_norm_for_each_decade_and_sex():
    test = TESTS["GS_RAISES"]
    assert test.norm_by_decade == {"male": (37, 32, 28, 23, 19, 14, 10), "female": (30, 27, 24, 21, 19, 16, 13)}
    assert (test.norm_share, test.min_ratio, test.pain_from) == (0.8, 0.9, 4)


def test_hip_abduction_is_predicted_from_age_and_sex():
    assert TESTS["HA_DYN"].line == {"base": 1.6, "per_year": -0.005, "male": 0.215, "sd": 0.354}


@pytest.mark.parametrize(
    ("code", "key", "value"),
    [
        ("CR_ROTARY", "fail_below", {"any": 2}),
        ("HA_HOLD", "fail_below", {"any": 30}),
        ("HE_BRIDGE_HOLD", "max_gap", 10),
        ("HE_BRIDGE_REPS", "fail_below", {"any": 20}),
        ("HR_DYN", "min_ratio", 0.9),
        ("HF_THOMAS_HIP", "fail_above", 0),
        ("HF_THOMAS_KNEE", "fail_below", {"any": 67}),
        ("SLS_SCORE", "fail_from", 2),
        ("PELVIS_DROP", "fail_from", 1),
        ("WBLT_ANGLE", "fail_below", {"any": 35}),
        ("WBLT_CM", "fail_below", {"any": 9}),
        ("WBLT_CM", "max_gap", 1.5),
        ("WBLT_CM", "detectable_change", 1.0),
        ("WBLT_STRAIGHT", "fail_below", {"any": 22}),
        ("WBLT_STRAIGHT", "max_gap", 4),
        ("CE_SORENSEN", "detectable_change", 43),
        ("CE_SORENSEN", "high", 240),
        ("CL_BRIDGE", "min_ratio", 0.9),
        ("CR_BRIDGE", "min_ratio", 0.9),
        ("SS_RAISES", "fail_below", {"any": 20}),
        ("SS_RAISES", "pain_from", 4),
        ("CALF_GIRTH", "amber_gap_from", 1.0),
        ("FPI6", "fail_from", 6),
        ("NAVICULAR_DROP", "fail_above", 10),
        ("NAVICULAR_DROP", "needs_fact", "fpi_6_or_more"),
        ("BEIGHTON", "amber_bands", ((0, 6), (18, 5), (51, 4))),
        ("CADENCE", "fail_below", {"any": 160}),
        ("CADENCE", "needs_fact", "overstride"),
        ("ABI", "fail_to", 0.9),
        ("ABI", "amber_below", 1.0),
        ("ABI", "amber_above", 1.4),
        ("TBI", "fail_below", {"any": 0.7}),
        ("ICP_PRE", "fail_from", 15),
        ("ICP_1MIN", "fail_from", 30),
        ("ICP_5MIN", "fail_from", 20),
    ],
)
def test_a_test_fails_where_the_specification_says(code, key, value):
    assert getattr(TESTS[code], key) == value


def test_exactly_the_marked_values_of_a_test_are_said_to_be_conventions():
    words = {code: test.marked.en for code, test in TESTS.items() if test.marked}
    assert {code: TESTS[code].mark for code in MARKS} == {
        code: "/".join(sorted(set(marks.values()))) for code, marks in MARKS.items()
    }
    assert set(words) == set(MARKS) | {"CL_BRIDGE", "CR_ROTARY", "CR_FLEX_ROT"}
    assert words["GS_RAISES"] == "the share of the norm"
    assert words["CL_BRIDGE"] == "the fail line, mean and SD, the limit beside the other side, when not to do it"


def test_a_value_that_is_a_finding_elsewhere_gives_that_finding():
    given = {giving.test: (giving.fact, giving.at, giving.above) for giving in KNOWN.causes.giving}
    assert given == {
        "FPI6": ("fpi_6_or_more", 6, None),
        "NAVICULAR_DROP": ("navicular_drop_over_10", None, 10),
        "TIBIA_ANGLE": ("overstride", None, 10),
        "TIBIAL_TENDER_LENGTH": ("tibial_border_5cm", 5, None),
        "ICP_PRE": ("icp_criterion", 15, None),
        "ICP_1MIN": ("icp_criterion", 30, None),
        "ICP_5MIN": ("icp_criterion", 20, None),
    }


def test_the_palpation_map_has_twelve_zones_graded_nought_to_three():
    zones = [test for test in TESTS.values() if test.region == "palpation"]
    assert len(zones) == 12
    assert {(zone.low, zone.high, zone.sides) for zone in zones} == {(0, 3, ("left", "right"))}


@pytest.mark.parametrize("code", [code for code, test in TESTS.items() if test.region == "core"])
def test_every_core_test_says_when_not_to_do_it(code):
    assert "abdominal hernia" in TESTS[code].contraindicated.en
    assert "hernia abdominal" in TESTS[code].contraindicated.es


@pytest.mark.parametrize("code", [code for code, test in TESTS.items() if test.needs])
def test_every_test_that_can_fail_shows_its_reference(code):
    assert TESTS[code].reference, code


@pytest.mark.parametrize(
    ("code", "figures"),
    [
        ("CALF_SQUEEZE", (".96", ".93")),
        ("MATLES", (".88", ".85")),
        ("ACHILLES_GAP", (".73", ".89")),
        ("STRAIGHT_LEG_RAISE", (".52-.71", ".47-.66", ".44-.87", ".23-.63", ".28-.43", ".83-.88", ".89", ".25")),
        ("BONE_STRESS", ("75 %", "67 %")),
        ("HOMANS", ("10-54 %",)),
        ("COMPARTMENT_PRESSURE", ("33", "35", "47 mmHg", "10 mmHg")),
    ],
)
def test_a_special_test_says_how_far_to_trust_it(code, figures):
    note = KNOWN.special_tests[code].note
    assert all(figure in note.en and figure in note.es for figure in figures)


def test_homans_sign_counts_for_nothing():
    assert KNOWN.special_tests["HOMANS"].facts == ()
