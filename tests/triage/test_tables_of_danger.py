"""The tables of section 2 hold what the specification says, row by row, number by number, mark by mark."""

import re

import pytest

from triage.knowledge import triage_knowledge

KNOWN = triage_knowledge()
FLAGS = {flag.code: flag for flag in KNOWN.red_flags.flags}
CLOT, WELLS = KNOWN.clot, KNOWN.scores.wells

# code: levels with a rule, questions at least, contra words at least, mark of the row.
ROWS = {
    "RF-PE": ("ED", 5, {"everything", "driving"}, ""),
    "RF-DVT": (
        "",
        5,
        {"massage", "ball", "roller", "art", "tool_assisted", "stretching_under_load", "compression_sleeve"},
        "",
    ),
    "RF-ACS": ("ED", 10, {"elevation", "compression", "ice_wrap", "massage", "all_treatments"}, ""),
    "RF-ACH": ("DU", 2, {"stretching", "heel_raises", "eccentric", "massage", "walking_unprotected"}, ""),
    "RF-ALI": ("E", 1, {"everything", "heat", "elevation", "compression"}, ""),
    "RF-CES": ("ED", 6, {"everything"}, ""),
    "RF-NEU": ("DU", 2, {"loading_affected_muscle"}, "GK"),
    "RF-INF": ("ED", 3, {"massage", "compression", "heat"}, ""),
    "RF-FX": ("D", 2, {"loading"}, "GK"),
    "RF-BSI": ("DU", 7, {"running", "hopping", "plyometrics", "hop_test", "fulcrum_test"}, ""),
    "RF-PAES": ("DU", 4, {"plyometrics", "hill_work", "compression_sleeve", "calf_hypertrophy_block"}, ""),
    "RF-PAD": ("DU", 8, {"compression", "ice", "massage", "unsupervised_plan"}, ""),
    "RF-BAK": ("D", 3, {"massage", "release", "injection", "anticoagulant_before_scan"}, ""),
    "RF-CECS": ("U", 4, {"self_management_alone", "compression_sleeve", "calf_hypertrophy_block"}, ""),
    "RF-MASS": ("DU", 4, {"massage"}, "GK"),
    "RF-RHABDO": ("ED", 3, {"exercise", "all_treatments"}, "GK"),
    "RF-BLEED": ("ED", 4, {"massage", "needling", "injection"}, "GK"),
    "RF-NOIMP": ("U", 2, {"continuing_unchanged"}, ""),
}
STRONG = {
    *("w1", "w2", "w3", "w9", "travel_4h", "hospital_12w", "trauma_12w", "boot_3d", "acute_illness", "previous_pe"),
    *("superficial_thrombosis", "pregnant", "postpartum_6w", "oestrogen", "tamoxifen", "thrombophilia"),
}
WEAK = {"age_over_60", "family_clot", "bmi_30", "varicose_veins", "inflammatory_disease", "direct_blow_growing"}
# Facts whose threshold is a convention or general knowledge; every other fact of section 2 has a source.
MARKED = {
    **dict.fromkeys(("pe_spo2_low", "pe_resp_rate", "pe_heart_rate", "pe_systolic_low", "pe_vital_persists"), "CONV"),
    **dict.fromkeys(("swelling_after_24h", "calf_pain_recurs", "girth_old_known"), "CONV"),
    **dict.fromkeys(("acs_rest_nprs7", "ease_over_30", "ease_over_60", "ck_5x", "noimp_6_weeks"), "CONV"),
    "inf_temp_38": "GK",
}


def test_the_eighteen_rows_are_those_of_the_specification():
    assert list(FLAGS) == list(ROWS)


@pytest.mark.parametrize("code", ROWS)
def test_a_row_has_its_levels_questions_bans_and_mark(code):
    levels, questions, bans, mark = ROWS[code]
    flag = FLAGS[code]
    assert "".join(rule.level.value for rule in flag.rules) == levels
    assert len(flag.questions) >= questions
    assert bans <= set(flag.contra)
    assert flag.mark == mark
    assert flag.signs or code == "RF-NOIMP"


@pytest.mark.parametrize("code", ROWS)
def test_every_question_asks_in_both_languages(code):
    for question in FLAGS[code].questions:
        assert question.label.en.endswith("?") and question.label.en.count("?") == 1
        assert question.label.es.endswith("?") and "¿" in question.label.es
        assert question.mandatory


def test_exactly_the_conventions_of_the_questions_and_signs_are_marked():
    facts = [fact for flag in KNOWN.red_flags.flags for fact in (*flag.questions, *flag.signs)]
    assert {fact.code: fact.mark for fact in facts if fact.mark} == MARKED


