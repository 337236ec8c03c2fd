"""One settings file for every environment; everything that differs comes from environment variables.

``docs/operations.md`` has the table of variables. Production differs by values only: there is no code
path that exists in production alone. What a deployment gets wrong is refused by ``portal/checks.py``.
"""

import logging
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import environ
import pghistory
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env("PORTAL_DATA", default=str(BASE_DIR / "var"))).resolve()

# -- Environment ------------------------------------------------------------------------------------
PRODUCTION = env("DJANGO_ENV", default="development") == "production"
DEBUG = False  # error pages are part of the product, so development shows them too


def _development_secret() -> str:
    """A random key kept in the data folder; production must bring its own (``portal.E001``)."""
    path = DATA_DIR / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Given its name when it is whole, and only if nobody was quicker: what is encrypted under a lost key is lost.
        descriptor, fresh = tempfile.mkstemp(dir=path.parent, prefix=".secret-key-")
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(fresh, path)
        os.unlink(fresh)
    return path.read_text().strip()


SECRET_KEY_IS_DEFAULT = not env("DJANGO_SECRET_KEY", default="")
SECRET_KEY = env("DJANGO_SECRET_KEY", default="") or _development_secret()
DATA_KEYS = env.list("DATA_KEYS", default=[])  # newest first: ID numbers and health data are kept under the first one
PORTAL_ORIGIN = env("PORTAL_ORIGIN", default=f"http://127.0.0.1:{env('PORT', default='8000')}").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PORTAL_ORIGIN]
PORTAL_NAME = _("内蒙古红十字应急救援队管理平台")
PORTAL_SHORT_NAME = _("应急救援队管理平台")
PORTAL_VERSION = "0.1.0"

# -- Applications -----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal",
    "training",
    "assessments",
    "teams",
    "people",
    "organizations",
    "core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_filters",
    "django_prometheus",
    "django_structlog",
    "django_tables2",
    "drf_spectacular",
    "guardian",
    "health_check",
    "import_export",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "treebeard",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.language.LanguageMiddleware",
    "portal.health.HealthMiddleware",
    "portal.outage.OutageMiddleware",
    "portal.errors.WrongMethodMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.serving.PrivateMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "core.attachments.limits.UploadLimitMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.request_log.RequestLogMiddleware",
    "organizations.signin.sessions.IdleMiddleware",
    "core.history.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "organizations.signin.sessions.AccountDutiesMiddleware",
    "portal.todo.TodoMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
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
                "portal.context.portal",
            ]
        },
    }
]
FORM_RENDERER = "core.widgets.Renderer"
INSTALLED_APPS.append("django.forms")  # so that TemplatesSetting finds Django's own widget templates

# -- Database ---------------------------------------------------------------------------------------
# bin/run starts an embedded PostgreSQL and sets DATABASE_URL; a server's own address works the same.
DATABASES = {"default": env.db("DATABASE_URL", default="postgresql://postgres@127.0.0.1/portal")}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"]["pool"] = {
    "min_size": 1,
    "max_size": env.int("DATABASE_POOL", default=8),
    "timeout": 3,  # a dead database is told within this (portal/outage.py)
    "reconnect_timeout": 2,  # then the next request tries anew; the default would back off for minutes
}
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 3)
# Triggers ask for this setting at every row. Without it each answer is an error within a subtransaction, and ending one
# goes through all checks that wait for the commit: thousands of rows would take time by the square of their number.
_given = DATABASES["default"]["OPTIONS"].get("options", "")
# A process that is frozen in the middle of something, or whose machine has lost power, keeps nobody waiting for what it
# holds: by itself the database would wait for two hours.
_LETS_GO = {
    "idle_in_transaction_session_timeout": "15min",
    "tcp_keepalives_idle": "60", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "6",
}  # fmt: skip
_asked = {"pgtrigger.ignore": "{}", "lock_timeout": env("LOCK_TIMEOUT", default="0"), **_LETS_GO}
_options = (f"-c {name}={value}" for name, value in _asked.items() if name not in _given)
DATABASES["default"]["OPTIONS"]["options"] = " ".join([_given, *_options]).strip()
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # after a database restart no dead connection is handed out
DATABASES["default"]["ATOMIC_REQUESTS"] = False  # transactions are drawn around each move, where the rule lives
PAGE_WAITS = 0.4  # seconds for a query that counts or looks through very much; then a worker does it (core/counts.py)
HEAVY_QUERY = 30_000  # as the database counts cost; on a busy machine a list that costs less is waited for all the same
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "core.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        # one new try covers a connection that a restart of the server has cut
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 1)},
    }
}
OWN_SERVICES = bool(env("DATABASE_URL", default="") and env("REDIS_URL", default=""))

