"""Ranked causes: every line of every table, ties, pins, must-not-miss, what to test next, and the grade."""

from dataclasses import replace

import pytest

from clinic.terms import CaseFacts, Measurement, Side
from tests.triage.rules.cases import NO, RUNNER, UNKNOWN, YES, girth, outcome
from triage.knowledge import triage_knowledge
from triage.rules.causes import rank_causes
from triage.rules.grades import strain_grade

KNOWN = triage_knowledge()
TABLE = KNOWN.causes
CALM = {entry.code: NO for entry in KNOWN.codes if entry.kind in ("question", "sign", "risk", "wells", "finding")}
ORDER = [cause.code for cause in TABLE.causes]


def ranked(*present, silent=(), pinned=(), patient=None, answers=None, **facts):
    """Return the ranking where these findings are present, those silent, the rest absent."""
    answers = {
        **(CALM if answers is None else answers),
        **dict.fromkeys(present, YES),
        **dict.fromkeys(silent, UNKNOWN),
    }
    case = CaseFacts(patient=patient or replace(RUNNER, age_years=None), answers=answers, **facts)
    return rank_causes(case, answers, pinned, TABLE)


def score(code, *present, **more):
    """Return the score of one cause from these findings alone, everything else not assessed."""
    more.setdefault("answers", {})
    found = {cause.code: cause.score for cause in ranked(*present, **more).causes}
    return found.get(code, 0)


