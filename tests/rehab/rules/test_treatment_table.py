"""Section 7.6 and the words of 2.4 a second time, by hand: a changed cell, column or word is seen here."""

import pytest

from rehab.knowledge import rehab_knowledge

COLUMNS = "DVT ANTICOAGULANT ACUTE_STRAIN INFECTION PREGNANCY PAD_PAES BSI RUPTURE BAKER_MASS ACS_RHABDO NEURO PCS"
# X forbidden, ! reason needed, ok, - the column adds nothing; in the order of COLUMNS, then what stands under "other".
TABLE = {
    "ART": ("X ! X X X X X X X X X -", "POSTPARTUM=X"),
    "DEEP_MASSAGE": ("X X X X X X X X X X X -", "POSTPARTUM=X"),
    "TOOL_MOBILISATION": ("X X X X X X X X X X X -", "POSTPARTUM=X"),
    "BALL_RELEASE": ("X X X X X X X X X X X -", "POSTPARTUM=X"),
    "ROLLER_RELEASE": ("X ! X X X X X X X X X -", "POSTPARTUM=X"),
    "BAND_ANKLE": ("X ok ! X ok ! X X - X - -", "ANKLE_INSTABILITY=X"),
    "CHIRO_ADJUSTMENT": ("X X ! X ! ! X X - X X -", "CES=X OSTEOPOROSIS=X"),
    "CHIRO_MOBILISATION": ("X ! ! X ! ! X X - X - -", "CES=X OSTEOPOROSIS=X"),
    "STEROID_INJECTION": ("X ! X X ! ! X X X X - !", "ACHILLES_TENDON=X DIABETES=!"),
    "PROLOTHERAPY": ("X X X X X ! X X X X - -", "INJECTION_ALLERGY=X"),
    "NSAID": ("X X ! ! X ! ! - - X - -", "NSAID_RISK=X"),
    "ICE": ("X ok ok X ok X ok - - X - -", "COLD=X"),
    "SLEEVE": ("X ok ok X ok X ok - - X - X", "ABI_UNKNOWN=X"),
    "SURGERY": ("- - - - - - - - - - - -", "ALWAYS=referral"),
}
SIGNS = {"forbidden": "X", "reason_needed": "!", "ok": "ok", "referral_only": "referral"}
OFFERED = {
    "ART": "SOLEUS PCS",
    "DEEP_MASSAGE": "SOLEUS PCS",
    "TOOL_MOBILISATION": "SOLEUS PCS",
    "BALL_RELEASE": "*",
    "ROLLER_RELEASE": "*",
    "BAND_ANKLE": "SOLEUS PCS ankle_df",
    "CHIRO_ADJUSTMENT": "SOLEUS PCS",
    "CHIRO_MOBILISATION": "SOLEUS PCS",
    "STEROID_INJECTION": "SOLEUS",
    "PROLOTHERAPY": "SOLEUS PCS",
    "NSAID": "*",
    "ICE": "*",
    "SLEEVE": "*",
    "SURGERY": "PCS",
}
# What makes a column apply (facts, rows and causes), and after "?" what may not stay unanswered.
APPLIES = {
    "DVT": "RF-DVT DVT PE ?",
    "ANTICOAGULANT": "anticoagulant bleeding_disorder RF-BLEED ? anticoagulant bleeding_disorder",
    "ACUTE_STRAIN": "bruise_visible bruise_tracking_ankle bruise_at_blow bleed_bruise ? bruise_visible",
    "INFECTION": "skin_infection_or_wound inf_spreading inf_erythema RF-INF INFECTION ? skin_infection_or_wound",
    "PREGNANCY": "pregnant ? pregnant",
    "POSTPARTUM": "postpartum_6w ? postpartum_6w",
    "PAD_PAES": "abi_low RF-PAD RF-PAES PAD PAES ?",
    "ABI_UNKNOWN": "abi_low ? abi_low",
    "BSI": "RF-BSI RF-FX BSI FRACTURE ?",
    "RUPTURE": "RF-ACH ACHILLES_RUPTURE ?",
    "BAKER_MASS": "RF-BAK RF-MASS BAKER ?",
    "ACS_RHABDO": "RF-ACS RF-RHABDO ACS ?",
    "NEURO": "neu_foot_drop neu_worse neu_power_3 neu_power_worsening neu_mild_stable RF-NEU RADICULOPATHY ?",
    "CES": "neu_worse neu_power_worsening RF-CES CES ?",
    "PCS": "RF-CECS PCS ?",
    "ANKLE_INSTABILITY": "ankle_instability_acute ? ankle_instability_acute",
    "OSTEOPOROSIS": "osteoporosis ? osteoporosis",
    "DIABETES": "diabetes ? diabetes",
    "ACHILLES_TENDON": "ACHILLES_TENDINOPATHY ?",
    "INJECTION_ALLERGY": "injection_allergy ? injection_allergy",
    "NSAID_RISK": "nsaid_risk ? nsaid_risk",
    "COLD": "neuropathy raynaud_or_cold_allergy ? neuropathy raynaud_or_cold_allergy",
    "ALWAYS": "* ?",
}
CALF = "CALF_ISOMETRIC BENT_KNEE_HEEL_RAISE STANDING_HEEL_RAISE CALF_ECCENTRIC CALF_LOADED_POWER PLYO_LADDER"
STRETCHES = "GASTROC_STRETCH SOLEUS_STRETCH BAND_ANKLE_MOB KNEE_TO_WALL_MOB"
MANUAL = "DEEP_MASSAGE ART TOOL_MOBILISATION BALL_RELEASE ROLLER_RELEASE"
HEELS = "BENT_KNEE_HEEL_RAISE STANDING_HEEL_RAISE CALF_ECCENTRIC CALF_LOADED_POWER SHORT_FOOT@5"
# Each word of the Contra column: the exercises it closes (@ from which level), then the treatments.
WORDS = {
    "everything": ("all", "all"),
    "all_treatments": ("", "all"),
    "exercise_plan": ("all", ""),
    "exercise": ("all", ""),
    "loading": ("all", ""),
    "loading_affected_muscle": (
        "BENT_KNEE_HEEL_RAISE@2 STANDING_HEEL_RAISE@2 CALF_ECCENTRIC CALF_LOADED_POWER PLYO_LADDER SKIPPING_DRILLS",
        "",
    ),
    "running": ("WALK_RUN CADENCE_DRILL SKIPPING_DRILLS PLYO_LADDER@6", ""),
    "hopping": ("PLYO_LADDER SKIPPING_DRILLS SHORT_FOOT@6", ""),
    "plyometrics": ("PLYO_LADDER SKIPPING_DRILLS SHORT_FOOT@6", ""),
    "hill_work": ("CALF_LOADED_POWER@4", ""),
    "heel_raises": (HEELS, ""),
    "eccentric": ("CALF_ECCENTRIC", ""),
    "calf_loading": (f"{CALF} SKIPPING_DRILLS", ""),
    "calf_hypertrophy_block": ("BENT_KNEE_HEEL_RAISE@5 STANDING_HEEL_RAISE@6 CALF_LOADED_POWER PLYO_LADDER", ""),
    "stretching": (STRETCHES, "BAND_ANKLE"),
    "stretching_under_load": (STRETCHES, "BAND_ANKLE"),
    "massage": ("TP_BALL_RELEASE FOAM_ROLL", MANUAL),
    "ball": ("TP_BALL_RELEASE", "BALL_RELEASE"),
    "roller": ("FOAM_ROLL", "ROLLER_RELEASE"),
    "release": ("TP_BALL_RELEASE FOAM_ROLL", "BALL_RELEASE ROLLER_RELEASE ART"),
    "art": ("", "ART"),
    "tool_assisted": ("", "TOOL_MOBILISATION"),
    "compression": ("", "SLEEVE"),
    "compression_sleeve": ("", "SLEEVE"),
    "ice": ("", "ICE"),
    "ice_wrap": ("", "ICE"),
    "injection": ("", "STEROID_INJECTION PROLOTHERAPY"),
    "needling": ("", "PROLOTHERAPY"),
}


