"""Settings: who signs in, how, and for how long."""

import environ

from config.environment import DEBUG, env

# --- People ------------------------------------------------------------------------------

AUTH_USER_MODEL = "clinic.Person"
AUTHENTICATION_BACKENDS = ["clinic.access.SignIn"]
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("Argon2", "PBKDF2")]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = LOGOUT_REDIRECT_URL = "login"
LOGIN_REDIRECT_URL = "clinic:today"
SESSION_COOKIE_AGE = 12 * 60 * 60  # who works here, whatever they do meanwhile
IDLE_SECONDS = int(env("CLINIC_IDLE_MINUTES", "15")) * 60  # who works here and does nothing
RUNNER_IDLE_SECONDS = int(env("CLINIC_RUNNER_IDLE_DAYS", "14")) * 24 * 60 * 60
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
# Of a network and of an account; "_here" on a device where the person came in before, which strangers who use up the
# limits of others do not touch.  Codes asked for are counted, and failed tries.
ACCOUNT_RATE_LIMITS = {"request_login_code": "30/h/ip,3/10m/key,10/d/key"}
ACCOUNT_RATE_LIMITS |= {"request_login_code_here": "3/10m/key,10/d/key"}
ACCOUNT_RATE_LIMITS |= {"enter_code": "3/10m/key", "use_code": "1/10m/key"}
ACCOUNT_RATE_LIMITS |= {"password": "100/h/ip,10/10m/key,50/d/key", "password_here": "10/10m/key,100/d/key"}
ACCOUNT_RATE_LIMITS |= {"second_factor": "100/h/ip,5/5m/key,30/d/key", "second_factor_here": "5/5m/key,50/d/key"}
ACCOUNT_RATE_LIMITS |= {"reset": "30/h/ip,3/h/key,6/d/key", "reset_here": "3/h/key,6/d/key"}
ACCOUNT_RATE_LIMITS |= {"old_password": "10/h/key"}
_ours = "clinic.forms.entrance."
ACCOUNT_FORMS = {"request_login_code": _ours + "AskForCode", "confirm_login_code": _ours + "EnterCode"}
MFA_FORMS = {"login_webauthn": _ours + "SignInByPasskey"}
MFA_SUPPORTED_TYPES, MFA_PASSKEY_LOGIN_ENABLED = ["webauthn"], True  # codes of the team are made on our own pages
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # http://localhost
MFA_ADAPTER, MFA_TOTP_ISSUER, MFA_TOTP_TOLERANCE = "clinic.factors.Sealed", "Stridewell", 1  # one step late or early
PASSWORD_RESET_TIMEOUT = 60 * 60
ALLAUTH_TRUSTED_PROXY_COUNT = int(env("CLINIC_PROXIES", "0" if DEBUG else "1"))  # whose word is a network address