# The tables of 3.2, copied by hand: cause, findings, points.
LINES = [
    ("SOLEUS", ("resisted_pf_bent_pain",), 2),
    ("SOLEUS", ("resisted_pf_bent_pain", "less_pain_straight"), 3),
    ("SOLEUS", ("deep_ache_mid_low_calf",), 2),
    ("SOLEUS", ("gradual_tightening",), 2),
    ("SOLEUS", ("passive_df_bent_pain",), 2),
    ("SOLEUS", ("pain_downstairs",), 1),
    ("SOLEUS", ("dull_ache",), 1),
    ("SOLEUS", ("deep_cramp",), 1),
    ("SOLEUS", ("stop_and_limp",), 1),
    ("SOLEUS", ("next_morning_onset",), 1),
    ("SOLEUS", ("previous_calf_strain",), 1),
    ("SOLEUS", ("gradual_tightening", "deep_ache_mid_low_calf", "sudden_pop_one_point"), 2),
    ("SOLEUS", ("gradual_tightening", "deep_ache_mid_low_calf", "pain_straight_only"), 2),
    ("SOLEUS", ("gradual_tightening", "deep_ache_mid_low_calf", "cecs_same_time", "paes_gone_minutes"), 1),
    ("GASTROC", ("sudden_pop_push_off",), 3),
    ("GASTROC", ("mtj_tender_or_defect",), 3),
    ("GASTROC", ("resisted_pf_straight_pain",), 2),
    ("GASTROC", ("bruise_tracking_ankle",), 2),
    ("GASTROC", ("passive_df_straight_pain",), 2),
    ("GASTROC", ("previous_calf_strain",), 1),
    ("GASTROC", ("next_morning_onset",), 1),
    ("GASTROC", ("sudden_pop_push_off", "gradual_no_event"), 1),
    ("GASTROC", ("sudden_pop_push_off", "bent_knee_pain_only"), 1),
    ("GASTROC", ("sudden_pop_push_off", "straight_raise_painless"), 1),
    ("PLANTARIS", ("sudden_snap_back_of_knee",), 2),
    ("PLANTARIS", ("plantaris_imaging",), 2),
    ("PLANTARIS", ("raise_strength_kept",), 1),
    ("PLANTARIS", ("little_functional_loss",), 1),
    ("PLANTARIS", ("sudden_snap_back_of_knee", "plantaris_imaging", "clear_gastroc_defect"), 2),
    ("CONTUSION", ("direct_blow",), 3),
    ("CONTUSION", ("bruise_at_blow",), 2),
    ("PCS", ("cecs_same_time",), 3),
    ("PCS", ("icp_criterion",), 3),
    ("PCS", ("pressure_fullness",), 2),
    ("PCS", ("cecs_tingling",), 2),
    ("PCS", ("tense_after_exercise",), 2),
    ("PCS", ("cecs_both_sides",), 2),
    ("PCS", ("lingers_5_min",), 1),
    ("PCS", ("flat_feet", "shoes_poor_fit", "calf_hypertrophic"), 1),
    ("PCS", ("muscle_hernia",), 1),
    ("PCS", ("cecs_same_time", "icp_criterion", "pain_before_exercise"), 3),
    ("PCS", ("cecs_same_time", "relief_within_2_min"), 1),
    ("PCS", ("cecs_same_time", "one_tender_point"), 1),
    ("PCS", ("cecs_same_time", "icp_criterion", "paes_pulse_loss"), 3),
    ("DVT", ("w4",), 2),
    ("DVT", ("w5",), 2),
    ("DVT", ("w7",), 2),
    ("DVT", ("w8",), 2),
    ("DVT", ("w6",), 3),
    ("DVT", ("w9",), 2),
    ("DVT", ("w1",), 2),
    ("DVT", ("w2",), 2),
    ("DVT", ("w3",), 2),
    ("DVT", ("leg_swelling",), 2),
    ("DVT", ("girth_1_to_3",), 2),
    ("DVT", ("d_dimer_raised_scan_pending",), 3),
    ("DVT", ("calf_pain_recurs",), 2),
    ("DVT", ("leg_hot",), 2),
    ("DVT", ("leg_colour",), 2),
    ("DVT", ("ache_rest_not_movement",), 2),
    ("DVT", ("travel_4h",), 1),
    ("DVT", ("travel_4h", "oestrogen", "bmi_30", "varicose_veins"), 3),
    ("DVT", ("direct_blow",), 0),
    ("DVT", ("direct_blow_growing",), 1),
    ("DVT", ("leg_hot", "loading_event"), 2),
    ("CRAMP", ("visible_cramp_eased_by_stretch",), 3),
    ("CRAMP", ("late_in_hard_effort",), 2),
    ("CRAMP", ("previous_cramps",), 1),
    ("CRAMP", ("unusually_hard_session",), 1),
    ("CRAMP", ("visible_cramp_eased_by_stretch", "late_in_hard_effort", "contraction_over_24h"), 2),
    ("CRAMP", ("visible_cramp_eased_by_stretch", "focal_tender_weak"), 1),
    ("TRIGGER_POINT", ("tp_nodule_familiar_pain",), 3),
    ("TRIGGER_POINT", ("tp1_upper_medial",), 2),
    ("TRIGGER_POINT", ("tp_soleus_heel",), 2),
    ("TRIGGER_POINT", ("no_response_rest_ice",), 1),
    ("TRIGGER_POINT", ("chronic_variable",), 1),
    ("TRIGGER_POINT", ("tp_nodule_familiar_pain", "tp1_upper_medial", "tp_soleus_heel", "chronic_variable"), 6),
    ("TRIGGER_POINT", ("tp_nodule_familiar_pain", "bruise_visible"), 1),
    ("TRIGGER_POINT", ("tp_nodule_familiar_pain", "true_weakness"), 1),
    ("TIGHTNESS", ("lunge_fail_tightness_only",), 3),
    ("TIGHTNESS", ("straight_loss_or_both",), 2),
    ("TIGHTNESS", ("tight_on_rising",), 1),
    ("TIGHTNESS", ("lunge_fail_tightness_only", "tenderness_or_weakness"), 1),
    ("TIGHTNESS", ("lunge_fail_tightness_only", "tingling_any"), 1),
    ("ACHILLES_TENDINOPATHY", ("achilles_tender",), 3),
    ("ACHILLES_TENDINOPATHY", ("morning_tendon_stiffness",), 2),
    ("ACHILLES_TENDINOPATHY", ("start_pain_eases_returns",), 2),
    ("ACHILLES_TENDINOPATHY", ("achilles_thickening",), 1),
    ("ACHILLES_TENDINOPATHY", ("raise_hurts_at_tendon",), 2),
    ("ACHILLES_TENDINOPATHY", ("achilles_tender", "pain_muscle_belly_only"), 1),
    ("ACHILLES_TENDINOPATHY", ("achilles_tender", "raise_hurts_at_tendon", "squeeze_positive"), 2),
    ("PTT", ("ptt_tender",), 3),
    ("PTT", ("ptt_raise_weak",), 2),
    ("PTT", ("too_many_toes",), 2),
    ("PTT", ("resisted_inversion_pain",), 2),
    ("PTT", ("fpi_6_or_more",), 1),
    ("PTT", ("ptt_tender", "pain_calf_belly_confined"), 1),
    ("MTSS", ("exercise_pain_tibial_border",), 0),
    ("MTSS", ("tibial_border_5cm",), 0),
    ("MTSS", ("exercise_pain_tibial_border", "tibial_border_5cm"), 3),
    ("MTSS", ("navicular_drop_over_10",), 1),
    ("MTSS", ("navicular_drop_over_10", "fpi_6_or_more"), 1),
    ("MTSS", ("load_jump",), 1),
    ("MTSS", ("exercise_pain_tibial_border", "tibial_border_5cm", "tibial_tender_under_5cm"), 1),
    ("MTSS", ("exercise_pain_tibial_border", "tibial_border_5cm", "tingling_any"), 1),
    ("MTSS", ("exercise_pain_tibial_border", "tibial_border_5cm", "pain_muscle_only"), 1),
    ("BSI", ("bone_tender_focal",), 3),
    ("BSI", ("bsi_night_rest",), 3),
    ("BSI", ("bsi_hop_pain",), 2),
    ("BSI", ("load_jump",), 2),
    ("BSI", ("low_energy",), 2),
    ("BSI", ("low_energy", "previous_bsi"), 2),
    ("BSI", ("pain_earlier_each_run",), 1),
    ("BSI", ("bone_tender_focal", "tibial_border_5cm"), 1),
    ("BSI", ("bone_tender_focal", "soft_tissue_only"), 1),
    ("RADICULOPATHY", ("dermatomal_pain",), 3),
    ("RADICULOPATHY", ("slr_positive",), 2),
    ("RADICULOPATHY", ("slump_positive",), 2),
    ("RADICULOPATHY", ("slr_positive", "slump_positive"), 3),
    ("RADICULOPATHY", ("crossed_slr",), 3),
    ("RADICULOPATHY", ("cramp_48h",), 2),
    ("RADICULOPATHY", ("worse_sitting_cough",), 1),
    ("RADICULOPATHY", ("back_pain_now_or_before",), 1),
    ("RADICULOPATHY", ("dermatomal_pain", "stretch_pain_with_tenderness"), 1),
    ("PAES", ("paes_pulse_loss",), 3),
    ("PAES", ("paes_abi_drop",), 3),
    ("PAES", ("paes_repeatable_cramp", "paes_gone_minutes"), 2),
    ("PAES", ("paes_repeatable_cramp",), 0),
    ("PAES", ("paes_cold_foot",), 2),
    ("PAES", ("knee_extension_plantarflexion_symptoms",), 1),
    ("PAES", ("paes_failed_fasciotomy",), 3),
    ("PAES", ("failed_cecs_treatment",), 1),
    ("PAES", ("paes_pulse_loss", "focal_muscle_tender"), 1),
    ("PAD", ("abi_low",), 3),
    ("PAD", ("tbi_low",), 3),
    ("PAD", ("abi_fall_exercise",), 3),
    ("PAD", ("fixed_distance_gone_10_min",), 2),
    ("PAD", ("smoking", "diabetes"), 2),
    ("PAD", ("smoking",), 1),
    ("PAD", ("weak_pulses",), 1),
    ("PAD", ("weak_pulses", "pad_bruit"), 1),
    ("PAD", ("weak_pulses", "abi_low"), 3),
    ("PAD", ("pad_bruit", "tbi_low"), 3),
    ("PAD", ("pad_rest_pain",), 3),
    ("PAD", ("abi_low", "stiffness_first_steps_only"), 1),
    ("BAKER", ("crescent_sign",), 3),
    ("BAKER", ("popliteal_cyst_ultrasound",), 3),
    ("BAKER", ("bak_sudden", "leg_swelling", "bak_knee_disease"), 2),
    ("BAKER", ("bak_fullness",), 1),
    ("ACHILLES_RUPTURE", ("squeeze_positive",), 3),
    ("ACHILLES_RUPTURE", ("tendon_gap",), 3),
    ("ACHILLES_RUPTURE", ("matles_positive",), 3),
    ("ACHILLES_RUPTURE", ("snap",), 2),
    ("ACHILLES_RUPTURE", ("single_raise_unable",), 2),
    ("INFECTION", ("inf_erythema",), 2),
    ("INFECTION", ("inf_fever",), 2),
    ("INFECTION", ("inf_skin_break",), 2),
    ("INFECTION", ("inf_fever", "inf_bilateral_chronic"), 1),
]


