"""A whole plan: one new calf level at a time, nothing rises after a RED, and when the plan must rest."""

from dataclasses import replace

import pytest

from clinic.terms import Reason
from rehab.rules.logged import Colour, Judged, Judgement
from rehab.rules.plan_progress import is_new_calf_level, plan_hold, plan_steps
from tests.rehab.rules.logs import TABLE, at, calm, done, item, judged, limit


def ready(code, **changes):
    """Return an exercise that is ready for its next level."""
    history = [judged(number, exercise=done(item=code)) for number in (5, 7)]
    return item(history, item=code, **changes)


def half(code):
    """Return an exercise that is ready for its full dose again."""
    history = [judged(7, exercise=done(item=code, dose_percent=50))]
    return item(history, item=code, dose_percent=50, is_calf=True)


def steps(items, sessions=None, when=9, **more):
    """Return (kind, codes of the reasons) of each step of a plan."""
    sessions = [judged(5), judged(7)] if sessions is None else sessions
    found = plan_steps(items, sessions=sessions, limit=limit(), now=at(when), table=TABLE, **more)
    return [(step.kind.value, *(reason.code for reason in step.reasons)) for step in found]


def test_exercises_without_calf_loading_rise_together():
    assert steps([ready("a"), ready("b")]) == [("up", "up_a"), ("up", "up_a")]


def test_of_calf_loading_one_new_level_at_a_time_the_first_in_plan_order():
    plan = [ready("a"), ready("b", is_calf=True), ready("c", is_calf=True), ready("d"), half("e")]

    assert steps(plan) == [
        ("up", "up_a"),
        ("up", "up_a"),
        ("hold", "wait_calf"),
        ("up", "up_a"),
        ("restore_dose", "restore"),
    ]


def test_a_new_calf_level_that_was_not_done_yet_keeps_the_others_waiting():
    new = ready("b", is_calf=True, step_rule="PR-A", stepped_at=at(8))

    assert is_new_calf_level(new)
    assert steps([ready("a", is_calf=True), new]) == [("hold", "wait_calf"), ("hold", "hold_none")]
    for change in ({"step_rule": "RG-A"}, {"is_calf": False}, {"stepped_at": None}, {"stepped_at": at(6)}):
        assert not is_new_calf_level(replace(new, **change))
    assert not is_new_calf_level(replace(new, stepped_at=at(7)))  # done from that moment on
    skipped = replace(new, history=(judged(9, exercise=done(item="b", skipped=True)),))
    assert is_new_calf_level(skipped)


def test_what_waits_keeps_its_level_and_says_so():
    plan = [ready("a", is_calf=True), ready("b", is_calf=True)]
    first, second = plan_steps(plan, sessions=[], limit=limit(), now=at(9), table=TABLE)

    assert (first.level, second.level, second.rule) == (3, 2, "hold")
    assert (second.inputs["level_to"], second.inputs["dose_to"]) == (2, 100)


@pytest.mark.parametrize(
    ("red", "when", "wanted"),
    [
        (judged(7, "red", id="run"), 9, ("hold", "wait_red")),  # of the last day, although 48 hours are over
        (judged(8, "red", id="run"), 9, ("hold", "wait_red")),
        (judged(6, "red", id="run"), 7, ("hold", "wait_red")),  # an earlier one, less than 48 hours ago
        (judged(6, "red", id="run"), 8, ("up", "up_a")),  # 48 hours ago
        (judged(3, "red", id="run"), 9, ("up", "up_a")),
    ],
)
def test_after_a_red_session_nothing_rises(red, when, wanted):
    sessions = [judged(number) for number in (5, 7)] + [red]

    assert steps([ready("a")], [s for s in sessions if s.session.day <= at(when).date()], when) == [wanted]


def test_a_red_exercise_keeps_the_others_of_its_session_from_rising_and_goes_back_itself():
    other = item([judged(7, "red", exercise=done(item="b"))], item="b")

    assert steps([ready("a"), other, half("c")]) == [
        ("hold", "hold_red_session"),
        ("stop48", "stop_red"),
        ("hold", "hold_red_session"),
    ]


def test_a_red_exercise_of_another_session_keeps_everything_from_rising_for_48_hours():
    other = item([judged(8, "red", exercise=done(item="b"))], item="b")

    assert steps([ready("a"), other], [judged(7), judged(8)])[0] == ("hold", "wait_red")


def test_while_the_load_of_the_week_is_too_high_nothing_rises():
    loaded = Judged(calm(8), Judgement(Colour.AMBER, "weekly_load", (Reason("weekly_load", "x", "CONV"),)))

    assert steps([ready("a")], [judged(7), loaded]) == [("hold", "wait_load")]
    assert steps([ready("a")], [loaded, judged(9)]) == [("up", "up_a")]


def test_while_the_plan_must_rest_nothing_rises():
    reds = [judged(1, "red"), judged(2, "red")]

    assert steps([ready("a")], [*reds, judged(7)]) == [("hold", "wait_held")]
    assert steps([ready("a")], [*reds, judged(7)], since=at(3)) == [("up", "up_a")]


def rests(sessions, since=None):
    """Return the rule by which a plan rests, or None."""
    found = plan_hold(sessions, now=at(20), table=TABLE, since=since)
    return found and (found.rule, found.sessions, [reason.code for reason in found.reasons])


@pytest.mark.parametrize(("second", "held"), [(1, True), (7, True), (8, False)])
def test_two_red_sessions_within_7_days_suspend_the_plan(second, held):
    found = rests([judged(second, "red"), judged(0, "red")])

    assert found == (("suspend", ("s0", f"s{second}"), ["hold_two_red"]) if held else None)


def test_one_red_or_ambers_do_not_suspend_it():
    assert rests([]) is None
    assert rests([judged(0, "red"), judged(1, "amber"), judged(2, "amber")]) is None
    assert rests([judged(n, "red") for n in (0, 8, 12)]) == ("suspend", ("s8", "s12"), ["hold_two_red"])


def test_a_safety_answer_suspends_it_at_once_whatever_the_colour():
    assert rests([judged(0, "red", safety_yes=True)]) == ("RG-STOP", ("s0",), ["safety"])
    assert rests([judged(0, "pending", safety_yes=True)])[0] == "RG-STOP"


def test_what_came_before_the_last_triage_has_had_its_answer():
    sessions = [judged(0, "red"), judged(1, "red", safety_yes=True)]

    assert rests(sessions, since=at(2)) is None
    assert rests(sessions, since=at(1))[0] == "RG-STOP"
