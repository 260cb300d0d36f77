"""Triggers: what the database itself refuses, on SQLite and on PostgreSQL.

An app registers its triggers in ``AppConfig.ready``; they are made again after every migrate, because
SQLite drops a table's triggers without a word when a migration rebuilds the table.
"""

from dataclasses import dataclass

from django.db import connections, transaction

_registered: dict[str, "Trigger"] = {}


@dataclass(frozen=True)
class Trigger:
    """One refusal: when ``event`` happens on ``table`` and ``when`` holds, stop with ``message``.

    ``event`` is INSERT, UPDATE, DELETE or UPDATE OF columns; ``when`` is SQL over NEW and OLD, one text for
    both engines or one each ({"sqlite": ..., "postgresql": ...}); empty means always.
    """

    name: str
    table: str
    event: str
    when: str | dict
    message: str

    def condition(self, vendor):
        """Return the SQL condition for an engine."""
        return (self.when if isinstance(self.when, str) else self.when[vendor]) or "TRUE"


def register(*triggers):
    """Remember triggers; a second one of the same name replaces the first."""
    _registered.update({trigger.name: trigger for trigger in triggers})


def registered():
    """Return all triggers by name."""
    return dict(_registered)


def append_only(table):
    """Return the two triggers of a table whose rows are only ever added."""
    message = f"{table}: rows are added, never changed"
    return (
        Trigger(f"{table}_no_update", table, "UPDATE", "", message),
        Trigger(f"{table}_no_delete", table, "DELETE", "", message),
    )


def install(using="default", **_signal):
    """Make every registered trigger anew; one whose table is not there yet waits for the next migrate."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for trigger in _registered.values():
            if trigger.table in tables:
                for statement in _statements(trigger, connection.vendor):
                    cursor.execute(statement)


def remove(using="default"):
    """Drop every registered trigger; only a test that empties its tables does so, and installs them after."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in _registered.values():
            if trigger.table in tables:
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
    kept = "OLD" if trigger.event == "DELETE" else "NEW"
    message = trigger.message.replace("%", "%%")
    yield (
        f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
        f"IF {trigger.condition('postgresql')} THEN RAISE EXCEPTION {_quoted(message)} "
        f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {kept}; END $guard$"
    )
    yield f"DROP TRIGGER IF EXISTS {trigger.name} ON {trigger.table}"
    yield (
        f"CREATE TRIGGER {trigger.name} BEFORE {trigger.event} ON {trigger.table} "
        f"FOR EACH ROW EXECUTE FUNCTION {trigger.name}()"
    )
