"""What holds of the safety judgement for every case, tried on thousands of invented ones."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.terms import Answer, CaseFacts, Level, PatientFacts, Settings, Side
from tests.timing import cheapest_ms
from tests.triage.rules.cases import NO, UNKNOWN, YES, a_case, all_codes, girth, outcome, signed, tables
from triage.rules.safety import safety

CODES = all_codes()
ROWS = tuple(flag.code for flag in tables().red_flags.flags)
# These two speak for the leg: an old asymmetry of girth, and an injury that explains one sign.
CALMING = {"girth_old_known", "loading_event"}
WORRYING = tuple(code for code in CODES if code not in CALMING)

patients = st.builds(
    PatientFacts,
    age_years=st.none() | st.integers(0, 120),
    sex=st.sampled_from(["female", "male", "other", None]),
    pregnant=st.sampled_from(list(Answer)),
    postpartum_days=st.none() | st.integers(0, 365),
    side=st.sampled_from([Side.LEFT, Side.RIGHT, Side.BOTH, None]),
)
# Few present, some silent, most absent: near the edge, where a level can still fall.
answers = st.dictionaries(st.sampled_from(CODES), st.sampled_from([YES, YES, UNKNOWN]), max_size=8).map(
    lambda chosen: dict.fromkeys(CODES, NO) | chosen
)
sign_offs = st.lists(
    st.builds(signed, st.sampled_from(ROWS), st.sampled_from(["considered_not_suspected", "may_load", "released"])),
    max_size=4,
).map(tuple)
outcomes = st.lists(
    st.builds(
        outcome,
        st.sampled_from([row for row in ROWS if row != "RF-DVT"]),
        st.sampled_from(["excluded", "confirmed", "inconclusive"]),
    ),
    max_size=3,
).map(tuple)
girths = st.just(()) | st.builds(girth, st.floats(30, 45).map(lambda cm: round(cm, 1)), st.just(38.0))
cases = st.builds(
    CaseFacts,
    patient=patients,
    answers=answers,
    measurements=girths,
    outcomes=outcomes,
    sign_offs=sign_offs,
    settings=st.builds(Settings, dvt_seed_strict=st.booleans()),
)


def with_answer(case, code, answer):
    return replace(case, answers={**case.answers, code: answer})


@given(cases, st.sampled_from(WORRYING))
def test_adding_a_red_flag_never_lowers_the_level(case, code):
    before, after = safety(case, tables()), safety(with_answer(case, code, YES), tables())

    assert after.level.urgency >= before.level.urgency


@given(cases, st.sampled_from(CODES))
def test_not_assessed_is_never_absent(case, code):
    absent = safety(with_answer(case, code, NO), tables())
    silent = safety(with_answer(case, code, UNKNOWN), tables())

    assert silent.level.urgency >= absent.level.urgency
    assert absent.complete or not silent.complete
    assert set(absent.missing) <= set(silent.missing)
    assert silent.exercise_lock or not absent.exercise_lock


@given(cases)
def test_the_same_input_gives_the_same_answer(case):
    assert safety(case, tables()) == safety(case, tables())


@given(cases)
def test_the_locks_follow_from_the_items(case):
    found = safety(case, tables())
    stopping = [item for item in found.items if not item.closed and item.level.is_stopping]

    assert found.treatment_lock == bool(stopping or found.missing)
    assert not found.treatment_lock or (found.exercise_lock and found.massage_lock)
    assert found.level is not Level.R or (found.complete and not stopping)
    assert not found.d_hold or found.level is Level.D
    assert found.complete == (not found.missing)


@given(patients)
def test_nothing_known_is_never_routine(patient):
    found = safety(CaseFacts(patient=patient), tables())
    assert (found.level, found.d_hold, found.complete) == (Level.D, True, False)


@pytest.mark.timing
def test_a_judgement_costs_less_than_half_a_millisecond():
    case = a_case("bmi_30", "leg_hot", "snap", "cecs_same_time", "cecs_eases", measurements=girth(40.0, 38.0))
    assert cheapest_ms(lambda: safety(case, tables())) < 0.5
