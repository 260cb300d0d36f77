"""How a case may end: what the suggestion of discharge looks at (section 9), and what stands in the way of closing."""

from django.utils.translation import gettext

from clinic.models import Case, Task
from clinic.phrases import said_again
from rehab.examined import FAILED, examined
from rehab.history import moves_of
from rehab.knowledge import rehab_knowledge
from rehab.models import OutcomeScore
from rehab.rules.discharge import DischargeFacts, discharge
from rehab.rules.running import standing
from triage.gate import loading_gate
from triage.models import RedFlagItem, Screening

INDEX = "UWRI"
STOPPING = ("E", "D")


def suggestion_of(course):
    """Return whether discharge is suggested for this course, with every condition."""
    return discharge(discharge_facts(course), rehab_knowledge().running)


def has_passed_the_ladder(case):
    """Return whether the last stage is passed: before that, discharge need not be asked for.  One query."""
    moves = moves_of(case)
    return bool(moves) and standing(moves).passed


def discharge_facts(course):
    """Return what the conditions look at.  What nobody recorded stays unknown, and suggests nothing."""
    moves = moves_of(course.case)  # the course may be from before the step that its newest log brought
    here = standing(moves) if moves else None
    return DischargeFacts(
        today=course.now.date(),
        stage=here.stage if here else None,
        passed=bool(here and here.passed),
        runs=course.judged,
        tests=failed_tests(course.case, course.now.date()),
        index=_newest_index(course.case),
    )


def failed_tests(case, today):
    """Return {test: whether it passes now} of every test that ever failed; None where nobody measured anything."""
    history = examined(case, today)
    failing = [{one.test for one in judged if one.verdict.value == FAILED} for _day, judged in history]
    return {test: test not in failing[-1] for test in sorted(set().union(*failing))} if history else None


def _newest_index(case):
    rows = OutcomeScore.objects.current().filter(case=case, measure=INDEX)
    value = rows.values_list("value", flat=True).first()
    return None if value is None else float(value)


def against_closing(case, outcome):
    """Return in words what must be settled before a case may end so; empty where nothing stands in the way.

    A danger without an outcome and an alarm that nobody has seen hold every case open.  Whoever goes back to running
    may load the leg; who may not is referred.  A screening under way holds what ends otherwise: a rule may have asked
    for it, and no item says so.
    """
    found = []
    dangers = RedFlagItem.objects.filter(case=case, level__in=STOPPING, outcome="")
    found += [
        gettext("A danger has no outcome yet: %(danger)s") % {"danger": said_again(text)}
        for text in dangers.values_list("text", flat=True)
    ]
    if Task.objects.unheard().filter(case=case).exists():
        found.append(gettext("An alarm stands open that nobody has seen."))
    under_way = Screening.objects.filter(case=case, completed_at__isnull=True, voided_at__isnull=True)
    if outcome == Case.Outcome.OTHER and under_way.exists():
        found.append(gettext("The safety screening is not finished: finish it, or refer the runner."))
    if outcome == Case.Outcome.RUNNING and not found:
        found += [said_again(reason.text) for reason in loading_gate(case).reasons]
    return found
