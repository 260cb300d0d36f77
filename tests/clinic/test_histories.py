"""What a row said before it was changed in place: kept with who, when and by which verb, and never changed again."""

import ast
import importlib

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from clinic import actions, triggers
from clinic.audit import Origin, coming_from
from clinic.changes import PAGE, changes, of_runner
from clinic.erasure import erase
from clinic.histories import change, histories
from clinic.models import AuditEvent, Case, Clinic, Membership, Patient, Person
from clinic.portability import exported_tables
from rehab.actions import sync_catalogue
from rehab.models import Exercise
from tests.test_guards import ROOT, product_files
from tests.world import a_browser

pytestmark = pytest.mark.django_db

# --- Every table has a history, or needs none ---------------------------------------------------

ADDED = "its rows are only added: a trigger refuses every change"
SEALED = "a trigger lets a row end or be answered once, and keeps all that it said"
FOLLOWS = "what moves is written on the timeline or judged anew, and what it stood on stays"
WITH_HISTORY = {"clinic.Clinic", "clinic.Person", "clinic.Membership", "clinic.Patient", "clinic.Case"}
WITH_HISTORY |= {"rehab.Exercise", "rehab.Wording"}
WITHOUT = {
    "clinic.Amendment": ADDED,
    "clinic.AuditChain": "the end of a chain, which only grows",
    "clinic.AuditEvent": ADDED,
    "clinic.BreakGlass": SEALED,
    "clinic.CalendarFeed": "it is made and taken back, each with its moment",
    "clinic.CaseEvent": ADDED,
    "clinic.Consent": SEALED,
    "clinic.Draft": "what is still being typed; saved it becomes a record",
    "clinic.Erasure": ADDED,
    "clinic.ErasureEnd": ADDED,
    "clinic.FailedWork": "work of the server, about keys",
    "clinic.Invitation": SEALED,
    "clinic.KnowledgeConfirmation": ADDED,
    "clinic.Task": SEALED,
    "clinic.Person_groups": "nobody is in a group: who may do what follows from the role",
    "clinic.Person_user_permissions": "nobody has a permission of their own: it follows from the role",
    "triage.Decision": ADDED,
    "triage.Diagnosis": ADDED,
    "triage.Examination": ADDED,
    "triage.Finding": SEALED,
    "triage.Notice": SEALED,
    "triage.RedFlagItem": SEALED,
    "triage.Screening": SEALED,
    "triage.ScreeningAnswer": SEALED,
    "triage.SignOff": ADDED,
    "rehab.ExerciseLog": ADDED,
    "rehab.ExerciseMedia": "a picture of one clinic; no record names one",
    "rehab.LevelStep": ADDED,
    "rehab.MorningLog": SEALED,
    "rehab.OutcomeScore": SEALED,
    "rehab.PainLimitSet": ADDED,
    "rehab.Plan": SEALED,
    "rehab.PlanItem": SEALED,
    "rehab.Reminder": "a mail that left or not; nobody edits it",
    "rehab.ReminderChoice": "the runner's own choice of an hour, which each change names in the audit",
    "rehab.RunLog": ADDED,
    "rehab.RunReadiness": ADDED,
    "rehab.RunStage": ADDED,
    "rehab.SafetyCheck": ADDED,
    "rehab.SessionLog": SEALED,
    "rehab.StepOffer": "an offer is accepted or declined once, with who and when",
    "rehab.TreatmentRecord": ADDED,
    "rehab.Verdict": ADDED,
    "rehab.WatchExport": "a file that waits for a day",
}


def our_tables():
    """Return every table of ours but the histories themselves."""
    pasts = set(histories().values())
    return {
        model._meta.label: model
        for app in ("clinic", "triage", "rehab")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if model not in pasts
    }


def test_every_table_has_a_history_or_a_reason_why_it_needs_none():
    assert {model._meta.label for model in histories()} == WITH_HISTORY
    assert set(our_tables()) == WITH_HISTORY | set(WITHOUT)
    assert not WITH_HISTORY & set(WITHOUT) and all(WITHOUT.values())


def test_what_is_said_to_be_held_by_a_trigger_is():
    events = {}
    for trigger in triggers.registered().values():
        events.setdefault(trigger.table, {})[trigger.event] = trigger.when
    for label, why in WITHOUT.items():
        table = our_tables()[label]._meta.db_table
        if why in (ADDED, SEALED):
            assert "UPDATE" in events.get(table, {}), label
        assert (why == ADDED) == (events.get(table, {}).get("UPDATE") == ""), label


