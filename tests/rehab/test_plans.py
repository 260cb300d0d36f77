"""Plans by their actions: drafted by the rules, changed by hand, signed once, replaced and never edited."""

import pytest
from django.utils import timezone

from clinic.actions import StaleRecord
from clinic.terms import Answer
from rehab import actions
from rehab.facts import reached_levels
from rehab.models import Exercise, LevelStep, Plan
from tests.rehab.conftest import SHUT, an_item, diagnosed, drafted, nothing_against
from triage.models import Decision

pytestmark = pytest.mark.django_db


def codes(plan):
    """Return the exercises of a plan in order."""
    return list(plan.items.order_by("position").values_list("exercise_id", flat=True))


def said(case, by):
    """Return what every action needs besides its own words."""
    case.refresh_from_db()
    return {"version": case.version, "by": by, "at": timezone.now()}


def signed(plan, by):
    """Sign a plan by the action."""
    return actions.sign_plan(plan=plan, **said(plan.case, by))


def exercise(code):
    """Return a row of the catalogue."""
    return Exercise.objects.get(pk=code)


def test_the_rules_draft_a_plan_and_keep_why(rules_draft):
    decision = rules_draft.decision

    assert codes(rules_draft) == ["LEWIT", "BARBELL_HIP_THRUST", "SUPERMAN"]
    assert all(item.because for item in rules_draft.items.all())
    assert decision.kind == "plan" and decision.result["status"] == "plan"
    assert decision.inputs["diagnosis"] == "PCS" and len(decision.knowledge_sha256) == 64


def test_a_plan_starts_with_the_dose_of_its_level(rules_draft):
    item = rules_draft.items.get(exercise="SUPERMAN")

    assert (item.start_level, item.sets, item.amount, item.unit, item.per_side) == (1, 2, 8, "r", True)
    assert (item.rest_seconds, item.times_a_week) == (30, 3)


def test_without_a_diagnosis_there_is_a_draft_that_cannot_be_signed(case, clinician):
    from tests.rehab.conftest import screened_calm

    actions.sync_catalogue()
    screened_calm(case, clinician)
    nothing_against(case, clinician)
    plan = drafted(case, clinician)

    assert plan.decision.result["status"] == "draft"
    with pytest.raises(actions.Refused):
        signed(plan, clinician)


def test_drafting_again_sets_the_old_draft_aside(rules_draft, clinician):
    again = drafted(rules_draft.case, clinician)

    rules_draft.refresh_from_db()
    assert rules_draft.status == "set aside"
    assert list(Plan.objects.drafts()) == [again]


@pytest.mark.parametrize("way", SHUT)
def test_nothing_is_drafted_or_signed_through_a_shut_gate(rules_draft, clinician, way):
    case = rules_draft.case
    SHUT[way](case, clinician)

    with pytest.raises(actions.GateShut):
        drafted(case, clinician)
    with pytest.raises(actions.GateShut):
        signed(rules_draft, clinician)
    with pytest.raises(actions.GateShut):
        actions.remove_item(item=rules_draft.items.first(), reason="x", **said(case, clinician))
    assert Plan.objects.get().signed_at is None


def test_a_signature_says_who_and_when_and_takes_the_first_steps(rules_draft, clinician):
    plan = signed(rules_draft, clinician)

    assert plan.status == "signed" and plan.signed_by == clinician
    steps = LevelStep.objects.filter(item__plan=plan)
    assert {step.item_id: step.level for step in steps} == {item.pk: item.start_level for item in plan.items.all()}
    assert plan.case.events.filter(kind="plan_signed").count() == 1


def test_what_the_rules_said_at_the_signature_is_kept_beside_what_they_said_at_the_draft(rules_draft, clinician):
    rules_draft.case.refresh_from_db()
    plan = signed(rules_draft, clinician)
    decision = Decision.objects.exclude(pk=plan.decision_id).get(kind="plan")

    assert (decision.by, decision.at, decision.result["status"]) == (clinician, plan.signed_at, "plan")
    assert decision.inputs["diagnosis"] == "PCS" and decision.inputs["equipment"] == plan.decision.inputs["equipment"]
    assert {step.inputs["decision"] for step in LevelStep.objects.all()} == {str(decision.pk)}


