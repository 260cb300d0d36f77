"""Rows of a course written without the actions: something logged, judged, offered and scored."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from rehab.models import (
    ExerciseLog,
    MorningLog,
    OutcomeScore,
    PainLimitSet,
    Plan,
    RunLog,
    RunReadiness,
    RunStage,
    SafetyCheck,
    SessionLog,
    StepOffer,
    Verdict,
)

JUDGED = {"rule": "green", "reasons": [{"code": "green", "text": "Calm", "source": "CONV"}]}
JUDGED |= {"knowledge_version": "test", "knowledge_sha256": "0" * 64}


def a_session(case, by, *, colour="green", days_ago=1, item=None, run=None):
    """A session of one exercise, or a run with these figures, with its verdict."""
    at = timezone.now() - timedelta(days=days_ago)
    safety = SafetyCheck.objects.create(
        case=case, where="session", answers={}, any_yes=False, all_answered=True, asked_at=at, asked_by=by
    )
    session = SessionLog.objects.create(
        key=uuid4(), case=case, plan=item.plan if item else None, safety=safety, kind="run" if run else "exercise",
        day=timezone.localdate(at), began=at, minutes=25, effort=5, pain_before=0, pain_during=1, pain_after=0,
        gait_change="absent", tingling="absent", logged_at=at, logged_by=by,
    )  # fmt: skip
    if run:
        RunLog.objects.create(session=session, **run)
    elif item:
        done = {"pain_during": 1, "effort": 5, "form": "good", "done": "full"}
        ExerciseLog.objects.create(session=session, item=item, position=1, level=item.start_level, **done)
    Verdict.objects.create(session=session, colour=colour, judged_at=at, judged_by=by, **JUDGED)
    return session


def an_offer(item, by, level=None):
    """A step up of one exercise that waits for a tap."""
    now = timezone.now()
    level = level or item.start_level + 1
    return StepOffer.objects.create(
        case=item.plan.case, item=item, level=level, offered_at=now, offered_by=by, **JUDGED
    )


def a_course(case, by):
    """A case with everything that a course can hold, once; return the offer that waits."""
    now, day = timezone.now(), timezone.localdate()
    item = Plan.objects.signed().get(case=case).items.first()
    a_session(case, by, item=item)
    a_session(case, by, run={"stage": 0, "walk_minutes": 30, "run_minutes": 0, "km": 3})
    MorningLog.objects.create(case=case, day=day, pain=1, stiffness_minutes=5, logged_at=now, logged_by=by)
    RunStage.objects.create(case=case, stage=0, stepped_at=now, stepped_by=by, **JUDGED)
    OutcomeScore.objects.create(
        case=case, measure="NPRS", parts={"worst": 4}, value=4, day=day, scored_at=now, scored_by=by
    )
    told = {"during_nprs": 2, "because": "as agreed", "set_at": now, "set_by": by}
    PainLimitSet.objects.create(case=case, diagnosis=case.diagnoses.first(), **told)
    RunReadiness.objects.create(case=case, hops=10, hop_pain=0, assessed_at=now, assessed_by=by)
    return an_offer(item, by)
