"""How each engine is dumped, loaded and fingerprinted: by its own tools, at one moment."""

import hashlib
import os
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection, transaction

from clinic.backup.errors import BackupError

PASSING = {"django_session", "clinic_cache"}  # what signs in and what is counted; it goes along, and may differ after
PLAIN = ("--no-owner", "--no-acl")
HASHED = "('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric"  # a row as a number: a sum knows no order


def engine():
    """Return the engine of the database that is configured."""
    return Postgres() if connection.vendor == "postgresql" else Sqlite()


def table_names():
    """Return the tables whose content is compared."""
    return sorted(set(connection.introspection.table_names()) - PASSING)


class Sqlite:
    """A file, copied by SQLite's backup interface while others read and write."""

    @property
    def path(self):
        """Return where the database stands."""
        return Path(connection.settings_dict["NAME"])

    @contextmanager
    def still(self):
        """Hold the database as it is at one moment: SQLite has one writer, and for a moment that is us."""
        with transaction.atomic():
            yield self

    def dump(self, target):
        """Copy the database and check the copy."""
        connection.ensure_connection()
        with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupError("the copy of the database is not whole")

    def tables(self):
        """Return {table: [rows, digest]}."""
        return {name: self._digest(name) for name in table_names()}

    def _digest(self, name):
        count, total = 0, 0
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{name}"')  # noqa: S608 (a table of our own)
            for row in cursor:
                count += 1
                total += int.from_bytes(hashlib.sha256(repr(row).encode()).digest()[:8], "big")
        return [count, str(total)]

    def holds_anything(self):
        """Return whether there is a table with a row."""
        return self.path.exists() and bool(connection.introspection.table_names())

    def load(self, source):
        """Put the copy in the place of the database in one step; what belonged to the old one goes with it."""
        with closing(sqlite3.connect(source)) as copy:
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupError("the database in the archive is not whole")
        connection.close()
        beside = self.path.with_name(f"{self.path.name}.restored")
        beside.write_bytes(source.read_bytes())
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        os.replace(beside, self.path)


class Postgres:
    """A server, dumped by pg_dump from the snapshot that the fingerprints are read in."""

    snapshot = None

    @contextmanager
    def still(self):
        """Hold the database as it is at one moment; everybody else goes on."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            self.snapshot = cursor.fetchone()[0]
            yield self

    def dump(self, target):
        """Dump in the custom format."""
        self._run("pg_dump", "--format=custom", f"--snapshot={self.snapshot}", *PLAIN, f"--file={target}", self._name)

    def tables(self):
        """Return {table: [rows, digest]}; PostgreSQL reckons it, in any order of rows."""
        return {name: self._digest(name) for name in table_names()}

    def _digest(self, name):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*), coalesce(sum({HASHED}), 0) FROM "{name}" t')  # noqa: S608
            count, total = cursor.fetchone()
        return [count, str(total)]

    def holds_anything(self):
        """Return whether there is a table."""
        return bool(connection.introspection.table_names())

    def load(self, source):
        """Load in one transaction; what was there stands aside until then, and comes back where that fails."""
        stands_aside = self.holds_anything()
        if stands_aside:
            self._say("ALTER SCHEMA public RENAME TO replaced", "CREATE SCHEMA public")
        connection.close()
        try:
            self._run("pg_restore", *PLAIN, "--single-transaction", f"--dbname={self._name}", str(source))
        except BackupError:
            if stands_aside:
                self._say("DROP SCHEMA public CASCADE", "ALTER SCHEMA replaced RENAME TO public")
            raise
        if stands_aside:
            self._say("DROP SCHEMA replaced CASCADE")

    def _say(self, *statements):
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    @property
    def _name(self):
        return connection.settings_dict["NAME"]

    def _run(self, *command):
        known = connection.settings_dict
        told = {"PGHOST": known["HOST"], "PGPORT": str(known["PORT"] or ""), "PGUSER": known["USER"]}
        told["PGPASSWORD"] = known["PASSWORD"]  # in the environment, where no other user reads it
        environment = os.environ | {name: value for name, value in told.items() if value}
        try:
            subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
        except FileNotFoundError:
            raise BackupError(f"{command[0]} is not installed; it comes with PostgreSQL's client") from None
        except subprocess.CalledProcessError as error:
            raise BackupError(f"{command[0]}: {(error.stderr or 'failed').strip().splitlines()[0]}") from None
