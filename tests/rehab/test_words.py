"""Doses in words: what a runner reads is what the numbers say."""

from types import SimpleNamespace

import pytest

from rehab.knowledge import rehab_knowledge
from rehab.presentation import need_for_runner
from rehab.words import dose_facts, dose_words, frequency_words, tempo_words

EMPTY = {
    **dict.fromkeys(("sets", "amount", "amount_high", "hold_seconds", "rest_seconds")),
    **dict.fromkeys(("times_a_week", "times_a_week_high", "times_a_day")),
    "unit": "",
    "per_side": False,
    "scheme": "",
    "tempo": "",
}


def a_dose(**values):
    """A dose of which only the given values are known."""
    return SimpleNamespace(**{**EMPTY, **values})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"sets": 3, "amount": 6, "unit": "r", "per_side": True}, "3 sets of 6 repetitions each side"),
        ({"sets": 1, "amount": 60, "unit": "s"},                  "1 set of 60 seconds"),
        ({"sets": 3, "amount": 20, "amount_high": 30, "unit": "s"}, "3 sets of 20 to 30 seconds"),
        ({"sets": 2, "amount": 1, "unit": "min"},                 "2 sets of 1 minute"),
        ({"scheme": "6-4-2", "unit": "r"},                        "6, then 4, then 2 repetitions"),
        ({"amount": 20, "amount_high": 45, "unit": "min"},        "20 to 45 minutes"),
        ({"sets": 3},                                             "3 sets"),
        ({},                                                      "as agreed with your clinician"),
    ],
)  # fmt: skip
def test_a_dose_reads_like_a_sentence(values, words):
    assert dose_words(a_dose(**values)) == words


@pytest.mark.parametrize(
    ("tempo", "words"),
    [
        ("2-1-3", "2 s up, 1 s hold, 3 s down"),
        ("2-0-2", "2 s up, 2 s down"),
        ("",      ""),
    ],
)  # fmt: skip
def test_a_tempo_names_its_three_parts(tempo, words):
    assert tempo_words(tempo) == words


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"times_a_week": 3},                          "3 times a week"),
        ({"times_a_week": 3, "times_a_week_high": 4},  "3 to 4 times a week"),
        ({"times_a_week": 1},                          "once a week"),
        ({"times_a_week": 7},                          "every day"),
        ({"times_a_week": 5, "times_a_day": 2},        "twice a day, 5 times a week"),
        ({},                                           ""),
    ],
)  # fmt: skip
def test_how_often_is_said_in_days(values, words):
    assert frequency_words(a_dose(**values)) == words


def test_what_the_source_leaves_out_is_said_to_be_missing():
    rows = dict(dose_facts(a_dose(sets=3, amount=8, unit="r", rest_seconds=30)))

    assert rows == {"Tempo": "not specified", "Rest between sets": "30 s", "How often": "not specified"}


def test_every_need_has_words_for_a_runner():
    table = rehab_knowledge().mapping

    assert set(table.runner_needs) == set(table.needs)
    assert need_for_runner("hip_abd_left") == "the hip strength that keeps your pelvis level, left side"
    assert all("_" not in need_for_runner(need) for need in table.needs)
