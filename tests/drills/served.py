"""The settings of a clinic at work, for a drill: its static files stand in a folder, and its disk can fill."""

import os
from pathlib import Path

from django.db.backends.signals import connection_created

from config.settings import *  # noqa: F403

ROOT = Path(os.environ["DRILL_ROOT"])
STATIC_ROOT = ROOT / "static"


def as_small_as_it_is(connection, **kwargs):
    """Let a SQLite grow no further while the drill says that its disk is full."""
    if connection.vendor == "sqlite" and (ROOT / "disk_is_full").exists():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1")  # never less than it has


connection_created.connect(as_small_as_it_is)
