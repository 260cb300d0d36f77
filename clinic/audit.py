"""On record: each verb ends with one line in the audit, and each page that showed something of a runner too.

``@recorded`` makes a verb one transaction whose last statement is its line: where the line cannot be written, nothing
was done.  The line comes last because it locks the clinic's chain, which nobody should hold while they wait for more.
``record`` writes a line by itself, for what was read or refused.
"""

import hashlib
import hmac
import inspect
import json
import re
from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.dispatch import receiver
from django.utils import timezone
from simple_history.signals import pre_create_historical_record

from clinic.models import AuditChain, AuditEvent, Clinic, Person
from clinic.whose import lines_of_person, record_of

NO_CLINIC = UUID(int=0)
NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # as JSON writes it; PostgreSQL keeps no such letter
WRITING = ("INSERT", "UPDATE", "DELETE")
Kind, Why = AuditEvent.Kind, AuditEvent.Why


class NotOnRecord(Exception):
    """The audit could not be written, so nothing was done or shown."""


@dataclass(frozen=True)
class Origin:
    """Where something comes from: who asks, over which network address, in which request; all empty for a command."""

    asks: Callable[[], Person | None] = lambda: None
    network: str = ""
    request: str = ""


@dataclass
class Act:
    """A verb under way: its name, who does it, the verbs inside it, what it says besides (``tell``), if it wrote."""

    name: str
    by: Person | None
    verbs: list = field(default_factory=list)
    told: dict = field(default_factory=dict)
    wrote: bool = False

    def watch(self, execute, sql, params, many, context):
        """Notice a statement that writes."""
        self.wrote |= sql.lstrip()[:6].upper() in WRITING
        return execute(sql, params, many, context)


_origin: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039 (frozen)
_act: ContextVar[Act | None] = ContextVar("act", default=None)
_written: ContextVar[list | None] = ContextVar("written", default=None)


@contextmanager
def coming_from(origin):
    """Let what is recorded inside come from here; yields the list of the kinds that were written meanwhile."""
    before, kinds = _origin.set(origin), []
    counted = _written.set(kinds)
    try:
        yield kinds
    finally:
        _origin.reset(before)
        _written.reset(counted)


def tell(**about):
    """Let the line of the verb under way say more: plain JSON, never a word that somebody typed."""
    if (act := _act.get()) is not None:
        act.told |= about


def recorded(verb):
    """Make a verb one transaction that ends with its line in the audit.  A verb inside a verb adds only its name.

    Whose record it is, is read from the arguments (``case``, ``patient``, or what belongs to one), else from what the
    verb returns; who did it from ``by``, else who is signed in.  A verb that wrote nothing, such as a log that was sent
    before, leaves no line.
    """
    signature, name = inspect.signature(verb), verb.__name__.lstrip("_")

    @wraps(verb)
    def on_record(*args, **kwargs):
        outer = _act.get()
        if outer is not None:
            return _inside(outer, name, verb, args, kwargs)
        told = signature.bind(*args, **kwargs).arguments
        act = Act(name, told.get("by"))
        token = _act.set(act)
        try:
            with transaction.atomic(), connection.execute_wrapper(act.watch):
                result = verb(*args, **kwargs)
                if act.wrote:
                    about = {"verbs": act.verbs} if act.verbs else {}
                    record_each(Kind.WRITE, name, _whose(told, result), by=act.by, **about, **act.told)
                return result
        finally:
            _act.reset(token)

    return on_record


def _inside(act, name, verb, args, kwargs):
    before, told = len(act.verbs), dict(act.told)
    act.verbs.append(name)
    try:
        with transaction.atomic():
            return verb(*args, **kwargs)
    except BaseException:
        del act.verbs[before:]  # it was undone, and with it what it said
        act.told = told
        raise


@receiver(pre_create_historical_record)
def sign_history(history_instance, **_signal):
    """Let a row of a history say who changes the row, by which verb and in which request; nobody: a command."""
    origin, act = _origin.get(), _act.get()
    history_instance.history_user = (act and act.by) or origin.asks()
    history_instance.history_change_reason = act.name if act else ""
    history_instance.history_request = origin.request[:36]


def _whose(told, result):
    """Return the lines of an act: of the first thing told that belongs to a runner, else to a clinic, else of a person.

    What somebody does in no record and no clinic concerns themself: it stands where they work or are treated.
    """
    things = [*told.values(), result, getattr(result, "row", None)]
    for thing in things:
        if found := record_of(thing):
            return [found]
    if clinic := told.get("clinic_id") or next((thing.pk for thing in things if isinstance(thing, Clinic)), None):
        return [{"clinic": clinic}]
    people = [told.get("person"), result, told.get("by")]
    person = next((thing for thing in people if isinstance(thing, Person)), None)
    return lines_of_person(person) if person else [{"clinic": None}]


def record_each(kind, act, lines, **told):
    """Add one line for each of these ({"clinic", ...}), all of them or none.  Raises NotOnRecord.

    Always in one order: each line locks the chain of its clinic, and two who do this at once would wait for ever.
    """
    if len(lines) < 2:  # nearly always: one stands or falls alone
        for line in lines:
            record(kind, act, **line, **told)
        return
    try:
        with transaction.atomic():
            for line in sorted(lines, key=lambda line: str(line["clinic"])):
                record(kind, act, **line, **told)
    except DatabaseError as error:
        raise NotOnRecord(str(error)) from error