# -- History: every change by trigger, with who and from where (docs/adr/0003) --------------------------
PGHISTORY_BASE_MODEL = "core.history.events.TrackedEvent"
PGHISTORY_APPEND_ONLY = True
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_MIDDLEWARE_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# 网络安全法第二十一条（三）: logs are kept at least six months; portal.E004 refuses less.
AUDIT_RETENTION_DAYS = env.int("AUDIT_RETENTION_DAYS", default=1096)

# -- Accounts: 等保 2.0 8.1.4.1 ---------------------------------------------------------------------------
AUTH_USER_MODEL = "organizations.User"
AUTHENTICATION_BACKENDS = ["organizations.signin.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "organizations.signin.passwords.LengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "organizations.signin.passwords.CharacterKindsValidator", "OPTIONS": {"kinds": 3}},
    {"NAME": "organizations.signin.passwords.NotLikeNameValidator"},
    {"NAME": "organizations.signin.passwords.NotCommonValidator"},
    {"NAME": "organizations.signin.passwords.NotReusedValidator", "OPTIONS": {"last": 5}},
]
PASSWORD_MAX_AGE_DAYS = env.int("PASSWORD_MAX_AGE_DAYS", default=90)
ACCOUNT_UNUSED_DAYS = 90
IDLE_SECONDS = env.int("IDLE_SECONDS", default=30 * 60)
MFA_REQUIRED_FOR_ADMINS = env.bool("MFA_REQUIRED_FOR_ADMINS", default=PRODUCTION)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "organizations.signin.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "60/15m/ip,5/15m/key", "change_password": "10/m/user"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {
    "login": "organizations.signin.forms.SignInForm",
    "change_password": "organizations.signin.forms.OwnPasswordForm",
    "reauthenticate": "organizations.signin.forms.PasswordAgainForm",
}
MFA_ADAPTER = "organizations.signin.adapter.MFAAdapter"
MFA_FORMS = {
    "activate_totp": "organizations.signin.factors.ActivateAppForm",
    "authenticate": "organizations.signin.factors.SecondFactorForm",
    "reauthenticate": "organizations.signin.factors.SecondFactorAgainForm",
    "authenticate_webauthn": "organizations.signin.factors.SecurityKeyForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up by themselves, so nobody can lock out an address' real owner
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_TOTP_ISSUER = "应急救援队管理平台"
MFA_TOTP_TOLERANCE = 1  # a code is typed for some seconds of its thirty, and clocks of telephones differ
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PORTAL_ORIGIN.startswith("http://")
# Written by organizations/signin/sessions.py with each sign of life, not each request.
USERSESSIONS_TRACK_ACTIVITY = True
ANONYMOUS_USER_NAME = None  # guardian: nobody signed out holds any object permission

# -- Sessions, transport, headers ----------------------------------------------------------------------
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PORTAL_ORIGIN.startswith("https://")
SESSION_COOKIE_NAME = "portal_session"
SECURE_SSL_REDIRECT = PORTAL_ORIGIN.startswith("https://")
SECURE_REDIRECT_EXEMPT = [r"^health/$", r"^metrics$"]
METRICS_TOKEN = env("METRICS_TOKEN", default="")  # without one, /metrics answers only this machine
SECURE_HSTS_SECONDS = 31536000 if PORTAL_ORIGIN.startswith("https://") else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("TRUST_PROXY_TLS", default=False) else None
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=1 if SECURE_PROXY_SSL_HEADER else 0)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # previews of PDF attachments are framed by our own pages
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "worker-src": ["'self'"],  # of pages that work without network (core/offline.py)
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'self'"],
        "form-action": ["'self'"],
    }
}

