"""Django settings. Everything a deployment sets comes from the environment (docs/configuration.md)."""

import os
from pathlib import Path

from agentcluster.admin_look import UNFOLD  # noqa: F401
from agentcluster.api.settings import *  # noqa: F403
from agentcluster.celery_settings import *  # noqa: F403
from agentcluster.celery_settings import broker_url, transport_options
from agentcluster.database import database_setting
from agentcluster.environment import choice, count, flag, seconds
from agentcluster.gateway_settings import *  # noqa: F403
from agentcluster.retention_settings import *  # noqa: F403
from agentcluster.security.settings import *  # noqa: F403
from agentcluster.telemetry.logs import FORMATS, LEVELS, logging_config
from agentcluster.up import services

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("AGENTCLUSTER_HOME", BASE_DIR / "data")).resolve()
DEBUG = flag("DEBUG")

NATS_URL = services.find(HOME).nats_url
REDIS_URL = services.find(HOME).redis_url
CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(REDIS_URL)
HEALTH_HOST = os.environ.get("HEALTH_HOST") or "127.0.0.1"
HEALTH_PORT = count("HEALTH_PORT", "0", 0)
ENGINE_MAX_RUNS = count("ENGINE_MAX_RUNS", "1000", 1)
BUNDLES_APPROVE_SIGNED = flag("BUNDLES_APPROVE_SIGNED")
BUNDLE_UPLOADS_PER_MINUTE = count("BUNDLE_UPLOADS_PER_MINUTE", "30", 1)
BUNDLE_REJECTED_DAYS = count("BUNDLE_REJECTED_DAYS", "30", 0)
ENGINE_RUN_TIMEOUT_S = seconds("ENGINE_RUN_TIMEOUT_S", "2592000")
DATABASES = {"default": database_setting(os.environ.get("DATABASE_URL", ""), HOME)}

LOG_LEVEL = choice("LOG_LEVEL", LEVELS, "info")
LOG_FORMAT = choice("LOG_FORMAT", FORMATS, "readable")
LOGGING_CONFIG = "agentcluster.telemetry.logs.apply"
LOGGING = logging_config()

SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    from agentcluster.security.secret_key import load_or_create

    SECRET_KEY = load_or_create(HOME)

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "axes",
    "csp",
    "agentcluster.apps.AgentClusterConfig",
    "agentcluster.security.apps.SecurityConfig",
    "agents.apps.AgentsConfig",
    "agents.bundles.apps.BundlesConfig",
    "agents.placement.apps.PlacementConfig",
    "agents.policies.apps.PoliciesConfig",
    "agents.contracts.apps.ContractsConfig",
    "agents.gateway.apps.GatewayConfig",
    "designer.apps.DesignerConfig",
    "django_celery_beat",
    "designer.triggers.apps.TriggersConfig",
    "designer.archive.apps.ArchiveConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "agentcluster.pages.static_files.StaticFiles",
    "agentcluster.security.private_answers.PrivateAnswers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "agentcluster.security.csp_policy.ContentSecurityPolicy",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
ROOT_URLCONF = "agentcluster.urls"
ASGI_APPLICATION = "agentcluster.asgi.application"
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
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "agentcluster" / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 86_400
FORMAT_MODULE_PATH = ["agentcluster.formats"]
STATIC_URL = "/static/"
STATIC_ROOT = None  # WhiteNoise serves the files from where they are
STATICFILES_DIRS = [BASE_DIR / "frontend" / "dist"]
SILENCED_SYSTEM_CHECKS = ["staticfiles.W004"]  # the page may be built after the server has started
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "files"}},
    "artifacts": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HOME / "artifacts"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
