"""A measurement against its reference: passed, failed, amber or not assessed, with the grade and the reason."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from clinic.terms import CaseFacts, Measurement, Reason, Side, Text

PAIN_FAILS_FROM = 4  # NPRS; a strength test or hold that hurts this much is not passed
DECADES_FROM, YEARS = 20, 10


class Verdict(StrEnum):
    """What a test says.  AMBER is shown and fails nothing; a test without a cut-off is NOT_ASSESSED."""

    PASSED = "passed"
    FAILED = "failed"
    AMBER = "amber"
    NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True)
class PhysicalTest:
    """One physical test: how it is done, its unit and range, its reference and its fail lines.

    ``fail_below`` (or one table a side) and ``mean`` are by sex; ``fail_from`` and ``fail_above`` are for tests
    where much is bad, ``fail_to`` includes its value; amber limits only show, ``amber_bands`` by (age, value); ``min_ratio`` and ``max_gap`` compare with the other side (unit of the test);
    ``norm_by_decade`` are means from the 20s to the 80s, failed under ``norm_share`` of them.
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
    reference: Text | None = None
    alternative_to: str = ""
    methods: tuple[str, ...] = ()
    contraindicated: Text | None = None
    is_core: bool = False
    fail_below: Mapping[str, float] = field(default_factory=dict)
    fail_left: Mapping[str, float] = field(default_factory=dict)
    fail_right: Mapping[str, float] = field(default_factory=dict)
    mean: Mapping[str, float] = field(default_factory=dict)
    fail_from: float | None = None
    fail_above: float | None = None
    fail_to: float | None = None
    amber_from: float | None = None
    amber_below: float | None = None
    amber_above: float | None = None
    amber_bands: tuple[tuple[int, float], ...] = ()
    min_ratio: float | None = None
    max_gap: float | None = None
    pain_fails: bool = False
    norm_by_decade: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    norm_share: float | None = None
    line: Mapping[str, float] = field(default_factory=dict)
    needs_fact: str = ""
    detectable_change: float | None = None


@dataclass(frozen=True)
class Judged:
    """One test on one side: its verdict, its grade (3 best to 0, core and hip), and why."""

    test: str
    side: Side
    verdict: Verdict
    grade: int | None
    reason: Reason
    needs: tuple[str, ...] = ()
    value: float | None = None

    @property
    def need(self) -> str | None:
        """Return the first need this test feeds, or None."""
        return self.needs[0] if self.needs else None


@dataclass(frozen=True)
class FailedNeed:
    """A need that failed, from tests or as stated; ``grade`` is the worst one, None where none was given."""

    need: str
    side: Side
    grade: int | None
    reasons: tuple[Reason, ...]


def judge(case: CaseFacts, tests: Mapping[str, PhysicalTest]) -> tuple[Judged, ...]:
    """Return the verdict of every measurement, in the order they were given.

    The newest value of a test and side counts.  A value that is missing because the position could not
    be taken or hurt too much is grade 0 and fails.  Source: sections 4.1 to 4.5 of each test's entry.
    """
    newest = {(m.test, m.side): m for m in case.measurements if m.test in tests}
    judged = [_judged(m, tests[m.test], case, newest) for m in newest.values()]
    return (*(_by_feel(judged, newest)), *_from_findings(case))


def _judged(
    m: Measurement,
    test: PhysicalTest,
    case: CaseFacts,
    newest: Mapping[tuple[str, Side], Measurement],
) -> Judged:
    verdict, grade, why = _verdict(m, test, case, newest.get((m.test, _other(m.side))))
    text = f"{test.name.en}{_on(m.side)}: {why}"
    needs = tuple(_sided(need, m.side) for need in test.needs)
    return Judged(
        test.code,
        m.side,
        verdict,
        grade,
        Reason(test.code, text, ", ".join(test.source)),
        needs,
        m.value,
    )


def _other(side: Side) -> Side:
    return {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}.get(side, side)


def _on(side: Side) -> str:
    return f" ({side.value})" if side in (Side.LEFT, Side.RIGHT) else ""


def _sided(need: str, side: Side) -> str:
    return f"{need}_{side.value}" if side in (Side.LEFT, Side.RIGHT) else need