@pytest.mark.parametrize(("cause", "present", "points"), LINES, ids=[f"{c}-{'+'.join(p)}" for c, p, _ in LINES])
def test_a_finding_counts_with_its_weight(cause, present, points):
    assert score(cause, *present) == points


def test_every_line_of_every_table_is_tried():
    tried = {code for _, present, _ in LINES for code in present}
    elsewhere = {"age_40_or_over", "age_30_to_60", "age_60_or_over", "age_under_40_no_risk", "age_under_50_no_risk"}
    for cause in TABLE.causes:
        for weight in cause.weights:
            assert weight.absent or weight.only_if or tried & set(weight.facts) or elsewhere & set(weight.facts), weight


@pytest.mark.parametrize(
    ("cause", "absent", "points"),
    [
        ("DVT", ("leg_swelling", "leg_hot", "leg_colour"), -2),
        ("BAKER", ("bak_knee_disease",), -1),
        ("RADICULOPATHY", ("ankle_reflex_reduced", "leg_power_reduced", "slump_positive", "slr_positive"), -2),
    ],
)
def test_an_absent_line_counts_only_when_all_of_it_is_recorded_absent(cause, absent, points):
    def of(answers):
        case = CaseFacts(patient=replace(RUNNER, age_years=None), answers=answers)
        return next(c.score for c in rank_causes(case, answers, (cause,), TABLE).causes if c.code == cause)

    assert of(dict.fromkeys(absent, NO)) == points
    assert of(dict.fromkeys(absent, NO) | {absent[0]: UNKNOWN}) == 0


