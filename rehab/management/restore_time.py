"""How long a backup and a restore take, with as many patients as the database holds at that moment."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from django.test.utils import override_settings

from clinic.backup import back_up, restore
from clinic.backup.keys import new_key
from clinic.models import Patient


def times():
    """Back the database up, put the backup in its place, and return seconds, rows, patients and the archive's MB.

    The restore proves what it put back, row by row (BackupError).  It belongs in a database that is thrown away; the
    files are those of an empty folder.
    """
    with TemporaryDirectory() as name, override_settings(MEDIA_ROOT=f"{name}/media", PRIVATE_ROOT=f"{name}/private"):
        key, archive = Path(name, "key"), Path(name, "backup")
        recipient = new_key(key)
        backup_s, _ = _seconds(lambda: back_up(archive, [recipient]))
        restore_s, told = _seconds(lambda: restore(archive, key, overwrite=True))
        return {
            "patients": Patient.objects.count(),
            "rows": sum(count for count, _ in told["tables"].values()),
            "archive_mb": round(archive.stat().st_size / 1024**2, 1),
            "backup_s": backup_s,
            "restore_s": restore_s,
        }


def _seconds(act):
    start = time.perf_counter()
    result = act()
    return round(time.perf_counter() - start, 1), result