def test_no_secret_is_kept():
    kept = {field.name for field in Person.history.model._meta.concrete_fields}
    assert not kept & {"password", "last_login", "session_secret"} and {"email", "name", "is_active"} <= kept


# --- What is kept ------------------------------------------------------------------------------


def test_the_story_keeps_what_it_said_who_changed_it_and_by_which_verb(case, clinician):
    told = {"case": case, "by": clinician, "at": timezone.now()}
    person = {"medicines": "ibuprofen", "allergies": "nuts"}
    with coming_from(Origin(request="a-request")):
        actions.save_intake(**told, version=case.version, story={"story": "It pulled."}, person_facts=person)
        case.refresh_from_db()
        actions.save_intake(
            **told, version=case.version, story={"story": "It tore."}, person_facts=person | {"medicines": "none"}
        )
    stories = list(Case.history.filter(id=case.pk).order_by("history_id").values_list("story", "history_change_reason"))
    assert stories[-2:] == [("It pulled.", "save_intake"), ("It tore.", "save_intake")]
    medicines = list(Patient.history.filter(id=case.patient_id).order_by("history_id"))
    assert [row.medicines for row in medicines][-2:] == ["ibuprofen", "none"]
    assert medicines[-1].history_user == clinician and medicines[-1].history_request == "a-request"
    line = AuditEvent.objects.filter(act="save_intake").latest("number")
    assert line.request == medicines[-1].history_request


def test_a_case_that_only_moves_on_keeps_no_row(case, clinician):
    before = Case.history.count()
    actions.note(case=case, version=case.version, text="called back", by=clinician, at=timezone.now())
    actions.touch_case(
        case, version=case.version, by=clinician, at=timezone.now(), kind="note", text="x", attention=4, next_step="y"
    )
    assert Case.history.count() == before


def test_signing_in_keeps_no_row(client, clinician):
    before = Person.history.count()
    client.force_login(clinician)
    assert Person.history.count() == before


def test_a_command_changes_by_nobody(case):
    sync_catalogue()
    change(Exercise.objects.filter(pk="BIRD_DOG"), name="Something else", is_offered=False)
    sync_catalogue()
    rows = list(Exercise.history.filter(code="BIRD_DOG").order_by("history_id"))
    assert [(row.name, row.is_offered) for row in rows][1:] == [("Something else", False), (rows[0].name, True)]
    assert {row.history_user_id for row in rows} == {None} and rows[-1].history_change_reason == "sync_catalogue"


def test_change_reads_the_rows_anew_so_that_no_old_copy_becomes_history(clinician):
    old = Person.objects.get(pk=clinician.pk)
    change(Person.objects.filter(pk=clinician.pk), name="Newly Named")
    actions.keep_preferences(person=old, language="es", units="metric")
    assert Person.history.filter(id=clinician.pk).latest().name == "Newly Named"


def test_what_is_undone_leaves_no_history(case, clinician):
    before = Patient.history.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        change(Patient.objects.filter(pk=case.patient_id), medicines="x")
        1 / 0  # noqa: B018
    assert Patient.history.count() == before


def test_rows_from_before_there_were_histories_begin_with_what_they_say():
    """The migration writes one row of history for each row, so that the first change loses nothing."""
    begin = importlib.import_module("clinic.migrations.0023_history").begin
    triggers.remove()
    for history in histories().values():
        history.objects.all()._raw_delete("default")
    triggers.install()
    clinic = Clinic.objects.create(name="Old", phone="1", emergency_number="112", opening_hours="always")
    begin(apps, connection.schema_editor())
    assert [row.name for row in Clinic.history.filter(id=clinic.pk)] == ["Old", "Old"]


# --- It stays ----------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["UPDATE {} SET history_type = '-'", "DELETE FROM {}"])
@pytest.mark.parametrize("label", sorted(WITH_HISTORY))
def test_the_database_lets_nobody_change_or_remove_a_history(world, label, statement):
    table = apps.get_model(label).history.model._meta.db_table
    with pytest.raises(DatabaseError, match="added, never changed"), transaction.atomic():
        connection.cursor().execute(statement.format(table))


