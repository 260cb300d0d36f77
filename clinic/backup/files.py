"""The files that belong to the record: copied as they are at one moment, and put back in the place of others."""

import os
import shutil
from contextlib import suppress
from pathlib import Path, PurePosixPath

from django.conf import settings

from clinic.backup.archive import fingerprint
from clinic.backup.errors import BackupError

COMING, GOING = ".restored", ".replaced"  # inside each folder: it may be a volume, which nobody renames


def places():
    """Return {name in the archive: folder} of the files that belong to the record."""
    return {"media": Path(settings.MEDIA_ROOT), "private": Path(settings.PRIVATE_ROOT)}


def files_there():
    """Return {name in the archive: path} of every file; links are not followed."""
    return {
        f"{name}/{path.relative_to(place).as_posix()}": path
        for name, place in places().items()
        if place.is_dir()
        for path in sorted(place.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.relative_to(place).parts[0] not in (COMING, GOING)
    }


def copied(folder):
    """Copy every file into a folder; return {name: copy}.  One that a worker deletes meanwhile is left out."""
    copies = {}
    for name, path in files_there().items():
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            shutil.copy(path, copy)
            copies[name] = copy
    return copies


def lay_ready(parts, folder):
    """Move the files of an archive into the folders where they belong, beside those that are there, and compare them.

    Nothing is replaced yet.  Raises BackupError.
    """
    try:
        for name, place in places().items():
            shutil.rmtree(place / COMING, ignore_errors=True)
            (place / COMING).mkdir(parents=True)
            for part, was in parts.items():
                first, *rest = PurePosixPath(part).parts
                if first == name and rest:
                    target = (place / COMING).joinpath(*rest)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.move(folder / part, target)
                    if fingerprint(target) != was:
                        raise BackupError(f"{target} is not as it was written; nothing was replaced")
    except OSError as error:
        raise BackupError(f"{error.filename}: {error.strerror}; nothing was replaced") from None


def put_in_place():
    """Put what lies ready in the place of what is there: renames, and only then is anything deleted."""
    try:
        for place in places().values():
            shutil.rmtree(place / GOING, ignore_errors=True)
            (place / GOING).mkdir(mode=0o700)
            for old in [path for path in place.iterdir() if path.name not in (COMING, GOING)]:
                os.rename(old, place / GOING / old.name)
            for new in list((place / COMING).iterdir()):
                os.rename(new, place / new.name)
            (place / COMING).rmdir()
            shutil.rmtree(place / GOING)
    except OSError as error:
        raise BackupError(
            f"the database is restored, and its files are not: {error.filename}: {error.strerror}; restore once more"
        ) from None
