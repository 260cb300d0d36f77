"""The database itself refuses: by ORM, by bulk, by SQL, on both engines."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clinic.models import Case
from rehab.models import LevelStep, Plan, PlanItem, RunStage, TreatmentRecord
from rehab.triggers import IMAGED_BY, RELEASE_CAUSES, SIGNATURE_DAYS, shut
from tests.rehab.conftest import (
    EMPTY_DECISION,
    NOW,
    a_decision,
    a_diagnosis,
    a_plan,
    a_screening,
    a_signature,
    a_step,
    an_item,
    in_force,
)
from triage.gate import loading_gate, signing_gate
from triage.knowledge import triage_knowledge
from triage.models import Examination, Finding, SignOff

pytestmark = pytest.mark.django_db


def refuses(change):
    """Return whether the database refuses a change."""
    try:
        with transaction.atomic():
            change()
    except IntegrityError:
        return True
    return False


def by_sql(statement, *values):
    """Run SQL past the ORM."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def key(row):
    """Return a primary key as the engine keeps it."""
    return row.pk.hex if connection.vendor == "sqlite" else row.pk


def is_open_in_sql(case):
    """Return what the condition that the triggers ask says of the gate of a case."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM clinic_case c WHERE c.id = %s AND NOT {shut('c.id')}", [key(case)])
        return cursor.fetchone()[0] == 1


def _saved(plan, by):
    plan.signed_at, plan.signed_by = timezone.now(), by
    plan.save()


def _bulk_updated(plan, by):
    plan.signed_at, plan.signed_by = timezone.now(), by
    Plan.objects.bulk_update([plan], ["signed_at", "signed_by"])


SIGNING = {
    "save": _saved,
    "update": lambda plan, by: Plan.objects.filter(pk=plan.pk).update(signed_at=timezone.now(), signed_by=by),
    "bulk_update": _bulk_updated,
    "sql": lambda plan, by: by_sql(
        "UPDATE rehab_plan SET signed_at = drafted_at, signed_by_id = drafted_by_id WHERE id = %s", key(plan)
    ),
}
EDITING = {
    "add by save": lambda plan: PlanItem.objects.create(plan=plan, exercise_id="DEAD_BUG", position=2),
    "add in bulk": lambda plan: PlanItem.objects.bulk_create([PlanItem(plan=plan, exercise_id="DEAD_BUG", position=2)]),
    "dose": lambda plan: plan.items.update(sets=5),
    "dose by SQL": lambda plan: by_sql("UPDATE rehab_planitem SET sets = 5 WHERE plan_id = %s", key(plan)),
    "remove": lambda plan: plan.items.all().delete(),
    "remove by SQL": lambda plan: by_sql("DELETE FROM rehab_planitem WHERE plan_id = %s", key(plan)),
    "plan's note": lambda plan: Plan.objects.filter(pk=plan.pk).update(note="changed"),
    "delete the plan": lambda plan: Plan.objects.filter(pk=plan.pk).delete(),
}


@pytest.mark.parametrize("door", SIGNING)
def test_no_plan_is_signed_through_a_shut_gate(draft, clinician, shut_gate, door):
    shut_gate(draft.case)

    assert refuses(lambda: SIGNING[door](draft, clinician))
    assert not Plan.objects.get(pk=draft.pk).signed_at


@pytest.mark.parametrize("door", SIGNING)
def test_the_same_doors_open_with_the_gate(draft, clinician, door):
    SIGNING[door](draft, clinician)

    assert Plan.objects.get(pk=draft.pk).signed_at


def test_no_plan_is_drafted_behind_a_shut_gate(open_case, clinician, shut_gate):
    shut_gate(open_case)

    assert refuses(lambda: a_plan(open_case, clinician))


@pytest.mark.parametrize("door", EDITING)
def test_no_draft_changes_behind_a_shut_gate(draft, shut_gate, door):
    shut_gate(draft.case)

    assert refuses(lambda: EDITING[door](draft))


@pytest.mark.parametrize("door", EDITING)
def test_a_draft_may_change_while_the_gate_is_open(draft, door):
    assert not refuses(lambda: EDITING[door](draft))


@pytest.mark.parametrize("door", EDITING)
def test_a_signed_plan_is_never_edited(signed_plan, door):
    assert refuses(lambda: EDITING[door](signed_plan))


@pytest.mark.parametrize("changes", [{"signed_at": None, "signed_by": None}, {"note": "x"}], ids=["unsign", "note"])
def test_a_signature_is_not_taken_back(signed_plan, changes):
    assert refuses(lambda: Plan.objects.filter(pk=signed_plan.pk).update(**changes))


def test_a_replaced_plan_is_not_taken_up_again(signed_plan, clinician):
    Plan.objects.filter(pk=signed_plan.pk).update(replaced_at=timezone.now(), replaced_by=clinician)

    assert refuses(lambda: Plan.objects.filter(pk=signed_plan.pk).update(replaced_at=None, replaced_by=None))


def test_no_plan_is_replaced_behind_a_shut_gate(signed_plan, clinician, shut_gate):
    shut_gate(signed_plan.case)
    moments = {"replaced_at": timezone.now(), "replaced_by": clinician}

    assert refuses(lambda: Plan.objects.filter(pk=signed_plan.pk).update(**moments))


def test_no_step_is_taken_behind_a_shut_gate(signed_plan, clinician, shut_gate):
    shut_gate(signed_plan.case)

    assert refuses(lambda: LevelStep.objects.bulk_create([a_step(signed_plan.items.get(), clinician)]))


def test_a_step_needs_a_plan_in_force(draft, clinician):
    assert refuses(lambda: a_step(draft.items.get(), clinician).save())


@pytest.mark.parametrize(("level", "refused"), [(0, True), (1, False), (3, False), (4, True)])
def test_a_step_stays_inside_what_the_signature_covers(signed_plan, clinician, level, refused):
    assert refuses(lambda: a_step(signed_plan.items.get(), clinician, level).save()) is refused


def test_steps_are_only_added(signed_plan, clinician):
    step = a_step(signed_plan.items.get(), clinician)
    step.save()

    assert refuses(lambda: LevelStep.objects.filter(pk=step.pk).update(level=2))
    assert refuses(lambda: LevelStep.objects.filter(pk=step.pk).delete())


def test_one_draft_and_one_signed_plan_a_case(signed_plan, draft, clinician):
    assert refuses(lambda: a_plan(draft.case, clinician))
    assert refuses(lambda: in_force(draft, clinician))


def test_a_plan_is_not_born_signed(open_case, clinician):
    """The row alone, which nothing else would refuse: it is the signature that is wrong with it."""
    decision = a_decision(open_case, clinician, NOW, "plan", EMPTY_DECISION)
    drafted = {"case": open_case, "diagnosis": open_case.diagnoses.get(), "decision": decision}
    drafted |= {"drafted_at": NOW, "drafted_by": clinician}
    signed = {"signed_at": timezone.now(), "signed_by": clinician}
    replaced = {"replaced_at": timezone.now(), "replaced_by": clinician}

    for finished in (signed, replaced, signed | replaced):
        assert refuses(lambda finished=finished: Plan.objects.create(**drafted, **finished))
    assert not refuses(lambda: Plan.objects.create(**drafted))


def test_a_plan_without_a_diagnosis_stays_a_draft(open_case, clinician):
    plan = a_plan(open_case, clinician, diagnosis=None)

    assert refuses(lambda: in_force(plan, clinician))


@pytest.mark.parametrize(("days", "refused"), [(0, False), (6.9, False), (7.1, True)])
def test_a_signature_needs_a_screening_of_the_last_seven_days(open_case, clinician, days, refused):
    again = Case.objects.create(
        clinic=open_case.clinic, patient=open_case.patient, side="right", opened_at=NOW, opened_by=clinician
    )
    a_screening(again, clinician, completed_at=timezone.now() - timedelta(days=days))
    a_diagnosis(again, clinician)
    plan = a_plan(again, clinician)

    assert refuses(lambda: in_force(plan, clinician)) is refused


def test_no_plan_before_the_first_screening(open_case, clinician):
    never = Case.objects.create(
        clinic=open_case.clinic, patient=open_case.patient, side="right", opened_at=NOW, opened_by=clinician
    )
    a_diagnosis(never, clinician)

    assert refuses(lambda: a_plan(never, clinician))


@pytest.mark.parametrize(
    "broken",
    [
        {"sets": 0},
        {"sets": 11},
        {"amount": 601},
        {"amount_high": 7},  # below the lower number, 8
        {"unit": "miles"},
        {"side": "up"},
        {"position": 0},
        {"times_a_week": 8},
        {"times_a_day": 5},
        {"rest_seconds": 601},
        {"start_level": 4},  # above the highest level, 3
        {"min_level": 2},  # above the start level, 1
        {"min_level": 0},
        {"max_level": 7},  # the exercise has six
    ],
    ids=str,
)
def test_a_dose_stays_in_its_range(draft, broken):
    assert refuses(lambda: draft.items.update(**broken))


def test_may_load_opens_for_its_own_item_only(draft, clinician):
    first = an_item(draft.case, clinician, "U", row="RF-CECS")
    second = an_item(draft.case, clinician, "U", row="RF-NOIMP")
    a_signature(first, clinician, "may_load")
    assert refuses(lambda: in_force(draft, clinician))

    a_signature(second, clinician, "may_load")
    assert not refuses(lambda: in_force(draft, clinician))


ANSWERS = {
    "a release after a confirmation": ({"level": "D", "outcome": "confirmed", "scan": "positive"}, "released", False),
    "may-load after a confirmation": ({"level": "U", "row": "RF-CECS", "outcome": "confirmed"}, "may_load", True),
    "a signature the row accepts": ({"level": "D", "signable": True}, "considered_not_suspected", False),
    "a signature the row does not accept": ({"level": "D"}, "may_load", True),
    "a signature over an inconclusive test": (
        {"level": "D", "signable": True, "outcome": "inconclusive"},
        "considered_not_suspected",
        True,
    ),
}


@pytest.mark.parametrize("case_name", ANSWERS)
def test_a_signature_answers_only_what_it_may(draft, clinician, case_name):
    fields, kind, refused = ANSWERS[case_name]
    if "outcome" in fields:
        fields = fields | {"outcome_text": "seen", "closed_at": NOW, "closed_by": clinician}
    item = an_item(draft.case, clinician, **fields)
    refuses(lambda: a_signature(item, clinician, kind))  # or it is kept and answers nothing

    assert loading_gate(draft.case).open is not refused
    assert refuses(lambda: in_force(draft, clinician)) is refused


def test_a_later_calm_screening_opens_nothing(draft, clinician):
    an_item(draft.case, clinician, "D")
    a_screening(draft.case, clinician, completed_at=timezone.now())

    assert refuses(lambda: in_force(draft, clinician))


def test_the_gate_in_sql_says_what_the_gate_says(open_case, clinician, shut_gate):
    assert loading_gate(open_case).open and is_open_in_sql(open_case)
    shut_gate(open_case)

    assert not loading_gate(open_case).open
    assert not is_open_in_sql(open_case)


def test_no_treatment_is_kept_while_an_alarm_is_open(open_case, clinician):
    record = {
        "case": open_case, "treatment": "ICE", "given_at": timezone.now(), "given_by": clinician, "site": "calf",
        "indication": "pain", "verdict": "ok", "response": "eased", "knowledge_version": "test",
        "knowledge_sha256": "0" * 64,
    }  # fmt: skip
    TreatmentRecord.objects.create(**record)
    an_item(open_case, clinician, "D")

    assert refuses(lambda: TreatmentRecord.objects.create(**record))
    assert refuses(lambda: TreatmentRecord.objects.update(site="foot"))
    assert refuses(lambda: TreatmentRecord.objects.create(**record | {"verdict": "forbidden"}))


def test_the_frozen_words_of_the_triggers_are_those_of_the_knowledge():
    assert set(RELEASE_CAUSES) == set(triage_knowledge().red_flags.must_not_load)
    assert triage_knowledge().red_flags.imaged_by == IMAGED_BY
    assert triage_knowledge().red_flags.fresh_days == SIGNATURE_DAYS


@pytest.mark.parametrize(
    ("seen", "refused"),
    [
        ((), True),
        (("absent",), True),
        (("present",), False),
        (("present", "absent"), True),
        (("absent", "present"), False),
    ],
)
def test_a_cyst_waits_until_its_newest_examination_shows_it(draft, clinician, seen, refused):
    a_diagnosis(draft.case, clinician, "BAKER")
    for days, answer in enumerate(seen):
        at = timezone.now() + timedelta(days=days)
        examination = Examination.objects.create(case=draft.case, at=at, by=clinician)
        Finding.objects.create(examination=examination, code=IMAGED_BY["BAKER"], side="none", answer=answer)

    assert loading_gate(draft.case).open is not refused
    assert refuses(lambda: draft.items.update(sets=2)) is refused


# --- Doors that somebody tried -----------------------------------------------------------------


def test_an_item_does_not_move_between_plans(signed_plan, draft):
    item = draft.items.get()

    assert refuses(lambda: PlanItem.objects.filter(pk=item.pk).update(plan=signed_plan, position=9))
    assert refuses(lambda: signed_plan.items.update(plan=draft, position=9))


def test_a_draft_keeps_the_case_the_decision_and_the_day_it_was_born_with(draft, clinician):
    other = a_diagnosis(draft.case, clinician, "GASTROC")
    earlier = draft.drafted_at - timedelta(days=9)

    for change in (
        {"diagnosis": other},
        {"drafted_at": earlier},
        {"decision": draft.case.decisions.get(kind="triage")},
    ):
        assert refuses(lambda change=change: Plan.objects.filter(pk=draft.pk).update(**change))


def test_a_signature_is_not_dated_back_to_a_fresh_screening(draft, clinician):
    before = {"signed_at": draft.drafted_at - timedelta(minutes=1), "signed_by": clinician}

    assert refuses(lambda: Plan.objects.filter(pk=draft.pk).update(**before))


def test_a_screening_of_a_day_to_come_makes_no_signature_fresh(open_case, clinician):
    a_screening(open_case, clinician, completed_at=timezone.now() + timedelta(days=30))
    again = Case.objects.create(
        clinic=open_case.clinic, patient=open_case.patient, side="right", opened_at=NOW, opened_by=clinician
    )
    a_screening(again, clinician, completed_at=timezone.now() + timedelta(days=30))
    a_diagnosis(again, clinician)
    plan = a_plan(again, clinician)

    assert not signing_gate(again, timezone.now()).open
    assert refuses(lambda: in_force(plan, clinician))


def test_a_diagnosis_after_the_draft_asks_for_another_draft(draft, clinician):
    a_diagnosis(draft.case, clinician, "GASTROC")

    assert refuses(lambda: in_force(draft, clinician))


def test_a_diagnosis_after_the_signature_that_forbids_load_shuts_the_gate(signed_plan, clinician):
    a_diagnosis(signed_plan.case, clinician, "BSI")

    assert not loading_gate(signed_plan.case).open
    assert refuses(lambda: a_step(signed_plan.items.get(), clinician).save())


def test_a_release_of_the_last_episode_does_not_open_the_next(draft, clinician):
    def released():
        SignOff.objects.create(
            case=draft.case, cause="BSI", kind="released", by=clinician, at=timezone.now(), reason="Dr Soto"
        )

    a_diagnosis(draft.case, clinician, "BSI")
    released()
    assert loading_gate(draft.case).open
    a_diagnosis(draft.case, clinician, "BSI")
    assert not loading_gate(draft.case).open
    assert refuses(lambda: draft.items.update(sets=2))
    released()
    assert loading_gate(draft.case).open
    assert not refuses(lambda: draft.items.update(sets=2))


def test_an_empty_or_unexplained_plan_is_not_signed(draft, clinician):
    draft.items.update(because=[])
    assert refuses(lambda: in_force(draft, clinician))

    draft.items.all().delete()
    assert refuses(lambda: in_force(draft, clinician))


def test_a_plan_is_of_one_case(open_case, draft, clinician):
    other = Case.objects.create(
        clinic=open_case.clinic, patient=open_case.patient, side="right", opened_at=NOW, opened_by=clinician
    )
    a_screening(other, clinician)
    a_diagnosis(other, clinician)

    assert refuses(lambda: a_plan(other, clinician, diagnosis=draft.diagnosis))
    assert refuses(lambda: Plan.objects.filter(pk=draft.pk).update(case=other))


def test_a_calm_screening_of_the_same_moment_hides_no_incomplete_one(draft, clinician):
    moment = timezone.now()
    for complete in (True, False):
        a_screening(draft.case, clinician, completed_at=moment, complete=complete, level="R" if complete else "D")

    assert not loading_gate(draft.case).open
    assert refuses(lambda: in_force(draft, clinician))


@pytest.mark.parametrize(
    "broken",
    [{"amount": 8, "unit": ""}, {"scheme": "6-4-2", "unit": ""}, {"added_by_clinician": True, "override_reason": ""}],
    ids=["amount without a unit", "scheme without a unit", "added without a reason"],
)
def test_a_dose_says_what_it_counts_and_a_departure_why(draft, broken):
    assert refuses(lambda: draft.items.update(**broken))


def a_step_like(item, by, level, dose):
    """Write a step with a dose."""
    step = a_step(item, by, level)
    step.dose_percent = dose
    step.save()


@pytest.mark.parametrize(("level", "dose"), [(1, 100), (2, 50), (2, 25)])
def test_caution_passes_a_shut_gate(signed_plan, clinician, shut_gate, level, dose):
    item = signed_plan.items.get()
    a_step_like(item, clinician, 3, 100)
    a_step_like(item, clinician, 2, 50)
    shut_gate(signed_plan.case)

    assert not refuses(lambda: a_step_like(item, clinician, level, dose))


@pytest.mark.parametrize(("level", "dose"), [(3, 100), (3, 10), (2, 100), (2, 51)])
def test_nothing_rises_behind_a_shut_gate(signed_plan, clinician, shut_gate, level, dose):
    item = signed_plan.items.get()
    a_step_like(item, clinician, 3, 100)
    a_step_like(item, clinician, 2, 50)
    shut_gate(signed_plan.case)

    assert refuses(lambda: a_step_like(item, clinician, level, dose))


def a_stage(case, by, stage, *, passed=False):
    """Write where a runner stands on the ladder back to running."""
    return RunStage.objects.create(
        case=case, stage=stage, passed=passed, rule="TEST", knowledge_version="test", knowledge_sha256="0" * 64,
        stepped_at=timezone.now(), stepped_by=by,
    )  # fmt: skip


def test_a_running_stage_falls_behind_a_shut_gate_and_never_rises(open_case, clinician, shut_gate):
    a_stage(open_case, clinician, 8)
    shut_gate(open_case)

    assert refuses(lambda: a_stage(open_case, clinician, 8, passed=True))
    assert not refuses(lambda: a_stage(open_case, clinician, 3))
    assert refuses(lambda: a_stage(open_case, clinician, 4))
