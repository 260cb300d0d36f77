"""How the answers of the product fared in a clinic: taken, overridden and why, rule by rule, for its lead.

Everything is counted in the database; of the reasons only the newest are read.  Each part is one or two questions,
however many runners there are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.language import said
from clinic.models import CaseEvent, Clinic, Task
from clinic.phrases import said_again
from rehab.knowledge import rehab_knowledge
from rehab.models import PlanItem, StepOffer
from rehab.rules.running import UP
from triage.actions.letters import NEEDLESS, OWED
from triage.knowledge import triage_knowledge
from triage.models import RedFlagItem, Screening

REASONS = 10  # the newest of a part
RETESTS = {"reassess_failed": _("tests that were failed"), "reassess_all": _("all tests")}
STILL_OPEN = Q(outcome="")
NO_RULE = _("no rule kept")


@dataclass(frozen=True)
class Period:
    """Which clinic, and from when to when (the end is not in it)."""

    clinic: Clinic
    begins: datetime
    ends: datetime

    def within(self, moment):
        """Return the condition that a moment lies in the period and its case in the clinic."""
        return Q(case__clinic=self.clinic) & self.of(moment)

    def of(self, moment):
        """Return the condition that a moment lies in the period."""
        return Q(**{f"{moment}__gte": self.begins, f"{moment}__lt": self.ends})


@dataclass(frozen=True)
class Part:
    """One kind of answer.  ``columns`` head the numbers of each of ``rows`` [(name, [numbers])].

    ``reasons`` are rows with ``case``, ``at`` and ``words``, the newest first.
    """

    code: str
    title: str
    about: str
    columns: list
    rows: list
    reasons: list

    @property
    def total(self):
        """Return the sum of each column."""
        return [sum(numbers) for numbers in zip(*(numbers for _name, numbers in self.rows), strict=True)]


@dataclass(frozen=True)
class Reason:
    """Why one answer was overridden, in the words of who did it."""

    case: object
    at: datetime
    words: str


def by_rule(rows, key, **counts):
    """Return {rule: [numbers]} of these rows, grouped by a column, counted in the database."""
    found = rows.order_by().values(grouped=F(key)).annotate(**counts)
    return {row["grouped"] or "": [row[name] for name in counts] for row in found}


def written_down(period, kind, **also):
    """Return the newest lines of the timeline of this kind, as reasons."""
    events = CaseEvent.objects.filter(period.within("at"), kind=kind, **also)
    return [Reason(row.case, row.at, said_again(row.text)) for row in newest(events, "at")]


def newest(rows, name):
    """Return the newest of these rows by a column of theirs, each with its runner."""
    return rows.select_related("case__patient").order_by(f"-{name}", "-id")[:REASONS]


def named(rows, name_of: Callable[[str], str]):
    """Return the rows of a table with their names, the most overridden first."""
    return [(name_of(code), numbers) for code, numbers in sorted(rows.items(), key=lambda row: (-row[1][1], row[0]))]


def causes(period):
    """Which recorded diagnoses the ranking put first, and which were chosen for another reason."""
    rows = CaseEvent.objects.filter(period.within("at"), kind="diagnosis", data__ranked__gte=0)
    first = Q(data__ranked=1)
    counted = by_rule(
        rows.annotate(named=KT("data__cause")),
        "named",
        first=Count("pk", filter=first),
        other=Count("pk", filter=~first),
    )
    titles = {cause.code: said(cause.name) for cause in triage_knowledge().causes.causes}
    return Part(
        "causes",
        gettext("Likely causes"),
        gettext("Diagnoses by cause: ranked first and recorded, or recorded for a reason of the clinician's own."),
        [gettext("ranked first"), gettext("chosen otherwise")],
        named(counted, lambda code: titles.get(code, code)),
        [Reason(row.case, row.at, _cause_and_why(row.data, titles)) for row in newest(rows.exclude(first), "at")],
    )


def _cause_and_why(data, titles):
    return f"{titles.get(data['cause'], data['cause'])}: {data['because']}"


def exercises(period):
    """What became of the exercises each rule chose: signed, taken out, replaced, given in another dose."""
    signed = PlanItem.objects.filter(_of_plan(period)).annotate(chose=KT("because__0__rule"))
    kept = by_rule(signed, "chose", signed=Count("pk"))
    events = CaseEvent.objects.filter(period.within("at"), kind="plan_changed").annotate(
        chose=KT("data__rule"), item=KT("data__item")
    )
    kinds = ("removed", "replaced", "dose")
    told = {kind: Count("item", filter=Q(data__change=kind), distinct=True) for kind in kinds}
    changed = by_rule(events.filter(data__change__in=kinds), "chose", **told)
    counted = {
        code: [*kept.get(code, [0]), *_departed(*changed.get(code, [0] * len(kinds)))] for code in {*kept, *changed}
    }
    return Part(
        "exercises",
        gettext("Exercises of a plan"),
        gettext("By the rule that chose them; what a clinician added has a row of its own."),
        [gettext("signed"), gettext("taken out or replaced"), gettext("another dose")],
        named(counted, _rule_name),
        written_down(period, "plan_changed", data__change__in=("removed", "replaced", "added")),
    )


def _of_plan(period):
    return Q(plan__case__clinic=period.clinic) & period.of("plan__signed_at")


def _departed(removed, replaced, dose):
    """Return what the table shows of the changes of a rule's exercises."""
    return removed + replaced, dose


