"""Section 5 and 8.2 of the clinical specification, copied by hand: what the knowledge files are held against."""

# Every ladder as the specification writes it (section 5): what all levels share, then level by level.
# r repetitions, s seconds, x5s a hold, 2-1-3 a tempo, rest in seconds, % of body weight.
LADDERS = {
    "BIRD_DOG": (
        "rest30 4/wk",
        ["2x8r/side 2-2-2", "3x6r/side x5s", "3x6r/side x5s", "6-4-2r/side x10s", "3x8r/side 3-1-3"]
        + ["3x6r/side x8s 3/wk 0.5-1kg"],
    ),
    "DEAD_BUG": (
        "rest30 4/wk",
        ["2x8r/side 3-1-3", "3x8r/side", "3x8r/side", "3x8r/side 3-2-3", "3x6r/side 4-2-4", "3x6r/side 3/wk 2-5kg"],
    ),
    "LEWIT": ("rest30 7/wk", ["2x5breaths", "3x5breaths", "3x6breaths", "3x6breaths", "3x8breaths"]),
    "BARBELL_HIP_THRUST": (
        "rest60 3/wk",
        ["3x12r 2-2-2", "3x12r", "3x10r", "3x10r 20-30% RPE6", "4x8r 40-75% rest120 2-3/wk"]
        + ["4x6-8r 75-100% RPE7-8 rest120 2/wk"],
    ),
    "SUPERMAN": (
        "rest30 3/wk",
        ["2x8r/side x3s", "2x8r/side x3s", "3x8r/side x5s", "3x8r x5s", "3x8r x5s", "3x20-30s"],
    ),
    "SL_GLUTE_BRIDGE": (
        "rest45 4/wk",
        ["3x12r 2-2-2", "3x8r/side", "3x8r/side", "3x8r/side 2-2-2", "3x20-30s/side", "3x10r/side 5-10kg 3/wk"],
    ),
    "CURL_UP": ("rest30 4/wk", ["5x5s", "3x5r x8s", "6-4-2r x10s", "6-4-2r x10s", "8-6-4r x10s"]),
    "FRONT_PLANK": ("rest45 3/wk", ["3x20s", "3x20s", "3x20s", "3x40s", "3x10r/side", "5x10s"]),
    "SIDE_PLANK": (
        "rest45 3/wk",
        ["3x20s/side", "3x20s/side", "3x20s/side", "3x20-30s/side", "3x30-45s/side", "3x8r/side"],
    ),
    "PALLOF_PRESS": (
        "rest45 3/wk",
        ["3x15s/side", "3x8r/side", "3x10r/side x2s", "3x10r/side", "3x8r/side", "3x8r/side"],
    ),
    "CLAMSHELL": ("3-4/wk", ["2x12r/side", "3x15r/side", "3x12r/side", "3x12r/side x3s", "3x8r/side"]),
    "SIDE_LYING_HIP_ABD": ("3/wk", ["2x12r", "3x12r", "3x15r x2s", "3x12r 1-2kg", "3x12r"]),
    "LATERAL_BAND_WALK": (
        "3/wk",
        ["2x8steps/side", "3x12steps/side", "3x10steps/side", "3x12steps/side", "3x12steps/side"],
    ),
    "SINGLE_LEG_STEP_DOWN": (
        "3/wk",
        ["2x8r/side", "3x8r/side", "3x8r/side 3-1-2", "3x10r/side", "3x8r/side 10%", "3x10r/side"],
    ),
    "HIP_FLEXOR_STRETCH": ("5/wk", ["3x30s/side", "3x30s/side", "3x30s/side", "3x30-45s/side"]),
    "CALF_ISOMETRIC": ("rest60-90 7/wk 1-2/day", ["5x20s RPE4", "5x30s", "5x30s", "5x30s", "5x45s 10-20%"]),
    "BENT_KNEE_HEEL_RAISE": (
        "rest90 3/wk",
        ["3x15r 2-1-3", "3x12r 10-30%", "3x15r", "3x10r", "3x12r 10-20%", "4x8r"],
    ),
    "STANDING_HEEL_RAISE": ("rest90 3/wk", ["3x15r 2-1-3", "3x15r", "3x10r", "3x12r", "3x15r", "4x8r 10-25%"]),
    "CALF_ECCENTRIC": ("7/wk 2/day", ["3x10r", "3x15r", "3x15r", "3x15r 5kg", "3x15r 10kg", "3x15r 20%"]),
    "CALF_LOADED_POWER": ("2/wk", ["3x12r", "3x10r", "3x8r", "4x15m"]),
    "PLYO_LADDER": ("rest90 2/wk", ["3x10r", "3x20r", "3x20r", "3x10r/side", "3x20r", "3x10r"]),
    "SKIPPING_DRILLS": ("2/wk", ["3x30s", "3x20m", "3x20m", "3x45s", "3x20m"]),
    "GASTROC_STRETCH": ("", ["4x30s", "4x30s", "5x30s 5/wk 2/day", "5x30s", "3x10r"]),
    "SOLEUS_STRETCH": ("", ["4x30s", "4x30s", "5x30s 5/wk 2/day", "5x30s", "3x12r"]),
    "BAND_ANKLE_MOB": ("4/wk", ["2x10r", "3x10r x3s", "3x15r", "3x12r x5s", "3x10r 10kg"]),
    "KNEE_TO_WALL_MOB": ("5/wk", ["2x10r", "3x10r x3s", "3x15r", "3x10r x5s"]),
    "TP_BALL_RELEASE": ("3-4/wk", ["3x30s", "3x45s", "3x60s", "3x10r"]),
    "FOAM_ROLL": ("3-4/wk", ["1x60s", "2x60s/side", "2x60s/side"]),
    "SHORT_FOOT": ("3/wk", ["3x10r x5s", "3x10r x5s", "3x8r x10s", "3x8r", "3x10r", "3x6r"]),
    # From level 3 on its dose is a share of the run, which stands in the name of the level.
    "CADENCE_DRILL": ("", ["4x1min", "4x1min", "", "", ""]),
    "WALK_RUN": ("", []),
    "CROSS_TRAIN": ("", []),
}
DOSE_IN_NAME = {("CADENCE_DRILL", 3): "Half", ("CADENCE_DRILL", 4): "whole", ("CADENCE_DRILL", 5): "+10 %"}

