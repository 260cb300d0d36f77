"""Settings: where the record stands.  SQLite beside the code unless DATABASE_URL names a PostgreSQL."""

import environ

from config.environment import BASE_DIR

DATABASES = {"default": environ.Env().db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'stridewell.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writers queue at the start of a transaction instead of failing in the middle of one.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        "PRAGMA recursive_triggers=ON;"  # REPLACE deletes rows; let the triggers see it
        "PRAGMA secure_delete=ON;",  # what is erased is written over
    }
else:
    # A server that was started again is found again: a connection is looked at before it is used, a dead one is made
    # anew at once, and nobody waits for a page longer than a few seconds while there is none.
    POOL = {"min_size": 1, "max_size": 8, "timeout": 3, "reconnect_timeout": 3}
    DATABASES["default"]["OPTIONS"] = {"pool": POOL, "connect_timeout": 3}
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # the pool keeps the connections
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
