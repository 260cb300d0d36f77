"""How is it going: the measures that a runner can rate alone are asked of them on their own page, when due."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.actions import keep_draft
from clinic.models import Patient, Person, Task
from clinic.pages import day_words
from rehab import actions
from rehab.actions import NotAllowed, Refused, answer_measures, record_score, review
from rehab.models import MorningLog, OutcomeScore, Plan
from tests.factories import CaseFactory, PatientFactory
from tests.rehab.conftest import SHUT, a_diagnosis, a_plan, a_screening, an_item, in_force
from tests.rehab.test_mine import TODAY, text
from triage.gate import loading_gate

pytestmark = pytest.mark.django_db
PAGE, CARD = "/me/measures/", "How is it going?"
NAMES = ("Run 5 km", "Walk down stairs", "Play with my son")
KEPT = "Your answers are kept, and your clinic sees them. Thank you."


def told_before_the_visit(case, *names):
    """Let the runner have named what they want to do again."""
    said = {"goals": {"goals": [{"name": name, "rating": 3} for name in names]}}
    by, at = case.patient.person, timezone.now() - timedelta(days=2)
    keep_draft(person=by, case=case, form="told", fields=said, at=at)
    actions.send_intake(case=case, by=by, at=at)


def scored(case, by, days_ago, worst=6, points=3):
    """Let both measures have been scored some days ago."""
    day = timezone.localdate() - timedelta(days=days_ago)
    parts = {"activities": [{"activity": name, "points": points} for name in NAMES]}
    for measure, value, told in (("PSFS", points, parts), ("NPRS", worst, {"worst": worst})):
        OutcomeScore.objects.create(
            case=case, measure=measure, parts=told, value=value, day=day, scored_at=timezone.now(), scored_by=by
        )


@pytest.fixture
def plan(request, case, clinician, catalogue):
    """A plan in force, signed today, or as many days ago as a test asks for."""
    at = timezone.now() - timedelta(days=getattr(request, "param", 0))
    a_screening(case, clinician, completed_at=at - timedelta(hours=1), completed_by=clinician)
    a_diagnosis(case, clinician)
    found = a_plan(case, clinician, drafted_at=at)
    Plan.objects.filter(pk=found.pk).update(signed_at=at, signed_by=clinician)
    found.refresh_from_db()
    return found


@pytest.fixture
def phone(plan, runner, at_work):
    """The runner of the plan, signed in."""
    return at_work(runner)


@pytest.fixture
def right(plan, clinician):
    """The newer case of the same runner's right leg, with a plan of its own."""
    case = CaseFactory(patient=plan.case.patient, clinic=plan.case.clinic, side="right")
    a_screening(case, clinician)
    a_diagnosis(case, clinician)
    in_force(a_plan(case, clinician), clinician)
    return case


def rated(names=NAMES, points=5, worst=4, **more):
    """Return the filled form."""
    told = {f"activity_{n}": name for n, name in enumerate(names, start=1)}
    told |= {f"points_{n}": str(points) for n in range(1, len(names) + 1)}
    return told | {"worst": str(worst), **more}


def current(case):
    """Return what stands: {measure: value}."""
    return {row.measure: float(row.value) for row in OutcomeScore.objects.current().filter(case=case)}


# --- When it is asked --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "days_ago", "is_asked"),
    [(0, None, True), (10, 10, False), (11, 11, True), (14, 14, True), (14, 3, False), (20, 10, True), (24, 10, False)],
    indirect=["plan"],
)
def test_the_card_stands_on_today_when_a_measure_is_due(phone, plan, clinician, days_ago, is_asked):
    if days_ago is not None:
        scored(plan.case, clinician, days_ago=days_ago)

    assert (CARD in text(phone.get(TODAY))) == is_asked


@pytest.mark.parametrize("way", SHUT)
def test_a_runner_whose_plan_rests_is_not_asked(phone, plan, clinician, way):
    SHUT[way](plan.case, clinician)

    assert CARD not in text(phone.get(TODAY))
    assert phone.get(PAGE).url == TODAY


def test_while_only_the_limit_of_pain_is_missing_it_is_asked(phone, plan, clinician):
    a_diagnosis(plan.case, clinician, "RADICULOPATHY")
    page = text(phone.get(TODAY))

    assert CARD in page and "has not yet said how much pain is allowed" in page


@pytest.mark.parametrize("plan", [5], indirect=True)
def test_when_nothing_is_due_the_page_says_so(phone, plan, clinician):
    scored(plan.case, clinician, days_ago=4)

    assert "Nothing is asked now." in text(phone.get(PAGE, follow=True))


