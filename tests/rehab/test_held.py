"""A runner gets everything held about them: every table that leads to them, nothing of others, nothing that opens."""

import json

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from clinic.models import CaseEvent, Draft, Patient, Person
from clinic.portability import LEFT_OUT, SECRET, as_json, exported_tables, linked_tables
from rehab.mine.held import contents, held_words
from rehab.paper.held import held
from tests.paper import read
from tests.timing import papers
from tests.world import a_browser

pytestmark = pytest.mark.django_db
BESIDES = 4  # questions besides one for each table: the clinics, the staff
MOST_MS = 300


def reached_from(goal):
    """Return every table that points at this one, or at one that does: the other way round than the product looks."""
    found, left = {goal}, [goal]
    while left:
        for relation in left.pop()._meta.get_fields(include_hidden=True):
            pointing = relation.auto_created and not relation.concrete and relation.related_model
            many = pointing and relation.many_to_many
            if pointing and not many and pointing not in found:
                found.add(pointing)
                left.append(pointing)
    return {model._meta.label for model in found}


def file_of(patient):
    """Return the JSON file of a runner, read back."""
    return json.loads("".join(as_json(patient, timezone.now())))


def test_every_table_that_leads_to_a_runner_is_handed_out_or_left_out_for_a_reason():
    handed_out = {table.label for table in exported_tables()}

    assert reached_from(Patient) <= handed_out
    assert reached_from(Person) <= handed_out | set(LEFT_OUT)
    assert handed_out.isdisjoint(LEFT_OUT) and all(len(reason) > 10 for reason in LEFT_OUT.values())
    assert set(LEFT_OUT) <= {model._meta.label for model in apps.get_models(include_auto_created=True)}


def test_no_table_about_a_runner_is_left_out():
    assert [table.label for table in linked_tables() if table.label in LEFT_OUT and not table.of_person] == []


@pytest.mark.parametrize("name", ["password", "token_hash", "refresh_token", "shared_secret", "passkey_data"])
def test_a_new_column_that_opens_something_stays_here(name):
    assert SECRET.search(name)


def test_each_table_holds_the_runners_own_rows_and_nobody_elses(world):
    tables = file_of(world.case.patient)["tables"]
    held_rows = {label: len(rows) for label, rows in tables.items()}

    filled = ("clinic.Patient", "clinic.Person", "clinic.Case", "clinic.Task", "clinic.CalendarFeed")
    filled += ("triage.ScreeningAnswer", "triage.SignOff", "triage.Finding", "rehab.PlanItem", "rehab.LevelStep")
    filled += ("rehab.ExerciseLog", "rehab.RunLog", "rehab.Verdict", "rehab.TreatmentRecord", "rehab.OutcomeScore")
    assert [label for label in filled if not held_rows[label]] == []
    assert held_rows["clinic.CaseEvent"] == CaseEvent.objects.filter(case=world.case).count()
    whole = json.dumps(tables)
    theirs = file_of(world.theirs.patient)["tables"]
    strangers = {row["id"] for rows in theirs.values() for row in rows if "id" in row}
    assert len(strangers) > 50 and [one for one in strangers if one in whole] == []


def test_it_holds_nothing_that_opens_and_no_address_of_others(world):
    whole = json.dumps(file_of(world.case.patient)["tables"])
    person, feed = world.case.patient.person, world.case.patient.calendar_feeds.get()

    assert person.password not in whole and feed.token_hash not in whole and "password" not in whole
    others = Person.objects.exclude(pk=person.pk).values_list("email", flat=True)
    assert [email for email in others if email in whole] == []
    assert world.people["clinician"].name in whole and '"role": "clinician"' in whole


def test_what_a_clinician_began_to_type_stays_theirs(world):
    case, now = world.case, timezone.now()
    for person, words in ((world.people["clinician"], "half a thought"), (case.patient.person, "my own words")):
        Draft.objects.create(person=person, case=case, form="note-kept", fields={"text": words}, updated_at=now)
    whole = json.dumps(file_of(case.patient)["tables"])

    assert "my own words" in whole and "half a thought" not in whole