@pytest.mark.parametrize("code", TABLE)
def test_every_cell_says_what_the_table_says(code):
    row, other = TABLE[code]
    wanted = {column: sign for column, sign in zip(COLUMNS.split(), row.split(), strict=True) if sign != "-"}
    wanted |= dict(pair.split("=") for pair in other.split())

    cells = rehab_knowledge().treatments[code].cells
    assert {column: SIGNS[cell.verdict] for column, cell in cells.items()} == wanted


def test_every_treatment_is_offered_for_what_the_table_says():
    found = {code: " ".join(treatment.offered_for) for code, treatment in rehab_knowledge().treatments.items()}

    assert found == OFFERED


def test_limits_inside_a_cell_are_those_of_the_table():
    cells = {code: treatment.cells for code, treatment in rehab_knowledge().treatments.items()}

    pregnancy, strain = cells["NSAID"]["PREGNANCY"], cells["NSAID"]["ACUTE_STRAIN"]
    assert (pregnancy.from_gestation_weeks, SIGNS[pregnancy.otherwise]) == (20, "!")
    assert strain.within_hours == 48
    assert rehab_knowledge().columns["ACUTE_STRAIN"].within_onset_hours == 72
    scanned = {(code, name) for code, row in cells.items() for name in row if row[name].unless_clot_excluded_by_imaging}
    assert scanned == {(code, name) for code in MANUAL.split() for name in ("PREGNANCY", "POSTPARTUM")}


