"""Changing a draft: add, replace, remove, move, and set the dose.  A signed plan has none of these verbs."""

from django.db.models import F, Max
from django.utils.translation import gettext

from clinic.actions import lock_case, touch_case
from clinic.audit import recorded
from clinic.phrases import said_again
from clinic.terms import in_english
from rehab import written
from rehab.actions.refusals import NotAllowed, Refused, must_sign, refuse_when_shut
from rehab.facts import catalogue_dose, decided_facts, verdicts_of_exercises
from rehab.models import Exercise, Plan, PlanItem
from triage.gate import loading_gate

DOSE_FIELDS = (
    *("side", "start_level", "max_level", "sets", "amount", "amount_high"),
    *("hold_seconds", "tempo", "rest_seconds", "times_a_week", "times_a_week_high", "times_a_day", "note"),
)
PARKED = 1000  # positions step aside here while they change places


def opened_draft(plan, *, version, by, at, text, change, item=None):
    """Lock the case, ask the gate, and return the draft as it stands now.

    ``change`` and the rule that chose ``item`` stay in the timeline beside its words: they are counted.
    """
    data = {"change": change} | ({"rule": rule_of(item), "item": str(item.pk)} if item else {})
    must_sign(by, plan.case)
    touch_case(plan.case, version=version, by=by, at=at, kind="plan_changed", text=text, data=data)
    refuse_when_shut(loading_gate(plan.case))
    fresh = Plan.objects.select_related("case", "decision").get(pk=plan.pk)
    if not fresh.is_draft:
        raise Refused(gettext("This plan is no longer a draft. A signed plan is replaced by a new one, never edited."))
    return fresh


def allowed_verdict(plan, code, level, at):
    """Return the verdict on an exercise for this patient today, or refuse with its reasons."""
    verdict = verdicts_of_exercises(plan.case, decided_facts(plan, at))[code]
    if verdict.status != "ok":
        raise NotAllowed(*(said_again(reason.text) for reason in verdict.because))
    if level and level > verdict.max_level:
        raise NotAllowed(
            gettext("Level %(level)s is closed for this runner today; the highest open level is %(most)s.")
            % {"level": level, "most": verdict.max_level}
        )
    return verdict


def new_item(plan, code, side, reason, position, at):
    """Save an item chosen by hand, at the level the rules would start it."""
    verdict = allowed_verdict(plan, code, None, at)
    level = verdict.start_level
    return PlanItem.objects.create(
        plan=plan,
        exercise_id=code,
        position=position,
        side=side,
        start_level=level,
        max_level=max(level, min(verdict.max_level, Exercise.objects.get(pk=code).level_count)),
        because=[{"rule": "CLINICIAN", "need": None, "source": ""}],
        added_by_clinician=True,
        override_reason=reason,
        **catalogue_dose(code, level),
    )


def rule_of(item):
    """Return the rule that first put an exercise into the plan."""
    return item.because[0]["rule"] if item.because else ""


def need_reason(reason):
    """Refuse a departure from the suggestion that says no reason."""
    if not reason.strip():
        raise Refused(gettext("Say why this plan departs from the suggestion."))


def refuse_twice(plan, exercise, own):
    """Refuse an exercise that the plan has already, by the name it has in this clinic."""
    if plan.items.filter(exercise=exercise).exists():
        raise Refused(gettext("%(exercise)s is already in this plan.") % {"exercise": exercise.spoken(own)})


@recorded
def add_item(*, plan, exercise, side, reason, version, by, at):
    """Add an exercise by hand at the end; a forbidden or withheld one is refused."""
    need_reason(reason)
    own = exercise.worded_in(plan.case.clinic_id)
    text = in_english(written.ADDED, exercise=exercise.called(own), typed=reason)
    plan = opened_draft(plan, version=version, by=by, at=at, text=text, change="added")
    refuse_twice(plan, exercise, own)
    last = plan.items.aggregate(last=Max("position"))["last"] or 0
    return new_item(plan, exercise.pk, side, reason, last + 1, at)


@recorded
def replace_item(*, item, exercise, reason, version, by, at):
    """Put another exercise in the place of one; its position and side stay."""
    need_reason(reason)
    own = exercise.worded_in(item.plan.case.clinic_id)
    text = in_english(written.REPLACED, exercise=item.called, other=exercise.called(own), typed=reason)
    plan = opened_draft(item.plan, version=version, by=by, at=at, text=text, change="replaced", item=item)
    refuse_twice(plan, exercise, own)
    old = plan.items.get(pk=item.pk)
    old.delete()
    return new_item(plan, exercise.pk, old.side, reason, old.position, at)


@recorded
def remove_item(*, item, reason, version, by, at):
    """Take an exercise out; the reason stays in the timeline."""
    need_reason(reason)
    text = in_english(written.REMOVED, exercise=item.called, typed=reason)
    plan = opened_draft(item.plan, version=version, by=by, at=at, text=text, change="removed", item=item)
    gone = plan.items.get(pk=item.pk)
    gone.delete()
    for later in plan.items.filter(position__gt=gone.position).order_by("position"):
        plan.items.filter(pk=later.pk).update(position=later.position - 1)


@recorded
def move_item(*, item, up, version, by, at):
    """Let an exercise change places with its neighbour; at the end of the list nothing happens, nothing is written."""
    lock_case(item.plan.case)
    here = item.plan.items.get(pk=item.pk)
    others = item.plan.items.filter(**{"position__lt" if up else "position__gt": here.position})
    neighbour = others.order_by("-position" if up else "position").first()
    if neighbour is None:
        return
    text = in_english(written.MOVED_UP if up else written.MOVED_DOWN, exercise=item.called)
    plan = opened_draft(item.plan, version=version, by=by, at=at, text=text, change="moved", item=item)
    plan.items.filter(pk=here.pk).update(position=F("position") + PARKED)
    plan.items.filter(pk=neighbour.pk).update(position=here.position)
    plan.items.filter(pk=here.pk).update(position=neighbour.position)


@recorded
def change_dose(*, item, dose, version, by, at):
    """Set side, levels and dose of one item; ``dose`` holds checked values by column name."""
    text = in_english(written.DOSE_CHANGED, exercise=item.called)
    plan = opened_draft(item.plan, version=version, by=by, at=at, text=text, change="dose", item=item)
    allowed_verdict(plan, item.exercise_id, dose["max_level"], at)
    fresh = plan.items.select_related("exercise").get(pk=item.pk)
    before = {name: getattr(fresh, name) for name in DOSE_FIELDS}
    if dose["start_level"] != fresh.start_level:
        for name, value in catalogue_dose(fresh.exercise_id, dose["start_level"]).items():
            setattr(fresh, name, value)
    for name in DOSE_FIELDS:
        if name in dose and dose[name] != before[name]:  # what was not touched follows the new level
            setattr(fresh, name, dose[name])
    fresh.min_level = min(fresh.min_level, fresh.start_level)
    fresh.full_clean(validate_constraints=True)
    fresh.save()
    return fresh
