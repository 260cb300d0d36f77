"""Rest between runs: from when the next one counts, row by row; test_running_properties.py holds it to the judging."""

import pytest

from rehab.rules.running_rest import RunKept, next_counts_from
from tests.rehab.rules.runs import TABLE, at, stage_run

WALK, RUN = stage_run(0), stage_run(2)


def kept(day, done, is_green=True, **more):
    return RunKept(at(day), done, is_green, **more)


@pytest.mark.parametrize(
    ("stage", "runs", "rest", "day"),
    [
        (2, [], None, None),
        (2, [kept(1, RUN)], None, 3),
        (2, [kept(1, RUN, is_green=False)], None, 3),  # running is running, however it went
        (2, [kept(-5, RUN)], None, -3),  # also of before the stage
        (2, [kept(1, WALK)], None, None),
        (0, [kept(1, WALK)], None, 3),
        (0, [kept(1, WALK, is_green=False)], None, None),
        (0, [kept(1, WALK), kept(1.5, WALK, is_green=False)], None, None),  # the row begins anew
        (0, [kept(1, WALK), kept(2, WALK)], None, 3),  # the second came too soon, and keeps nothing back
        (0, [kept(-1, WALK)], None, None),
        (0, [kept(1, WALK, while_shut=True)], None, None),
        (0, [kept(1, stage_run(0, walk_minutes=5))], None, None),
        (0, [kept(1.5, RUN), kept(1, WALK)], None, 3.5),
        (0, [kept(1, WALK)], 2, 2),  # in the hours of rest it did not count; the rest itself keeps the next one back
        (2, [kept(1, RUN)], 2, 3),
    ],
)
def test_the_next_run_counts_from(stage, runs, rest, day):
    found = next_counts_from(runs, TABLE.stages[stage], at(0), None if rest is None else at(rest), TABLE)

    assert found == (None if day is None else at(day))
