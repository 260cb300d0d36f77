"""The demonstration: at least fourteen invented runners, at each step, at each level, for each seed condition."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from clinic.models import Case, Clinic, Membership, Patient, Person
from clinic.terms import OutcomeType
from rehab import actions
from rehab.management import demo
from rehab.management.stories import STEPS, STORIES
from rehab.models import LevelStep, Plan, StepOffer, TreatmentRecord, Verdict
from tests import factories
from triage.gate import loading_gate

pytestmark = pytest.mark.django_db
BY_STEP = {
    "registered": {"Nora Example"},
    "told": {"Milo Sample"},
    "screened": {"Hana Pending", "Emil Urgent", "Dora Clotsign", "Theo Clotfound", "Uma Pressure", "Rui Routine"},
    "examined": {"Ines Examined"},
    "diagnosed": {"Otto Named"},
    "drafted": {"Lia Drafted", "Vera Cleared"},
    "signed": {"Dan Deadbug", "Pia Compartment"},
    "trained": {"Stella Steady", "Amos Twoamber", "Wanda Waiting"},
    "treated": {"Bea Birddog"},
    "stopped": {"Tom Stopped"},
    "closed": {"Carl Closed"},
}


@pytest.fixture
def seeded():
    """The demonstration as the command makes it."""
    actions.sync_catalogue()
    demo.seed(timezone.now())


def case_of(name):
    """Return the case of one invented runner."""
    return Case.objects.get(patient__given_name=name.split()[0], patient__surname=name.split()[1])


def test_the_stories_are_counted_and_named():
    found = {step: {f"{s.given_name} {s.surname}" for s in STORIES if s.until == step} for step in STEPS}

    assert found == BY_STEP
    assert sum(map(len, BY_STEP.values())) == len(STORIES) == 20


def test_every_story_becomes_one_runner_with_one_case(seeded):
    ours = Patient.objects.filter(clinic__name=demo.CLINIC)
    assert ours.count() == Case.objects.filter(patient__in=ours).count() == 20
    assert {str(patient) for patient in ours} == set().union(*BY_STEP.values())
    assert not Case.objects.filter(opened_at__gt=timezone.now()).exists()


LEVELS = [
    ("Emil Urgent",   "E", True,  False),
    ("Dora Clotsign", "D", True,  False),
    ("Hana Pending",  "",  False, False),  # D-hold: not safe to start
    ("Uma Pressure",  "U", True,  False),
    ("Rui Routine",   "R", True,  True),
]  # fmt: skip


def test_a_runner_stands_at_each_triage_level(seeded):
    for name, level, complete, is_open in LEVELS:
        case = case_of(name)
        screening = case.screenings.get()
        assert (screening.level, screening.complete, loading_gate(case).open) == (level, complete, is_open), name


def test_each_seed_condition_has_its_runner(seeded):
    assert case_of("Bea Birddog").diagnoses.get().cause == "SOLEUS"
    assert case_of("Pia Compartment").diagnoses.get().cause == "PCS"
    clot = case_of("Theo Clotfound").red_flag_items.get()
    assert (clot.row, clot.outcome) == ("RF-DVT", OutcomeType.CONFIRMED)


PLANS = {
    "Bea Birddog": {"BIRD_DOG", "BENT_KNEE_HEEL_RAISE"},
    "Dan Deadbug": {"DEAD_BUG"},
    "Pia Compartment": {"LEWIT", "BARBELL_HIP_THRUST", "SUPERMAN"},
}


def test_the_signed_plans_are_those_of_the_seed_articles(seeded):
    for name, exercises in PLANS.items():
        plan = Plan.objects.signed().get(case=case_of(name))
        assert set(plan.items.values_list("exercise_id", flat=True)) == exercises


def test_a_treatment_was_given_and_a_signed_plan_rests(seeded):
    assert TreatmentRecord.objects.get().case == case_of("Bea Birddog")
    stopped = case_of("Tom Stopped")
    assert Plan.objects.signed().filter(case=stopped).exists() and not loading_gate(stopped).open


def test_the_runners_with_logs_are_steady_halted_and_waiting(seeded):
    """Steps, verdicts and offers come from the real actions alone."""

    def colours(name):
        verdicts = Verdict.objects.filter(session__case=case_of(name), exercise=None).order_by("judged_at", "id")
        newest = {verdict.session_id: verdict.colour for verdict in verdicts}
        return set(newest.values())

    def rules(name):
        return set(LevelStep.objects.filter(item__plan__case=case_of(name)).values_list("rule", flat=True))

    assert (colours("Stella Steady"), rules("Stella Steady")) == ({"green"}, {"START", "PR-A"})
    assert StepOffer.objects.filter(case=case_of("Stella Steady"), accepted=True).count() >= 4
    assert (colours("Amos Twoamber"), rules("Amos Twoamber")) == ({"green", "amber"}, {"START", "RG-A"})
    assert StepOffer.objects.filter(case=case_of("Wanda Waiting"), decided_at=None).count() == 2
    assert {score.measure for score in case_of("Stella Steady").scores.all()} == {"PSFS"}


def test_todays_list_shows_first_who_cannot_wait(seeded, at_work):
    page = at_work(Person.objects.get(email="clinician@demo.example")).get(reverse("clinic:today")).content.decode()
    order = [page.index(name) for name in ("Urgent, Emil", "Clotsign, Dora", "Pressure, Uma", "Example, Nora")]

    assert order == sorted(order)
    assert order[-1] < page.index("Routine, Rui") < page.index("Birddog, Bea")


def test_each_role_and_each_state_of_a_runner_can_sign_in(seeded, at_work):
    assert set(Membership.objects.values_list("role", flat=True)) == set(Membership.Role.values)
    words = {"runner": "Bird dog", "runner2": "Dead bug", "runner3": "Lewit", "runner4": "No exercise for now"}
    for name, expected in {**words, "runner5": "not ready yet"}.items():
        browser = at_work(Person.objects.get(email=f"{name}@demo.example"))
        assert expected in browser.get(reverse("rehab:my_plan")).content.decode()


def test_the_command_runs_twice_and_makes_one_demonstration(capsys, settings):
    settings.DEMONSTRATION = True
    actions.sync_catalogue()
    call_command("seed_demo")
    call_command("seed_demo")

    assert Patient.objects.count() == len(STORIES) + 1  # and one of the neighbour's
    assert "clinician@demo.example" in capsys.readouterr().out


def test_there_is_no_demonstration_in_a_clinic_that_works(settings):
    settings.DEMONSTRATION = False

    with pytest.raises(CommandError):
        call_command("seed_demo")
    assert not Person.objects.exists()


def test_the_glass_can_be_broken_in_the_demonstration(seeded, at_work):
    clinician = at_work(Person.objects.get(email="clinician@demo.example"))
    theirs = Patient.objects.get(clinic__name=demo.NEIGHBOUR)
    page = reverse("clinic:patient", args=[theirs.pk])
    assert clinician.get(page).status_code == 404
    told = {
        "given_name": "Nia", "surname": "Neighbour", "birth_date": "1987-06-05",
        "reason": "asked", "words": "Came by with a sore calf.", "from_clinic": Clinic.objects.get(name=demo.CLINIC).pk,
    }  # fmt: skip
    assert clinician.post(reverse("clinic:glass"), told).url == page
    assert clinician.get(page).status_code == 200


def test_a_demonstration_from_before_the_neighbour_gets_it(settings, capsys):
    settings.DEMONSTRATION = True
    actions.sync_catalogue()
    factories.ClinicFactory(name=demo.CLINIC)
    call_command("seed_demo")
    assert [str(patient) for patient in Patient.objects.all()] == ["Nia Neighbour"]
