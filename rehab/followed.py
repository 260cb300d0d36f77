"""Everything the alerts of a course look at (7.4), gathered from scores, examinations, plans and the gate."""

from datetime import date

from django.db.models import F
from django.utils import timezone

from clinic.terms import Answer
from rehab.knowledge import rehab_knowledge
from rehab.models import OutcomeScore, Plan
from rehab.rules.alerts import Followed
from rehab.rules.measures import Score, no_improvement, worse_beyond_chance
from rehab.rules.schedule import due
from triage.gate import loading_gate
from triage.models import Examination, Screening

NO_GAIN = "no_improvement"


def followed_of(course, scores):
    """Return what the alerts look at; ``scores`` are those of the case.  Five queries and the gate's."""
    case, today = course.case, course.now.date()
    signed = Plan.objects.filter(case=case, signed_at__isnull=False).order_by("signed_at")
    first = signed.values_list("signed_at", flat=True).first()
    tested = _last_tested(case)
    return Followed(
        started=timezone.localdate(first) if first else None,
        judged=course.judged,
        improved=_has_improved(scores, today),
        worse=_worse(scores, today),
        medicine_changed=_thinner_stopped(case),
        failed_tested=tested,
        all_tested=tested,
        rests=course.plan is None or not loading_gate(case).open,
        since=triaged_at(case),
    )


def scores_of(case):
    """Return the scores of every outcome measure, oldest first.  One query."""
    rows = OutcomeScore.objects.current().filter(case=case).annotate(runner=F("case__patient__person"))
    return [
        Score(row.measure, float(row.value), row.day, row.parts, by_runner=row.scored_by_id == row.runner)
        for row in rows.order_by("day", "scored_at")
    ]


def asked_measures():
    """Return the measures that are asked of everybody: the primary ones that need no licence."""
    return [measure for measure in rehab_knowledge().measures.values() if measure.primary and measure.stores != "total"]


def measures_due(plan, cause, scores, today):
    """Return the measures that are asked now, each for the newest point of its schedule since the plan was signed."""
    return due(asked_measures(), timezone.localdate(plan.signed_at), scores, today, cause)


def measures_of_runner(plan, scores, today):
    """Return (what is asked of the runner today, what they may answer today) as codes of measures.

    They are asked a few days before each point of the schedule already: day 14 reads the gain in its first minute.
    What they told today they may still tell otherwise; what the clinic scored today stands.
    """
    started, cause = timezone.localdate(plan.signed_at), plan.diagnosis.cause if plan.diagnosis else None
    asked = [one.measure for one in due(asked_measures(), started, scores, today, cause, ahead=True)]
    told = [one.measure for one in scores if one.day == today and one.by_runner]
    known = [measure.code for measure in asked_measures()]
    return tuple(asked), tuple(code for code in known if code in {*asked, *told})


def _has_improved(scores, today):
    """Return whether at least one recorded measure improved by its important change since its first score."""
    known = rehab_knowledge()
    rule = known.progress.steps[NO_GAIN]
    return bool(no_improvement(known.measures, scores, today, today, rule, known.running.reasons).improved)


def _worse(scores, today) -> tuple[tuple[str, date], ...]:
    """Return the measures that are worse beyond chance, with the day of the score that showed it."""
    known, words = rehab_knowledge().measures, rehab_knowledge().running.reasons
    found = worse_beyond_chance(known, scores, today, words)
    return tuple((one.measure, date.fromisoformat(str(one.inputs["after_day"]))) for one in found)


def _thinner_stopped(case):
    """Return when the record last changed from a blood thinner to none; None where it says one again, or never did."""
    changed = case.events.filter(data__was__anticoagulant=Answer.PRESENT.value)
    stopped = changed.exclude(case__patient__anticoagulant=Answer.PRESENT)
    return stopped.order_by("-version").values_list("at", flat=True).first()


def _last_tested(case):
    """Return the day of the newest examination that measured anything."""
    measured = Examination.objects.filter(case=case, findings__value__isnull=False)
    at = measured.order_by("-at").values_list("at", flat=True).first()
    return timezone.localdate(at) if at else None


def triaged_at(case):
    """Return when triage was last completed; what a session showed before it has had its answer."""
    done = Screening.objects.filter(case=case, voided_at__isnull=True, complete=True, completed_at__isnull=False)
    return done.order_by("-completed_at").values_list("completed_at", flat=True).first()
