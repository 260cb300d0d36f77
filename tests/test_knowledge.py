"""The knowledge files hold what the specification says: whole, with units and sources, the same in both languages."""

import re
import tomllib
from functools import cache

import pytest

from clinic.tables import ROOT
from rehab.knowledge import rehab_knowledge
from tests.rehab.worked import decided
from tests.specification import (
    AS_TREATMENT,
    CARDS,
    CLOSED_CAUSES,
    DOSE_IN_NAME,
    LADDERS,
    LIMITS,
    MEASURE_WEEKS,
    MEASURES,
    STAGES,
)
from triage.knowledge import triage_knowledge

FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("*/knowledge/*.toml"))
REHAB_FILES = [file for file in FILES if file.startswith("rehab/")]

# A number says its unit in the last words of its key, or beside it as `unit`; what is left only counts or ranks.
UNIT_IN_KEY = re.compile(
    r"(_|^)(seconds|minutes|hours|days?|weeks|years|deg|nprs|percent|percent_of_body_weight|kg|km|cm|m|points|ratio"
    r"|times_a_(day|week)|reps|repetitions|sets|stages?|levels?|exercises|grades?|items|sessions|hops|rpe|effort)(_|$)"
)
COUNTS = {
    *("number", "evidence", "activities_min", "activities_max", "item_count", "greens", "ambers", "reds", "times"),
    *("levels_down", "min_single_raises", "longest_max_percent", "abi_low_up_to", "abi_high_above"),
}
TOES = re.compile(
    r"\b(on (the |your )?toes|fore-?foot|tip-?toes?|puntillas|antepié|puntas? de los? (pies?|dedos))\b", re.I
)


@cache
def table(file):
    return tomllib.loads((ROOT / file).read_text(encoding="utf-8"))


def nodes(node, name="file"):
    """Yield every table of a file with the name of the entry it belongs to."""
    if isinstance(node, list):
        for item in node:
            yield from nodes(item, name)
    elif isinstance(node, dict):
        name = str(node.get("code", node.get("exercise", name)))
        yield name, node
        for value in node.values():
            yield from nodes(value, name)


def dose_words(dose):
    """Return one level's dose in the notation of the table above, as a set of words."""

    def span(value):
        return f"{value.low:g}" if value.low == value.high else f"{value.low:g}-{value.high:g}"

    tail = f"{dose.unit}{'/side' if dose.per_side else ''}"
    words = set()
    if dose.scheme:
        words.add("-".join(map(str, dose.scheme)) + tail)
        assert dose.sets == len(dose.scheme)
    elif dose.amount:
        words.add(f"{dose.sets}x{span(dose.amount)}{tail}")
    if dose.tempo:
        words.add(f"{dose.tempo.up:g}-{dose.tempo.hold:g}-{dose.tempo.down:g}")
    around = {
        "x{}s": dose.hold_seconds,
        "rest{}": dose.rest_seconds,
        "{}/wk": dose.times_a_week,
        "{}/day": dose.times_a_day,
        "RPE{}": dose.rpe,
        "{}kg": dose.load_kg,
        "{}%": dose.load_percent,
    }
    return words | {shape.format(span(value)) for shape, value in around.items() if value}


def expected_words(shared, own):
    """Return the words of one level: its own, and what the exercise gives where the level says nothing."""

    def kind(word):
        return word.strip("0123456789.-")

    mine = set(own.split())
    return mine | {word for word in shared.split() if kind(word) not in {kind(other) for other in mine}}


def test_every_file_loads():
    assert triage_knowledge().codes
    assert rehab_knowledge().exercises


@pytest.mark.parametrize("code", LADDERS)
def test_every_exercise_of_the_specification_is_whole(code):
    shared, ladder = LADDERS[code]
    exercise = rehab_knowledge().exercises[code]

    assert exercise.number == f"E{list(LADDERS).index(code) + 1:02}"
    assert [dose_words(level.dose) for level in exercise.levels] == [expected_words(shared, own) for own in ladder]
    for text in (exercise.cues, exercise.faults, exercise.why, *(level.name for level in exercise.levels)):
        assert text.en and text.es
    for level in exercise.levels:
        assert level.dose.amount or level.dose.scheme or DOSE_IN_NAME[code, level.number] in level.name.en


@pytest.mark.parametrize("code", LADDERS)
def test_every_exercise_covers_needs_and_is_closed_as_in_the_specification(code):
    exercise = rehab_knowledge().exercises[code]
    cover, rank, equipment, closed_by = CARDS[code]

    assert {f"{need}{weight}" for need, weight in exercise.cover.items()} == set(cover.split())
    assert f"{exercise.evidence}{'S' if exercise.seed_named else ''}" == rank
    assert exercise.equipment == set(equipment.split())
    assert {c.code for c in exercise.contraindications} == set(closed_by.split())
    assert exercise.gates.closed_causes == CLOSED_CAUSES.get(code, set())
    assert exercise.gates.as_treatment == AS_TREATMENT.get(code, "")


