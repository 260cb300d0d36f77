"""Every trigger by name: there after each migrate, and where an engine has a door of its own, shut."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.db.models.signals import post_migrate, pre_migrate

from clinic import triggers
from clinic.models import Case, Patient
from tests import factories
from triage.models import Screening

APPEND_ONLY = (
    *("clinic_caseevent", "triage_decision", "triage_diagnosis", "triage_signoff", "triage_examination"),
    *("rehab_levelstep", "rehab_treatmentrecord", "clinic_knowledgeconfirmation"),
    *("clinic_auditevent", "clinic_erasure", "clinic_erasureend"),
    *("clinic_clinichistory", "clinic_personhistory", "clinic_membershiphistory", "clinic_patienthistory"),
    *("clinic_amendment", "clinic_casehistory", "rehab_exercisehistory", "rehab_wordinghistory"),
    *(
        "rehab_safetycheck",
        "rehab_exerciselog",
        "rehab_runlog",
        "rehab_verdict",
        "rehab_painlimitset",
        "rehab_runreadiness",
        "rehab_runstage",
    ),
)
KEPT = (
    *(
        "clinic_patient",
        "clinic_case",
        "clinic_breakglass",
        "clinic_consent",
        "clinic_task",
        "clinic_invitation",
        "triage_screening",
        "triage_redflagitem",
        "triage_finding",
        "triage_notice",
    ),
    *("rehab_sessionlog", "rehab_morninglog", "rehab_outcomescore", "rehab_wording", "clinic_auditchain"),
)
NEVER_EMPTIED = (*APPEND_ONLY, *KEPT, "triage_screeninganswer", "rehab_plan", "rehab_planitem")
NAMES = {
    *(f"{table}_no_update" for table in APPEND_ONLY),
    *(f"{table}_no_delete" for table in (*APPEND_ONLY, *KEPT)),
    *(f"{table}_no_truncate" for table in NEVER_EMPTIED),
    "clinic_auditchain_grows",
    "clinic_amendment_of_its_case",
    "clinic_patient_stays",
    "rehab_wording_stays",
    "rehab_exercisemedia_stays",
    "clinic_case_stays",
    "clinic_case_of_its_clinic",
    "clinic_task_stays",
    "clinic_breakglass_lasts",
    "clinic_breakglass_of_its_clinic",
    "clinic_breakglass_stays",
    "clinic_consent_ends_once",
    "clinic_invitation_ends_once",
    "clinic_task_of_its_clinic",
    "triage_notice_stays",
    "triage_answer_sealed_insert",
    "triage_answer_sealed_update",
    "triage_answer_sealed_delete",
    "triage_screening_sealed",
    "triage_screening_born_decided",
    "triage_screening_decided",
    "triage_item_of_its_screening",
    "triage_item_only_closed",
    "triage_signoff_of_its_case",
    "triage_signoff_only_where_accepted",
    "triage_signoff_after_the_diagnosis",
    "triage_finding_stays",
    "rehab_plan_no_draft_behind_gate",
    "rehab_plan_no_change_behind_gate",
    "rehab_plan_no_delete_behind_gate",
    "rehab_plan_sealed",
    "rehab_plan_kept",
    "rehab_plan_no_born_signed",
    "rehab_plan_of_its_case",
    "rehab_plan_signed_as_it_should_be",
    "rehab_plan_fresh_signature",
    "rehab_item_insert_behind_gate",
    "rehab_item_update_behind_gate",
    "rehab_item_delete_behind_gate",
    "rehab_item_insert_sealed",
    "rehab_item_update_sealed",
    "rehab_item_delete_sealed",
    "rehab_item_stays",
    "rehab_item_insert_level",
    "rehab_item_update_level",
    "rehab_step_behind_gate",
    "rehab_step_in_force",
    "rehab_step_in_range",
    "rehab_treatment_behind_lock",
    "rehab_sessionlog_replaced_only",
    "rehab_sessionlog_of_its_case",
    "rehab_exerciselog_of_its_case",
    "rehab_morninglog_replaced_only",
    "rehab_outcomescore_replaced_only",
    "rehab_runstage_behind_gate",
    "rehab_painlimitset_of_its_case",
}
LISTED = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


def there():
    """The names of the triggers in the database."""
    with connection.cursor() as cursor:
        cursor.execute(LISTED[connection.vendor])
        return {name for (name,) in cursor.fetchall()}


def expected():
    """The names this engine should have; SQLite has no TRUNCATE."""
    return {name for name in NAMES if connection.vendor == "postgresql" or not name.endswith("_no_truncate")}


def refused(statement, *values):
    """Whether the database refuses a statement."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except DatabaseError:
        return True
    return False