def _rule_name(code):
    """Return what a rule of the choice says, with its code."""
    table = rehab_knowledge().mapping
    words = {rule.code: said(rule.text) for rule in table.forced}
    words |= {"COVER": gettext("covers a failed test"), "CLINICIAN": gettext("added by a clinician")}
    return _with_code(words, code)


def _step_name(code):
    """Return what a rule of the steps says, with its code."""
    words = {rule.code: said(rule.text) for rule in rehab_knowledge().rules.values()}
    return _with_code(words | {UP: gettext("the next stage of running")}, code)


def _with_code(words, code):
    return f"{words[code]} ({code})" if code in words else code or str(NO_RULE)


def steps(period):
    """Which steps up were taken and which a clinician declined."""
    taken = by_rule(StepOffer.objects.filter(period.within("decided_at"), accepted=True), "rule", taken=Count("pk"))
    declined = CaseEvent.objects.filter(period.within("at"), kind="step_declined").annotate(ruled=KT("data__rule"))
    no = by_rule(declined, "ruled", declined=Count("pk"))
    counted = {code: [*taken.get(code, [0]), *no.get(code, [0])] for code in {*taken, *no}}
    return Part(
        "steps",
        gettext("Steps up"),
        gettext("Steps that the rules offered: taken or declined. What newer logs took back is not counted."),
        [gettext("taken"), gettext("declined")],
        named(counted, _step_name),
        written_down(period, "step_declined"),
    )


def flags(period):
    """What became of the warning signs of each row that were opened in the period."""
    rows = RedFlagItem.objects.filter(period.within("opened_at"))
    ended = {kind: Count("pk", filter=Q(outcome=kind)) for kind in ("confirmed", "excluded", "inconclusive")}
    counted = by_rule(rows, "row", **ended, open=Count("pk", filter=STILL_OPEN))
    titles = {flag.code: said(flag.title) for flag in triage_knowledge().red_flags.flags}
    return Part(
        "flags",
        gettext("Warning signs"),
        gettext("By red flag, of those opened in the period: how each ended."),
        [gettext("confirmed"), gettext("excluded"), gettext("inconclusive"), gettext("open")],
        named(counted, lambda code: f"{titles[code]} ({code})" if code in titles else code),
        [
            Reason(row.case, row.closed_at, f"{row.row}: {row.outcome_text}")
            for row in newest(rows.exclude(STILL_OPEN), "closed_at")
        ],
    )


def _tasks(period, codes, **counts):
    now = timezone.now()
    waits = {"waiting": Count("pk", filter=Q(done_at__isnull=True, due__gte=now))}
    late = {"late": Count("pk", filter=Q(done_at__isnull=True, due__lt=now))}
    rows = Task.objects.filter(period.of("opened_at"), clinic=period.clinic, code__in=codes)
    return by_rule(rows, "code", **counts, **waits, **late)


def letters(period):
    """Which letters that were owed went, and which did not."""
    needless = Q(done_text=NEEDLESS)
    counted = _tasks(
        period,
        [OWED],
        sent=Count("pk", filter=Q(done_at__isnull=False) & ~needless),
        needless=Count("pk", filter=needless),
    )
    return Part(
        "letters",
        gettext("Letters"),
        gettext("Letters that a screening or an examination asked for."),
        [gettext("sent or seen to"), gettext("needed no more"), gettext("waiting"), gettext("overdue")],
        named(counted, lambda code: gettext("letter to a doctor or a hospital")),
        [],
    )


def retests(period):
    """Which tests that were due again were done."""
    counted = _tasks(period, RETESTS, done=Count("pk", filter=Q(done_at__isnull=False)))
    return Part(
        "retests",
        gettext("Tests done again"),
        gettext("Tasks to test again that came due in the period."),
        [gettext("done"), gettext("waiting"), gettext("overdue")],
        named(counted, lambda code: str(RETESTS[code])),
        [],
    )


def screenings(period):
    """Which screenings were completed, and which were set aside."""
    counts = {
        "completed": Count("pk", filter=Q(completed_at__isnull=False)),
        "aside": Count("pk", filter=Q(voided_at__isnull=False)),
        "open": Count("pk", filter=Q(completed_at__isnull=True, voided_at__isnull=True)),
    }
    counted = Screening.objects.filter(period.within("started_at")).aggregate(**counts)
    rows = [(gettext("screening for danger"), list(counted.values()))] if any(counted.values()) else []
    return Part(
        "screenings",
        gettext("Screenings"),
        gettext("Begun in the period."),
        [gettext("completed"), gettext("set aside"), gettext("open")],
        rows,
        written_down(period, "screening_voided"),
    )


PARTS = {
    "causes": (_("likely causes"), causes),
    "exercises": (_("exercises"), exercises),
    "steps": (_("steps up"), steps),
    "flags": (_("warning signs"), flags),
    "letters": (_("letters"), letters),
    "retests": (_("tests done again"), retests),
    "screenings": (_("screenings"), screenings),
}


def oversight(period, kind=""):
    """Return the parts of this kind, or all of them, that hold anything in the period."""
    asked = [PARTS[kind]] if kind else PARTS.values()
    return [part for part in (count(period) for _name, count in asked) if part.rows or part.reasons]
