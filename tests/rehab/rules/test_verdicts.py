"""Section 7.1 row by row: limits, usual mornings, GREEN, AMBER and RED at every boundary, and what was not said."""

import json
from dataclasses import replace

import pytest

from clinic.terms import Answer
from rehab.rules.limits import ClinicianLimit
from rehab.rules.load import load_rise, session_load, weekly_load
from rehab.rules.logged import Colour, Judgement, Morning, RunDone
from rehab.rules.sayings import saying
from rehab.rules.verdicts import SEVERITY, exercise_verdict, limit_for, session_verdict, usual_morning, worst_of
from tests.rehab.rules.logs import STRENGTH, TABLE, at, calm, day, done, limit, mornings

USUAL = mornings(1, 1, 1, 1, 1)  # the three days before, the day itself, and the next morning


def of_session(session, cause="SOLEUS", when=1, said=USUAL, intake=None, **more):
    """Judge a session on day ``when``, with the limit of a diagnosis."""
    given = {"limit": limit(cause), "mornings": said, "intake_morning": intake, "now": at(when), "table": TABLE}
    return session_verdict(session, **{**given, "strength": STRENGTH, **more})


def of_exercise(one, session=None, cause="SOLEUS", when=1, said=USUAL, intake=None):
    """Judge one exercise of a session."""
    given = {"limit": limit(cause), "mornings": said, "intake_morning": intake, "now": at(when), "table": TABLE}
    session = session or calm(exercises=(one,), pain_during=None)
    return exercise_verdict(one, session, **given, strength=STRENGTH)


def run(pain=0, **changes):
    """Return a run with this pain."""
    return calm(exercises=(), run=RunDone(stage=1), pain_during=pain, **changes)


# diagnosis | pain of a run that is still GREEN, AMBER, RED
BANDS = [
    ("ACHILLES_TENDINOPATHY", [0, 5], [6], [7, 10]),
    ("PTT", [0, 5], [6], [7, 10]),
    ("SOLEUS", [0, 2], [3, 4], [5, 10]),
    ("GASTROC", [0, 2], [3, 4], [5, 10]),
    ("PLANTARIS", [0, 2], [3, 4], [5, 10]),
    ("CONTUSION", [0, 2], [3, 4], [5, 10]),
    ("TRIGGER_POINT", [0, 3], [4, 5], [6, 10]),
    ("TIGHTNESS", [0, 3], [4, 5], [6, 10]),
    ("CRAMP", [0, 3], [4, 5], [6, 10]),
    ("MTSS", [0, 3], [4, 5], [6, 10]),
    ("BSI", [0], [], [1, 10]),
    ("PCS", [0], [1, 2], [3, 10]),
]
ROWS = [
    (cause, pain, colour)
    for cause, *colours in BANDS
    for colour, pains in zip(("green", "amber", "red"), colours, strict=True)
    for pain in pains
]


@pytest.mark.parametrize(("cause", "pain", "colour"), ROWS)
def test_pain_during_a_run_is_held_against_the_limit_of_the_diagnosis(cause, pain, colour):
    said = mornings(0, 0, 0, 0, 0)

    assert of_session(run(pain), cause, said=said).colour == colour


@pytest.mark.parametrize(("pain", "colour"), [(5, "green"), (6, "amber"), (7, "red")])
def test_pain_just_after_counts_like_pain_during(pain, colour):
    assert of_session(run(0, pain_after=pain), "PTT").colour == colour


@pytest.mark.parametrize(
    ("exercise", "pain", "colour"),
    [
        ("STANDING_HEEL_RAISE", 3, "green"),
        ("STANDING_HEEL_RAISE", 4, "amber"),
        ("STANDING_HEEL_RAISE", 5, "amber"),
        ("STANDING_HEEL_RAISE", 6, "red"),
        ("BIRD_DOG", 2, "green"),
        ("BIRD_DOG", 3, "amber"),
        ("BIRD_DOG", 4, "amber"),
        ("BIRD_DOG", 5, "red"),
    ],
)
def test_strength_work_with_a_muscle_has_a_limit_of_its_own(exercise, pain, colour):
    one = done(exercise=exercise, pain=pain)

    assert of_exercise(one).colour == colour
    assert of_session(calm(exercises=(one,), pain_during=pain)).colour == colour


