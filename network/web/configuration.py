"""Flask's configuration, from the settings of the installation."""

from datetime import timedelta
from typing import Any

from network.settings import Settings

MAX_REQUEST = 1024 * 1024
"""Bytes of a request, forms included, from whoever it comes."""


def flask_configuration(settings: Settings) -> dict[str, Any]:
    """Return the values for `app.config`."""
    is_secure = settings.secure_cookies
    return {
        "SECRET_KEY": settings.secret_key,
        "SESSION_COOKIE_NAME": "__Host-vigie" if is_secure else "vigie",
        "SESSION_COOKIE_SECURE": is_secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "MAX_CONTENT_LENGTH": MAX_REQUEST,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(minutes=5),
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session, which signs it
        "BOOTSTRAP_SERVE_LOCAL": True,
        "VIGIE_PROFILE": settings.profile,
        "VIGIE_ATTACKS": str(settings.home / "attacks"),
        "RATELIMIT_STORAGE_URI": settings.limits_url or "memory://",
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,  # Redis may vanish; the limit then counts in each process
        "RATELIMIT_IN_MEMORY_FALLBACK": ["600 per minute"],
    }