@pytest.mark.parametrize(
    ("silent", "points"),
    [((), -4), (("cord_tender",), -2), (("travel_4h",), -2)],
    ids=["all-absent", "a-sign", "a-risk"],
)
def test_an_event_speaks_against_a_clot_only_when_every_sign_and_risk_is_absent(silent, points):
    found = ranked("loading_event", "pain_only_on_contraction", silent=silent, pinned=("DVT",))
    assert found.causes[0].score == points


@pytest.mark.parametrize("silent", ["squeeze_positive", "matles_positive", "tendon_gap"])
def test_reflex_and_raises_count_for_a_root_only_with_rupture_excluded(silent):
    present = ("ankle_reflex_reduced", "fewer_raises_no_tenderness", "back_pain_now_or_before")
    with_tests = next(c for c in ranked(*present).causes if c.code == "RADICULOPATHY")
    without = next(c for c in ranked(*present, silent=(silent,)).causes if c.code == "RADICULOPATHY")
    assert (with_tests.score, without.score) == (6, 1)


@pytest.mark.parametrize(
    ("age", "present", "paes", "pad"),
    [
        (39, ("abi_low",), 3 + 2, -2),
        (40, ("abi_low",), 3, 0),
        (49, ("weak_pulses",), 3, 0),
        (50, ("abi_low",), 0, 3),
        (49, ("abi_low", "smoking"), 0, 4),
        (60, ("smoking", "diabetes"), 0, 2),
        (60, (), 0, 1),
    ],
)
def test_age_and_risk_tell_the_trapped_from_the_narrowed_artery(age, present, paes, pad):
    found = ranked(*present, patient=replace(RUNNER, age_years=age), pinned=("PAES", "PAD"))
    assert [(c.code, c.score) for c in found.causes[:2]] == [("PAES", paes), ("PAD", pad)]


