"""Sections 7 to 9 a second time, by hand: pain limits, steps, alerts, return to running and outcome measures."""

import pytest

from clinic.tables import Checker, Entry
from rehab.knowledge import rehab_knowledge
from rehab.knowledge.course import _saying

# causes | during, in strength work, allowed rise next morning, RED from, clinician sets
LIMITS = {
    "TENDON": ("ACHILLES_TENDINOPATHY PTT", (5, 5, 0, None, False)),
    "MUSCLE": ("SOLEUS GASTROC PLANTARIS CONTUSION", (2, 3, 0, None, False)),
    "SORE": ("TRIGGER_POINT TIGHTNESS CRAMP MTSS", (3, 3, 0, None, False)),
    "BONE": ("BSI", (0, 0, 0, 1, False)),
    "PRESSURE": ("PCS", (0, 0, 0, None, False)),
    "BY_CLINICIAN": ("RADICULOPATHY PAD PAES", (None, None, None, None, True)),
}
STEPS = {
    "advance": {"greens": 2},
    "hold": {"greens": 1},
    "half_dose": {"dose_percent": 50, "ambers": 2, "levels_down": 1},
    "stop": {"hours_off": 48, "levels_down": 1},
    "suspend": {"reds": 2, "days": 7},
    "missed_week": {"days": 7, "levels_down": 1},
    "missed_fortnight": {"days": 14},
    "no_morning": {"baseline_days": 3},
    "one_step": {"levels": 1, "new_calf_levels": 1},
    "reassess": {"failed_weeks": 2, "all_weeks": 4},
    "no_improvement": {"days": 14},
    "maintain": {"times_a_week_min": 1, "times_a_week_max": 2},
    "weekly_load": {"rise_max_percent": 30, "days": 7},
    "tingling": {},
    "rest_pain": {"pain_from_nprs": 7},
    "working_days": {"days": 5},
    "restore_dose": {"greens": 1, "dose_percent": 100},
    "lowest_level": {"dose_percent": 50},
    "nothing_rises": {"hours_after_red": 48},
    "pain_model": {"safe_to_nprs": 3, "acceptable_to_nprs": 5},
    "always_red": {"bone_pain_from_nprs": 1},
    "asked_by_PR-A": {"pain_max_nprs": 2, "pain_max_tendon_nprs": 5, "effort_max": 7, "sessions": 2},
    "asked_by_PR-B": {
        "pain_max_nprs": 2,
        "pain_max_bone_nprs": 0,
        "effort_max": 7,
        "sessions": 3,
        "hours_apart_min": 48,
    },
    "asked_by_PR-F": {"times": 2, "days": 7, "times_a_week": 2},
    "form_fault": {"repetitions_above_percent": 20},
}
ACUTE = {
    "ice": {
        "hours_min": 24,
        "hours_max": 48,
        "minutes_min": 10,
        "minutes_max": 15,
        "times_a_day_min": 4,
        "times_a_day_max": 6,
    },
    "sleeve": {"abi_low_up_to": 0.90, "abi_high_above": 1.40},
    "first_days": {"days": 2},
    "first_load": {"day_min": 2, "day_max": 3},
    "walking_first": {},
}
ALERTS = {
    "immediate": "red_flag rest_pain_7 new_swelling breathless numb_weak dark_urine pop bone_pain",
    "one_working_day": "red_session two_amber worse_run stage_twice same_stage medicine_change no_log "
    "missed_fortnight reassess_failed reassess_all",
    "day_7": "first_review",
    "same_day": "worse_beyond_chance",
    "day_14": "no_improvement",
}
ENTRY = {
    "triage_clear": {},
    "diagnosis_allows": {},
    "brisk_walk": {"minutes": 30, "pain_max_nprs": 1, "pain_max_bone_nprs": 0, "morning_change_max_nprs": 0},
    "ankle_bend": {"difference_max_cm": 1.5},
    "single_raises": {"straight_min_repetitions": 20, "symmetry_min_percent": 90},
    "single_raises_pcs": {"symmetry_min_percent": 90},
    "hops": {"hops_min": 10, "hops_max": 20},
    "calf_levels": {"level_min": 4, "green_sessions": 2},
    "calf_endurance_pcs": {},
    "calm_mornings": {"pain_max_nprs": 1, "days": 3},
    "elephant_plan": {"adherence_min_percent": 80, "days": 7},
    "bone_clearance": {"days": 5, "minutes": 30},
}
GROWTH = {
    "week_cap": {"rise_max_percent": 10, "step_min_km": 1},
    "fourth_week": {"every_weeks": 4, "drop_min_percent": 15, "drop_max_percent": 20},
    "two_week_stop": {"rise_max_percent": 30, "weeks": 2},
    "single_run": {"longest_max_percent": 110, "days": 30, "from_stage": 8},
    "from_logs": {},
}
BACK_DOWN = {
    "breach": {"hours_off": 48, "stages_down": 1, "distance_drop_percent": 20},
    "twice": {"times": 2, "days": 7, "stages_down": 2},
    "stop": {},
    "pressure_pcs": {"usual_max_minutes": 30, "emergency_above_minutes": 60},
    "bone": {"pain_from_nprs": 1},
    "missed": {"days": 7, "stages_down": 1},
    "same_stage": {"times": 3},
    "stricter_wins": {},
}
PRACTICE = {
    "every_other_day": {"days_apart_min": 2},
    "as_prescribed": {
        "tolerance_percent": 5,
        "tolerance_min_minutes": 0.5,
        "longer_break_max_minutes": 1,
        "hours_apart_min": 48,
        "judged_within_hours": 48,
    },
    "warm_up": {"warm_up_minutes": 5, "cool_down_minutes": 5, "effort_min": 3, "effort_max": 4},
    "calf_after": {},
    "one_change": {},
    "no_slow_plodding": {},
    "order_after_stages": {},
    "discharge": {"stage": 8, "pain_max_nprs": 1, "weeks": 2, "index_min_points": 32},
    "no_best": {},
    "trial_protocol": {
        "run_min_minutes": 3,
        "run_max_minutes": 4,
        "walk_min_minutes": 1,
        "walk_max_minutes": 2,
        "times": 2,
        "effort_min": 3,
        "effort_max": 5,
    },
}
# low, high, items, higher is better | changes that count: kind, value, upper value
MEASURES = {
    "NPRS": ((0, 10, None, False), [("mcid", 2, None), ("mcid", 30, 33), ("mcid", 1, None), ("mcid", 1.5, 3.5)]),
    "PSFS": (
        (0, 10, 5, True),
        [("mcid", 1.3, None), ("mcid", 2.3, None), ("mcid", 2.7, None), ("mdc", 2, None), ("mdc", 3, None)],
    ),
    "LEFS": ((0, 80, 20, True), [("mcid", 9, None), ("mcid", 9, 16), ("mdc", 9, None)]),
    "UWRI": ((0, 36, 9, True), [("mcid", 8, None), ("mic", 5, None), ("mdc", 4.1, None)]),
    "VISA_A": ((0, 100, 8, True), [("mcid", 14, None), ("mcid", 6.5, 12)]),
}
MEASURE_NUMBERS = {
    "NPRS": {"improved_from_points": 2, "improved_from_percent": 30},
    "PSFS": {
        "activities_min": 3,
        "activities_max": 5,
        "improved_from_points": 1.3,
        "worse_from_points": 2,
        "item_worse_from_points": 3,
    },
    "LEFS": {
        "improved_from_points": 9,
        "worse_from_points": 9,
        "missing_items_max": 2,
        "healthy_median_points": 77,
        "ceiling_percent_low": 12,
        "ceiling_percent_high": 25,
    },
    "UWRI": {
        "improved_from_points": 8,
        "worse_from_points": 4.1,
        "standard_error_points": 1.47,
        "discharge_from_points": 32,
    },
    "VISA_A": {"improved_from_points": 14, "healthy_above_points": 96, "clinic_mean_points": 64},
}
STORES = {"NPRS": "ratings", "PSFS": "own_activities", "LEFS": "total", "UWRI": "total", "VISA_A": "total"}

