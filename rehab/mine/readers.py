"""Who opened the record of a runner, besides the runner: by day and person, in words."""

from types import SimpleNamespace

from django.utils import timezone
from django.utils.translation import gettext

from clinic.audit import Kind, Why
from clinic.models import BreakGlass
from clinic.onrecord import named, opened_by_others
from clinic.topics import ROLES, topic_of

VERBS = {Kind.READ: "read", Kind.EXPORT: "taken", Kind.WRITE: "wrote", Kind.REFUSED: "refused"}


def readers_page(patient, person, after=None):
    """Return ([(day, people)], key of the next page or None), the newest day first.

    Each of the people has a name, a role, what they read, took out and wrote, and how they broke the glass for it.
    """
    rows, more = opened_by_others(person, after)
    names, days, openings = named(rows), {}, _openings(patient, rows)
    for row in rows:
        day = days.setdefault(timezone.localdate(row.at), {})
        one = day.setdefault((row.person, row.why), _somebody(row, names))
        topics = getattr(one, VERBS.get(row.kind, "wrote"))
        if (topic := str(topic_of(row.act))) not in topics:
            topics.append(topic)
        for opening in openings:
            if row.why == Why.BREAK_GLASS and _is_under(row, opening) and opening not in one.openings:
                one.openings.append(opening)
    return [(day, list(people.values())) for day, people in days.items()], more


def _openings(patient, rows):
    """Return the openings by which somebody of another clinic may have read this; no query where nobody did."""
    people = {row.person for row in rows if row.why == Why.BREAK_GLASS}
    found = BreakGlass.objects.filter(patient=patient, opened_by__in=people).select_related("from_clinic")
    return list(found.order_by("opened_at")) if people else []


def _is_under(row, opening):
    return row.person == opening.opened_by_id and opening.opened_at <= row.at < opening.expires


def _somebody(row, names):
    who = names.get(row.person) or (gettext("somebody who left") if row.person else gettext("Stridewell, by itself"))
    kinds = {name: [] for name in VERBS.values()}
    return SimpleNamespace(who=who, role=ROLES.get(row.role, ""), openings=[], **kinds)
