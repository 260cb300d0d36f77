"""Erasing a runner's record: every row and file about them goes, and what must stay stays as a key without a name.

Which tables lead to a runner is found by looking (``clinic.links``), so that a new one cannot be forgotten.  The
database lets go only what belongs to the runner of an erasure that is under way, and that is so only inside the one
transaction that erases.
"""

from django.contrib.admin.models import LogEntry
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
}
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
        forget(erased)
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
    keys = {str(key) for found in erased.values() for key in found}
    LogEntry.objects.filter(object_id__in=keys).delete()
    words = {str(patient), patient.surname, str(patient.person_id or patient.pk), *keys}
    for session in Session.objects.iterator():
        told = str(session.get_decoded())
        if any(word in told for word in words):
            session.delete()
    for row in DBTaskResult.objects.iterator():
        if any(str(argument) in keys for argument in row.args_kwargs["args"]):
            row.delete()


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
