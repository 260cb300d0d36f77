"""Open items: what each fired row waits for, and what outcomes and signatures do to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from clinic.terms import (
    Answer,
    CaseFacts,
    Level,
    Outcome,
    OutcomeType,
    SignOffFact,
    SignOffKind,
    TestResult,
    Text,
)
from triage.rules.dvt import ClotResult
from triage.rules.red_flags import FiredRow, RedFlagTable
from triage.rules.scores import TwoLevel, WellsResult

CLOT_ROW = "RF-DVT"
NEGATIVE, POSITIVE, NOT_DONE = (
    TestResult.NEGATIVE,
    TestResult.POSITIVE,
    TestResult.NOT_DONE,
)


@dataclass(frozen=True)
class OpenItem:
    """One fired row and what became of it.

    ``closed`` is True only after an outcome ``excluded`` that counts, a signature where the row
    accepts one, or a release after ``confirmed``.  ``awaiting`` is "outcome", "signature",
    "may_load", "release" or ``None``.  A U item with ``may_load`` stays open and awaits nothing.
    ``is_hold`` marks a D item that is only held until it is signed; ``signable`` says that its rows accept
    a signature, before and after somebody signed.
    """

    row: str
    level: Level
    rule: str
    text: Text
    outcome: OutcomeType | None
    closed: bool
    awaiting: str | None
    cause: str = ""
    contra: tuple[str, ...] = ()
    is_hold: bool = False
    signable: bool = False
    closed_by: str = ""

    @property
    def stops(self) -> bool:
        """Return whether this item forbids a plan today."""
        return not self.closed and (self.level.is_stopping or self.awaiting is not None)


def clot_excluded(outcome: Outcome, two_level: TwoLevel) -> bool:
    """Return whether the recorded tests exclude a clot (2.1).

    LIKELY: negative scan and negative D-dimer, or a negative repeat scan.  UNLIKELY: also a negative
    D-dimer, or a raised D-dimer with a negative scan.  Not applicable (pregnant, after birth, under 18):
    a negative scan or a written hospital discharge, never the D-dimer.  INCOMPLETE is read like LIKELY.
    A positive scan never excludes, and nothing repeats a scan that was not done.  Source: [NG158].
    """
    if outcome.outcome is not OutcomeType.EXCLUDED or POSITIVE in (
        outcome.scan,
        outcome.repeat_scan,
    ):
        return False
    repeated = outcome.repeat_scan is NEGATIVE and outcome.scan is not NOT_DONE
    scanned = outcome.scan is NEGATIVE or repeated
    if two_level is TwoLevel.NOT_APPLICABLE:
        return scanned or (outcome.discharged and outcome.d_dimer is not POSITIVE)
    if repeated or (scanned and outcome.d_dimer is NEGATIVE):
        return True
    if two_level is not TwoLevel.UNLIKELY:
        return False
    return outcome.d_dimer is NEGATIVE or (outcome.d_dimer is POSITIVE and scanned)


def is_signed(sign_offs: tuple[SignOffFact, ...], item: str, kind: SignOffKind) -> bool:
    """Return whether a named clinician signed this item, with all that its kind asks for.

    Every kind needs who and when; "considered, not suspected" also the reason (2.3), a load its limits
    (clarification 12).  A release is the treating service's own: who and when.
    """
    return any(_is_whole(s) for s in sign_offs if s.item == item and s.kind is kind)


def _is_whole(signed: SignOffFact) -> bool:
    asked = {
        SignOffKind.CONSIDERED_NOT_SUSPECTED: signed.reason,
        SignOffKind.MAY_LOAD: signed.limits,
    }.get(signed.kind, signed.by)
    return all(text.strip() for text in (signed.by, signed.on, asked))


def open_items(
    fired: tuple[FiredRow, ...],
    clot: ClotResult,
    wells: WellsResult,
    case: CaseFacts,
    table: RedFlagTable,
) -> tuple[OpenItem, ...]:
    """Return one item per fired row, the clot among them, in the order E, D, U and of the table.

    Several outcomes for one item: the most worrying counts, so an exclusion never hides a
    confirmation.  One outcome answers its own item alone.
    """
    items = [_item(row, case) for row in fired]
    if clot.suspected:
        items.append(_clot_item(clot, wells, case, table))
    position = {flag.code: place for place, flag in enumerate(table.flags)}
    return tuple(sorted(items, key=lambda item: (-item.level.urgency, position[item.row])))


def _outcome(case: CaseFacts, row: str) -> Outcome | None:
    found = [outcome for outcome in case.outcomes if outcome.item == row]
    worst = (OutcomeType.CONFIRMED, OutcomeType.INCONCLUSIVE, OutcomeType.EXCLUDED)
    return min(found, key=lambda outcome: worst.index(outcome.outcome), default=None)


def _item(row: FiredRow, case: CaseFacts) -> OpenItem:
    outcome = _outcome(case, row.flag.code)
    item = OpenItem(
        row=row.flag.code,
        level=row.level,
        rule=row.rule,
        text=row.text,
        outcome=outcome.outcome if outcome else None,
        closed=False,
        awaiting="outcome",
        cause=row.flag.cause,
        contra=row.flag.contra,
    )
    if item.outcome is OutcomeType.EXCLUDED:
        return replace(item, closed=True, awaiting=None, closed_by="outcome")
    if item.outcome is OutcomeType.CONFIRMED:
        return _confirmed(item, case)
    if item.level is Level.U:
        may_load = is_signed(case.sign_offs, item.row, SignOffKind.MAY_LOAD)
        return replace(item, awaiting=None if may_load else "may_load")
    return item


def _confirmed(item: OpenItem, case: CaseFacts) -> OpenItem:
    if is_signed(case.sign_offs, item.row, SignOffKind.RELEASED):
        return replace(item, closed=True, awaiting=None, closed_by="release")
    return replace(item, awaiting="release")


def _clot_item(clot: ClotResult, wells: WellsResult, case: CaseFacts, table: RedFlagTable) -> OpenItem:
    flag = next(flag for flag in table.flags if flag.code == CLOT_ROW)
    outcome = _outcome(case, CLOT_ROW)
    item = OpenItem(
        row=CLOT_ROW,
        level=Level.D,
        rule=f"{CLOT_ROW}.{'+'.join(clot.rows)}",
        text=clot.text,
        outcome=outcome.outcome if outcome else None,
        closed=False,
        awaiting="signature" if clot.may_be_signed else "outcome",
        cause=flag.cause,
        contra=flag.contra,
        is_hold=clot.is_hold,
        signable=clot.may_be_signed,
    )
    if outcome and clot_excluded(outcome, wells.two_level):
        return replace(item, closed=True, awaiting=None, closed_by="outcome")
    if item.outcome is OutcomeType.CONFIRMED:
        return replace(_confirmed(item, case), is_hold=False)
    if item.outcome is not None:
        return replace(item, awaiting="outcome", is_hold=False)
    signed = is_signed(case.sign_offs, CLOT_ROW, SignOffKind.CONSIDERED_NOT_SUSPECTED)
    if clot.may_be_signed and signed:
        return replace(item, closed=True, awaiting=None, closed_by="signature")
    return item


def massage_needs(clot: ClotResult, items: tuple[OpenItem, ...], case: CaseFacts) -> str:
    """Return what massage and release wait for besides open locks: "nothing", "reason" or "tests".

    After a signature they need the tests with a strong risk, else a written reason, which is a
    ``released`` sign-off of the clot row.  A confirmed clot forbids them for the whole case.
    """
    item = next((item for item in items if item.row == CLOT_ROW), None)
    if item is None or item.closed_by == "outcome":
        return "nothing"
    if not item.closed or item.outcome is OutcomeType.CONFIRMED or clot.strong_risks:
        return "tests"
    written = tuple(signed for signed in case.sign_offs if signed.reason.strip())
    return "nothing" if is_signed(written, CLOT_ROW, SignOffKind.RELEASED) else "reason"


def contra_words(items: tuple[OpenItem, ...], needs: str, has_risk: bool, table: RedFlagTable) -> frozenset[str]:
    """Return the contra words of every open or confirmed row, and of a clot that was only signed.

    A release lifts the blanket words (a plan, all treatments) and keeps the row's own words, and
    massage for the whole case.  After a signature the clot's words stay while a risk is present,
    and massage in any case, until the written reason.
    """
    words: set[str] = set()
    for item in items:
        if not item.closed:
            words.update(item.contra)
        elif item.outcome is OutcomeType.CONFIRMED:
            words.update(set(item.contra) - set(table.blanket_words))
            words.update(table.massage_words)
        elif item.closed_by == "signature" and needs != "nothing":
            kept = item.contra if has_risk else table.massage_words
            words.update(set(kept) - set(table.blanket_words))
    return frozenset(words)


def needs_release(
    diagnosis: str | None,
    sign_offs: tuple[SignOffFact, ...],
    answers: Mapping[str, Answer],
    table: RedFlagTable,
) -> bool:
    """Return whether a diagnosis must not be loaded before a specialist's release (6.2, second line).

    A cyst behind the knee is on the list only until it is imaged; imaging not recorded is not imaged.
    """
    if diagnosis not in table.must_not_load:
        return False
    imaging = table.imaged_by.get(diagnosis)
    if imaging and answers.get(imaging) is Answer.PRESENT:
        return False
    return not is_signed(sign_offs, diagnosis, SignOffKind.RELEASED)
