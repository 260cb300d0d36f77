"""The settings, in sections; the database, who may sign in and what travels how stand in files of their own."""

from pathlib import Path

import environ

from config import environment
from config.databases import *  # noqa: F403
from config.environment import BASE_DIR, env
from config.signing_in import *  # noqa: F403
from config.transport import *  # noqa: F403

# --- Secrets and place -------------------------------------------------------------------

DEBUG, DEMONSTRATION = environment.DEBUG, environment.DEMONSTRATION
SECRET_KEY, AUDIT_KEY = environment.SECRET_KEY, environment.AUDIT_KEY
ALLOWED_HOSTS, SITE_URL = environment.ALLOWED_HOSTS, environment.SITE_URL
BACKUP_RECIPIENTS, RETENTION_YEARS = environment.BACKUP_RECIPIENTS, environment.RETENTION_YEARS

# --- Apps --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "allauth",  # before ours, whose admin leaves its tables out
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_tasks",
    "django_tasks_db",
    "clinic",
    "triage",
    "rehab",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "bootstrap",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "config.logs.Requests",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # with padding of its own against BREACH
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.security.Headers",
    "clinic.emergency.EmergencyFirst",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.security.NeverStored",
    "config.doorkeeper.Doorkeeper",
    "clinic.language.PersonLanguage",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "clinic.conflict.Conflicts",
    "clinic.views.errors.Kindly",
]

ROOT_URLCONF = "config.urls"
CSRF_FAILURE_VIEW = "rehab.views.stale.stale_form"  # in the last app: it knows the questions about dangers
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.context.place",
            ],
            "libraries": {"lucide": "clinic.templatetags.icons"},  # the package's tag, remembered
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Language and time -------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
# What the emergency page says to call, which knows no clinic; empty: the number of the place where somebody is.
EMERGENCY_NUMBER = env("CLINIC_EMERGENCY_NUMBER", "")
TIME_ZONE = env("CLINIC_TIME_ZONE", "UTC")
# Drawings, whose language stands in their address, and what a browser installs.
SAME_FOR_EVERYBODY = ("/exercises/figures/", "/worker.js", "/icons/")
USE_I18N = USE_TZ = True

# --- Histories ---------------------------------------------------------------------------
# They are read by what they are the history of, never by a day.

SIMPLE_HISTORY_DATE_INDEX = False

# --- Work beside the requests ------------------------------------------------------------
# It waits in the database, for ``manage.py db_worker``.

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- Logs --------------------------------------------------------------------------------
# Where a developer works Django says all it knows; a server that works says nothing of a person.

if not DEBUG:
    from config.logs import LOGGING  # noqa: F401

# --- Files -------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "config.security.HashedFiles"
    },
}
MEDIA_ROOT = Path(env("CLINIC_MEDIA_ROOT", str(BASE_DIR / "media")))
PRIVATE_ROOT = Path(env("CLINIC_PRIVATE_ROOT", str(BASE_DIR / "private")))  # files that wait for the worker
FILE_UPLOAD_HANDLERS = ["config.doorkeeper.BoundedUpload", "django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# --- Mail --------------------------------------------------------------------------------
# Development prints the mail where the server runs; production names its server, such as smtp+tls://...

vars().update(environ.Env.email_url_config(env("CLINIC_MAIL_URL", "consolemail://" if DEBUG else None)))
EMAIL_TIMEOUT = 5  # seconds: an answer that rings an alarm waits for one try at most
DEFAULT_FROM_EMAIL = env("CLINIC_MAIL_FROM", "stridewell@localhost")
