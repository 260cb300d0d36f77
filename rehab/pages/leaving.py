"""The end of a case, for the clinician: the conditions of discharge one by one, and the page that closes it."""

from types import SimpleNamespace

from django.utils.translation import gettext_lazy as _

from clinic.language import said, said_reason
from clinic.models import Task
from rehab.history import course_of
from rehab.leaving import suggestion_of
from rehab.rules.running_facts import Met
from triage.knowledge import triage_knowledge

TESTS = "discharge_tests"

MET = {
    Met.MET: (_("met"), "circle-check"),
    Met.NOT_MET: (_("not met"), "circle-x"),
    Met.MISSING: (_("not recorded"), "circle-question-mark"),
    Met.NOT_ASKED: (_("not asked here"), "circle-minus"),
}


def criterion_shown(one):
    """Return one criterion with its word and mark, and what is missing for it."""
    word, icon = MET[one.met]
    holds = one.met in (Met.MET, Met.NOT_ASKED)
    return SimpleNamespace(
        text=said(one.text), word=word, icon=icon, why=said_reason(one.reason), holds=holds, state=one.met.value
    )


def discharge_shown(course):
    """Return whether discharge is suggested, and each condition as the page shows it."""
    found = suggestion_of(course)
    rows = [criterion_shown(one) for one in found.conditions]
    tests = next(row for row, one in zip(rows, found.conditions, strict=True) if one.code == TESTS)
    tests.why += "".join(f" {name}." for name in _failing(found.inputs["tests"] or {}))
    return SimpleNamespace(suggested=found.suggested, rows=rows, left=sum(not row.holds for row in rows))


def _failing(tests):
    """Return the names of the tests that do not pass now."""
    return [said(triage_knowledge().tests[code].name) for code, passes in tests.items() if not passes]


def closing_page(case, form, at):
    """Return what the page that closes a case shows."""
    tasks = Task.objects.for_the_clinic().filter(case=case).order_by("-urgency", "rank", "due", "pk")
    return {"case": case, "form": form, "tasks": tasks, "discharge": discharge_shown(course_of(case, at))}
