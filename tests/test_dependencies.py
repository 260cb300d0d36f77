"""What we build on: each package in one version, each of its files by its hash, and what is known against it told."""

import re

import pytest

from tests.advisories import told
from tests.test_guards import ROOT

FILES = ("requirements", "requirements-dev", "requirements-tools")
PIN = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[\w,-]+\])?==([\w.]+)")
LOCKED = re.compile(
    r"^([\w.-]+)==([\w.]+)(?: ;[^\\]*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def plain(name):
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(name):
    """Return {package: version} of a requirements file and of the one it builds on; fail where one is loose."""
    known = {}
    for line in (ROOT / f"{name}.txt").read_text().splitlines():
        if line.startswith("-r "):
            known |= pinned(line.removeprefix("-r ").removesuffix(".txt"))
        elif line and not line.startswith("#"):
            assert (pin := PIN.fullmatch(line)), f"{name}.txt: {line} is not pinned exactly"
            known[plain(pin[1])] = pin[2]
    return known


@pytest.mark.parametrize("name", FILES)
def test_each_package_is_pinned_and_each_of_its_files_locked_by_hash(name):
    locked = {plain(package): version for package, version, _ in LOCKED.findall((ROOT / f"{name}.lock").read_text())}
    assert locked == pinned(name), "run make lock"


@pytest.mark.parametrize("name", FILES)
def test_a_lock_holds_nothing_but_pins_and_hashes(name):
    """No address of an index, no option, no package without its hash."""
    assert LOCKED.sub("", (ROOT / f"{name}.lock").read_text()) == ""


def test_whatever_is_installed_is_installed_by_its_hash():
    for line in (ROOT / "Makefile").read_text().splitlines():
        if "-r requirements" in line:
            assert "$(INSTALL)" in line and ".lock" in line, line
    assert "--require-hashes" in (ROOT / "Makefile").read_text()


KNOWN = {"name": "x", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
CLEAN = {"name": "y", "version": "1", "vulns": []}
SILENT = {"name": "z", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("rows", "words", "fails"),
    [
        ([],               ["NOT CHECKED"],                       False),
        ([SILENT],         ["NOT CHECKED"],                       False),
        ([CLEAN],          ["Checked"],                           False),
        ([CLEAN, SILENT],  ["NOT CHECKED", "Checked"],            False),
        ([KNOWN, CLEAN],   ["x 1: CVE-1, mended in 2", "Checked"], True),
    ],
)  # fmt: skip
def test_silence_of_the_advisories_is_told_and_is_no_proof(rows, words, fails):
    lines, known = told({"dependencies": rows})
    assert [line.startswith(word) for line, word in zip(lines, words, strict=True)] == [True] * len(words)
    assert known is fails
