"""Outcome measures: scores with their gaps and ranges, changes at each boundary, when they are due, and day 14."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehab.knowledge import rehab_knowledge
from rehab.rules.measures import Direction, Score, change, no_improvement, score, worse_beyond_chance
from rehab.rules.schedule import due

KNOWN = rehab_knowledge()
MEASURES, WORDS = KNOWN.measures, KNOWN.reasons
DAY_14 = KNOWN.progress.steps["no_improvement"]
START = date(2026, 3, 2)


def scored(code, **parts):
    return score(MEASURES[code], parts, WORDS)


def activities(*points):
    return [{"activity": f"activity {number}", "points": value} for number, value in enumerate(points)]


def items(*points):
    return {str(number): value for number, value in enumerate(points, start=1)}


def at(code, value, days=0, **parts):
    return Score(code, value, START + timedelta(days=days), parts)


SCORES = [
    ("NPRS", {"now": 2, "worst": 6, "average": 4, "running": 7}, 6),
    ("NPRS", {"worst": 0}, 0),
    ("NPRS", {"worst": 10}, 10),
    ("PSFS", {"activities": activities(0, 5, 5)}, 3.33),
    ("PSFS", {"activities": activities(10, 10, 9, 10, 10)}, 9.8),
    ("PSFS", {"activities": activities(4, None, 4, 4)}, 4),
    ("LEFS", {"total": 80}, 80),
    ("LEFS", {"items": items(*[4] * 20)}, 80),
    ("LEFS", {"items": items(*[4] * 18)}, 80),
    ("LEFS", {"items": items(*[3] * 19, None)}, 60),
    ("LEFS", {"items": items(*[1] * 10, *[2] * 8, None, None)}, 29),  # 26 of 18 items, for 20: 28.9
    ("LEFS", {"items": items(*[0] * 20)}, 0),
    ("UWRI", {"total": 0}, 0),
    ("UWRI", {"total": 36}, 36),
    ("VISA_A", {"total": 100}, 100),
]


@pytest.mark.parametrize(("code", "parts", "value"), SCORES)
def test_a_measure_is_scored_as_the_table_says(code, parts, value):
    found = scored(code, **parts)

    assert (found.value, found.reason) == (value, None)
    assert json.loads(json.dumps(found.inputs)) == found.inputs


NO_SCORES = [
    ("NPRS", {}, "score_missing"),
    ("NPRS", {"now": 3, "worst": None}, "score_missing"),
    ("NPRS", {"worst": 11}, "score_range"),
    ("NPRS", {"worst": 3, "now": -1}, "score_range"),
    ("NPRS", {"worst": 2.5}, "score_range"),
    ("NPRS", {"worst": True}, "score_range"),
    ("NPRS", {"worst": "3"}, "score_range"),
    ("PSFS", {}, "score_too_few"),
    ("PSFS", {"activities": "run"}, "score_too_few"),
    ("PSFS", {"activities": ["run"]}, "score_too_few"),
    ("PSFS", {"activities": activities(4, 4)}, "score_too_few"),
    ("PSFS", {"activities": activities(4, 4, None)}, "score_too_few"),
    ("PSFS", {"activities": activities(1, 2, 3, 4, 5, 6)}, "score_too_few"),
    ("PSFS", {"activities": activities(4, 4, 11)}, "score_range"),
    ("LEFS", {}, "score_missing"),
    ("LEFS", {"total": 81}, "score_range"),
    ("LEFS", {"items": items(*[4] * 17)}, "score_items_missing"),
    ("LEFS", {"items": items(*[4] * 19, 5)}, "score_range"),
    ("LEFS", {"items": []}, "score_items_missing"),
    ("UWRI", {"items": items(*[4] * 9)}, "score_items_unknown"),
    ("UWRI", {"total": 37}, "score_range"),
    ("VISA_A", {"items": items(*[10] * 8)}, "score_items_unknown"),
]


@pytest.mark.parametrize(("code", "parts", "why"), NO_SCORES)
def test_what_cannot_be_scored_says_why(code, parts, why):
    found = scored(code, **parts)

    assert (found.value, found.reason.code, found.inputs["why"]) == (None, why, why)
    assert found.reason.text != found.reason.text_es


IMPROVED, WORSE, SMALL, CHANCE = Direction
CHANGES = [  # measure, before, after -> direction, what was reached
    ("NPRS", 8, 6, IMPROVED, ["much_better", "slightly_better", "outpatient"]),
    ("NPRS", 8, 7, SMALL, ["slightly_better"]),
    ("NPRS", 3, 2, IMPROVED, ["much_better_percent", "slightly_better"]),  # a third less
    ("NPRS", 4, 3, SMALL, ["slightly_better"]),
    ("NPRS", 0, 0, SMALL, []),
    ("NPRS", 2, 9, SMALL, []),  # no change beyond chance is known for it
    ("PSFS", 4, 5.3, IMPROVED, ["small"]),
    ("PSFS", 4, 5.29, CHANCE, []),
    ("PSFS", 4, 6.7, IMPROVED, ["small", "medium", "large", "mean_beyond_chance"]),
    ("PSFS", 6, 4.01, CHANCE, []),
    ("PSFS", 6, 4, WORSE, ["mean_beyond_chance"]),
    ("LEFS", 50, 59, IMPROVED, ["important", "outpatient", "beyond_chance"]),
    ("LEFS", 50, 58, CHANCE, []),
    ("LEFS", 50, 41, WORSE, ["beyond_chance"]),
    ("UWRI", 20, 28, IMPROVED, ["important", "noticed", "beyond_chance"]),
    ("UWRI", 20, 27, SMALL, ["noticed", "beyond_chance"]),
    ("UWRI", 20, 24, CHANCE, []),
    ("UWRI", 20, 15, WORSE, ["beyond_chance"]),
    ("VISA_A", 60, 74, IMPROVED, ["important", "important_earlier"]),
    ("VISA_A", 60, 73, SMALL, ["important_earlier"]),
    ("VISA_A", 60, 10, SMALL, []),
]


@pytest.mark.parametrize(("code", "before", "after", "direction", "reached"), CHANGES)
def test_a_change_is_held_against_what_is_important_and_against_chance(code, before, after, direction, reached):
    found = change(MEASURES[code], at(code, before), at(code, after, 14), WORDS)

    assert (found.direction, list(found.reached), found.rule) == (direction, reached, f"measure_{direction}")
    assert all(reason.text and reason.text_es and reason.source for reason in found.reasons)
    assert json.loads(json.dumps(found.inputs)) == found.inputs


def test_one_activity_alone_can_be_worse_beyond_chance():
    before = at("PSFS", 5, activities=activities(5, 5, 5))

    worse = change(MEASURES["PSFS"], before, at("PSFS", 6.67, 14, activities=activities(2, 9, 9)), WORDS)
    assert (worse.direction, [reason.code for reason in worse.reasons]) == (WORSE, ["activity_worse"])
    renamed = [{"activity": "another", "points": 0}, *activities(3)]
    held = change(MEASURES["PSFS"], before, at("PSFS", 5, 14, activities=renamed), WORDS)
    assert held.direction is CHANCE


@given(st.sampled_from(list(MEASURES)), st.data())
def test_a_change_there_and_back_is_never_twice_an_improvement(code, data):
    measure = MEASURES[code]
    values = st.integers(round(measure.low), round(measure.high))
    one, two = data.draw(values), data.draw(values)
    there = change(measure, at(code, one), at(code, two, 14), WORDS)
    back = change(measure, at(code, two), at(code, one, 14), WORDS)

    assert there.better_by == -back.better_by
    assert not (there.direction is IMPROVED and back.direction is IMPROVED)
    assert there.direction is not IMPROVED or there.better_by > 0
    assert there.direction is not WORSE or there.better_by < 0


def asked(days, scores=(), cause="SOLEUS"):
    found = due(MEASURES.values(), START, scores, START + timedelta(days=days), cause)
    return {one.measure: (one.week, one.days_late) for one in found}


def test_measures_are_due_at_the_intake_and_on_the_weeks_of_the_schedule():
    first = [at(code, 5, 3) for code in ("NPRS", "PSFS", "LEFS", "UWRI")]

    assert asked(-1) == {}
    assert asked(0) == dict.fromkeys(["NPRS", "PSFS", "LEFS", "UWRI"], (0, 0))
    assert asked(13, first) == {}
    assert asked(13, [at("NPRS", 5, -2), *first[1:]]) == {}
    assert asked(14, first) == dict.fromkeys(["NPRS", "PSFS", "LEFS", "UWRI"], (2, 0))
    assert asked(20, [*first, at("NPRS", 5, 14)]) == dict.fromkeys(["PSFS", "LEFS", "UWRI"], (2, 6))
    assert asked(30, [*first, at("NPRS", 5, 29)])["PSFS"] == (4, 2)
    assert "NPRS" not in asked(30, [*first, at("NPRS", 5, 29)])
    assert asked(200)["NPRS"] == (12, 116)
    assert asked(20, [at("NPRS", 5, 25)])["NPRS"] == (2, 6)


@pytest.mark.parametrize(
    ("days", "scored_on", "of_runner", "of_staff"),
    [
        (0, None, {"NPRS": 0, "PSFS": 0}, {"NPRS": 0, "PSFS": 0}),
        (10, 0, {}, {}),
        (11, 0, {"NPRS": 2, "PSFS": 2}, {}),  # three days before the point, the runner alone
        (14, 0, {"NPRS": 2, "PSFS": 2}, {"NPRS": 2, "PSFS": 2}),
        (14, 10, {"NPRS": 2, "PSFS": 2}, {"NPRS": 2, "PSFS": 2}),  # too early to be of week 2
        (12, 11, {}, {}),
        (24, 11, {}, {}),
        (25, 11, {"NPRS": 4, "PSFS": 4}, {}),
    ],
)
def test_the_runner_is_asked_some_days_before_a_point_and_the_answer_counts_for_it(
    days, scored_on, of_runner, of_staff
):
    both = [MEASURES["NPRS"], MEASURES["PSFS"]]
    scores = [] if scored_on is None else [at(measure.code, 5, scored_on) for measure in both]
    today = START + timedelta(days=days)

    for ahead, wanted in ((True, of_runner), (False, of_staff)):
        found = due(both, START, scores, today, None, ahead=ahead)
        assert {one.measure: one.week for one in found} == wanted
        assert all(one.days_late == max(0, (today - one.on).days) for one in found)


def test_a_measure_for_one_cause_is_asked_for_it_alone():
    assert "VISA_A" in asked(0, cause="ACHILLES_TENDINOPATHY")
    assert "VISA_A" not in asked(0, cause=None)


def day_14(scores, days=14):
    return no_improvement(MEASURES, scores, START, START + timedelta(days=days), DAY_14, WORDS)


def test_on_day_14_one_recorded_measure_must_have_improved():
    nprs = [at("NPRS", 8), at("NPRS", 7, 7)]

    assert not day_14(nprs, 13).fires
    found = day_14(nprs)
    assert (found.fires, found.improved, found.rule, found.on) == (True, (), "no_improvement", date(2026, 3, 16))
    assert [reason.code for reason in found.reasons] == ["no_improvement", "measure_small"]
    assert found.reasons[0].source == "S2.29"
    better = day_14([*nprs, at("PSFS", 4), at("PSFS", 5.3, 13)])
    assert (better.fires, better.improved) == (False, ("PSFS",))
    assert json.loads(json.dumps(better.inputs)) == better.inputs


def test_on_day_14_a_missing_measure_is_no_improvement():
    never = day_14([])
    once = day_14([at("NPRS", 0)])
    later = day_14([at("NPRS", 8), at("NPRS", 0, 15)])

    assert [never.fires, once.fires, later.fires] == [True, True, True]
    assert [r.code for r in never.reasons] == ["no_improvement", "measure_never"]
    assert [r.code for r in once.reasons] == ["no_improvement", "measure_once"]
    assert day_14([at("NPRS", 8), at("NPRS", 0, 15)], 15).fires is False
    assert day_14([at("NPRS", 8), at("NPRS", 4, 7), at("NPRS", 8, 14)]).fires


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 30)), max_size=5), st.integers(0, 10))
def test_more_pain_never_turns_day_14_off(points, extra):
    scores = [at("NPRS", value, days) for value, days in points]
    if not scores:
        return
    last = max(scores, key=lambda one: one.day)
    worse = [Score(one.measure, min(10, one.value + extra), one.day) if one is last else one for one in scores]

    if len({one.day for one in scores}) == len(scores) and day_14(scores, 30).fires:
        assert day_14(worse, 30).fires


def test_worse_beyond_chance_looks_at_the_score_before_and_at_the_first():
    today = START + timedelta(days=60)

    def worse(*scores):
        return [one.measure for one in worse_beyond_chance(MEASURES, scores, today, WORDS)]

    assert worse() == []
    assert worse(at("LEFS", 60)) == []
    assert worse(at("LEFS", 60), at("LEFS", 51, 14)) == ["LEFS"]
    assert worse(at("LEFS", 60), at("LEFS", 52, 14)) == []
    assert worse(at("LEFS", 50), at("LEFS", 70, 14), at("LEFS", 60, 28)) == ["LEFS"]
    assert worse(at("LEFS", 60), at("LEFS", 55, 14), at("LEFS", 51, 28)) == ["LEFS"]
    assert worse(at("LEFS", 60), at("UWRI", 20), at("UWRI", 10, 14), at("LEFS", 40, 14)) == ["LEFS", "UWRI"]
    assert worse(at("LEFS", 60), at("LEFS", 10, 90)) == []
