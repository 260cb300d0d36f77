"""Where a backup is put together and taken apart: a folder that only this user reads, and that is gone afterwards."""

import fcntl
import os
import shutil
import signal
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

PREFIX = "stridewell-"


@contextmanager
def scratch():
    """Give the folder.  One that a killed process left behind goes first: nobody holds it any more."""
    where = Path(os.environ.get("CLINIC_SCRATCH") or tempfile.gettempdir())
    for left in where.glob(f"{PREFIX}*"):
        _forget_where_nobody_is(left)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=where) as name, _held(name):
        yield Path(name)


@contextmanager
def _held(folder):
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _forget_where_nobody_is(folder):
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:  # another user's, or no folder
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:  # somebody works there
        pass
    finally:
        os.close(handle)


@contextmanager
def ended_politely():
    """Let SIGTERM end the command as an exception does, so that nothing half-made is left."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number, _frame):
    raise SystemExit(128 + number)
