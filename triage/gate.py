"""WHETHER: may this leg be loaded now?  Asked by rehab at every use of a plan, never stored.

Shut by default.  It asks every unanswered item of every screening, never only the latest: a later calm
screening opens nothing.  ``rehab.triggers`` says the same in SQL; a test puts the same cases to both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max

from clinic.models import Case
from clinic.tables import knowledge_version
from clinic.terms import Reason
from triage.knowledge import triage_knowledge
from triage.models import Diagnosis, RedFlagItem, Screening, SignOff

FRESH = timedelta(days=7)  # an older screening opens no new signature [CONV]
CLOCKS_APART = timedelta(hours=1)  # nor does one dated further ahead than two servers' clocks may differ


@dataclass(frozen=True)
class Gate:
    """Whether load is allowed, and every reason why not."""

    open: bool
    reasons: tuple[Reason, ...]


def loading_gate(case: Case) -> Gate:
    """Return whether this leg may be loaded now.  Four queries."""
    reasons = (*_screening_reasons(case), *_item_reasons(case))
    return Gate(open=not reasons, reasons=reasons)


def signing_gate(case: Case, at: datetime) -> Gate:
    """Return whether a plan may be signed now: the loading gate, and a screening of the last 7 days."""
    gate = _with_confirmation(loading_gate(case), case)
    newest = (
        case.screenings.filter(completed_at__isnull=False, voided_at__isnull=True).order_by("-completed_at").first()
    )
    if newest is None or newest.completed_at is None or at - FRESH <= newest.completed_at <= at + CLOCKS_APART:
        return gate
    stale = Reason(
        "stale_screening",
        f"The last screening is not of the last {FRESH.days} days: screen again.",
        "CONV",
    )
    return Gate(open=False, reasons=(*gate.reasons, stale))


def _with_confirmation(gate: Gate, case: Case) -> Gate:
    """Return the gate, shut too where a working clinic's lead does not stand for these knowledge files."""
    if settings.DEMONSTRATION or case.clinic.has_confirmed(knowledge_version().sha256):
        return gate
    text = "The clinic's lead has not confirmed this version of the knowledge."
    return Gate(open=False, reasons=(*gate.reasons, Reason("unconfirmed_knowledge", text, "CONV")))


def _screening_reasons(case: Case) -> tuple[Reason, ...]:
    rows = list(
        Screening.objects.filter(case=case, voided_at__isnull=True).order_by().values_list("completed_at", "complete")
    )
    if any(completed_at is None for completed_at, _ in rows):
        return (Reason("unfinished_screening", "A safety screening is not finished.", "T-LOCK"),)
    newest = max((at for at, _ in rows if at), default=None)
    if newest is None:
        return (Reason("no_screening", "The safety screening has not been done.", "T-LOCK"),)
    if not all(complete for at, complete in rows if at == newest):
        return (
            Reason(
                "incomplete_screening",
                "Answers are missing in the safety screening.",
                "T-LOCK",
            ),
        )
    return ()


def _item_reasons(case: Case) -> tuple[Reason, ...]:
    sign_offs = list(SignOff.objects.filter(case=case))
    sources = {flag.code: ", ".join(flag.source) for flag in triage_knowledge().red_flags.flags}
    reasons = tuple(
        Reason(item.row, item.text, sources.get(item.row, item.rule))
        for item in RedFlagItem.objects.filter(case=case).exclude(outcome="excluded")
        if not item.is_answered(sign_offs)
    )
    names = {cause.code: cause.name.en for cause in triage_knowledge().causes.causes}
    locked = (
        Reason(cause, f"{names.get(cause, cause)}: no load before a specialist's release.", "6.2")
        for cause in unreleased_causes(case, sign_offs)
    )
    return (*reasons, *locked)


def unreleased_causes(case: Case, sign_offs: Iterable[SignOff]) -> list[str]:
    """Return the diagnoses that must not be loaded and that nobody released since they were last recorded.

    ``sign_offs`` are the case's.  One query.
    """
    must_not_load = triage_knowledge().red_flags.must_not_load
    recorded = Diagnosis.objects.filter(case=case, cause__in=must_not_load).order_by("cause")
    releases = [(row.cause, row.at) for row in sign_offs if row.kind == "released" and row.cause]
    return [
        cause
        for cause, newest in recorded.values_list("cause").annotate(newest=Max("at"))
        if not any(released == cause and at >= newest for released, at in releases)
    ]
