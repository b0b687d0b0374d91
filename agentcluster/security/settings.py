"""Settings of cookies, HTTPS, content security policy, lock-out, uploads and static files."""

import re
from datetime import timedelta
from typing import Final

from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE

from agentcluster.environment import count, flag, listed

HTTPS: Final = flag("HTTPS")
PROXY_COUNT: Final = count("PROXY_COUNT", "0", 0)
"""How many reverse proxies stand before the web process: so many addresses of X-Forwarded-For are believed."""

ALLOWED_HOSTS = listed("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = listed("CSRF_TRUSTED_ORIGINS")
CSRF_FAILURE_VIEW = "agentcluster.pages.errors.csrf_failure"

SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

EMPTY_STYLE: Final = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
"""Lets a library add a style element without text, to fill it by script, as Plotly does."""

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE, EMPTY_STYLE],
        "style-src-attr": [UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "agentcluster.security.client_address.counted_client"
AXES_LOCKOUT_CALLABLE = "agentcluster.pages.errors.locked_out"
AXES_VERBOSE = False

UPLOAD_MAX_MB: Final = count("UPLOAD_MAX_MB", "100", 1)
UPLOAD_MAX_BYTES: Final = UPLOAD_MAX_MB * 1024 * 1024
"""The largest file somebody may upload."""
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
"""The largest request body that is not a file; workflows of 1,000 nodes stay far below."""
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_HANDLERS = ["agentcluster.security.upload_limit.LimitedUpload"]

_HASHED = re.compile(r"^/static/assets/.+-[\w-]{8,}\.\w+$")


def _is_immutable(path: str, url: str) -> bool:
    return _HASHED.match(url) is not None


WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = _is_immutable
WHITENOISE_ALLOW_ALL_ORIGINS = False
