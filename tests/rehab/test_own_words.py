"""What a clinic says and shows of an exercise: its own runners and people read it, nobody else reads or changes it."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from clinic.glass import break_glass
from clinic.models import AuditEvent, Membership, Person
from rehab.history import plan_in_force
from rehab.knowledge import rehab_knowledge
from rehab.models import Exercise, ExerciseMedia, Plan, PlanItem, Wording
from rehab.pages import shown_media
from rehab.paper import handout_data
from rehab.presentation import card
from tests import factories
from tests.test_doors import product_doors, where
from tests.world import a_browser, a_picture, as_read, came_in, tables

pytestmark = pytest.mark.django_db
OURS, THEIRS = "zqours", "zqtheirs"
CHANGE, BEGIN = "admin:rehab_wording_change", reverse("admin:rehab_wording_add")
TELLING = {
    "runner": {
        *("rehab:my_copy", "rehab:my_handout"),  # what a phone keeps, and the PDF
        *("rehab:my_plan", "rehab:my_today", "rehab:my_logged", "rehab:my_correction"),
    },
    "the clinic": {"clinic:case", "rehab:signed", "rehab:plan_print", "rehab:plan_preview", "rehab:progress"},
}
NO_PICTURE = {"media-TOTAL_FORMS": 0, "media-INITIAL_FORMS": 0}


def says(clinic, word):
    """Let a clinic say this word of every exercise, and show a picture of it."""
    for exercise in Exercise.objects.all():
        own, _ = Wording.objects.get_or_create(exercise=exercise, clinic=clinic)
        own.name, own.cues, own.faults = f"{word} {exercise.code}", f"{word}cue", f"{word}fault"
        own.save()
        ExerciseMedia.objects.create(wording=own, description=f"{word}picture", file=f"{word}.png")


@pytest.fixture
def worded(world):
    """The world, in which either clinic has words and pictures of its own for every exercise."""
    says(world.clinic, OURS)
    says(world.theirs.clinic, THEIRS)
    return world


@pytest.fixture
def neighbour(world):
    """The administrator of the clinic next door, and their browser."""
    person = factories.member(world.theirs.clinic, "administrator", is_staff=True, name="Qzx Foreign")
    return person, signed_in(person)


def signed_in(person):
    """Return the browser of somebody who came in just now."""
    browser = Client()
    browser.force_login(Person.objects.get(pk=person.pk))  # with the roles of now, which seal the session
    came_in(browser, person)
    return browser


def row_of(clinic):
    """Return what a clinic says of the bird dog."""
    return Wording.objects.get(exercise="BIRD_DOG", clinic=clinic)


def at(row):
    """Return where words are changed."""
    return reverse(CHANGE, args=[row.pk])


# --- Who reads it ------------------------------------------------------------------------------


def read(world, browser, case):
    """Return {door: what it answers} of everything that this browser is shown about a case."""
    there = type(world)(**{**vars(world), "case": case})
    found = {}
    for name, pattern in product_doors().items():
        answer = browser.get(where(there, name, pattern))
        if answer.status_code == 200:
            found[name] = answer.getvalue().decode(errors="replace")
    return found


@pytest.mark.parametrize("who", ["runner", "assistant", "clinician", "lead"])
def test_no_page_of_a_case_says_what_another_clinic_says(worded, who):
    shown = read(worded, a_browser(worded, who), worded.case)

    assert [name for name, body in shown.items() if THEIRS in body] == []
    telling = {name for name, body in shown.items() if OURS in body}
    assert telling >= TELLING["runner" if who == "runner" else "the clinic"]


def test_the_other_way_round_neither(worded):
    for person in (worded.people["stranger"], worded.theirs.patient.person):
        shown = read(worded, signed_in(person), worded.theirs)
        assert [name for name, body in shown.items() if OURS in body] == []
        assert [name for name, body in shown.items() if THEIRS in body], person


def test_the_session_the_offline_copy_and_the_paper_say_what_the_clinic_says(worded):
    case, now = worded.case, timezone.now()
    plan = plan_in_force(case)
    browser = a_browser(worded, "runner")
    told = [str(handout_data(case, plan, (), now, "en")), browser.get(reverse("rehab:my_plan")).content.decode()]

    assert all(f"{OURS}cue" in body and f"{OURS}fault" in body and THEIRS not in body for body in told)
    pictures = shown_media(plan)
    assert {picture.wording.clinic_id for picture in pictures} == {case.clinic_id}
    assert f"{OURS}picture" in told[1] and f"{OURS}picture" in str([card(i, None, pictures) for i in plan.items.all()])


def test_a_clinic_that_says_nothing_is_told_what_the_files_say(world):
    a_picture(world.theirs.clinic)
    item = PlanItem(exercise_id="BIRD_DOG", plan=Plan.objects.signed().get(case=world.case), position=1)
    Wording.objects.filter(clinic=world.clinic).update(name="", cues="", faults="")

    assert item.spoken == "Bird dog" and item.called == "Bird dog"
    assert "Reach long" in card(item).cues


def test_all_exercises_in_own_words_ask_the_database_as_much_as_one(world):
    item = PlanItem.objects.filter(plan__in=Plan.objects.signed().filter(case=world.case)).first()
    Wording.objects.create(exercise=item.exercise, clinic=world.clinic, name="Alone")
    asked = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert a_browser(world, "clinician").get(reverse("rehab:signed", args=[world.case.pk])).status_code == 200
            assert a_browser(world, "runner").get(reverse("rehab:my_plan")).status_code == 200
        asked.append(len(queries.captured_queries))
        says(world.clinic, OURS)

    assert asked[0] == asked[1]


def test_a_picture_is_sent_to_its_clinic_and_to_nobody_elses(world, neighbour):
    address = reverse("rehab:media", args=[world.picture.pk])
    own = reverse("rehab:media", args=[a_picture(world.theirs.clinic).pk])
    people = ("runner", "fellow", "administrator", "assistant", "clinician", "lead")

    assert {a_browser(world, who).get(address).status_code for who in people} == {200}
    assert {a_browser(world, who).get(own).status_code for who in people} == {404}
    for person in (world.theirs.patient.person, world.people["stranger"], neighbour[0]):
        assert (signed_in(person).get(address).status_code, signed_in(person).get(own).status_code) == (404, 200)


def test_who_broke_the_glass_sees_what_the_runner_is_shown(world):
    stranger, address = world.people["stranger"], reverse("rehab:media", args=[world.picture.pk])
    told = {"reason": "emergency", "words": "Collapsed at our race.", "from_clinic": world.theirs.clinic}
    break_glass(patient=world.case.patient, **told, by=stranger, at=timezone.now())

    assert signed_in(stranger).get(address).status_code == 200


# --- Who writes it -----------------------------------------------------------------------------


def test_the_administrator_of_one_clinic_neither_sees_nor_changes_what_another_says(world, neighbour):
    row, browser, before = world.picture.wording, neighbour[1], tables()
    said = {"name": "QZX", "cues": "hop with full weight", "faults": "", **NO_PICTURE}
    for name in ("change", "history", "delete"):
        address = reverse(f"admin:rehab_wording_{name}", args=[row.pk])
        assert browser.get(address).status_code in (403, 404)
        assert browser.post(address, said).status_code in (403, 404, 405)
    listed = browser.get(reverse("admin:rehab_wording_changelist")).content.decode()
    asked = {"app_label": "rehab", "model_name": "exercisemedia", "field_name": "wording", "term": ""}
    offered = browser.get(reverse("admin:autocomplete"), asked).content.decode()

    after = tables()
    assert [label for label in before if before[label] != after[label]] == []
    assert row.name not in listed and str(row.pk) not in listed + offered


def test_words_are_begun_for_ones_own_clinic_alone(world, neighbour):
    said = {"exercise": "DEAD_BUG", "clinic": world.clinic.pk, "name": "QZX", "cues": "", "faults": "", **NO_PICTURE}
    refused = neighbour[1].post(BEGIN, said)

    assert refused.status_code == 200 and "valid choice" in refused.content.decode()
    assert not Wording.objects.filter(exercise="DEAD_BUG").exists()


def test_a_picture_of_another_clinic_is_neither_changed_nor_deleted_from_ones_own_page(world, neighbour):
    own, browser, picture = a_picture(world.theirs.clinic).wording, neighbour[1], world.picture
    said = {"name": own.name, "cues": "", "faults": "", "media-TOTAL_FORMS": 1, "media-INITIAL_FORMS": 1}
    said |= {"media-0-id": picture.pk, "media-0-description": "QZX", "media-0-position": 1}
    for forged in ({}, {"media-0-wording": own.pk}, {"media-0-DELETE": "on"}):
        browser.post(at(own), said | forged | as_read(browser, at(own)))

    kept = ExerciseMedia.objects.get(pk=picture.pk)
    assert (kept.description, kept.wording_id) == (picture.description, picture.wording_id)


def test_a_change_stands_in_the_audit_of_its_clinic_and_names_nobody_elsewhere(world, neighbour):
    own, person = a_picture(world.theirs.clinic).wording, neighbour[0]
    Membership.objects.create(person=person, clinic=world.clinic, role="assistant")
    browser = signed_in(person)  # a new role ends the sessions
    said = {"name": "Said anew", "cues": "", "faults": "", **NO_PICTURE}
    assert browser.post(at(own), said | as_read(browser, at(own))).status_code == 302

    lines = AuditEvent.objects.filter(kind="admin", act="admin:wording")
    assert {line.chain_id for line in lines} == {world.theirs.clinic_id}
    ours = a_browser(world, "administrator")
    told = [
        ours.get(reverse(f"admin:rehab_wording_{name}", args=[world.picture.wording_id]))
        for name in ("change", "history")
    ]
    told.append(ours.get(reverse("admin:rehab_exercise_history", args=["BIRD_DOG"])))
    assert {answer.status_code for answer in told} == {200}
    assert not any(word in answer.content.decode() for answer in told for word in (person.name, person.email))
    theirs = browser.get(reverse("admin:rehab_wording_history", args=[own.pk])).content.decode()
    assert "Said anew" in theirs and person.name in theirs


def test_lines_from_when_the_words_were_everybodys_name_nobody_either(world, neighbour):
    """Before, whoever wrote words left a line at the exercise itself."""
    row = Exercise.objects.get(pk="BIRD_DOG")
    LogEntry.objects.log_actions(neighbour[0].pk, [row], 2, "changed", single_object=True)
    told = a_browser(world, "administrator").get(reverse("admin:rehab_exercise_history", args=[row.pk]))

    page = told.content.decode()
    assert told.status_code == 200 and neighbour[0].name not in page and neighbour[0].email not in page


def test_the_catalogue_itself_is_only_read_and_leads_to_the_words_of_ones_own_clinics(world):
    page, browser = reverse("admin:rehab_exercise_change", args=["BIRD_DOG"]), a_browser(world, "administrator")
    shown = browser.get(page).content.decode()

    assert "Reach long" in shown and at(world.picture.wording) in shown
    assert (
        world.theirs.clinic.name not in shown and 'name="' not in re.sub(r'name="csrf\w+"', "", shown).split("main")[1]
    )
    assert browser.post(page, {"name": "forged"}).status_code == 403


def test_who_looks_after_two_clinics_sees_whose_words_they_write(world):
    both = factories.member(world.clinic, "administrator", is_staff=True)
    Membership.objects.create(person=both, clinic=world.theirs.clinic, role="lead")
    theirs, browser = a_picture(world.theirs.clinic).wording, signed_in(both)
    ways = browser.get(reverse("admin:rehab_exercise_change", args=["DEAD_BUG"])).content.decode()
    names = (world.clinic.name, world.theirs.clinic.name)

    assert all(name in ways for name in names)
    for row in (world.picture.wording, theirs):
        page = browser.get(at(row)).content.decode()
        assert row.clinic.name in page and not any(name in page for name in names if name != row.clinic.name)
    begun = browser.get(BEGIN, {"exercise": "DEAD_BUG", "clinic": world.clinic.pk}).content.decode()
    cues = rehab_knowledge().exercises["DEAD_BUG"].cues.en
    assert f'value="{world.clinic.pk}" selected' in begun and escape(cues) in begun


def test_words_that_are_there_are_not_begun_once_more(world):
    said = {"exercise": "BIRD_DOG", "clinic": world.clinic.pk, "name": "Twice", "cues": "", "faults": "", **NO_PICTURE}
    refused = a_browser(world, "administrator").post(BEGIN, said)

    assert refused.status_code == 200 and "already exists" in refused.content.decode()
    assert row_of(world.clinic).name != "Twice"


# --- What the database refuses -----------------------------------------------------------------


@pytest.mark.parametrize(
    "write",
    [
        lambda w: Wording.objects.create(exercise_id="BIRD_DOG", clinic=w.clinic),
        lambda w: Wording.objects.create(exercise_id="DEAD_BUG", clinic=None),
        lambda w: ExerciseMedia.objects.create(wording=None, description="x", file="x.png"),
        lambda w: Wording.objects.filter(pk=w.picture.wording_id).update(clinic=w.theirs.clinic),
        lambda w: Wording.objects.filter(pk=w.picture.wording_id).update(exercise="DEAD_BUG"),
        lambda w: ExerciseMedia.objects.filter(pk=w.picture.pk).update(wording=row_of(w.theirs.clinic)),
        lambda w: Wording.objects.filter(pk=w.picture.wording_id)._raw_delete("default"),
        lambda w: Wording.history.filter(id=w.picture.wording_id).update(clinic_id=w.theirs.clinic_id),
    ],
    ids=["twice", "nobody's", "a picture of nobody", "given away", "of another", "a picture given", "gone", "past"],
)
def test_the_database_keeps_words_and_pictures_with_their_clinic(world, write):
    a_picture(world.theirs.clinic)
    with pytest.raises(DatabaseError), transaction.atomic():
        write(world)


def test_a_file_is_kept_when_its_row_is_deleted(world):
    """Two clinics may show one file: the one that both had when pictures became a clinic's own."""
    file = world.picture.file
    file.save("kept.png", ContentFile(b"\x89PNG"))
    ExerciseMedia.objects.filter(pk=world.picture.pk).get().delete()

    assert file.storage.exists(file.name)
