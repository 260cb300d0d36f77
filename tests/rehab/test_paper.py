"""The plan as a handout: what a runner needs is on it, can be read aloud, and is not there while it is unsafe."""

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from clinic.models import Patient
from rehab import actions
from rehab.figures import figure
from rehab.history import plan_in_force
from rehab.knowledge import rehab_knowledge
from rehab.models import LevelStep, PlanItem
from rehab.paper import handout, handout_data
from rehab.paper.days import days_of
from rehab.paper.signs import emergency_signs, same_day_signs
from tests.paper import read
from tests.rehab.conftest import SHUT, a_signature, an_item
from tests.timing import pace, papers

pytestmark = pytest.mark.django_db
MINE = "/me/plan.pdf"
MOST_MS = 300
FRESH = """
import json, sys, time
import config.wsgi
read = [name for name in sys.modules if name.startswith(("clinic.views", "triage.views", "rehab.views"))]
data = json.load(sys.stdin)
began = time.process_time()
from clinic.paper import pdf
from rehab.figures import figure
from rehab.paper import HANDOUT
for drawn in data.pop("drawn"):
    figure(*drawn)
pdf(HANDOUT, data, "Plan", "es")
print(json.dumps({"read": read, "took": (time.process_time() - began) * 1000}))
"""


@pytest.fixture
def in_force(rules_draft, clinician):
    """The plan of the rules, signed."""
    return actions.sign_plan(plan=rules_draft, version=rules_draft.case.version, by=clinician, at=timezone.now())


@pytest.fixture
def paper(in_force, runner, at_work):
    """A function that returns what the runner's handout says."""
    return lambda: read(at_work(runner).get(MINE).content)


def speaks(person, language):
    """Let a person choose a language."""
    person.language = language
    person.save(update_fields=["language"])


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_reads_aloud_in_the_runners_language(in_force, paper, runner, language):
    speaks(runner, language)
    said = paper()

    assert (said.is_accessible, said.language) == (True, language)
    assert said.title == said.headings[0][1]
    names = [getattr(rehab_knowledge().exercises[i.exercise_id].name, language) for i in in_force.items.all()]
    assert [name for name in names if ("H3", name) not in {(tag, w.split(". ")[-1]) for tag, w in said.headings}] == []
    drawn = {figure(i.exercise_id, i.start_level, i.side if i.side == "left" else "right", language).text
             for i in in_force.items.all()}  # fmt: skip
    assert set(said.alternatives) == drawn
    assert len(said.header_cells) == 3
    assert [tag for tag, _ in said.headings].count("H1") == 1


def test_every_page_says_when_to_stop_and_whom_to_call(paper, clinic):
    pages = paper().pages

    assert len(pages) >= 2
    for page in pages:
        assert f"Call {clinic.emergency_number} now if" in page and clinic.phone in page
        assert [words for words in emergency_signs() + same_day_signs() if words not in page] == []


def test_what_to_stop_for_is_read_aloud_too(paper, clinic):
    said = paper().tagged

    assert [words for words in emergency_signs() + same_day_signs() if words not in said] == []
    assert clinic.phone in said and clinic.emergency_number in said


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_signs_are_those_of_the_runners_pages(clinic, language):
    with translation.override(language):
        page = unescape(render_to_string("clinic/_emergency.html", {"clinic": clinic, "quiet": True}))
        assert re.findall(r"<li>(.*?)</li>", page) == emergency_signs() + same_day_signs()


def test_the_dose_and_the_cues_stand_beside_the_figure(in_force, paper):
    said = " ".join(paper().tagged.split())

    assert "2 sets of 8 repetitions each side" in said
    for item in in_force.items.all():
        exercise = rehab_knowledge().exercises[item.exercise_id]
        assert exercise.cues.en in said and exercise.faults.en in said


def test_the_dose_is_the_one_asked_for_now(in_force, paper, clinician):
    item = in_force.items.get(exercise_id="SUPERMAN")
    told = {"rule": "RG-A", "knowledge_version": "test", "knowledge_sha256": "0" * 64, "stepped_by": clinician}
    rests = timezone.now() + timedelta(days=2)
    LevelStep.objects.create(
        item=item, level=item.start_level, dose_percent=50, rest_until=rests, stepped_at=timezone.now(), **told
    )
    said = " ".join(paper().tagged.split())

    assert "2 sets of 4 repetitions each side" in said
    assert "it rests until then" in said


def test_each_days_session_has_a_page_of_its_own(in_force, paper):
    days = days_of(list(plan_in_force(in_force.case).items.all()))
    pages = paper().pages

    assert len(pages) == 1 + len(days)
    for day, page in zip(days, pages[1:], strict=True):
        assert page.startswith(day.name)


def a_day(number, times):
    """An item that is asked for so often, before any step."""
    return SimpleNamespace(pk=number, newest=[], start_level=1, times_a_week=times)


