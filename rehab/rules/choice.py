"""The values that the choice of exercises passes on: reasons, exercises, drops, questions, gaps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clinic.terms import Reason, in_english
from rehab.rules import phrases
from rehab.rules.catalogue import Exercise
from rehab.rules.cover import PRIMARY
from rehab.rules.gates import Opening, Status
from rehab.rules.mapping_tables import MappingTable
from rehab.rules.needs import Failure


@dataclass(frozen=True)
class Because:
    """One reason for one exercise: the rule, the need it answers (with its side), where it comes from."""

    rule: str
    need: str | None
    source: str
    text: str = ""


@dataclass(frozen=True)
class Chosen:
    """One exercise of the plan.  ``start_level`` is None where it has no ladder."""

    code: str
    start_level: int | None
    max_level: int
    because: tuple[Because, ...]
    group: str = "rest"  # forced, core, calf or rest: what the session cap keeps first


@dataclass(frozen=True)
class Dropped:
    """A forced exercise that cannot be given, and what took its place, if anything could."""

    code: str
    reason: str
    substitute: str | None


@dataclass(frozen=True)
class AskFirst:
    """A question whose answer may free exercises that are withheld now."""

    question: str
    frees: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """Everything the algorithm of 6.2 says for one case."""

    exercises: tuple[Chosen, ...] = ()
    ask_first: tuple[AskFirst, ...] = ()
    uncovered: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    next_block: tuple[Chosen, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """The tables the choice reads, and what the gates say of each exercise today."""

    exercises: Mapping[str, Exercise]
    table: MappingTable
    openings: Mapping[str, Opening]

    def is_ok(self, code: str) -> bool:
        """Return whether an exercise may be given today."""
        return self.openings[code].status is Status.OK

    def is_forbidden(self, code: str) -> bool:
        """Return whether something known speaks against an exercise."""
        return self.openings[code].status is Status.FORBIDDEN

    def in_order(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Return codes in catalogue order, each once."""
        wanted = set(codes)
        return tuple(code for code in self.exercises if code in wanted)


@dataclass(frozen=True)
class Draft:
    """The choice under way: codes with their reasons, level ceilings, drops, gaps."""

    because: Mapping[str, tuple[Because, ...]]
    forced: frozenset[str] = frozenset()
    ceilings: Mapping[str, int] | None = None
    dropped: tuple[Dropped, ...] = ()
    met: frozenset[str] = frozenset()  # needs that a kept forced exercise answers
    core: frozenset[str] = frozenset()  # chosen for the failed core needs


def challenges(exercise: Exercise) -> str:
    """Return what an exercise challenges, in words for a reason."""
    needs = ", ".join(sorted(need for need, weight in exercise.cover.items() if weight == PRIMARY))
    return in_english(phrases.CHALLENGES, needs=needs) if needs else phrases.NO_NEED.en


def explained(text: str, failure: Failure) -> str:
    """Return the explanation with the test, its value and its cut-off, as far as they are known (6.4)."""
    tests = "; ".join(f"{reason.text} [{reason.source}]" for reason in failure.reasons)
    return f"{text}; {tests}" if tests else text
