"""A clinician's answer to a step that the rules offer: the rules are asked again, then it is taken or declined."""

from django.utils.translation import gettext

from clinic.actions import touch_case
from clinic.audit import recorded
from clinic.language import said_reason
from clinic.terms import in_english
from rehab import written
from rehab.actions.moving import next_steps, write_step
from rehab.actions.offers import decide, open_offers, tell_of_offers
from rehab.actions.refusals import Refused, must_sign, refuse_when_shut
from rehab.actions.stages import next_stage, write_stage
from rehab.history import course_of
from rehab.models import StepOffer
from rehab.rules.ladders import Kind
from triage.gate import loading_gate

OUTRUN = "The newest logs no longer bear this step out: it was not taken."


@recorded
def take_step(*, offer, version, by, at):
    """Take a step that waits for a tap: an exercise to its next level, or the runner to the next running stage.

    The gate and the rules are asked again, over the logs as they stand now; the signature's range is kept by the
    database.  Of two who tap at once the second comes too late (StaleRecord).
    """
    case = _answering(
        offer,
        version=version,
        by=by,
        at=at,
        kind="step_taken",
        text=in_english(written.STEP_TAKEN, what=name_of(offer)),
    )
    refuse_when_shut(loading_gate(case))
    course = course_of(case, at)
    if offer.item_id is None:
        _take_stage(course, offer, by, at)
    else:
        _take_level(course, offer, by, at)
    _close(offer, accepted=True, by=by, at=at)


@recorded
def decline_step(*, offer, version, because, by, at):
    """Decline a step that waits for a tap, in words (not empty); later logs may bring it up again."""
    if not because.strip():
        raise Refused(gettext("Write why the runner stays where they are."))
    text = in_english(written.STEP_DECLINED, what=name_of(offer), typed=because.strip())
    _answering(offer, version=version, by=by, at=at, kind="step_declined", text=text)
    _close(offer, accepted=False, by=by, at=at)


def name_of(offer):
    """Return what an offer is about, in words: "Bird dog, level 3", "running stage 2"."""
    if offer.item_id is None:
        return in_english(written.RUNNING_STAGE, stage=offer.stage)
    return in_english(written.EXERCISE_LEVEL, exercise=offer.item.called, level=offer.level)


def _answering(offer, *, version, by, at, kind, text):
    """Lock the case for one who may sign, move its version on, and refuse an offer that stands open no more."""
    case = offer.case
    must_sign(by, case)
    touch_case(case, version=version, by=by, at=at, kind=kind, text=text, data={"rule": offer.rule})
    if case.closed_at:
        raise Refused(gettext("The case is closed: nothing moves in it any more."))
    if not StepOffer.objects.filter(pk=offer.pk, decided_at__isnull=True).exists():
        raise Refused(gettext("This step no longer waits: somebody has answered it, or newer logs have taken it back."))
    return case


def _take_level(course, offer, by, at):
    if course.plan is None or offer.item.plan_id != course.plan.pk:
        raise Refused(gettext("This step is of a plan that is no longer in force."))
    item, step = next(found for found in next_steps(course) if found[0].pk == offer.item_id)
    if step.kind is not Kind.UP or step.level != offer.level:
        raise Refused(OUTRUN, *map(said_reason, step.reasons))
    write_step(item, step, by=by, at=at)
    _withdraw_outrun(course.case, offer, by, at)


def _withdraw_outrun(case, taken, by, at):
    """Take back the offers of other exercises that this step rules out: of calf loading one new level at a time."""
    rising = {item.pk: step.level for item, step in next_steps(course_of(case, at)) if step.kind is Kind.UP}
    for other in open_offers(case).filter(item__isnull=False).exclude(pk=taken.pk):
        if rising.get(other.item_id) != other.level:
            decide(other, accepted=False, by=by, at=at)


def _take_stage(course, offer, by, at):
    here, step = next_stage(course)
    rises = step is not None and step.moves and (step.stage > here.stage or step.passed > here.passed)
    if not rises or step.stage != offer.stage:
        raise Refused(OUTRUN, *map(said_reason, step.reasons if step else ()))
    write_stage(course.case, step, by=by, at=at)


def _close(offer, *, accepted, by, at):
    decide(offer, accepted=accepted, by=by, at=at)
    tell_of_offers(offer.case, by=by, at=at)
