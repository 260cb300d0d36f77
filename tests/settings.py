"""The product's own settings, with what makes a test run fast and separate."""

import os
import tempfile

os.environ.setdefault("CLINIC_DEBUG", "yes")

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES  # noqa: E402

# Hundreds of invented people sign in; the slow hash is tested where it matters.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Nothing is collected for a test; the folder only has to be there, and every test client reads all of it.
STATIC_ROOT = os.path.join(tempfile.gettempdir(), "stridewell-static")
os.makedirs(STATIC_ROOT, exist_ok=True)

# Files that wait for the worker wait outside the house.
PRIVATE_ROOT = os.path.join(tempfile.gettempdir(), f"stridewell-private-{os.getpid()}")

# A browser journey has two threads on one database, so SQLite needs a file: connections
# to a database in memory would share one transaction.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(tempfile.gettempdir(), f"stridewell-{os.getpid()}.sqlite3")}
else:
    DATABASES["default"].get("OPTIONS", {}).pop("pool", None)  # a pool would outlive the test database

# What is counted against a limit is forgotten after each test; where many workers count, a test takes the real cache.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
