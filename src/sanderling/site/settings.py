"""Django's settings, all read from the environment (``docs/guide/operating.md`` lists them)."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from sanderling.lib.environment import Environment
from sanderling.site import database, refusing, secrets
from sanderling.site.demonstration import shop

ENVIRONMENT = Environment()
PACKAGE = Path(__file__).resolve().parent.parent
HOME = ENVIRONMENT.path("SANDERLING_HOME", Path.cwd() / "var")
DEBUG = ENVIRONMENT.flag("SANDERLING_DEBUG")

BASE_URL = ENVIRONMENT.url("SANDERLING_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = list(ENVIRONMENT.words("SANDERLING_HOSTS", ("*",)))
CSRF_TRUSTED_ORIGINS = [BASE_URL, *refusing.origins(ENVIRONMENT)]
SECRET_KEY = refusing.short_secret(secrets.signing_key(ENVIRONMENT, HOME))
SEALING_KEYS = refusing.broken_keyring(secrets.sealing_keys(ENVIRONMENT, HOME))

DATABASES = {"default": database.settings(ENVIRONMENT, HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Hosts that the operator lets connectors, webhooks and SMTP servers reach although they are
# private: networks ("10.0.0.0/8") or exact "host:port" pairs.
ALLOWED_PRIVATE_HOSTS = (
    *refusing.private_hosts(ENVIRONMENT),
    *shop.addresses(HOME),
)

# Where BigQuery and Sheets are, when they are not at Google: for tests and for private endpoints.
# A customer's key file cannot say so.
BIGQUERY_ENDPOINT = ENVIRONMENT.url("SANDERLING_BIGQUERY_ENDPOINT", "")
BIGQUERY_MOST_GB = ENVIRONMENT.number("SANDERLING_BIGQUERY_MOST_GB", 20, least=1)
SHEETS_ENDPOINT = ENVIRONMENT.url("SANDERLING_SHEETS_ENDPOINT", "")
SHEETS_TOKEN_URI = ENVIRONMENT.url("SANDERLING_SHEETS_TOKEN_URI", "")
BIGQUERY_TOKEN_URI = ENVIRONMENT.url("SANDERLING_BIGQUERY_TOKEN_URI", "")

ROOMS = [
    "postgres", "accounts", "contacts", "oauth", "connectors", "activities", "orders", "events",
    "promocodes", "sources", "revenue", "websites", "appinbox", "segments", "messages", "sending",
    "broadcasts", "optin", "workflows", "exports", "reports", "api", "web", "worker",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "sanderling.site.notices.NoticesConfig",
    "django.contrib.staticfiles",
    "oauth2_provider",
    "procrastinate.contrib.django",
    *[f"sanderling.{room}" for room in ROOMS],
]

MIDDLEWARE = [
    "sanderling.web.tracing.RequestTrace",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sanderling.web.membership.CurrentOrganisation",
]
ROOT_URLCONF = "sanderling.site.urls"
WSGI_APPLICATION = "sanderling.site.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sanderling.web.context.navigation",
            ],
            "builtins": [
                "sanderling.web.templatetags.numbers",
                "sanderling.web.templatetags.pairs",
                "sanderling.web.templatetags.words",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if ENVIRONMENT.flag("SANDERLING_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("uk", _("Ukrainian")), ("ru", _("Russian"))]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]
FORMAT_MODULE_PATH = ["sanderling.web.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = None  # the files are served from the package itself
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
# A 300 MB file is the product's limit for an import.
UPLOAD_LIMIT = ENVIRONMENT.number("SANDERLING_UPLOAD_LIMIT_MB", 300, least=1) * 1024 * 1024

EMAIL_BACKEND = "sanderling.web.mail.SystemMail"
refusing.odd_mail_server(ENVIRONMENT)

# For how many days the calls of programs are listed on the page of their key.
API_LOG_DAYS = ENVIRONMENT.number("SANDERLING_API_LOG_DAYS", 7, least=1, most=90)

# The API's rate limits, so many times as wide as the contract prints them.
API_LIMITS: dict[str, int] = {}  # by the name of a limit, instead of the contract's
API_LIMITS_FACTOR = ENVIRONMENT.number("SANDERLING_API_LIMITS_FACTOR", 1, least=1, most=1_000_000)

OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth.Application"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth.AccessToken"  # noqa: S105 - a model's name
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "oauth.RefreshToken"  # noqa: S105
OAUTH2_PROVIDER_GRANT_MODEL = "oauth.Grant"
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "oauth.IDToken"  # noqa: S105
OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 172_800,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 2_592_000,
    "ROTATE_REFRESH_TOKEN": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,  # tokens are stored as hashes
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,  # S256 only
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 300,
    "OAUTH2_VALIDATOR_CLASS": "sanderling.oauth.granting.Validator",
    "SCOPES": {"UseRestApi": "Use the API"},
    "DEFAULT_SCOPES": ["UseRestApi"],
}

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "trace": {"()": "sanderling.lib.logs.TraceFilter"},
        "raised": {"()": "sanderling.postgres.outages.RaisedOnly"},
    },
    "formatters": {
        "line": {"()": "sanderling.lib.logs.LineFormatter"},
        "json": {"()": "sanderling.lib.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "sanderling.lib.logs.Stream",
            "filters": ["trace"],
            "formatter": ENVIRONMENT.one_of("SANDERLING_LOG_FORMAT", ("line", "json"), "line"),
        }
    },
    "root": {"handlers": ["stderr"], "level": refusing.log_level(ENVIRONMENT)},
    "loggers": {
        "django.request": {"filters": ["raised"]},
        "django.server": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}
