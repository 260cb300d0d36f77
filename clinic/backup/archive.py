"""The archive: a tar under age encryption, with a manifest that says what each part was."""

import hashlib
import json
import os
import shutil
import tarfile
from pathlib import Path, PurePosixPath

import pyrage

from clinic.backup.errors import BackupError

MANIFEST = "manifest.json"
CHUNK = 1 << 20


def new_key(path):
    """Make a key pair: the secret stands in a file that only its owner reads; return the public half."""
    identity = pyrage.x25519.Identity.generate()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BackupError(f"{path} is there already; a key is never overwritten") from None
    with os.fdopen(handle, "w") as file:
        file.write(f"# public key: {identity.to_public()}\n{identity}\n")
    return str(identity.to_public())


def read_identity(path):
    """Return the secret key that stands in a file.  Raises BackupError."""
    try:
        lines = Path(path).read_text().splitlines()
        return pyrage.x25519.Identity.from_str(next(line for line in lines if line.startswith("AGE-SECRET-KEY-")))
    except OSError as error:
        raise BackupError(f"{path}: {error.strerror}") from None
    except (StopIteration, UnicodeDecodeError, pyrage.IdentityError):
        raise BackupError(f"{path} holds no age key") from None


def read_recipient(text):
    """Return a public key.  Raises BackupError."""
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise BackupError(f"{text} is no public age key") from None


def fingerprint(path):
    """Return [size, SHA-256 in hex] of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
    return [path.stat().st_size, digest.hexdigest()]


def files_in(places):
    """Return {name in the archive: path} of every file below these folders; links are not followed."""
    return {
        f"{name}/{path.relative_to(place).as_posix()}": path
        for name, place in places.items()
        if place.is_dir()
        for path in sorted(place.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def write(target, manifest, parts, recipients):
    """Write the archive beside its name, and give it the name once all of it is on the disk."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    plain = target.with_name(f".{target.name}.plain")
    try:
        told = plain.with_suffix(".json")
        told.write_text(json.dumps(manifest))
        with _private(plain) as file, tarfile.open(fileobj=file, mode="w") as tar:
            tar.add(told, MANIFEST)
            for name, path in parts.items():
                tar.add(path, name, recursive=False)
        with open(plain, "rb") as reader, _private(unfinished) as writer:
            pyrage.encrypt_io(reader, writer, [read_recipient(text) for text in recipients])
            writer.flush()
            os.fsync(writer.fileno())
        os.rename(unfinished, target)
    except OSError as error:
        raise BackupError(f"{target}: {error.strerror}") from None
    finally:
        for left in (plain, unfinished, plain.with_suffix(".json")):
            left.unlink(missing_ok=True)


def _private(path):
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def read(source, identity, folder):
    """Open an archive into a folder and check every part against the manifest; return the manifest."""
    tar_file = folder / "archive.tar"
    try:
        with open(source, "rb") as reader, open(tar_file, "wb") as writer:
            pyrage.decrypt_io(reader, writer, [read_identity(identity)])
    except OSError as error:
        if error.errno is not None:
            raise BackupError(f"{source}: {error.strerror}") from None
        raise BackupError(f"{source} does not open: not as it was written") from None  # a piece that was changed
    except pyrage.DecryptError:
        raise BackupError(f"{source} does not open: another key, no such archive, or not as it was written") from None
    try:
        with tarfile.open(tar_file) as tar:
            tar.extractall(folder, filter="data")
        told = json.loads((folder / MANIFEST).read_text())
        wrong = [name for name, was in told["parts"].items() if fingerprint(folder / name) != was]
    except (tarfile.TarError, OSError, ValueError, KeyError):
        raise BackupError(f"{source} is not whole") from None
    finally:
        tar_file.unlink(missing_ok=True)
    if wrong:
        raise BackupError(f"{source} is not as it was written: {wrong[0]}")
    return told


def put_files(parts, folder, places):
    """Put the files of an archive in the place of those that are there."""
    for name, place in places.items():
        shutil.rmtree(place, ignore_errors=True)
        for part in parts:
            first, *rest = PurePosixPath(part).parts
            if first == name and rest:
                target = place.joinpath(*rest)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(folder / part, target)
