"""The way back to running through the real actions: criteria, the ladder, the stop."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from clinic.models import Task
from clinic.terms import Answer
from rehab.actions import Refused, RunTold, SessionTold, log_run
from rehab.actions.readiness import record_readiness
from rehab.actions.stages import resume_running, start_running
from rehab.entry import criteria_of
from rehab.history import course_of
from rehab.models import Plan, RunStage, StepOffer
from rehab.rules.running_facts import Met
from tests.rehab.conftest import a_diagnosis, a_step
from tests.rehab.test_logging import calm, first_question
from tests.rehab.test_moving import Runner, a_gain
from triage import actions as triage_actions
from triage.gate import loading_gate

pytestmark = pytest.mark.django_db
MEASURED = (
    *(("WBLT_CM", side, 12, "cm") for side in ("left", "right")),
    *(("GS_RAISES", side, 25, "reps") for side in ("left", "right")),
    *(("SS_RAISES", side, 24, "reps") for side in ("left", "right")),
)


class Walker(Runner):
    """A runner who walks and runs."""

    def run(self, pain=0, safety=None, gait=Answer.ABSENT, **figures):
        """Log a run or a walk of this day."""
        told = SessionTold(
            day=timezone.localdate(self.at), began=self.at, minutes=30, effort=3, pain_before=0, pain_during=pain,
            pain_after=pain, gait_change=gait, tingling=Answer.ABSENT,
        )  # fmt: skip
        run = RunTold(**{name: Decimal(value) if value is not None else None for name, value in figures.items()})
        return log_run(
            case=self.plan.case, key=uuid4(), safety=safety or calm(), told=told, run=run, by=self.person, at=self.at
        )

    def walk(self, **kwargs):
        """Walk briskly for half an hour."""
        return self.run(stage=0, walk_minutes=30, run_minutes=0, **kwargs)

    def stage(self):
        """Return the newest stage."""
        return RunStage.objects.filter(case=self.plan.case).order_by("-stepped_at", "-id").first().stage


@pytest.fixture
def walker(signed_plan, clinician):
    """A runner whose plan is a week old and done, examined and tried: nothing is in the way of the first run."""
    item = signed_plan.items.get()
    a_step(item, clinician, 2).save()
    walker, case = Walker(signed_plan), signed_plan.case
    a_gain(case, clinician, timezone.localdate() - timedelta(days=1), timezone.localdate())
    for _ in range(4):
        walker.session()
        walker.morning(pain=0)
        walker.morning(pain=0)
    walker.session()
    walker.walk()
    walker.morning(pain=0)
    measured = {(test, side): {"value": value, "unit": unit} for test, side, value, unit in MEASURED}
    case.refresh_from_db()
    told = {"case": case, "by": clinician, "at": walker.at}
    triage_actions.record_examination(version=case.version, findings={}, measured=measured, **told)
    case.refresh_from_db()
    tried = {"hops": 12, "hop_pain": 0, "hop_after_effect": Answer.ABSENT, "hop_tingling": Answer.ABSENT}
    record_readiness(version=case.version, **tried, **told)
    case.refresh_from_db()
    return walker


def start(walker, by):
    """Begin the way back."""
    case = walker.plan.case
    case.refresh_from_db()
    return start_running(case=case, version=case.version, by=by, at=walker.at)


def test_what_is_not_recorded_blocks_and_is_named(signed_plan, clinician):
    found = {c.code: c for c in criteria_of(course_of(signed_plan.case, timezone.now()))}

    assert found["triage_clear"].met is Met.MET
    assert found["hops"].met is found["single_raises"].met is found["brisk_walk"].met is Met.MISSING
    assert "hops_count" in found["hops"].missing
    with pytest.raises(Refused) as refused:
        start_running(case=signed_plan.case, version=signed_plan.case.version, by=clinician, at=timezone.now())
    assert len(refused.value.sentences) >= 5
    assert not RunStage.objects.exists()


def test_with_every_criterion_met_stage_0_begins(walker, clinician):
    unmet = [c for c in criteria_of(course_of(walker.plan.case, walker.at)) if c.met in (Met.NOT_MET, Met.MISSING)]
    assert unmet == []

    start(walker, clinician)
    assert walker.stage() == 0
    with pytest.raises(Refused):
        start(walker, clinician)


def test_two_green_walks_offer_stage_1_and_the_setting_takes_it(walker, clinician):
    start(walker, clinician)
    for _ in range(2):
        walker.morning(pain=0)
        walker.walk()
        walker.morning(pain=0)

    assert StepOffer.objects.get(item=None, decided_at=None).stage == 1
    assert walker.stage() == 0

    StepOffer.objects.filter(item=None).update(decided_at=walker.at, decided_by=clinician, accepted=False)
    clinic = walker.plan.case.clinic
    clinic.steps_apply_themselves = True
    clinic.save()
    walker.plan.case.refresh_from_db()
    walker.morning(pain=0)
    assert walker.stage() == 1


def test_pain_above_the_limit_goes_back_at_once_and_rests_two_days(walker, clinician):
    start(walker, clinician)
    RunStage.objects.create(
        case=walker.plan.case, stage=3, rule="TEST", knowledge_version="t", knowledge_sha256="0" * 64,
        stepped_at=walker.at, stepped_by=clinician,
    )  # fmt: skip
    walker.morning(pain=0)
    walker.run(stage=3, walk_minutes=8, run_minutes=12, pain=4)

    newest = RunStage.objects.order_by("-stepped_at", "-id").first()
    assert newest.stage == 2
    assert newest.rest_until == walker.at + timedelta(hours=48)


def test_a_limp_stops_everything_until_a_clinician_lets_it_go_on(walker, clinician):
    start(walker, clinician)
    walker.morning(pain=0)
    walker.run(stage=0, walk_minutes=30, gait=Answer.PRESENT)
    case = walker.plan.case
    case.refresh_from_db()

    assert not loading_gate(case).open
    assert Task.objects.filter(case=case, is_alarm=True).exists()
    with pytest.raises(Refused):
        resume_running(case=case, version=case.version, stage=0, because="calm", by=clinician, at=walker.at)


def test_a_safety_yes_with_a_run_rings_one_alarm(walker, clinician):
    start(walker, clinician)
    walker.morning(pain=0)
    walker.walk(safety=calm(**{first_question(): Answer.PRESENT}))

    assert Task.objects.filter(case=walker.plan.case, is_alarm=True).count() == 1


def test_resume_only_at_the_stage_reached_or_below(walker, clinician):
    start(walker, clinician)
    case = walker.plan.case
    case.refresh_from_db()

    with pytest.raises(Refused):
        resume_running(case=case, version=case.version, stage=1, because="calm", by=clinician, at=walker.at)
    case.refresh_from_db()
    resume_running(case=case, version=case.version, stage=0, because="calm again", by=clinician, at=walker.at)
    assert Plan.objects.signed().filter(case=case).exists()


def test_pressure_that_eases_late_is_an_emergency_before_the_ladder_too(walker, clinician):
    case = walker.plan.case
    a_diagnosis(case, clinician, "PCS")
    told = SessionTold(
        day=timezone.localdate(walker.at), began=walker.at, minutes=30, effort=3, pain_before=0, pain_during=2,
        pain_after=1, gait_change=Answer.ABSENT, tingling=Answer.PRESENT,
    )  # fmt: skip
    run = RunTold(walk_minutes=Decimal(30), run_minutes=Decimal(0), onset_minute=10, relief_minutes=90)
    found = log_run(case=case, key=uuid4(), safety=calm(), told=told, run=run, by=walker.person, at=walker.at)

    assert found.stop.is_emergency
    assert case.red_flag_items.filter(level="E").exists()
    assert Task.objects.get(case=case, code="red_flag").level == "E"
    assert not loading_gate(case).open


def test_after_the_last_stage_a_milder_run_is_kept_behind_a_shut_gate(walker, clinician, shut_gate):
    case = walker.plan.case
    RunStage.objects.create(
        case=case, stage=8, passed=True, rule="TEST", knowledge_version="t", knowledge_sha256="0" * 64,
        stepped_at=walker.at, stepped_by=clinician,
    )  # fmt: skip
    walker.morning(pain=0)
    shut_gate(case)

    assert walker.run(walk_minutes=0, run_minutes=30, pain=3).row.while_shut
