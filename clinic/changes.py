"""What was changed in a record: when, by whom, which column, from what to what; the newest first, by key.

Read from the histories (``clinic.histories``): each row there is compared with what the same thing said before it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.forms import Intake, Registration
from clinic.models import Case, Clinic, Membership, Patient, Person
from clinic.pages import day_words, leg

PAGE = 50
ASKED = Registration.base_fields | Intake.base_fields  # their labels, and the words of their choices
ALSO = {
    "person": _("Sign-in"),
    "closed_at": _("Closed on"),
    "closed_by": _("Closed by"),
    "closed_because": _("Closed because"),
    "outcome": _("Outcome"),
    "role": _("Role"),
    "ended_on": _("Ended on"),
    "clinic": _("Clinic"),
}
THINGS = {Patient: _("the runner"), Person: _("the sign-in"), Membership: _("a role"), Clinic: _("the clinic")}


@dataclass(frozen=True)
class Change:
    """One change: of ``thing``, in words; ``parts`` are [(column, what it said, what it says)], in words."""

    at: datetime
    who: str
    thing: str
    parts: list


def of_runner(patient):
    """Return the histories of a runner and of their cases."""
    return [
        Patient.history.model.objects.filter(id=patient.pk),
        Case.history.model.objects.filter(patient=patient),
    ]


def changes(histories, after=None, size=PAGE):
    """Return one page of (changes in these histories, key of the next page or None), the newest first.

    At most three queries for each history, and one for the names, however much there is.
    """
    found = []
    for rows in histories:
        rows = rows.filter(history_type="~", **({"history_id__lt": after} if after else {}))
        found += rows.order_by("-history_id")[: size + 1]  # keys are ordered by time
    found.sort(key=lambda row: row.pk, reverse=True)
    page = found[:size]
    more = page[-1].pk if len(found) > size else None
    pairs = [(row, before) for row, before in _with_before(page) if before is not None]
    names = _names(pairs)
    return [change for change in (_told(row, before, names) for row, before in pairs) if change.parts], more


def _with_before(page):
    """Yield each row of a page with what the same thing said before it."""
    before = {}
    for history in {type(row) for row in page}:
        key = history.instance_type._meta.pk.attname
        earlier = history.objects.filter(history_id__lt=OuterRef("history_id"), **{key: OuterRef(key)})
        newest = Subquery(earlier.order_by("-history_id").values("history_id")[:1])
        asked = history.objects.filter(pk__in=[row.pk for row in page if type(row) is history])
        keys = dict(asked.annotate(before=newest).values_list("pk", "before"))
        rows = history.objects.in_bulk([pk for pk in keys.values() if pk])
        before |= {pk: rows.get(earlier) for pk, earlier in keys.items()}
    for row in page:
        yield row, before[row.pk]


def _names(pairs):
    """Return {key: name} of the people and clinics that these rows name; who was erased has none.  Two queries."""
    keys = {row.history_user_id for row, _before in pairs}
    for rows in pairs:
        for row in rows:
            keys |= {getattr(row, f.attname) for f in row.tracked_fields if f.related_model in (Person, Clinic)}
    named = [*Person.objects.filter(pk__in=keys - {None}), *Clinic.objects.filter(pk__in=keys - {None})]
    return {row.pk: str(row) for row in named}


def _told(row, before, names):
    who = names.get(row.history_user_id) or (gettext("somebody whose name was erased") if row.history_user_id else "")
    parts = [
        (_label(field), *(_value(field, getattr(one, field.attname), names) for one in (before, row)))
        for field in row.tracked_fields
        if _plain(getattr(row, field.attname)) != _plain(getattr(before, field.attname))
    ]
    kind = row.instance_type
    thing = leg(row.side) if kind is Case else THINGS.get(kind, capfirst(kind._meta.verbose_name))
    return Change(row.history_date, who or gettext("by itself"), str(thing), parts)


def _plain(value):
    return sorted(value) if isinstance(value, list) else value  # the same choices in another order are no change


def _label(field):
    asked = ASKED.get(field.name)
    return str(asked.label if asked and asked.label else ALSO.get(field.name) or capfirst(field.verbose_name))


def _value(field, value, names):
    """Return a value in words; nothing for nothing."""
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return day_words(value)
    if isinstance(value, UUID):
        return names.get(value) or gettext("somebody whose name was erased")
    words = dict(getattr(ASKED.get(field.name), "choices", None) or field.flatchoices)
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(words.get(one, one)) for one in values)
