"""Tests: the embedded default, or the servers that DATABASE_URL and REDIS_URL name."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from config import env
from config.settings.base import *  # noqa: F403  # a settings module extends another
from config.settings.base import CACHES, DATABASES, STORAGES

SCRATCH = Path(tempfile.mkdtemp(prefix="renmai-test-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

SECRET_KEY = "test"  # noqa: S105  # protects nothing
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
MEDIA_ROOT = SCRATCH / "media"
STATIC_ROOT = SCRATCH / "static"
STATIC_ROOT.mkdir()  # WhiteNoise warns of a missing one
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
API_REQUESTS_PER_TOKEN = API_REQUESTS_PER_ADDRESS = 1_000_000
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if str(DATABASES["default"]["ENGINE"]).endswith("sqlite3"):
    # A file, so that threads meet the locks that processes meet in production.
    DATABASES["default"]["TEST"] = {"NAME": str(SCRATCH / "test.sqlite3")}
if env.REDIS_URL:
    # One database for each process of tests: they would empty each other's cache, and mix up rows
    # that have the same number in databases of their own.
    REDIS_URL = "{}/{}".format(
        env.REDIS_URL.rpartition("/")[0], os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]
    )
    CACHES = {"default": CACHES["default"] | {"LOCATION": REDIS_URL}}
    CELERY_BROKER_URL = REDIS_URL
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CELERY_BROKER_URL = "memory://"
