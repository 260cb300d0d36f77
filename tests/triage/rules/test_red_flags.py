"""The red-flag table: one row per flag at each edge, and what silence does."""

import re
from dataclasses import replace

import pytest

from clinic.terms import Answer, Level, Measurement, Side
from tests.triage.rules.cases import NO, RUNNER, UNKNOWN, YES, clear_answers, fact_codes, judged, knowledge, tables
from triage.rules.expressions import compile_expression, evaluate
from triage.rules.red_flags import screen

E, D, U, NONE = Level.E, Level.D, Level.U, None

ROWS = [
    ("RF-PE", ("pe_breathless",), E),
    ("RF-PE", ("pe_chest_pain",), E),
    ("RF-PE", ("pe_haemoptysis",), E),
    ("RF-PE", ("pe_collapse",), E),
    ("RF-PE", ("pe_racing_heart",), E),
    ("RF-PE", ("pe_spo2_low",), NONE),
    ("RF-PE", ("pe_spo2_low", "pe_heart_rate"), E),
    ("RF-PE", ("pe_resp_rate", "pe_systolic_low"), E),
    ("RF-PE", ("pe_systolic_low", "pe_vital_persists"), E),
    ("RF-ACS", ("acs_rest_as_bad",), E),
    ("RF-ACS", ("acs_rest_pain",), NONE),
    ("RF-ACS", ("acs_rest_nprs7",), E),
    ("RF-ACS", ("acs_out_of_proportion",), D),
    ("RF-ACS", ("acs_woody",), D),
    ("RF-ACS", ("acs_new_numbness",), D),
    ("RF-ACS", ("acs_new_weakness",), D),
    ("RF-ACS", ("acs_painkillers_fail",), D),
    ("RF-ACS", ("acs_stretch_pain",), D),
    ("RF-ACS", ("acs_tense",), D),
    ("RF-ACS", ("acs_paraesthesia",), D),
    ("RF-ACS", ("acs_power_reduced",), D),
    ("RF-ACS", ("acs_rest_pain", "acs_out_of_proportion"), E),
    ("RF-ACS", ("acs_rest_pain", "acs_painkillers_fail"), E),
    ("RF-ACS", ("acs_rest_pain", "acs_woody"), E),
    ("RF-ACS", ("acs_rest_pain", "acs_tense"), E),
    ("RF-ACS", ("acs_rest_pain", "acs_stretch_pain"), E),
    ("RF-ACS", ("acs_rest_pain", "acs_new_numbness"), E),
    ("RF-ACS", ("acs_rest_pain", "acs_new_weakness"), E),
    ("RF-ACS", ("ease_over_30",), D),
    ("RF-ACS", ("ease_over_30", "ease_over_60"), E),
    ("RF-ACH", ("snap",), D),
    ("RF-ACH", ("cannot_push_off",), D),
    ("RF-ACH", ("squeeze_positive",), D),
    ("RF-ACH", ("matles_positive",), D),
    ("RF-ACH", ("tendon_gap",), D),
    ("RF-ACH", ("palpable_defect",), U),
    ("RF-ACH", ("palpable_defect", "squeeze_positive"), D),
    ("RF-ALI", ("ali_sudden",), E),
    ("RF-ALI", ("ali_pallor",), E),
    ("RF-ALI", ("ali_pulseless",), E),
    ("RF-ALI", ("ali_cold",), E),
    ("RF-ALI", ("ali_paraesthesia",), E),
    ("RF-ALI", ("ali_paralysis",), E),
    ("RF-ALI", ("ali_doppler_absent",), E),
    ("RF-CES", ("ces_bladder_bowel",), D),
    ("RF-CES", ("ces_saddle", "ces_recent_or_worse"), E),
    ("RF-CES", ("ces_sexual",), D),
    ("RF-CES", ("ces_bilateral_legs",), D),
    ("RF-CES", ("ces_bilateral_sciatica", "ces_recent_or_worse"), E),
    ("RF-CES", ("ces_saddle_sensation",), D),
    ("RF-CES", ("ces_bilateral_weakness",), D),
    ("RF-CES", ("ces_reflexes",), D),
    ("RF-CES", ("ces_residual_200",), D),
    ("RF-CES", ("ces_recent_or_worse",), NONE),
    ("RF-NEU", ("neu_foot_drop",), D),
    ("RF-NEU", ("neu_worse",), D),
    ("RF-NEU", ("neu_power_3",), D),
    ("RF-NEU", ("neu_power_worsening",), D),
    ("RF-NEU", ("neu_mild_stable",), U),
    ("RF-NEU", ("cramp_48h",), U),
    ("RF-NEU", ("cramps_recurrent_widespread",), U),
    ("RF-NEU", ("dermatomal_pain",), U),
    ("RF-NEU", ("ankle_reflex_reduced",), U),
    ("RF-NEU", ("crossed_slr",), U),
    ("RF-NEU", ("leg_power_reduced",), U),
    ("RF-INF", ("inf_spreading",), D),
    ("RF-INF", ("inf_fever",), D),
    ("RF-INF", ("inf_skin_break",), D),
    ("RF-INF", ("inf_erythema",), D),
    ("RF-INF", ("inf_temp_38",), D),
    ("RF-INF", ("inf_sepsis",), E),
    ("RF-INF", ("inf_toxic_pain",), E),
    ("RF-FX", ("fx_trauma",), NONE),
    ("RF-FX", ("fx_cannot_4_steps",), NONE),
    ("RF-FX", ("fx_deformity",), NONE),
    ("RF-FX", ("fx_trauma", "fx_cannot_4_steps"), D),
    ("RF-FX", ("fx_trauma", "fx_deformity"), D),
    ("RF-FX", ("fx_trauma", "bone_tender_focal"), D),
    ("RF-BSI", ("bsi_bone_pain",), NONE),
    ("RF-BSI", ("load_jump",), NONE),
    ("RF-BSI", ("bsi_bone_pain", "bsi_worse_each_run"), U),
    ("RF-BSI", ("bsi_bone_pain", "bsi_night_rest"), U),
    ("RF-BSI", ("bsi_bone_pain", "load_jump"), U),
    ("RF-BSI", ("bsi_bone_pain", "low_energy"), U),
    ("RF-BSI", ("bsi_bone_pain", "previous_bsi"), U),
    ("RF-BSI", ("bone_tender_focal",), U),
    ("RF-BSI", ("previous_bsi", "previous_bsi_same_site"), U),
    ("RF-BSI", ("bsi_high_risk_site",), D),
    ("RF-BSI", ("bsi_femoral_neck",), D),
    ("RF-BSI", ("bsi_cannot_bear",), D),
    ("RF-BSI", ("bsi_night_rest_limp",), D),
    ("RF-PAES", ("paes_repeatable_cramp", "paes_gone_minutes"), NONE),
    ("RF-PAES", ("paes_repeatable_cramp", "paes_cold_foot"), NONE),
    ("RF-PAES", ("paes_repeatable_cramp", "paes_gone_minutes", "paes_cold_foot"), U),
    ("RF-PAES", ("paes_repeatable_cramp", "paes_gone_minutes", "paes_pulse_loss"), U),
    ("RF-PAES", ("paes_failed_fasciotomy",), U),
    ("RF-PAES", ("paes_pulse_absent_rest",), D),
    ("RF-PAES", ("paes_constant_rest_pain",), D),
    ("RF-PAD", ("pad_fixed_distance",), NONE),
    ("RF-PAD", ("pad_eased_standing",), NONE),
    ("RF-PAD", ("pad_exertional",), NONE),
    ("RF-PAD", ("pad_exertional", "smoking"), NONE),
    ("RF-PAD", ("pad_exertional", "smoking", "weak_pulses"), U),
    ("RF-PAD", ("pad_fixed_distance", "smoking", "weak_pulses"), U),
    ("RF-PAD", ("pad_fixed_distance", "pad_eased_standing"), U),
    ("RF-PAD", ("fixed_distance_gone_10_min",), U),
    ("RF-PAD", ("abi_low",), U),
    ("RF-PAD", ("tbi_low",), U),
    ("RF-PAD", ("pad_rest_pain",), D),
    ("RF-PAD", ("pad_ulcer",), D),
    ("RF-BAK", ("bak_sudden",), NONE),
    ("RF-BAK", ("bak_fullness", "bak_knee_disease"), NONE),
    ("RF-BAK", ("bak_sudden", "bak_fullness"), D),
    ("RF-BAK", ("bak_sudden", "bak_knee_disease"), D),
    ("RF-BAK", ("crescent_sign",), D),
    ("RF-BAK", ("popliteal_mass",), NONE),
    ("RF-BAK", ("popliteal_mass", "popliteal_pulsatile"), D),
    ("RF-CECS", ("cecs_same_time",), NONE),
    ("RF-CECS", ("cecs_eases", "cecs_tingling", "cecs_both_sides"), NONE),
    ("RF-CECS", ("cecs_same_time", "cecs_eases"), U),
    ("RF-MASS", ("mass_lump",), U),
    ("RF-MASS", ("mass_growing_5cm",), U),
    ("RF-MASS", ("mass_weight_loss",), NONE),
    ("RF-MASS", ("mass_weight_loss", "mass_night_pain"), U),
    ("RF-MASS", ("mass_night_pain", "mass_cancer_history"), U),
    ("RF-MASS", ("mass_lump", "leg_swelling"), D),
    ("RF-RHABDO", ("dark_urine",), E),
    ("RF-RHABDO", ("severe_disproportion",), E),
    ("RF-RHABDO", ("ck_5x",), E),
    ("RF-RHABDO", ("unplanned_return",), D),
    ("RF-BLEED", ("anticoagulant",), NONE),
    ("RF-BLEED", ("bleed_bruise", "bleed_tense", "bleed_new_swelling"), NONE),
    ("RF-BLEED", ("anticoagulant", "bleed_new_swelling"), D),
    ("RF-BLEED", ("anticoagulant", "bleed_bruise"), D),
    ("RF-BLEED", ("anticoagulant", "bleed_tense"), D),
    ("RF-BLEED", ("anticoagulant", "bruise_visible"), D),
    ("RF-BLEED", ("anticoagulant", "bleed_bruise", "acs_tense"), E),
    ("RF-NOIMP", ("noimp_14_days",), U),
    ("RF-NOIMP", ("noimp_6_weeks",), U),
]


