"""Containers: PostgreSQL and Redis named by the environment, HTTPS ended by a proxy."""

from config import env
from config.settings.base import *  # noqa: F403  # a settings module extends another
from config.settings.base import database

SECRET_KEY = env.required("SECRET_KEY")
DATABASES = {"default": database(env.required("DATABASE_URL"))}
env.required("REDIS_URL")
BASE_URL = env.required("BASE_URL")
ALLOWED_HOSTS: list[str] = env.env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# Who reaches a fresh installation first must not become its administrator.
SETUP_NEEDS_TOKEN = True

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
