"""The smallest fitting set of exercises for failed needs: an exact search by eight ordered criteria (6.2)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from rehab.rules.catalogue import Exercise

PRIMARY = 2  # the weight with which an exercise can satisfy a need; 1 only breaks ties


@dataclass(frozen=True)
class Cover:
    """The chosen codes, and the needs that no candidate covers."""

    chosen: frozenset[str]
    uncovered: tuple[str, ...]


def cover(needs: Iterable[str], candidates: Mapping[str, Exercise]) -> Cover:
    """Return the best set in which every need has an exercise of weight 2.

    ``needs`` are codes without side.  The search is exact: for each need its exercises of weight 2, and
    every combination of them; with this catalogue at most some dozens.  Needs that nobody covers are
    taken out before the sets are compared.  Source: 6.2, criteria 1 to 8.
    """
    wanted = sorted(set(needs))
    primary = {
        need: [code for code, exercise in candidates.items() if exercise.cover.get(need) == PRIMARY] for need in wanted
    }
    coverable = [need for need in wanted if primary[need]]
    uncovered = tuple(need for need in wanted if not primary[need])
    if not coverable:
        return Cover(frozenset(), uncovered)

    sets = {frozenset(combination) for combination in product(*(primary[need] for need in coverable))}
    fewest = min(len(chosen) for chosen in sets)
    smallest = [chosen for chosen in sets if len(chosen) == fewest]
    best = min(smallest, key=lambda chosen: rank(chosen, coverable, candidates))
    return Cover(best, uncovered)


Rank = tuple[int, int, int, int, int, int, int, tuple[str, ...]]


def rank(chosen: Collection[str], needs: Collection[str], candidates: Mapping[str, Exercise]) -> Rank:
    """Return the eight criteria of 6.2 for one set, best = lowest.

    The fourth is the sum over the exercises of their weight-2 needs that did not fail: a need that two
    exercises of the set cover counts twice.
    """
    exercises = [candidates[code] for code in chosen]
    return (
        len(exercises),
        sum(exercise.high_spine_load for exercise in exercises),
        -sum(weight for exercise in exercises for need, weight in exercise.cover.items() if need in needs),
        sum(
            weight == PRIMARY and need not in needs for exercise in exercises for need, weight in exercise.cover.items()
        ),
        -sum(exercise.seed_named for exercise in exercises),
        -sum(exercise.evidence for exercise in exercises),
        sum(len(exercise.equipment) for exercise in exercises),
        tuple(sorted(chosen)),
    )
