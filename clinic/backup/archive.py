"""The archive: a tar under age encryption, with a manifest that says what each part was.

What stands beside the backup is encrypted from its first byte: the tar is written into a pipe, never into a file.
"""

import hashlib
import io
import json
import os
import tarfile
import threading
from contextlib import contextmanager, suppress

import pyrage

from clinic.backup.errors import BackupError
from clinic.backup.keys import read_identity, read_recipient

MANIFEST = "manifest.json"
CHUNK = 1 << 20


def fingerprint(path):
    """Return [size, SHA-256 in hex] of a file."""
    digest, size = hashlib.sha256(), 0
    with open(path, "rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
            size += len(piece)
    return [size, digest.hexdigest()]


def sync(path):
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def piped(feed):
    """Give the end of a pipe into whose other end ``feed(writer)`` writes meanwhile.

    What went wrong there is what is raised: what the reader makes of a flow that broke off only follows from it.
    """
    out, into = os.pipe()
    wrong = []

    def run():
        try:
            with os.fdopen(into, "wb", CHUNK) as writer:
                feed(writer)
        except BaseException as error:  # noqa: BLE001 (raised again below, in the thread that waits)
            wrong.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        with os.fdopen(out, "rb", CHUNK) as reader:
            yield reader
    finally:
        thread.join()
        if wrong and not isinstance(wrong[0], BrokenPipeError):  # that one says only that the reader left
            raise wrong[0]


def write(target, manifest, parts, recipients):
    """Write the archive beside its name, and give it the name once all of it is on the disk."""
    keys = [read_recipient(text) for text in recipients]
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as writer, piped(lambda into: _pack(into, manifest, parts)) as reader:
            pyrage.encrypt_io(reader, writer, keys)
            writer.flush()
            os.fsync(writer.fileno())
        os.rename(unfinished, target)
        sync(target.parent)
    except OSError as error:
        raise BackupError(f"{target}: {error.strerror}") from None
    except pyrage.EncryptError as error:  # so says a full disk
        raise BackupError(f"{target}: {error}") from None
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _pack(into, manifest, parts):
    told = json.dumps(manifest).encode()
    with tarfile.open(fileobj=into, mode="w|") as tar:
        first = tarfile.TarInfo(MANIFEST)
        first.size = len(told)
        tar.addfile(first, io.BytesIO(told))
        for name, path in parts.items():
            tar.add(path, name, recursive=False)


def read(source, identity, folder):
    """Open an archive into a folder and check every part against the manifest; return the manifest."""
    keys = [read_identity(identity)]
    try:
        with open(source, "rb") as file, piped(lambda into: pyrage.decrypt_io(file, into, keys)) as reader:
            _unpack(reader, folder)
        told = json.loads((folder / MANIFEST).read_text())
        wrong = [name for name, was in told["parts"].items() if fingerprint(folder / name) != was]
    except pyrage.DecryptError:
        raise BackupError(f"{source} does not open: another key, no such archive, or not as it was written") from None
    except OSError as error:
        if error.errno is None:  # a piece that was changed
            raise BackupError(f"{source} does not open: not as it was written") from None
        raise BackupError(f"{error.filename or source}: {error.strerror}") from None
    except (tarfile.TarError, ValueError, KeyError, TypeError, AttributeError):
        raise BackupError(f"{source} is not whole") from None
    if wrong:
        raise BackupError(f"{source} is not as it was written: {wrong[0]}")
    return told


def _unpack(reader, folder):
    with tarfile.open(fileobj=reader, mode="r|") as tar:
        tar.extractall(folder, filter="data")
    while reader.read(CHUNK):  # to the end: the last piece is proven too
        pass
