"""A knowledge file that is broken in any way is refused in words, never with a traceback, never in silence."""

import tomllib
from copy import deepcopy
from shutil import copytree

import pytest

from clinic.tables import ROOT, Checker, Entry
from triage.knowledge import triage_knowledge
from triage.knowledge.causes import read_causes
from triage.knowledge.examination import _read_findings, _read_tests, load_examination
from triage.knowledge.safety import load_safety, read_clot, read_red_flags, read_scores
from triage.knowledge.safety_set import check_safety_set, load_safety_set, read_safety_set

FOLDER = ROOT / "triage" / "knowledge"
KNOWN = triage_knowledge()
READERS = {
    "scores.toml": read_scores,
    "dvt.toml": read_clot,
    "red_flags.toml": lambda table: read_red_flags(table, KNOWN.red_flags.risks, KNOWN.scores.wells),
    "tests.toml": _read_tests,
    "findings.toml": _read_findings,
    "causes.toml": read_causes,
    "safety_set.toml": read_safety_set,
}
RAW = {name: tomllib.loads((FOLDER / name).read_text(encoding="utf-8")) for name in READERS}
OPTIONAL = {"mark", "row", "cause", "keys", "strength", "points_from", "mandatory"}
LABELS = {"code", "source", "points", "number", "unit", "low", "high", "level", "how_en", "facts", "when", "contra"}


def leaves(node, path=()):
    """Yield the path of every value; a condition and a list of words count as one value."""
    if isinstance(node, dict) and path[-1:] != ("when",):
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list) and node and isinstance(node[0], dict):
        for place, value in enumerate(node):
            yield from leaves(value, (*path, place))
    else:
        yield path


def shapes(name):
    """Return one path for each kind of value in a file."""
    found = {}
    for path in leaves(RAW[name]):
        found.setdefault(tuple(part for part in path if isinstance(part, str)), path)
    return tuple(found.values())


def problems(name, path, change):
    """Return what a reader says of a file in which one value was changed."""
    raw = deepcopy(RAW[name])
    holder = raw
    for part in path[:-1]:
        holder = holder[part]
    change(holder, path[-1])
    checker = Checker()
    READERS[name](Entry(raw, name, "file", checker))
    return checker.problems


def wrong_type(holder, key):
    holder[key] = {"odd": 1} if isinstance(holder[key], str | int | float | list) else "odd"


def empty(holder, key):
    holder[key] = "  "


def misspelt(holder, key):
    holder[f"{key}x"] = holder.pop(key)


CASES = [pytest.param(name, path, id=f"{name}:{path}") for name in READERS for path in shapes(name)]


def test_the_files_as_they_are_have_no_fault():
    for name, raw in RAW.items():
        checker = Checker()
        READERS[name](Entry(deepcopy(raw), name, "file", checker))
        assert checker.problems == []


@pytest.mark.parametrize(("name", "path"), CASES)
def test_a_value_of_a_wrong_kind_an_empty_text_or_a_misspelt_key_is_told(name, path):
    keys = [part.removesuffix("_en").removesuffix("_es") for part in path[-2:] if isinstance(part, str)]
    for change in (wrong_type, empty, misspelt):
        told = problems(name, path, change)
        assert told, f"{change.__name__} of {path} passed in silence"
        assert all(line.startswith(f"{name}: ") and line.count(": ") >= 3 for line in told)
        assert any(key in line for key in keys for line in told), told


@pytest.mark.parametrize(("name", "path"), CASES)
def test_an_entry_without_code_text_source_or_number_is_told(name, path):
    key = str(path[-1]) if "marks" not in path else ""
    if not (key in LABELS or key.endswith(("_en", "_es", "_cm", "_years", "_ratio"))) or key in OPTIONAL:
        return
    assert problems(name, path, lambda holder, last: holder.pop(last)), path