# What each exercise covers (2 primary, 1 secondary), its evidence rank (S = named in a seed article), what it needs,
# and the answers that close it (section 5).
RELEASE_CLOSED_BY = (
    "anticoagulant bleeding_disorder bruise_visible skin_infection_or_wound neuropathy pregnant postpartum_6w"
)
CARDS = {
    "BIRD_DOG": ("core_ext2 core_rot2 hip_ext1", "3S", "mat", "wrist_knee_kneeling_pain radiculopathy_worsening"),
    "DEAD_BUG": ("core_flex2 core_rot2", "2S", "mat", "pregnant abdominal_hernia back_pain_in_flexion"),
    "LEWIT": ("core_flex1", "1S", "wall", "dizziness raised_bp_symptoms recent_abdominal_surgery"),
    "BARBELL_HIP_THRUST": ("hip_ext2", "3S", "bench", "acute_back_pain abdominal_hernia pregnant pelvic_pain"),
    "SUPERMAN": (
        "core_ext2 hip_ext1",
        "1S",
        "mat",
        "low_back_pain_now slr_positive slump_positive spondylolysis_stenosis pregnant",
    ),
    "SL_GLUTE_BRIDGE": ("hip_ext2 core_rot1", "3S", "mat", ""),
    "CURL_UP": ("core_flex2", "3", "", "osteoporosis neck_pain"),
    "FRONT_PLANK": ("core_flex2", "2", "", "shoulder_pain hypertension_uncontrolled"),
    "SIDE_PLANK": ("core_lat2 hip_abd1", "3", "", "shoulder_pain"),
    "PALLOF_PRESS": ("core_rot2", "1", "band", ""),
    "CLAMSHELL": ("hip_er2 hip_abd1", "2", "", ""),
    "SIDE_LYING_HIP_ABD": ("hip_abd2", "3", "", ""),
    "LATERAL_BAND_WALK": ("hip_abd2 hip_er2", "2", "band", ""),
    "SINGLE_LEG_STEP_DOWN": ("sls2 hip_abd1 hip_ext1", "2", "step", ""),
    "HIP_FLEXOR_STRETCH": ("hip_flexor_len2", "2S", "", "knee_pain anterior_hip_pain"),
    "CALF_ISOMETRIC": ("gastroc_str1 soleus_str1", "2", "", ""),
    "BENT_KNEE_HEEL_RAISE": ("soleus_str2 gastroc_str1", "3", "", ""),
    "STANDING_HEEL_RAISE": ("gastroc_str2 soleus_str1", "3", "", ""),
    "CALF_ECCENTRIC": ("gastroc_str2 soleus_str2", "3", "", "insertional_tendon_pain calf_strain_under_2_weeks"),
    "CALF_LOADED_POWER": ("gastroc_str1 soleus_str1", "2", "", ""),
    "PLYO_LADDER": ("", "2", "", ""),
    "SKIPPING_DRILLS": ("gait_cadence1", "2", "", ""),
    "GASTROC_STRETCH": ("gastroc_len2", "3S", "", "hypermobile"),
    "SOLEUS_STRETCH": ("soleus_len2", "3S", "", "hypermobile"),
    "BAND_ANKLE_MOB": ("ankle_df2", "2S", "band", "ankle_instability_acute"),
    "KNEE_TO_WALL_MOB": ("ankle_df2", "1", "", ""),
    "TP_BALL_RELEASE": ("trigger_point2", "1S", "ball", f"{RELEASE_CLOSED_BY} vein_on_point"),
    "FOAM_ROLL": ("", "2S", "roller", RELEASE_CLOSED_BY),
    "SHORT_FOOT": ("foot_arch2", "3", "", ""),
    "CADENCE_DRILL": ("gait_cadence2", "3S", "", ""),
    "WALK_RUN": ("", "0", "", ""),  # the specification ranks neither of the last two
    "CROSS_TRAIN": ("", "0", "", "cross_training_pain"),
}
CALF_CAUSES = {"ACHILLES_RUPTURE", "ACS", "DVT", "BSI"}
CLOSED_CAUSES = {
    **dict.fromkeys(list(LADDERS)[15:22], CALF_CAUSES),
    **dict.fromkeys(["GASTROC_STRETCH", "SOLEUS_STRETCH"], {"ACHILLES_RUPTURE", "DVT"}),
    "BARBELL_HIP_THRUST": {"DVT"},
    "BAND_ANKLE_MOB": {"FRACTURE", "BSI", "DVT"},
}
# The treatment whose row of the table of treatments closes the exercise too (7.6).
AS_TREATMENT = {"TP_BALL_RELEASE": "BALL_RELEASE", "FOAM_ROLL": "ROLLER_RELEASE"}

