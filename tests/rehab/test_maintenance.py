"""What a retest shows: length goes on by its test, and a need that passes moves to maintenance in a new signed plan."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.models import Person, Task
from clinic.worklist import worklist
from rehab import actions
from rehab.examined import judged_now, length_tested, passed_of
from rehab.models import LevelStep, PlanItem
from tests.rehab.conftest import drafted
from triage import actions as triage_actions

pytestmark = pytest.mark.django_db
STRETCH = "GASTROC_STRETCH"


def measured(case, by, days_ago=0, **values):
    """Examine again: EXTENSION in seconds, STRAIGHT in degrees and BRIDGE in seconds on the left."""
    known = {"extension": ("CE_SORENSEN", "none", "s"), "straight": ("WBLT_STRAIGHT", "left", "deg")}
    known["bridge"] = ("CR_BRIDGE", "left", "s")
    told = {known[name][:2]: {"value": value, "unit": known[name][2]} for name, value in values.items()}
    case.refresh_from_db()
    at = timezone.now() - timedelta(days=days_ago)
    triage_actions.record_examination(case=case, version=case.version, findings={}, measured=told, by=by, at=at)
    case.refresh_from_db()


@pytest.fixture
def trained(ready_case, clinician):
    """A signed plan for a back that failed its endurance test, its first exercise for it at level 3."""
    measured(ready_case, clinician, extension=30)
    draft = drafted(ready_case, clinician)
    plan = actions.sign_plan(plan=draft, version=draft.case.version, by=clinician, at=timezone.now())
    item = for_extension(plan)
    LevelStep.objects.create(
        item=item, level=3, rule="PR-A", knowledge_version="x", knowledge_sha256="0" * 64,
        stepped_at=timezone.now(), stepped_by=clinician,
    )  # fmt: skip
    return plan


def for_extension(plan):
    """Return the exercise of a plan that was chosen for the endurance of the back."""
    return next(item for item in plan.items.all() if "core_ext" in {b["need"] for b in item.because})


def test_a_need_that_passes_again_is_kept_up_in_the_next_plan(trained, clinician):
    case, item = trained.case, for_extension(trained)
    measured(case, clinician, extension=200)
    draft = drafted(case, clinician)
    kept = draft.items.get(exercise_id=item.exercise_id)

    assert kept.because[0]["rule"] == "maintain"
    assert (kept.times_a_week, kept.times_a_week_high) == (1, 2)
    assert (kept.start_level, kept.min_level, kept.max_level) == (3, 3, 3)
    signed = actions.sign_plan(plan=draft, version=draft.case.version, by=clinician, at=timezone.now())
    assert signed.items.filter(exercise_id=item.exercise_id).exists()

    again = drafted(case, clinician)
    assert again.items.get(exercise_id=item.exercise_id).because[0]["rule"] == "maintain", "and in the one after that"


def test_a_need_that_still_fails_is_trained_and_not_kept_up(trained, clinician):
    measured(trained.case, clinician, extension=31)
    draft = drafted(trained.case, clinician)

    assert all(because["rule"] != "maintain" for item in draft.items.all() for because in item.because)


def test_a_need_that_nobody_tested_passes_nothing(ready_case):
    item = PlanItem(because=[{"rule": "COVER", "need": "hip_abd_left"}])

    assert passed_of([item], judged_now(ready_case, timezone.localdate())) == {}


def test_the_clinician_reads_what_passes_and_drafts_again(trained, clinician, at_work):
    address = reverse("rehab:progress", args=[trained.case.pk])
    assert "Passes now" not in at_work(clinician).get(address).content.decode()

    measured(trained.case, clinician, extension=200)
    page = at_work(clinician).get(address).content.decode()
    assert "Passes now: maintenance" in page and "1 to 2 times a week" in page


def test_the_clinician_reads_what_fails_now_and_is_not_trained(trained, clinician, at_work):
    address = reverse("rehab:progress", args=[trained.case.pk])
    said = "Fails now, and nothing in the plan trains it"
    measured(trained.case, clinician, extension=28)
    assert said not in at_work(clinician).get(address).content.decode(), "the plan trains it"

    measured(trained.case, clinician, extension=28, bridge=2)
    assert said in at_work(clinician).get(address).content.decode()

    draft = drafted(trained.case, clinician)
    actions.sign_plan(plan=draft, version=draft.case.version, by=clinician, at=timezone.now())
    assert said not in at_work(clinician).get(address).content.decode(), "it is trained, or was said to be left out"


def misfits(case):
    """The texts of the open tasks that say that the plan no longer fits."""
    return list(Task.objects.for_the_clinic().filter(case=case, code="plan_misfit").values_list("text", flat=True))


def test_the_list_and_the_case_page_say_that_the_plan_no_longer_fits(trained, clinician, at_work):
    case, said = trained.case, "The plan no longer fits the tests, draft it again"
    measured(case, clinician, extension=28)
    assert misfits(case) == [], "the plan trains it"

    measured(case, clinician, extension=200, bridge=2)
    (text,) = misfits(case)
    assert text.startswith(said) and "passes now: Core extension" in text
    assert "fails now and is not trained: " in text and ", left side" in text
    row = next(row for row in worklist(clinician, kind="reassess")[0] if row.case.pk == case.pk)
    assert [task.text for task in row.tasks if task.code == "plan_misfit"] == [text]
    address = reverse("clinic:case", args=[case.pk])
    assert text in at_work(clinician).get(address).content.decode()
    Person.objects.filter(pk=clinician.pk).update(language="es")
    page = at_work(clinician).get(address).content.decode()
    assert "El plan ya no encaja con las pruebas" in page and "ahora se supera: Extensión del core" in page
    assert ", lado izquierdo" in page and "left side" not in page and "passes now" not in page

    draft = drafted(case, clinician)
    assert misfits(case) == [text], "a draft changes nothing for the runner"
    actions.sign_plan(plan=draft, version=draft.case.version, by=clinician, at=timezone.now())
    assert misfits(case) == [] and "no encaja" not in at_work(clinician).get(address).content.decode()


def test_a_finding_asks_once_and_a_plan_that_fits_again_asks_no_more(trained, clinician):
    case = trained.case
    measured(case, clinician, extension=200)
    measured(case, clinician, extension=200)
    assert len(misfits(case)) == 1 == Task.objects.filter(case=case, code="plan_misfit").count()

    open_now = Task.objects.open().filter(case=case, code="plan_misfit")
    open_now.update(done_at=timezone.now(), done_by=clinician, done_text="The plan stays")
    measured(case, clinician, extension=200)
    assert misfits(case) == [], "it was decided"

    measured(case, clinician, bridge=2)
    assert len(misfits(case)) == 1
    measured(case, clinician, extension=28, bridge=200)
    assert misfits(case) == []
    newest = Task.objects.filter(case=case, code="plan_misfit").latest("opened_at")
    assert newest.done_text == "The tests were done again"

    measured(case, clinician, extension=200, bridge=2)
    assert misfits(case) == [newest.text], "only the tests had ended it"


def test_a_need_that_is_kept_up_and_fails_again_is_told(trained, clinician):
    case = trained.case
    measured(case, clinician, extension=200)
    draft = drafted(case, clinician)
    actions.sign_plan(plan=draft, version=draft.case.version, by=clinician, at=timezone.now())
    assert misfits(case) == []

    measured(case, clinician, extension=28)
    (text,) = misfits(case)
    assert "fails now and is not trained: Core extension" in text


def test_without_a_plan_no_plan_can_misfit(ready_case, clinician):
    measured(ready_case, clinician, extension=28, bridge=2)
    assert misfits(ready_case) == []


def test_a_closed_case_is_asked_nothing(trained, clinician):
    closed = {"closed_at": timezone.now(), "closed_by": clinician, "closed_because": "well", "outcome": "other"}
    type(trained.case).objects.filter(pk=trained.case.pk).update(**closed)
    measured(trained.case, clinician, extension=200, bridge=2)
    assert misfits(trained.case) == []


def test_the_runner_reads_why_it_stays_in_the_plan(trained, runner, clinician, at_work):
    measured(trained.case, clinician, extension=200)
    draft = drafted(trained.case, clinician)
    actions.sign_plan(plan=draft, version=draft.case.version, by=clinician, at=timezone.now())
    page = at_work(trained.case.patient.person).get(reverse("rehab:my_plan")).content.decode()

    assert "Your test passes now: a little each week keeps it." in page and "1 to 2 times a week" in page


def test_length_goes_by_the_days_of_its_test(ready_case, clinician):
    today = timezone.localdate()
    assert length_tested(ready_case, [STRETCH], today) == {STRETCH: ()}
    for days, degrees in ((16, 15), (8, 30), (0, 31)):
        measured(ready_case, clinician, days_ago=days, straight=degrees)

    days = [today - timedelta(days=days) for days in (16, 8, 0)]
    assert length_tested(ready_case, [STRETCH, "BIRD_DOG"], today) == {
        STRETCH: tuple(zip(days, (False, True, True), strict=True))
    }


def test_a_stretch_whose_test_passed_twice_a_week_apart_is_kept_up_less_often(ready_case, clinician, at_work):
    measured(ready_case, clinician, days_ago=16, straight=15)
    draft = drafted(ready_case, clinician)
    actions.sign_plan(plan=draft, version=draft.case.version, by=clinician, at=timezone.now())
    assert draft.items.filter(exercise_id=STRETCH).exists()
    address = reverse("rehab:progress", args=[ready_case.pk])
    for days, said in ((8, False), (0, True)):
        measured(ready_case, clinician, days_ago=days, straight=30)
        page = at_work(clinician).get(address).content.decode()
        assert ("Keep it up less often" in page) is said
