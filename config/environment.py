"""Where the settings come from: the environment.  ``env()`` stops with a sentence that helps."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
LEAST = 50  # characters of a key that nobody guesses


def env(name, default=None):
    """Return a setting from the environment, or stop with a sentence that helps."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. The README lists the settings needed.")
    return value


def key(name):
    """Return a secret key, or stop with a sentence where it is short enough to be guessed; development needs none."""
    value = env(name, "only-for-development" if DEBUG else None)
    if len(value) < LEAST and not DEBUG:
        raise ImproperlyConfigured(f"{name} is shorter than {LEAST} characters. The README lists the settings needed.")
    return value


# Development needs one word, CLINIC_DEBUG=yes (manage.py says it).  Production needs a key and its hosts, or stops.
DEBUG = env("CLINIC_DEBUG", "no") == "yes"
SECRET_KEY = key("CLINIC_SECRET_KEY")
# Under this key the audit is chained.  It is kept as long as the record: another one calls every older row changed.
AUDIT_KEY = key("CLINIC_AUDIT_KEY")
ALLOWED_HOSTS = env("CLINIC_HOSTS", "localhost,127.0.0.1" if DEBUG else None).split(",")
# Where a mail points to; no request tells it there.
SITE_URL = env("CLINIC_URL", "http://localhost:8000" if DEBUG else f"https://{ALLOWED_HOSTS[0]}").rstrip("/")
# Demonstration accounts can exist only while this is on.
DEMONSTRATION = env("CLINIC_DEMO", "yes" if DEBUG else "no") == "yes"
# Whose keys open a backup: public age keys, with commas between.
BACKUP_RECIPIENTS = [key for key in env("CLINIC_BACKUP_RECIPIENT", "").split(",") if key]
# How many years after its last case ended a record is kept; the law of the place says how many.
RETENTION_YEARS = int(env("CLINIC_RETENTION_YEARS", "10"))