# -- Files ------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/tabler", BASE_DIR / "node_modules/@tabler/core/dist"),
    ("vendor/htmx", BASE_DIR / "node_modules/htmx.org/dist"),
    ("vendor/jsqr", BASE_DIR / "node_modules/jsqr/dist"),
    ("vendor/tus", BASE_DIR / "node_modules/tus-js-client/dist"),
]
STATICFILES_FINDERS = [
    "portal.staticfiles.UsedFilesFinder",
    "portal.staticfiles.UsedAppsFinder",
]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # pages name nothing else, and each file is compressed once


def _object_storage() -> dict[str, Any]:
    from botocore.config import Config  # slow to import, and most copies keep their files on disk

    client = Config(
        signature_version="s3v4",
        s3={"addressing_style": env("S3_ADDRESSING_STYLE", default="") or "auto"},
        connect_timeout=3,
        read_timeout=20,  # a storage that does not answer is told of before the proxy gives up
        retries={"mode": "standard", "total_max_attempts": 2},
        # The default since botocore 1.36 sends sums in trailers, which many other makers' storages refuse.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env("S3_BUCKET"),
            "endpoint_url": env("S3_ENDPOINT_URL", default="") or None,
            "region_name": env("S3_REGION", default="") or None,
            "access_key": env("S3_ACCESS_KEY"),
            "secret_key": env("S3_SECRET_KEY"),
            "client_config": client,
            "default_acl": "private",
            "querystring_auth": True,
            "file_overwrite": False,
        },
    }


