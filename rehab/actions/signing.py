"""Signing: the moment from which a runner may do a plan."""

from django.utils.translation import gettext, gettext_noop

from clinic.actions import touch_case
from clinic.alarms import settle_task
from clinic.audit import recorded
from clinic.clock import after, after_column
from clinic.models import Case
from clinic.phrases import said_again
from rehab import written
from rehab.actions.drafting import keep_decision
from rehab.actions.fitting import MISFIT
from rehab.actions.offers import withdraw_offers
from rehab.actions.refusals import NotAllowed, Refused, must_sign, refuse_when_shut, refuse_without_care
from rehab.facts import decided_facts, verdicts_of_exercises
from rehab.models import LevelStep, Plan
from triage.gate import signing_gate

UNDER_WAY = gettext_noop("The plan is under way")  # what comes due later is a task, so that nothing past stands here


@recorded
def sign_plan(*, plan, version, by, at):
    """Sign a draft: the gate and every exercise are judged again, and the plan in force is replaced.

    What the rules say at that moment is kept as a decision of its own; the draft's stays with the plan.

    A second click finds the plan signed by the same person and changes nothing.
    """
    must_sign(by, plan.case)
    Case.objects.select_for_update().get(pk=plan.case_id)  # the case first, as every action does: no deadlock
    locked = Plan.objects.get(pk=plan.pk)
    if locked.signed_at and locked.signed_by_id == by.pk:
        return locked
    at = after(at, locked.drafted_at)
    touch_case(
        plan.case, version=version, by=by, at=at, kind="plan_signed", text=written.PLAN_SIGNED.en, **signed(plan.case)
    )
    refuse_when_shut(signing_gate(plan.case, at))
    refuse_without_care(plan.case.patient)
    facts = decided_facts(locked, at)
    refuse_unready(locked, facts)
    decision = keep_decision(locked.case, facts, by=by, at=at)
    Plan.objects.signed().filter(case_id=locked.case_id).update(
        replaced_at=after_column("signed_at", at), replaced_by=by
    )
    locked.signed_at, locked.signed_by = at, by
    locked.save(update_fields=["signed_at", "signed_by"])
    first_steps(locked, decision, by, at)
    for code in ("sign_plan", MISFIT):
        settle_task(case=locked.case, code=code, text=written.PLAN_SIGNED.en, by=by, at=at)
    withdraw_offers(locked.case, by=by, at=at)
    return locked


def signed(case):
    """Return the columns of the case that move with a signature; only "next step due" is answered by it."""
    calm = case.attention <= case.Attention.DUE
    return {"next_step": UNDER_WAY, "attention": case.Attention.CALM if calm else case.attention}


def refuse_unready(plan, facts):
    """Refuse what may not be signed: no draft, no diagnosis, no exercise, or one that is closed today."""
    if not plan.is_draft:
        raise Refused(gettext("This plan is no longer a draft: somebody signed or replaced it."))
    if plan.diagnosis_id is None:
        raise Refused(gettext("Record a diagnosis and draft the plan again: a plan without one stays a draft."))
    latest = plan.case.diagnoses.order_by("-at", "-id").first()
    if latest.pk != plan.diagnosis_id:
        raise Refused(gettext("The diagnosis has changed since this draft. Draft the plan again."))
    items = list(plan.items.worded(plan.case.clinic_id))
    if not items:
        raise Refused(gettext("There is no exercise in this plan."))
    verdicts = verdicts_of_exercises(plan.case, facts)
    for item in items:
        verdict = verdicts[item.exercise_id]
        if verdict.status != "ok":
            raise NotAllowed(
                gettext("%(exercise)s may not be given today.") % {"exercise": item.spoken},
                *(said_again(reason.text) for reason in verdict.because),
            )
        if item.max_level > verdict.max_level:
            raise NotAllowed(
                gettext("%(exercise)s: level %(level)s is closed today.")
                % {"exercise": item.spoken, "level": item.max_level}
            )


def first_steps(plan, decision, by, at):
    """Write the step that puts each item on its start level, with the decision of the moment it was signed."""
    LevelStep.objects.bulk_create(
        LevelStep(
            item=item,
            level=item.start_level,
            rule="START",
            inputs={"plan": str(plan.pk), "decision": str(decision.pk)},
            reasons=item.because,
            knowledge_version=decision.knowledge_version,
            knowledge_sha256=decision.knowledge_sha256,
            stepped_at=at,
            stepped_by=by,
        )
        for item in plan.items.all()
    )