@pytest.mark.parametrize(("next_morning", "colour"), [(0, "green"), (1, "green"), (2, "amber"), (3, "red"), (9, "red")])
def test_next_morning_is_held_against_the_usual_one(next_morning, colour):
    assert of_session(run(), said=mornings(1, 1, 1, 5, next_morning)).colour == colour


@pytest.mark.parametrize(("next_morning", "colour"), [(0, "green"), (1, "amber"), (2, "red")])
def test_with_a_compartment_syndrome_the_morning_must_be_free_whatever_is_usual(next_morning, colour):
    assert of_session(run(), "PCS", said=mornings(3, 3, 3, 3, next_morning)).colour == colour


@pytest.mark.parametrize("where", ["pain_before", "pain_during", "pain_after"])
def test_any_bone_pain_is_red(where):
    judged = of_session(calm(exercises=(), run=RunDone(), **{where: 1}), "BSI", said=mornings(0, first=1))

    assert (judged.colour, judged.rule) == ("red", "bone_pain")


def test_bone_pain_next_morning_is_red_where_it_is_usual_too():
    assert of_session(run(), "BSI", said=mornings(1, 1, 1, 1, 1)).rule == "bone_pain"
    assert of_session(run(), "BSI", said=mornings(0, first=1)).colour == "green"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"safety_yes": True}, "RG-STOP"),
        ({"gait_change": Answer.PRESENT}, "gait"),
        ({"pain_during": 7}, "severe_pain"),
        ({"pain_after": 7}, "severe_pain"),
    ],
)
def test_what_is_always_red(changes, rule):
    for cause in ("ACHILLES_TENDINOPATHY", "SOLEUS", "PAES"):
        judged = of_session(calm(**changes), cause)
        assert (judged.colour, judged.rule) == ("red", rule)
        assert of_exercise(done(), calm(**changes), cause).colour == "red"


@pytest.mark.parametrize(
    "changes",
    [
        {"tingling": Answer.PRESENT},
        {"run": RunDone(onset_minute=9)},
        {"run": RunDone(relief_minutes=4)},
    ],
)
def test_pressure_or_tingling_stops_a_compartment_syndrome(changes):
    judged = of_session(calm(**changes), "PCS")

    assert (judged.colour, judged.rule) == ("red", "pressure")


def test_tingling_elsewhere_is_amber_and_an_onset_of_pain_is_no_pressure():
    assert of_session(calm(tingling=Answer.PRESENT)).rule == "tingling"
    assert of_session(calm(tingling=Answer.PRESENT)).colour == "amber"
    assert of_session(calm(run=RunDone(onset_minute=9))).colour == "green"


@pytest.mark.parametrize(("form", "colour"), [("good", "green"), ("some", "green"), ("", "green"), ("many", "amber")])
def test_faults_in_many_repetitions_count_as_pain_above_the_limit(form, colour):
    one = done(form=form)

    assert of_exercise(one).colour == colour
    assert of_session(calm(exercises=(one,))).colour == colour


def test_no_limit_set_is_no_verdict_but_danger_is_still_seen():
    judged = of_session(run(), "PAES")

    assert (judged.colour, judged.rule) == ("unknown", "no_limit")
    assert of_session(run(7), "PAES").colour == "red"
    assert of_session(run(), None).rule == "no_limit"


def test_the_clinician_sets_a_limit_where_the_table_leaves_it_open_and_can_only_lower_one():
    assert limit_for("PAD", TABLE) is None
    assert limit_for("DVT", TABLE) is None
    assert limit_for(None, TABLE, ClinicianLimit(3)) is None
    for cause in ("PAD", "BAKER"):
        found = limit_for(cause, TABLE, ClinicianLimit(3))
        assert (found.during_nprs, found.strength_nprs, found.morning_change) == (3, 3, 0)
    lower, higher = (limit_for("SOLEUS", TABLE, ClinicianLimit(n, n, 1)) for n in (1, 9))
    assert (lower.during_nprs, lower.strength_nprs, lower.morning_change) == (1, 1, 0)
    assert (higher.during_nprs, higher.strength_nprs) == (2, 3)


def test_a_clinician_may_allow_a_rise_next_morning_where_the_table_leaves_it_open():
    allowed = limit_for("PAD", TABLE, ClinicianLimit(3, morning_change=1))

    colours = [of_session(run(), limit=allowed, said=mornings(1, 1, 1, 1, n)).colour for n in (2, 3, 4)]
    assert colours == ["green", "amber", "red"]