# --- What is asked, and kept -------------------------------------------------------------------


@pytest.mark.parametrize("plan", [14], indirect=True)
def test_the_runners_own_words_are_rated_with_what_was_said_last_beside_them(phone, plan, clinician):
    scored(plan.case, clinician, days_ago=14, worst=7, points=2)
    page, day = text(phone.get(PAGE)), day_words(timezone.localdate() - timedelta(days=14))

    assert all(f"<legend>{name}</legend>" in page for name in NAMES)
    assert page.count(f"Last time: 2, on {day}") == 3 and page.count(f"Last time: 7, on {day}") == 1
    assert " checked" not in page, "nothing is preselected"


def test_the_answers_are_kept_together_by_the_runner_and_the_staffs_task_is_done(phone, plan, runner):
    told_before_the_visit(plan.case, *NAMES[:2])
    review(case=plan.case, at=timezone.now())
    task = Task.objects.open().get(case=plan.case, code="measures_due")
    page = text(phone.get(PAGE))
    assert NAMES[0] in page and NAMES[1] in page and 'name="activity_3"' in page

    answer = phone.post(PAGE, rated(morning=1), follow=True)

    assert KEPT in text(answer) and CARD not in text(answer)
    assert current(plan.case) == {"PSFS": 5, "NPRS": 4}
    assert set(OutcomeScore.objects.values_list("scored_by", flat=True)) == {runner.pk}
    assert OutcomeScore.objects.get(measure="NPRS").parts == {"worst": 4, "morning": 1}
    task.refresh_from_db()
    assert task.done_text == "Every measure that was due is scored"


def test_what_the_clinic_scored_is_not_asked_again(phone, plan, clinician):
    at = timezone.now()
    record_score(case=plan.case, measure="NPRS", parts={"worst": 6}, day=timezone.localdate(), by=clinician, at=at)
    assert 'name="worst"' not in text(phone.get(PAGE))
    assert phone.post(PAGE, rated(worst=1)).url == TODAY

    assert current(plan.case) == {"PSFS": 5, "NPRS": 6}


def test_the_task_stays_while_one_measure_is_left(plan, runner):
    review(case=plan.case, at=timezone.now())
    answer_measures(case=plan.case, told={"NPRS": {"worst": 4}}, by=runner, at=timezone.now())

    assert Task.objects.open().filter(case=plan.case, code="measures_due").exists()


@pytest.mark.parametrize("can_sign_in", [True, False])
def test_the_staffs_task_says_whether_the_runner_is_asked(plan, can_sign_in):
    if not can_sign_in:
        Patient.objects.filter(pk=plan.case.patient_id).update(person=None)
    review(case=plan.case, at=timezone.now())
    text = Task.objects.get(case=plan.case, code="measures_due").text

    assert text.startswith("Outcome measures are due: ") and ("the runner is asked" in text) == can_sign_in


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"points_2": ""}, "points_2", "Choose a number from 0 to 10."),
        ({"points_1": "11"}, "points_1", "Choose a number from 0 to 10."),
        ({"worst": ""}, "worst", "Choose a number from 0 to 10."),
        ({"activity_3": ""}, "activity_3", "Write a few words here."),
        ({"activity_3": "run 5 KM"}, "activity_3", "Name each activity once."),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_is_kept(phone, plan, change, place, words):
    answer = phone.post(PAGE, rated(morning=1) | change)
    page = text(answer, 422)

    assert answer.context["form"].errors[place] == [words]
    assert page.index("Nothing was saved.") < page.index(words) < page.rindex(words)
    assert not OutcomeScore.objects.exists()


def test_a_double_click_keeps_it_once_and_a_second_answer_of_the_day_takes_its_place(phone, plan):
    first = rated(morning=1)
    assert KEPT in text(phone.post(PAGE, first, follow=True))
    assert KEPT in text(phone.post(PAGE, first, follow=True))
    assert OutcomeScore.objects.count() == 2

    page = text(phone.get(PAGE))
    assert "You answered today already." in page and page.count(" checked") == 5
    phone.post(PAGE, rated(morning=1, worst=6))
    assert OutcomeScore.objects.count() == 4 and current(plan.case) == {"PSFS": 5, "NPRS": 6}


@pytest.mark.parametrize("plan", [3], indirect=True)
def test_a_page_left_open_until_the_next_day_keeps_nothing_more(phone, plan, clinician):
    scored(plan.case, clinician, days_ago=1)
    answer = phone.post(PAGE, rated(worst=0), follow=True)

    assert "Nothing is asked now." in text(answer)
    assert current(plan.case)["NPRS"] == 6


