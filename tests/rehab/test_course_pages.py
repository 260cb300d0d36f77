"""How it goes, on the case page and on its own page: what stands there, and what a clinician answers."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic import actions as clinic_actions
from rehab import actions
from rehab.models import LevelStep, OutcomeScore, PainLimitSet, RunReadiness, RunStage, StepOffer
from rehab.pages.course import progress_page
from tests.course import a_session, an_offer
from tests.rehab.conftest import a_diagnosis
from tests.rehab.test_moving import runner, two_green  # noqa: F401
from tests.rehab.test_running_back import start, walker  # noqa: F401
from triage import actions as triage_actions

pytestmark = pytest.mark.django_db


THREE = {"activity_1": "Run", "points_1": 2, "activity_2": "Hop", "points_2": 3, "activity_3": "Jump", "points_3": 0}


@pytest.fixture
def item(signed_plan):
    """The exercise of a plan in force."""
    return signed_plan.items.get()


def page_of(browser, name, case, *more):
    """Return a page of the case as text."""
    return browser.get(reverse(name, args=[case.pk, *more])).content.decode()


def papers(case, **said):
    """Return a form that names the runner and the version of now."""
    case.refresh_from_db()
    return {"patient": case.patient_id, "version": case.version, **said}


@pytest.fixture
def offered(runner, monkeypatch):  # noqa: F811
    """A step that the logs bear out, at the runner's own time."""
    two_green(runner)
    monkeypatch.setattr(timezone, "now", lambda: runner.at)
    return StepOffer.objects.select_related("case").get(decided_at=None)


def test_the_case_page_says_how_it_goes_with_mark_and_word(item, clinician, at_work):
    case = item.plan.case
    for colour in ("green", "amber", "red", "pending", "unknown"):
        a_session(case, clinician, colour=colour, item=item)
    an_offer(item, clinician)
    page = page_of(at_work(clinician), "clinic:case", case)

    for word in ("GREEN", "AMBER", "RED", "waits for the morning", "cannot be judged"):
        assert word in page
    for colour in ("green", "amber", "red"):
        assert f'colour-{colour}"><svg' in page.replace("\n", "").replace("> <", "><")
    assert "level 1 of 3" in page and "Take the step: Bird dog, level 2" in page
    assert "Pain, numeric rating" in page and "Running has not begun" in page


def test_without_a_plan_in_force_the_panel_is_not_there(open_case, clinician, at_work):
    assert "How it goes" not in page_of(at_work(clinician), "clinic:case", open_case)


def test_behind_a_shut_gate_no_step_is_offered_for_a_tap(shut_gate, item, clinician, at_work):
    case = item.plan.case
    an_offer(item, clinician)
    shut_gate(case)
    browser = at_work(clinician)

    assert "Take the step" not in page_of(browser, "rehab:progress", case)
    assert "Bird dog, level" not in page_of(browser, "rehab:progress", case)


def test_an_assistant_sees_the_course_and_no_button_to_take(item, assistant, clinician, at_work):
    an_offer(item, clinician)
    page = page_of(at_work(assistant), "rehab:progress", item.plan.case)

    assert "Bird dog, level 2" in page and "Take the step" not in page
    assert reverse("rehab:score", args=[item.plan.case_id, "PSFS"]) in page


def test_a_tap_on_the_page_takes_the_step(offered, clinician, at_work):
    at = reverse("rehab:take", args=[offered.case_id, offered.pk])
    browser = at_work(clinician)

    for false in ({"version": 7}, {"patient": offered.pk}, {"version": ""}, {"patient": ""}):
        assert browser.post(at, papers(offered.case) | false).status_code == 409
    assert not LevelStep.objects.filter(level=3).exists()
    page = browser.post(at, papers(offered.case), follow=True).content.decode()
    assert "Step taken" in page and LevelStep.objects.filter(level=3, stepped_by=clinician).count() == 1
    assert browser.post(at, papers(offered.case)).status_code == 422  # it no longer waits


