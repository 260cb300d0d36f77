"""Who opened the record of a runner, besides the runner: by day and person, in words."""

from types import SimpleNamespace

from django.utils import timezone
from django.utils.translation import gettext

from clinic.audit import Kind
from clinic.models import AuditEvent
from clinic.onrecord import named, opened_by_others
from clinic.topics import ROLES, topic_of

VERBS = {Kind.READ: "read", Kind.EXPORT: "taken", Kind.WRITE: "wrote", Kind.REFUSED: "refused"}


def readers_page(patient, person, after=None):
    """Return ([(day, people)], key of the next page or None), the newest day first.

    Each of the people has a name, a role, whether it was in an emergency, and what they read, took out and wrote.
    """
    rows, more = opened_by_others(patient, person, after)
    names, days = named(rows), {}
    for row in rows:
        day = days.setdefault(timezone.localdate(row.at), {})
        one = day.setdefault((row.person, row.why), _somebody(row, names))
        topics = getattr(one, VERBS.get(row.kind, "wrote"))
        if (topic := str(topic_of(row.act))) not in topics:
            topics.append(topic)
    return [(day, list(people.values())) for day, people in days.items()], more


def _somebody(row, names):
    who = names.get(row.person) or (gettext("somebody who left") if row.person else gettext("Stridewell, by itself"))
    is_emergency = row.why == AuditEvent.Why.BREAK_GLASS
    kinds = {name: [] for name in VERBS.values()}
    return SimpleNamespace(who=who, role=ROLES.get(row.role, ""), is_emergency=is_emergency, **kinds)
