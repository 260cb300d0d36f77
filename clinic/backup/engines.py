"""How each engine is dumped, loaded and fingerprinted: by its own tools, at one moment."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction

from clinic.backup.archive import CHUNK, sync
from clinic.backup.errors import BackupError

PASSING = {"django_session", "clinic_cache"}  # what signs in and what is counted; it goes along, and may differ after
PLAIN = ("--no-owner", "--no-acl")
HASHED = "('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric"  # a row as a number: a sum knows no order
CHAINS = "SELECT id, number, digest FROM clinic_auditchain ORDER BY id"

BUSY = 10.0  # seconds for those who still write into what is to be replaced


def engine():
    """Return the engine of the database that is configured."""
    return Postgres() if connection.vendor == "postgresql" else Sqlite()


def _heads(rows):
    """Return the ends of the audit as ``clinic.audit.heads`` does."""
    return {str(UUID(str(key))): [number, digest] for key, number, digest in rows}


class Sqlite:
    """A file, copied by SQLite's backup interface while others read and write."""

    @property
    def path(self):
        """Return where the database stands."""
        return Path(connection.settings_dict["NAME"])

    def dump(self, target):
        """Copy the database in one step, check the copy, and return what stands in it: nobody waits for the reckoning.

        The step reads one moment; under WAL those who write meanwhile go on.
        """
        with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        return self._told(target, "the copy of the database is not whole")

    def told(self):
        """Return what stands in the database: {"tables": {table: [rows, digest]}, "heads": ends of the audit}."""
        return self._told(self.path, "the database is not whole")

    def _told(self, path, otherwise):
        try:
            with closing(sqlite3.connect(path)) as file:
                if file.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                    raise BackupError(otherwise)
                names = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                names = sorted(name for name in names if not name.startswith("sqlite_") and name not in PASSING)
                heads = _heads(file.execute(CHAINS)) if "clinic_auditchain" in names else {}
                return {"tables": {name: self._digest(file, name) for name in names}, "heads": heads}
        except sqlite3.DatabaseError:
            raise BackupError(otherwise) from None

    def _digest(self, file, name):
        count, total = 0, 0
        for row in file.execute(f'SELECT * FROM "{name}"'):  # noqa: S608 (a table of our own)
            count += 1
            total += int.from_bytes(hashlib.sha256(repr(row).encode()).digest()[:8], "big")
        return [count, str(total)]

    def holds_anything(self):
        """Return whether there is a table, or something that cannot be read."""
        if not self.path.exists():
            return False
        try:
            with closing(sqlite3.connect(self.path)) as file:
                return bool(file.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        except sqlite3.DatabaseError:
            return True

    def load(self, source):
        """Put the copy in the place of the database in one step; what belonged to the old one goes with it."""
        self._told(source, "the database in the archive is not whole")
        connection.close()
        beside = self.path.with_name(f"{self.path.name}.restored")
        try:
            beside.unlink(missing_ok=True)
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(source, "rb") as reader, os.fdopen(handle, "wb") as writer:
                shutil.copyfileobj(reader, writer, CHUNK)
            sync(beside)
            if self.path.exists():
                shutil.copymode(self.path, beside)
                self._settle()
            os.replace(beside, self.path)
            sync(self.path.parent)
            self._forget_sides()
        except OSError as error:
            raise BackupError(f"{error.filename or beside}: {error.strerror}") from None
        finally:
            beside.unlink(missing_ok=True)

    def _settle(self):
        """Let the old database take in all that stands beside it, so that nothing of it can get into the new one."""
        try:
            with closing(sqlite3.connect(self.path, timeout=BUSY, isolation_level=None)) as old:
                old.execute("BEGIN IMMEDIATE")
                old.execute("ROLLBACK")
                busy = old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError:
            busy = True
        except sqlite3.DatabaseError:  # it is broken: there is nothing to lose
            return self._forget_sides()
        if busy:
            raise BackupError("somebody still works in the database; stop the server and the workers first")
        return None

    def _forget_sides(self):
        for suffix in ("-wal", "-shm", "-journal"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)


class Postgres:
    """A server, dumped by pg_dump from the snapshot that the fingerprints are read in."""

    def dump(self, target):
        """Dump in the custom format, and return what stands in the same snapshot; everybody else goes on."""
        with self._still() as snapshot:
            self._run("pg_dump", "--format=custom", f"--snapshot={snapshot}", *PLAIN, f"--file={target}", self._name)
            return self._told()

    def told(self):
        """Return what stands in the database, as of one moment; PostgreSQL reckons it, in any order of rows."""
        with self._still():
            return self._told()

    @contextmanager
    def _still(self):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            yield cursor.fetchone()[0]

    def _told(self):
        names = sorted(set(connection.introspection.table_names()) - PASSING)
        with connection.cursor() as cursor:
            cursor.execute(CHAINS)
            heads = _heads(cursor.fetchall())
        return {"tables": {name: self._digest(name) for name in names}, "heads": heads}

    def _digest(self, name):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*), coalesce(sum({HASHED}), 0) FROM "{name}" t')  # noqa: S608
            count, total = cursor.fetchone()
        return [count, str(total)]

    def holds_anything(self):
        """Return whether there is a table."""
        return bool(connection.introspection.table_names())

    def load(self, source):
        """Put the dump in the place of what is there in one transaction: killed at any moment, it is all old or new."""
        anew = ()
        if self.holds_anything():
            said = ("SET lock_timeout = '30s'", "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
            anew = tuple(f"--command={statement}" for statement in said)
        connection.close()
        script = source.with_name(f"{source.name}.sql")
        self._run("pg_restore", *PLAIN, f"--file={script}", str(source))
        quiet = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction")
        try:
            self._run(*quiet, f"--dbname={self._name}", *anew, f"--file={script}")
        finally:
            script.unlink(missing_ok=True)

    @property
    def _name(self):
        return connection.settings_dict["NAME"]

    def _run(self, *command):
        known = connection.settings_dict
        told = {"PGHOST": known["HOST"], "PGPORT": str(known["PORT"] or ""), "PGUSER": known["USER"]}
        told["PGPASSWORD"] = known["PASSWORD"]  # in the environment, where no other user reads it
        environment = os.environ | {name: value for name, value in told.items() if value}
        try:
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # noqa: S603
        except FileNotFoundError:
            raise BackupError(f"{command[0]} is not installed; it comes with PostgreSQL's client") from None
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip().splitlines() or ["failed"]
            worst = next((line for line in said if "ERROR" in line), said[0])
            raise BackupError(f"{command[0]}: {worst}") from None