# No base_url: a private file has no address of its own, only the permission-checked view serves it.
_DISK = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": DATA_DIR / "files", "base_url": None, "file_permissions_mode": 0o600},
}
STORAGES: dict[str, dict[str, Any]] = {
    "default": _object_storage() if env("S3_BUCKET", default="") else _DISK,
    "staticfiles": {"BACKEND": "portal.staticfiles.HashedFiles"},
}
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
UPLOAD_VIDEO_MAX_BYTES = env.int("UPLOAD_VIDEO_MAX_BYTES", default=500 * 1024 * 1024)
UPLOAD_PIECE_BYTES = 5 * 1024 * 1024  # what goes up in one request, far below what proxies let through
UPLOAD_KEEP_DAYS = env.int("UPLOAD_KEEP_DAYS", default=7)  # for how long a broken-off upload can be gone on with
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_HANDLERS = [
    "core.attachments.limits.LimitedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FONT_DIR = Path(env("FONT_DIR", default=str(DATA_DIR / "fonts")))

# -- Jobs and mail -----------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# KB; a worker above it ends after its task and another begins. Printing takes 360 to 410 MB (200 reports in a row).
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 700_000
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A broker that takes calls and does not answer (frozen, out of memory) is told as well as one that is away.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 3, "socket_timeout": 3}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.2}
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "core.reminders": {"task": "core.send_reminders", "schedule": 3600},
    "core.jobs": {"task": "core.resume_jobs", "schedule": 60},
    "core.files": {"task": "core.sweep_files", "schedule": 24 * 3600},
    "core.uploads": {"task": "core.finish_uploads", "schedule": 300},
    "core.mail": {"task": "core.mail_notices", "schedule": 300},
    "people.retention": {"task": "people.retention", "schedule": 24 * 3600},
    "organizations.housekeeping": {"task": "organizations.housekeeping", "schedule": 3600},
    "people.applications": {"task": "people.clear_applications", "schedule": 24 * 3600},
    "training.moved": {"task": "training.tell_moved", "schedule": 300},
    "training.places": {"task": "training.fill_up", "schedule": 300},
    "assessments.runs": {"task": "assessments.resume_runs", "schedule": 30},
    "assessments.files": {"task": "assessments.sweep_reports", "schedule": 24 * 3600},
}
# Each names a function () → iterable of core.notices.Reminder; core/reminders.py sends every one once.
REMINDERS = [
    "organizations.reminders.appointments_ending",
    "organizations.duty_notices.turned",
    "organizations.reminders.requests_waiting",
    "people.privacy.reminders.people_due",
    "teams.reminders.filings_due",
    "teams.reminders.filings_escalated",
    "teams.reminders.drafts_lying",
    "teams.reminders.opinions_unanswered",
    "teams.reminders.changes_not_filed",
    "teams.reminders.confirmations_missing",
    "people.reminders.papers_due",
    "training.catalogue.reminders.agreements_ending",
    "training.catalogue.reminders.qualifications_ending",
    "training.reminders_problems.problems_due",
    "training.reminders_problems.problems_unaccepted",
    "assessments.gradings.reminders.grades_ending",
    "assessments.gradings.reminders.publicities_over",
    "training.records.reminders.records_not_handed_in",
    "training.records.reminders.records_waiting",
    "assessments.annual.reminders.reviews_due",
    "assessments.follow_ups.reminders.follow_ups_due",
    "assessments.follow_ups.reminders.follow_ups_reported",
]
# What of the layers above hangs on a person, and goes along when two records of one person become one
HANGS_ON_PERSON = [
    "teams.TeamPost",
    "training.Participation",
    "training.Instructor",
    "training.Problem.owner_person",
    "assessments.MemberAssessment",
]
STAYS_ON_PERSON = ["training.Mark"]  # append-only: read through ``merged_into``
# What the layers above take out when somebody is anonymised: each a function(people), in the same transaction
SCRUBS_PERSON = ["teams.scrubbing.scrub", "training.scrubbing.scrub", "assessments.members.scrubbing.scrub"]
# Pages the layers above add to a member's own pages and to the page of a person: tuples of (route, label)
OWN_PAGES = ["training.person_pages.OWN", "assessments.members.person_pages.OWN"]
PERSON_PAGES = ["training.person_pages.KEPT", "assessments.members.person_pages.KEPT"]
# Parts the layers above add to a person's own copy: each a function(person) → heading → records
OWN_COPY_PARTS = [
    "teams.on_file.posting.copied",
    "training.person_pages.copied",
    "assessments.members.person_pages.copied",
]
# Records of standing that the layers above wrote and keep: each a function(record) → why it is not changed by hand
STANDING_KEPT_ELSEWHERE = ["assessments.members.person_pages.kept_by_sheet"]
# Pages that layers above teams give a team (teams.views.team_common.Tab)
TEAM_TABS = ["training.views.team_tab.TAB", "assessments.views.team_gap.TAB"]
# What they say of a team on its papers: each a function(team) → heading, phrases
TEAM_LINES = ["assessments.gradings.team_lines.grades"]
# What they say a team leaves undone that goes: each a function(its organization) → phrases
LEFT_UNDONE = ["training.restructuring.left_undone", "assessments.restructuring.left_undone"]
# What other subjects do when the tree of offices changes (organizations/tree.py), in the same transaction
BEFORE_MOVED = ["teams.restructuring.hold", "training.restructuring.hold", "assessments.restructuring.hold"]
AFTER_MOVED = ["teams.restructuring.reroute", "training.restructuring.reroute", "assessments.restructuring.reroute"]
BEFORE_OFFICE_CLOSED = [
    "teams.restructuring.in_the_way",
    "training.restructuring.left_undone",
    "assessments.restructuring.in_the_way",
]
# kind → function(job, progress) → core.jobs.JobResult or None
JOBS = {
    "export": "core.exports.jobs.export",
    "import_check": "core.imports.jobs.check",
    "import_take_in": "core.imports.jobs.take_in",
    "account_slip": "organizations.papers.issue_account_slip",
    "filing_certificate": "teams.filings.certificates.issue_certificate",
    "own_copy": "people.privacy.own_copy.make",
    "training_record": "training.records.papers.issue_record",
    "training_derive": "training.roll.recalculating.run",
    "grade_certificate": "assessments.gradings.granting.issue_certificate",
}
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=60)  # a worker silent for so long is taken for dead
JOB_RESULT_DAYS = env.int("JOB_RESULT_DAYS", default=7)
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="portal@localhost")