def test_a_double_click_signs_once(rules_draft, clinician):
    case = rules_draft.case
    same_form = said(case, clinician)
    first = actions.sign_plan(plan=rules_draft, **same_form)
    second = actions.sign_plan(plan=rules_draft, **same_form)

    assert second.signed_at == first.signed_at
    assert LevelStep.objects.count() == 3
    assert case.events.filter(kind="plan_signed").count() == 1


def test_a_new_signature_replaces_the_plan_in_force(rules_draft, clinician):
    first = signed(rules_draft, clinician)
    second = signed(drafted(first.case, clinician), clinician)

    first.refresh_from_db()
    assert (first.status, second.status) == ("replaced", "signed")
    assert first.replaced_by == clinician and first.items.count() == 3


def test_a_signed_plan_has_no_verbs(rules_draft, clinician):
    plan = signed(rules_draft, clinician)
    with pytest.raises(actions.Refused):
        actions.remove_item(item=plan.items.first(), reason="x", **said(plan.case, clinician))


def test_a_diagnosis_that_changed_asks_for_a_new_draft(rules_draft, clinician):
    diagnosed(rules_draft.case, clinician, "SOLEUS")

    with pytest.raises(actions.Refused, match="diagnosis has changed"):
        signed(rules_draft, clinician)


def test_a_contraindication_found_after_the_draft_stops_the_signature(rules_draft, clinician):
    nothing_against(rules_draft.case, clinician, low_back_pain_now=Answer.PRESENT)

    with pytest.raises(actions.NotAllowed):
        signed(rules_draft, clinician)


def test_an_exercise_is_added_with_a_reason_only(rules_draft, clinician):
    words = {"plan": rules_draft, "exercise": exercise("DEAD_BUG"), "side": "left"}
    with pytest.raises(actions.Refused):
        actions.add_item(**words, reason=" ", **said(rules_draft.case, clinician))
    item = actions.add_item(**words, reason="weak front", **said(rules_draft.case, clinician))

    assert item.added_by_clinician and item.override_reason == "weak front" and item.position == 4


def test_a_forbidden_exercise_is_never_added(rules_draft, clinician):
    with pytest.raises(actions.NotAllowed):
        actions.add_item(
            plan=rules_draft, exercise=exercise("CALF_ECCENTRIC"), side="both", reason="I insist",
            **said(rules_draft.case, clinician),
        )  # fmt: skip
    assert "CALF_ECCENTRIC" not in codes(rules_draft)


def test_an_exercise_nobody_asked_about_is_withheld(rules_draft, clinician):
    nothing_against(rules_draft.case, clinician, abdominal_hernia=Answer.NOT_ASSESSED)
    verdict = {"plan": rules_draft, "exercise": exercise("DEAD_BUG"), "side": "both", "reason": "I insist"}

    with pytest.raises(actions.NotAllowed):
        actions.add_item(**verdict, **said(rules_draft.case, clinician))


def test_a_replacement_takes_the_place(rules_draft, clinician):
    case, superman = rules_draft.case, rules_draft.items.get(exercise="SUPERMAN")
    actions.move_item(item=superman, up=True, **said(case, clinician))
    actions.replace_item(item=superman, exercise=exercise("BIRD_DOG"), reason="back", **said(case, clinician))

    assert codes(rules_draft) == ["LEWIT", "BIRD_DOG", "BARBELL_HIP_THRUST"]


@pytest.mark.parametrize(
    ("which", "up", "order"),
    [
        ("SUPERMAN", True,  ["LEWIT", "SUPERMAN", "BARBELL_HIP_THRUST"]),
        ("LEWIT",    False, ["BARBELL_HIP_THRUST", "LEWIT", "SUPERMAN"]),
        ("LEWIT",    True,  ["LEWIT", "BARBELL_HIP_THRUST", "SUPERMAN"]),
        ("SUPERMAN", False, ["LEWIT", "BARBELL_HIP_THRUST", "SUPERMAN"]),
    ],
)  # fmt: skip
def test_an_exercise_changes_places_with_its_neighbour(rules_draft, clinician, which, up, order):
    actions.move_item(item=rules_draft.items.get(exercise=which), up=up, **said(rules_draft.case, clinician))

    assert codes(rules_draft) == order


def test_a_move_that_moves_nothing_writes_nothing(rules_draft, clinician):
    case, before = rules_draft.case, rules_draft.case.events.count()
    actions.move_item(item=rules_draft.items.get(exercise="LEWIT"), up=True, **said(case, clinician))

    assert case.events.count() == before