def _verdict(
    m: Measurement, test: PhysicalTest, case: CaseFacts, other: Measurement | None
) -> tuple[Verdict, int | None, str]:
    """Return (verdict, grade, words): the worst of pain, cut-off, norm and side difference."""
    if m.value is None:
        return Verdict.FAILED, 0, "pain, or the position could not be taken"
    if test.pain_fails and (m.pain_nprs or 0) >= PAIN_FAILS_FROM:
        return (
            Verdict.FAILED,
            0,
            f"pain {m.pain_nprs}/10 (fails from {PAIN_FAILS_FROM})",
        )
    if test.needs_fact and not case.has(test.needs_fact):
        known = Verdict.PASSED if case.lacks(test.needs_fact) else Verdict.NOT_ASSESSED
        return (
            known,
            None,
            f"{m.value:g} {test.unit}; counts only together with {test.needs_fact}",
        )
    found = [
        line
        for line in (
            _by_cut(m, test, case),
            _by_limits(m.value, test, case),
            _by_norm(m.value, test, case),
            _by_line(m.value, test, case),
            _by_other_side(m.value, test, other),
        )
        if line is not None
    ]
    if not found:
        return (
            Verdict.NOT_ASSESSED,
            None,
            f"{m.value:g} {test.unit}; there is no cut-off",
        )
    order = (Verdict.FAILED, Verdict.AMBER, Verdict.NOT_ASSESSED, Verdict.PASSED)
    return min(found, key=lambda line: order.index(line[0]))


Line = tuple[Verdict, int | None, str]


def _cuts(table: Mapping[str, float], sex: str | None) -> tuple[float, float]:
    """Return (lower, higher) cut; they differ only for another or unknown sex (clarification 5)."""
    if "any" in table:
        return table["any"], table["any"]
    if sex in table:
        return table[sex], table[sex]
    return min(table.values()), max(table.values())


def _by_cut(m: Measurement, test: PhysicalTest, case: CaseFacts) -> Line | None:
    table = {Side.LEFT: test.fail_left, Side.RIGHT: test.fail_right}.get(
        m.side
    ) or test.fail_below
    if not table or m.value is None:
        return None
    value, (low, high) = m.value, _cuts(table, case.patient.sex)
    if value < low:
        return Verdict.FAILED, 1, f"{value:g} {test.unit}, below {low:g}"
    if value < high:
        return (
            Verdict.AMBER,
            2,
            f"{value:g} {test.unit}, between the cut-offs {low:g} and {high:g}",
        )
    if not test.mean:
        return Verdict.PASSED, 3, f"{value:g} {test.unit}, at least {high:g}"
    mean_low, mean_high = _cuts(test.mean, case.patient.sex)
    mean = mean_low if case.settings.core_fail_mode == "deficit" else mean_high
    if value >= mean:
        return Verdict.PASSED, 3, f"{value:g} {test.unit}, at least the mean {mean:g}"
    if test.is_core and case.settings.core_fail_mode == "seed_below_average":
        return Verdict.FAILED, 2, f"{value:g} {test.unit}, below the mean {mean:g}"
    return (
        Verdict.AMBER,
        2,
        f"{value:g} {test.unit}, below the mean {mean:g} but not below {high:g}",
    )


def _by_limits(value: float, test: PhysicalTest, case: CaseFacts) -> Line | None:
    """Compare with fixed limits: those that fail, then those that only show."""
    fails = (
        (test.fail_to, lambda limit: value <= limit, "up to {:g} it fails"),
        (test.fail_from, lambda limit: value >= limit, "from {:g} on it fails"),
        (test.fail_above, lambda limit: value > limit, "above {:g}"),
    )
    shows = (
        (_band(test, case), lambda limit: value >= limit, "noted from {:g}"),
        (test.amber_from, lambda limit: value >= limit, "noted from {:g}"),
        (test.amber_below, lambda limit: value < limit, "noted below {:g}"),
        (test.amber_above, lambda limit: value > limit, "noted above {:g}"),
    )
    for limits, verdict, grade in (
        (fails, Verdict.FAILED, 1),
        (shows, Verdict.AMBER, 2),
    ):
        for limit, breaks, words in limits:
            if limit is not None and breaks(limit):
                return verdict, grade, f"{value:g} {test.unit}, {words.format(limit)}"
    if all(limit is None for limit, _, _ in (*fails, *shows)):
        return None
    return Verdict.PASSED, 3, f"{value:g} {test.unit}, inside the reference"


