"""Tests done again: two and four weeks, what a change means, one leg against the other, needs that pass."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.terms import Side
from rehab.knowledge import rehab_knowledge
from rehab.rules.reassessment import TestMoved, change_of_test, limb_symmetry, passed_needs, retests_due
from triage.knowledge import triage_knowledge

PROGRESS, WORDS = rehab_knowledge().progress, rehab_knowledge().reasons
START = date(2026, 3, 2)


def due(days, failed=("WBLT",), tested=("WBLT", "CF_HOLD")):
    return retests_due(dict.fromkeys(tested, START), failed, START + timedelta(days=days), PROGRESS, WORDS)


def test_failed_tests_come_back_after_two_weeks_and_all_after_four():
    assert (due(13).due, due(13).next_on) == ((), START + timedelta(days=14))
    two, four = due(14), due(28)

    assert [(one.test, one.days_late, one.why) for one in two.due] == [("WBLT", 0, "retest_failed")]
    assert [(one.test, one.days_late) for one in four.due] == [("WBLT", 14), ("CF_HOLD", 0)]
    assert (two.next_on, four.next_on) == (START + timedelta(days=28), None)
    assert [reason.code for reason in four.reasons] == ["retest_failed", "retest_all"]
    assert (four.rule, json.loads(json.dumps(four.inputs))) == ("reassess", four.inputs)
    assert due(27, failed=()).due == ()
    assert due(99, tested=()).due == ()


@pytest.mark.parametrize(
    ("left", "right", "painful", "percent"),
    [
        (18, 20, Side.LEFT, 90),
        (18, 20, Side.RIGHT, 111),
        (18, 20, Side.BOTH, 90),
        (20, 18, Side.NONE, 90),
        (17.9, 20, Side.LEFT, 89),
        (0, 20, Side.LEFT, 0),
        (20, 0, Side.LEFT, None),
        (None, 20, Side.LEFT, None),
        (20, None, Side.LEFT, None),
    ],
)
def test_one_leg_is_held_against_the_other(left, right, painful, percent):
    values = {side: value for side, value in ((Side.LEFT, left), (Side.RIGHT, right)) if value is not None}

    assert limb_symmetry(values, painful) == percent


@pytest.mark.parametrize(
    ("before", "after", "detectable", "higher", "moved"),
    [
        (100, 143, 43, True, TestMoved.BETTER),
        (100, 142, 43, True, TestMoved.NO_CHANGE),
        (143, 100, 43, True, TestMoved.WORSE),
        (9.1, 10.1, 1.0, True, TestMoved.BETTER),
        (5, 3, 1, False, TestMoved.BETTER),
        (3, 5, 1, False, TestMoved.WORSE),
        (20, 25, None, True, TestMoved.UNKNOWN),
        (20, 20, None, True, TestMoved.NO_CHANGE),
    ],
)
def test_a_change_below_chance_is_no_change(before, after, detectable, higher, moved):
    found = change_of_test(before, after, detectable, WORDS, ["CHI12"], higher)

    assert (found.moved, found.difference) == (moved, after - before)
    assert found.reason.source == "CHI12" and found.reason.text != found.reason.text_es


def test_the_detectable_changes_are_those_of_the_tests():
    tests = triage_knowledge().tests.values()
    known = {test.code: test.detectable_change for test in tests if test.detectable_change is not None}

    assert set(known.values()) == {43, 1.0}


def test_needs_that_pass_go_to_maintenance():
    found = passed_needs(
        ["core_rot_left", "ankle_df_left", "hip_ext"], {"hip_ext": True, "ankle_df_left": None}, PROGRESS, WORDS
    )

    assert [(one.need, one.times_a_week_min, one.times_a_week_max, one.rule) for one in found] == [
        ("hip_ext", 1, 2, "maintain")
    ]
    assert found[0].reasons[0].text_es
    assert passed_needs(["hip_ext"], {"hip_ext": False}, PROGRESS, WORDS) == ()
    assert passed_needs([], {"hip_ext": True}, PROGRESS, WORDS) == ()


@given(st.floats(-500, 500), st.floats(-500, 500), st.floats(0.1, 100))
def test_better_one_way_is_worse_the_other(before, after, detectable):
    there = change_of_test(before, after, detectable, WORDS, ["CHI12"]).moved
    back = change_of_test(after, before, detectable, WORDS, ["CHI12"]).moved

    assert {there, back} in ({TestMoved.BETTER, TestMoved.WORSE}, {TestMoved.NO_CHANGE})
