"""`make run`: one machine, SQLite and Valkey under `var/`, plain HTTP on a local address."""

from config import env
from config.settings.base import *  # noqa: F403  # a settings module extends another

SECRET_KEY = env.embedded_secret_key()
ALLOWED_HOSTS = env.ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]