def record(kind, act, *, clinic, patient=None, case=None, by=None, why="", **about):
    """Add one line to the chain of a clinic (its id; None: of none).  Raises NotOnRecord.

    Inside a transaction it stands and falls with it.
    """
    origin = _origin.get()
    person = by or origin.asks()
    columns = {
        "at": timezone.now(),
        "kind": kind,
        "act": act,
        "person": getattr(person, "pk", None),
        "role": _role(person, clinic, patient),
        "patient": patient,
        "case": case,
        "why": why or _why(kind, person, patient, clinic, about.get("whose")),
        "about": json.loads(NUL.sub(r"\1\\ufffd", json.dumps(about, default=str))),
        "network": origin.network[:45],
        "request": origin.request[:36],
    }
    together = nullcontext() if connection.in_atomic_block else transaction.atomic()
    try:
        with together:
            row = _append(clinic or NO_CLINIC, columns)
    except DatabaseError as error:
        raise NotOnRecord(str(error)) from error
    if (written := _written.get()) is not None:
        written.append(kind)
    return row


def _role(person, clinic, patient):
    if person is None:
        return ""
    return person.roles.get(clinic) or ("runner" if person.is_runner or _is_own(person, patient) else "elsewhere")


def _is_own(person, patient):
    """Return whether a record (the key of its runner, or None) is this person's."""
    own = getattr(person, "patient", None) if patient else None
    return own is not None and own.pk == patient


def _why(kind, person, patient, clinic, whose):
    """Return the usual purpose: a runner their own record, a member care, everybody else administration.

    Nothing but a broken glass lets somebody read in a clinic where they have no role, unless the record is their own.
    What concerns how somebody signs in (``whose``) is nobody's care.
    """
    if person is None:
        return Why.SYSTEM
    if whose and (whose != person.pk or not patient):
        return Why.ADMINISTRATION
    if person.is_runner or whose:
        return Why.OWN
    if not patient:
        return Why.ADMINISTRATION
    if clinic in person.roles or kind == Kind.REFUSED:
        return Why.CARE
    return Why.OWN if _is_own(person, patient) else Why.BREAK_GLASS


def _append(chain_id, columns):
    chain = AuditChain.objects.select_for_update().filter(pk=chain_id).first()
    if chain is None:  # of two who begin a chain one waits, and both go on from what stands
        AuditChain.objects.bulk_create([AuditChain(pk=chain_id)], ignore_conflicts=True)
        chain = AuditChain.objects.select_for_update().get(pk=chain_id)
    row = AuditEvent(chain=chain, number=chain.number + 1, **columns)
    row.digest = digest(chain.digest, row)
    row.save(force_insert=True)
    AuditChain.objects.filter(pk=chain_id).update(number=row.number, digest=row.digest)
    return row


DIGESTED = [f.attname for f in AuditEvent._meta.concrete_fields if f.attname != "digest"]


def digest(previous, row):
    """Return the digest of a row in hex: HMAC-SHA256 under the audit key, of the digest before and every column."""
    values = [_plain(getattr(row, name)) for name in DIGESTED]
    text = json.dumps([previous, *values], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(settings.AUDIT_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def _plain(value):
    if hasattr(value, "astimezone"):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


def heads():
    """Return {clinic id: [number, digest]} of every chain: kept elsewhere, it shows whether an end was cut off."""
    return {str(chain.pk): [chain.number, chain.digest] for chain in AuditChain.objects.order_by("pk")}


def faults(anchors=None):
    """Yield what is wrong with the audit, in words; nothing where every row is as it was written.

    ``anchors``: what ``heads`` said at an earlier time; each must still stand where it stood.
    """
    anchors = anchors or {}
    for missing in set(anchors) - {str(pk) for pk in AuditChain.objects.values_list("pk", flat=True)}:
        yield f"{missing}: the chain is gone"
    for chain in AuditChain.objects.order_by("pk"):
        yield from _faults_of(chain, anchors.get(str(chain.pk)))


def _faults_of(chain, anchor):
    number, before = 0, ""
    for row in AuditEvent.objects.filter(chain=chain).order_by("number").iterator(chunk_size=5000):
        if row.number != number + 1:
            yield f"{chain.pk}: {row.number} follows {number}; what stood between is gone or was put in"
            before = None  # what the next digest stood on is not known
        number = row.number
        if before is not None and not hmac.compare_digest(row.digest, digest(before, row)):
            yield f"{chain.pk}: row {number} is not as it was written"
        before = row.digest
        if anchor and anchor[0] == number and anchor[1] != row.digest:
            yield f"{chain.pk}: row {number} is not the one that was noted"
    if (number, before or "") != (chain.number, chain.digest):
        yield f"{chain.pk}: the last row is {number}, and {chain.number} was written"
    if anchor and anchor[0] > number:
        yield f"{chain.pk}: row {anchor[0]} was noted, and the last one is {number}"