def test_what_is_removed_leaves_no_gap(rules_draft, clinician):
    actions.remove_item(
        item=rules_draft.items.get(exercise="LEWIT"), reason="dizzy", **said(rules_draft.case, clinician)
    )

    assert list(rules_draft.items.values_list("position", flat=True)) == [1, 2]
    assert "dizzy" in rules_draft.case.events.first().text


def dose_of(item, **changes):
    """Return the dose of an item as the form sends it, with changes."""
    names = ("side", "start_level", "max_level", "sets", "amount", "amount_high", "rest_seconds")
    names += ("times_a_week", "times_a_week_high", "times_a_day", "note")
    return {**{name: getattr(item, name) for name in names}, **changes}


def test_another_level_brings_its_own_dose_but_keeps_what_was_typed(rules_draft, clinician):
    item = rules_draft.items.get(exercise="SUPERMAN")
    changed = actions.change_dose(
        item=item, dose=dose_of(item, start_level=3, rest_seconds=60), **said(rules_draft.case, clinician)
    )

    assert (changed.start_level, changed.sets, changed.rest_seconds) == (3, 3, 60)


def test_a_level_that_is_closed_today_is_refused(rules_draft, clinician):
    plan = drafted(rules_draft.case, clinician, equipment=())
    thrust = plan.items.get(exercise="BARBELL_HIP_THRUST")

    assert thrust.max_level == 3
    with pytest.raises(actions.NotAllowed):
        actions.change_dose(item=thrust, dose=dose_of(thrust, max_level=4), **said(plan.case, clinician))


def test_the_second_of_two_clinicians_is_told(rules_draft, clinician, lead):
    case = rules_draft.case
    seen_by_both = case.version
    actions.move_item(item=rules_draft.items.first(), up=False, version=seen_by_both, by=clinician, at=timezone.now())

    with pytest.raises(StaleRecord) as told:
        actions.sign_plan(plan=rules_draft, version=seen_by_both, by=lead, at=timezone.now())
    assert [event.by for event in told.value.events] == [clinician]


def test_an_assistant_drafts_and_signs_nothing(rules_draft, assistant):
    with pytest.raises(actions.NotAllowed):
        signed(rules_draft, assistant)
    with pytest.raises(actions.NotAllowed):
        drafted(rules_draft.case, assistant)


def test_the_checklist_is_kept_as_findings_and_drafts_again(rules_draft, clinician):
    case = rules_draft.case
    actions.answer_checklist(
        answers={"low_back_pain_now": Answer.PRESENT}, shown_none=(), case=case, **said(case, clinician)
    )

    plan = Plan.objects.drafts().get()
    assert plan.pk != rules_draft.pk
    assert codes(plan) == ["BIRD_DOG", "LEWIT", "BARBELL_HIP_THRUST"]
    assert plan.decision.result["dropped"][0]["substitute"] == "BIRD_DOG"


def test_a_refused_action_leaves_no_trace(rules_draft, clinician):
    case = rules_draft.case
    an_item(case, clinician, "E")
    before = (case.events.count(), Decision.objects.count(), Plan.objects.count())
    with pytest.raises(actions.GateShut):
        drafted(case, clinician)

    assert (case.events.count(), Decision.objects.count(), Plan.objects.count()) == before


def test_a_newest_step_is_the_level_reached(rules_draft, clinician):
    plan = signed(rules_draft, clinician)
    step = LevelStep.objects.get(item__exercise="SUPERMAN")
    LevelStep.objects.create(
        item=step.item, level=2, rule="PR-A", knowledge_version="test", knowledge_sha256="0" * 64,
        stepped_at=timezone.now(), stepped_by=clinician,
    )  # fmt: skip

    assert reached_levels(plan.case) == {"LEWIT": 1, "BARBELL_HIP_THRUST": 1, "SUPERMAN": 2}


def test_the_elephant_questions_of_the_story_head_the_draft(ready_case, clinician):
    ready_case.flat_feet = Answer.PRESENT
    ready_case.save(update_fields=["flat_feet"])
    plan = drafted(ready_case, clinician)

    assert plan.decision.reasons[0]["code"] == "ELEPHANT-flat_feet"