def test_the_history_of_an_erased_runner_is_gone_and_that_of_others_stays(world):
    patient, other = world.case.patient, world.theirs.patient
    change(Person.objects.filter(pk=patient.person_id), name="Somebody Else")
    kept = [Patient.history.filter(id=other.pk), Case.history.filter(patient=other)]
    kept.append(Person.history.filter(id=other.person_id))
    before = [rows.count() for rows in kept]
    erase(patient=patient, because="asked", by=world.people["lead"], at=timezone.now())
    assert not Patient.history.filter(id=patient.pk).exists() and not Case.history.filter(patient=patient.pk).exists()
    assert not Person.history.filter(id=patient.person_id).exists()
    assert [rows.count() for rows in kept] == before and all(before)


def test_histories_of_a_runner_are_handed_out():
    assert {"clinic.PatientHistory", "clinic.CaseHistory", "clinic.PersonHistory"} <= {
        table.label for table in exported_tables()
    }


# --- No way round it ---------------------------------------------------------------------------

PAST = ("update", "aupdate", "bulk_create", "bulk_update", "abulk_create", "abulk_update", "update_or_create")
MADE_UP = {"rehab/management/commands/bench.py": "made-up runners by the thousand, whose history nobody reads"}
NEEDS_NONE = {"clinic/models/people.py": "the secret that signing out renews: histories keep no secret"}


def past_a_history(text):
    """Return the lines of a Python text that write many rows at once into a table with a history.

    A queryset is followed by the names it was given; ``.update(`` of a dictionary or of another table is none.
    """
    found = []
    for scope in [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Module | ast.FunctionDef)]:
        names = {model._meta.object_name for model in histories()}
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign) and leads_there(node.value, names, rows=True):
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        found += [
            node.lineno
            for node in ast.walk(scope)
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in PAST
            and leads_there(node.func.value, names)
        ]  # fmt: skip
    return sorted(set(found))


def leads_there(node, names, rows=False):
    """Return whether an expression is rows of such a table: ``Case.objects``, ``runner.cases``, a name of those."""
    seen = []
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        seen += [node.attr] if isinstance(node, ast.Attribute) else []
        node = node.func if isinstance(node, ast.Call) else node.value
    by_table = isinstance(node, ast.Name) and node.id in names
    managers = {"objects", "_default_manager", "_base_manager"} & set(seen)
    if rows:
        return bool(by_table and (managers or node.id[:1].islower()))
    return by_table or bool({"patients", "cases", "memberships"} & set(seen) and "objects" not in seen)


@pytest.mark.parametrize(
    "sample",
    [
        "Patient.objects.filter(pk=1).update(email='')",
        "rows = Case.objects.open()\nrows.update(side='left')",
        "def f():\n    found = Person.objects.filter(pk=1)\n    some = found.exclude(pk=2)\n    some.update(name='x')",
        "Exercise.objects.bulk_create([row])",
        "Clinic._default_manager.bulk_update(rows, ['name'])",
        "runner.cases.filter(side='left').update(story='')",
        "Membership.objects.update_or_create(pk=1)",
    ],
)
def test_a_way_round_a_history_is_seen(sample):
    assert past_a_history(sample)


@pytest.mark.parametrize("sample", ["seen.update(a=1)", "Task.objects.filter(case__side='x').update(text='y')"])
def test_what_goes_round_none_is_let_be(sample):
    assert not past_a_history(sample)


def test_no_line_of_the_product_writes_past_a_history():
    found = {str(path.relative_to(ROOT)) for path in product_files() if past_a_history(path.read_text())}
    assert found == set(MADE_UP) | set(NEEDS_NONE)


# --- The page ----------------------------------------------------------------------------------


def retold(case, by, *stories):
    """Tell the story of a case anew, again and again."""
    for story in stories:
        case.refresh_from_db()
        at = timezone.now()
        actions.save_intake(case=case, version=case.version, story={"story": story}, person_facts={}, by=by, at=at)


def page_of(world, who, query=""):
    """Return the answer of the page of what was changed."""
    return a_browser(world, who).get(reverse("clinic:changes", args=[world.case.patient_id]) + query)


