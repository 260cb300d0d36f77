"""Section 7.4 row by row: what must reach a clinician, and by when in working days."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.terms import Reason
from rehab.rules.alerts import Followed, alerts
from rehab.rules.logged import Colour, Judged, Judgement, RunDone
from rehab.rules.working_days import one_working_day_after
from tests.rehab.rules.logs import TABLE, at, calm, day, judged

MADRID = ZoneInfo("Europe/Madrid")


def due(followed, when, hour=12, zone=UTC):
    """Return the alerts of a case by code."""
    return {found.code: found for found in alerts(followed, now=at(when, hour), zone=zone, table=TABLE)}


def codes(when=3, started=0, **changes):
    """Return the codes of the alerts of a case that began with the first day."""
    return set(due(Followed(started=day(started) if started is not None else None, **changes), when))


def run(number, pain, colour="green", **changes):
    """Return a judged run."""
    return Judged(calm(number, run=RunDone(), pain_during=pain, **changes), Judgement(Colour(colour), colour))


def midnight(number):
    """Return the beginning of a day."""
    return at(number, hour=0)


def test_a_calm_case_has_nothing_due():
    assert codes(judged=[judged(1), judged(2)]) == set()
    assert codes(started=None, when=40) == set()


def test_a_red_session_is_due_within_one_working_day():
    found = due(Followed(day(0), [judged(3, "red")]), when=4)["red_session"]  # a Thursday

    assert (found.arose, found.due, found.owner, found.level) == (at(3), at(4), "clinician", None)
    assert (found.text.en, found.text.es, found.source) == ("A RED session", "Una sesión ROJA", ("CONV",))
    assert json.loads(json.dumps(dict(found.inputs))) == {"session": "s3"}


@pytest.mark.parametrize(
    ("arose", "wanted"),
    [
        (at(0), at(1)),  # Monday: Tuesday
        (at(4), at(7)),  # Friday: Monday
        (at(5), midnight(8)),  # Saturday: the end of Monday
        (at(6), midnight(8)),  # Sunday: the end of Monday
    ],
)
def test_a_weekend_does_not_count(arose, wanted):
    assert one_working_day_after(arose, UTC, 5) == wanted


def test_working_days_are_those_of_the_clinics_time_zone_and_of_its_clock():
    late_friday = datetime(2026, 11, 6, 23, 30, tzinfo=UTC)  # Saturday in Madrid
    before_summer_time = datetime(2026, 3, 27, 10, tzinfo=MADRID)  # a Friday

    assert one_working_day_after(late_friday, MADRID, 5) == datetime(2026, 11, 10, tzinfo=MADRID)
    assert one_working_day_after(before_summer_time, MADRID, 5) == datetime(2026, 3, 30, 10, tzinfo=MADRID)


def test_what_next_morning_decided_is_known_from_that_day_on_and_a_late_log_from_when_it_was_told():
    by_morning = Judged(calm(1), Judgement(Colour.RED, "morning_far"))
    late = Judged(calm(1, told_at=at(2, 18)), Judgement(Colour.RED, "gait"))
    bone = Judged(calm(1), Judgement(Colour.RED, "bone_pain", inputs={"next_morning": 1}))
    felt = Judged(calm(1), Judgement(Colour.RED, "bone_pain", inputs={"next_morning": None}))

    for session, arose in ((by_morning, midnight(2)), (late, at(2, 18)), (bone, midnight(2)), (felt, at(1))):
        assert due(Followed(day(0), [session]), when=3)["red_session"].arose == arose


def test_each_code_stands_once_for_the_newest_session():
    found = due(Followed(day(0), [judged(2, "red"), judged(1, "red")]), when=3)["red_session"]

    assert found.inputs == {"session": "s2"}


@pytest.mark.parametrize(
    ("colours", "alerted"),
    [
        (["amber", "amber"], True),
        (["amber", "unknown", "amber"], True),
        (["amber", "pending", "amber", "green"], True),
        (["amber", "green", "amber"], False),
        (["amber", "red", "amber"], False),
        (["amber"], False),
    ],
)
def test_two_ambers_in_a_row_are_told(colours, alerted):
    found = codes(when=6, judged=[judged(number, colour) for number, colour in enumerate(colours)])

    assert ("two_amber" in found) == alerted


def test_two_ambers_are_known_once_the_later_told_of_them_is():
    late, early = judged(1, "amber", told_at=at(3)), judged(2, "amber", told_at=at(2))

    assert due(Followed(day(0), [late, early]), when=4)["two_amber"].arose == at(3)


def test_immediate_alerts_are_due_at_once():
    sessions = [
        judged(1, "red", safety_yes=True, pain_before=7),
        Judged(calm(2), Judgement(Colour.RED, "bone_pain", inputs={"next_morning": 0})),
    ]
    found = due(Followed(day(0), sessions), when=3)

    assert {code for code, alert in found.items() if alert.due == alert.arose} == {
        "red_flag",
        "rest_pain_7",
        "bone_pain",
    }
    assert codes(judged=[judged(1, pain_before=6)]) == set()


def test_bone_pain_is_told_where_it_is_not_the_first_reason_too():
    hidden = Judgement(Colour.RED, "gait", (Reason("gait", "x", "x"), Reason("bone_pain", "x", "x")))
    assert "bone_pain" in codes(judged=[Judged(calm(1), hidden)])


def test_a_run_that_hurts_more_than_the_one_before_is_told():
    assert "worse_run" in codes(judged=[run(1, 0), judged(2, pain_during=5), run(3, 1)])
    assert codes(judged=[run(1, 1), judged(2, pain_during=0), run(3, 1)]) == set()
    assert codes(judged=[run(1, 1), run(2, 1), run(3, None), run(3, 0, id="last")]) == set()
    found = due(Followed(day(0), [run(1, 1), run(3, 2)]), when=3)["worse_run"]
    assert found.inputs == {"session": "s3", "before": 1, "after": 2}


def test_sessions_before_triage_was_repeated_or_a_fortnight_ago_have_had_their_answer():
    sessions = [judged(1, "red"), judged(2, "amber"), judged(3, "amber"), run(3, 0), run(4, 1)]

    assert codes(when=4, judged=sessions) == {"red_session", "two_amber", "worse_run"}
    assert codes(when=5, judged=sessions, since=at(5)) == set()
    assert "red_session" not in codes(when=15, judged=sessions)


@pytest.mark.parametrize(("when", "told"), [(8, False), (9, True)])
def test_a_week_without_a_log_is_told(when, told):
    found = due(Followed(day(0), [judged(2)]), when, hour=0)

    assert ("no_log" in found) == told
    if told:
        assert (found["no_log"].arose, found["no_log"].due) == (midnight(9), midnight(10))


def test_without_any_session_the_days_count_from_the_plan_and_a_resting_plan_expects_none():
    assert "no_log" in codes(when=7)
    assert "missed_fortnight" not in codes(when=13)
    assert {"no_log", "missed_fortnight"} <= codes(when=14)
    assert not {"no_log", "missed_fortnight"} & codes(when=14, rests=True)


def test_day_7_asks_for_the_first_review_and_day_14_for_another_look_without_improvement():
    assert "first_review" not in codes(when=6)
    found = due(Followed(day(0), [judged(13)]), when=14)

    assert (found["first_review"].arose, found["first_review"].due) == (midnight(7), midnight(8))
    assert (found["no_improvement"].level, found["no_improvement"].due) == ("U", midnight(15))
    assert "no_improvement" not in codes(when=13)
    assert "no_improvement" not in codes(when=14, improved=True)
    assert due(Followed(day(5)), when=12)["first_review"].due == midnight(15)  # a Saturday: the end of Monday


def test_a_measure_that_worsened_is_due_the_same_day_at_level_d():
    found = due(Followed(None, worse=(("PSFS", day(1)),)), when=1)["worse_beyond_chance"]

    assert (found.due, found.level, found.inputs) == (midnight(2), "D", {"measure": "PSFS"})


def test_a_change_of_medicine_is_told():
    found = due(Followed(None, medicine_changed=at(1)), when=1)["medicine_change"]

    assert (found.arose, found.due) == (at(1), at(2))


def test_failed_tests_come_every_two_weeks_and_all_tests_every_four():
    assert not {"reassess_failed", "reassess_all"} & codes(when=13)
    assert {"reassess_failed", "reassess_all"} & codes(when=14) == {"reassess_failed"}
    assert {"reassess_failed", "reassess_all"} & codes(when=28, failed_tested=day(15)) == {"reassess_all"}
    assert {"reassess_failed", "reassess_all"} & codes(when=29, failed_tested=day(15), all_tested=day(2)) == {
        "reassess_failed"
    }
    assert "reassess_failed" not in codes(when=20, has_failed=False)


def test_the_most_pressing_comes_first_and_nothing_arises_in_the_future():
    sessions = [judged(1, "red", safety_yes=True), judged(20, "red")]
    found = alerts(Followed(day(0), sessions), now=at(2), zone=UTC, table=TABLE)

    assert [alert.code for alert in found] == ["red_flag", "red_session"]
    assert all(alert.arose <= at(2) for alert in found)
    assert found[0].due - found[0].arose == timedelta(0)
