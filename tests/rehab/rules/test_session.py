"""A dose taken apart into sets: sides, the extra set, a share of the dose, and how long it takes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.terms import Side
from rehab.knowledge import rehab_knowledge
from rehab.rules.session import Asked, Timing, minutes_of, seconds_of, sets_of

TIMING = Timing(4, 13, 1, 1, 30, 5, 3, 40)
BIRD_DOG = Asked(sets=3, amount=6, unit="r", per_side=True, hold_seconds=5, rest_seconds=30, side=Side.LEFT)


def told(asked):
    return [(found.round, found.side.value, found.amount, found.extra) for found in sets_of(asked)]


def test_the_failed_side_goes_first_and_gets_one_extra_set():
    left = [(n, side, 6, False) for n in (1, 2, 3) for side in ("left", "right")]
    assert told(BIRD_DOG) == [*left, (4, "left", 6, True)]
    right_first = told(replace(BIRD_DOG, side=Side.RIGHT))
    assert right_first[0][1] == "right" and right_first[-1] == (4, "right", 6, True)


def test_without_a_failed_side_both_are_done_alike():
    assert told(replace(BIRD_DOG, side=Side.BOTH)) == [
        (n, side, 6, False) for n in (1, 2, 3) for side in ("left", "right")
    ]


def test_both_legs_at_once_have_no_side_and_no_extra_set():
    assert told(replace(BIRD_DOG, per_side=False)) == [(n, "none", 6, False) for n in (1, 2, 3)]


def test_a_pyramid_has_its_own_number_each_round():
    pyramid = Asked(sets=3, unit="r", scheme=(6, 4, 2), hold_seconds=10)
    assert [found.amount for found in sets_of(pyramid)] == [6, 4, 2]


@pytest.mark.parametrize(
    ("asked", "amounts"),
    [
        (Asked(sets=3, amount=6, unit="r", percent=50), [3, 3, 3]),
        (Asked(sets=2, amount=5, unit="breaths", percent=50), [3, 3]),
        (Asked(unit="r", scheme=(6, 4, 2), percent=50), [3, 2, 1]),
        (Asked(sets=3, percent=50), [None, None]),
        (Asked(amount=20, amount_high=45, unit="min"), [20]),
        (Asked(), [None]),
    ],
)
def test_half_a_dose_is_half_of_each_set(asked, amounts):
    assert [found.amount for found in sets_of(asked)] == amounts


def test_how_long_it_takes():
    # seven sets of six holds of 5 s with 3 s between, 5 s to get ready, three rests of 30 s between four rounds
    assert seconds_of(BIRD_DOG, TIMING) == 7 * (5 + 6 * 8) + 3 * 30
    assert seconds_of(Asked(sets=2, amount=10, unit="r", tempo=(2, 1, 3), rest_seconds=60), TIMING) == 2 * 60 + 60
    assert seconds_of(Asked(sets=3, amount=20, amount_high=30, unit="s"), TIMING) == 3 * 35 + 2 * 30
    assert minutes_of([BIRD_DOG, BIRD_DOG], TIMING) == -(-(2 * 461 + 40) // 60)
    assert minutes_of([], TIMING) == 0


@given(
    sets=st.integers(1, 6),
    amount=st.integers(1, 60),
    percent=st.integers(1, 100),
    unit=st.sampled_from(["r", "s", "breaths", "steps", "m"]),
    per_side=st.booleans(),
)
def test_a_share_is_never_more_than_the_whole_and_never_nothing(sets, amount, percent, unit, per_side):
    whole = Asked(sets=sets, amount=amount, unit=unit, per_side=per_side, rest_seconds=30)
    part = replace(whole, percent=percent)
    assert all(1 <= found.amount <= amount for found in sets_of(part))
    assert seconds_of(part, TIMING) <= seconds_of(whole, TIMING)


def test_every_level_of_the_library_can_be_taken_apart_and_timed():
    known = rehab_knowledge()
    for exercise in known.exercises.values():
        for level in exercise.levels:
            dose = level.dose
            asked = Asked(
                sets=dose.sets,
                amount=round(dose.amount.low) if dose.amount else None,
                unit=dose.unit or "",
                per_side=dose.per_side,
                scheme=dose.scheme,
                tempo=(dose.tempo.up, dose.tempo.hold, dose.tempo.down) if dose.tempo else (),
                side=Side.LEFT,
            )
            assert sets_of(asked), exercise.code
            if asked.amount or asked.scheme:
                assert seconds_of(asked, known.timing) > 0, (exercise.code, level.number)
