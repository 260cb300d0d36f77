"""The lines a measurement is held against: cut-off, limits, norm, prediction, the other side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from clinic.terms import CaseFacts, Measurement, Side, Text, in_english
from triage.rules import phrases

DECADES_FROM, YEARS = 20, 10
COUNTED = ("reps", "score", "points", "grade", "deviations", "yes=1")  # units that have no halves


class Verdict(StrEnum):
    """What a test says.  AMBER is shown and fails nothing; a test without a cut-off is NOT_ASSESSED."""

    PASSED = "passed"
    FAILED = "failed"
    AMBER = "amber"
    NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True)
class PhysicalTest:
    """One physical test: how it is done, its unit and range, its reference and its fail lines.

    ``fail_below`` and ``mean`` are by sex, with one table a side where the sides differ; ``fail_from`` and
    ``fail_above`` are for tests where much is bad, ``fail_to`` includes its value; amber limits only show,
    ``amber_bands`` by (age, value).  ``min_ratio`` and ``max_gap`` compare with the other side (unit of
    the test); ``amber_gap_from`` notes what the other side lacks.  ``marked`` says which of these values are a
    convention and ``mark`` how; ``norm_by_decade`` are means from the 20s to the 80s, failed under ``norm_share``;
    ``line`` predicts a mean from age and sex.  ``pain_from`` is the NPRS from which pain fails the test;
    ``gives_fact`` is the finding that a value from ``gives_from`` or above ``gives_above`` makes present,
    ``needs_fact`` the one without which the test fails nothing.
    """

    code: str
    region: str
    name: Text
    how: Text
    unit: str
    sides: tuple[str, ...]
    low: float
    high: float
    needs: tuple[str, ...]
    source: tuple[str, ...]
    mark: str = ""
    marked: Text | None = None
    reference: Text | None = None
    equipment: Text | None = None
    alternative_to: str = ""
    methods: tuple[str, ...] = ()
    contraindicated: Text | None = None
    fail_below: Mapping[str, float] = field(default_factory=dict)
    fail_left: Mapping[str, float] = field(default_factory=dict)
    fail_right: Mapping[str, float] = field(default_factory=dict)
    mean: Mapping[str, float] = field(default_factory=dict)
    mean_left: Mapping[str, float] = field(default_factory=dict)
    mean_right: Mapping[str, float] = field(default_factory=dict)
    sd: Mapping[str, float] = field(default_factory=dict)
    sd_left: Mapping[str, float] = field(default_factory=dict)
    sd_right: Mapping[str, float] = field(default_factory=dict)
    fail_from: float | None = None
    fail_above: float | None = None
    fail_to: float | None = None
    amber_from: float | None = None
    amber_below: float | None = None
    amber_above: float | None = None
    amber_bands: tuple[tuple[int, float], ...] = ()
    min_ratio: float | None = None
    max_gap: float | None = None
    amber_gap_from: float | None = None
    pain_from: int | None = None
    norm_by_decade: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    norm_share: float | None = None
    line: Mapping[str, float] = field(default_factory=dict)
    needs_fact: str = ""
    gives_fact: str = ""
    gives_from: float | None = None
    gives_above: float | None = None
    detectable_change: float | None = None

    @property
    def pain_fails(self) -> bool:
        """Return whether pain, or not being able to take the position, fails this test."""
        return self.pain_from is not None

    @property
    def is_counted(self) -> bool:
        """Return whether the value is a count or a score, and so a whole number."""
        return self.unit in COUNTED


@dataclass(frozen=True)
class Ratio:
    """A ratio of two values (test, side) that is shown and never fails: inside under a limit, or near 1.0."""

    code: str
    name: Text
    top: tuple[str, Side]
    bottom: tuple[str, Side]
    under: float | None
    within: float | None
    note: Text
    source: tuple[str, ...]

    def is_inside(self, ratio: float) -> bool:
        """Return whether a ratio is what healthy people show."""
        if self.under is not None:
            return ratio < self.under
        return self.within is None or round(abs(ratio - 1.0), 6) <= self.within


@dataclass(frozen=True)
class Hint:
    """What failed tests or present facts together hint at; for information only."""

    code: str
    region: str
    tests: tuple[str, ...]
    facts: tuple[str, ...]
    text: Text
    source: tuple[str, ...]


@dataclass(frozen=True)
class SpecialTest:
    """A test that is recorded as findings (``facts``) and not as a value; no facts = weight 0."""

    code: str
    name: Text
    how: Text
    positive: Text
    note: Text | None
    contraindicated: Text | None
    facts: tuple[str, ...]
    source: tuple[str, ...]
    mark: str = ""


Line = tuple[Verdict, int | None, str]
WORST_FIRST = (Verdict.FAILED, Verdict.AMBER, Verdict.NOT_ASSESSED, Verdict.PASSED)


def worst_line(value: float, m: Measurement, test: PhysicalTest, case: CaseFacts, other: Measurement | None) -> Line:
    """Return (verdict, grade, words) of the worst line; NOT_ASSESSED where the test has no cut-off.

    Grades: 3 at or above the mean, 2 below it, 1 below the cut-off (mean less one SD).  In the mode
    ``seed_below_average`` grade 2 fails too, for every test of core and hip that has a mean (S1.27).
    """
    found = (
        _by_cut(value, m.side, test, case),
        _by_limits(value, test, case),
        _by_norm(value, test, case),
        _by_prediction(value, test, case),
        _by_other_side(value, test, other),
    )
    lines = [line for line in found if line is not None]
    if not lines:
        return Verdict.NOT_ASSESSED, None, in_english(phrases.NO_CUT, value=value, unit=test.unit)
    return min(lines, key=lambda line: (WORST_FIRST.index(line[0]), line[1] if line[1] is not None else 9))


def _cuts(table: Mapping[str, float], sex: str | None) -> tuple[float, float]:
    """Return (lower, higher) cut; they differ only for another or unknown sex (clarification 5)."""
    if "any" in table:
        return table["any"], table["any"]
    if sex is not None and sex in table:
        return table[sex], table[sex]
    return min(table.values()), max(table.values())


def _graded(value: float, test: PhysicalTest, cut: tuple[float, float], mean: tuple[float, float], seed: bool) -> Line:
    """Compare with a cut-off and a mean, each as (lower, higher) over the sexes that may apply."""
    low, high, low_mean, high_mean = (round(line, 2) for line in (*cut, *mean))
    if value < cut[0]:
        return Verdict.FAILED, 1, _measured(value, test, phrases.BELOW, cut=low)
    if seed and value < mean[0]:
        return Verdict.FAILED, 2, _measured(value, test, phrases.BELOW_MEAN, mean=low_mean)
    if value < cut[1]:
        return Verdict.AMBER, 2, _measured(value, test, phrases.BETWEEN_CUTS, low=low, high=high)
    if value < mean[1]:
        return Verdict.AMBER, 2, _measured(value, test, phrases.BELOW_MEAN_ONLY, mean=high_mean, cut=high)
    return Verdict.PASSED, 3, _measured(value, test, phrases.AT_LEAST, cut=max(high, high_mean))


def _measured(value: float, test: PhysicalTest, words: Text, **numbers: float) -> str:
    """Return a value with its unit, and what a line says of it."""
    return in_english(phrases.MEASURED, value=value, unit=test.unit, words=in_english(words, **numbers))


def _is_seed(case: CaseFacts) -> bool:
    return case.settings.core_fail_mode == "seed_below_average"


def _by_cut(value: float, side: Side, test: PhysicalTest, case: CaseFacts) -> Line | None:
    tables = {Side.LEFT: (test.fail_left, test.mean_left), Side.RIGHT: (test.fail_right, test.mean_right)}
    own_fail, own_mean = tables.get(side, ({}, {}))
    fail, mean = own_fail or test.fail_below, own_mean or test.mean
    if not fail:
        return None
    cut = _cuts(fail, case.patient.sex)
    return _graded(value, test, cut, _cuts(mean, case.patient.sex) if mean else cut, _is_seed(case))


Limit = tuple[float | None, Callable[[float], bool], Text]


def _by_limits(value: float, test: PhysicalTest, case: CaseFacts) -> Line | None:
    """Compare with fixed limits: those that fail, then those that only show."""
    fails: tuple[Limit, ...] = (
        (test.fail_to, lambda limit: value <= limit, phrases.FAILS_TO),
        (test.fail_from, lambda limit: value >= limit, phrases.FAILS_FROM),
        (test.fail_above, lambda limit: value > limit, phrases.FAILS_ABOVE),
    )
    shows: tuple[Limit, ...] = (
        (_band(test, case), lambda limit: value >= limit, phrases.NOTED_FROM),
        (test.amber_from, lambda limit: value >= limit, phrases.NOTED_FROM),
        (test.amber_below, lambda limit: value < limit, phrases.NOTED_BELOW),
        (test.amber_above, lambda limit: value > limit, phrases.NOTED_ABOVE),
    )
    for limits, verdict, grade in (
        (fails, Verdict.FAILED, 1),
        (shows, Verdict.AMBER, 2),
    ):
        for limit, breaks, words in limits:
            if limit is not None and breaks(limit):
                return verdict, grade, _measured(value, test, words, cut=limit)
    if all(limit is None for limit, _, _ in (*fails, *shows)):
        return None
    return Verdict.PASSED, 3, _measured(value, test, phrases.INSIDE)


def _band(test: PhysicalTest, case: CaseFacts) -> float | None:
    """Return the limit of the runner's age band; with the age unknown the lowest, which shows most."""
    if not test.amber_bands:
        return None
    age = case.patient.age_years
    if age is None:
        return min(limit for _, limit in test.amber_bands)
    return [limit for from_years, limit in test.amber_bands if age >= from_years][-1]


