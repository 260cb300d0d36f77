"""The export of a watch: kept under a private name until a worker has read it, and forgotten after a day.

The file is deleted as soon as it was read, and as soon as nobody will try to read it again.
"""

import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from clinic.actions import lock_case
from clinic.audit import recorded
from clinic.background import background
from clinic.ids import new_id
from rehab.models import WatchExport
from rehab.runs.archive import read_archive
from rehab.runs.plain import plain_outcome

KEPT_FOR = timedelta(days=1)
ARRIVES_IN = timedelta(hours=1)  # a file stands there a moment before its row does
SECONDS = 240.0  # for one export; in the request there were eight
TOLD_EVERY = 1.0  # seconds between two words about how far it is
SUFFIX = ".zip"


def _shelf():
    """Return where exports wait: no address leads there, and only the product's own user may read it."""
    where = Path(settings.PRIVATE_ROOT) / "exports"
    return FileSystemStorage(where, file_permissions_mode=0o600, directory_permissions_mode=0o700)


def keep_export(*, case, file, by, at):
    """Keep an uploaded export for the worker; return its row.  An older one of the case is forgotten then."""
    key = new_id()
    _shelf().save(f"{key}{SUFFIX}", file)
    try:
        row, names = _keep_export(case=case, key=key, by=by, at=at)
    except BaseException:
        _shelf().delete(f"{key}{SUFFIX}")
        raise
    for name in names:  # only now: had anything gone wrong, the older export would still stand there whole
        _shelf().delete(name)
    return row


@recorded
def _keep_export(*, case, key, by, at):
    """Put a new export in the place of older ones; return its row, and the names of the files that are over."""
    lock_case(case)  # a double tap keeps one
    older = WatchExport.objects.filter(case=case)
    names = [f"{row.pk}{SUFFIX}" for row in older]
    older.delete()
    row = WatchExport.objects.create(pk=key, case=case, sent_at=at, sent_by=by)
    read_export.enqueue(str(key))
    return row, names


def forget_export(row):
    """Forget an export: its row, and its file where there still is one."""
    _shelf().delete(f"{row.pk}{SUFFIX}")
    row.delete()


def forget_erased(erased):
    """Let the files go with the record they belonged to."""
    for key in erased.get(WatchExport._meta.label, ()):
        _shelf().delete(f"{key}{SUFFIX}")


def could_not_read(key):
    """After the last try: say so, and let the file go."""
    WatchExport.objects.filter(pk=key, state=WatchExport.State.WAITING).update(state=WatchExport.State.FAILED)
    _shelf().delete(f"{key}{SUFFIX}")


@background(gave_up=could_not_read)
def read_export(key):
    """Read an export and write down the figures of its runs; one that is gone, or read already, is left alone.

    One that was given up has no file any more, and fails again: it must not look as if it had been read.
    """
    unread = WatchExport.objects.filter(pk=key).exclude(state=WatchExport.State.DONE)
    row = unread.first()
    if row is None:
        return
    shelf, found, told = _shelf(), [], time.monotonic()
    with shelf.open(f"{key}{SUFFIX}") as file:
        for name, outcome in read_archive(file, at=row.sent_at, seconds=SECONDS):
            found.append(plain_outcome(name, outcome))
            if time.monotonic() - told > TOLD_EVERY:
                unread.update(files_read=len(found))
                told = time.monotonic()
    unread.update(state=WatchExport.State.DONE, files_read=len(found), found=found)
    shelf.delete(f"{key}{SUFFIX}")


def forget_old_exports(now, *, dry=False):
    """Forget what waits for longer than a day, and files that belong to nothing, or only count; return how many."""
    shelf, old = _shelf(), list(WatchExport.objects.filter(sent_at__lt=now - KEPT_FOR))
    names = shelf.listdir("")[1] if shelf.exists("") else []
    known = {f"{key}{SUFFIX}" for key in WatchExport.objects.values_list("pk", flat=True)}
    left = [name for name in names if name not in known and _is_older(shelf, name, now - ARRIVES_IN)]
    if not dry:
        for row in old:
            forget_export(row)
        for name in left:
            shelf.delete(name)
    return len(old) + len(left)


def _is_older(shelf, name, moment):
    """Return whether a file was last written before a moment; one that a worker deleted meanwhile was not."""
    try:
        return shelf.get_modified_time(name) < moment
    except FileNotFoundError:
        return False
