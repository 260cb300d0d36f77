"""Who needs somebody today: each runner once, at what is most urgent about them; by key, never counted.

Two lists are read, each as a range of its index: the open tasks, and the open cases by how soon somebody must look.
They are merged by urgency; where both are equally urgent the task stands first, because it has a due moment.
"""

import heapq
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Case, Task
from clinic.models.tasks import LEADS_ALONE, RANKED

PAGE = 30  # with their tasks and buttons thirty runners are more than one screen, and half the cost of sixty
TASK, CASE = 0, 1  # which list a row came from; the second part of the key of a page
WAITS = Q(done_at__isnull=True) & ~Q(owner=Task.Owner.RUNNER)


class Who(NamedTuple):
    """What the list needs of a case and its runner: plain values, because fifty rows of models cost as much again."""

    pk: UUID
    patient_id: UUID
    clinic_id: UUID
    surname: str
    given_name: str
    side: str
    attention: int
    next_step: str
    opened_at: datetime


class Waiting(NamedTuple):
    """What the list needs of an open task."""

    pk: UUID
    case_id: UUID
    code: str
    text: str
    owner: str
    due: datetime
    urgency: int
    is_alarm: bool
    opened_at: datetime
    seen_at: datetime | None
    seen_by: str | None


WHO = (
    "pk",
    "patient",
    "clinic",
    "patient__surname",
    "patient__given_name",
    "side",
    "attention",
    "next_step",
    "opened_at",
)
WAITING = (
    *("pk", "case", "code", "text", "owner", "due", "urgency", "is_alarm", "opened_at", "seen_at"),
    "seen_by__name",
)


@dataclass(frozen=True)
class Kind:
    """One kind of work to look at alone: ``tasks`` and ``cases`` say which belong to it; None means none."""

    name: str
    tasks: Q | None = None
    cases: Q | None = None


def ranked(name, *kinds, **more):
    """Return the kind of the tasks whose codes are ranked under these names."""
    return Kind(name, Q(code__in=[code for kind in kinds for code in RANKED[kind]]), **more)


# The order of the filter is the order of urgency.
KINDS = MappingProxyType(
    {
        "alarms": Kind(_("Alarms"), Q(is_alarm=True)),
        "outcome": Kind(_("No outcome yet"), Q(level__in=["E", "D"]), Q(attention__gte=Case.Attention.SAME_DAY)),
        "sign": ranked(_("Plans to sign"), "sign"),
        "red": ranked(_("RED"), "red"),
        "amber": ranked(_("Two AMBER"), "amber"),
        "run": ranked(_("Running worse"), "run"),
        "medicine": ranked(_("Medicines"), "medicine"),
        "review": ranked(_("Day 7 and 14"), "no_gain", "review"),
        "quiet": ranked(_("No log"), "quiet"),
        "reassess": ranked(_("To reassess"), "reassess"),
        "letter": ranked(_("Referrals and letters"), "no_gain", "letter", cases=Q(attention=Case.Attention.URGENT)),
        "step": ranked(_("Steps to approve"), "step"),
        "discharge": ranked(_("To discharge"), "discharge"),
        "screen": Kind(_("To screen"), None, Q(attention=Case.Attention.UNSAFE)),
    }
)


@dataclass
class Row:
    """One runner on the list: where the row stands, the case, all its open tasks, and the one that brought it up.

    ``key`` is (urgency, list, rank, moment, id); the urgency goes from 6, an alarm nobody has seen, to 0, nothing due;
    the rank tells kinds of work apart that are equally urgent, and is 0 where a case stands by itself.
    ``lead`` is None where the case itself stands there.
    """

    key: tuple[int, int, int, datetime, UUID]
    case: Who
    tasks: tuple[Waiting, ...] = ()

    @property
    def urgency(self):
        """Return how urgent the row is."""
        return self.key[0]

    @property
    def lead(self):
        """Return the task that brought the case up."""
        return next((task for task in self.tasks if task.pk == self.key[4]), None)


def worklist(person, *, kind=None, after=None):
    """Return one page of (rows, key of the next page or None), the most urgent first.  Three queries.

    ``kind`` is one of :data:`KINDS`, ``after`` the key of the last row seen.
    """
    kind = KINDS.get(kind)
    led = _tasks(person, kind, after)
    full = led[PAGE].urgency if len(led) > PAGE else -1
    may_come = full < Case.Attention.EMERGENCY  # else tasks alone fill the page
    own = _cases(person, kind, after, above=full) if may_come else []
    page = list(islice(heapq.merge(led, own, key=_place), PAGE + 1))
    more = page[PAGE - 1].key if len(page) > PAGE else None
    return _with_tasks(page[:PAGE]), more


