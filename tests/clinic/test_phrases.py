"""What the record keeps in English is found again in it and said in Spanish, whatever was put in."""

import ast
import re
from importlib import import_module

import pytest
from django.utils import translation
from hypothesis import given

from clinic import written as clinic_written
from clinic.phrases import said_again
from clinic.terms import Text, in_english
from rehab import written as rehab_written
from rehab.decision import exercise_verdicts, treatment_decision
from rehab.knowledge import rehab_knowledge
from rehab.rules import phrases as of_rehab
from tests.test_architecture import python_files
from tests.test_properties import decide, quiet_cases, raw_cases
from triage import written as triage_written
from triage.rules import phrases as of_triage

PLACE = re.compile(r"{(\w+)(?::([^}]*))?}")
SENTENCES = (*of_triage.SENTENCES, *of_rehab.SENTENCES)
ACTIONS = ("clinic/actions.py", "clinic/alarms.py", "triage/actions", "rehab/actions")
REASONS = {"Reason", "Because", "Dropped"}


def is_sentence(table, name):
    """Return whether a table holds a sentence, or several by code, under a name."""
    held = getattr(table, name)
    return not name.startswith("_") and (
        isinstance(held, Text) or (isinstance(held, dict) and set(held.values()) <= set(table.SENTENCES))
    )


TABLES = (of_triage, of_rehab, clinic_written, triage_written, rehab_written)
NAMES = sorted({f"{table.__name__}.{name}" for table in TABLES for name in vars(table) if is_sentence(table, name)})


def filled(sentence, number, share):
    """Return a sentence with the same word, number or share in every place, as it is written in one language."""
    return PLACE.sub(lambda found: share if "%" in (found[2] or "") else number if found[2] else "XYZ", sentence)


def said_in_spanish(text):
    with translation.override("es"):
        return said_again(text)


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_of_the_record_is_said_again_with_what_was_put_in(name):
    table, _, constant = name.rpartition(".")
    kept = getattr(import_module(table), constant)
    for sentence in [kept] if isinstance(kept, Text) else kept.values():
        assert sorted(PLACE.findall(sentence.en)) == sorted(PLACE.findall(sentence.es))
        assert said_in_spanish(filled(sentence.en, "12.5", "30%")) == filled(sentence.es, "12,5", "30 %")


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (
            "No exercise in this plan answers hip_ext_left. Side plank: Present: Shoulder pain?, Needs: Mat, Wall",
            "Ningún ejercicio de este plan responde a hip_ext_left. Plancha lateral: Presente: ¿Dolor de hombro?, "
            "Necesita: Esterilla, Pared",
        ),
        (
            "x (left): 12.5 s, below 20 [S1.30]; S1.30, 6.2",
            "x (izquierda): 12,5 s, por debajo de 20 [S1.30]; S1.30, 6.2",
        ),
        (
            "Case closed, back to running: Wall, Mat; Sign the plan. [10 km], below 20",
            "Caso cerrado, de vuelta a correr: Wall, Mat; Sign the plan. [10 km], below 20",
        ),
        (
            "Done: rang: she is well (Answered yes: Calf swollen; Sign the plan)",
            "Hecho: rang: she is well (Respondió que sí: Calf swollen; Firmar el plan)",
        ),
        ("She was at the Wall, and ran 3.5 km", "She was at the Wall, and ran 3.5 km"),
        ("", ""),
    ],
)
def test_sentences_inside_sentences_are_said_and_other_words_stay(kept, said):
    assert said_in_spanish(kept) == said and said_again(kept) == kept


def in_english_still(text):
    """Return the words of the rules' sentences that stand in a text, the longest of each."""
    parts = {max(PLACE.sub("\n", sentence.en).split("\n"), key=len).strip(" .,:;()") for sentence in SENTENCES}
    return {part for part in parts if len(part) > 8 and part in text}


@given(raw_cases())
def test_no_reason_of_any_case_stays_english(raw):
    assert left_in_english(*decide(raw)) == {}


@given(quiet_cases)
def test_no_reason_of_a_case_that_gets_a_plan_stays_english(raw):
    assert left_in_english(*decide(raw)) == {}


def left_in_english(case, triage, plan):
    """Return {reason of a decision: what of it is said in English to who reads Spanish}."""
    reasons = [*plan.reasons, *triage.reasons, *triage.locks_reasons]
    reasons += [because for item in (*plan.exercises, *plan.add_ons, *plan.next_block) for because in item.because]
    for verdicts in (
        exercise_verdicts(case, triage, rehab_knowledge()),
        treatment_decision(case, triage, rehab_knowledge()),
    ):
        reasons += [because for verdict in verdicts.values() for because in verdict.because]
    kept = {*(reason.text for reason in reasons), *(drop.reason for drop in plan.dropped)}
    return {text: found for text in kept if (found := in_english_still(said_in_spanish(text)))}


def is_english(node):
    """Return whether a literal holds words of its own, not only what is put into it and what parts them."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return any(isinstance(part, ast.Constant) and re.search(r"[A-Za-z]{2}", str(part.value)) for part in parts)


def bare_reasons(source):
    """Return the lines where a reason gets words that are written out on the spot."""
    wrong = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REASONS:
            words = node.args[1] if len(node.args) > 1 else None
            if isinstance(words, ast.JoinedStr) or (isinstance(words, ast.Constant) and " " in str(words.value)):
                wrong.append(node.lineno)
        is_text = isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("text", "words")
        is_text = is_text or (isinstance(node, ast.keyword) and node.arg == "text")
        if is_text and isinstance(node.value, ast.JoinedStr | ast.Constant) and is_english(node.value):
            wrong.append(node.lineno)
    return wrong


@pytest.mark.parametrize("room", ["triage/rules", "triage/decision.py", "rehab/rules", "rehab/decision.py", *ACTIONS])
def test_rules_and_the_record_take_their_words_from_the_sentences_known_in_both_languages(room):
    assert {str(path): found for path in python_files(room) if (found := bare_reasons(path.read_text()))} == {}


def test_words_on_the_spot_are_seen():
    assert bare_reasons('Reason("A", f"Not before day {day}", "6.2")') and bare_reasons('text = f"Needs: {names}"')
    assert bare_reasons('Reason("A", "Not known yet", "6.2")') and not bare_reasons(
        'Reason("A", in_english(X, day=1), "")'
    )


def test_the_english_of_a_sentence_holds_its_values():
    assert in_english(of_rehab.NOT_BEFORE_DAY, day=3) == "Not before day 3"
