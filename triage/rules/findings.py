"""A measurement against its reference: passed, failed, amber or not assessed, with the grade and the reason."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from clinic.terms import Answer, CaseFacts, Measurement, Reason, Side, in_english
from triage.rules import phrases
from triage.rules.lines import Hint, Line, PhysicalTest, Ratio, Verdict, worst_line

Place = tuple[str, Side]  # a test and its side
Tests = Mapping[str, PhysicalTest]
SIDES = {Side.LEFT: phrases.LEFT, Side.RIGHT: phrases.RIGHT}


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


@dataclass(frozen=True)
class FailedNeed:
    """A need that failed, from tests or as stated; ``grade`` is the worst one, None where none was given."""

    need: str
    side: Side
    grade: int | None
    reasons: tuple[Reason, ...]


def judge(case: CaseFacts, tests: Tests) -> tuple[Judged, ...]:
    """Return the verdict of every measurement, in the order they were given.

    The newest value of a test and side counts.  Pain, or in a test of strength or endurance a value that
    is missing because the position could not be taken, is grade 0 and fails; in any other test a missing
    value is not assessed.  Sources stand in each test's entry.
    """
    newest = {(m.test, m.side): m for m in case.measurements if m.test in tests}
    judged = [_judged(m, case, newest, tests) for m in newest.values()]
    return (*(_by_feel(judged, newest)), *_from_findings(case))


def _judged(m: Measurement, case: CaseFacts, newest: Mapping[Place, Measurement], tests: Tests) -> Judged:
    test = tests[m.test]
    verdict, grade, why = _verdict(m, test, case, newest, tests)
    text = in_english(SIDES.get(m.side, phrases.NO_SIDE), test=test.name.en, why=why)
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


def _sided(need: str, side: Side) -> str:
    return f"{need}_{side.value}" if side in (Side.LEFT, Side.RIGHT) else need


def _verdict(
    m: Measurement, test: PhysicalTest, case: CaseFacts, newest: Mapping[Place, Measurement], tests: Tests
) -> Line:
    """Return (verdict, grade, words).  Pain, or a position that cannot be taken, is grade 0 and fails."""
    if test.pain_from is not None and (m.pain_nprs or 0) >= test.pain_from:
        return Verdict.FAILED, 0, in_english(phrases.PAIN, pain=m.pain_nprs, limit=test.pain_from)
    if m.value is None:
        if test.pain_fails:
            return Verdict.FAILED, 0, phrases.NO_POSITION.en
        return Verdict.NOT_ASSESSED, None, phrases.NO_VALUE.en
    if test.needs_fact:
        known = _fact(test.needs_fact, m.side, case, newest, tests)
        if known is not Answer.PRESENT:
            verdict = Verdict.PASSED if known is Answer.ABSENT else Verdict.NOT_ASSESSED
            return verdict, None, in_english(phrases.NEEDS_FACT, value=m.value, unit=test.unit, fact=test.needs_fact)
    return worst_line(m.value, m, test, case, newest.get((m.test, _other(m.side))))


def _fact(code: str, side: Side, case: CaseFacts, newest: Mapping[Place, Measurement], tests: Tests) -> Answer:
    """Return a finding as recorded, or as another measurement of this leg (or of both legs) gives it."""
    found = case.answer(code)
    for (name, where), m in newest.items():
        test = tests[name]
        if test.gives_fact != code or m.value is None or (side is not Side.NONE and where is not side):
            continue
        from_on = test.gives_from is not None and m.value >= test.gives_from
        if from_on or (test.gives_above is not None and m.value > test.gives_above):
            return Answer.PRESENT
        found = found if found is Answer.PRESENT else Answer.ABSENT
    return found


LUNGE_TESTS = ("WBLT_ANGLE", "WBLT_CM")
FELT = {
    "stretch": ("soleus_len",),
    "block": ("ankle_df",),
    "both": ("soleus_len", "ankle_df"),
}


def _by_feel(judged: Iterable[Judged], newest: Mapping[Place, Measurement]) -> Iterator[Judged]:
    """Give a failed bent-knee lunge the need that its feel names (interpretation table of 4.3).

    Stretch in the calf: soleus.  Block at the front of the ankle: ankle.  Feel not recorded: both, unless
    the straight-knee lunge fails too; then soleus, and the ankle only by feel.
    """
    results = tuple(judged)
    straight = {j.side for j in results if j.test == "WBLT_STRAIGHT" and j.verdict is Verdict.FAILED}
    for one in results:
        if one.test not in LUNGE_TESTS:
            yield one
            continue
        felt = newest[one.test, one.side].method or ""
        bases = FELT.get(felt, ("soleus_len",) if one.side in straight else FELT["both"])
        needs = tuple(_sided(base, one.side) for base in bases)
        yield Judged(one.test, one.side, one.verdict, one.grade, one.reason, needs, one.value)


# Findings of gait and palpation that fail a need by themselves (4.5, 4.6, 6.1).
FINDING_NEEDS = (
    ("overstride_symptomatic", "gait_cadence", phrases.OVERSTRIDE, "4.5"),
    (
        "tp_nodule_familiar_pain",
        "trigger_point",
        phrases.NODULE,
        "S2.6",
    ),
)


def _from_findings(case: CaseFacts) -> Iterator[Judged]:
    for code, need, text, source in FINDING_NEEDS:
        if case.has(code):
            yield Judged(code, Side.NONE, Verdict.FAILED, 1, Reason(code, text.en, source), (need,))


def failed_needs(judged: Iterable[Judged], stated: Iterable[str]) -> Mapping[str, FailedNeed]:
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
            grades = [g for g in ((known.grade if known else None), one.grade) if g is not None]
            found[need] = FailedNeed(need, one.side, min(grades, default=None), reasons)
    for need in stated:
        if need not in found:
            reason = Reason(need, in_english(phrases.RECORDED_FAILED, need=need), "4")
            found[need] = FailedNeed(need, side_of(need), None, (reason,))
    return found


def side_of(need: str) -> Side:
    """Return the side a need code names, NONE where it names none."""
    for side in (Side.LEFT, Side.RIGHT):
        if need.endswith(f"_{side.value}"):
            return side
    return Side.NONE


def core_ratios(case: CaseFacts, ratios: Iterable[Ratio]) -> tuple[tuple[Ratio, float, bool], ...]:
    """Return the ratios of the recorded holds as (ratio, value, is inside); amber, never a fail."""
    values = {(m.test, m.side): m.value for m in case.measurements if m.value}
    found = [(ratio, values.get(ratio.top), values.get(ratio.bottom)) for ratio in ratios]
    known = [(ratio, top / bottom) for ratio, top, bottom in found if top and bottom]
    return tuple((ratio, value, ratio.is_inside(value)) for ratio, value in known)


def hints_of(case: CaseFacts, tests: Tests, hints: Iterable[Hint]) -> tuple[Hint, ...]:
    """Return the hints of which a test failed or a fact is present."""
    failed = {one.test for one in judge(case, tests) if one.verdict is Verdict.FAILED}
    return tuple(hint for hint in hints if not failed.isdisjoint(hint.tests) or any(map(case.has, hint.facts)))
