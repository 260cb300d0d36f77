"""The shapes of the mapping table: from failed needs to exercises (specification, section 6).

Read from ``rehab/knowledge/mapping.toml``; every entry carries its sources
and, where it is only a convention, its mark.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from clinic.terms import Text


@dataclass(frozen=True)
class ForcedRule:
    """A rule that adds exercises: when the diagnosis is one of ``causes`` or one of ``needs`` failed."""

    code: str
    causes: frozenset[str]
    needs: frozenset[str]
    exercises: tuple[str, ...]
    covers: frozenset[str]  # needs that count as met while the forced exercise is kept
    text: Text
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class Substitution:
    """What takes the place of a blocked forced exercise; ``max_level`` is a ceiling."""

    exercise: str
    substitute: str
    max_level: int | None
    text: Text
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class StartRule:
    """A start level: by grade of the failed test, or by the calf's pain test."""

    code: str
    exercises: tuple[str, ...]  # () = every exercise that is not calf loading
    grade: int | None
    test: str | None
    pain_above_nprs: int | None
    pain_up_to_nprs: int | None
    min_repetitions: int | None
    level: int
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class AddOnRule:
    """When an add-on may stand in ``plan.add_ons``."""

    exercise: str
    causes: frozenset[str]
    from_onset_days: int | None
    to_onset_days: int | None
    by_running_gates: bool
    text: Text
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class Elephant:
    """What the runner does not train: the answer (present or absent) that makes a fact a contributor."""

    fact: str
    answer: str
    text: Text
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class MappingTable:
    """The fixed points of the choice: needs, forced rules, substitutions, cap and start levels."""

    needs: Mapping[str, Text]
    runner_needs: Mapping[str, Text]  # what failed, as one would say it to a runner
    core_needs: frozenset[str]
    strain_causes: frozenset[str]
    always_there: frozenset[str]  # equipment that is never filtered
    stand_ins: Mapping[str, frozenset[str]]  # by thing: what it can replace, as the ball does the roller
    equipment: Mapping[str, Text]
    forced: tuple[ForcedRule, ...]
    substitutions: Mapping[str, Substitution]
    session_cap: int
    cap_order: tuple[str, ...]
    start: tuple[StartRule, ...]
    add_ons: tuple[AddOnRule, ...]
    default_strain_exercises: tuple[str, ...]
    default_strain_grades: frozenset[int]
    overstride_fact: str
    overstride_exercise: str
    elephants: tuple[Elephant, ...]  # in the order they are asked

    def at_hand(self, owned: frozenset[str]) -> frozenset[str]:
        """Return everything an exercise may ask for: what is owned, what stands in for it, what is always there."""
        replaced = (self.stand_ins.get(thing, frozenset()) for thing in owned)
        return owned.union(self.always_there, *replaced)
