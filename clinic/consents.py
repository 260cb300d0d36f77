"""Consent: what a runner is asked to agree to, how they answered, and that they take it back.

Whoever was never asked has agreed to nothing, and refused nothing.  What must not begin after a no asks ``refuses``;
what needs a yes asks ``agreeing_to``.  Nothing that keeps a runner safe asks here at all.
"""

import hashlib
from dataclasses import dataclass
from functools import cache

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.utils.translation import get_language

from clinic import written
from clinic.access import RECORDING, role_in
from clinic.alarms import end_of_day, open_task
from clinic.audit import recorded
from clinic.clock import after, after_all
from clinic.language import said
from clinic.models import Case, Consent, Patient
from clinic.tables import ROOT, Checker, read_table
from clinic.terms import Text

Kind = Consent.Kind
FILE = ROOT / "clinic" / "knowledge" / "consents.toml"
REFUSED = "consent_refused"  # the task that it leaves to a clinician


class OtherWords(Exception):
    """The text has changed since the page was shown: it is shown again, and nothing was kept."""


@dataclass(frozen=True)
class ConsentText:
    """One thing to agree to: what it is, and what stops once it is taken back.  ``version``: its day and a checksum."""

    kind: str
    version: str
    title: Text
    text: Text
    stops: Text

    @property
    def words(self) -> str:
        """Return what is agreed to, in the language spoken now."""
        return "\n\n".join(said(part) for part in (self.title, self.text, self.stops))


@cache
def consent_texts() -> dict[str, ConsentText]:
    """Return the texts by kind, in the order in which they are asked.  Raises KnowledgeError."""
    checker, found = Checker(), {}
    table = read_table(FILE, checker)
    for entry in table.children("consent"):
        parts = [entry.must_text(key) for key in ("title", "text", "stops")]
        letters = "\n".join(word for part in parts for word in (part.en, part.es))
        version = f"{entry.word('version')}+{hashlib.sha256(letters.encode()).hexdigest()[:8]}"
        found[entry.code()] = ConsentText(entry.code(), version, *parts)
        entry.sources(), entry.mark(), entry.finish()
    if set(found) != set(Kind.values) and not checker.unreadable:
        table.report("consent", f"must be {', '.join(Kind.values)}")
    table.finish()
    checker.raise_problems()
    return found


# --- How it stands ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How a runner answered one text.  ``newest``: their newest row, None where they were never asked."""

    told: ConsentText
    newest: Consent | None

    @property
    def agreed(self):
        """Return whether they agreed and have not taken it back."""
        return self.newest is not None and self.newest.stands

    @property
    def is_to_ask(self):
        """Return whether nobody asked, or the text is not the one that was answered."""
        return self.newest is None or (self.newest.stands and self.newest.version != self.told.version)


def standings(patient):
    """Return how a runner answered each text, in order.  One query."""
    newest = {}
    for row in Consent.objects.filter(patient=patient).select_related("answered_by", "withdrawn_by"):
        newest.setdefault(row.kind, row)  # the newest comes first
    return [Standing(text, newest.get(kind)) for kind, text in consent_texts().items()]


def is_asked(patient):
    """Return whether something waits for this runner's answer.  One query."""
    return any(standing.is_to_ask for standing in standings(patient))


def refuses(patient, *kinds):
    """Return whether a runner declined one of these or took it back, and has not agreed since.  One query."""
    return any(one.newest and not one.newest.stands for one in standings(patient) if one.told.kind in kinds)


def agrees(patient, kind):
    """Return whether what needs a yes may be done for this runner.  One query."""
    return Patient.objects.filter(agreeing_to(kind, "pk"), pk=patient.pk).exists()


def agreeing_to(kind, runner):
    """Return the condition that a runner (``runner``: the column of their key) agrees to this, and to their care."""
    rows = Consent.objects.filter(patient=OuterRef(runner))
    standing = rows.filter(agreed=True, withdrawn_at__isnull=True)
    return Exists(standing.filter(kind=kind)) & (
        Exists(standing.filter(kind=Kind.CARE)) | ~Exists(rows.filter(kind=Kind.CARE))
    )


# --- The verbs --------------------------------------------------------------------------------


@recorded
def answer_consent(*, patient, kind, version, agreed, by, at, because=""):
    """Keep that a runner agreed to a text, declined it, or takes back what they agreed to; said twice it is kept once.

    ``by`` is the runner, or a member of their clinic who notes what the runner said.  ``because``: why it is taken
    back, if they say so.  A yes to words that changed meanwhile raises OtherWords; a no always counts.
    """
    if by.pk != patient.person_id and role_in(by, patient.clinic_id) not in RECORDING:
        raise PermissionDenied
    text = consent_texts()[kind]
    if agreed and version != text.version:
        raise OtherWords
    Patient.objects.select_for_update().get(pk=patient.pk)  # of two answers one waits
    rows = list(Consent.objects.filter(patient=patient, kind=kind))
    standing, newest = [row for row in rows if row.stands], rows[0] if rows else None
    if newest and newest.stands == agreed and newest.version == text.version:
        return newest
    if not agreed and standing:
        return _take_back(standing, because, by, at)
    told = {"kind": kind, "version": text.version, "language": get_language()[:2], "words": text.words}
    told["answered_at"] = after_all(Consent.objects.filter(patient=patient, kind=kind), "answered_at", at)
    row = Consent.objects.create(patient=patient, **told, agreed=agreed, answered_by=by)
    return row if agreed else _tell(row, by, at)


def _take_back(standing, because, by, at):
    for row in standing:
        row.withdrawn_at, row.withdrawn_by = after(at, row.answered_at), by
        row.withdrawn_because = because.strip()[:300]
        row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    return _tell(standing[0], by, at)


def _tell(row, by, at):
    """Leave a clinician the task to talk with a runner who does not agree that their data is used; return the row."""
    if row.kind == Kind.CARE:
        told = {"text": written.CONSENT_REFUSED.en, "by": by, "at": at, "due": end_of_day(at)}
        for case in Case.objects.open().filter(patient=row.patient_id).order_by("pk"):
            open_task(case=case, code=REFUSED, **told)
    return row
