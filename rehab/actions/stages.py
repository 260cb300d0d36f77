"""The ladder back to running: started by a clinician, down at once, up by a tap or by the clinic's setting."""

from dataclasses import asdict

from django.utils.translation import gettext

from clinic.actions import touch_case
from clinic.audit import recorded
from clinic.clock import after_all
from clinic.language import said_reason
from clinic.terms import Level, Reason, in_english
from rehab import written
from rehab.actions.kept import judgement_columns, knowledge_columns, stepping_columns
from rehab.actions.moving import tell_of_rest
from rehab.actions.offers import decide, is_declined, open_offers
from rehab.actions.refusals import Refused, must_sign, refuse_when_shut
from rehab.entry import criteria_of
from rehab.followed import triaged_at
from rehab.history import course_of
from rehab.knowledge import rehab_knowledge
from rehab.models import RunStage, StepOffer
from rehab.rules.running import stage_step, standing
from rehab.rules.running_breach import CLOCK, breach_of
from rehab.rules.running_entry import may_run
from rehab.rules.running_facts import Met
from triage.actions import hold, retrigger
from triage.gate import loading_gate

# What the clock after pressure means in words of the safety set: over an hour, and over half an hour (RF-ACS).
CLOCK_SAYS = {Level.E: "not_easing", Level.D: "rest_or_night_pain"}


def next_stage(course):
    """Return (where the runner stands, what the rules say comes next); both None where running has not begun."""
    if not course.moves:
        return None, None
    here = standing(course.moves)
    known = (course.now, course.limit, course.cause, rehab_knowledge().running, triaged_at(course.case))
    return here, stage_step(course.judged, here, *known)


def move_stage(course, *, by, at):
    """Take the step on the ladder that the runs ask for; return the codes of the alerts it rings."""
    here, step = next_stage(course)
    if step is None:
        return ()
    offer = open_offers(course.case).filter(item__isnull=True).first()
    rises = step.moves and (step.stage > here.stage or step.passed > here.passed)
    if offer and not (rises and offer.stage == step.stage):
        decide(offer, accepted=False, by=by, at=at)
        offer = None
    if step.moves and not rises:
        tell_of_rest(course.case, write_stage(course.case, step, by=by, at=at), by, at)
    elif rises and offer is None and loading_gate(course.case).open:
        _rise(course, step, by, at)
    if step.moves and step.suspends and not any(found.session.safety_yes for found in course.judged[-1:]):
        _suspend(course.case, step, by, at)
    return step.alerts


def _rise(course, step, by, at):
    case = course.case
    if case.clinic.steps_apply_themselves:
        write_stage(case, step, by=by, at=at)
    elif not is_declined(case, [session for session in course.sessions if session.run], stage=step.stage):
        StepOffer.objects.create(case=case, stage=step.stage, offered_at=at, offered_by=by, **judgement_columns(step))


def write_stage(case, step, *, by, at):
    """Write one move on the ladder; the database refuses what rises behind a shut gate."""
    return RunStage.objects.create(
        case=case,
        stage=step.stage,
        passed=step.passed,
        **stepping_columns(step, by=by, at=at, ladder=RunStage.objects.filter(case=case)),
    )


def stop_by_run(course, session, *, by, at):
    """Stop the leg where a run itself says so, on the ladder or not (8.4); return what the runner is told, or None.

    Pressure that eases late is what the safety set asks for: it opens the same items, at the level of the clock.
    """
    judged = next((found for found in course.judged if found.session.id == str(session.pk)), None)
    if judged is None or judged.session.run is None or judged.session.safety_yes:
        return None
    breach = breach_of(judged, None, course.limit, course.cause, rehab_knowledge().running)
    if breach is None or not breach.suspends:
        return None
    text = " ".join(reason.text for reason in breach.reasons)
    if breach.rule == CLOCK:
        return retrigger(case=course.case, yes=[CLOCK_SAYS[breach.level]], by=by, at=at, told=text)
    sources = ", ".join(dict.fromkeys(reason.source for reason in breach.reasons))
    return hold(case=course.case, reason=Reason(breach.rule, text, sources), by=by, at=at)


def _suspend(case, step, by, at):
    """Let the whole plan rest where running must stop and triage be repeated (8.4)."""
    text = " ".join(dict.fromkeys(reason.text for reason in step.reasons))
    sources = ", ".join(dict.fromkeys(reason.source for reason in step.reasons))
    hold(case=case, reason=Reason(step.rule, text, sources), by=by, at=at)


@recorded
def start_running(*, case, version, by, at):
    """Put the runner on stage 0, once every criterion before the first run is met."""
    must_sign(by, case)
    touch_case(case, version=version, by=by, at=at, kind="running_started", text=written.RUNNING_BEGUN.en)
    refuse_when_shut(loading_gate(case))
    if RunStage.objects.filter(case=case).exists():
        raise Refused(gettext("This runner stands on the ladder already."))
    criteria = criteria_of(course_of(case, at))
    if not may_run(criteria):
        raise Refused(*(said_reason(c.reason) for c in criteria if c.met not in (Met.MET, Met.NOT_ASKED)))
    inputs = {"criteria": {criterion.code: criterion.met.value for criterion in criteria}}
    return _stage_by_hand(case, 0, "entry", inputs, [asdict(criterion.reason) for criterion in criteria], by, at)


@recorded
def resume_running(*, case, version, stage, because, by, at):
    """Let a runner go on after a stop, at the stage reached or below; the clinician says why."""
    must_sign(by, case)
    text = in_english(written.RUNNING_RESUMED, stage=stage, typed=because.strip())
    touch_case(case, version=version, by=by, at=at, kind="running_resumed", text=text)
    refuse_when_shut(loading_gate(case))
    newest = RunStage.objects.filter(case=case).order_by("-stepped_at", "-id").first()
    if newest is None:
        raise Refused(gettext("This runner is not on the ladder yet."))
    if not 0 <= stage <= newest.stage:
        raise Refused(gettext("Go on at stage %(stage)s or below.") % {"stage": newest.stage})
    if not because.strip():
        raise Refused(gettext("Write why running may go on."))
    reasons = [{"code": "resumed", "text": because.strip(), "source": "clinician"}]
    return _stage_by_hand(case, stage, "resumed", {}, reasons, by, at)


def _stage_by_hand(case, stage, rule, inputs, reasons, by, at):
    return RunStage.objects.create(
        case=case,
        stage=stage,
        rule=rule,
        inputs=inputs,
        reasons=reasons,
        stepped_at=after_all(RunStage.objects.filter(case=case), "stepped_at", at),
        stepped_by=by,
        **knowledge_columns(),
    )