COMPUTED = "session_load load_7_days load_28_days week_change longest_30_days verdict rule"
# The bounds of what is typed, by unit; the fields themselves are ours.
LOG_BOUNDS = {
    "NPRS": {(0, 10)},
    "points": {(0, 10)},
    "km": {(0, 200)},
    "min": {(0, 1440)},
    "m": {(0, 5000)},
    "steps/min": {(60, 260)},
    "stage": {(0, 8)},
    "level": {(1, 12)},
    "sets": {(0, 20)},
    "r or s": {(0, 600)},
    "kg": {(0, 400)},
}


def numbers(rules):
    """Return the numbers of each rule by its code."""
    found = rules.values() if hasattr(rules, "values") else rules
    return {rule.code: dict(rule.numbers) for rule in found}


def test_pain_limits_are_those_of_the_specification():
    found = {
        limit.code: (
            set(limit.causes),
            (limit.during_nprs, limit.strength_nprs, limit.morning_change, limit.red_from_nprs, limit.clinician_sets),
        )
        for limit in rehab_knowledge().progress.limits
    }

    assert found == {code: (set(causes.split()), values) for code, (causes, values) in LIMITS.items()}


def test_the_bands_of_green_amber_and_red_are_those_of_the_specification():
    bands = rehab_knowledge().progress.bands

    assert (bands.amber_over_limit_from, bands.amber_over_limit_to, bands.red_over_limit_from) == (1, 2, 3)
    assert (bands.red_during_from, bands.amber_morning_from, bands.red_morning_from) == (7, 1, 2)
    assert (bands.baseline_days, bands.rounding) == (3, "half_up")


