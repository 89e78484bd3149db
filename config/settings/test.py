"""Tests: the embedded default, or the servers that DATABASE_URL and REDIS_URL name."""

import tempfile
from pathlib import Path

from config import env
from config.settings.base import *  # noqa: F403  # a settings module extends another
from config.settings.base import STORAGES

SECRET_KEY = "test"  # noqa: S105  # protects nothing
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="renmai-media-"))
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if not env.REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CELERY_BROKER_URL = "memory://"