def _band(test: PhysicalTest, case: CaseFacts) -> float | None:
    """Return the limit of the runner's age band; with the age unknown the lowest, which shows most."""
    if not test.amber_bands:
        return None
    age = case.patient.age_years
    if age is None:
        return min(limit for _, limit in test.amber_bands)
    return [limit for from_years, limit in test.amber_bands if age >= from_years][-1]


def _by_norm(value: float, test: PhysicalTest, case: CaseFacts) -> Line | None:
    """Compare with the mean of the age decade (20s to 80s); younger and older take the nearest decade."""
    if not test.norm_by_decade or test.norm_share is None:
        return None
    age = case.patient.age_years
    if age is None:
        return (
            Verdict.NOT_ASSESSED,
            None,
            f"{value:g} {test.unit}; the age for the norm is not known",
        )
    norms = {
        sex: means[_decade(age, len(means))] * test.norm_share
        for sex, means in test.norm_by_decade.items()
    }
    low, high = _cuts(norms, case.patient.sex)
    if value < low:
        return (
            Verdict.FAILED,
            1,
            f"{value:g} {test.unit}, below {low:g} ({test.norm_share:.0%} of the norm)",
        )
    if value < high:
        return (
            Verdict.AMBER,
            2,
            f"{value:g} {test.unit}, between {low:g} and {high:g} ({test.norm_share:.0%} of norms)",
        )
    return (
        Verdict.PASSED,
        3,
        f"{value:g} {test.unit}, at least {high:g} ({test.norm_share:.0%} of the norm)",
    )


