"""What a runner logs: stored once, never changed, judged at once; a safety yes stops the leg in the same moment."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from clinic.models import Task
from clinic.terms import Answer
from rehab.actions import (
    ExerciseTold,
    NotAllowed,
    Refused,
    RunTold,
    SessionTold,
    ask_safety,
    correct_session,
    log_morning,
    log_run,
    log_session,
)
from rehab.history import course_of, limit_of, mornings_of, sessions_of
from rehab.models import ExerciseLog, MorningLog, RunLog, SafetyCheck, SessionLog, Verdict
from rehab.rules.logged import Colour
from tests.factories import CaseFactory, PersonFactory, member
from tests.rehab.conftest import a_diagnosis, a_plan, a_screening, a_step, an_item, in_force
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge
from triage.models import Diagnosis

pytestmark = pytest.mark.django_db
GOOD = {"pain_during": 1, "effort": 5, "form": "good"}


def calm(**changes):
    """Return the safety set answered with no, except what is said otherwise."""
    asked = [question.code for question in triage_knowledge().safety_set]
    return {**dict.fromkeys(asked, Answer.ABSENT), **changes}


def first_question():
    """Return the code of the first safety question."""
    return triage_knowledge().safety_set[0].code


def told_of(plan, at, **changes):
    """Return a calm session of every exercise of a plan."""
    exercises = tuple(ExerciseTold(item=item.pk, done="full", **GOOD) for item in plan.items.all())
    said = {"minutes": 20, "effort": 5, "pain_before": 0, "pain_during": 1, "pain_after": 0}
    said |= {"gait_change": Answer.ABSENT, "tingling": Answer.ABSENT, "exercises": exercises, "began": at}
    return SessionTold(day=timezone.localdate(at), **{**said, **changes})


@pytest.fixture
def plan(signed_plan, clinician):
    """A plan in force at level 2."""
    a_step(signed_plan.items.get(), clinician, 2).save()
    return signed_plan


@pytest.fixture
def other_plan(plan, clinician):
    """A plan in force of another runner of the same clinic."""
    case = CaseFactory(patient__clinic=plan.case.clinic)
    a_screening(case, clinician)
    a_diagnosis(case, clinician)
    return in_force(a_plan(case, clinician), clinician)


@pytest.fixture
def runner(plan):
    """The runner of the plan."""
    return plan.case.patient.person


def logged(plan, runner, at=None, **changes):
    """Log a calm session and return what came of it."""
    at = at or timezone.now()
    safety = changes.pop("safety", None) or calm()
    key = changes.pop("key", None) or uuid4()
    return log_session(case=plan.case, key=key, safety=safety, told=told_of(plan, at, **changes), by=runner, at=at)


def test_a_session_is_kept_with_its_level_and_judged(plan, runner):
    found = logged(plan, runner)

    row = ExerciseLog.objects.get(session=found.row)
    assert (row.level, row.dose_percent, row.done) == (2, 100, "full")
    assert not found.row.while_shut
    assert found.stop is None
    assert Verdict.objects.filter(session=found.row).count() == 2  # of the session, and of its exercise
    verdict = Verdict.objects.get(session=found.row, exercise=None)
    assert verdict.rule and verdict.reasons and verdict.knowledge_sha256


def test_sent_twice_it_is_stored_once(plan, runner):
    key = uuid4()
    first, second = logged(plan, runner, key=key), logged(plan, runner, key=key)

    assert second.again
    assert second.row == first.row
    assert SessionLog.objects.count() == SafetyCheck.objects.count() == 1


def test_a_key_of_another_runner_is_refused(plan, runner, other_plan):
    key = uuid4()
    logged(plan, runner, key=key)

    with pytest.raises(Refused):
        logged(other_plan, other_plan.case.patient.person, key=key)


def test_next_morning_turns_pending_into_green(plan, runner):
    yesterday = timezone.now() - timedelta(days=1)
    for days in (3, 2):
        morning = yesterday - timedelta(days=days - 1)
        log_morning(case=plan.case, day=timezone.localdate(morning), pain=1, stiffness_minutes=5, by=runner, at=morning)
    session = logged(plan, runner, at=yesterday).row
    before = Verdict.objects.filter(session=session, exercise=None).first()
    log_morning(case=plan.case, day=timezone.localdate(), pain=1, stiffness_minutes=None, by=runner, at=timezone.now())
    after = Verdict.objects.filter(session=session, exercise=None).first()

    assert (before.colour, after.colour) == ("pending", "green")


def test_a_safety_yes_stops_the_leg_in_the_same_transaction(plan, runner, monkeypatch):
    yes = calm(**{first_question(): Answer.PRESENT})
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr("rehab.actions.logging.retrigger", lambda **told: 1 / 0)
        logged(plan, runner, safety=yes)
    assert not SafetyCheck.objects.exists() and not SessionLog.objects.exists()  # no yes is kept that stops nothing

    found = logged(plan, runner, safety=yes)

    assert found.stop is not None
    assert found.row.while_shut
    assert not loading_gate(plan.case).open
    assert Task.objects.get(case=plan.case, is_alarm=True).code == "red_flag"
    assert Verdict.objects.filter(session=found.row, exercise=None).first().colour == Colour.RED


def test_asked_before_a_session_a_yes_stops_it_too(plan, runner):
    found = ask_safety(
        case=plan.case,
        where="session",
        answers=calm(**{first_question(): Answer.PRESENT}),
        by=runner,
        at=timezone.now(),
    )

    assert found.stop is not None
    assert not loading_gate(plan.case).open


def test_what_is_done_while_the_plan_rests_is_kept_and_flagged(plan, runner, shut_gate):
    shut_gate(plan.case)

    assert logged(plan, runner).row.while_shut


@pytest.mark.parametrize("way", ["screening", "item"])
def test_what_is_told_late_of_a_time_when_the_plan_rested_is_flagged(plan, runner, clinician, way):
    now = timezone.now()
    shut, opened = now - timedelta(hours=10), now - timedelta(hours=6)
    if way == "screening":
        a_screening(plan.case, clinician, started_at=shut, completed_at=opened)
    else:
        outcome = {"outcome": "excluded", "scan": "negative", "outcome_text": "scan", "closed_by": clinician}
        an_item(plan.case, clinician, "D", opened_at=shut, closed_at=opened, **outcome)
    assert loading_gate(plan.case).open

    for hours, is_flagged in ((12, False), (8, True), (4, False)):
        began = now - timedelta(hours=hours)
        told = told_of(plan, began)
        row = log_session(case=plan.case, key=uuid4(), safety=calm(), told=told, by=runner, at=now).row
        assert row.while_shut is is_flagged, hours


def yes():
    """Return the safety set with its first question answered yes."""
    return calm(**{first_question(): Answer.PRESENT})


@pytest.mark.parametrize("kind", ["session", "run", "correction"])
def test_a_yes_inside_a_log_that_is_refused_is_kept(plan, runner, kind):
    at = timezone.now()
    bad = told_of(plan, at, pain_during=11)
    said = {"key": uuid4(), "safety": yes(), "told": bad, "by": runner, "at": at}
    if kind == "correction":
        found = correct_session(session=logged(plan, runner).row, **said)
    elif kind == "run":
        found = log_run(case=plan.case, run=RunTold(km=3), **said)
    else:
        found = log_session(case=plan.case, **said)

    assert found.refused == ("Pain and effort are rated from 0 to 10.",)
    assert found.stop is not None and found.row == SafetyCheck.objects.get(any_yes=True)
    assert not loading_gate(plan.case).open
    assert SessionLog.objects.count() == (1 if kind == "correction" else 0)
    assert SessionLog.objects.filter(replaced_at__isnull=False).count() == 0


def test_a_yes_beside_a_log_that_was_sent_before_is_kept_once(plan, runner):
    key = uuid4()
    logged(plan, runner, key=key)
    found = logged(plan, runner, key=key, safety=yes())

    assert found.again and found.stop is not None
    assert not loading_gate(plan.case).open
    assert SessionLog.objects.count() == 1


def test_the_same_yes_sent_twice_rings_once(plan, runner):
    key = uuid4()
    first = logged(plan, runner, key=key, safety=yes())
    again = logged(plan, runner, key=key, safety=yes())

    assert first.stop is not None and again.again and again.stop is None
    assert SafetyCheck.objects.count() == 1


def test_a_session_needs_every_safety_answer(plan, runner):
    asked = calm()
    del asked[first_question()]
    check = ask_safety(case=plan.case, where="session", answers=asked, by=runner, at=timezone.now()).row

    with pytest.raises(Refused):
        logged(plan, runner, safety=check)
    assert not SessionLog.objects.exists()


def test_answers_of_yesterday_are_no_answers(plan, runner):
    check = ask_safety(
        case=plan.case, where="session", answers=calm(), by=runner, at=timezone.now() - timedelta(hours=13)
    ).row

    with pytest.raises(Refused):
        logged(plan, runner, safety=check)


@pytest.mark.parametrize(
    "changes",
    [
        {"pain_during": 11},
        {"effort": -1},
        {"minutes": 0},
        {"began": timezone.now() + timedelta(hours=3)},
        {"device_time": timezone.now() - timedelta(days=8)},
        {"exercises": ()},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(plan, runner, changes):
    with pytest.raises(Refused):
        logged(plan, runner, **changes)
    assert not SafetyCheck.objects.exists()
    assert not SessionLog.objects.exists()


def test_an_exercise_of_another_plan_is_refused(plan, runner, other_plan):
    foreign = (ExerciseTold(item=other_plan.items.get().pk, done="full", **GOOD),)

    with pytest.raises(Refused):
        logged(plan, runner, exercises=foreign)


def test_only_allowed_swaps(plan, runner):
    item = plan.items.get().pk
    swapped = (ExerciseTold(item=item, done="swapped", reason="no room", swapped_for="DEAD_BUG"),)

    with pytest.raises(NotAllowed):
        logged(plan, runner, exercises=swapped)


def test_a_skip_needs_its_reason(plan, runner):
    with pytest.raises(Refused):
        logged(plan, runner, exercises=(ExerciseTold(item=plan.items.get().pk, done="skipped"),))


def test_a_stranger_logs_nothing(plan):
    with pytest.raises(NotAllowed):
        logged(plan, PersonFactory())
    with pytest.raises(NotAllowed):
        logged(plan, member(plan.case.clinic, "administrator"))


def test_a_closed_case_takes_no_log(plan, runner):
    plan.case.closed_at, plan.case.closed_by, plan.case.closed_because = timezone.now(), runner, "done"
    plan.case.outcome = "other"
    plan.case.save()

    with pytest.raises(Refused):
        logged(plan, runner)


def test_a_correction_keeps_the_original_and_the_worst_of_both(plan, runner):
    old = logged(plan, runner, pain_during=6).row
    at = timezone.now()
    new = correct_session(session=old, key=uuid4(), told=told_of(plan, at, pain_during=1), by=runner, at=at).row

    old.refresh_from_db()
    assert (old.replaced_by, new.corrects, old.pain_during, new.pain_during) == (runner, old, 6, 1)
    [session] = sessions_of(plan.case, at)
    assert (session.id, session.pain_during) == (str(new.pk), 6)
    assert [judged.judgement.colour for judged in course_of(plan.case, at).judged] == [Colour.RED]


def test_a_correction_may_add_a_safety_yes(plan, runner):
    old = logged(plan, runner).row
    at = timezone.now()
    yes = calm(**{first_question(): Answer.PRESENT})
    found = correct_session(session=old, key=uuid4(), told=told_of(plan, at), safety=yes, by=runner, at=at)

    assert found.stop is not None
    assert not loading_gate(plan.case).open


def test_a_correction_never_lifts_a_stop(plan, runner):
    old = logged(plan, runner, safety=calm(**{first_question(): Answer.PRESENT})).row
    at = timezone.now()
    correct_session(session=old, key=uuid4(), told=told_of(plan, at), safety=calm(), by=runner, at=at)

    assert not loading_gate(plan.case).open
    assert sessions_of(plan.case, at)[0].safety_yes


def test_a_correction_that_leaves_an_exercise_out_excuses_nothing(plan, runner):
    item, at = plan.items.get(), timezone.now()
    bad = (ExerciseTold(item=item.pk, done="full", pain_during=7, effort=5, form="good"),)
    old = logged(plan, runner, exercises=bad, pain_during=None).row
    skipped = (ExerciseTold(item=item.pk, done="skipped", reason="no time"),)
    told = told_of(plan, at, exercises=skipped, pain_during=None)
    new = correct_session(session=old, key=uuid4(), told=told, by=runner, at=at).row
    last = correct_session(session=new, key=uuid4(), told=told_of(plan, at, exercises=()), by=runner, at=at).row

    [session] = sessions_of(plan.case, at)
    assert [(done.skipped, done.full, done.pain) for done in session.exercises] == [(False, False, 7)]
    [judged] = course_of(plan.case, at).judged
    assert judged.judgement.colour == Colour.RED
    assert Verdict.objects.filter(session=last).values_list("exercise", "colour").get() == (None, "red")


def test_a_corrected_run_keeps_the_worst_of_its_clock(plan, runner):
    at = timezone.now()
    told = SessionTold(day=timezone.localdate(at), minutes=24, effort=3, pain_during=0, pain_after=0)
    first, mended = ({"onset_minute": 5, "relief_minutes": 40, "hills": True}, {"onset_minute": 20, "km": 3})
    said = {"told": told, "by": runner, "at": at}
    old = log_run(case=plan.case, key=uuid4(), safety=calm(), run=RunTold(**first), **said).row
    correct_session(session=old, key=uuid4(), run=RunTold(**mended), **said)

    run = sessions_of(plan.case, at)[0].run
    assert (run.km, run.onset_minute, run.relief_minutes, run.hills) == (3.0, 5, 40, True)


def test_a_session_is_judged_by_the_limit_of_its_time_and_by_todays(plan, runner, clinician):
    row = logged(plan, runner, pain_during=4, pain_after=4).row
    before = colours_of(plan.case)
    Diagnosis.objects.create(
        case=plan.case, cause="ACHILLES_TENDINOPATHY", at=row.began + timedelta(minutes=1), by=clinician
    )
    assert (before, colours_of(plan.case)) == (["amber"], ["amber"])
    assert limit_of(plan.case).during_nprs > 3


def colours_of(case):
    """Return the colours of the sessions of a case."""
    return [judged.judgement.colour for judged in course_of(case, timezone.now()).judged]


@pytest.mark.parametrize("who", ["late", "clinician", "twice"])
def test_corrections_end(plan, runner, clinician, who):
    old = logged(plan, runner).row
    at = timezone.now() + timedelta(hours=25 if who == "late" else 0)
    by = clinician if who == "clinician" else runner
    told = told_of(plan, timezone.now())
    if who == "twice":
        correct_session(session=old, key=uuid4(), told=told, by=by, at=at)

    with pytest.raises(Refused):
        correct_session(session=old, key=uuid4(), told=told, by=by, at=at)


def test_a_morning_is_one_a_day_and_its_worst_counts(plan, runner):
    at = timezone.now()
    day = timezone.localdate(at)
    for pain in (4, 2, 2):
        log_morning(case=plan.case, day=day, pain=pain, stiffness_minutes=10, by=runner, at=at)

    assert MorningLog.objects.count() == 2
    assert MorningLog.objects.current().get().pain == 2
    assert [(morning.pain, morning.lowest) for morning in mornings_of(plan.case, at)] == [(4, 2)]


def test_a_run_is_kept_with_its_figures_and_once_a_file(plan, runner):
    at = timezone.now()
    told = SessionTold(day=timezone.localdate(at), minutes=24, effort=3, pain_during=0, pain_after=0)
    run = RunTold(stage=1, km=3, run_minutes=4, walk_minutes=16, source="gpx", fingerprint="a" * 64)
    first = log_run(case=plan.case, key=uuid4(), safety=calm(), told=told, run=run, by=runner, at=at)
    second = log_run(case=plan.case, key=uuid4(), safety=calm(), told=told, run=run, by=runner, at=at)

    assert second.again
    assert RunLog.objects.get().session == first.row
    assert sessions_of(plan.case, at)[0].run.walk_minutes == 16.0


def test_a_log_does_not_move_the_version_of_the_case(plan, runner):
    version = plan.case.version
    logged(plan, runner)
    plan.case.refresh_from_db()

    assert plan.case.version == version