@pytest.mark.parametrize(
    ("table", "name", "wanted"),
    [
        ("progress", "steps", STEPS),
        ("progress", "acute_care", ACUTE),
        ("running", "entry", ENTRY),
        ("running", "growth", GROWTH),
        ("running", "back_down", BACK_DOWN),
        ("running", "practice", PRACTICE),
    ],
)
def test_every_number_of_a_course_rule_is_that_of_the_specification(table, name, wanted):
    assert numbers(getattr(getattr(rehab_knowledge(), table), name)) == wanted


def test_every_alert_has_its_due_time_and_level():
    alerts = rehab_knowledge().progress.alerts

    assert {code: alert.due for code, alert in alerts.items()} == {
        code: due for due, codes in ALERTS.items() for code in codes.split()
    }
    assert {code: alert.level for code, alert in alerts.items() if alert.level} == {
        "worse_beyond_chance": "D",
        "no_improvement": "U",
    }
    assert {alert.owner for alert in alerts.values()} == {"clinician"}


def test_effort_stays_in_its_ranges():
    found = {code: (effort.low, effort.high) for code, effort in rehab_knowledge().progress.efforts.items()}

    assert found == {"strength": (5, 8), "core": (4, 7), "easy_run": (3, 4)}


def test_entry_criteria_of_one_diagnosis_bind_that_diagnosis():
    entry = rehab_knowledge().running.entry

    assert {found.code: set(found.only_causes) for found in entry if found.only_causes} == {
        "single_raises_pcs": {"PCS"},
        "calf_endurance_pcs": {"PCS"},
        "bone_clearance": {"BSI"},
    }
    skipped = {found.code: set(found.skip_causes) for found in entry if found.skip_causes}
    assert skipped == {"single_raises": {"PCS"}, "calf_levels": {"PCS"}}


@pytest.mark.parametrize("code", MEASURES)
def test_every_measure_scores_and_changes_as_the_specification_says(code):
    measure = rehab_knowledge().measures[code]
    scale, changes = MEASURES[code]

    assert (measure.low, measure.high, measure.item_count, measure.higher_is_better) == scale
    assert [(change.kind, change.value, change.value_high) for change in measure.changes] == changes
    assert dict(measure.numbers) == MEASURE_NUMBERS[code]
    assert (measure.stores, measure.schedule_weeks) == (STORES[code], (0, 2, 4, 8, 12))


def test_only_what_a_runner_is_asked_has_early_days():
    early = {code: measure.days_early for code, measure in rehab_knowledge().measures.items() if measure.days_early}

    assert early == {"NPRS": 3, "PSFS": 3}


def test_three_measures_are_primary_and_one_is_for_tendons_alone():
    measures = rehab_knowledge().measures

    assert {code for code, measure in measures.items() if measure.primary} == {"NPRS", "PSFS", "UWRI"}
    assert {code: set(m.causes) for code, m in measures.items() if m.causes} == {"VISA_A": {"ACHILLES_TENDINOPATHY"}}


def test_what_a_log_computes_is_never_typed_and_what_is_typed_has_bounds():
    fields = rehab_knowledge().running.log_fields
    bounds: dict[str, set] = {}
    for field in fields:
        if not field.computed and field.unit:
            bounds.setdefault(field.unit, set()).add((field.low, field.high))

    assert {field.code for field in fields if field.computed} == set(COMPUTED.split())
    assert bounds == LOG_BOUNDS


def test_a_reason_names_the_same_values_in_both_languages():
    raw = {
        "code": "x",
        "text_en": "{pain} of {limit}",
        "text_es": "{pain} de {max}",
        "source": ["CONV"],
        "mark": "CONV",
    }
    checker = Checker()

    _saying(Entry(raw, "sayings.toml", "x", checker))

    assert [problem for problem in checker.problems if "names" in problem]
