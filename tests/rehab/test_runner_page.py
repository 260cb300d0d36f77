"""The page of the plan: the signed plan in the runner's words, and nothing to do while it would not be safe."""

from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from rehab import actions
from rehab.history import with_newest_step
from rehab.knowledge import rehab_knowledge
from rehab.mine.doses import card_now
from rehab.models import PlanItem, RunStage
from tests.factories import CaseFactory
from tests.rehab.conftest import SHUT, a_signature, a_step, an_item

pytestmark = pytest.mark.django_db
MINE = "/me/plan/"


@pytest.fixture
def in_force(rules_draft, clinician):
    """The plan of the rules, signed."""
    return actions.sign_plan(plan=rules_draft, version=rules_draft.case.version, by=clinician, at=timezone.now())


def my_page(browser):
    """Return the runner's page as text."""
    answer = browser.get(MINE)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_runner_sees_each_exercise_with_dose_cues_and_reason(in_force, runner, at_work):
    page = my_page(at_work(runner))

    for item in in_force.items.select_related("exercise"):
        assert item.exercise.name in page
    assert "2 sets of 8 repetitions each side" in page
    assert page.count("Why you are doing it") == page.count("How to do it") == 3


def test_help_is_always_in_sight(in_force, runner, clinic, at_work):
    page = my_page(at_work(runner))

    assert f"tel:{clinic.emergency_number}" in page and clinic.phone in page


def test_a_draft_is_not_shown(rules_draft, runner, at_work):
    page = my_page(at_work(runner))

    assert "not ready yet" in page
    assert "Superman" not in page


@pytest.mark.parametrize("way", SHUT)
def test_behind_a_shut_gate_there_is_no_exercise_anywhere(in_force, clinician, runner, at_work, way):
    SHUT[way](in_force.case, clinician)
    browser = at_work(runner)
    page = my_page(browser)

    assert "cards" not in browser.get(MINE).context
    assert "No exercise for now" in page
    assert [e.name.en for e in rehab_knowledge().exercises.values() if e.name.en in page] == []


def test_before_anything_was_asked_the_page_is_kind(case, runner, at_work):
    page = my_page(at_work(runner))

    assert "Your plan is not ready yet" in page and "leave exercises, stretches and massage" in page
    assert "Please call us today" not in page


def test_an_open_emergency_says_first_whom_to_call(in_force, clinician, runner, clinic, at_work):
    an_item(in_force.case, clinician, "E")
    page = my_page(at_work(runner))

    assert f"call {clinic.emergency_number} now" in page
    assert page.index(f"tel:{clinic.emergency_number}") < page.index("Do not exercise")


def test_the_limits_of_an_open_item_stand_above_the_plan(in_force, clinician, runner, at_work):
    a_signature(an_item(in_force.case, clinician, "U", row="RF-CECS"), clinician, "may_load")
    page = my_page(at_work(runner))

    assert page.index("Your limits") < page.index("<li>walk</li>") < page.index("Superman")


def test_what_is_left_open_and_what_is_convention_says_so(in_force, runner, at_work):
    page = my_page(at_work(runner))

    assert "Not specified: tempo." in page
    assert "clinic convention, to be confirmed by the clinic lead" in page


def test_a_runner_without_a_case_sees_an_empty_page(case, runner, clinician, at_work):
    case.closed_at, case.closed_by, case.closed_because = timezone.now(), clinician, "well again"
    case.outcome = "running"
    case.save()

    assert "no open treatment" in my_page(at_work(runner))


ENDS = {
    "running": ("1 to 2 times a week", "Superman", "10 percent more", "no better after 14 days"),
    "referred": ("your clinic has referred you", "Leave the exercises"),
    "other": ("There is no open treatment for you", "call us before you train it"),
}


@pytest.mark.parametrize("outcome", ENDS)
def test_who_is_done_reads_how_it_ended_and_what_to_keep_doing(outcome, in_force, runner, clinician, at_work):
    case = in_force.case
    case.closed_at, case.closed_by, case.closed_because = timezone.now(), clinician, "as agreed"
    case.outcome = outcome
    case.save()
    page = at_work(runner).get(reverse("rehab:my_today")).content.decode()

    assert all(words in page for words in ENDS[outcome])
    assert outcome == "running" or "Superman" not in page


@pytest.mark.parametrize("stage", [None, 3])
def test_only_who_ran_reads_that_they_run_again(stage, in_force, runner, clinician, at_work):
    case = in_force.case
    if stage:
        told = {"knowledge_version": "x", "knowledge_sha256": "0" * 64, "rule": "stage_pass"}
        RunStage.objects.create(case=case, stage=stage, stepped_at=timezone.now(), stepped_by=clinician, **told)
    case.closed_at, case.closed_by, case.closed_because = timezone.now(), clinician, "as agreed"
    case.outcome = "running"
    case.save()
    page = at_work(runner).get(reverse("rehab:my_today")).content.decode()

    assert ("you run again" in page) == bool(stage) and ("Your treatment with us has ended" in page) != bool(stage)


def test_a_runner_sees_their_own_plan_only(in_force, at_work, clinic):
    other = CaseFactory(patient__clinic=clinic)

    assert "Superman" not in my_page(at_work(other.patient.person))


def test_a_member_of_the_clinic_has_no_plan_of_their_own(clinician, at_work):
    assert at_work(clinician).get(MINE).status_code == 403


def test_the_page_is_never_kept_by_a_browser(in_force, runner, at_work):
    assert "no-store" in at_work(runner).get(MINE).headers["Cache-Control"]


def test_the_page_asks_little(in_force, runner, at_work):
    browser = at_work(runner)
    with CaptureQueriesContext(connection) as asked:
        my_page(browser)

    assert len(asked) <= 14, "\n".join(q["sql"] for q in asked)


def test_the_plan_shows_the_dose_that_is_asked_for_now(in_force, runner, clinician, at_work):
    item = in_force.items.exclude(sets=None).exclude(amount=None).first()
    whole = card_now(with_newest_step(PlanItem.objects.filter(pk=item.pk), in_force.case).get()).dose
    step = a_step(item, clinician, level=item.start_level)
    step.dose_percent = 50
    step.save()
    half = card_now(with_newest_step(PlanItem.objects.filter(pk=item.pk), in_force.case).get()).dose

    assert half != whole and half in unescape(my_page(at_work(runner)))


@pytest.mark.parametrize(("row", "is_said"), [("RF-DVT", True), ("RF-BLEED", False)])
def test_while_nobody_ruled_a_clot_out_each_stop_says_that_it_could_be_one(
    row, is_said, in_force, runner, clinician, at_work
):
    an_item(in_force.case, clinician, "D", row=row)
    browser = at_work(runner)
    for address in ("/me/", MINE, "/me/run/"):
        assert ("it could be a blood clot" in browser.get(address).content.decode()) is is_said, address
