"""Findings to ranked causes, each with its working; the grade of a strain (section 3)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from clinic.terms import (
    Answer,
    CaseFacts,
    Measurement,
    OutcomeType,
    Side,
    TestResult,
    Text,
)
from triage.rules.derived import girth_difference, with_derived

RUPTURE_SIGNS = ("squeeze_positive", "matles_positive", "tendon_gap")
LOW_PRESSURES = ("abi_low", "tbi_low")
VASCULAR_RISKS = ("age_50_or_over", "smoking", "diabetes", "vascular_risk_other")
# What age and the questions of section 2 already say; nobody examines it.
FROM_THE_PERSON = frozenset(
    {"age_40_or_over", "age_30_to_60", "age_60_or_over", "age_under_40_no_risk", "age_under_50_no_risk"}
)


@dataclass(frozen=True)
class Weight:
    """One line of a cause's table.

    ``any_of`` counts once when one of them is present, ``all_of`` when all are, ``absent`` when all are
    recorded absent, ``count`` once for each that is present up to ``most``.  ``only_if`` names a condition.
    """

    code: str
    points: int
    any_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    count: tuple[str, ...] = ()
    most: int = 1
    only_if: str = ""
    source: tuple[str, ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        """Return every fact this line looks at."""
        return (*self.any_of, *self.all_of, *self.absent, *self.count)


@dataclass(frozen=True)
class Cause:
    """One condition; ``keys`` are its key findings, ``cap`` the highest total it may reach."""

    code: str
    name: Text
    row: str
    must_not_miss: bool
    weights: tuple[Weight, ...]
    keys: tuple[str, ...]
    source: tuple[str, ...]
    cap: int | None = None
    always_shown: bool = False
    note: Text | None = None
    mark: str = ""


@dataclass(frozen=True)
class RankingLimits:
    """When causes are not told apart, what is always shown (points), whose tests come next, and the ages (years)."""

    undifferentiated_under: int
    undifferentiated_gap: int
    shown_from: int
    next_of: int
    older_from: int
    strain_from: int
    strain_to: int
    artery_from: int
    young_under: int
    artery_young_under: int


@dataclass(frozen=True)
class Giving:
    """A test whose value, from ``at`` or above ``above`` (unit of the test), makes a finding present."""

    test: str
    fact: str
    at: float | None
    above: float | None

    def gives(self, value: float) -> bool:
        """Return whether a value makes the finding present."""
        return (self.at is not None and value >= self.at) or (self.above is not None and value > self.above)


@dataclass(frozen=True)
class CauseTable:
    """All causes in the safety order that breaks ties, and the numbers of the ranking.

    ``clot_facts`` are for the conditions of DVT; ``small_girth_cm`` (from, under) is swelling below Wells item w6;
    ``giving`` are the tests whose values are findings; ``grade`` says what a grade of a strain means;
    ``contributors`` are findings that may have brought it on, shown whatever the ranking says.
    """

    causes: tuple[Cause, ...]
    grade: Mapping[int, Text]
    limits: RankingLimits
    contributors: tuple[str, ...] = ()
    clot_facts: tuple[str, ...] = ()
    small_girth_cm: tuple[float, float] = (0.0, 0.0)
    giving: tuple[Giving, ...] = ()


@dataclass(frozen=True)
class ScoredFinding:
    """A finding that counted, with its signed weight."""

    code: str
    weight: int
    source: str


@dataclass(frozen=True)
class RankedCause:
    """A cause that is shown, with what counted; ``shown_because`` is pinned, score or must_not_miss."""

    code: str
    score: int
    shown_because: str
    findings: tuple[ScoredFinding, ...]


@dataclass(frozen=True)
class Ranking:
    """The causes to show, whether they are told apart, and what to look for next."""

    causes: tuple[RankedCause, ...]
    undifferentiated: bool
    test_next: tuple[str, ...]


def rank_causes(
    case: CaseFacts,
    answers: Mapping[str, Answer],
    pinned: tuple[str, ...],
    table: CauseTable,
) -> Ranking:
    """Return the causes by score, the pinned above them, the dangerous always shown (3.1).

    ``answers`` are the facts with what follows from age, pregnancy and measurements; ``pinned`` the causes of
    fired red flags, most urgent first.  ``not_assessed`` counts 0.  Ties keep the safety order.
    Classes of the weights are the specification's judgement [CONV], not likelihood ratios.
    """
    facts = with_derived(answers, derived_findings(case, answers, table).items())
    known = Known.of(facts)
    scored = [(cause, *_score(cause, known, table)) for cause in table.causes]
    ordered = _without_lone_plantaris(sorted(scored, key=lambda row: -row[1]), facts)
    ranked = [row for row in ordered if row[1] > 0]
    shown = [*_pinned(ordered, pinned), *_by_score(ranked, pinned)]
    shown += _must_not_miss(ordered, {cause.code for cause in shown}, facts, table.limits)
    # The lone plantaris stands below its points: the best of the rest is the second, wherever it stands.
    first, *rest = [score for _, score, _ in ranked] or [0]
    second = max(rest, default=0)
    is_open = first < table.limits.undifferentiated_under or first - second < table.limits.undifferentiated_gap
    return Ranking(tuple(shown), is_open, tuple(_test_next(ordered, facts, table.limits)))


Scored = tuple[Cause, int, tuple[ScoredFinding, ...]]


class Known(NamedTuple):
    """The codes that are known to be present and known to be absent; silence is in neither."""

    present: frozenset[str]
    absent: frozenset[str]

    @classmethod
    def of(cls, facts: Mapping[str, Answer]) -> "Known":
        """Sort the facts once, so that hundreds of lines are each one set operation."""
        return cls(
            frozenset(code for code, answer in facts.items() if answer is Answer.PRESENT),
            frozenset(code for code, answer in facts.items() if answer is Answer.ABSENT),
        )


def _score(cause: Cause, known: Known, table: CauseTable) -> tuple[int, tuple[ScoredFinding, ...]]:
    counted = tuple(
        ScoredFinding(weight.code, weight.points * times, ", ".join(weight.source or cause.source))
        for weight in cause.weights
        if (times := _times(weight, known, table))
    )
    total = sum(finding.weight for finding in counted)
    return (total if cause.cap is None else min(total, cause.cap)), counted


def _times(weight: Weight, known: Known, table: CauseTable) -> int:
    """Return how often a line counts; silence never counts."""
    if weight.only_if and not _condition(weight.only_if, known, table):
        return 0
    if weight.count:
        return min(weight.most, len(known.present.intersection(weight.count)))
    if weight.absent:
        return int(known.absent.issuperset(weight.absent))
    if weight.any_of and known.present.isdisjoint(weight.any_of):
        return 0
    return int(known.present.issuperset(weight.all_of))


def _condition(name: str, known: Known, table: CauseTable) -> bool:
    """Return whether a named condition of 3.2 holds; a fact nobody assessed never makes one true."""
    if name == "no_clot_facts":
        return known.absent.issuperset(table.clot_facts)
    if name == "no_rupture_signs":
        return known.absent.issuperset(RUPTURE_SIGNS)
    young_without_risk = "age_under_50_no_risk" in known.present
    if name == "pulses_alone":
        return not young_without_risk and known.present.isdisjoint(LOW_PRESSURES)
    return young_without_risk if name == "young_without_risk" else not young_without_risk


CONDITION_NAMES = (
    "no_clot_facts",
    "no_rupture_signs",
    "young_without_risk",
    "not_young_without_risk",
    "pulses_alone",
)


def derived_findings(case: CaseFacts, answers: Mapping[str, Answer], table: CauseTable) -> dict[str, Answer]:
    """Return the findings that follow from age, girth, pressures, posture and the clot tests.

    What cannot be known is left out, so that a stated answer or NOT_ASSESSED stands.
    """
    found = dict(_by_age(case.patient.age_years, answers, table.limits))
    difference = girth_difference(case)
    if difference is not None:
        found["girth_1_to_3"] = _answer(table.small_girth_cm[0] <= difference < table.small_girth_cm[1])
    values = [m for m in case.measurements if m.value is not None]
    measured = {m.test for m in values}
    for giving in table.giving:
        if giving.test in measured and found.get(giving.fact) is not Answer.PRESENT:
            found[giving.fact] = _answer(giving.gives(_worst(values, giving.test, case.patient.side)))
    for outcome in case.outcomes:
        if outcome.item == "RF-DVT" and outcome.outcome is not OutcomeType.EXCLUDED:
            waits = outcome.scan in (None, TestResult.NOT_DONE)
            found["d_dimer_raised_scan_pending"] = _answer(outcome.d_dimer is TestResult.POSITIVE and waits)
    return found


def _worst(values: list[Measurement], test: str, side: Side | None) -> float:
    """Return the highest value on the symptomatic side; of both where no single side is known or measured."""
    all_sides = [m.value or 0.0 for m in values if m.test == test]
    own = [m.value or 0.0 for m in values if m.test == test and m.side is side]
    return max(own or all_sides)


def _by_age(age: int | None, answers: Mapping[str, Answer], limits: RankingLimits) -> Iterator[tuple[str, Answer]]:
    if age is None:
        return
    no_risk = all(answers.get(code) is Answer.ABSENT for code in VASCULAR_RISKS[1:])
    yield "age_40_or_over", _answer(age >= limits.older_from)
    yield "age_30_to_60", _answer(limits.strain_from <= age <= limits.strain_to)
    yield "age_60_or_over", _answer(age >= limits.artery_from)
    yield "age_under_40_no_risk", _answer(age < limits.young_under and no_risk)
    yield "age_under_50_no_risk", _answer(age < limits.artery_young_under and no_risk)


def _answer(is_so: bool) -> Answer:
    return Answer.PRESENT if is_so else Answer.ABSENT


def _without_lone_plantaris(rows: list[Scored], facts: Mapping[str, Answer]) -> list[Scored]:
    """Put PLANTARIS below GASTROC unless imaging shows it: it is rare [DIX09]."""
    if facts.get("plantaris_imaging") is Answer.PRESENT:
        return rows
    codes = [cause.code for cause, _, _ in rows]
    if "PLANTARIS" not in codes or "GASTROC" not in codes or codes.index("PLANTARIS") > codes.index("GASTROC"):
        return rows
    plantaris = rows[codes.index("PLANTARIS")]
    rest = [row for row in rows if row is not plantaris]
    after = next(i for i, row in enumerate(rest) if row[0].code == "GASTROC") + 1
    return [*rest[:after], plantaris, *rest[after:]]


def _pinned(rows: list[Scored], pinned: tuple[str, ...]) -> Iterator[RankedCause]:
    by_code = {cause.code: (score, findings) for cause, score, findings in rows}
    for code in pinned:
        score, findings = by_code[code]
        yield RankedCause(code, score, "pinned", findings)


def _by_score(rows: list[Scored], pinned: tuple[str, ...]) -> Iterator[RankedCause]:
    for cause, score, findings in rows:
        if cause.code not in pinned:
            yield RankedCause(cause.code, score, "score", findings)


def _must_not_miss(
    rows: list[Scored], shown: set[str], facts: Mapping[str, Answer], limits: RankingLimits
) -> list[RankedCause]:
    """Return the dangerous causes that the score alone would hide, because their key findings are open."""
    hidden = [row for row in rows if row[0].code not in shown]
    return [
        RankedCause(cause.code, score, "must_not_miss", findings)
        for cause, score, findings in hidden
        if cause.always_shown
        or (cause.must_not_miss and (score >= limits.shown_from or any(_is_open(facts, key) for key in cause.keys)))
    ]


def _is_open(facts: Mapping[str, Answer], code: str) -> bool:
    return facts.get(code, Answer.NOT_ASSESSED) is Answer.NOT_ASSESSED


def _test_next(rows: list[Scored], facts: Mapping[str, Answer], limits: RankingLimits) -> list[str]:
    """Return the open findings of the first causes that have a table, the heaviest first, each once."""
    wanted: dict[str, int] = {}
    tabled = [cause for cause, _, _ in rows if cause.weights]
    for cause in tabled[: limits.next_of]:
        for weight in cause.weights:
            for code in weight.facts:
                if _is_open(facts, code) and code not in FROM_THE_PERSON:
                    wanted[code] = max(wanted.get(code, 0), abs(weight.points))
    return sorted(wanted, key=lambda code: -wanted[code])