# -- Language and time -------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "portal_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = PORTAL_ORIGIN.startswith("https://")
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# -- Lists, API, checks --------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "core.api.Pagination",
    "DEFAULT_PARSER_CLASSES": ["core.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],  # the library's own pages break the policy
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
    "EXCEPTION_HANDLER": "core.api.exception_handler",
    "PAGE_SIZE": 50,
}
FILTERS_EMPTY_CHOICE_LABEL = _("全部")
SPECTACULAR_SETTINGS = {
    "TITLE": "内蒙古红十字应急救援队管理平台",
    "VERSION": PORTAL_VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    # fields of one name with different choices, each called by its own
    "ENUM_NAME_OVERRIDES": {
        "OrganizationLevelEnum": "organizations.roles.Level.choices",
        "TeamLevelEnum": "teams.choices.TeamLevel.choices",
        "DutyRoleEnum": "organizations.roles.ROLE_CHOICES",
        "PostRoleEnum": "teams.choices.PostRole.choices",
        "RequestStateEnum": "organizations.states.RequestState.choices",
        "FilingStateEnum": "teams.states.FilingState.choices",
        "FilingKindEnum": "teams.choices.FilingKind.choices",
        "MemberKindEnum": "people.choices.MemberKind.choices",
        "InsuranceKindEnum": "people.choices.InsuranceKind.choices",
        "MembershipStateEnum": "people.states.MembershipState.choices",
        "CertificateStateEnum": "people.states.CertificateState.choices",
        "ActivityStateEnum": "training.states.ActivityState.choices",
        "ActivityKindEnum": "training.choices.ActivityKind.choices",
        "BaseKindEnum": "training.choices.BaseKind.choices",
        "TrainingKindEnum": "training.choices.TrainingKind.choices",
        "DrillFormEnum": "training.choices.DrillForm.choices",
        "LessonFormEnum": "training.choices.LessonForm.choices",
        "StandardStateEnum": "assessments.states.StandardState.choices",
        "GradingStateEnum": "assessments.states.GradingState.choices",
        "CampaignStateEnum": "assessments.states.CampaignState.choices",
        "ReviewStateEnum": "assessments.states.ReviewState.choices",
        "GradeEnum": "assessments.choices.Grade.choices",
    },
}
SILENCED_SYSTEM_CHECKS = [
    "guardian.W001",  # organizations/permissions.py reads the grants; no backend may answer beside it
    "security.W005",  # HSTS for subdomains, and
    "security.W021",  # for browsers' own lists: an office's host name may carry other services, not ours to bind
    "security.W019",  # SAMEORIGIN: see X_FRAME_OPTIONS
]

# -- Logs ------------------------------------------------------------------------------------------
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG  # one line per request, when it is done
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "portal.logs.json_formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
    "loggers": {
        "portal": {"level": "INFO"},
        "core": {"level": "INFO"},
        "organizations": {"level": "INFO"},
        "django_structlog": {"level": "INFO"},
        "weasyprint": {"level": "WARNING"},  # else a worker tells of every page it prints
        "django.request": {"level": "ERROR"},  # refusals and missing pages are in the line of the request
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # scanners send any; 400 says it
        "django.security.RequestDataTooBig": {"level": "CRITICAL"},  # 413, in the line of the request
    },
}