@pytest.mark.parametrize(
    ("name", "path", "value", "words"),
    [
        ("red_flags.toml", ("flag", 0, "rule", 0, "level"), "Z", "'Z' is none of E, D, U"),
        ("red_flags.toml", ("flag", 0, "source"), ["PCN"], "unknown source 'PCN'"),
        ("red_flags.toml", ("flag", 1, "code"), "RF-PE", "duplicate code"),
        ("red_flags.toml", ("flag", 0, "rule", 0, "when"), {"any": []}, "needs a list that is long enough"),
        ("red_flags.toml", ("flag", 0, "rule", 0, "when"), {"none": ["snap"]}, "is none of any, all, at_least with of"),
        ("red_flags.toml", ("flag", 0, "rule", 0, "when"), "snap?", "must be a table"),
        ("dvt.toml", ("row", 0, "code"), "another_row", "no condition is written for 'another_row'"),
        ("dvt.toml", ("risk", 0, "strength"), "medium", "'medium' is none of strong, weak"),
        ("tests.toml", ("test", 0, "unit"), "sec", "unit: 'sec' is none of s, min"),
        ("tests.toml", ("test", 0, "fail_below", "male"), 70, "70 is not the mean 144 less one SD 76"),
        ("tests.toml", ("test", 0, "marks"), {"colour": "GK"}, "'colour' is no key of this entry"),
        ("tests.toml", ("test", 0, "marks"), {"mean": "SURE"}, "'SURE' is none of CONV, GK"),
        ("tests.toml", ("ratio", 0, "top"), "CF", "'CF' is no test"),
        ("safety_set.toml", ("question", 0, "level"), "U", "'U' is none of E, D"),
        ("safety_set.toml", ("question", 0, "level"), "D", "emergencies (E) are asked first"),
        ("safety_set.toml", ("question", 1, "code"), "breath_or_chest", "duplicate code"),
        ("safety_set.toml", ("question", 0, "facts"), [], "facts: missing"),
        ("causes.toml", ("cause", 4, "weights", 0, "points"), 4, "must be 1, 2 or 3, for or against"),
        ("causes.toml", ("cause", 4, "weights", 0, "only_if"), "sunny", "'sunny' is none of"),
    ],
)
def test_what_reads_well_but_is_wrong_is_told(name, path, value, words):
    told = problems(name, path, lambda holder, key: holder.__setitem__(key, value))
    assert any(words in line for line in told), told


def test_a_number_without_a_unit_is_told():
    index = next(i for i, test in enumerate(RAW["tests.toml"]["test"]) if test["code"] == "CALF_GIRTH")
    told = problems("tests.toml", ("test", index, "unit"), lambda holder, key: holder.pop(key))
    assert "tests.toml: test CALF_GIRTH: low: number without unit" in told


def test_a_norm_needs_every_decade():
    index = next(i for i, test in enumerate(RAW["tests.toml"]["test"]) if test["code"] == "GS_RAISES")
    path = ("test", index, "norm_by_decade", "male")
    told = problems("tests.toml", path, lambda holder, key: holder.__setitem__(key, [37, 32]))
    assert told == [
        "tests.toml: test GS_RAISES: norm_by_decade: 'male' must be one of any, male, female with 7 numbers"
    ]


@pytest.mark.parametrize("name", ["findings.toml", "dvt.toml", "safety_set.toml"])
@pytest.mark.parametrize("words", ["[[broken", None, b"\xff\xfe"])
def test_a_file_that_is_missing_or_no_toml_is_told_once_and_alone(tmp_path, name, words):
    folder = copytree(FOLDER, tmp_path / "knowledge")
    (folder / name).unlink()
    if words is not None:
        (folder / name).write_bytes(words if isinstance(words, bytes) else words.encode())
    checker = Checker()
    load_examination(checker, folder)
    load_safety(checker, folder)
    load_safety_set(checker, folder)
    assert [line for line in checker.problems if "cannot be read" not in line] == []
    assert len(checker.problems) == 1 and checker.problems[0].startswith(f"{name}: file: -: cannot be read")


@pytest.mark.parametrize(
    ("key", "values", "words"),
    [
        ("rows", ["RF-XX", "RF-PE"], "question breath_or_chest: RF-XX: no such red flag"),
        ("facts", ["pe_breath"], "question breath_or_chest: pe_breath: no such question"),
        ("rows", ["RF-ALI"], "question breath_or_chest: RF-PE: a fact feeds it, but it is not named"),
    ],
)
def test_a_safety_question_that_feeds_nothing_is_told(key, values, words):
    raw, checker = deepcopy(RAW["safety_set.toml"]), Checker()
    raw["question"][0][key] = values
    questions = read_safety_set(Entry(raw, "safety_set.toml", "file", checker))
    check_safety_set(questions, KNOWN.red_flags, KNOWN.codes, checker)
    assert any(words in line for line in checker.problems), checker.problems


def test_the_safety_set_has_its_eleven_questions():
    raw, checker = deepcopy(RAW["safety_set.toml"]), Checker()
    raw["question"].pop()
    read_safety_set(Entry(raw, "safety_set.toml", "file", checker))
    assert checker.problems == ["safety_set.toml: file: question: must be 11 questions, not 10"]
