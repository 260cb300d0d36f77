"""What holds for every case: thousands of invented ones, over every code the product knows."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.terms import Answer, Level
from rehab.casefile import read_case
from rehab.decision import plan_decision, plan_json, treatment_decision
from rehab.knowledge import rehab_knowledge
from rehab.management.codebook import code_list, vocabulary
from rehab.rules.catalogue import Verdict
from rehab.rules.cover import PRIMARY
from tests.rehab.worked import CALM
from tests.test_architecture import ROOT
from triage.actions.deciding import plain
from triage.decision import triage_decision
from triage.knowledge import triage_knowledge

WORDS = vocabulary()
KNOWN = rehab_knowledge()
FLAG_CODES = sorted(e.code for e in code_list() if e.kind in ("question", "sign", "risk", "wells") and e.code != "w10")
FACT_CODES = sorted(WORDS.answers)
CONTRA_CODES = sorted({c.code for e in KNOWN.exercises.values() for c in e.contraindications})
# Facts that seldom open an item, so that most quiet cases reach a plan; open U items among them.
OPENING = {"cecs_same_time", "cecs_eases", "bsi_bone_pain", "bsi_worse_each_run", "anticoagulant", "mass_lump"}
QUIET_CODES = sorted({code for code, kind in WORDS.answers.items() if kind == "finding"} | set(CONTRA_CODES) | OPENING)
NEEDS = sorted(WORDS.needs)
# Every question of 2.4, every risk and local sign of 2.3 and w1 to w9: silence on one of them holds.
MANDATORY = {e.code for e in code_list() if e.kind in ("question", "risk", "wells")} | {"cord_tender"}
LOUD = (
    (("cecs_same_time", "cecs_eases"), Level.U),
    (("leg_hot", "leg_colour"), Level.D),
    (("snap",), Level.D),
    (("dark_urine",), Level.E),
)
# What makes a picture calmer on purpose: an old, known difference of girth.
CALMING = {"girth_old_known"}
ANSWERS = st.sampled_from([answer.value for answer in Answer])
LOADS = [
    {"item": row, "kind": "may_load", "by": "A", "on": "2026-11-20", "reason": "r", "limits": "l"}
    for row in sorted(WORDS.rows)
]
RELEASES = [{**LOADS[0], "item": cause, "kind": "released"} for cause in sorted(WORDS.causes)]
SIGNED = {"item": "RF-DVT", "kind": "considered_not_suspected", "by": "A", "on": "2026-11-20", "reason": "r"}

patients = st.fixed_dictionaries(
    {
        "age_years": st.none() | st.integers(0, 120),
        "sex": st.sampled_from(["female", "male", "other"]) | st.none(),
        "pregnant": ANSWERS,
        "postpartum_days": st.none() | st.integers(0, 400),
        "gestation_weeks": st.none() | st.integers(0, 45),
        "side": st.sampled_from(["left", "right", "both"]),
        "onset_days": st.none() | st.integers(0, 60),
    }
)
outcomes = st.lists(
    st.fixed_dictionaries(
        {
            "item": st.sampled_from(sorted(WORDS.rows)),
            "outcome": st.sampled_from(["excluded", "confirmed", "inconclusive"]),
            "scan": st.sampled_from(["negative", "positive", "not_done"]),
            "repeat_scan": st.sampled_from(["negative", "positive", "not_done"]),
            "d_dimer": st.sampled_from(["negative", "positive", "not_done"]),
            "discharged": st.booleans(),
        }
    ),
    max_size=2,
)
# One value a test and side, from one end of the range to the other; the ends and the middle are tried often.
MEASURABLE = [(code, shape, side) for code, shape in sorted(WORDS.tests.items()) for side in shape.sides]


@st.composite
def measured(draw):
    """Return a few measurements, each test and side once."""
    places = draw(st.lists(st.sampled_from(range(len(MEASURABLE))), max_size=4, unique=True))
    return [_measurement(draw, *MEASURABLE[place]) for place in places]


def _measurement(draw, code, shape, side):
    share = draw(st.sampled_from([0, 0.25, 0.5, 0.75, 1]) | st.floats(0, 1))
    value = shape.low + (shape.high - shape.low) * share
    value = float(round(value)) if shape.is_counted else value
    entry = {"test": code, "side": side, "value": value, "unit": shape.unit}
    return entry | {"pain_nprs": draw(st.none() | st.integers(0, 10))}


BANDS = [["band", "barbell", "step", "ball"], ["band"], [], ["roller", "step"]]


@st.composite
def raw_cases(draw, quiet=False):
    """Return the JSON of one case: mostly calm, with some answers changed at random."""
    codes = QUIET_CODES if quiet else FACT_CODES
    changed = draw(st.dictionaries(st.sampled_from(codes), ANSWERS, max_size=6))
    return {
        **CALM,
        "patient": CALM["patient"] if quiet or draw(st.booleans()) else draw(patients),
        "screening": {
            "*": "absent" if quiet else draw(st.sampled_from(["absent", "absent", "not_assessed"])),
            **changed,
        },
        "findings": {"*": draw(st.sampled_from(["absent", "absent", "not_assessed"]))},
        "measurements": draw(measured()),
        "failed": draw(st.lists(st.sampled_from(NEEDS), max_size=8, unique=True)),
        "diagnosis": draw(st.none() | st.sampled_from(sorted(WORDS.causes))),
        "equipment": draw(st.sampled_from(BANDS)),
        "blocked": draw(st.lists(st.sampled_from(sorted(KNOWN.exercises)), max_size=3, unique=True)),
        "outcomes": draw(outcomes),
        "sign_offs": [*LOADS, *RELEASES] if quiet else draw(st.sampled_from([[], LOADS, [*LOADS, SIGNED]])),
        "settings": {
            "dvt_seed_strict": draw(st.booleans()),
            "core_fail_mode": draw(st.sampled_from(["deficit", "seed_below_average"])),
        },
    }


quiet_cases = raw_cases(quiet=True)


def decide(raw):
    """Return (facts, triage, plan) of one case."""
    case = read_case(raw, WORDS).facts
    triage = triage_decision(case, triage_knowledge())
    return case, triage, plan_decision(case, triage, KNOWN)


def with_answer(raw, code, answer):
    """Return a case with one more answer in its screening."""
    return with_answers(raw, {code: answer})


def with_answers(raw, answers):
    """Return a case with more answers in its screening."""
    return {**raw, "screening": {**raw["screening"], **answers}}


def test_the_quiet_cases_reach_a_plan_often_enough_to_say_something():
    """Guard of the tests below: rules about plans mean nothing when no case has one."""
    statuses = []

    @settings(max_examples=200, database=None)
    @given(quiet_cases)
    def look(raw):
        statuses.append(decide(raw)[2])

    look()
    assert sum(plan.status != "no_plan" for plan in statuses) > 100
    assert sum(bool(plan.exercises) for plan in statuses) > 80
    assert sum(bool(plan.ask_first) for plan in statuses) > 30


CALM_CASES = (
    CALM,
    {**CALM, "findings": {"*": "absent", "loading_event": "present"}},
    {**CALM, "findings": {"*": "absent", "loading_event": "present"}, "sign_offs": [*LOADS, SIGNED]},
    {**CALM, "settings": {"dvt_seed_strict": True}},
)


@pytest.mark.parametrize("code", FLAG_CODES)
def test_silence_on_any_one_question_risk_or_clot_sign_holds_a_calm_case(code):
    for calm in CALM_CASES:
        _, answered, plan = decide(with_answer(calm, code, "absent"))
        _, silent, held = decide(with_answer(calm, code, "not_assessed"))

        assert (answered.level, answered.complete, plan.status) == (Level.R, True, "plan")
        assert silent.complete == (code not in MANDATORY)
        assert code not in MANDATORY or (silent.level, silent.d_hold, held.status) == (Level.D, True, "no_plan")


@pytest.mark.parametrize("code", [code for code in FLAG_CODES if code not in CALMING])
def test_no_yes_lowers_the_level_that_another_yes_has_set(code):
    for other, level in LOUD:
        loud = with_answers(CALM, {**dict.fromkeys(other, "present"), code: "absent"})
        _, before, _ = decide(loud | {"sign_offs": [*LOADS, SIGNED]})
        _, after, _ = decide(with_answer(loud, code, "present") | {"sign_offs": [*LOADS, SIGNED]})

        assert code in other or before.level is level
        assert after.level.urgency >= before.level.urgency


@given(raw_cases(), st.sampled_from([code for code in FLAG_CODES if code not in CALMING]))
def test_adding_a_red_flag_never_lowers_the_level(raw, code):
    _, before, _ = decide(with_answer(raw, code, "absent"))
    _, after, _ = decide(with_answer(raw, code, "present"))

    assert after.level.urgency >= before.level.urgency


@given(raw_cases(), st.sampled_from(FLAG_CODES))
def test_not_assessed_is_never_calmer_than_absent(raw, code):
    _, absent, _ = decide(with_answer(raw, code, "absent"))
    _, silent, _ = decide(with_answer(raw, code, "not_assessed"))

    assert silent.level.urgency >= absent.level.urgency
    assert absent.complete or not silent.complete
    if silent.answers.get(code, Answer.NOT_ASSESSED) is Answer.NOT_ASSESSED and code in MANDATORY:  # nor is it a "no"
        assert not silent.complete and silent.level.urgency >= Level.D.urgency


@given(quiet_cases, st.sampled_from(CONTRA_CODES))
def test_a_contraindication_not_assessed_frees_nothing_that_present_forbids(raw, code):
    raw = {**raw, "findings": {**raw["findings"], code: "not_assessed"}}
    raw["screening"] = {key: value for key, value in raw["screening"].items() if key != code}
    case, _, plan = decide(raw)

    if case.answer(code) is not Answer.NOT_ASSESSED:
        return
    for item in (*plan.exercises, *plan.add_ons, *plan.next_block):
        for closed_by in KNOWN.exercises[item.code].contraindications:
            whole = closed_by.code == code and closed_by.from_level == 1
            excepted = (
                closed_by.unless_failed or closed_by.unless_clot_excluded_by_imaging or closed_by.from_gestation_weeks
            )
            assert not whole or excepted or case.patient.pregnant is not Answer.NOT_ASSESSED


IN_ANOTHER_PROCESS = """
import json, sys, django
django.setup()
from tests.test_properties import decide, kept
print(json.dumps([kept(*decide(raw)[1:]) for raw in json.load(sys.stdin)]))
"""


def kept(triage, plan):
    """Return both decisions as the database keeps them."""
    return [plain(triage), plan_json(plan)]


def decided_elsewhere(cases, seed):
    """Return what another process decides, in which sets of words stand in an order of their own."""
    told = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        cwd=ROOT,
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout


def test_the_same_input_gives_the_same_output():
    """Asked twice, and by two processes: none of them may find its own order in a set."""
    some = []

    @given(raw_cases())
    def asked_twice(raw):
        again = json.loads(json.dumps(raw))

        (_, triage, plan), (_, triage_again, plan_again) = decide(raw), decide(again)
        assert triage == triage_again
        assert plan_json(plan) == plan_json(plan_again)
        some.append(raw)

    asked_twice()
    assert decided_elsewhere(some[:200], seed=1) == decided_elsewhere(some[:200], seed=2)


@given(quiet_cases)
def test_every_exercise_covers_a_failed_need_or_is_forced_by_a_named_rule(raw):
    _, triage, plan = decide(raw)
    forced = {rule.code: rule for rule in KNOWN.mapping.forced}
    allowed_without_need = {rule.exercises for rule in forced.values()}
    substitutes = {drop.substitute for drop in plan.dropped}
    default = set(KNOWN.mapping.default_strain_exercises) | {KNOWN.mapping.overstride_exercise}

    for item in (*plan.exercises, *plan.next_block):
        assert item.because
        cover = KNOWN.exercises[item.code].cover
        for because in item.because:
            if because.rule == "COVER":
                base = because.need.removesuffix("_left").removesuffix("_right")
                assert cover[base] == PRIMARY and because.need in triage.needs
            elif because.rule in forced:
                assert item.code in forced[because.rule].exercises or item.code in substitutes
            else:
                assert because.rule == "DEFAULT-STRAIN" and item.code in default and not triage.needs
    assert allowed_without_need


@given(raw_cases())
def test_no_plan_while_something_is_open_or_the_screening_is_incomplete(raw):
    _, triage, plan = decide(raw)
    stops = not triage.complete or any(not item.closed and item.level in (Level.E, Level.D) for item in triage.items)

    if stops or triage.d_hold:
        assert (plan.status, plan.exercises, plan.add_ons, plan.next_block) == ("no_plan", (), (), ())
        assert plan.reasons


@given(quiet_cases)
def test_no_exercise_that_an_open_or_confirmed_row_forbids(raw):
    _, triage, plan = decide(raw)

    for item in (*plan.exercises, *plan.add_ons, *plan.next_block):
        for word in triage.contra_words:
            first_closed = KNOWN.contra[word].exercises.get(item.code)
            assert first_closed is None or item.max_level < first_closed


@given(quiet_cases)
def test_every_failed_need_is_answered_or_named_as_open(raw):
    _, triage, plan = decide(raw)

    if plan.status != "no_plan":
        chosen = (*plan.exercises, *plan.next_block)
        met = {
            need for item in chosen for need, weight in KNOWN.exercises[item.code].cover.items() if weight == PRIMARY
        }
        for need in triage.needs:
            assert need in plan.uncovered or need.removesuffix("_left").removesuffix("_right") in met


@given(raw_cases())
def test_no_treatment_while_the_lock_holds(raw):
    case, triage, _ = decide(raw)
    verdicts = treatment_decision(case, triage, KNOWN)

    if triage.treatment_lock:
        assert {judged.verdict for judged in verdicts.values()} == {Verdict.FORBIDDEN}


@given(quiet_cases)
def test_no_plan_exceeds_the_cap_or_starts_above_what_is_open(raw):
    _, _, plan = decide(raw)

    assert len(plan.exercises) <= KNOWN.mapping.session_cap
    for item in (*plan.exercises, *plan.next_block):
        assert item.start_level is None or 1 <= item.start_level <= max(1, item.max_level)
