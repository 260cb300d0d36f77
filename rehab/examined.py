"""What the examinations of a case showed, one after the other: each judged with what was known by then."""

from dataclasses import replace
from itertools import groupby

from django.utils import timezone

from rehab.knowledge import rehab_knowledge
from rehab.rules.cover import PRIMARY
from rehab.rules.needs import base_of
from rehab.rules.progress import BY_LENGTH
from rehab.rules.reassessment import MAINTAIN, passed_needs
from triage.decision import triage_decision
from triage.facts import case_facts, measurements
from triage.knowledge import triage_knowledge
from triage.models import Examination, Finding

FAILED, PASSED = "failed", "passed"
GOOD_ENOUGH = (PASSED, "amber")  # what is only noted fails nothing


def examined(case, today):
    """Return [(day, the verdicts of all tests by then)], oldest first; the newest value of a test and side counts."""
    known, newest, found = case_facts(case, today), {}, []
    rows = Finding.objects.filter(examination__case=case, answer="").select_related("examination")
    rows = rows.order_by("examination__at", "examination_id", "id")
    for _examination, told in groupby(rows, key=lambda row: row.examination_id):
        told = list(told)
        newest |= {(row.code, row.side): row for row in told}
        then = replace(known, measurements=measurements(newest.values()))
        day = timezone.localdate(told[0].examination.at)
        found.append((day, triage_decision(then, triage_knowledge()).judged))
    return found


def newest_examination(case):
    """Return the day on which the case was last examined; None where it never was.  One query."""
    newest = Examination.objects.filter(case=case).order_by("-at").values_list("at", flat=True).first()
    return timezone.localdate(newest) if newest else None


def length_tested(case, exercises, today):
    """Return {exercise: ((day, whether its length test passed), ...)} of those that go on by their test (PR-F)."""
    by_test = [code for code in exercises if rehab_knowledge().exercises[code].progress_rule == BY_LENGTH]
    history = examined(case, today) if by_test else []
    return {code: tuple(_results(rehab_knowledge().exercises[code], history)) for code in by_test}


def _results(exercise, history):
    """Yield (day, passed) of every day on which a test of this exercise's own needs had a verdict."""
    needs = {need for need, weight in exercise.cover.items() if weight == PRIMARY}
    for day, judged in history:
        verdicts = {one.verdict.value for one in judged if needs & {base_of(need) for need in one.needs}}
        if verdicts & {FAILED, PASSED}:
            yield day, FAILED not in verdicts


def needs_of(item):
    """Return the needs an exercise of a plan was chosen for, or is kept up for."""
    return _needs_in(item.because)


def _needs_in(reasons):
    return {because["need"] for because in reasons if because.get("need")}


def is_kept_up(item):
    """Return whether an exercise of a plan is maintenance: what it was chosen for passes."""
    return any(because.get("rule") == MAINTAIN for because in item.because)


def judged_now(case, today):
    """Return what triage makes of a case on a day: its tests judged, and the needs that fail."""
    return triage_decision(case_facts(case, today), triage_knowledge())


def untrained(plan, triage):
    """Return the needs that fail now and that nothing in this plan trains, in the order of their codes.

    What the rules left uncovered, or to a later block, when the plan was drafted is no news: it was said then.
    """
    said_then = {need for item in plan.decision.result.get("next_block", ()) for need in _needs_in(item["because"])}
    trained = [needs_of(item) for item in plan.items.all() if not is_kept_up(item)]
    known = said_then.union(plan.decision.result.get("uncovered", ()), *trained)
    return sorted(set(triage.needs) - known)


def passed_of(items, triage):
    """Return {need: how it is kept up} of the needs that these exercises were chosen for and that pass now (7.4).

    A need whose test nobody has done passes nothing.
    """
    shown = {need for one in triage.judged if one.verdict.value in GOOD_ENOUGH for need in one.needs}
    before = set().union(*(needs_of(item) for item in items))
    now = {need: False if need in triage.needs else True if need in shown else None for need in before}
    known = rehab_knowledge()
    return {one.need: one for one in passed_needs(before, now, known.progress, known.reasons)}
