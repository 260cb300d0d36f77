"""Triggers: what the database itself refuses, on SQLite and on PostgreSQL.

An app registers its triggers in ``AppConfig.ready``; they are made again after every migrate, because
SQLite drops a table's triggers without a word when a migration rebuilds the table, and cannot rebuild a
table at all that another table's trigger asks about: there they step aside while a migration runs.
"""

from dataclasses import dataclass

from django.db import connections, transaction

from clinic.links import owner_in_sql
from clinic.models import Case, Clinic, Erasure, ErasureEnd, Membership, Patient, Person

ERASURES, ENDS = Erasure._meta.db_table, ErasureEnd._meta.db_table
_registered: dict[str, "Trigger"] = {}


@dataclass(frozen=True)
class Trigger:
    """One refusal: when ``event`` happens on ``table`` and ``when`` holds, stop with ``message``.

    ``event`` is INSERT, UPDATE, DELETE or TRUNCATE (which only PostgreSQL has); ``when`` is SQL over NEW and
    OLD, one text for both engines or one each ({"sqlite": ..., "postgresql": ...}); empty means always.
    ``owner`` is SQL for the runner whose record the row is, where no chain of keys leads to one.
    """

    name: str
    table: str
    event: str
    when: str | dict
    message: str
    owner: str | None = None

    def condition(self, vendor):
        """Return the SQL condition for an engine; what keeps a row lets it go with the record of an erased runner."""
        said = (self.when if isinstance(self.when, str) else self.when[vendor]) or "TRUE"
        owner = (self.owner or owner_in_sql(self.table)) if self.event == "DELETE" else None
        if owner is None:
            return said
        over = f"SELECT 1 FROM {ENDS} done WHERE done.id = gone.end_id"  # noqa: S608
        erased = f"SELECT 1 FROM {ERASURES} gone WHERE gone.patient = {owner} AND NOT EXISTS ({over})"  # noqa: S608
        return f"({said}) AND NOT EXISTS ({erased})"

    def exists_on(self, vendor):
        """Return whether an engine knows the event."""
        return vendor == "postgresql" or self.event != "TRUNCATE"


def register(*triggers):
    """Remember triggers; a second one of the same name replaces the first."""
    _registered.update({trigger.name: trigger for trigger in triggers})


def registered():
    """Return all triggers by name."""
    return dict(_registered)


def never_emptied(table):
    """Return the trigger that keeps a table from being emptied at one stroke."""
    return Trigger(f"{table}_no_truncate", table, "TRUNCATE", "", f"{table}: rows are kept")


def kept(table):
    """Return the two triggers of a table whose rows never go away."""
    message = f"{table}: rows are kept"
    return (Trigger(f"{table}_no_delete", table, "DELETE", "", message), never_emptied(table))


def append_only(table, owner=None):
    """Return the triggers of a table whose rows are only ever added."""
    message = f"{table}: rows are added, never changed"
    return (
        Trigger(f"{table}_no_update", table, "UPDATE", "", message),
        Trigger(f"{table}_no_delete", table, "DELETE", "", message, owner),
        never_emptied(table),
    )


def changed(*columns):
    """Return SQL for: one of these columns is not what it was."""
    return " OR ".join(f'NEW."{column}" IS DISTINCT FROM OLD."{column}"' for column in columns)


def _present(connection):
    """Return the registered triggers whose table is there, and whose event this engine knows."""
    tables = set(connection.introspection.table_names())
    return [t for t in _registered.values() if t.table in tables and t.exists_on(connection.vendor)]


def install(using="default", **_signal):
    """Make every registered trigger anew; one whose table is not there yet waits for the next migrate."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for trigger in _present(connection):
            for statement in _statements(trigger, connection.vendor):
                cursor.execute(statement)


def step_aside(using="default", plan=(), **_signal):
    """Drop the triggers before SQLite applies a migration; without one they stay where they are."""
    if plan and connections[using].vendor == "sqlite":
        remove(using)


def remove(using="default"):
    """Drop every registered trigger; who does so installs them after."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for trigger in _present(connection):
            on_table = "" if connection.vendor == "sqlite" else f" ON {trigger.table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}{on_table}")


def _statements(trigger, vendor):
    if vendor == "sqlite":
        return _sqlite(trigger)
    return _postgresql(trigger)


def _quoted(text):
    return "'" + text.replace("'", "''") + "'"


def _sqlite(trigger):
    yield f"DROP TRIGGER IF EXISTS {trigger.name}"
    yield (
        f"CREATE TRIGGER {trigger.name} BEFORE {trigger.event} ON {trigger.table} FOR EACH ROW "
        f"WHEN {trigger.condition('sqlite')} BEGIN SELECT RAISE(ABORT, {_quoted(trigger.message)}); END"
    )


def _postgresql(trigger):
    # A condition with a sub-query may not stand in WHEN, so it stands in the function.
    returned = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(trigger.event, "NEW")
    each = "STATEMENT" if trigger.event == "TRUNCATE" else "ROW"
    message = trigger.message.replace("%", "%%")
    yield (
        f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
        f"IF {trigger.condition('postgresql')} THEN RAISE EXCEPTION {_quoted(message)} "
        f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {returned}; END $guard$"
    )
    yield f"DROP TRIGGER IF EXISTS {trigger.name} ON {trigger.table}"
    yield (
        f"CREATE TRIGGER {trigger.name} BEFORE {trigger.event} ON {trigger.table} "
        f"FOR EACH {each} EXECUTE FUNCTION {trigger.name}()"
    )