@pytest.mark.parametrize(
    ("times", "days"),
    [
        ((3, 3), {"3 days a week": 2}),
        ((7,), {"Every day": 1}),
        ((7, 3), {"3 days a week": 2, "All other days": 1}),
        ((5, 2, None), {"2 days a week": 3, "3 more days a week": 2}),
        ((1, 2), {"1 day a week": 2, "1 more day a week": 1}),
        ((None,), {"As agreed with your clinician": 1}),
        ((), {}),
    ],
)
def test_whoever_follows_the_pages_does_each_exercise_as_often_as_it_is_asked_for(times, days):
    found = days_of([a_day(n, t) for n, t in enumerate(times)])

    assert {day.name: len(day.items) for day in found} == days


@pytest.mark.parametrize("way", SHUT)
def test_behind_a_shut_gate_there_is_no_plan_on_paper(in_force, clinician, runner, at_work, way):
    SHUT[way](in_force.case, clinician)

    mine = at_work(runner).get(MINE)
    ours = at_work(clinician).get(reverse("rehab:plan_handout", args=[in_force.case.pk]))
    assert (mine.status_code, mine["Location"]) == (302, "/me/plan/")
    assert (ours.status_code, ours["Location"]) == (302, reverse("rehab:plan", args=[in_force.case.pk]))


def test_a_draft_is_not_on_paper(rules_draft, runner, clinician, at_work):
    assert at_work(runner).get(MINE).status_code == 302
    assert at_work(clinician).get(reverse("rehab:plan_handout", args=[rules_draft.case.pk])).status_code == 302


def test_the_clinics_copy_speaks_as_the_runner_does(in_force, runner, clinician, at_work):
    speaks(runner, "es")
    answer = at_work(clinician).get(reverse("rehab:plan_handout", args=[in_force.case.pk]))

    assert read(answer.content).language == "es"
    assert answer["Content-Disposition"] == 'inline; filename="exercise-plan.pdf"'
    assert "no-store" in answer["Cache-Control"]


def test_a_runner_without_a_sign_in_gets_a_handout_too(in_force, clinician, at_work):
    Patient.objects.filter(pk=in_force.case.patient_id).update(person=None)
    answer = at_work(clinician).get(reverse("rehab:plan_handout", args=[in_force.case.pk]))

    assert read(answer.content).language == "en"


@pytest.mark.parametrize("name", ["#set text(red)", "*bold*", "@label", "= Head", "<a>", "$x^2$"])
def test_names_and_notes_are_never_markup(rules_draft, clinician, runner, at_work, name):
    Patient.objects.filter(pk=rules_draft.case.patient_id).update(given_name=name)
    PlanItem.objects.filter(plan=rules_draft).update(note=f"Note {name}")
    actions.sign_plan(plan=rules_draft, version=rules_draft.case.version, by=clinician, at=timezone.now())
    said = read(at_work(runner).get(MINE).content)

    assert name in said.pages[0] and f"Note {name}" in said.pages[1]


def test_the_limits_stand_on_the_first_page(in_force, paper, clinician):
    a_signature(an_item(in_force.case, clinician, "U", row="RF-CECS"), clinician, "may_load")

    assert "walk" in paper().pages[0]


def test_both_pages_offer_it(in_force, runner, clinician, at_work):
    case = in_force.case
    assert MINE in at_work(runner).get("/me/plan/").content.decode()
    signed = at_work(clinician).get(reverse("rehab:signed", args=[case.pk])).content.decode()
    assert reverse("rehab:plan_handout", args=[case.pk]) in signed


@pytest.mark.timing
def test_it_is_made_in_time(in_force):
    plan = plan_in_force(in_force.case)
    took, _ = papers(lambda: handout(in_force.case, plan, [], timezone.now()))
    assert min(took) < MOST_MS, took


def fresh_server(data):
    """Return what a server just started has read, and what its first paper cost in processor milliseconds."""
    told = os.environ | {"CLINIC_DEBUG": "yes", "DJANGO_SETTINGS_MODULE": "config.settings"}
    started = subprocess.run(
        [sys.executable, "-c", FRESH], input=json.dumps(data), capture_output=True, text=True, env=told, check=True
    )
    return json.loads(started.stdout)


@pytest.mark.timing
def test_the_first_paper_of_a_process_is_made_in_time_too(in_force):
    plan = plan_in_force(in_force.case)
    data = handout_data(in_force.case, plan, [], timezone.now(), "es")
    drawn = [(i.exercise_id, i.start_level, "left" if i.side == "left" else "right", "es") for i in plan.items.all()]
    found = [fresh_server(data | {"drawn": drawn}) for _ in range(3)]

    assert "rehab.views.paper" in found[0]["read"]  # a server reads its views before it answers anybody
    assert min(one["took"] for one in found) / pace() < MOST_MS, found


def test_its_questions_do_not_grow_with_the_plan(in_force, runner, at_work):
    browser = at_work(runner)
    browser.get(MINE)
    with CaptureQueriesContext(connection) as queries:
        browser.get(MINE)

    assert len(queries) <= 14, [query["sql"] for query in queries]
