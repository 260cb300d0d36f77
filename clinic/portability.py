"""Everything held about one runner, found by looking at the tables themselves: a new table is in it without a word.

A table is the runner's where a chain of its foreign keys leads to them; else where one leads to their sign-in.  Of
other people the name and the role are told, never an address.  What opens something (a password, a key) stays here.
"""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, time

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q

from clinic.links import Linked, linked_tables
from clinic.models import BreakGlass, Case, Clinic, Membership, Person

VERSION = 1  # of the file: raised when a reader of an older one would misread it
AT_ONCE = 500  # rows read at a time

# Tables that lead to a runner and are not handed out, with the reason.
LEFT_OUT = {
    "account.EmailConfirmation": "a key that confirms an address: whoever holds it acts as you",
    "usersessions.UserSession": "the keys of your sessions: whoever holds one acts as you",
    "mfa.Authenticator": "the key of a passkey: it opens your sign-in",
    "admin.LogEntry": "what people who work here did in the administration",
    "clinic.Erasure": "what a clinic's lead erased, about other runners",
    "clinic.ErasureEnd": "what a clinic's lead erased, about other runners",
    "clinic.KnowledgeConfirmation": "what a clinic's lead signed, about no runner",
    "clinic.Membership": "the roles of people who work here",
    "clinic.MembershipHistory": "the roles of people who work here",
    "clinic.Person_groups": "the roles of people who work here",
    "clinic.Person_user_permissions": "the roles of people who work here",
}
# Columns that are not handed out: what opens something, and what only repeats another column.
SECRET = re.compile(r"password|secret|token|_hash$|^hash$|passkey|^otp")
REPEATED = {
    "clinic.Patient": {"given_key", "surname_key"},
    "clinic.PatientHistory": {"history_relation"},
    "clinic.PersonHistory": {"history_relation"},
}
NAMING = {"history_user_id"}  # names somebody without a foreign key
# What only its author sees is handed out to its author alone: {table: the column that names them}.
OF_ITS_AUTHOR = {"clinic.Draft": "person_id"}


class Table(Linked):
    """A table that leads to a runner, as it is handed out."""

    @property
    def fields(self):
        """Return the columns that are handed out."""
        repeated = REPEATED.get(self.label, ())
        return [f for f in self.model._meta.concrete_fields if not SECRET.search(f.name) and f.name not in repeated]

    def rows(self, patient):
        """Return the rows about a runner as dictionaries, in the order they were made.  One query, read in pieces."""
        found = self.about(patient)
        if found is None:
            return iter(())
        names = [field.attname for field in self.fields]
        if author := OF_ITS_AUTHOR.get(self.label):
            found = found.filter(**{author: patient.person_id})
        return found.order_by("pk").values(*names).iterator(chunk_size=AT_ONCE)


def exported_tables() -> list[Table]:
    """Return the tables that are handed out."""
    return [table for table in linked_tables(Table) if table.label not in LEFT_OUT]


class Names:
    """Who and where, for one runner: the people of their clinics with their roles, and the clinics.  Two queries."""

    def __init__(self, patient):
        cases = Case.objects.filter(patient=patient).values("clinic")
        outside = BreakGlass.objects.filter(patient=patient).values("from_clinic")
        clinics = Clinic.objects.filter(Q(pk__in=cases) | Q(pk=patient.clinic_id) | Q(pk__in=outside))
        self.clinics = {clinic.pk: clinic.name for clinic in clinics.distinct()}
        staff = Membership.objects.filter(clinic__in=self.clinics).values_list("person", "person__name", "role")
        self.people = {pk: {"name": name, "role": role} for pk, name, role in staff}
        if patient.person_id:
            self.people[patient.person_id] = {"name": str(patient), "role": "runner"}

    def of(self, field, value):
        """Return what a column says: a person by name and role, a clinic by name, anything else as it stands."""
        if field.related_model is Person or field.name in NAMING:
            return self.people.get(value, {"name": "", "role": "not of this clinic"})
        if field.related_model is Clinic:
            return self.clinics.get(value, "")
        return value


def told(table, row, names) -> dict:
    """Return a row as it is handed out: {column: value}."""
    found = {}
    for field in table.fields:
        value = row[field.attname]
        found[field.name] = value if value is None else names.of(field, value)
    return found


class Encoder(DjangoJSONEncoder):
    """ISO 8601 to the microsecond, keys as text."""

    def default(self, value):
        """Return a time as it stands, other values as Django writes them."""
        if isinstance(value, (datetime, date, time)):
            return value.isoformat()
        return super().default(value)


def as_json(patient, at) -> Iterator[str]:
    """Yield the file piece by piece: nothing of it is ever whole in memory."""
    names = Names(patient)
    head = {"format": "stridewell-runner", "version": VERSION, "made_at": at, "left_out": LEFT_OUT}
    yield _dumped(head).removesuffix("}") + ', "tables": {'
    for number, table in enumerate(exported_tables()):
        yield f"{',' if number else ''}\n{_dumped(table.label)}: ["
        for place, row in enumerate(table.rows(patient)):
            yield ("," if place else "") + "\n" + _dumped(told(table, row, names))
        yield "]"
    yield "}}\n"


def _dumped(value):
    return json.dumps(value, cls=Encoder, ensure_ascii=False)