@pytest.mark.parametrize(("age", "soleus", "gastroc"), [(29, 1, 1), (30, 1, 2), (40, 2, 2), (60, 2, 2), (61, 2, 1)])
def test_age_speaks_for_a_strain(age, soleus, gastroc):
    found = ranked("previous_calf_strain", patient=replace(RUNNER, age_years=age), pinned=("SOLEUS", "GASTROC"))
    assert [c.score for c in found.causes[:2]] == [soleus, gastroc]


def test_ties_keep_the_safety_order():
    found = ranked("tight_on_rising", "previous_cramps", "chronic_variable", "achilles_thickening", "load_jump")
    codes = [cause.code for cause in found.causes if cause.shown_because == "score"]
    assert codes == ["BSI", "ACHILLES_TENDINOPATHY", "MTSS", "TRIGGER_POINT", "CRAMP", "TIGHTNESS"]


def test_the_safety_order_is_the_specified_one():
    dangerous = ["ALI", "PE", "ACS", "CES", "DVT", "ACHILLES_RUPTURE", "INFECTION", "BSI", "PAES", "PAD", "BAKER"]
    common = ["RADICULOPATHY", "PCS", "GASTROC", "SOLEUS", "PLANTARIS", "CONTUSION", "ACHILLES_TENDINOPATHY"]
    mild = ["PTT", "MTSS", "TRIGGER_POINT", "CRAMP", "TIGHTNESS"]
    assert [code for code in ORDER if code != "FRACTURE"] == [*dangerous, *common, *mild]


@pytest.mark.parametrize(
    ("present", "is_open"),
    [
        (("gradual_tightening",), True),
        (("gradual_tightening", "passive_df_bent_pain"), False),
        (("gradual_tightening", "passive_df_bent_pain", "visible_cramp_eased_by_stretch"), True),
        (("resisted_pf_bent_pain", "passive_df_bent_pain", "dull_ache", "visible_cramp_eased_by_stretch"), False),
    ],
    ids=["under-4", "4-alone", "gap-1", "gap-2"],
)
def test_undifferentiated_under_four_points_or_a_gap_under_two(present, is_open):
    assert ranked(*present).undifferentiated == is_open


def test_nothing_known_is_undifferentiated_shows_the_dangerous_and_says_what_to_test():
    found = ranked(answers={})
    shown = {cause.code for cause in found.causes}

    assert found.undifferentiated
    assert shown == {cause.code for cause in TABLE.causes if cause.must_not_miss}
    assert {cause.shown_because for cause in found.causes} == {"must_not_miss"}
    assert found.test_next


@pytest.mark.parametrize("cause", [c for c in TABLE.causes if c.must_not_miss], ids=lambda c: c.code)
def test_a_dangerous_cause_is_shown_while_a_key_finding_is_open(cause):
    for key in cause.keys:
        found = {c.code for c in ranked(silent=(key,)).causes}
        assert cause.code in found, key


def test_a_dangerous_cause_with_every_key_answered_is_hidden_but_the_clot():
    assert [cause.code for cause in ranked().causes] == ["DVT"]


def test_the_dangerous_list_is_the_specified_one():
    wanted = {"ALI", "PE", "ACS", "CES", "DVT", "ACHILLES_RUPTURE", "INFECTION", "BSI", "PAES", "PAD"}
    assert {c.code for c in TABLE.causes if c.must_not_miss} == wanted | {"RADICULOPATHY", "BAKER"}


def test_pinned_causes_stand_above_the_scores_in_their_own_order():
    found = ranked("gradual_tightening", "passive_df_bent_pain", "dull_ache", pinned=("PE", "DVT", "PCS"))
    assert [cause.code for cause in found.causes] == ["PE", "DVT", "PCS", "SOLEUS"]
    assert [cause.shown_because for cause in found.causes] == ["pinned", "pinned", "pinned", "score"]