@pytest.mark.parametrize(
    ("pains", "usual"),
    [
        ([1, 5, 3], 3),
        ([2, 2, 9], 2),
        ([None, 1, 2], 2),  # a half is rounded up
        ([1, None, 4], 3),
        ([None, None, 6], 6),
        ([None, None, None], 4),  # the value at intake
        ([9, None, None, None], 4),  # the fourth day before, and the day itself, are not among them
    ],
)
def test_the_usual_morning_is_the_median_of_three_days_or_the_intake(pains, usual):
    given = mornings(*pains, first=-len(pains)) + [Morning(day(0), 9)]

    assert usual_morning(given, day(0), 4, TABLE) == usual


def test_a_morning_entered_on_a_later_day_is_no_usual_morning_and_speaks_only_against():
    late = [replace(m, said_on=day(2)) for m in mornings(0, 0, 0)]
    assert usual_morning(late, day(0), None, TABLE) is None
    assert usual_morning([replace(m, said_on=m.day) for m in late], day(0), None, TABLE) == 0

    for pain, colour in ((1, "unknown"), (2, "amber"), (3, "red")):
        said = [*mornings(1, 1, 1), Morning(day(1), pain, said_on=day(2))]
        assert of_session(run(), said=said, when=3).colour == colour


def test_without_a_next_morning_a_verdict_waits_until_the_end_of_that_day():
    waiting = [of_session(run(), said=mornings(1, 1, 1), when=n) for n in (0, 1, 2)]

    assert [(judged.colour, judged.rule) for judged in waiting] == [
        ("pending", "morning_to_come"),
        ("pending", "morning_to_come"),
        ("unknown", "no_morning"),
    ]
    for pain, colour in ((3, "amber"), (5, "red")):
        for when in (0, 2):
            assert of_session(run(pain), said=mornings(1, 1, 1), when=when).colour == colour


def test_without_a_usual_morning_the_next_one_says_nothing_good():
    judged = of_session(run(), said=mornings(0, first=1))

    assert (judged.colour, judged.rule) == ("unknown", "no_baseline")
    assert of_session(run(), said=mornings(0, first=1), intake=0).colour == "green"
    [reason] = [reason for reason in judged.reasons if reason.code == "no_baseline"]
    assert "from the second day on" in reason.text
    assert of_session(run(), said=mornings(0, first=-1) + mornings(0, first=1)).colour == "green"  # and so it is


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"pain_during": None}, "no_pain"),
        ({"gait_change": Answer.NOT_ASSESSED}, "gait_not_asked"),
        ({"tingling": Answer.NOT_ASSESSED}, "tingling_not_asked"),
        ({"safety_answered": False}, "safety_not_asked"),
    ],
)
def test_what_was_not_asked_is_never_green(changes, rule):
    judged = of_session(calm(exercises=(), run=RunDone(), **changes))

    assert (judged.colour, judged.rule) == ("unknown", rule)


@pytest.mark.parametrize(
    ("cause", "colour"), [("PTT", "unknown"), ("BSI", "unknown"), ("SOLEUS", "green"), ("PCS", "green")]
)
def test_pain_just_after_must_be_said_with_a_tendon_or_a_bone(cause, colour):
    said = mornings(0, 0, 0, 0, 0)

    assert of_session(run(pain_after=None), cause, said=said).colour == colour


def test_an_exercise_without_its_pain_is_unknown_and_one_not_done_has_nothing_to_judge():
    assert of_exercise(done(pain=None)).rule == "no_pain"
    assert of_exercise(done(pain=None), calm(pain_during=0)).rule == "no_pain"
    assert of_exercise(done(pain=None), calm(pain_during=9)).colour == "red"
    left_out = of_exercise(done(skipped=True), calm(safety_yes=True))
    assert (left_out.colour, left_out.rule) == ("unknown", "not_done")


def test_a_session_knows_its_pain_from_its_exercises_or_from_its_own_answer():
    both = (done(pain=0), done(item="b", pain=None))

    assert of_session(calm(exercises=(done(),), pain_during=None)).colour == "green"
    assert of_session(calm(exercises=both, pain_during=None)).rule == "no_pain"
    assert of_session(calm(exercises=both, pain_during=1)).colour == "green"
    assert of_session(calm(exercises=(done(skipped=True),))).rule == "not_done"


