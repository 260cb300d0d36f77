"""WHETHER: may this leg be loaded now?  Asked by rehab at every use of a plan, never stored.

Shut by default.  It asks every unanswered item of every screening, never only the latest: a later calm
screening opens nothing.  ``rehab.triggers`` says the same in SQL; a test puts the same cases to both.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Q
from django.utils.translation import gettext

from clinic.language import said
from clinic.models import Case
from clinic.tables import knowledge_version
from clinic.terms import Reason
from triage.facts import NO_GAIN
from triage.knowledge import triage_knowledge
from triage.models import Diagnosis, Finding, RedFlagItem, Screening, SignOff
from triage.rules.items import CLOT_ROW

CLOCKS_APART = timedelta(hours=1)  # two servers may differ so far; a screening dated later opens no signature


@dataclass(frozen=True)
class Gate:
    """Whether load is allowed, and every reason why not.

    ``unanswered`` holds the items that nothing answers, the most urgent first; ``limits`` the words of those who
    signed that the leg may be loaded although something stands open.
    """

    open: bool
    reasons: tuple[Reason, ...]
    unanswered: tuple[RedFlagItem, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def could_be_clot(self) -> bool:
        """Return whether nobody has ruled a suspected clot out yet."""
        return any(item.row == CLOT_ROW for item in self.unanswered)

    @property
    def lacks_gain(self) -> bool:
        """Return whether care without a gain is all that stands open against this leg."""
        return {item.row for item in self.unanswered} == {NO_GAIN}


def loading_gate(case: Case) -> Gate:
    """Return whether this leg may be loaded now.  Four queries; a fifth where imaging may free a diagnosis."""
    return _gate(case, _screenings(case))


def signing_gate(case: Case, at: datetime) -> Gate:
    """Return whether a plan may be signed now: the loading gate, and a screening that is fresh (18 [CONV])."""
    days = triage_knowledge().red_flags.fresh_days
    screenings = _screenings(case)
    gate = _with_confirmation(_gate(case, screenings), case)
    newest = max((completed_at for completed_at, _ in screenings if completed_at), default=None)
    if newest is None or at - timedelta(days=days) <= newest <= at + CLOCKS_APART:
        return gate
    stale = Reason(
        "stale_screening",
        gettext("The last screening is not of the last %(days)s days (clinic convention): screen again.")
        % {"days": days},
        "CONV",
    )
    return replace(gate, open=False, reasons=(*gate.reasons, stale))


def was_shut(case: Case, moment: datetime) -> bool:
    """Return whether something shut the gate at an earlier moment, whatever has answered it since.  Four queries.

    A screening was under way, an item stood open, or a diagnosis was not released.  An answer counts from when it
    was given: what was closed or signed only afterwards was open then.
    """
    begun = Screening.objects.filter(case=case, started_at__lte=moment)
    ended = Q(completed_at__lte=moment) | Q(voided_at__lte=moment)
    if begun.exclude(ended).exists():
        return True
    sign_offs = list(SignOff.objects.filter(case=case, at__lte=moment))
    items = RedFlagItem.objects.filter(case=case, opened_at__lte=moment)
    if any(not _as_then(item, moment).is_answered(sign_offs) for item in items):
        return True
    return bool(unreleased_causes(case, sign_offs, until=moment))


def _as_then(item: RedFlagItem, moment: datetime) -> RedFlagItem:
    """Return an item, not stored, as it stood at a moment: without an outcome that it was given only since."""
    if item.closed_at and item.closed_at > moment:
        item.outcome, item.closed_at = "", None
    return item


def _with_confirmation(gate: Gate, case: Case) -> Gate:
    """Return the gate, shut too where a working clinic's lead does not stand for these knowledge files."""
    if settings.DEMONSTRATION or case.clinic.has_confirmed(knowledge_version().sha256):
        return gate
    text = gettext("The clinic's lead has not confirmed this version of the knowledge.")
    return replace(gate, open=False, reasons=(*gate.reasons, Reason("unconfirmed_knowledge", text, "CONV")))