def _by_norm(value: float, test: PhysicalTest, case: CaseFacts) -> Line | None:
    """Compare with a share of the mean of the age decade (20s to 80s); younger and older take the nearest."""
    if not test.norm_by_decade or test.norm_share is None:
        return None
    age = case.patient.age_years
    if age is None:
        return Verdict.NOT_ASSESSED, None, in_english(phrases.NO_AGE_FOR_NORM, value=value, unit=test.unit)
    norms = {sex: means[_decade(age, len(means))] * test.norm_share for sex, means in test.norm_by_decade.items()}
    cut = _cuts(norms, case.patient.sex)
    verdict, grade, words = _graded(value, test, cut, cut, False)
    return verdict, grade, in_english(phrases.OF_NORM, words=words, share=test.norm_share)


def _decade(age: int, count: int) -> int:
    return min(max((age - DECADES_FROM) // YEARS, 0), count - 1)


def _by_prediction(value: float, test: PhysicalTest, case: CaseFacts) -> Line | None:
    """Compare with a mean predicted from age and sex, and with that less one standard deviation [RAM14]."""
    if not test.line:
        return None
    age, line = case.patient.age_years, test.line
    if age is None:
        return Verdict.NOT_ASSESSED, None, in_english(phrases.NO_AGE_FOR_PREDICTION, value=value, unit=test.unit)
    female = line["base"] + line["per_year"] * age
    means = {"female": female, "male": female + line["male"]}
    cuts = {sex: mean - line["sd"] for sex, mean in means.items()}
    sex = case.patient.sex
    verdict, grade, words = _graded(value, test, _cuts(cuts, sex), _cuts(means, sex), _is_seed(case))
    return verdict, grade, in_english(phrases.PREDICTED, words=words)


def _by_other_side(value: float, test: PhysicalTest, other: Measurement | None) -> Line | None:
    limits = (test.min_ratio, test.max_gap, test.amber_gap_from)
    if other is None or other.value is None or all(limit is None for limit in limits):
        return None
    if test.amber_gap_from is not None and round(value - other.value, 6) >= test.amber_gap_from:
        return Verdict.AMBER, 2, _measured(value, test, phrases.MORE_THAN_OTHER, more=value - other.value)
    if test.min_ratio is not None and other.value > 0 and round(value / other.value, 6) < test.min_ratio:
        words = _measured(value, test, phrases.SHARE_OF_OTHER, share=test.min_ratio, other=other.value)
        return Verdict.FAILED, 1, words
    if test.max_gap is not None and round(other.value - value, 6) > test.max_gap:
        words = _measured(value, test, phrases.LESS_THAN_OTHER, gap=test.max_gap, other=other.value)
        return Verdict.FAILED, 1, words
    return Verdict.PASSED, 3, _measured(value, test, phrases.LIKE_OTHER, other=other.value)
