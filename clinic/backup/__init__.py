"""Backup and restore: the whole database and every file in one archive that only the clinic's key opens.

An archive is a tar under age encryption: ``manifest.json`` first, then the database as its own engine writes it, then
the files.  The manifest says of each part and each table what it was, so that a restore can prove that all came back.
"""

from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from clinic import triggers
from clinic.backup import archive, files
from clinic.backup.engines import engine
from clinic.backup.errors import BackupError
from clinic.backup.scratch import scratch
from clinic.tables import knowledge_version

DATABASE = "database"
FORMAT = 2


def back_up(target, recipients):
    """Write everything to ``target``, for whoever holds the key of one of the recipients; return the manifest.

    Nothing stands under that name before all of it does.  Raises BackupError.
    """
    target = Path(target)
    if target.exists():
        raise BackupError(f"{target} is there already; another name is safer than overwriting a backup")
    if not recipients:
        raise BackupError("name whose key opens it: --recipient, or the setting CLINIC_BACKUP_RECIPIENT")
    with scratch() as folder:
        told = {"format": FORMAT, "made": timezone.now().isoformat(), "engine": connection.vendor}
        told |= {"knowledge": knowledge_version().sha256, "migrations": applied()}
        told |= engine().dump(folder / DATABASE)
        parts = {DATABASE: folder / DATABASE} | files.copied(folder)
        told["parts"] = {name: archive.fingerprint(path) for name, path in parts.items()}
        archive.write(target, told, parts, recipients)
    return told


def check(source, identity):
    """Open an archive and read all of it; return its manifest.  Raises BackupError where anything is amiss."""
    with scratch() as folder:
        return archive.read(Path(source), identity, folder)


def restore(source, identity, *, overwrite=False):
    """Put an archive in the place of the database and the files; return its manifest.

    Everything is read and checked, and the files lie ready, before anything is changed.  Raises BackupError, also where
    what came back is not what went in.
    """
    here = engine()
    with scratch() as folder:
        told = archive.read(Path(source), identity, folder)
        _refuse_unfit(told)
        if not overwrite and (here.holds_anything() or files.files_there()):
            raise BackupError("there is a record here already; --overwrite puts the backup in its place")
        files.lay_ready(told["parts"], folder)
        here.load(folder / DATABASE)
        files.put_in_place()
    triggers.install()
    _refuse_different(told, here.told())
    return told


def applied():
    """Return every applied migration as "app.name"."""
    loader = MigrationLoader(connection)
    return sorted(f"{app}.{name}" for app, name in loader.applied_migrations)


def _refuse_unfit(told):
    if told.get("format") != FORMAT:
        raise BackupError("it is written in another format; the version that made it reads it")
    if told["engine"] != connection.vendor:
        raise BackupError(f"it was made on {told['engine']}, and this is {connection.vendor}")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := sorted(set(told["migrations"]) - known):
        raise BackupError(f"it was made by a newer version, which knows {newer[0]}")


def _refuse_different(told, found):
    wrong = sorted(name for name in told["tables"] if found["tables"].get(name) != told["tables"][name])
    if wrong or found["heads"] != told["heads"]:
        raise BackupError(f"what came back is not what went in: {', '.join(wrong) or 'the ends of the audit'}")