@pytest.mark.parametrize("code", APPLIES)
def test_every_column_applies_to_what_it_names(code):
    applies, _, asks = APPLIES[code].partition("?")
    column = rehab_knowledge().columns[code]

    assert column.facts | column.rows | column.causes == set(applies.split())
    assert column.need_answer == set(asks.split())


def test_a_vascular_risk_asks_for_the_ankle_index_and_an_image_clears_a_cyst():
    columns = rehab_knowledge().columns

    assert set(columns) == set(APPLIES)
    risks = {"smoking", "diabetes", "vascular_risk_other", "age_50_or_over"}
    assert {code: c.need_answer_if for code, c in columns.items() if c.need_answer_if} == {"ABI_UNKNOWN": risks}
    lifted = {code: c.cause_lifted_by for code, c in columns.items() if c.cause_lifted_by}
    assert lifted == {"BAKER_MASS": "popliteal_cyst_ultrasound"}


def test_the_seed_options_with_weak_evidence_are_not_first_line():
    treatments = rehab_knowledge().treatments

    later = {code for code, treatment in treatments.items() if not treatment.first_line}
    assert later == {"ART", "TOOL_MOBILISATION", "PROLOTHERAPY", "STEROID_INJECTION", "SURGERY"}
    assert all(treatments[code].evidence for code in later - {"SURGERY"})


def levels(words, everything):
    """Return exercise codes with their first closed level; a code without @ is closed from level 1."""
    if words == "all":
        return dict.fromkeys(everything, 1)
    return {code: int(level or 1) for code, _, level in (word.partition("@") for word in words.split())}


def test_every_word_of_the_contra_column_closes_what_it_names():
    known = rehab_knowledge()
    for code, word in known.contra.items():
        exercises, treatments = WORDS.get(code, ("", ""))
        assert dict(word.exercises) == levels(exercises, known.exercises), code
        assert word.treatments == (set(known.treatments) if treatments == "all" else set(treatments.split())), code
    assert set(WORDS) <= set(known.contra)
