"""Everything the product reads from the environment, in one place.

docs/operator/configuration.md explains each variable; `.env.example` lists them.
"""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env, validate

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var"))).resolve()

DATABASE_URL = env.str("DATABASE_URL", "")
REDIS_URL = env.str("REDIS_URL", "")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [])
BASE_URL = env.str("BASE_URL", "")
PORT = env.int("PORT", 8000)
SETUP_TOKEN = env.str("SETUP_TOKEN", "")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Renmai <renmai@localhost>")
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", 60)
MAX_UPLOAD_MB = env.int("MAX_UPLOAD_MB", 200)
BIN_DAYS = env.int("BIN_DAYS", 30)
LEAD_SCORE_HORIZON_DAYS = env.int("LEAD_SCORE_HORIZON_DAYS", 90)
WEBHOOK_ALLOW_NETWORKS: list[str] = env.list("WEBHOOK_ALLOW_NETWORKS", [])
WEBHOOK_LOG_DAYS = env.int("WEBHOOK_LOG_DAYS", 30)
WEBHOOK_OFF_DAYS = env.int("WEBHOOK_OFF_DAYS", 5)
API_MAX_MB = env.int("API_MAX_MB", 5)
# In a minute.
API_REQUESTS_PER_TOKEN = env.int("API_REQUESTS_PER_TOKEN", 600)
API_REQUESTS_PER_ADDRESS = env.int("API_REQUESTS_PER_ADDRESS", 3000)

LOG_FORMAT = env.str("LOG_FORMAT", "plain", validate=validate.OneOf(["plain", "json"]))
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
METRICS_ALLOW: list[str] = env.list("METRICS_ALLOW", [])
SENTRY_DSN = env.str("SENTRY_DSN", "")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", "production")

OIDC_NAME = env.str("OIDC_NAME", "")
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", "")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
_OIDC_URL = urlsplit(OIDC_SERVER_URL)
OIDC_ORIGINS = [f"{_OIDC_URL.scheme}://{_OIDC_URL.netloc}"] if OIDC_SERVER_URL else []

EMAIL = env.dj_email_url("EMAIL_URL", "") if env.str("EMAIL_URL", "") else {}


def required(name: str) -> str:
    """The variable, or a refusal to start that names it."""
    return str(env.str(name))


def embedded_secret_key() -> str:
    """The key of an embedded installation: made at the first start, kept in `var/secret_key`."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()
