"""The report of the audit: by person, runner, kind and period, in order of time, a page at a time by key.

Every filter is a range of one index, so that ten million rows cost as much as ten.
"""

import csv
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext

from clinic.models import AuditEvent, Patient, Person
from clinic.topics import ROLES, topic_of

PAGE, AT_ONCE = 50, 2000
COLUMNS = ("number", "at", "kind", "act", "person", "role", "patient", "case", "why", "network", "request", "about")


@dataclass(frozen=True)
class Asked:
    """What a report is about; None leaves a filter out.  ``begins`` is included, ``ends`` is not."""

    clinic: UUID
    person: UUID | None = None
    patient: UUID | None = None
    kind: str = ""
    begins: datetime | None = None
    ends: datetime | None = None
    oldest_first: bool = False


def report(reader, asked, after=None, size=PAGE):
    """Return one page of (rows, key of the next page or None).  ``after`` is the key (moment, number) last seen."""
    rows = AuditEvent.objects.visible_to(reader).filter(**{"whose" if asked.patient else "chain": asked.clinic})
    named = {"person": asked.person, "patient": asked.patient, "kind": asked.kind or None}
    rows = rows.filter(**{name: value for name, value in named.items() if value is not None})
    bounds = {"at__gte": asked.begins, "at__lt": asked.ends}
    if after:  # a key lies inside the period, and SQLite begins to read at one bound only: the nearer
        del bounds["at__gte" if asked.oldest_first else "at__lt"]
    rows = rows.filter(**{name: value for name, value in bounds.items() if value is not None})
    if after:
        rows = rows.filter(_beyond(after, "gt" if asked.oldest_first else "lt"))
    order = ("at", "number") if asked.oldest_first else ("-at", "-number")
    page = list(rows.order_by(*order)[: size + 1])
    more = page[size - 1] if len(page) > size else None
    return page[:size], (more.at, more.number) if more else None


def _beyond(after, way):
    """Return what comes after a key: the plain bound is what an index begins to read at, far into the table too."""
    at, number = after
    return Q(**{f"at__{way}e": at}) & (Q(**{f"at__{way}": at}) | Q(**{f"number__{way}": number}))


def named(rows):
    """Return {key: name} of the people and runners of these rows; who was erased has none.  Two queries."""
    keys = {key for row in rows for key in (row.person, concerned(row)) if key}
    people = Person.objects.filter(pk__in=keys)
    runners = Patient.objects.filter(pk__in={row.patient for row in rows if row.patient})
    return {row.pk: str(row) for row in [*people, *runners]}


def whole(reader, asked):
    """Yield every row of a report, page after page."""
    after = None
    while True:
        rows, after = report(reader, asked, after, AT_ONCE)
        yield from rows
        if after is None:
            return


def concerned(row):
    """Return the key of the person whose sign-in or role a line is about, or as whom somebody tried to come in."""
    key = row.about.get("whose") or row.about.get("tried")
    return UUID(key) if key else None


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text):
        return text


def as_csv(reader, asked):
    """Yield a report as lines of CSV; names stay inside, keys alone go out.

    No cell begins with a sign that a spreadsheet takes for a formula.
    """
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for row in whole(reader, asked):
        yield writer.writerow([plain_cell(getattr(row, name)) for name in COLUMNS])


def plain_cell(value):
    """Return a value as a cell that a spreadsheet shows and never reckons with."""
    text = "" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def opened_by_others(person, after=None, size=PAGE):
    """Return one page of (who opened a runner's record besides themself, key of the next page or None).

    ``person``: who the runner signs in as.  Lists on which a name merely stood are no opening.
    """
    rows = AuditEvent.objects.of_own_record(person).exclude(person=person.pk)
    if after:
        rows = rows.filter(_beyond(after, "lt"))
    page = list(rows.order_by("-at", "-number")[: size + 1])
    more = page[size - 1] if len(page) > size else None
    return page[:size], (more.at, more.number) if more else None


def in_words(rows):
    """Return the lines of a report as its page shows them."""
    names = named(rows)
    return [
        {
            "row": row,
            "who": names.get(row.person) or (gettext("somebody whose name was erased") if row.person else "–"),
            "role": ROLES.get(row.role, ""),
            "whose": names.get(row.patient or concerned(row), ""),
            "topic": topic_of(row.act),
            "several": len(row.about.get("ids", ())),
            "status": row.about.get("status") if row.kind == AuditEvent.Kind.REFUSED else None,
        }
        for row in rows
    ]
