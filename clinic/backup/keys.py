"""The clinic's keys: a public one that encrypts, and a secret one that alone opens."""

import os
from pathlib import Path

import pyrage

from clinic.backup.errors import BackupError


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