def test_impact_and_flexibility_progress_by_rules_of_their_own():
    own = {"HIP_FLEXOR_STRETCH": "PR-F", "GASTROC_STRETCH": "PR-F", "SOLEUS_STRETCH": "PR-F"}

    for code, exercise in rehab_knowledge().exercises.items():
        ruled = (exercise.progress_rule, exercise.regress_rule)
        assert ruled == (("PR-B", "RG-B") if exercise.impact else (own.get(code, "PR-A"), "RG-A")), code
    assert {code for code, exercise in rehab_knowledge().exercises.items() if exercise.impact} == {
        *("PLYO_LADDER", "SKIPPING_DRILLS", "CADENCE_DRILL", "WALK_RUN")
    }


def test_there_are_as_many_exercises_as_in_the_specification():
    assert list(rehab_knowledge().exercises) == list(LADDERS)


def test_the_stages_of_running_are_those_of_the_specification():
    stages = rehab_knowledge().running.stages

    assert [
        (s.number, s.walk_minutes, s.run_minutes, s.repetitions, s.total_run_minutes, s.greens) for s in stages
    ] == STAGES


def test_the_pain_limits_are_those_of_the_specification():
    found = {limit.causes: limit for limit in rehab_knowledge().progress.limits}

    assert {
        causes: (limit.during_nprs, limit.strength_nprs, limit.morning_change) for causes, limit in found.items()
    } == {frozenset(causes): numbers for causes, numbers in LIMITS.items()}
    assert all(limit.clinician_sets is (limit.during_nprs is None) for limit in found.values())
    assert found[frozenset({"BSI"})].red_from_nprs == 1
    assert found[frozenset({"PCS"})].stop_at_first


def test_the_measures_are_scored_as_in_the_specification_and_keep_no_licensed_item():
    for code, measure in rehab_knowledge().measures.items():
        low, high, items, better, worse = MEASURES[code]
        assert (measure.low, measure.high, measure.item_count) == (low, high, items)
        assert (measure.numbers["improved_from_points"], measure.numbers.get("worse_from_points")) == (better, worse)
        assert better in {change.value for change in measure.changes if change.kind == "mcid"}
        assert worse is None or worse in {change.value for change in measure.changes if change.kind == "mdc"}
        assert (measure.schedule_weeks, measure.at_discharge) == (MEASURE_WEEKS, True)
        assert measure.stores == {"NPRS": "ratings", "PSFS": "own_activities"}.get(code, "total")
    assert list(rehab_knowledge().measures) == list(MEASURES)


@pytest.mark.parametrize("file", REHAB_FILES)
def test_what_rests_on_convention_is_marked_for_the_clinic_lead(file):
    def check(node, name, mark):
        if isinstance(node, list):
            for item in node:
                check(item, name, mark)
        elif isinstance(node, dict):
            mark = node.get("mark", mark)
            named = node.get("source", [])
            assert mark or not {"CONV", "GK"} & set(named), f"{name}: {node.get('code', '')} has no mark"
            for key, value in node.items():
                check(value, f"{name}.{key}", mark)

    check(table(file), file, None)


@pytest.mark.parametrize("file", REHAB_FILES)
def test_every_number_has_a_unit(file):
    for name, node in nodes(table(file)):
        for key, value in node.items():
            numbers = value if isinstance(value, list) else [value]
            if not any(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers):
                continue
            coded = key.isupper() or key in rehab_knowledge().mapping.needs  # BIRD_DOG = 4, core_ext = 2
            has_unit = "unit" in node or UNIT_IN_KEY.search(key) or key in COUNTS or coded
            assert has_unit, f"{file}: {name}: {key} = {value} has no unit"


@pytest.mark.parametrize("file", FILES)
def test_every_number_has_a_source(file):
    def check(node, name, sourced):
        if isinstance(node, list):
            for item in node:
                check(item, name, sourced)
        elif isinstance(node, dict):
            sourced = sourced or bool(node.get("source")) or "reference" in node
            for key, value in node.items():
                check(value, f"{name}.{node.get('code', '')}.{key}", sourced)
        elif isinstance(node, int | float) and not isinstance(node, bool):
            assert sourced, f"{name} has no source"

    check(table(file), file, False)


@pytest.mark.parametrize("file", FILES)
def test_both_languages_have_the_same_numbers(file):
    def numbers(words):
        return sorted(number.replace(",", ".") for number in re.findall(r"\d+(?:[.,]\d+)?", words))

    for name, node in nodes(table(file)):
        for key in [key for key in node if key.endswith("_en")]:
            spanish = node.get(f"{key.removesuffix('_en')}_es", "")
            assert spanish and numbers(node[key]) == numbers(spanish), f"{file}: {name}: {key}: {spanish!r}"


