"""Was it the stage?  In full, not longer, on the flat; judged by what was run."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehab.rules.logged import RunDone
from rehab.rules.running_match import matches_stage, was_running
from tests.rehab.rules.runs import TABLE, codes, segments, stage_run

WARM = "w5"
THREE = f"{WARM} w2 r3 w2 r3 w2 r3 w2 r3 w5"


def match(run, stage):
    return matches_stage(run, TABLE.stages[stage], TABLE)


@pytest.mark.parametrize("stage", range(9))
def test_every_stage_typed_by_hand_is_itself(stage):
    assert match(stage_run(stage), stage).matches
    assert [number for number in range(9) if match(replace(stage_run(stage), stage=None), number).matches] == (
        [0] if stage == 0 else []
    )


STRETCHES = [
    (3, THREE, []),
    (3, "r3 w2 r3 w2 r3 w2 r3", []),
    (3, "w5 r1 r2 w2 r3 w2 r3 w2 r3", []),  # two parts of one stretch
    (3, "r3 w2 r3 w2 r3", ["ran_too_little", "stretch_too_short"]),
    (3, f"{THREE} r3", ["ran_too_much", "walked_too_much"]),
    (3, "r6 w2 r3 w2 r3", ["stretch_too_long", "stretch_too_short"]),
    (3, "r3.5 w2 r2.5 w2 r3 w2 r3", []),
    (3, "r3.6 w2 r2.4 w2 r3 w2 r3", ["stretch_too_long", "stretch_too_short"]),
    (3, "r3 w1.5 r3 w2 r3 w2 r3", []),
    (3, "r3 w1.4 r3 w2 r3 w2 r3", ["walked_too_little"]),
    (3, "r3 w3 r3 w2 r3 w2 r3", []),
    (3, "r3 w3.1 r3 w2 r3 w2 r3", ["walked_too_much"]),
    (3, "w30", ["ran_too_little", "stretch_too_short"]),
    (6, "w5 r20 w5", []),
    (6, "w5 r19 w5", []),
    (6, "w5 r18.9 w5", ["ran_too_little", "stretch_too_short"]),
    (6, "w5 r21 w5", []),
    (6, "w5 r21.1 w5", ["ran_too_much", "stretch_too_long"]),
    (6, "r10 w1 r10", ["stretch_too_short"]),
    (0, "w30", []),
    (0, "w28.5", []),
    (0, "w28.4", ["walked_too_little"]),
    (0, "w90", []),
    (0, "w30 r0.5", []),
    (0, "w30 r0.6", ["ran_too_much"]),
]


@pytest.mark.parametrize(("stage", "shape", "against"), STRETCHES)
def test_known_stretches_decide(stage, shape, against):
    found = match(RunDone(segments=segments(shape)), stage)

    assert (codes(found.reasons), found.matches) == (against, not against)
    assert all(reason.text and reason.text_es and reason.source for reason in found.reasons)


TOTALS = [
    (4, {}, []),
    (4, {"run_minutes": 15.2}, []),
    (4, {"run_minutes": 15.1}, ["ran_too_little"]),
    (4, {"run_minutes": 16.8}, []),
    (4, {"run_minutes": 16.9}, ["ran_too_much"]),
    (4, {"run_minutes": None}, ["run_minutes_unknown"]),
    (4, {"walk_minutes": None}, ["walk_minutes_unknown"]),
    (4, {"walk_minutes": 2.5}, []),
    (4, {"walk_minutes": 2.4}, ["walked_too_little"]),
    (4, {"walk_minutes": 14.7}, []),
    (4, {"walk_minutes": 14.8}, ["walked_too_much"]),
    (4, {"longest_run_minutes": 4.5}, []),
    (4, {"longest_run_minutes": 4.6}, ["stretch_too_long"]),
    (4, {"longest_run_minutes": 3.4}, ["stretch_too_short"]),
    (4, {"stage": None}, ["shape_unknown"]),
    (4, {"stage": 3}, ["another_stage"]),
    (4, {"hills": True}, ["hilly"]),
    (7, {"walk_minutes": None}, []),
    (7, {"longest_run_minutes": 12.5}, ["stretch_too_short"]),
    (0, {"walk_minutes": None}, ["walk_minutes_unknown"]),
    (0, {"run_minutes": None}, []),
]


@pytest.mark.parametrize(("stage", "change", "against"), TOTALS)
def test_else_the_totals_decide(stage, change, against):
    found = match(stage_run(stage, **change), stage)

    assert (codes(found.reasons), found.matches) == (against, not against)


@pytest.mark.parametrize(
    ("run", "ran"),
    [
        (RunDone(stage=0), False),
        (RunDone(stage=0, run_minutes=3), True),
        (RunDone(stage=None), True),
        (RunDone(stage=2), True),
        (RunDone(stage=2, run_minutes=0), False),
        (RunDone(segments=segments("w10")), False),
        (RunDone(segments=segments("w10 r1")), True),
    ],
)
def test_unknown_minutes_count_as_running(run, ran):
    assert was_running(run) is ran


@given(st.integers(0, 8), st.floats(0, 120), st.floats(0, 120))
def test_no_run_with_known_stretches_is_two_stages(stage, walk, run):
    done = stage_run(stage, run_minutes=run, walk_minutes=walk, stage=None)
    shaped = RunDone(segments=segments(f"w{walk:.2f} r{run:.2f}"))

    for one in (done, shaped):
        assert sum(match(one, number).matches for number in range(9)) <= 1