def test_what_the_clinic_scored_in_the_meantime_stands(plan, runner, clinician):
    scored(plan.case, clinician, days_ago=0)
    with pytest.raises(Refused, match="answered meanwhile"):
        answer_measures(case=plan.case, told={"NPRS": {"worst": 1}}, by=runner, at=timezone.now())

    assert current(plan.case)["NPRS"] == 6


@pytest.mark.parametrize("plan", [14], indirect=True)
def test_ratings_of_activities_that_were_renamed_meanwhile_are_asked_again(phone, plan, clinician):
    scored(plan.case, clinician, days_ago=14)
    page = text(phone.post(PAGE, rated(names=("Run", *NAMES[1:]))), 422)

    assert "Your clinic changed your activities meanwhile." in page and "Choose a number from 0 to 10." in page
    assert OutcomeScore.objects.count() == 2


def test_an_answer_that_crosses_a_stop_is_kept_and_nothing_is_inferred(phone, plan, clinician):
    an_item(plan.case, clinician, "D")
    before = plan.case.screenings.count()
    answer = phone.post(PAGE, rated(worst=10, morning=1), follow=True)

    assert "No exercise for now" in text(answer) and current(plan.case)["NPRS"] == 10
    assert plan.case.screenings.count() == before


def test_after_a_log_nobody_is_asked_for_a_usual_morning(phone, plan, runner):
    assert 'name="morning"' in text(phone.get(PAGE))
    MorningLog.objects.create(
        case=plan.case, day=timezone.localdate(), pain=3, logged_at=timezone.now(), logged_by=runner
    )
    assert 'name="morning"' not in text(phone.get(PAGE))


# --- Day 14 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("points", "worst", "is_open"), [(5, 6, True), (3, 6, False), (3, 4, True)])
@pytest.mark.parametrize("plan", [11], indirect=True)
def test_what_the_runner_told_before_day_14_decides_on_it(phone, plan, clinician, points, worst, is_open):
    scored(plan.case, clinician, days_ago=11, worst=6, points=3)
    phone.post(PAGE, rated(points=points, worst=worst))
    review(case=plan.case, at=timezone.now() + timedelta(days=3))

    assert loading_gate(plan.case).open == is_open


@pytest.mark.parametrize("plan", [14], indirect=True)
def test_on_day_14_no_measure_is_judged_before_the_other_is_kept(phone, plan, clinician):
    """The pain is the same, the activities go better: one gain is enough, whichever is kept first."""
    scored(plan.case, clinician, days_ago=14, worst=6, points=3)
    phone.post(PAGE, rated(points=6, worst=6))

    assert loading_gate(plan.case).open


# --- Whose it is -------------------------------------------------------------------------------


def test_nobody_else_answers_for_a_runner(plan, clinician, stranger, case_elsewhere_runner):
    for somebody in (stranger, case_elsewhere_runner):
        with pytest.raises(NotAllowed):
            answer_measures(case=plan.case, told={"NPRS": {"worst": 1}}, by=somebody, at=timezone.now())
    assert not OutcomeScore.objects.exists()


@pytest.fixture
def case_elsewhere_runner(clinic):
    """Another runner of the same clinic."""
    return PatientFactory(clinic=clinic).person


def test_each_leg_is_asked_and_answered_by_itself(phone, plan, right):
    assert f'name="leg" value="{right.pk}"' in text(phone.get(PAGE))
    phone.post(PAGE, rated(morning=1, leg=str(plan.case_id)))

    assert current(plan.case) and not current(right)


def test_while_the_other_leg_is_in_danger_nothing_is_asked(phone, plan, right, clinician):
    an_item(plan.case, clinician, "E")

    assert CARD not in text(phone.get(TODAY)) and phone.get(PAGE).url == TODAY


# --- How it reads ------------------------------------------------------------------------------


def test_it_is_spoken_in_spanish_to_who_chose_it(phone, plan, runner):
    Person.objects.filter(pk=runner.pk).update(language="es")
    assert "¿Cómo va?" in text(phone.get(TODAY))
    page = text(phone.get(PAGE))

    assert "Tu dolor" in page and "Actividad 1: ¿qué le cuesta a esta pierna?" in page and "how well" not in page


def test_the_clinician_sees_who_told_a_score(phone, plan, clinician, at_work):
    phone.post(PAGE, rated(morning=1))
    page = text(at_work(clinician).get(reverse("rehab:progress", args=[plan.case_id])))

    assert page.count("(told by the runner)") == 2