def test_names_are_stable_and_times_are_iso(world):
    found = file_of(world.case.patient)
    patient, case = found["tables"]["clinic.Patient"][0], found["tables"]["clinic.Case"][0]

    assert (found["format"], found["version"], found["left_out"]) == ("stridewell-runner", 1, LEFT_OUT)
    assert patient["birth_date"] == "1991-05-17" and patient["person"]["role"] == "runner"
    assert timezone.datetime.fromisoformat(case["opened_at"]) == world.case.opened_at
    assert case["opened_by"] == {"name": world.people["clinician"].name, "role": "clinician"}


def test_it_asks_once_for_each_table_however_much_there_is(world):
    patient, counts = world.case.patient, []
    for first in (10_000, 20_000):
        with CaptureQueriesContext(connection) as queries:
            file_of(patient)
        counts.append(len(queries))
        CaseEvent.objects.bulk_create(
            CaseEvent(case=world.case, version=first + n, at=timezone.now(), by=patient.person, kind="note", text="x")
            for n in range(700)
        )

    assert counts[0] == counts[1] <= len(exported_tables()) + BESIDES, counts


def test_the_file_is_sent_piece_by_piece_and_kept_by_nobody(world):
    answer = a_browser(world, "runner").get("/me/data.json")

    assert answer.streaming and answer["Content-Type"] == "application/json"
    assert json.loads(answer.getvalue())["tables"]["clinic.Patient"][0]["id"] == str(world.case.patient_id)
    assert "no-store" in answer["Cache-Control"] and world.case.patient.surname not in answer["Content-Disposition"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_on_paper_it_speaks_in_words_with_units(world, language):
    person = world.people["runner"]
    person.language = language
    person.save()
    paper = read(a_browser(world, "runner").get("/me/data.pdf").content)
    titles = {getattr(text, language) for text in held_words().tables.values()}

    assert (paper.is_accessible, paper.language) == (True, language)
    assert len(titles & {words for _, words in paper.headings}) > 15
    for words in {"en": ("female", "30 min", "pain during 1/10"), "es": ("mujer", "30 min", "dolor durante 1/10")}[
        language
    ]:
        assert words in paper.tagged
    others = Person.objects.exclude(pk=person.pk).values_list("email", flat=True)
    assert "not_assessed" not in paper.tagged and [email for email in others if email in paper.tagged] == []


@pytest.mark.parametrize("name", ["#eval(1)", "*bold*", "$x$", "<b>", '"quoted"'])
def test_what_a_runner_wrote_is_never_markup(world, name):
    patient = world.case.patient
    patient.surname = name
    patient.save()
    assert name in read(held(patient, timezone.now())).tagged


def test_what_somebody_wrote_stands_on_paper_as_it_was_written(world):
    person = world.case.patient.person
    person.email, person.language = "anna_maria@example.org", "en"
    person.save()
    Patient.objects.filter(pk=world.case.patient_id).update(allergies="none", medicines="see my_list at home")

    paper = read(held(Patient.objects.get(pk=world.case.patient_id), timezone.now())).tagged

    for written in ("anna_maria@example.org", "allergies none", "see my_list at home"):
        assert written in paper.lower()


def test_every_table_and_column_has_its_words():
    words, tables = held_words(), exported_tables()

    assert {table.label for table in tables} - set(words.tables) == set()
    assert {field.name for table in tables for field in table.fields} - set(words.fields) - words.hidden == set()


def test_every_table_stands_under_one_heading():
    grouped = [label for _, tables in held_words().groups for label in tables]

    assert sorted(grouped) == sorted(table.label for table in exported_tables())
    assert sum(len(tables) for _, tables in contents()) == len(grouped)


def test_the_page_says_what_is_in_it_and_the_settings_lead_there(world):
    browser = a_browser(world, "runner")
    page = browser.get("/me/data/").content.decode()

    with translation.override("en"):
        for title, tables in contents():
            assert f"<h3>{title}</h3>" in page and all(f"<li>{one}</li>" in page for one in tables)
    assert reverse("rehab:my_data") in browser.get("/preferences/").content.decode()


@pytest.mark.timing
def test_the_paper_is_made_in_time(world):
    took, _ = papers(lambda: held(world.case.patient, timezone.now()))
    assert min(took) < MOST_MS, took
