"""A run, or why a file gave none, as plain JSON and back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rehab.rules.logged import Segment
from rehab.rules.watch import Problem, Run
from rehab.runs import problem

MOST_NAME = 120  # characters of a file's name


def to_plain(run: Run) -> dict[str, Any]:
    """Return the figures of a run as JSON bears them."""
    return asdict(run) | {"began": run.began.isoformat()}


def to_run(told: Mapping[str, Any]) -> Run:
    """Return a run from its plain figures."""
    segments = tuple(Segment(**part) for part in told["segments"])
    return Run(**{**told, "began": datetime.fromisoformat(told["began"]), "segments": segments})


def plain_outcome(name: str, outcome: Run | Problem) -> dict[str, Any]:
    """Return what was found in one file as JSON bears it."""
    found = {"run": to_plain(outcome)} if isinstance(outcome, Run) else {"problem": outcome.code}
    return {"name": name[:MOST_NAME], **found}


def outcomes_of(found: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Run | Problem]]:
    """Yield (name, run or problem) of what was written down."""
    for told in found:
        yield told["name"], to_run(told["run"]) if "run" in told else problem(told["problem"])
