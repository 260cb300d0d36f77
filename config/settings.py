"""One file of settings, in sections.  ``env()`` stops with a sentence that helps."""

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name, default=None):
    """Return a setting from the environment, or stop with a sentence that helps."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. The README lists the settings needed.")
    return value


# --- Secrets and place -------------------------------------------------------------------
# Development needs one word, CLINIC_DEBUG=yes (manage.py says it).  Production needs a key and its hosts, or stops.
DEBUG = env("CLINIC_DEBUG", "no") == "yes"
SECRET_KEY = env("CLINIC_SECRET_KEY", "only-for-development" if DEBUG else None)
ALLOWED_HOSTS = env("CLINIC_HOSTS", "localhost,127.0.0.1" if DEBUG else None).split(",")
# Where a mail points to; no request tells it there.
SITE_URL = env("CLINIC_URL", "http://localhost:8000" if DEBUG else f"https://{ALLOWED_HOSTS[0]}").rstrip("/")
# Demonstration accounts can exist only while this is on.
DEMONSTRATION = env("CLINIC_DEMO", "yes" if DEBUG else "no") == "yes"

# --- Apps --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "allauth",  # before ours, whose admin leaves its tables out
    "allauth.account",
    "allauth.mfa",
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
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # with padding of its own against BREACH
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.security.ContentSecurityPolicy",
    "clinic.emergency.EmergencyFirst",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.security.NeverStored",
    "clinic.language.PersonLanguage",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "clinic.conflict.Conflicts",
    "clinic.views.errors.Kindly",
]

ROOT_URLCONF = "config.urls"
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

# --- Database ----------------------------------------------------------------------------
# SQLite beside the code unless DATABASE_URL names a PostgreSQL.

DATABASES = {"default": environ.Env().db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'stridewell.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writers queue at the start of a transaction instead of failing in the middle of one.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        "PRAGMA recursive_triggers=ON;",  # REPLACE deletes rows; let the triggers see it
    }
else:
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}}
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # the pool keeps the connections
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People ------------------------------------------------------------------------------

AUTH_USER_MODEL = "clinic.Person"
AUTHENTICATION_BACKENDS = ["clinic.access.SignIn"]
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("Argon2", "PBKDF2")]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = LOGOUT_REDIRECT_URL = "login"
LOGIN_REDIRECT_URL = "clinic:today"
SESSION_COOKIE_AGE = 12 * 60 * 60
RUNNER_SESSION_DAYS = int(env("CLINIC_RUNNER_DAYS", "30"))  # a runner stays in on their own phone

# --- Signing in by code or passkey -------------------------------------------------------
# Numbers are counted in the database, which all workers share; sessions stand there too, in a table of their own.

CACHES = {"default": environ.Env.cache_url_config("dbcache://clinic_cache?max_entries=100000")}
ACCOUNT_ADAPTER = "clinic.entrance.Entrance"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS, ACCOUNT_SIGNUP_FIELDS = {"email"}, ["email*"]
ACCOUNT_EMAIL_VERIFICATION, ACCOUNT_EMAIL_SUBJECT_PREFIX = "none", ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to whom we do not know
ACCOUNT_LOGIN_BY_CODE_ENABLED, ACCOUNT_LOGIN_BY_CODE_TIMEOUT = True, 10 * 60
# A passkey is added within this time after signing in: the rule is ours, so allauth's own is off.
ACCOUNT_REAUTHENTICATION_TIMEOUT, MFA_REAUTHENTICATION_REQUIRED = 15 * 60, False
ACCOUNT_RATE_LIMITS = {"request_login_code": "30/h/ip,3/10m/key,10/d/key"}  # for a network, for an address
ACCOUNT_RATE_LIMITS |= {"enter_code": "3/10m/key", "use_code": "1/10m/key"}
_ours = "clinic.forms.entrance."
ACCOUNT_FORMS = {"request_login_code": _ours + "AskForCode", "confirm_login_code": _ours + "EnterCode"}
MFA_FORMS = {"login_webauthn": _ours + "SignInByPasskey"}
MFA_SUPPORTED_TYPES, MFA_PASSKEY_LOGIN_ENABLED = ["webauthn"], True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # http://localhost
ALLAUTH_TRUSTED_PROXY_COUNT = int(env("CLINIC_PROXIES", "0" if DEBUG else "1"))  # whose word is a network address

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

# --- Work beside the requests ------------------------------------------------------------
# It waits in the database, for ``manage.py db_worker``.

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- Files -------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "config.security.HashedFiles"
    },
}
MEDIA_ROOT = BASE_DIR / "media"
PRIVATE_ROOT = Path(env("CLINIC_PRIVATE_ROOT", str(BASE_DIR / "private")))  # files that wait for the worker
FILE_UPLOAD_HANDLERS = ["config.security.BoundedUpload", "django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# --- Transport ---------------------------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if not DEBUG:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

# --- Mail --------------------------------------------------------------------------------
# Development prints the mail where the server runs; production names its server, such as smtp+tls://...

vars().update(environ.Env.email_url_config(env("CLINIC_MAIL_URL", "consolemail://" if DEBUG else None)))
EMAIL_TIMEOUT = 5  # seconds: an answer that rings an alarm waits for one try at most
DEFAULT_FROM_EMAIL = env("CLINIC_MAIL_FROM", "stridewell@localhost")
