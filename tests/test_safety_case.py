"""docs/safety.md is whole and true: each hazard has a control and tests that exist; a run without their proof fails."""

import ast
import re
import subprocess
import sys
from functools import cache
from types import SimpleNamespace

import pytest

from tests.conftest import pytest_configure
from tests.safety_case import FILE, ROOT, Watch, hazards, unproved

SEEDS = {f"H{number}" for number in range(1, 16)}  # those that every product of this kind begins with
RISK = re.compile(r"(minor|significant|considerable|major|catastrophic) x (very low|low|medium|high|very high) = (\d)")
TEXT = FILE.read_text(encoding="utf-8")
ROWS = hazards(TEXT)
PLUGIN = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.safety_case import Watch
def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Watch(config, Path(__file__).parent / "safety.md"))
"""
PROOFS = """
from pytest import mark
@mark.parametrize("number", [1, 2])
def test_holds(number): pass
def test_breaks(): assert False
@mark.skip(reason="later")
def test_waits(): pass
@mark.xfail
def test_is_known_to_break(): assert False
"""


@cache
def functions_of(file):
    """Return {name: the marks it bears} of the test functions of a file."""
    found = {}
    for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            marks = {ast.unparse(mark).split("(")[0].rsplit(".", 1)[-1] for mark in node.decorator_list}
            found[node.name] = marks
    return found


def matrix():
    """Return {(severity, likelihood): class} of the table in the file."""
    head, *lines = re.search(r"\| Likelihood \|.*?\n\n", TEXT, re.DOTALL)[0].strip().splitlines()
    severities = [cell.strip() for cell in head.strip("|").split("|")][1:]
    found = {}
    for line in lines[1:]:
        likelihood, *classes = [cell.strip() for cell in line.strip("|").split("|")]
        found |= {(severity, likelihood): int(one) for severity, one in zip(severities, classes, strict=True)}
    return found


def class_of(risk):
    """Return the class of "major x low = 3", after looking that the table says so."""
    severity, likelihood, said = RISK.fullmatch(risk).groups()
    assert matrix()[severity, likelihood] == int(said), risk
    return int(said)


def test_the_seed_hazards_and_those_found_in_the_product_stand_in_the_log():
    numbers = [row.number for row in ROWS]
    assert set(numbers) > SEEDS and len(numbers) == len(set(numbers))
    assert len(numbers) >= len(SEEDS) + 10


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_each_hazard_has_cause_harm_control_and_proof(row):
    assert all((row.hazard, row.cause, row.harm, row.control)) and row.tests
    named = re.findall(r"`([^`]+)`", row.control)
    assert named, "a control says where it stands in the code"
    for place in named:
        assert place == "visible_to" or (ROOT / place).exists(), place


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_each_named_test_is_there_and_is_not_set_aside(row):
    for name in row.tests:
        file, function = name.split("::")
        marks = functions_of(file).get(function)
        assert marks is not None, f"{name} does not exist"
        assert not marks & {"skip", "skipif", "xfail", "timing"}, name


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_each_risk_is_the_one_of_the_table_and_a_control_makes_it_no_greater(row):
    assert class_of(row.residual) <= class_of(row.initial)
    assert class_of(row.residual) <= 3, "the product is not used with this"


def test_what_remains_of_class_3_is_named_and_nothing_else():
    remains = TEXT.split("## What remains")[1]
    assert {row.number for row in ROWS if class_of(row.residual) == 3} == set(re.findall(r"H\d+", remains))


@pytest.mark.parametrize(
    "outcome", [set(), {"failed"}, {"skipped"}, {"passed", "failed"}], ids=lambda seen: "-".join(sorted(seen)) or "none"
)
def test_a_control_whose_proof_did_not_pass_is_told(outcome):
    first = ROWS[0]
    passed = {name: {"passed"} for row in ROWS for name in row.tests}
    assert unproved(ROWS, passed, is_full=True) == []
    told = unproved(ROWS, passed | {first.tests[0]: outcome}, is_full=True)
    assert len(told) >= 1 and first.number in told[0] and first.tests[0] in told[0]


def test_a_run_of_chosen_tests_is_not_asked_about_the_others():
    assert unproved(ROWS, {}, is_full=False) == []


@pytest.mark.parametrize(
    "proof", ["test_holds", "test_breaks", "test_waits", "test_is_known_to_break", "test_is_not_there"]
)
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_full_run_fails_with_a_control_unproved_also_when_the_tests_are_handed_out(proof, workers, tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    (tmp_path / "conftest.py").write_text(PLUGIN.format(root=str(ROOT)))
    (tmp_path / "safety.md").write_text(f"| H1 | a | b | c | d | e | f | tests/test_x.py::{proof} |\n")
    (tmp_path / "tests" / "test_x.py").write_text(PROOFS)
    alone = [] if proof == "test_breaks" else ["--deselect=tests/test_x.py::test_breaks"]

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "no:cacheprovider", "-n", workers]
        + ["--dist", "loadfile", *alone],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    told = f"H1 a: tests/test_x.py::{proof}" in run.stdout
    assert (run.returncode, told) == ((0, False) if proof == "test_holds" else (1, True)), run.stdout


def test_the_process_that_hands_out_the_tests_watches_and_no_worker_does():
    watching = []
    process = {"pluginmanager": SimpleNamespace(register=watching.append), "option": SimpleNamespace(keyword="")}
    process["args_source"] = pytest.Config.ArgsSource.TESTPATHS

    pytest_configure(SimpleNamespace(**process, workerinput={}))
    assert watching == []
    pytest_configure(SimpleNamespace(**process))
    assert isinstance(watching[0], Watch) and watching[0].is_full and watching[0].rows == ROWS
