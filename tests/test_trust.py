"""The table of trust is whole, and every test that it names is there."""

import ast
import re

import pytest

from tests.test_architecture import ROOT

ROW = re.compile(r"^\| (\d+|C\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs/trust.md").read_text())
NAMED = sorted({name for _, _, tests in ROWS for name in tests.split(", ") if name != "open"})


def test_each_requirement_and_each_class_has_one_row():
    expected = [str(n) for n in range(1, 41)] + [f"C{n}" for n in range(1, 31)]
    assert [number for number, _, _ in ROWS] == expected


def test_nothing_is_claimed_without_a_test():
    assert [number for number, how, tests in ROWS if (how == "open") != (tests == "open")] == []


@pytest.mark.parametrize("name", NAMED)
def test_a_named_test_is_there(name):
    path, _, function = name.partition("::")
    defined = {
        node.name for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.FunctionDef)
    }
    assert function in defined
