"""Erasing a runner's record: every row and file about them goes, and what must stay stays as a key without a name.

Which tables lead to a runner is found by looking (``clinic.links``), so that a new one cannot be forgotten.  The
database lets go only what belongs to the runner of an erasure that is under way, and that is so only inside the one
transaction that erases.
"""

import logging
from uuid import UUID

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection
from django_tasks_db.models import DBTaskResult

from clinic.access import LEADING, role_in
from clinic.audit import recorded
from clinic.links import children_first, linked_tables
from clinic.models import Erasure, ErasureEnd, Membership, Patient, Person

# What leads to a runner or names one by key, and stays.
KEPT = {
    "clinic.AuditEvent": "who read and wrote, by keys that lead to nobody any more; the law asks for it",
    "clinic.AuditChain": "where the audit of a clinic ends",
    "clinic.Erasure": "that the record was erased, when, by whom and why",
    "clinic.ErasureEnd": "that the erasure is over",
    "clinic.ClinicHistory": "what a clinic said of itself; it leads to no runner",
    "rehab.ExerciseHistory": "what the catalogue said of an exercise; it leads to no runner",
    "rehab.WordingHistory": "a clinic's words about an exercise; it leads to no runner",
}
NAMING = {"asked", "_messages"}  # in a session: what was looked for (clinic.asked), and what a page still has to say
logger = logging.getLogger(__name__)
_files = []


class KeptLonger(Exception):
    """The record must be kept for longer; says until when."""


def when_erased(forget):
    """Let an app above forget files: ``forget(erased)`` gets {label: keys} after the rows are gone for good."""
    if forget not in _files:
        _files.append(forget)


def erase(*, patient, because, by, at):
    """Erase all that is held about a runner; return {table: rows}.  PermissionDenied for who leads not this clinic."""
    if role_in(by, patient.clinic_id) not in LEADING:
        raise PermissionDenied
    erased = _erase(patient=patient, because=because, by=by, at=at)
    for forget in _files:
        try:
            forget(erased)
        except Exception:  # the rows are gone: a file that stays belongs to nothing, and goes with the next tidying
            logger.exception("files of an erased record are still there; tidy takes them")
    cache.clear()
    _overwrite(erased)
    return {label: len(keys) for label, keys in erased.items()}


@recorded
def _erase(*, patient, because, by, at):
    patient = Patient.objects.select_for_update(of=["self"]).select_related("person").get(pk=patient.pk)
    told = {"clinic_id": patient.clinic_id, "patient": patient.pk, "because": because}
    end = ErasureEnd(ended_at=at, ended_by=by)
    Erasure.objects.create(**told, begun_at=at, begun_by=by, end=end)
    works_here = patient.person and (Membership.objects.filter(person=patient.person).exists() or _is_staff(patient))
    erased = {}
    for table in children_first(linked_tables()):
        if table.label in KEPT or (table.of_person and works_here):
            continue
        rows = table.about(patient)
        if rows is None:
            continue
        keys = list(rows.values_list("pk", flat=True))
        if keys:
            table.model._default_manager.filter(pk__in=keys)._raw_delete("default")
            erased[table.label] = keys
    _forget_what_names(patient, erased)
    end.save(force_insert=True)
    return erased


def _is_staff(patient):
    return patient.person.is_staff or patient.person.is_superuser


def _forget_what_names(patient, erased):
    """Forget what no foreign key leads from: lines of the administration, sessions, work that waits."""
    for label, keys in erased.items():
        kind = ContentType.objects.get_for_model(apps.get_model(label))
        LogEntry.objects.filter(content_type=kind, object_id__in=[str(key) for key in keys]).delete()
    uuids = {str(key) for keys in erased.values() for key in keys if isinstance(key, UUID)}
    person = patient.person if "clinic.Person" in erased else None
    emails = {email.casefold() for email in (patient.email, getattr(person, "email", "")) if email}
    for session in Session.objects.iterator():
        _forget_in(session, uuids, emails)
    for row in DBTaskResult.objects.iterator():
        if uuids & set(_texts(row.args_kwargs)):
            row.delete()


def _forget_in(session, uuids, emails):
    """Let go the runner's own sessions, and in those of others what was looked for and what a message said.

    Of these nobody can say whom they name, and nobody misses them: an old search asks nothing.
    """
    read = session.get_decoded()
    if not (NAMING & read.keys() or _names(read, uuids, emails)):
        return
    # A request may have changed it since it was read, or ended it: what is written stands on what is there now.
    row = Session.objects.filter(pk=session.pk)
    now = row.select_for_update().first()
    told = now.get_decoded() if now else {}
    if _names(told, uuids, emails):
        row.delete()
    elif NAMING & told.keys():
        row.update(session_data=SessionStore().encode(_kept(told)))


def _names(told, uuids, emails):
    texts = set(_texts(_kept(told)))
    return texts & uuids or emails & {text.casefold() for text in texts}


def _kept(told):
    return {name: value for name, value in told.items() if name not in NAMING}


def _texts(value):
    """Yield every text in a value of JSON, each as a whole."""
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def _overwrite(erased):
    """Let the engine write over what it freed."""
    if connection.in_atomic_block:  # a caller's transaction: the rows are not gone for good yet
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        tables = {Person._meta.db_table, *(table.model._meta.db_table for table in linked_tables())}
        for table in sorted(tables & set(connection.introspection.table_names())):
            cursor.execute(f'VACUUM "{table}"')


def due_for_erasure(now, years):
    """Return the runners whose every case ended longer ago than a record must be kept, by key."""
    limit = _years_before(now, years)
    kept = Patient.objects.filter(cases__closed_at__isnull=True, cases__isnull=False)
    kept = kept | Patient.objects.filter(cases__closed_at__gt=limit)
    return Patient.objects.filter(registered_at__lte=limit).exclude(pk__in=kept.values("pk")).order_by("pk")


def must_stay_until(patient, years):
    """Return until when a record must be kept, or None where a case is open: then nobody knows yet."""
    ends = list(patient.cases.values_list("closed_at", flat=True)) or [patient.registered_at]
    if None in ends:
        return None
    last = max(ends)
    return _years_before(last, -years)


def _years_before(moment, years):
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year - years, day=28)


def refuse_too_early(patient, years, now):
    """Raise KeptLonger where the law still asks for the record."""
    until = must_stay_until(patient, years)
    if until is None or until > now:
        raise KeptLonger(until)