@pytest.mark.parametrize(("row", "present", "level"), ROWS, ids=[f"{row[3:]}-{'+'.join(p)}" for row, p, _ in ROWS])
def test_a_row_fires_at_its_level(row, present, level):
    result = judged(*present)
    fired = {item.row: item for item in result.items}

    assert fired[row].level is level if level else row not in fired
    assert all(reason.source and reason.text for reason in result.reasons)


def test_every_row_of_the_table_but_the_clot_is_tested_as_fired():
    tested = {row for row, _, level in ROWS if level}
    assert tested | {"RF-DVT"} == {flag.code for flag in knowledge().red_flags.flags}
    levels = {(flag.code, rule.level) for flag in knowledge().red_flags.flags for rule in flag.rules}
    assert levels == {(row, level) for row, _, level in ROWS if level} | {("RF-PE", D)}


def test_one_vital_sign_that_was_not_repeated_is_same_day():
    result = judged("pe_spo2_low", silent=("pe_vital_persists",))
    assert (result.level, result.missing) == (D, ("pe_vital_persists",))
    assert [(item.row, item.level) for item in result.items] == [("RF-PE", D)]


@pytest.mark.parametrize(
    ("present", "silent", "missing"),
    [
        (("pe_heart_rate",), ("pe_vital_persists",), {"pe_vital_persists"}),
        (("snap",), ("squeeze_positive",), {"squeeze_positive"}),
        (("sudden_posterior_pain",), ("squeeze_positive", "matles_positive"), {"squeeze_positive", "matles_positive"}),
        (("sudden_pop_push_off",), ("squeeze_positive", "matles_positive"), {"squeeze_positive", "matles_positive"}),
        (("single_raise_unable",), ("matles_positive",), {"matles_positive"}),
        (("palpable_defect",), ("matles_positive",), {"matles_positive"}),
        (("popliteal_mass",), ("popliteal_pulsatile",), {"popliteal_pulsatile"}),
        (("pad_exertional", "diabetes"), ("weak_pulses", "abi_low"), {"weak_pulses", "abi_low"}),
        (("pad_fixed_distance", "smoking"), ("weak_pulses", "abi_low"), {"weak_pulses", "abi_low"}),
        (("pad_exertional",), ("weak_pulses", "abi_low"), set()),
        (("pad_fixed_distance",), ("weak_pulses", "abi_low"), set()),
        (("cramp_48h",), ("neu_power_3",), {"neu_power_3"}),
        (("unplanned_return",), ("acs_tense",), {"acs_tense"}),
        ((), ("squeeze_positive", "popliteal_pulsatile", "weak_pulses", "acs_tense"), set()),
    ],
)
def test_an_examination_becomes_mandatory(present, silent, missing):
    result = judged(*present, silent=silent)

    assert set(result.missing) == missing
    assert result.complete == (not missing)
    assert not missing or result.level in (D, E)


