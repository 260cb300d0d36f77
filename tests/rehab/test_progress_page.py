"""The runner's own progress: pictures with words, the ladder, what was reached; bounded, and kind to rest."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from clinic.language import said_reason, spoken_to
from rehab.followed import scores_of
from rehab.growing import too_long, weeks_run
from rehab.history import course_of
from rehab.knowledge import rehab_knowledge
from rehab.models import LevelStep, OutcomeScore, RunStage
from rehab.pages.milestones import TO_THE_RUNNER, milestones_of
from rehab.rules.running_growth import KM, UNITS
from rehab.rules.wording import as_told, told
from tests.course import JUDGED, a_session
from tests.rehab.conftest import an_item

pytestmark = pytest.mark.django_db
MINE = "/me/progress/"
QUESTIONS = {"runner": 45, "clinician": 50}  # measured 40 and 48


def page_of(browser, address=MINE):
    """Return a page as text."""
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def a_stage(case, by, stage, days_ago, passed=False):
    """Put the runner on a stage some days ago."""
    at = timezone.now() - timedelta(days=days_ago)
    told = {**JUDGED, "rule": "up"}
    return RunStage.objects.create(case=case, stage=stage, passed=passed, stepped_at=at, stepped_by=by, **told)


def reached(case):
    """Return {milestone: its day, or None}."""
    return {
        one.words: one.day for one in milestones_of(course_of(case, timezone.now()), scores_of(case), TO_THE_RUNNER)
    }


@pytest.fixture
def on_the_way(signed_plan, runner):
    """A runner with sessions and runs of three weeks, who has passed the ladder."""
    case, item = signed_plan.case, signed_plan.items.get()
    case.patient.person = runner
    case.patient.save()
    a_stage(case, runner, 1, 21)
    a_stage(case, runner, 8, 15, passed=True)
    for days in (20, 13, 6):
        a_session(case, runner, days_ago=days, item=item)
    for days in (18, 11, 4):
        a_session(case, runner, days_ago=days, run={"stage": None, "run_minutes": 30, "walk_minutes": 0, "km": 5})
    return case


def test_day_one_says_that_it_begins_and_shows_no_empty_frame(signed_plan, runner, at_work):
    page = page_of(at_work(runner))

    assert "It begins with your first session" in page
    assert "After your first session you see here how the pain goes." in page
    assert "Before your first run, this is missing" in page and "Log your mornings." in page


def test_each_picture_has_its_words_and_its_numbers(on_the_way, runner, at_work):
    page = page_of(at_work(runner))

    for title in ("Pain", "Done of what was planned", "Effort", "Minutes of running a week", "Distance a week, km"):
        assert f"<figcaption>{title}</figcaption>" in page
    assert "Every session stayed within your limit of 2" in page and "This week: " in page
    assert page.count('<svg class="chart-svg"') <= page.count("The numbers") + 1
    assert "It begins with your first session" not in page


def test_distance_is_in_the_runners_own_units(on_the_way, runner, at_work):
    runner.units = "imperial"
    runner.save()
    page = page_of(at_work(runner))

    assert "Distance a week, miles" in page and "<td>3.11</td>" in page


def test_in_spanish_nothing_is_left_in_english(on_the_way, runner, at_work):
    runner.language = "es"
    runner.save()
    page = page_of(at_work(runner))

    assert "Todas las sesiones quedaron dentro de tu límite" in page and "Lo que has conseguido" in page
    assert "The ladder back" not in page and "of at most" not in page


def test_a_stopped_plan_says_stop_first_and_asks_for_no_run(on_the_way, clinician, runner, at_work):
    RunStage.objects.filter(case=on_the_way)
    an_item(on_the_way, clinician, "D")
    page = page_of(at_work(runner))

    assert "my-stop" in page
    assert "What comes next" not in page and "Before your first run" not in page


def test_a_closed_case_stays_to_be_seen(on_the_way, clinician, runner, at_work):
    on_the_way.closed_at, on_the_way.closed_by, on_the_way.closed_because = timezone.now(), clinician, "Runs again"
    on_the_way.outcome = "running"
    on_the_way.save()

    assert "Your treatment has ended. This is how it went." in page_of(at_work(runner))


def test_milestones_come_from_the_logs_and_a_rest_takes_none_away(on_the_way, runner):
    today = timezone.localdate()
    found = reached(on_the_way)
    assert found["Your first session"] == today - timedelta(days=20)
    assert found["Two weeks of logs"] == today - timedelta(days=6)
    assert found["Your first run"] == today - timedelta(days=18)
    assert found["Half an hour of running without a break"] == today - timedelta(days=15)
    assert found["Your pain is half of what it was"] is None


def test_half_the_pain_and_a_level_are_reached_once(on_the_way, runner):
    today, item = timezone.localdate(), on_the_way.plans.get().items.get()
    for days, value in ((9, 6), (5, 4), (2, 3), (1, 5)):
        OutcomeScore.objects.create(
            case=on_the_way, measure="NPRS", value=value, day=today - timedelta(days=days),
            scored_at=timezone.now(), scored_by=runner,
        )  # fmt: skip
    LevelStep.objects.create(
        item=item, level=3, rule="PR-A", knowledge_version="x", knowledge_sha256="0" * 64,
        stepped_at=timezone.now(), stepped_by=runner,
    )  # fmt: skip
    found = reached(on_the_way)

    assert found["Your pain is half of what it was"] == today - timedelta(days=2)
    assert found["Bird dog: level 3"] == today


def test_a_past_week_is_held_against_what_it_could_hold_as_it_began(on_the_way):
    weeks = weeks_run(course_of(on_the_way, timezone.now()))

    assert weeks[-1].monday == timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    assert sum(week.minutes for week in weeks) == 90
    assert weeks[0].allowed is None or weeks[0].allowed.rule == "by_ladder"
    assert weeks[-1].allowed.week_max > 0


def test_a_run_longer_than_its_cap_is_told_to_both(on_the_way, clinician, runner, at_work):
    long = a_session(
        on_the_way, runner, days_ago=1, run={"stage": None, "run_minutes": 60, "walk_minutes": 0, "km": 10}
    )
    course = course_of(on_the_way, timezone.now())
    assert list(too_long(course)) == [str(long.pk)]

    said = "had 10 km; at most 5.5 km was allowed"
    assert said in page_of(at_work(runner), reverse("rehab:my_logged", args=[long.pk])).lower()
    assert said in page_of(at_work(clinician), reverse("rehab:progress", args=[on_the_way.pk])).lower()


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "had 6.21 miles; at most 3.42 miles was allowed"), ("es", "tuvo 6,21 millas; se permitía 3,42 millas")],
)
def test_who_reckons_in_miles_reads_the_rules_in_miles(language, said, on_the_way, runner, at_work):
    long = a_session(
        on_the_way, runner, days_ago=1, run={"stage": None, "run_minutes": 60, "walk_minutes": 0, "km": 10}
    )
    type(runner).objects.filter(pk=runner.pk).update(units="imperial", language=language)
    for address in (reverse("rehab:my_logged", args=[long.pk]), MINE, reverse("rehab:my_today")):
        page = page_of(at_work(runner), address).lower()
        assert not re.search(r"\d km\b", page), address
    page = page_of(at_work(runner), reverse("rehab:my_logged", args=[long.pk])).lower()
    assert said in page


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_sentence_of_the_growth_rules_says_kilometres_to_who_reckons_in_miles(language, runner):
    known, amounts = rehab_knowledge(), {"amount": 5.63, "cap": 5.6, "days": 30, "percent": 110}
    with_unit = [code for code, text in known.reasons.items() if "{unit" in text.en]
    said = [told(known.reasons, code, (), unit=UNITS[KM], **amounts) for code in with_unit]
    rules = [as_told(rule.code, rule.text, ()) for rule in known.running.growth.values()]
    runner.units = "imperial"
    with translation.override(language), spoken_to(runner):
        words = {one.code: said_reason(one) for one in [*said, *rules]}

    assert len(with_unit) >= 5 and [code for code, text in words.items() if re.search(r"\bkm\b", text)] == []
    three_fifty, cap = ("3.5", "3.48") if language == "en" else ("3,5", "3,48")
    assert three_fifty in words["run_over_cap"] and cap in words["run_over_cap"]  # longer than its cap, and so it reads


def test_who_passed_the_ladder_reads_on_todays_page_what_the_week_may_hold(on_the_way, runner, at_work):
    assert "This week: " in page_of(at_work(runner), reverse("rehab:my_today"))


@pytest.mark.parametrize("who", ["runner", "clinician"])
def test_a_long_story_asks_no_more_than_a_short_one(who, on_the_way, clinician, runner, at_work):
    browser = at_work(runner if who == "runner" else clinician)
    address = MINE if who == "runner" else reverse("rehab:progress", args=[on_the_way.pk])
    counts = []
    for _ in range(2):
        page_of(browser, address)
        with CaptureQueriesContext(connection) as asked:
            page_of(browser, address)
        counts.append(len(asked.captured_queries))
        item = on_the_way.plans.get().items.get()
        for days in range(1, 30):
            a_session(on_the_way, runner, days_ago=days, item=item)
            a_session(on_the_way, runner, days_ago=days, run={"stage": 8, "run_minutes": 30, "walk_minutes": 0})

    assert counts[0] == counts[1] <= QUESTIONS[who]


@pytest.mark.parametrize("entry", rehab_knowledge().running.entry, ids=lambda entry: entry.code)
def test_what_is_missing_is_told_to_the_runner_with_the_same_figures(entry):
    def figures(words):
        return set(re.findall(r"\d+(?:[.,]\d+)?", words))

    assert figures(entry.runner.en) == figures(entry.text.en)
    assert figures(entry.runner.es) == figures(entry.text.es)
    assert entry.runner.en != entry.text.en
