"""Moving: the steps that follow from the logs.  Back at once, up only when the clinic's setting or a tap says so."""

from clinic.terms import Reason
from rehab.actions.kept import judgement_columns, stepping_columns
from rehab.actions.offers import decide, is_declined, open_offers
from rehab.followed import triaged_at
from rehab.history import items_now
from rehab.knowledge import rehab_knowledge
from rehab.models import LevelStep, StepOffer
from rehab.rules.ladders import Kind
from rehab.rules.plan_progress import plan_hold, plan_steps
from triage.actions import hold, owe_exercise
from triage.gate import loading_gate
from triage.models import Screening

BY_SAFETY = "RG-STOP"  # the safety answer itself stops the leg: triage.actions.retrigger


def move_plan(course, *, by, at):
    """Take every step back that the logs ask for, offer what may rise, and let the plan rest where it must."""
    since = triaged_at(course.case)
    if course.plan is not None:
        _move_items(course, since, by, at)
    _rest(course, since, by, at)


def next_steps(course):
    """Return what the rules say comes next for each exercise of the plan in force, as [(item, step)]."""
    return _next_steps(course, triaged_at(course.case))


def _next_steps(course, since):
    table = rehab_knowledge().progress
    steps = plan_steps(
        items_now(course), sessions=course.judged, limit=course.limit, now=course.now, table=table, since=since
    )
    return list(zip(course.plan.items.all(), steps, strict=True))


def _move_items(course, since, by, at):
    steps = _next_steps(course, since)
    offers = {offer.item_id: offer for offer in open_offers(course.case).filter(item__isnull=False)}
    may_rise = any(step.rises for _, step in steps) and loading_gate(course.case).open
    for item, step in steps:
        offer = offers.get(item.pk)
        if offer and not (step.kind is Kind.UP and step.level == offer.level):
            decide(offer, accepted=False, by=by, at=at)
            offer = None
        if step.goes_back or (step.kind is Kind.RESTORE_DOSE and may_rise):
            tell_of_rest(course.case, write_step(item, step, by=by, at=at), by, at)
        elif step.kind is Kind.UP and may_rise and offer is None:
            _rise(course, item, step, by, at)


def tell_of_rest(case, written, by, at):
    """Owe the runner the word that an exercise rests, where nobody shows it to them now (7.3)."""
    if written.rest_until and written.rest_until > at:
        owe_exercise(case, until=written.rest_until, at=at, shown_to=by)


def _rise(course, item, step, by, at):
    """Go up, or offer it: the clinic decides whether a step waits for a tap; what was declined waits for new logs."""
    case = course.case
    if case.clinic.steps_apply_themselves:
        write_step(item, step, by=by, at=at)
        return
    if is_declined(case, [judged.session for judged in course.of_item(item)], item=item, level=step.level):
        return
    StepOffer.objects.create(
        case=case, item=item, level=step.level, offered_at=at, offered_by=by, **judgement_columns(step)
    )


def write_step(item, step, *, by, at):
    """Write one step of the ladder with its rule, inputs, reasons and knowledge; the database looks once more."""
    return LevelStep.objects.create(
        item=item,
        level=step.level,
        dose_percent=step.dose_percent,
        **stepping_columns(step, by=by, at=at, ladder=LevelStep.objects.filter(item=item)),
    )


def _rest(course, since, by, at):
    """Let the plan rest and triage be repeated where the colours ask for it, once."""
    found = plan_hold(course.judged, now=course.now, table=rehab_knowledge().progress, since=since)
    if found is None or found.rule == BY_SAFETY:
        return
    text = " ".join(reason.text for reason in found.reasons)
    if _is_asked_again(course.case, text):
        return
    sources = ", ".join(dict.fromkeys(reason.source for reason in found.reasons))
    hold(case=course.case, reason=Reason(found.rule, text, sources), by=by, at=at)


def _is_asked_again(case, because):
    """Return whether a screening is under way for this very reason; one begun by hand does not stand for it."""
    open_now = Screening.objects.filter(case=case, completed_at__isnull=True, voided_at__isnull=True)
    return open_now.filter(because__contains=because[:200]).exists()