def test_the_vascular_risk_rule_asks_for_pulses_and_abi_from_fifty_on():
    at_fifty, before = replace(RUNNER, age_years=50), replace(RUNNER, age_years=49)
    assert judged("pad_exertional", silent=("abi_low",), patient=at_fifty).missing == ("abi_low",)
    assert judged("pad_exertional", silent=("abi_low",), patient=before).missing == ()


@pytest.mark.parametrize(
    ("readings", "level", "missing"),
    [
        pytest.param({"ABI": 0.90}, U, (), id="abi-0.90"),
        pytest.param({"ABI": 0.91}, Level.R, (), id="abi-0.91"),
        pytest.param({"ABI": 1.40}, Level.R, (), id="abi-1.40"),
        pytest.param({"ABI": 1.41}, D, ("abi_low",), id="abi-1.41-needs-the-toe"),
        pytest.param({"ABI": 1.41, "TBI": 0.70}, Level.R, (), id="tbi-0.70"),
        pytest.param({"ABI": 1.41, "TBI": 0.69}, U, (), id="tbi-0.69"),
    ],
)
def test_pressures_become_facts_at_their_cut(readings, level, missing):
    values = tuple(Measurement(test, Side.LEFT, value, "ratio") for test, value in readings.items())
    result = judged("pad_exertional", "smoking", measurements=values)
    assert (result.level, result.missing) == (level, missing)