def _gate(case: Case, screenings: list[tuple[datetime | None, bool]]) -> Gate:
    sign_offs = list(SignOff.objects.filter(case=case))
    items = list(RedFlagItem.objects.filter(case=case).exclude(outcome="excluded"))
    unanswered = sorted((item for item in items if not item.is_answered(sign_offs)), key=_urgency)
    reasons = (
        *_screening_reasons(screenings),
        *_item_reasons(unanswered),
        *_diagnosis_reasons(unreleased_causes(case, sign_offs)),
    )
    return Gate(not reasons, reasons, tuple(unanswered), _limits(items, sign_offs))


def _limits(items: list[RedFlagItem], sign_offs: list[SignOff]) -> tuple[str, ...]:
    standing = {item.pk for item in items} | {None}  # None: a signature for a diagnosis
    return tuple(dict.fromkeys(s.limits for s in sign_offs if s.limits and s.item_id in standing))


def _urgency(item: RedFlagItem) -> int:
    return ("E", "D", "U").index(item.level)


def _screenings(case: Case) -> list[tuple[datetime | None, bool]]:
    """Return (completed at, complete) of every screening that is not voided."""
    rows = Screening.objects.filter(case=case, voided_at__isnull=True).order_by()
    return list(rows.values_list("completed_at", "complete"))


def _screening_reasons(screenings: list[tuple[datetime | None, bool]]) -> tuple[Reason, ...]:
    if any(completed_at is None for completed_at, _ in screenings):
        return (Reason("unfinished_screening", gettext("A safety screening is not finished."), "T-LOCK"),)
    newest = max((completed_at for completed_at, _ in screenings if completed_at), default=None)
    if newest is None:
        return (Reason("no_screening", gettext("The safety screening has not been done."), "T-LOCK"),)
    if not all(complete for completed_at, complete in screenings if completed_at == newest):
        return (Reason("incomplete_screening", gettext("Answers are missing in the safety screening."), "T-LOCK"),)
    return ()


def _item_reasons(unanswered: list[RedFlagItem]) -> tuple[Reason, ...]:
    sources = {flag.code: ", ".join(flag.source) for flag in triage_knowledge().red_flags.flags}
    return tuple(Reason(item.row, item.text, sources.get(item.row, item.rule)) for item in unanswered)


def _diagnosis_reasons(causes: list[str]) -> tuple[Reason, ...]:
    names = {cause.code: said(cause.name) for cause in triage_knowledge().causes.causes}
    words = gettext("%(cause)s: no load before a specialist's release.")
    return tuple(Reason(cause, words % {"cause": names.get(cause, cause)}, "6.2") for cause in causes)


def unreleased_causes(case: Case, sign_offs: Iterable[SignOff], until: datetime | None = None) -> list[str]:
    """Return the diagnoses that must not be loaded and that nobody released since they were last recorded.

    A cyst behind the knee waits only until it is imaged.  ``sign_offs`` are the case's; ``until``: of what was
    recorded up to then.  One query, and one more where such a diagnosis waits.
    """
    table = triage_knowledge().red_flags
    recorded = Diagnosis.objects.filter(case=case, cause__in=table.must_not_load).order_by("cause")
    recorded = recorded.filter(at__lte=until) if until else recorded
    releases = [(row.cause, row.at) for row in sign_offs if row.kind == "released" and row.cause]
    waiting = [
        cause
        for cause, newest in recorded.values_list("cause").annotate(newest=Max("at"))
        if not any(released == cause and at >= newest for released, at in releases)
    ]
    return [cause for cause in waiting if not _is_imaged(case, table.imaged_by.get(cause))]


def _is_imaged(case: Case, code: str | None) -> bool:
    """Return whether the newest examination that answers this finding says it is there, on any side."""
    if not code:
        return False
    findings = Finding.objects.filter(examination__case=case, code=code)
    newest = dict(findings.order_by("examination__at", "examination_id", "id").values_list("side", "answer"))
    return "present" in newest.values()