GLASS_STAYS = (
    *("id", "clinic_id", "patient_id", "opened_by_id", "from_clinic_id"),
    *("reason", "words", "opened_at", "expires"),
)

# A history stays as it was written.  What a runner's sign-in said before goes with their record.
RUNNER_OF_A_SIGN_IN = '(SELECT p.id FROM clinic_patient p WHERE p.person_id = OLD."history_relation_id")'
HISTORY_TRIGGERS = (
    *append_only(Clinic.history.model._meta.db_table),
    *append_only(Membership.history.model._meta.db_table),
    *append_only(Patient.history.model._meta.db_table),
    *append_only(Case.history.model._meta.db_table),
    *append_only(Person.history.model._meta.db_table, owner=RUNNER_OF_A_SIGN_IN),
)

# A runner stays in their clinic, a case with its runner; its version only grows, so that an older form is always seen.
CASE_TRIGGERS = (
    Trigger(
        "clinic_patient_stays", "clinic_patient", "UPDATE", changed("id", "clinic_id"), "a runner stays in a clinic"
    ),
    *kept("clinic_patient"),
    *append_only("clinic_caseevent"),
    *append_only("clinic_amendment"),
    Trigger(
        "clinic_amendment_of_its_case",
        "clinic_amendment",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM clinic_caseevent e WHERE e.id = NEW.entry_id AND e.case_id = NEW.case_id)",
        "clinic_amendment: the entry belongs to another case",
    ),
    *append_only("clinic_knowledgeconfirmation"),
    *append_only("clinic_auditevent"),
    *append_only(ERASURES),
    *append_only(ENDS),
    *kept("clinic_auditchain"),
    Trigger(
        "clinic_auditchain_grows",
        "clinic_auditchain",
        "UPDATE",
        changed("id") + " OR NEW.number <> OLD.number + 1",
        "clinic_auditchain: a chain grows row by row",
    ),
    *kept("clinic_case"),
    *kept("clinic_task"),
    *kept("clinic_consent"),
    Trigger(
        "clinic_consent_ends_once",
        "clinic_consent",
        "UPDATE",
        changed("id", "patient_id", "kind", "version", "language", "words", "agreed", "answered_at", "answered_by_id")
        + " OR OLD.withdrawn_at IS NOT NULL",
        "clinic_consent: an answer stays what it was, and is taken back once",
    ),
    *kept("clinic_breakglass"),
    Trigger(
        "clinic_breakglass_lasts",
        "clinic_breakglass",
        "INSERT",
        {
            "sqlite": "(julianday(NEW.expires) - julianday(NEW.opened_at)) * 1440 > 60.0001",
            "postgresql": "NEW.expires > NEW.opened_at + interval '60 minutes'",
        },
        "clinic_breakglass: a record stands open for an hour at most",
    ),
    Trigger(
        "clinic_breakglass_of_its_clinic",
        "clinic_breakglass",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM clinic_patient p WHERE p.id = NEW.patient_id AND p.clinic_id = NEW.clinic_id)",
        "clinic_breakglass: the runner belongs to another clinic",
    ),
    Trigger(
        "clinic_breakglass_stays",
        "clinic_breakglass",
        "UPDATE",
        changed(*GLASS_STAYS)
        + f" OR (OLD.ended_at IS NOT NULL AND ({changed('ended_at', 'ended_by_id')}))"
        + f" OR (OLD.seen_at IS NOT NULL AND ({changed('seen_at', 'seen_by_id')}))",
        "clinic_breakglass: an opening stays what it was, ends once and is seen once",
    ),
    *kept("clinic_invitation"),
    Trigger(
        "clinic_invitation_ends_once",
        "clinic_invitation",
        "UPDATE",
        changed("id", "patient_id", "email", "language", "token_hash", "made_at", "made_by_id", "expires")
        + " OR (OLD.mail_sent IS NOT NULL AND NEW.mail_sent IS DISTINCT FROM OLD.mail_sent)"
        + " OR ((OLD.used_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL) AND ("
        + changed("used_at", "used_by_id", "withdrawn_at", "withdrawn_by_id")
        + "))",
        "clinic_invitation: a link stays what it was, and is used or withdrawn once",
    ),
    Trigger(
        "clinic_task_stays",
        "clinic_task",
        "UPDATE",
        changed("id", "clinic_id", "case_id", "code", "opened_at", "opened_by_id")
        + " OR OLD.done_at IS NOT NULL OR (OLD.is_alarm AND NOT NEW.is_alarm)",
        "clinic_task: a task stays what it was, an alarm stays one, and what is done stays done",
    ),
    Trigger(
        "clinic_task_of_its_clinic",
        "clinic_task",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM clinic_case c WHERE c.id = NEW.case_id AND c.clinic_id = NEW.clinic_id)",
        "clinic_task: the case belongs to another clinic",
    ),
    Trigger(
        "clinic_case_stays",
        "clinic_case",
        "UPDATE",
        changed("id", "patient_id", "clinic_id", "opened_at", "opened_by_id") + " OR NEW.version < OLD.version",
        "clinic_case: a case stays whose it is, and its version only grows",
    ),
    Trigger(
        "clinic_case_of_its_clinic",
        "clinic_case",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM clinic_patient p WHERE p.id = NEW.patient_id AND p.clinic_id = NEW.clinic_id)",
        "clinic_case: the runner belongs to another clinic",
    ),
)
