"""When is a clot suspected (rule T-DVT), and which of its rows a signature may answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clinic.terms import Answer, Reason, Text
from triage.rules.derived import Limits, swelling_by_girth
from triage.rules.scores import TwoLevel, WellsResult


@dataclass(frozen=True)
class ClotRow:
    """One row of 2.3: its words, whether a signature may close it, and whether it is a D-hold until then."""

    code: str
    text: Text
    accepts_signature: bool
    is_hold: bool
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class SignGroup:
    """One local sign L; several facts of one group count once."""

    code: str
    label: Text
    facts: tuple[str, ...]


@dataclass(frozen=True)
class ClotTable:
    """The lists of 2.3.  ``examined`` are the signs a signature on a recurrence asks for (w4 to w8)."""

    groups: tuple[SignGroup, ...]
    significant: tuple[str, ...]
    strong: tuple[str, ...]
    weak: tuple[str, ...]
    mechanism: str
    rows: tuple[ClotRow, ...]
    examined: tuple[str, ...]
    limits: Limits


@dataclass(frozen=True)
class ClotResult:
    """What rule T-DVT found.

    ``rows`` are the codes of the rows that fired; ``may_be_signed`` says whether a signature can
    answer all of them; ``is_hold`` whether they only hold (another sentence, the same locks);
    ``massage_needs`` is "nothing", "reason" or "tests": what massage and release wait for.
    """

    suspected: bool
    rows: tuple[str, ...]
    reasons: tuple[Reason, ...]
    text: Text
    signs: tuple[str, ...]
    strong_risks: tuple[str, ...]
    weak_risks: tuple[str, ...]
    significant_swelling: bool
    loading_event: bool
    girth_difference_cm: float | None
    may_be_signed: bool
    is_hold: bool
    massage_needs: str = "nothing"


@dataclass(frozen=True)
class Picture:
    """The counted facts that the rows of 2.3 look at."""

    answers: Mapping[str, Answer]
    signs: tuple[str, ...]
    strong: tuple[str, ...]
    weak: tuple[str, ...]
    significant: bool
    event: bool
    strict: bool

    def has(self, code: str) -> bool:
        """Return whether a fact is known to be present."""
        return self.answers.get(code) is Answer.PRESENT

    @property
    def has_risk(self) -> bool:
        """Return whether any risk, strong or weak, is present."""
        return bool(self.strong or self.weak)


def _other(picture: Picture) -> bool:
    return bool(picture.signs) or picture.significant or picture.has_risk


# One line per row of 2.3; the words and what a signature may do stand in the table.
CONDITIONS: Mapping[str, Callable[[Picture], bool]] = {
    "previous_clot_or_cancer": lambda p: p.has("w9") or p.has("previous_pe") or p.has("w1"),
    "doubt_or_worry": lambda p: p.has("clinician_in_doubt") or p.has("clot_worry"),
    "both_legs_swollen": lambda p: p.has("both_legs_swollen"),
    "raised_d_dimer": lambda p: p.has("d_dimer_raised_scan_pending"),
    "ache_with_risk": lambda p: p.has_risk and (p.has("deep_ache") or p.has("ache_rest_not_movement")),
    "two_signs": lambda p: len(p.signs) >= 2,
    "significant_swelling": lambda p: p.significant,
    "sign_with_risk": lambda p: bool(p.signs) and p.has_risk,
    "swelling_not_explained": lambda p: p.has("swelling_after_24h"),
    "strong_risk": lambda p: not p.signs and bool(p.strong),
    "single_risk_strict": lambda p: p.strict and p.has_risk,
    "weak_risks": lambda p: not p.signs and not p.event and len(p.weak) >= 2,
    "one_weak_risk": lambda p: not p.signs and not p.strong and not p.event and len(p.weak) == 1,
    "one_sign": lambda p: len(p.signs) == 1 and not p.has_risk and not p.event,
    "one_sign_with_event": lambda p: len(p.signs) == 1 and not p.has_risk and p.event,
    "weak_risk_with_event": lambda p: not p.signs and not p.strong and bool(p.weak) and p.event,
    "recurrence": lambda p: p.has("calf_pain_recurs"),
}
UNNAMED = "unnamed"  # "any other combination that no row names"


def clot_suspicion(
    answers: Mapping[str, Answer],
    girth_difference_cm: float | None,
    wells: WellsResult,
    table: ClotTable,
    *,
    strict: bool,
) -> ClotResult:
    """Return which rows of rule T-DVT fire and what may answer them.

    ``answers`` are the facts with what age, pregnancy and measurements add; the girth difference is
    in cm, symptomatic leg minus the other.  Every row is evaluated.  An unanswered item fires
    nothing here: the screening lists it as missing and holds.  ``strict`` reads the seed literally:
    any single risk is same day.

    Source: NICE NG158 with the seed statements S1.60 to S1.66 and S2.30.
    """
    picture = _picture(answers, girth_difference_cm, table, strict=strict)
    fired = tuple(row for row in table.rows if row.code != UNNAMED and CONDITIONS[row.code](picture))
    if not fired and _other(picture):
        fired = tuple(row for row in table.rows if row.code == UNNAMED)
    signable = bool(fired) and all(_may_sign(row, answers, wells, table) for row in fired)
    return ClotResult(
        suspected=bool(fired),
        rows=tuple(row.code for row in fired),
        reasons=tuple(Reason("RF-DVT", row.text.en, ", ".join(row.source)) for row in fired),
        text=Text(
            " ".join(row.text.en for row in fired),
            " ".join(row.text.es for row in fired),
        ),
        signs=picture.signs,
        strong_risks=picture.strong,
        weak_risks=picture.weak,
        significant_swelling=picture.significant,
        loading_event=picture.event,
        girth_difference_cm=girth_difference_cm,
        may_be_signed=signable,
        is_hold=signable and all(row.is_hold for row in fired),
    )


def _may_sign(row: ClotRow, answers: Mapping[str, Answer], wells: WellsResult, table: ClotTable) -> bool:
    # Incomplete and not applicable both refuse: signing needs w1 to w9 and a score that holds.
    if not row.accepts_signature or wells.two_level is not TwoLevel.UNLIKELY:
        return False
    return row.code != "recurrence" or all(answers.get(code) is Answer.ABSENT for code in table.examined)


def _picture(
    answers: Mapping[str, Answer],
    difference_cm: float | None,
    table: ClotTable,
    *,
    strict: bool,
) -> Picture:
    def present(codes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(code for code in codes if answers.get(code) is Answer.PRESENT)

    by_girth = swelling_by_girth(difference_cm, answers, table.limits)
    signs = tuple(g.code for g in table.groups if present(g.facts) or (by_girth and g.code == "swelling"))
    return Picture(
        answers=answers,
        signs=signs,
        strong=present(table.strong),
        weak=present(table.weak),
        significant=bool(present(table.significant)),
        event=bool(present((table.mechanism,))),
        strict=strict,
    )