def test_the_ten_items_of_wells_add_up_from_minus_two_to_nine():
    points = {item.code: item.points for item in WELLS.items}
    assert points == {**{f"w{number}": 1 for number in range(1, 10)}, "w10": -2}
    assert (WELLS.likely_from, WELLS.adult_from_years, WELLS.postpartum_days) == (2, 18, 42)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("w1", ("treatment ongoing", "6 months", "palliative")),
        ("w2", ("Paralysis", "paresis", "plaster")),
        ("w3", ("3 days or more", "12 weeks", "84 days, inclusive", "general or regional")),
        ("w4", ("along the deep venous system",)),
        ("w5", ("Entire leg",)),
        ("w6", ("at least 3 cm", "10 cm below the tibial tuberosity")),
        ("w7", ("Pitting", "confined to the symptomatic leg")),
        ("w8", ("non-varicose",)),
        ("w9", ("Previously documented",)),
        ("w10", ("at least as likely", "named clinician", "reason")),
    ],
)
def test_an_item_of_wells_keeps_its_whole_text(code, words):
    label = next(item.label for item in WELLS.items if item.code == code)
    assert all(word in label.en for word in words)
    assert re.findall(r"\d+", label.en) == re.findall(r"\d+", label.es)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("likely", ("2 points or more", "within 4 h", "within 24 h", "therapeutic", "6-8 days", "another cause")),
        ("unlikely", ("1 point or less", "within 4 h", "while waiting", "within 24 h", "another cause")),
        ("not_applicable", ("6 weeks", "under 18", "no Wells score and no D-dimer", "written hospital discharge")),
        ("incomplete", ("w1 to w9", "No signature")),
    ],
)
def test_the_pathway_says_every_step(code, words):
    text = KNOWN.scores.pathway[code].text
    assert all(word in text.en for word in words)
    assert re.findall(r"\d+", text.en) == re.findall(r"\d+", text.es)


def test_the_clinic_scores_and_refers_and_starts_no_anticoagulant():
    assert "never starts an anticoagulant" in KNOWN.scores.clinic_role.en
    assert "Nunca empieza un anticoagulante" in KNOWN.scores.clinic_role.es


@pytest.mark.parametrize("figure", ["47 %", "74 %", "5 of 81", "6.2 %"])
def test_why_a_low_score_never_clears_is_said_with_its_figures(figure):
    assert figure in KNOWN.scores.never_clears.en


def test_the_rates_that_are_general_knowledge_say_so():
    rates = {band.code: (band.text.en, band.mark) for band in KNOWN.scores.bands}
    assert "27.9 %" in rates["two_level"][0] and "5.5 %" in rates["two_level"][0] and rates["two_level"][1] == "GK"
    assert [code for code, (_, mark) in rates.items() if mark] == ["two_level"]
    assert ["53 %" in rates["high"][0], "17 %" in rates["moderate"][0], "5 %" in rates["low"][0]] == [True] * 3


def test_the_risks_are_split_as_in_the_specification():
    assert set(CLOT.strong) == STRONG
    assert set(CLOT.weak) == WEAK


def test_every_split_of_a_risk_into_strong_or_weak_waits_for_the_lead():
    assert [risk.code for risk in KNOWN.red_flags.risks if risk.strength and not risk.mark] == []
    thresholds = [risk.code for risk in KNOWN.red_flags.risks if risk.mark == "GK"]
    assert thresholds == ["travel_4h", "postpartum_6w"]


def test_local_signs_are_seven_groups_and_a_fact_feeds_one():
    assert len(CLOT.groups) == 7
    facts = [fact for group in CLOT.groups for fact in group.facts]
    assert len(facts) == len(set(facts))


def test_only_three_kinds_of_rows_and_a_recurrence_may_be_signed():
    signable = {row.code: row.is_hold for row in CLOT.rows if row.accepts_signature}
    assert signable == {
        "one_weak_risk": False,
        "one_sign_with_event": False,
        "weak_risk_with_event": True,
        "recurrence": False,
    }
    assert CLOT.examined == ("w4", "w5", "w6", "w7", "w8")


def test_the_limits_are_those_of_the_specification():
    limits = CLOT.limits
    assert (limits.girth_sign_from_cm, limits.girth_always_from_cm, limits.girth_significant_from_cm) == (1.0, 2.0, 3.0)
    assert (limits.old_over_years, limits.middle_from_years) == (60, 50)
    assert (limits.abi_low_to, limits.abi_stiff_over, limits.tbi_low_under) == (0.90, 1.40, 0.70)


@pytest.mark.parametrize(
    ("code", "figures"),
    [
        ("RF-ACS", ("30 mmHg", "40 mmHg", "1 h", "6-10 h")),
        ("RF-PAD", ("0.90", "0.91-0.99", "1.00-1.40", "1.40", "0.70")),
        ("RF-CES", ("200 mL",)),
    ],
)
def test_the_figures_of_a_row_stand_beside_it(code, figures):
    note = FLAGS[code].note
    assert all(figure in note.en and figure in note.es for figure in figures)


@pytest.mark.parametrize("code", ["w1", "previous_pe", "age_over_60"])
def test_a_code_of_section_two_carries_its_mark_to_the_pages(code):
    entry = next(entry for entry in KNOWN.codes if entry.code == code)
    assert entry.mark == ("" if code == "w1" else "CONV")