def test_every_need_has_an_exercise_and_every_exercise_covers_real_needs():
    known = rehab_knowledge()
    covered = {need for exercise in known.exercises.values() for need, weight in exercise.cover.items() if weight == 2}

    assert covered == set(known.mapping.needs)
    assert {need for exercise in known.exercises.values() for need in exercise.cover} <= covered


def test_every_piece_of_equipment_is_used_and_defined():
    known = rehab_knowledge()
    used = {
        thing
        for exercise in known.exercises.values()
        for thing in exercise.equipment.union(*(level.equipment for level in exercise.levels))
    }

    assert used == set(known.mapping.equipment)


def test_every_question_holds_something_back():
    known = rehab_knowledge()
    used = {c.code for exercise in known.exercises.values() for c in exercise.contraindications}
    used |= {fact for column in known.columns.values() for fact in column.need_answer | column.facts}
    used |= {"gait_not_attempted" for exercise in known.exercises.values() if exercise.gates.gait_attempted}

    assert set(known.questions) - used == set()


def test_every_question_that_triage_asks_is_a_fact_of_triage():
    facts = {entry.code for entry in triage_knowledge().codes}

    for question in rehab_knowledge().questions.values():
        assert (question.code in facts) is question.asked_by_triage, question.code


def test_every_cause_and_every_exercise_that_is_named_exists():
    known = rehab_knowledge()
    causes = {cause.code for cause in triage_knowledge().causes.causes}
    named = {cause for limit in known.progress.limits for cause in limit.causes}
    named |= {cause for measure in known.measures.values() for cause in measure.causes}
    named |= {cause for criterion in known.running.entry for cause in criterion.only_causes | criterion.skip_causes}
    for exercise in known.exercises.values():
        gates = exercise.gates
        named |= gates.only_causes | gates.closed_causes | {cause for cause, _ in gates.unreleased_max_level}
        assert {exercise.progress_rule, exercise.regress_rule} <= set(known.rules)

    assert named <= causes
    for word in known.contra.values():
        for code, level in word.exercises.items():
            assert level <= max(1, len(known.exercises[code].levels)), (word.code, code)


def test_every_contra_word_is_used_by_a_red_flag():
    used = {word for flag in triage_knowledge().red_flags.flags for word in flag.contra}

    assert used == set(rehab_knowledge().contra)


def test_no_exercise_tells_a_runner_to_run_on_the_toes():
    for exercise in rehab_knowledge().exercises.values():
        told = [exercise.cues, exercise.why]
        if exercise.impact:
            told += [level.name for level in exercise.levels]
        for text in told:
            assert not TOES.search(f"{text.en} {text.es}"), (exercise.code, text)


@pytest.mark.parametrize("risk", ["travel_4h", "age_over_60", "family_clot"])
def test_the_risks_that_wells_does_not_count_add_no_points(risk):
    triage, _ = decided(screening={risk: "present"})

    assert risk not in {item.code for item in triage_knowledge().scores.wells.items}
    assert (triage.wells.points, [item.row for item in triage.items]) == (0, ["RF-DVT"])


def test_running_starts_grows_and_steps_back_as_in_the_specification():
    running = rehab_knowledge().running
    entry = {criterion.code: dict(criterion.numbers) for criterion in running.entry}
    growth = {code: dict(rule.numbers) for code, rule in running.growth.items()}
    back = {code: dict(rule.numbers) for code, rule in running.back_down.items()}

    assert entry["brisk_walk"] == {
        "minutes": 30,
        "pain_max_nprs": 1,
        "pain_max_bone_nprs": 0,
        "morning_change_max_nprs": 0,
    }
    assert entry["single_raises"] == {"straight_min_repetitions": 20, "symmetry_min_percent": 90}
    assert entry["calf_levels"] == {"level_min": 4, "green_sessions": 2}
    assert entry["calm_mornings"] == {"pain_max_nprs": 1, "days": 3}
    assert entry["elephant_plan"] == {"adherence_min_percent": 80, "days": 7}
    assert entry["bone_clearance"] == {"days": 5, "minutes": 30}
    assert growth["week_cap"] == {"rise_max_percent": 10, "step_min_km": 1}
    assert growth["two_week_stop"] == {"rise_max_percent": 30, "weeks": 2}
    assert growth["single_run"] == {"longest_max_percent": 110, "days": 30, "from_stage": 8}
    assert back["breach"] == {"hours_off": 48, "stages_down": 1, "distance_drop_percent": 20}
    assert back["twice"] == {"times": 2, "days": 7, "stages_down": 2}
    assert back["same_stage"] == {"times": 3}


def test_ice_is_for_the_first_two_days():
    ice = rehab_knowledge().progress.acute_care["ice"].numbers

    assert (ice["hours_min"], ice["hours_max"], ice["minutes_min"], ice["minutes_max"]) == (24, 48, 10, 15)