def test_every_trigger_is_registered_by_name():
    assert set(triggers.registered()) == NAMES


def test_every_trigger_is_in_the_database(db):
    assert there() == expected()


@pytest.mark.django_db(transaction=True)
def test_triggers_that_went_missing_are_made_again_by_the_next_migrate():
    triggers.remove()
    assert not there()

    call_command("migrate", verbosity=0)

    assert there() == expected()


@pytest.mark.django_db(transaction=True)
def test_a_later_migration_may_rebuild_a_table_that_triggers_ask_about():
    """SQLite rebuilds a table to change it, and stops at a trigger of another table that names it."""
    config, stored = Screening._meta.app_config, Screening._meta.get_field("w10_reason")
    longer = models.CharField(max_length=900, blank=True)
    longer.set_attributes_from_name(stored.name)
    longer.model = Screening
    signal = {"app_config": config, "verbosity": 0, "interactive": False, "using": "default"}
    pre_migrate.send(sender=config, plan=[("a migration", False)], **signal)
    for old, new in ((stored, longer), (longer, stored)):
        with connection.schema_editor() as editor:
            editor.alter_field(Screening, old, new)
    post_migrate.send(sender=config, plan=[], **signal)

    assert there() == expected()


def test_without_a_migration_no_trigger_steps_aside(db):
    triggers.step_aside(plan=[])

    assert there() == expected()


@pytest.mark.parametrize("table", NEVER_EMPTIED)
def test_a_table_is_not_emptied_at_one_stroke(table, db):
    if connection.vendor == "postgresql":
        assert refused(f"TRUNCATE {table} CASCADE")
    else:
        with connection.cursor() as cursor:  # there DELETE is the only way, and has a trigger of its own
            cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            assert cursor.fetchone()[0] >= 2


def test_a_row_is_not_replaced_by_another_of_its_key(case):
    """SQLite's REPLACE deletes in silence unless the connection lets triggers see it."""
    columns = "id, case_id, version, at, by_id, kind, text, data"
    lie = "SELECT id, case_id, version, at, by_id, kind, 'nothing happened', data FROM clinic_caseevent"
    if connection.vendor == "sqlite":
        assert refused(f"INSERT OR REPLACE INTO clinic_caseevent ({columns}) {lie}")
    else:
        assert refused(
            f"INSERT INTO clinic_caseevent ({columns}) {lie} ON CONFLICT (id) DO UPDATE SET text = excluded.text"
        )
    assert case.events.get().text.startswith("Case opened")


@pytest.mark.parametrize(
    "change",
    [
        lambda case, other: {"patient": other.patient},
        lambda case, other: {"clinic": other.clinic},
        lambda case, other: {"version": case.version - 1},
        lambda case, other: {"opened_at": other.opened_at},
    ],
    ids=["runner", "clinic", "version", "beginning"],
)
def test_a_case_stays_whose_it_is_and_its_version_only_grows(change, case):
    Case.objects.filter(pk=case.pk).update(version=3)
    case.refresh_from_db()
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**change(case, factories.CaseFactory()))


def test_a_case_is_of_its_runners_clinic(case):
    with pytest.raises(DatabaseError), transaction.atomic():
        factories.CaseFactory(patient=case.patient, clinic=factories.ClinicFactory(), side="right")
    with pytest.raises(DatabaseError), transaction.atomic():
        Patient.objects.filter(pk=case.patient_id).update(clinic=factories.ClinicFactory())


def test_cases_and_runners_are_kept(case):
    for rows in (Case.objects.filter(pk=case.pk), Patient.objects.filter(pk=case.patient_id)):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete("default")