def _decade(age: int, count: int) -> int:
    return min(max((age - DECADES_FROM) // YEARS, 0), count - 1)


def _by_line(value: float, test: PhysicalTest, case: CaseFacts) -> Line | None:
    """Compare with a value predicted from age and sex, less one standard deviation [RAM14]."""
    if not test.line:
        return None
    age, line = case.patient.age_years, test.line
    if age is None:
        return (
            Verdict.NOT_ASSESSED,
            None,
            f"{value:g} {test.unit}; the age for the prediction is not known",
        )
    female = line["base"] + line["per_year"] * age - line["sd"]
    low, high = _cuts(
        {"female": female, "male": female + line["male"]}, case.patient.sex
    )
    if value < low:
        return (
            Verdict.FAILED,
            1,
            f"{value:g} {test.unit}, below {low:.2f} (predicted less one SD)",
        )
    if value < high:
        return (
            Verdict.AMBER,
            2,
            f"{value:g} {test.unit}, between {low:.2f} and {high:.2f}",
        )
    return (
        Verdict.PASSED,
        3,
        f"{value:g} {test.unit}, at least {high:.2f} (predicted less one SD)",
    )


def _by_other_side(
    value: float, test: PhysicalTest, other: Measurement | None
) -> Line | None:
    if (
        (test.min_ratio is None and test.max_gap is None)
        or other is None
        or other.value is None
    ):
        return None
    if (
        test.min_ratio is not None
        and other.value > 0
        and round(value / other.value, 6) < test.min_ratio
    ):
        return (
            Verdict.FAILED,
            1,
            f"{value:g} {test.unit}, less than {test.min_ratio:.0%} of the other side ({other.value:g})",
        )
    if test.max_gap is not None and round(other.value - value, 6) > test.max_gap:
        return (
            Verdict.FAILED,
            1,
            f"{value:g} {test.unit}, over {test.max_gap:g} less than the other side ({other.value:g})",
        )
    return (
        Verdict.PASSED,
        3,
        f"{value:g} {test.unit}, like the other side ({other.value:g})",
    )


LUNGE_TESTS = ("WBLT_ANGLE", "WBLT_CM")
FELT = {
    "stretch": ("soleus_len",),
    "block": ("ankle_df",),
    "both": ("soleus_len", "ankle_df"),
}


def _by_feel(
    judged: Iterable[Judged], newest: Mapping[tuple[str, Side], Measurement]
) -> Iterator[Judged]:
    """Give a failed bent-knee lunge the need that its feel names (interpretation table of 4.3).

    Stretch in the calf: soleus.  Block at the front of the ankle: ankle.  Feel not recorded: both, unless
    the straight-knee lunge fails too; then soleus, and the ankle only by feel.
    """
    results = tuple(judged)
    straight = {
        j.side
        for j in results
        if j.test == "WBLT_STRAIGHT" and j.verdict is Verdict.FAILED
    }
    for one in results:
        if one.test not in LUNGE_TESTS:
            yield one
            continue
        felt = newest[one.test, one.side].method or ""
        bases = FELT.get(
            felt, ("soleus_len",) if one.side in straight else FELT["both"]
        )
        needs = tuple(_sided(base, one.side) for base in bases)
        yield Judged(
            one.test, one.side, one.verdict, one.grade, one.reason, needs, one.value
        )


# Findings of gait and palpation that fail a need by themselves (4.5, 4.6, 6.1).
FINDING_NEEDS = (
    ("overstride_symptomatic", "gait_cadence", "Symptomatic overstride", "4.5"),
    (
        "tp_nodule_familiar_pain",
        "trigger_point",
        "A taut-band nodule reproduces the familiar pain",
        "S2.6",
    ),
)


def _from_findings(case: CaseFacts) -> Iterator[Judged]:
    for code, need, text, source in FINDING_NEEDS:
        if case.has(code):
            yield Judged(
                code, Side.NONE, Verdict.FAILED, 1, Reason(code, text, source), (need,)
            )


def failed_needs(
    judged: Iterable[Judged], stated: Iterable[str]
) -> Mapping[str, FailedNeed]:
    """Return the failed needs by code, sides kept, with the worst grade and every reason.

    ``stated`` are needs a clinician entered as failed directly; they carry no grade.
    """
    found: dict[str, FailedNeed] = {}
    for one in judged:
        if one.verdict is not Verdict.FAILED:
            continue
        for need in one.needs:
            known = found.get(need)
            reasons = (*known.reasons, one.reason) if known else (one.reason,)
            grades = [
                g
                for g in ((known.grade if known else None), one.grade)
                if g is not None
            ]
            found[need] = FailedNeed(need, one.side, min(grades, default=None), reasons)
    for need in stated:
        if need not in found:
            reason = Reason(need, f"{need}: recorded as failed", "4")
            found[need] = FailedNeed(need, side_of(need), None, (reason,))
    return found


def side_of(need: str) -> Side:
    """Return the side a need code names, NONE where it names none."""
    for side in (Side.LEFT, Side.RIGHT):
        if need.endswith(f"_{side.value}"):
            return side
    return Side.NONE


def core_ratios(case: CaseFacts) -> Mapping[str, tuple[float, bool]]:
    """Return the display ratios of the core holds as {name: (ratio, is inside)}; amber, never a fail [MAT].

    Flexion to extension under 1.0; right to left side bridge within 0.05 of 1.0; side to extension under 0.75.
    """
    values = {(m.test, m.side): m.value for m in case.measurements if m.value}
    flexion, extension = (
        values.get(("CF_HOLD", Side.NONE)),
        values.get(("CE_SORENSEN", Side.NONE)),
    )
    left, right = (
        values.get(("CL_BRIDGE", Side.LEFT)),
        values.get(("CL_BRIDGE", Side.RIGHT)),
    )
    ratios: dict[str, tuple[float, bool]] = {}
    if flexion and extension:
        ratios["flexion_extension"] = (flexion / extension, flexion / extension < 1.0)
    if left and right:
        ratios["right_left_side"] = (right / left, abs(right / left - 1.0) <= 0.05)
    if extension:
        for side, value in (("left", left), ("right", right)):
            if value:
                ratios[f"{side}_side_extension"] = (
                    value / extension,
                    value / extension < 0.75,
                )
    return ratios