def test_the_page_says_when_who_and_what_from_and_to(world):
    retold(world.case, world.people["clinician"], "It <b>pulled</b>.", "It tore.")
    change(Patient.objects.filter(pk=world.case.patient_id), anticoagulant="present")
    page = page_of(world, "assistant").content.decode()
    newest, second = "<ins>Yes</ins>", "<ins>It tore.</ins>"
    assert page.index(newest) < page.index(second) < page.index("<ins>It &lt;b&gt;pulled")
    assert "<del>It &lt;b&gt;pulled&lt;/b&gt;.</del>" in page
    assert "<del>Not asked</del>" in page and "<ins>Yes</ins>" in page and "by itself" in page
    assert world.people["clinician"].name in page and "left calf" in page


def test_the_page_speaks_spanish(world):
    change(Patient.objects.filter(pk=world.case.patient_id), anticoagulant="present")
    change(Person.objects.filter(pk=world.people["lead"].pk), language="es")
    page = page_of(world, "lead").content.decode()
    assert "Qué se cambió" in page and "<ins>Sí</ins>" in page and "What" not in page.partition("<main")[2]


def test_the_same_choices_in_another_order_are_no_change(world):
    for equipment in (["band", "step"], ["step", "band"]):
        change(Case.objects.filter(pk=world.case.pk), equipment=equipment)
    found, _ = changes(of_runner(world.case.patient))
    assert [part[2] for part in found[0].parts] == ["Resistance band, Step or stair"]


def test_where_nothing_was_changed_the_page_says_so(case, at_work, clinician):
    page = at_work(clinician).get(reverse("clinic:changes", args=[case.patient_id])).content.decode()
    assert "Nothing was changed" in page


def test_it_is_paged_by_key_and_asks_as_much_however_much_there_is(world):
    patient, counts = world.case.patient, []
    for n in (3, 60):
        retold(world.case, world.people["clinician"], *(f"told {n}.{i}" for i in range(n)))
        change(Patient.objects.filter(pk=patient.pk), phone=f"{n}")
        with CaptureQueriesContext(connection) as queries:
            found, more = changes(of_runner(patient))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8 and len(found) == PAGE and more
    older, _ = changes(of_runner(patient), more)
    last, first = found[-1].parts[0], older[0].parts[0]
    assert last[1] == first[2], "the older page goes on where the newer one ends"
    assert page_of(world, "lead", f'?after=["{more}"]').status_code == 200
    assert page_of(world, "lead", '?after=["no key"]').context["changes"] == found


def test_the_administration_tells_what_a_clinic_and_a_person_said_before(world):
    admin = a_browser(world, "administrator")
    change(Clinic.objects.filter(pk=world.clinic.pk), phone="+34 999")
    told = admin.get(reverse("admin:clinic_clinic_history", args=[world.clinic.pk])).content.decode()
    assert "+34 911 000 000" in told and "+34 999" in told
    fellow, role = world.people["fellow"], world.people["assistant"].memberships.get()
    change(Person.objects.filter(pk=fellow.pk), name="Newly Named")
    told = admin.get(reverse("admin:clinic_person_history", args=[fellow.pk])).content.decode()
    assert "Newly Named" in told
    change(Membership.objects.filter(pk=role.pk), ended_on=timezone.localdate())
    told = admin.get(reverse("admin:clinic_person_history", args=[role.person_id])).content.decode()
    assert "Ended on" in told


def test_of_a_role_in_another_clinic_the_administration_tells_nothing(world):
    admin, both = a_browser(world, "administrator"), world.people["assistant"]
    Membership.objects.create(person=both, clinic=world.theirs.clinic, role="assistant")
    theirs, kind = world.people["stranger"], ContentType.objects.get_for_model(Person).pk
    words = "Changed Role for membership of Qzx Clinic"  # what the admin keeps beside our histories
    LogEntry.objects.create(user=theirs, content_type_id=kind, object_id=both.pk, action_flag=2, change_message=words)
    change(Membership.objects.filter(person=both, clinic=world.theirs.clinic), ended_on=timezone.localdate())
    told = admin.get(reverse("admin:clinic_person_history", args=[both.pk]))
    page = told.content.decode()
    assert told.status_code == 200 and not any(text in page for text in ("Ended on", "Qzx Clinic", theirs.email))
    for name, key in (("clinic", world.theirs.clinic_id), ("person", world.people["stranger"].pk)):
        assert admin.get(reverse(f"admin:clinic_{name}_history", args=[key])).status_code == 404


def test_the_labels_of_the_page_are_said_in_spanish():
    with translation.override("es"):
        from clinic.changes import ALSO, THINGS

        assert "Closed because" not in {str(words) for words in (*ALSO.values(), *THINGS.values())}
