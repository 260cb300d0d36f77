"""The safety case keeps its word: what docs/safety.md names as proof has passed in every full run of the tests.

Only the process that hears of every test can say so, and with xdist that is the one that hands the tests out: it alone
has the ``Watch``, and each report of each worker passes through it.  A run of chosen tests proves nothing about the
others and is not asked; in it too, a proof that is skipped is told.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "safety.md"
ROW = re.compile(r"^\| (H\d+) \|(.*)\|$", re.MULTILINE)


@dataclass(frozen=True)
class Hazard:
    """One row of the hazard log; ``tests`` are names of functions, "tests/test_x.py::test_y"."""

    number: str
    hazard: str
    cause: str
    harm: str
    initial: str
    control: str
    residual: str
    tests: tuple


def hazards(text):
    """Return the rows of the hazard log.  ValueError for one that has not its eight cells."""
    found = []
    for number, rest in ROW.findall(text):
        cells = [cell.strip() for cell in rest.split("|")]
        if len(cells) != 7:
            raise ValueError(f"{number}: {len(cells) + 1} cells, not 8")
        found.append(Hazard(number, *cells[:6], tuple(name.strip() for name in cells[6].split(",") if name.strip())))
    return found


def unproved(rows, outcomes, is_full):
    """Return, in words, which controls no passing test proves.  ``outcomes``: {name of a test: set of outcomes}."""
    said = []
    for row in rows:
        for name in row.tests:
            seen = outcomes.get(name, set())
            if seen - {"passed"} or (is_full and not seen):
                said.append(f"{row.number} {row.hazard}: {name} {' and '.join(sorted(seen)) or 'did not run'}")
    return said


class Watch:
    """Hears how every test ended, and fails a run that leaves a control unproved."""

    def __init__(self, config, file=FILE):
        self.rows = hazards(file.read_text(encoding="utf-8")) if file.exists() else []
        self.is_full = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.keyword
        self.outcomes, self.said = {}, []

    def pytest_runtest_logreport(self, report):
        """Keep the outcome of a test, and of its setting up where that went wrong."""
        if report.when == "call" or report.outcome != "passed":
            name = report.nodeid.split("[")[0]
            self.outcomes.setdefault(name, set()).add(report.outcome)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session, exitstatus):
        """Fail the run where a control is unproved; one that was broken off is failed already."""
        if session.config.option.collectonly or exitstatus in (
            pytest.ExitCode.INTERRUPTED,
            pytest.ExitCode.USAGE_ERROR,
        ):
            return
        timed_alone = session.config.option.markexpr == "timing"  # what is measured runs by itself, after all others
        self.said = unproved(self.rows, self.outcomes, self.is_full and not timed_alone)
        if self.said and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        """Say which."""
        if self.said:
            terminalreporter.section("docs/safety.md: controls without a passing test", red=True)
            for line in self.said:
                terminalreporter.line(line)