def test_a_step_that_the_logs_do_not_bear_out_is_refused_in_words(item, clinician, at_work):
    offer = an_offer(item, clinician)
    at = reverse("rehab:take", args=[item.plan.case_id, offer.pk])
    answer = at_work(clinician).post(at, papers(item.plan.case))

    assert answer.status_code == 422 and "no longer bear this step out" in answer.content.decode()
    assert StepOffer.objects.get().decided_at is None


def test_a_step_is_declined_in_words(offered, clinician, at_work):
    at = reverse("rehab:decline", args=[offered.case_id, offered.pk])
    browser = at_work(clinician)

    assert browser.post(at, papers(offered.case, because=" ")).status_code == 422
    browser.post(at, papers(offered.case, because="Sore after a long week"))
    offered.refresh_from_db()
    assert offered.accepted is False


def test_an_offer_of_another_case_is_not_there(item, stranger, clinician, at_work):
    offer = an_offer(item, clinician)
    for door in ("rehab:take", "rehab:decline"):
        at = reverse(door, args=[item.plan.case_id, offer.pk])
        assert at_work(stranger).post(at, papers(item.plan.case)).status_code == 404


def test_every_verdict_stands_there_with_rule_reasons_and_sources(offered, clinician, at_work):
    page = page_of(at_work(clinician), "rehab:progress", offered.case)

    assert page.count("GREEN") >= 2 and "Rule green" not in page, "the colour is said once"
    panel = page_of(at_work(clinician), "clinic:case", offered.case)
    assert "GREEN" in panel and "the morning is as usual" in panel and "(green)" not in panel
    assert "the morning is as usual" in page and "<cite>" in page
    assert "One level up" in page and "Rule PR-A" in page
    assert "Pain during sessions" in page and "First steps in the morning" in page and "<svg" in page


def test_tests_are_shown_before_and_now_left_and_right_against_their_reference(item, clinician, at_work):
    case = item.plan.case
    for days, left, right in ((0, 11, 24), (1, 19, 25)):
        case.refresh_from_db()
        measured = {
            ("SS_RAISES", side): {"value": value, "unit": "reps"} for side, value in (("left", left), ("right", right))
        }
        at = timezone.now() + timedelta(days=days)
        triage_actions.record_examination(
            case=case, version=case.version, findings={}, measured=measured, by=clinician, at=at
        )
    case.refresh_from_db()
    tests = progress_page(case, clinician, timezone.now() + timedelta(days=20))["tests"]
    (row,) = tests.rows
    left, right = row.lines

    assert (left.first, left.last, left.reference, left.verdict) == ("11", "19", 20, "fails")
    assert (right.first, right.last, right.verdict) == ("24", "25", "passes")
    assert row.symmetry == 76
    assert [one.name for one in tests.due] == [row.name]
    assert len(tests.before.rows) == 2 and len(tests.sides.rows) == 1
    assert "76 % of the other side" in page_of(at_work(clinician), "rehab:progress", case)


def test_where_the_clinician_sets_the_limit_none_means_no_session(item, clinician, at_work):
    case = item.plan.case
    a_diagnosis(case, clinician, "RADICULOPATHY")
    browser = at_work(clinician)
    assert "No limit is set, so there is no session" in page_of(browser, "rehab:progress", case)

    form = papers(case, during_nprs=2, morning_change=0, because="Agreed with the spine clinic")
    assert browser.post(reverse("rehab:limit", args=[case.pk]), form | {"during_nprs": 11}).status_code == 422
    browser.post(reverse("rehab:limit", args=[case.pk]), form)
    assert PainLimitSet.objects.get().during_nprs == 2
    assert "Up to <strong>2</strong> during" in page_of(browser, "rehab:progress", case)