def test_plantaris_never_stands_above_gastrocnemius_without_imaging():
    present = ("sudden_snap_back_of_knee", "raise_strength_kept", "little_functional_loss", "passive_df_straight_pain")
    order = [c.code for c in ranked(*present).causes if c.code in ("GASTROC", "PLANTARIS")]
    imaged = [c.code for c in ranked(*present, "plantaris_imaging").causes if c.code in ("GASTROC", "PLANTARIS")]
    assert (order, imaged) == (["GASTROC", "PLANTARIS"], ["PLANTARIS", "GASTROC"])


def test_a_plantaris_put_below_its_points_still_counts_as_the_second():
    blow = ("direct_blow", "bruise_at_blow")
    plantaris = ("sudden_snap_back_of_knee", "raise_strength_kept", "little_functional_loss")
    found = ranked(*blow, *plantaris, "next_morning_onset")

    scored = [(c.code, c.score) for c in found.causes if c.score > 0]
    assert scored == [("CONTUSION", 5), ("GASTROC", 1), ("PLANTARIS", 4), ("SOLEUS", 1)]
    assert found.undifferentiated


def test_test_next_lists_open_findings_the_heaviest_first():
    found = ranked("gradual_tightening", silent=("resisted_pf_bent_pain", "dull_ache"))
    assert found.test_next == ("resisted_pf_bent_pain", "dull_ache")
    assert ranked("gradual_tightening").test_next == ()


def test_the_working_shows_every_weight_with_its_source():
    found = ranked("gradual_tightening", "passive_df_bent_pain", "pain_straight_only").causes[0]

    assert found.code == "SOLEUS"
    assert sorted(f.weight for f in found.findings) == [-2, 2, 2]
    assert all(f.source for f in found.findings)


def test_not_assessed_counts_nothing():
    assert score("SOLEUS", "gradual_tightening", silent=("passive_df_bent_pain",)) == 2


def test_measurements_become_findings():
    pressure = (Measurement("ICP_1MIN", Side.LEFT, 30, "mmHg"),)
    assert score("PCS", measurements=pressure) == 3
    assert score("PCS", measurements=(replace(pressure[0], value=29),)) == 0
    assert score("PTT", measurements=(Measurement("FPI6", Side.LEFT, 6, "points"),)) == 1
    assert score("MTSS", measurements=(Measurement("NAVICULAR_DROP", Side.LEFT, 11, "mm"),)) == 1
    assert score("MTSS", measurements=(Measurement("NAVICULAR_DROP", Side.RIGHT, 11, "mm"),)) == 1
    assert score("DVT", measurements=girth(39.0, 38.0)) == 2
    assert score("DVT", measurements=girth(38.9, 38.0)) == 0


def test_a_raised_d_dimer_counts_while_the_scan_is_pending():
    assert score("DVT", outcomes=(outcome("RF-DVT", "inconclusive", d_dimer="positive"),)) == 3
    assert score("DVT", outcomes=(outcome("RF-DVT", "inconclusive", d_dimer="positive", scan="negative"),)) == 0


@pytest.mark.parametrize(
    ("present", "silent", "grade"),
    [
        ((), (), 1),
        ((), ("bruise_visible",), None),
        ((), ("single_raise_unable",), None),
        (("bruise_visible",), (), 2),
        (("bruise_tracking_ankle",), (), 2),
        (("single_raise_unable",), (), 2),
        (("strength_under_half",), (), 2),
        (("double_raise_unable",), (), 2),
        (("palpable_defect",), (), 2),
        (("palpable_defect", "double_raise_unable"), (), 3),
        (("tear_complete_imaging",), (), 3),
        (("bruise_visible", "palpable_defect"), ("double_raise_unable",), None),
    ],
)
def test_the_grade_of_a_strain(present, silent, grade):
    assert strain_grade({**CALM, **dict.fromkeys(present, YES), **dict.fromkeys(silent, UNKNOWN)}) == grade


def test_nothing_known_is_no_grade():
    assert strain_grade({}) is None
