"""Section 7.3 with PR-A, PR-B, PR-F, RG-A and RG-B row by row: what comes next for one exercise of a plan."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from rehab.rules.ladders import loads_calf
from rehab.rules.progress import next_step
from tests.rehab.rules.logs import KNOWN, TABLE, at, day, done, impact, item, judged, limit


def step(item, when=9, cause="SOLEUS", reds=frozenset()):
    """Return the next step of an exercise, seen on a day."""
    return next_step(item, limit=limit(cause), now=at(when), table=TABLE, reds=reds)


def codes(found):
    """Return the codes of the reasons of a step."""
    return [reason.code for reason in found.reasons]


def moved(found):
    """Return what a step does in short."""
    return (found.kind.value, found.level, found.dose_percent)


def green(*days, **changes):
    """Return one GREEN session a day, its exercise changed like this."""
    return [judged(number, exercise=done(**changes)) for number in days]


def test_two_green_sessions_in_a_row_are_one_level_up():
    found = step(item(green(5, 7)))

    assert (moved(found), found.rule, codes(found)) == (("up", 3, 100), "PR-A", ["up_a"])
    assert found.rises
    assert found.reasons[0].text.startswith("2 GREEN sessions in a row")


def test_one_green_session_is_a_hold():
    found = step(item(green(7)))

    assert (moved(found), found.rule, codes(found)) == (("hold", 2, 100), "hold", ["hold_row"])
    assert found.reasons[0].text.startswith("1 of 2 sessions")


def test_nothing_done_is_a_hold():
    assert codes(step(item(), when=5)) == ["hold_none"]
    assert codes(step(item(stepped_at=None), when=5)) == ["hold_none"]
    assert codes(step(item([judged(5, exercise=done(item="b"))]), when=5)) == ["hold_none"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pain": 3}, "hold_pain"),
        ({"pain": None}, "hold_pain"),
        ({"effort": 8}, "hold_effort"),
        ({"effort": None}, "hold_effort"),
        ({"form": "some"}, "hold_form"),
        ({"form": ""}, "hold_form"),
        ({"full": False}, "hold_part"),
        ({"skipped": True}, "hold_part"),
        ({"dose_percent": 50}, "hold_part"),
        ({"level": 1}, "hold_part"),
    ],
)
def test_green_alone_is_not_enough_for_the_next_level(changes, code):
    assert codes(step(item([*green(3, 5), *green(7, **changes)]))) == [code]
    assert codes(step(item([*green(3), *green(5, **changes), *green(7)]))) == ["hold_row"]


@pytest.mark.parametrize(
    ("cause", "pain", "kind"),
    [
        ("SOLEUS", 2, "up"),
        ("SOLEUS", 3, "hold"),
        ("PTT", 5, "up"),
        ("PTT", 6, "hold"),
        ("BSI", 2, "up"),  # the verdict is RED long before
        ("PAES", 2, "up"),
    ],
)
def test_the_pain_that_the_next_level_allows_depends_on_the_diagnosis(cause, pain, kind):
    assert step(item(green(5, 7, pain=pain)), cause=cause).kind == kind


def test_effort_of_7_is_enough():
    assert step(item(green(5, 7, effort=7))).kind == "up"


@pytest.mark.parametrize(
    ("last", "code"),
    [
        (judged(7, "pending"), "hold_pending"),
        (judged(7, "unknown"), "hold_not_green"),
        (judged(7, while_shut=True), "hold_shut"),
    ],
)
def test_a_session_that_is_not_known_to_be_green_lifts_nothing(last, code):
    assert codes(step(item([*green(3, 5), last]))) == [code]


def test_a_session_with_anything_red_lifts_nothing():
    assert codes(step(item(green(5, 7)), reds=frozenset({"s7"}))) == ["hold_red_session"]
    assert codes(step(item(green(5, 7)), reds=frozenset({"s5"}))) == ["hold_row"]


def test_only_sessions_since_the_last_step_count():
    assert step(item(green(5, 7), stepped_at=at(5, hour=13))).kind == "hold"
    assert step(item(green(5, 7), stepped_at=at(5))).kind == "up"
    assert step(item(green(5, 7), stepped_at=None)).kind == "up"


def test_a_week_without_a_session_breaks_the_row():
    assert step(item(green(2, 9))).kind == "hold"
    assert step(item(green(2, 8))).kind == "up"
    assert step(item([*green(2, 9), *green(11)]), when=12).kind == "up"


def test_nothing_rises_above_the_signed_range():
    found = step(item(green(5, 7), max_level=2))

    assert (moved(found), codes(found)) == (("hold", 2, 100), ["hold_top"])


def test_impact_asks_for_three_sessions_48_hours_apart():
    assert moved(step(impact(green(3, 5, 7)))) == ("up", 3, 100)
    assert codes(step(impact(green(3, 5, 7)))) == ["up_b"]
    assert codes(step(impact(green(5, 7)))) == ["hold_row"]
    assert codes(step(impact(green(3, 5, 6)))) == ["hold_apart"]
    late = replace(green(7)[0].session, began=at(7, hour=11))
    assert codes(step(impact([*green(3, 5), replace(green(7)[0], session=late)]))) == ["hold_apart"]


def test_impact_with_a_bone_stress_injury_must_be_free_of_pain():
    assert step(impact(green(3, 5, 7)), cause="BSI").kind == "up"
    assert codes(step(impact(green(3, 5, 7, pain=1)), cause="BSI")) == ["hold_pain"]
    assert codes(step(impact(green(3, 5, 7, pain=3)), cause="PTT")) == ["hold_pain"]


def test_amber_is_half_the_dose_at_the_same_level():
    found = step(item([*green(5), judged(7, "amber")]))

    assert (moved(found), found.rule, codes(found)) == (("half", 2, 50), "RG-A", ["half"])
    assert found.goes_back and not found.rises


def test_a_second_amber_in_a_row_is_one_level_down():
    both = step(item([judged(5, "amber"), judged(7, "amber")]))
    after_half = item(
        [judged(5, "amber"), judged(7, "amber", exercise=done(dose_percent=50))],
        dose_percent=50,
        acted=frozenset({"s5:amber"}),
        stepped_at=at(6),
    )

    later = step(item([*green(1, 3), judged(5, "amber"), judged(7, "amber")]))

    assert (moved(both), codes(both)) == (("down", 1, 100), ["down_amber"])
    assert moved(later) == ("down", 1, 100)
    assert moved(step(after_half)) == ("down", 1, 100)


def test_only_green_ends_a_row_of_ambers():
    assert moved(step(item([judged(3, "amber"), judged(5, "unknown"), judged(7, "amber")]))) == ("down", 1, 100)
    assert moved(step(item([judged(3, "amber"), *green(5), judged(7, "amber")]))) == ("half", 2, 50)


def test_the_same_session_moves_an_exercise_back_only_once():
    first = step(item([judged(7, "amber")]))
    again = item([judged(7, "amber")], dose_percent=50, stepped_at=at(8), acted=frozenset(first.inputs["acted"]))

    assert codes(step(again)) == ["hold_none"]
    turned = replace(again, history=(judged(7, "red"),))
    assert moved(step(turned)) == ("stop48", 1, 100)


def test_a_corrected_session_keeps_its_key():
    corrected = judged(7, "amber", id="s7b", root="s7")

    assert codes(step(item([corrected], acted=frozenset({"s7:amber"})))) == ["hold_not_green"]


def test_a_bad_session_at_a_level_that_is_left_already_takes_no_further_level():
    above = done(level=3)

    assert codes(step(item([judged(7, "amber", exercise=above)]))) == ["hold_acted"]
    assert step(item([judged(7, "amber", exercise=above)])).inputs["acted"] == ["s7:amber"]
    rests = step(item([judged(8, "red", exercise=above)]))
    assert (moved(rests), rests.rest_until) == (("stop48", 2, 100), at(10))


def test_red_rests_for_48_hours_and_goes_one_level_down():
    found = step(item([*green(5), judged(8, "red")]))

    assert (moved(found), found.rule, found.rest_until) == (("stop48", 1, 100), "stop", at(10))
    assert codes(found) == ["stop_red"]


def test_red_outweighs_an_amber_after_it_and_a_longer_rest_stays():
    found = step(item([judged(5, "red"), judged(7, "amber")], rest_until=at(12)))

    assert (moved(found), found.rest_until) == (("stop48", 1, 100), at(12))


def test_a_safety_answer_names_the_rule_that_stops_the_plan():
    assert step(item([judged(8, "red", safety_yes=True)])).rule == "RG-STOP"


@pytest.mark.parametrize(("colour", "code"), [("amber", "stop_impact"), ("red", "stop_red")])
def test_impact_goes_back_at_once(colour, code):
    found = step(impact([*green(5), judged(8, colour)]))

    assert (moved(found), found.rule, found.rest_until) == (("stop48", 1, 100), "RG-B", at(10))
    assert codes(found) == [code]


@pytest.mark.parametrize(
    ("history", "kind"),
    [
        ([(7, "red")], "stop48"),
        ([(5, "amber"), (7, "amber")], "half"),
        ([(1, "green")], "half"),  # a missed week
    ],
)
@pytest.mark.parametrize("lowest", [1, 2])
def test_below_the_lowest_signed_level_the_dose_is_halved(history, kind, lowest):
    logged = [judged(number, colour, done(level=lowest)) for number, colour in history]
    found = step(item(logged, level=lowest, min_level=lowest))

    assert moved(found) == (kind, lowest, 50)
    assert codes(found)[-1] == "floor"


def test_green_at_half_the_dose_brings_back_the_full_dose_and_no_level():
    half = {"dose_percent": 50, "stepped_at": at(4)}
    found = step(item(green(5, 7, dose_percent=50), **half))

    assert (moved(found), found.rule, codes(found)) == (("restore_dose", 2, 100), "restore_dose", ["restore"])
    assert codes(step(item(green(5, dose_percent=50, full=False), **half))) == ["hold_part"]
    assert codes(step(item([judged(5, "pending", done(dose_percent=50))], **half))) == ["hold_pending"]
    assert moved(step(item(green(5, dose_percent=50, form="some", effort=9), **half))) == ("restore_dose", 2, 100)


def test_while_it_rests_nothing_rises():
    assert codes(step(item(green(5, 7), rest_until=at(9) + timedelta(seconds=1)))) == ["hold_rest"]
    assert codes(step(item(green(5, 7), rest_until=at(9)))) == ["hold_rest"]  # what was done in the rest lifts nothing
    assert step(item(green(5, 7), rest_until=at(5) - timedelta(seconds=1))).kind == "up"


@pytest.mark.parametrize(
    ("last", "when", "wanted"),
    [
        (2, 8, ("up", 3, 100)),
        (2, 9, ("down", 1, 100)),
        (2, 15, ("down", 1, 100)),
        (2, 16, ("reassess", 2, 100)),
    ],
)
def test_a_missed_week_is_one_level_down_and_a_missed_fortnight_asks_for_a_new_look(last, when, wanted):
    found = step(item(green(last - 1, last)), when=when)

    assert moved(found) == wanted
    assert found.inputs["days_without"] == when - last


@pytest.mark.parametrize(
    ("examined", "kind"), [(None, "reassess"), (15, "reassess"), (16, "up"), (30, "up"), (32, "up")]
)
def test_who_begins_again_after_a_fortnight_goes_up_only_once_somebody_has_looked(examined, kind):
    seen = {} if examined is None else {"assessed_on": day(examined)}
    found = step(item(green(1, 2, 30, 32), **seen), when=33)

    assert found.kind == kind
    if kind == "reassess":
        assert (moved(found)[1:], codes(found)) == ((2, 100), ["resumed"])
        assert "after 28 days without it" in found.reasons[0].text


def test_nor_does_a_plan_that_was_begun_a_fortnight_late_or_a_dose_that_was_halved():
    late = {"begun_on": day(1)}
    assert step(item(green(15, 17), **late), when=18).kind == "reassess"
    assert step(item(green(14, 16), **late), when=18).kind == "up"
    half = {"dose_percent": 50, "stepped_at": at(4)}
    assert step(item(green(1, 2, 30, dose_percent=50), **half), when=31).kind == "reassess"


def test_once_examined_a_fortnight_is_one_level_down():
    found = step(item(green(1, 2), assessed_on=day(20)), when=21)
    assert (moved(found), codes(found)) == (("down", 1, 100), ["missed_week"])


def test_a_missed_week_is_told_once_and_skipping_is_no_session():
    assert step(item(green(1, 2), stepped_at=at(9)), when=10).kind == "hold"
    assert step(item(green(1, 2), stepped_at=at(8)), when=10).kind == "down"
    skipped = [*green(1, 2), *green(7, skipped=True)]
    assert step(item(skipped)).kind == "down"
    assert step(item(), when=13).kind == "reassess"
    assert step(item(), when=7).kind == "hold"


def test_a_bad_session_goes_before_a_missed_week_and_is_forgotten_after_a_fortnight():
    assert step(item([judged(1, "red")]), when=14).kind == "stop48"
    lower = step(item([judged(1, "red", exercise=done(level=3))]), when=9)
    assert (moved(lower), lower.rest_until) == (("down", 1, 100), at(3))
    assert lower.inputs["acted"] == ["s1:red"]
    assert step(item([judged(1, "red")]), when=15).kind == "reassess"


def length(history=(), **changes):
    """Return a stretch."""
    return item(history, progress_rule="PR-F", **changes)


def test_length_moves_by_its_test_and_never_by_logs():
    found = step(length(green(3, 5, 7)))

    assert (moved(found), found.rule, codes(found)) == (("ask_test", 2, 100), "PR-F", ["ask_test"])
    assert (step(length(green(7))).kind, step(length(green(7))).rule) == ("hold", "PR-F")


@pytest.mark.parametrize(
    ("tested", "kind"),
    [
        ([(0, True), (7, True)], "maintain"),
        ([(0, True), (6, True)], "ask_test"),
        ([(0, True), (4, True), (8, True)], "maintain"),
        ([(0, True), (4, False), (8, True)], "ask_test"),
        ([(0, True), (7, True), (8, False)], "ask_test"),
        ([(7, True)], "ask_test"),
    ],
)
def test_a_length_test_passed_twice_a_week_apart_goes_to_maintenance(tested, kind):
    days = tuple((day(number), result) for number, result in tested)

    assert step(length(green(5, 7), tested=days)).kind == kind


def test_calf_loading_is_calf_strength_and_everything_with_impact():
    assert {code for code, exercise in KNOWN.exercises.items() if loads_calf(exercise)} == {
        *("CALF_ISOMETRIC", "BENT_KNEE_HEEL_RAISE", "STANDING_HEEL_RAISE", "CALF_ECCENTRIC", "CALF_LOADED_POWER"),
        *("PLYO_LADDER", "SKIPPING_DRILLS", "CADENCE_DRILL", "WALK_RUN"),
    }


def test_every_step_says_what_it_looked_at_as_plain_values():
    found = step(item(green(5, 7)))

    kept = json.loads(json.dumps(dict(found.inputs)))
    assert kept["sessions"] == [["s5", "green", 2, 100], ["s7", "green", 2, 100]]
    assert (kept["level_from"], kept["level_to"], kept["row"], kept["limit"]) == (2, 3, 2, "MUSCLE")
