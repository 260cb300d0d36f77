"""Gives the server's role what it needs in PostgreSQL, and no more: audit and histories it can only add to."""

import re

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from clinic.histories import histories
from clinic.models import AuditChain, AuditEvent, Erasure, ErasureEnd

# Not even triggers taken away let the server change a row of the audit, or pretend that a migration was applied.
# Nor let a record go: what erases runs under the owner.
VERBS = {AuditChain._meta.db_table: "SELECT, INSERT, UPDATE"}  # which grows with each line
VERBS |= {AuditEvent._meta.db_table: "SELECT, INSERT", "django_migrations": "SELECT"}
VERBS |= {model._meta.db_table: "SELECT" for model in (Erasure, ErasureEnd)}
# Who owns a table, or may become its owner, is held by no grant.
OWNS = """
SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND pg_has_role(%s::name, tableowner, 'MEMBER')
"""
PLAIN = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class Command(BaseCommand):
    """``grant_access ROLE``, run by the owner of the tables after each migrate; the role is there already.

    Two roles: the owner migrates, backs up and restores; the server knows only the password of the other.
    """

    help = "Let a PostgreSQL role read and write the product's tables, and only add to the audit."

    def add_arguments(self, parser):
        parser.add_argument("role", help="small letters, digits and underscores")

    def handle(self, *, role, **options):
        """Take everything back first, so that a second run says the whole truth."""
        if connection.vendor != "postgresql":
            raise CommandError("SQLite has no roles; its triggers stand alone.")
        if not PLAIN.fullmatch(role):
            raise CommandError("A role is named by small letters, digits and underscores.")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = %s", [role])
            found = cursor.fetchone()
            if found is None:
                raise CommandError(f"There is no role {role}: CREATE ROLE {role} LOGIN PASSWORD '...';")
            if found[0]:
                raise CommandError(f"{role} may do everything already; take a role that is no superuser.")
            cursor.execute(OWNS, [role])
            if cursor.fetchone()[0]:
                raise CommandError(f"{role} owns tables or is a member of their owner; take a role that owns nothing.")
            for statement in _statements(role):
                cursor.execute(statement)
        self.stdout.write(f"{role} reads and writes; the audit it only reads and adds to")


def _verbs():
    """Return what the server may do with a table, by its name; a history it can only add to."""
    return VERBS | {history._meta.db_table: "SELECT, INSERT" for history in histories().values()}


def _statements(role):
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    yield f"REVOKE CREATE ON SCHEMA public FROM {role}, PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"
    verbs = _verbs()
    for table in sorted(connection.introspection.table_names()):
        yield f'GRANT {verbs.get(table, "SELECT, INSERT, UPDATE, DELETE")} ON "{table}" TO {role}'