def test_recent_or_worse_not_asked_counts_as_an_emergency():
    assert judged("ces_saddle", silent=("ces_recent_or_worse",)).level is E


@pytest.mark.parametrize("fact", [f.code for flag in knowledge().red_flags.flags for f in flag.questions])
def test_every_question_is_mandatory(fact):
    result = judged(silent=(fact,))
    assert result.missing == (fact,)
    assert (result.level, result.d_hold, result.complete) == (D, True, False)


@pytest.mark.parametrize("fact", ["w1", "w4", "w5", "w6", "w7", "w8", "w9", "cord_tender", "travel_4h", "bmi_30"])
def test_every_sign_and_risk_of_the_clot_screen_is_mandatory(fact):
    assert judged(silent=(fact,)).missing == (fact,)


def test_nothing_answered_is_a_hold_that_names_everything():
    result = screen({}, tables().red_flags)
    assert set(result.missing) == set(tables().red_flags.mandatory)
    assert result.fired == ()


def test_a_clear_and_complete_screening_is_routine():
    result = judged()
    assert (result.level, result.complete, result.d_hold, result.items, result.forbidden) == (
        Level.R,
        True,
        False,
        (),
        (),
    )


def test_the_emergency_wins_over_missing_answers():
    result = judged("pe_breathless", silent=("leg_hot",))
    assert (result.level, result.complete, result.d_hold) == (E, False, False)


@pytest.mark.parametrize(
    ("raw", "answers", "known"),
    [
        ("a", {"a": YES}, YES),
        ("a", {}, UNKNOWN),
        ("a?", {}, YES),
        ("a?", {"a": NO}, NO),
        ({"any": ["a", "b"]}, {"a": NO}, UNKNOWN),
        ({"any": ["a", "b"]}, {"a": NO, "b": NO}, NO),
        ({"all": ["a", "b"]}, {"a": YES}, UNKNOWN),
        ({"all": ["a", "b"]}, {"a": YES, "b": NO}, NO),
        ({"at_least": 2, "of": ["a", "b", "c"]}, {"a": YES, "b": NO}, UNKNOWN),
        ({"at_least": 2, "of": ["a", "b", "c"]}, {"a": YES, "c": YES}, YES),
    ],
)
def test_a_condition_is_three_valued(raw, answers, known):
    assert evaluate(compile_expression(raw), answers) is known


@pytest.mark.parametrize(
    "raw", ["", "?", 3, {}, {"any": []}, {"none": ["a"]}, {"at_least": 3, "of": ["a"]}, {"all": "a"}]
)
def test_a_condition_that_says_nothing_is_refused(raw):
    with pytest.raises(ValueError):
        compile_expression(raw)


def test_the_table_speaks_both_languages_with_the_same_numbers():
    number = re.compile(r"\d+(?:\.\d+)?")
    flags = knowledge().red_flags
    texts = [entry.label for entry in knowledge().codes]
    texts += [t for f in flags.flags for t in (f.title, f.meanwhile, f.action, *(r.text for r in f.rules))]
    texts += [t for level in flags.levels.values() for t in (level.behaviour, level.now, level.patient)]
    texts += [p.text for p in (*knowledge().scores.pathway.values(), *knowledge().scores.bands)]
    texts += [row.text for row in knowledge().clot.rows]
    wrong = [t.en for t in texts if sorted(number.findall(t.en)) != sorted(number.findall(t.es)) or not t.es]
    assert wrong == []


def test_clear_answers_cover_every_code():
    assert set(fact_codes()) <= set(clear_answers())
    assert all(answer is Answer.ABSENT for answer in clear_answers().values())
