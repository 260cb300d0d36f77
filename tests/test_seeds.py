"""docs/seeds.md is true: every seed statement has its row, and the row points to what exists."""

import re
import tomllib
from functools import cache

import pytest

from clinic.tables import ROOT, SEED_STATEMENTS

ROWS = [
    tuple(cell.strip() for cell in line.strip("|\n").split("|"))
    for line in (ROOT / "docs" / "seeds.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| [SN]\d", line)
]
NO_RULE = "no rule"
KEPT = [row for row in ROWS if row[3] != NO_RULE]
IN_KNOWLEDGE = [row for row in KEPT if "/knowledge/" in row[2]]


def place(kept):
    """Split "`file` entry" into its two parts; the entry may be empty."""
    file, _, entry = kept.partition("` ")
    return file.strip("`"), entry


@cache
def entries(file):
    """Return every entry of a knowledge file as (name, the statements it names)."""
    found = []

    def walk(node, name):
        if isinstance(node, list):
            for item in node:
                walk(item, name)
        elif isinstance(node, dict):
            named_by = node.get("code", node.get("exercise"))
            name = named_by if isinstance(named_by, str) else name
            named = node.get("source", [])
            if isinstance(named, list):
                found.append((name, frozenset(str(source) for source in named)))
            for value in node.values():
                walk(value, name)

    walk(tomllib.loads((ROOT / file).read_text(encoding="utf-8")), "file")
    return tuple(found)


def test_every_statement_has_exactly_one_row():
    assert sorted(row[0] for row in ROWS) == sorted(SEED_STATEMENTS)


def test_every_row_says_something_of_its_own():
    assert all(len(row) == 4 and row[1] for row in ROWS)


@pytest.mark.parametrize("row", KEPT, ids=[row[0] for row in KEPT])
def test_a_row_points_to_a_file_and_a_test_that_exist(row):
    file, entry = place(row[2])
    assert (ROOT / file).is_file(), file
    if entry:
        assert entry in {name for name, _ in entries(file)}, f"{file} has no entry {entry}"
    test_file, _, test = row[3].strip("`").partition("::")
    content = (ROOT / test_file).read_text(encoding="utf-8")
    assert re.search(rf"^def {test}\(", content, re.MULTILINE), row[3]


@pytest.mark.parametrize("row", IN_KNOWLEDGE, ids=[row[0] for row in IN_KNOWLEDGE])
def test_the_entry_of_a_statement_names_it(row):
    """The row's own test keeps the behaviour; this one keeps the way back from the entry to the statement."""
    file, entry = place(row[2])
    names = {name for name, named in entries(file) if row[0] in named}
    assert entry in names or (not entry and names), f"{file} {entry} does not name {row[0]}"


def test_what_has_no_rule_points_nowhere():
    assert all(row[2] == "-" for row in ROWS if row[3] == NO_RULE)