def test_pain_that_no_exercise_accounts_for_counts_for_every_one():
    pair = (done(pain=1), done(item="b", exercise="STANDING_HEEL_RAISE", pain=3))
    named, unnamed = (calm(exercises=pair, pain_during=pain) for pain in (3, 5))

    assert [of_exercise(one, named).colour for one in pair] == ["green", "green"]
    assert [of_exercise(one, unnamed).colour for one in pair] == ["red", "amber"]
    assert (of_session(named).colour, of_session(unnamed).colour) == ("green", "red")


def week(number, effort, minutes=30):
    """Return three sessions of one week."""
    return [calm(7 * number + n, effort=effort, minutes=minutes) for n in (0, 2, 4)]


@pytest.mark.parametrize(("minutes", "rise", "colour"), [(39, 30, "green"), (40, 34, "amber"), (20, -33, "green")])
def test_a_week_with_a_load_above_130_percent_is_amber(minutes, rise, colour):
    sessions = [*week(0, 5), *week(1, 5, minutes)]
    last = replace(sessions[-1], day=day(13))
    said = mornings(*[0] * 20)

    assert load_rise([*sessions[:-1], last], day(13), TABLE) == rise
    judged = of_session(last, said=said, when=14, earlier=sessions[:-1])
    assert (judged.colour, judged.inputs["load_rise"]) == (colour, rise)


def test_a_load_is_compared_only_where_both_weeks_are_whole_and_said():
    whole = [*week(0, 5), *week(1, 9)]

    assert [weekly_load(whole, day(number), 7) for number in (6, 7, 13)] == [450, 570, 810]
    assert load_rise(whole, day(13), TABLE) == 80
    assert load_rise([calm(-1, effort=None), *whole], day(13), TABLE) == 80  # what lies before both weeks is not asked
    assert load_rise(whole, day(12), TABLE) is None  # the second week is not over
    assert load_rise([replace(whole[0], effort=None), *whole[1:]], day(13), TABLE) is None
    assert load_rise([*whole[:-1], replace(whole[-1], minutes=None)], day(13), TABLE) == 20
    assert load_rise([*week(0, 5), *week(2, 9)], day(20), TABLE) is None  # a week without a session lies between
    assert load_rise([], day(20), TABLE) is None
    every_other_day = [replace(calm(n), effort=3, minutes=40) for n in range(0, 29, 2)]
    assert load_rise(every_other_day, day(28), TABLE) == 0  # four sessions after three: a rhythm, no rise
    assert session_load(calm(effort=None)) is None


def test_the_load_of_the_week_is_not_laid_on_a_single_exercise():
    sessions = [*week(0, 5), *week(1, 9)]

    assert of_session(calm(13), said=mornings(*[0] * 20), when=14, earlier=sessions).rule == "weekly_load"
    assert of_exercise(done(), calm(13), said=mornings(*[0] * 20), when=14).colour == "green"


def test_of_two_judgements_the_worst_stands():
    ordered = [Judgement(Colour(c), c) for c in ("green", "pending", "unknown", "amber", "red")]

    for place, better in enumerate(ordered):
        for worse in ordered[place:]:
            assert worst_of([better, worse]) == worst_of([worse, better]) == worse
    first, second = Judgement(Colour.AMBER, "one"), Judgement(Colour.AMBER, "two")
    assert worst_of([first, second]) is first


def test_of_a_corrected_morning_the_usual_takes_the_lowest():
    said = [Morning(day(number), 4, lowest=1) for number in range(3)]

    assert usual_morning(said, day(3), None, TABLE) == 1
    assert usual_morning([Morning(day(0), 4)], day(3), None, TABLE) == 4


def test_every_judgement_says_its_rule_its_inputs_and_its_reasons_in_both_languages():
    judged = of_session(run(5, gait_change=Answer.PRESENT, tingling=Answer.NOT_ASSESSED), said=mornings(1, 1, 1, 1, 3))

    assert [reason.code for reason in judged.reasons] == ["gait", "over_limit_far", "morning_far", "tingling_not_asked"]
    assert json.loads(json.dumps(dict(judged.inputs)))["over"] == 3
    assert judged.reasons[1].text == "Pain of 5 is 3 above the limit of 2."
    assert judged.reasons[1].text_es == "El dolor de 5 supera en 3 el límite de 2."
    assert all(reason.source for reason in judged.reasons)
    assert saying(TABLE, "over_limit_far", {"worst": None}).en == "Pain of - is - above the limit of -."


def test_the_worst_finding_gives_the_colour():
    assert sorted(SEVERITY, key=SEVERITY.get) == ["green", "pending", "unknown", "amber", "red"]
