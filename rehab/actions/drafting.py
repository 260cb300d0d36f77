"""From the facts of a case to a draft plan, with the decision behind it kept."""

from django.utils import timezone
from django.utils.translation import gettext_noop

from clinic.actions import touch_case
from clinic.alarms import end_of_day, open_task
from clinic.audit import recorded
from clinic.clock import after_column
from clinic.phrases import said_again
from rehab import written
from rehab.actions.kept import knowledge_columns
from rehab.actions.refusals import Refused, must_sign, refuse_when_shut, refuse_without_care
from rehab.decision import plan_json
from rehab.examined import judged_now, needs_of, passed_of
from rehab.facts import catalogue_dose, first_side, judged, plan_facts, verdicts_of_exercises
from rehab.history import newest_step, plan_in_force
from rehab.models import Exercise, Plan, PlanItem
from triage.actions import record_examination
from triage.facts import facts_json
from triage.gate import loading_gate
from triage.models import Decision


@recorded
def draft_plan(*, case, version, equipment, blocked, by, at):
    """Decide a plan from today's facts and keep it as the one draft; an older draft is set aside."""
    must_sign(by, case)
    touch_case(
        case, version=version, by=by, at=at, kind="plan_drafted", text=written.PLAN_DRAFTED.en, **due(case, equipment)
    )
    refuse_when_shut(loading_gate(case))
    refuse_without_care(case.patient)
    facts = plan_facts(case, at.date(), equipment, blocked)
    decision = keep_decision(case, facts, by=by, at=at)
    result = decision.result
    if result["status"] == "no_plan":
        raise Refused(*(said_again(reason["text"]) for reason in result["reasons"]))
    Plan.objects.drafts().filter(case=case).update(replaced_at=after_column("drafted_at", at), replaced_by=by)
    diagnosis = case.diagnoses.order_by("-at", "-id").first()
    plan = Plan.objects.create(case=case, diagnosis=diagnosis, decision=decision, drafted_at=at, drafted_by=by)
    verdicts = verdicts_of_exercises(case, facts)
    PlanItem.objects.bulk_create(
        item_of(plan, position, chosen, verdicts[chosen["code"]])
        for position, chosen in enumerate(result["exercises"], start=1)
    )
    keep_up(plan, case, facts, verdicts)
    open_task(case=case, code="sign_plan", text=written.SIGN_PLAN.en, by=by, at=at, due=end_of_day(at))
    return plan


def keep_decision(case, facts, *, by, at):
    """Ask the rules for a plan from these facts, and keep what they said with inputs, reasons and version."""
    _, decided = judged(facts)
    result = plan_json(decided)
    return Decision.objects.create(
        case=case,
        kind="plan",
        inputs=facts_json(facts),
        result=result,
        reasons=result["reasons"],
        at=at,
        by=by,
        **knowledge_columns(),
    )


def due(case, equipment):
    """Return the columns of the case that move with a draft; an alarm keeps its place on today's list."""
    return {
        "equipment": sorted(equipment),
        "next_step": gettext_noop("Sign the plan"),
        "attention": max(case.attention, case.Attention.DUE),
    }


def item_of(plan, position, chosen, verdict):
    """Return an unsaved item for one chosen exercise; the signature will cover its open levels."""
    level = chosen["start_level"] or 1
    count = Exercise.objects.get(pk=chosen["code"]).level_count
    ceiling = min(count, chosen.get("max_level") or verdict.max_level or count)
    needs = [because.get("need") or "" for because in chosen["because"]]
    return PlanItem(
        plan=plan,
        exercise_id=chosen["code"],
        position=position,
        side=first_side(needs),
        start_level=level,
        min_level=1,
        max_level=max(level, ceiling),
        because=chosen["because"],
        **catalogue_dose(chosen["code"], level),
    )


def keep_up(draft, case, facts, verdicts):
    """Put into a draft what the plan in force trains, the choice no longer holds, and passes now: as maintenance.

    At the level it has reached and no other, as often as the rule says; what a gate closes today is left out.
    """
    running = plan_in_force(case)
    items = list(running.items.all()) if running else []
    passed = passed_of(items, judged_now(case, timezone.localdate(draft.drafted_at)))
    chosen = set(draft.items.values_list("exercise_id", flat=True))
    kept = [
        item
        for item in items
        if item.exercise_id not in chosen
        and needs_of(item)
        and needs_of(item) <= passed.keys()
        and verdicts[item.exercise_id].status == "ok"
    ]
    PlanItem.objects.bulk_create(
        _kept_item(draft, position, item, passed, verdicts[item.exercise_id])
        for position, item in enumerate(kept, start=len(chosen) + 1)
    )


def _kept_item(draft, position, item, passed, verdict):
    """Return an unsaved item that keeps up an exercise whose needs pass."""
    level = min(newest_step(item).level, verdict.max_level or item.max_level)
    found = [passed[need] for need in sorted(needs_of(item))]
    dose = catalogue_dose(item.exercise_id, level) | {
        "times_a_week": found[0].times_a_week_min,
        "times_a_week_high": found[0].times_a_week_max,
    }
    return PlanItem(
        plan=draft,
        exercise_id=item.exercise_id,
        position=position,
        start_level=level,
        min_level=level,
        max_level=level,
        because=[
            {"rule": one.rule, "need": one.need, "source": one.reasons[0].source, "text": one.reasons[0].text}
            for one in found
        ],
        **dose,
    )


@recorded
def answer_checklist(*, case, version, answers, shown_none, by, at):
    """Record the short list before the plan as findings, and draft again with what they free or forbid.

    An answer may open an alarm; then the answers are kept and nothing is drafted.
    """
    record_examination(case=case, version=version, findings=answers, shown_none=shown_none, by=by, at=at)
    if not loading_gate(case).open:
        return None
    draft = Plan.objects.drafts().select_related("decision").filter(case=case).first()
    if draft is None:
        return None
    inputs = draft.decision.inputs
    return draft_plan(
        case=case, version=case.version, equipment=inputs["equipment"], blocked=inputs["blocked"], by=by, at=at
    )