# Walk and run minutes of one round, rounds, run minutes in all, GREEN sessions to pass (section 8.2).
STAGES = [
    (0, 30, 0, 1, 0, 2),
    (1, 4, 1, 4, 4, 2),
    (2, 3, 2, 4, 8, 2),
    (3, 2, 3, 4, 12, 2),
    (4, 1, 4, 4, 16, 2),
    (5, 1, 9, 2, 18, 2),
    (6, 0, 20, 1, 20, 2),
    (7, 0, 25, 1, 25, 2),
    (8, 0, 30, 1, 30, 3),
]

# Pain during, pain during strength work, rise next morning (NPRS); None: the clinician sets it (section 7.1).
LIMITS = {
    ("ACHILLES_TENDINOPATHY", "PTT"): (5, 5, 0),
    ("SOLEUS", "GASTROC", "PLANTARIS", "CONTUSION"): (2, 3, 0),
    ("TRIGGER_POINT", "TIGHTNESS", "CRAMP", "MTSS"): (3, 3, 0),
    ("BSI",): (0, 0, 0),
    ("PCS",): (0, 0, 0),  # stop at the first pressure or tingling
    ("RADICULOPATHY", "PAD", "PAES"): (None, None, None),
}

# Range, items, change that counts as better (points), change that counts as worse (section 9).
MEASURES = {
    "NPRS": (0, 10, None, 2, None),
    "PSFS": (0, 10, 5, 1.3, 2),
    "LEFS": (0, 80, 20, 9, 9),
    "UWRI": (0, 36, 9, 8, 4.1),
    "VISA_A": (0, 100, 8, 14, None),
}
MEASURE_WEEKS = (0, 2, 4, 8, 12)
