"""The progress report says how a case goes, in the language of the doctor who reads it, and can be read aloud."""

import json
import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from clinic.language import spoken_to
from rehab.knowledge import rehab_knowledge
from rehab.models import MorningLog, OutcomeScore, RunStage
from rehab.pages.pictures import short
from rehab.paper.report import report, report_data
from tests.course import JUDGED, a_session
from tests.factories import a_task
from tests.paper import read
from tests.rehab.conftest import SHUT
from tests.timing import papers
from triage.knowledge import triage_knowledge
from triage.models import Examination, Finding

pytestmark = pytest.mark.django_db
MOST_MS, MOST_QUERIES = 300, 34
MARKUP = ("#eval(1)", "*bold*", "$x$", "<b>", '"quoted"', "@label")
TITLES = {"en": "Progress report", "es": "Informe de evolución"}


@pytest.fixture
def going(signed_plan, clinician):
    """A case with sessions, mornings, a measure scored twice, tests done twice, a stage and an alert."""
    case, now = signed_plan.case, timezone.now()
    log_sessions(case, clinician, 4)
    measured(case, clinician, days_ago=15, value=11)
    measured(case, clinician, days_ago=1, value=19)
    for days, value in ((14, 3), (1, 6)):
        told = {"day": timezone.localdate() - timedelta(days=days), "scored_at": now, "scored_by": clinician}
        OutcomeScore.objects.create(case=case, measure="PSFS", parts={}, value=value, **told)
    RunStage.objects.create(case=case, stage=2, stepped_at=now - timedelta(days=20), stepped_by=clinician, **JUDGED)
    a_task(case, clinician, "two_amber")
    return case


def log_sessions(case, by, many):
    """Log sessions and runs of the last days, with a morning after each; the newest is worse."""
    item = case.plans.get().items.first()
    for days in range(1, many + 1):
        a_session(case, by, days_ago=days, item=item)
        day = timezone.localdate() - timedelta(days=days - 1)
        pain = 2 if days == 1 else 1
        MorningLog.objects.create(case=case, day=day, pain=pain, logged_at=timezone.now(), logged_by=by)
    a_session(case, by, days_ago=2, run={"stage": 2, "run_minutes": 8, "km": 2.5})


def measured(case, by, days_ago, value):
    """Count heel raises on both sides."""
    seen = Examination.objects.create(case=case, at=timezone.now() - timedelta(days=days_ago), by=by)
    for side, count in (("left", value), ("right", 24)):
        Finding.objects.create(examination=seen, code="SS_RAISES", side=side, value=count, unit="reps")


@pytest.fixture
def paper(at_work, clinician):
    """A function that returns what the report of a case says in a language."""
    browser = at_work(clinician)
    return lambda case, language="en": read(
        browser.get(reverse("rehab:report", args=[case.pk]), {"language": language}).content
    )


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_reads_aloud_with_its_tables_and_pictures(going, paper, language):
    said = paper(going, language)

    assert (said.is_accessible, said.language, said.title) == (True, language, TITLES[language])
    assert said.headings[0] == ("H1", TITLES[language])
    assert len(said.alternatives) == 10 and all(len(words) > 20 for words in said.alternatives)
    heads = {"en": ("Dose", "Reference", "Newest", "Day"), "es": ("Dosis", "Referencia", "Última", "Día")}
    assert [word for word in heads[language] if word not in said.header_cells] == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_says_what_it_is_what_was_done_and_what_comes_next(going, paper, language):
    said = paper(going, language).tagged
    known, course = triage_knowledge(), rehab_knowledge()
    cause = next(cause.name for cause in known.causes.causes if cause.code == "SOLEUS")
    stage = next(stage.text for stage in course.running.stages if stage.number == 2)
    texts = (cause, stage, known.tests["SS_RAISES"].name, course.measures["PSFS"].name)
    texts += (course.exercises["BIRD_DOG"].name, course.progress.alerts["two_amber"].text)

    assert [text for text in texts if getattr(text, language) not in said] == []
    words = {"en": ("AMBER", "improved", "11 reps", "19 reps", "2.5 km"), "es": ("ÁMBAR", "mejoría", "2,5 km")}
    assert [word for word in words[language] if word not in said] == []


@pytest.mark.parametrize(("language", "words"), [("en", "1.55 miles"), ("es", "1,55 millas")])
def test_who_reckons_in_miles_finds_no_kilometre_in_it(language, words, going, clinician):
    type(clinician).objects.filter(pk=clinician.pk).update(units="imperial")
    clinician.refresh_from_db()
    with translation.override(language), spoken_to(clinician):
        told = json.dumps(report_data(going, clinician, timezone.now()), ensure_ascii=False, default=str)

    assert words in told and not re.search(r"\bkm\b", told)


@pytest.mark.parametrize(("language", "words"), [("en", "3 Nov"), ("es", "3 nov")])
def test_an_axis_writes_a_month_as_its_language_does(language, words):
    with translation.override(language):
        assert short(date(2026, 11, 3)) == words


@pytest.mark.parametrize("way", ["a same-day item is open", "an emergency is open"])
def test_behind_a_shut_gate_it_says_what_rests_and_suggests_nothing(going, clinician, paper, way):
    assert "The plan rests" not in paper(going).tagged
    SHUT[way](going, clinician)
    said = paper(going)

    assert "The plan rests: Deep vein thrombosis" in said.tagged
    after = said.tagged.split("What the rules suggest next")[1]
    assert after.split("Running")[0].strip() == "Nothing recorded."


def test_a_case_without_anything_has_a_report_too(case, paper):
    said = paper(case)
    assert "No plan is signed." in said.tagged and "none recorded" in said.tagged and said.is_accessible


@pytest.mark.parametrize("name", MARKUP)
def test_names_and_tasks_are_never_markup(going, clinician, paper, name):
    going.patient.surname = name
    going.patient.save()
    a_task(going, clinician, "by_hand", text=f"Call {name}")

    said = paper(going)
    assert said.tagged.count(name) == 2 and said.is_accessible


def test_the_pages_of_the_course_offer_it(going, at_work, clinician):
    browser, address = at_work(clinician), reverse("rehab:report", args=[going.pk])
    page = browser.get(reverse("rehab:progress", args=[going.pk])).content.decode()

    assert [f"{address}?language={code}" in page for code, _ in settings.LANGUAGES] == [True, True]
    assert address in browser.get(reverse("clinic:case", args=[going.pk])).content.decode()


def test_its_name_names_nobody_and_it_is_kept_by_nobody(going, at_work, clinician):
    answer = at_work(clinician).get(reverse("rehab:report", args=[going.pk]))
    assert answer["Content-Disposition"] == 'inline; filename="progress-report.pdf"'
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.timing
def test_it_is_made_in_time_and_its_questions_do_not_grow(going, clinician):
    took, counts = papers(
        lambda: report(going, clinician, timezone.now(), "es"),
        between=lambda: measured(going, clinician, days_ago=0, value=20),
    )

    assert min(took) < MOST_MS, took
    assert counts[0] == counts[-1] <= MOST_QUERIES, counts