def _place(row):
    urgency, *further = row.key
    return -urgency, *further


def _tasks(person, kind, after):
    """Return up to a page and one of the tasks that stand first for their case."""
    if kind and kind.tasks is None:
        return []
    asked = Q(case__closed_at__isnull=True) | Q(opened_at__gt=F("case__closed_at"))  # a danger told since it closed
    rows = Task.objects.visible_to(person).for_the_clinic().filter(asked)
    others = Task.objects.filter(WAITS, case=OuterRef("case"))
    if kind:
        rows, others = rows.filter(kind.tasks), others.filter(kind.tasks)
    else:
        rows = rows.filter(urgency__gte=F("case__attention"))
    sooner = (
        Q(urgency__gt=OuterRef("urgency"))
        | Q(urgency=OuterRef("urgency"), rank__lt=OuterRef("rank"))
        | Q(urgency=OuterRef("urgency"), rank=OuterRef("rank"), due__lt=OuterRef("due"))
        | Q(urgency=OuterRef("urgency"), rank=OuterRef("rank"), due=OuterRef("due"), pk__lt=OuterRef("pk"))
    )
    rows = rows.filter(~Exists(others.filter(sooner)))
    if after:
        rows = rows.filter(_later(after, TASK, "urgency", "due", "rank"))
    columns = ("urgency", "rank", "due", "pk", *(f"case__{name}" for name in WHO))
    found = rows.order_by("-urgency", "rank", "due", "pk").values_list(*columns)[: PAGE + 1]
    return [Row((urgency, TASK, rank, due, pk), Who(*who)) for urgency, rank, due, pk, *who in found]


def _cases(person, kind, after, above):
    """Return up to a page and one of the cases that no task has brought up, as urgent as ``above`` says or more."""
    if kind and kind.cases is None:
        return []
    rows = Case.objects.treated_by(person).open().filter(attention__gt=above)
    led = Task.objects.filter(WAITS, case=OuterRef("pk"))
    if kind:
        rows = rows.filter(kind.cases)
        led = led.filter(kind.tasks) if kind.tasks is not None else led.none()
    else:
        led = led.filter(urgency__gte=OuterRef("attention"))
    rows = rows.filter(~Exists(led))
    if after:
        rows = rows.filter(_later(after, CASE, "attention", "opened_at"))
    found = map(Who._make, rows.order_by("-attention", "opened_at", "pk").values_list(*WHO)[: PAGE + 1])
    return [Row((who.attention, CASE, 0, who.opened_at, who.pk), who) for who in found]


def _later(after, source, urgency, moment, rank=None):
    """Return the filter for the rows of one list that come after a key; only the list of tasks has ranks."""
    level, seen, place, at, pk = after
    if seen < source:  # the page ended among the tasks: the cases of the same urgency come yet
        return Q(**{f"{urgency}__lte": level})
    below = Q(**{f"{urgency}__lt": level})
    if seen > source:
        return below
    same = Q(**{urgency: level})
    further = Q(**{f"{moment}__gt": at}) | Q(**{moment: at, "pk__gt": pk})
    if rank:
        further = Q(**{f"{rank}__gt": place}) | (Q(**{rank: place}) & further)
    return Q(**{f"{urgency}__lte": level}) & (below | (same & further))


def _with_tasks(rows):
    """Give each row all open tasks of its case, the most urgent first."""
    of_case = _waiting(Task.objects.all(), [row.case.pk for row in rows])
    for row in rows:
        row.tasks = of_case.get(row.case.pk, ())
    return rows


def waiting_for(person, cases):
    """Return {case: the tasks that wait there for who works with this person, the most urgent first}.  One query.

    Who broke the glass is a lead's to see, and stands between nobody and the work.
    """
    rows = Task.objects.visible_to(person).exclude(code__in=LEADS_ALONE)
    return _waiting(rows, [case.pk for case in cases])


def _waiting(rows, ids):
    found = rows.for_the_clinic().filter(case__in=ids).order_by("-urgency", "rank", "due", "pk")
    of_case = {}
    for task in map(Waiting._make, found.values_list(*WAITING)) if ids else ():
        of_case[task.case_id] = (*of_case.get(task.case_id, ()), task)
    return of_case
