"""Every level of the catalogue as a card: what the tables say of it stands on the pages, in words."""

import pytest
from django.template.loader import render_to_string

from clinic.language import spoken_to
from clinic.models import Person
from rehab.facts import catalogue_dose
from rehab.knowledge import rehab_knowledge
from rehab.models import Exercise, PlanItem
from rehab.presentation import card
from rehab.words import effort_words, load_words

LEVELS = [(exercise, level) for exercise in rehab_knowledge().exercises.values() for level in exercise.levels]
IDS = [f"{exercise.code}-{level.number}" for exercise, level in LEVELS]


def a_card(exercise, number):
    """The card of an exercise at a level, from rows that no database has seen."""
    row = Exercise(code=exercise.code, name=exercise.name.en, level_count=len(exercise.levels))
    span = {"start_level": number, "max_level": len(exercise.levels)}
    return card(PlanItem(exercise=row, position=1, **span, **catalogue_dose(exercise.code, number)))


def shown(template, found):
    """Return one card as the clinician's or the runner's page shows it."""
    return " ".join(render_to_string(f"rehab/{template}.html", {"card": found, "number": 1}).split())


def escaped(words):
    """Return words as a template writes them."""
    return words.replace("&", "&amp;").replace("'", "&#x27;").replace('"', "&quot;")


@pytest.mark.parametrize(("exercise", "level"), LEVELS, ids=IDS)
def test_load_and_effort_of_a_level_stand_on_both_pages(exercise, level):
    clinician, runner = (shown(page, a_card(exercise, level.number)) for page in ("_card", "_my_card"))

    for label, words in (("Load", load_words(level.dose)), ("Effort", effort_words(level.dose))):
        assert (f"<dt>{label}</dt><dd>{words}</dd>" in clinician) is bool(words)
        assert (f"{label.lower()}: {words}</li>" in runner) is bool(words)


def test_the_words_of_a_load_keep_number_and_unit():
    level = {f"{exercise.code}-{level.number}": level.dose for exercise, level in LEVELS}

    assert load_words(level["BARBELL_HIP_THRUST-4"]) == "20 to 30 % of body weight"
    assert effort_words(level["BARBELL_HIP_THRUST-6"]) == "7 to 8 of 10"
    assert load_words(level["BIRD_DOG-6"]) == "0.5 to 1 kg"
    with spoken_to(Person(units="imperial")):
        assert load_words(level["BIRD_DOG-6"]) == "1.1 to 2.2 lb"
    assert load_words(level["BIRD_DOG-1"]) == effort_words(level["BIRD_DOG-1"]) == ""


@pytest.mark.parametrize(
    "exercise", [e for e in rehab_knowledge().exercises.values() if e.levels], ids=lambda e: e.code
)
def test_the_clinician_reads_when_it_goes_on_and_what_else_the_table_knows(exercise):
    page = shown("_card", a_card(exercise, 1))
    rules = rehab_knowledge().rules

    for words in (rules[exercise.progress_rule].text, rules[exercise.regress_rule].text, exercise.progress_also):
        assert words is None or escaped(words.en) in page
    assert exercise.notes is None or escaped(exercise.notes.en) in page


@pytest.mark.parametrize("exercise", rehab_knowledge().exercises.values(), ids=lambda e: e.code)
def test_the_runner_is_not_told_how_to_add_load_alone(exercise):
    page = shown("_my_card", a_card(exercise, 1))

    assert not any(words and escaped(words.en) in page for words in (exercise.progress_also, exercise.notes))