@pytest.mark.parametrize(
    ("measure", "said", "status"),
    [
        ("NPRS", {"worst": 4, "running": 2}, 302),
        ("NPRS", {"running": 2}, 422),
        ("NPRS", {"worst": 11}, 422),
        ("PSFS", THREE, 302),
        ("PSFS", {"activity_1": "Run", "points_1": 2}, 422),
        ("PSFS", {"activity_1": "Run", "points_1": "", "activity_2": "Hop", "points_2": 3}, 422),
        ("LEFS", {"total": 60}, 302),
        ("UWRI", {"total": 37}, 422),
        ("VISA_A", {"total": 60}, 422),
    ],
)  # fmt: skip
def test_a_measure_is_scored_on_its_form(measure, said, status, open_case, assistant, at_work):
    at = reverse("rehab:score", args=[open_case.pk, measure])
    form = papers(open_case, day=timezone.localdate().isoformat(), **said)

    assert at_work(assistant).post(at, form).status_code == status
    assert OutcomeScore.objects.count() == (status == 302)


def test_a_licensed_measure_shows_its_licence_and_an_unknown_one_is_not_there(open_case, clinician, at_work):
    browser = at_work(clinician)

    assert "ask its authors before use" in page_of(browser, "rehab:score", open_case, "UWRI")
    assert browser.get(reverse("rehab:score", args=[open_case.pk, "NOPE"])).status_code == 404


def test_the_activities_named_before_are_offered_again(open_case, clinician, at_work):
    told = [{"activity": name, "points": 2} for name in ("Run 5 km", "Stairs", "Hop")]
    day, at = timezone.localdate(), timezone.now()
    actions.record_score(case=open_case, measure="PSFS", parts={"activities": told}, day=day, by=clinician, at=at)

    assert 'value="Run 5 km"' in page_of(at_work(clinician), "rehab:score", open_case, "PSFS")


def test_what_is_asked_before_the_first_run_stands_one_by_one(item, clinician, at_work):
    case, browser = item.plan.case, at_work(clinician)
    page = page_of(browser, "rehab:running", case)
    assert "not recorded" in page and "Begin at stage 0" not in page

    said = dict.fromkeys(("hop_after_effect", "hop_tingling", "raise_symptoms", "bone_cleared"), "absent")
    browser.post(reverse("rehab:running", args=[case.pk]), papers(case, hops=12, hop_pain=0, **said))
    assert RunReadiness.objects.get().hops == 12
    answer = browser.post(reverse("rehab:start_running", args=[case.pk]), papers(case))
    assert answer.status_code == 422 and not RunStage.objects.exists()


def test_running_begins_with_a_tap_once_all_is_met(walker, clinician, at_work, monkeypatch):  # noqa: F811
    monkeypatch.setattr(timezone, "now", lambda: walker.at)
    case, browser = walker.plan.case, at_work(clinician)
    assert "Begin at stage 0" in page_of(browser, "rehab:running", case)

    at = reverse("rehab:start_running", args=[case.pk])
    assert browser.post(at, papers(case) | {"version": 70}).status_code == 409
    browser.post(at, papers(case))
    assert RunStage.objects.get().stage == 0
    page = page_of(browser, "rehab:running", case)
    assert "Go on after a stop" in page and "Before the first run" not in page


def test_a_closed_case_is_read_and_answered_no_more(item, clinician, at_work):
    case, offer = item.plan.case, an_offer(item, clinician)
    case.refresh_from_db()
    clinic_actions.close_case(
        case=case, version=case.version, outcome="running", because="well", by=clinician, at=timezone.now()
    )
    browser = at_work(clinician)

    assert "Take the step" not in page_of(browser, "rehab:progress", case)
    for door, more in (
        ("take", [offer.pk]),
        ("decline", [offer.pk]),
        ("limit", []),
        ("score", ["PSFS"]),
        ("running", []),
    ):
        assert browser.post(reverse(f"rehab:{door}", args=[case.pk, *more]), papers(case)).status_code == 403, door
