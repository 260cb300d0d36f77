"""The short safety set: its questions as the specification lists them, and the order in which they are asked."""

import pytest

from clinic.terms import Answer, Level
from triage.knowledge import triage_knowledge
from triage.rules.safety_set import answered_yes, still_to_ask, worst

SET = triage_knowledge().safety_set
YES, NO = Answer.PRESENT, Answer.ABSENT

# Rule T-RETRIGGER, word for word, and the code that asks it.
ASKED = {
    "new swelling": "new_swelling",
    "warmth/colour change": "warm_or_colour",
    "breathlessness/chest pain": "breath_or_chest",
    "numbness/weakness": "numb_or_weak",
    "pain at rest or night": "rest_or_night_pain",
    "pop or loss of push-off": "pop_or_push_off",
    "dark urine": "dark_urine",
    "fever or spreading redness": "fever_or_redness",
    "bladder or bowel change": "bladder_or_bowel",
    "cold or pale foot": "cold_or_pale_foot",
    "pain not easing after stopping": "not_easing",
}
EMERGENCIES = {"breath_or_chest", "cold_or_pale_foot", "not_easing", "dark_urine", "bladder_or_bowel"}


def codes(questions):
    """The codes of some questions, in their order."""
    return [question.code for question in questions]


def test_every_question_of_the_rule_is_there_and_no_other():
    assert sorted(codes(SET)) == sorted(ASKED.values())


def test_emergencies_come_first():
    assert {q.code for q in SET if q.level is Level.E} == EMERGENCIES
    assert [q.level for q in SET] == [Level.E] * 5 + [Level.D] * 6


def test_every_question_says_what_to_do_in_both_languages():
    for question in SET:
        assert question.text.en and question.text.es and question.advice.en and question.advice.es
        assert question.rows and question.facts and question.source and question.mark in ("CONV", "GK")


@pytest.mark.parametrize("question", SET, ids=codes(SET))
def test_nothing_answered_asks_everything_in_order(question):
    assert question in still_to_ask({}, SET)
    assert codes(still_to_ask({}, SET)) == codes(SET)
    assert question not in still_to_ask({question.code: NO}, SET)


@pytest.mark.parametrize("code", sorted(EMERGENCIES))
def test_an_emergency_stops_at_once(code):
    assert still_to_ask({code: YES}, SET) == ()


@pytest.mark.parametrize("code", sorted(set(codes(SET)) - EMERGENCIES))
def test_a_same_day_answer_still_asks_every_remaining_emergency(code):
    left = still_to_ask({code: YES, "dark_urine": NO}, SET)
    assert set(codes(left)) == EMERGENCIES - {"dark_urine"}


def test_the_worst_of_the_answers_counts():
    assert worst(answered_yes(["new_swelling", "dark_urine"], SET)) is Level.E
    assert worst(answered_yes(["new_swelling"], SET)) is Level.D
    assert worst(()) is Level.R


def test_a_code_that_is_no_question_is_refused():
    with pytest.raises(ValueError, match="leg_hot"):
        answered_yes(["leg_hot", "dark_urine"], SET)
