"""`make check`: every linter and guard, one after the other; all of them run, also after a failure."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scripts.refusal import speak
from scripts.serving.layout import ROOT

TEMPLATES = "templates"

# Enough for the settings to load; nothing is connected to, and nothing here is a secret.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "check-only-" + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "DATABASE_URL": "postgres://check:check@localhost:1/check",
    "REDIS_URL": "redis://localhost:1/0",
    "ALLOWED_HOSTS": "crm.example.com",
    "BASE_URL": "https://crm.example.com",
}
# `docker compose config` refuses what is not given; the same names as in .env.example.
COMPOSE = {
    "SECRET_KEY": "check-only",
    "POSTGRES_PASSWORD": "check-only",
    "EMAIL_URL": "smtp://localhost:25",
    "DEFAULT_FROM_EMAIL": "renmai@example.com",
    "REDIS_PASSWORD": "check-only",
    "ALLOWED_HOSTS": "crm.example.com",
    "BASE_URL": "https://crm.example.com",
}


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)


def tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def template_files() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / TEMPLATES).rglob("*.html"))


def compose_command() -> list[str] | None:
    """The plugin, or the program that Debian packages."""
    plugin = ["docker", "compose"]
    if shutil.which("docker"):
        probe = subprocess.run([*plugin, "version"], capture_output=True, check=False)
        if probe.returncode == 0:
            return plugin
    return ["docker-compose"] if shutil.which("docker-compose") else None


def checks() -> list[Check]:
    pages = template_files()
    manage = python("manage.py")
    test_settings = {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
    found = [
        Check("ruff format", [tool("ruff"), "format", "--check", "--quiet", "."]),
        Check("ruff", [tool("ruff"), "check", "--quiet", "."]),
        Check("mypy", [tool("mypy"), "."]),
        Check("import contracts", [tool("lint-imports")]),
        Check("djlint", [tool("djlint"), "--lint", "--quiet", TEMPLATES]),
        Check("djhtml", [tool("djhtml"), "-b", "partialdef,endpartialdef", "--check", *pages]),
        Check("djade", [tool("djade"), "--check", "--target-version", "5.2", *pages]),
        Check("migrations", [*manage, "makemigrations", "--check", "--dry-run"], test_settings),
        Check(
            "deploy settings",
            [*manage, "check", "--deploy", "--fail-level", "WARNING"],
            PRODUCTION,
        ),
        Check("vendored files", python("-m", "scripts.vendor", "--check")),
        Check("requirements", python("-m", "scripts.requirements", "check")),
    ]
    compose = compose_command()
    if compose:
        found.append(
            Check("compose file", [*compose, "-f", "docker-compose.yml", "config", "-q"], COMPOSE)
        )
    return found


def passes(check: Check) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env={**os.environ, **check.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"  {check.name:<18} {verdict:<7} {time.monotonic() - started:5.1f} s", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0


def main() -> int:
    chosen = checks()
    failed = [check.name for check in chosen if not passes(check)]
    if not compose_command():
        print("  compose file       skipped: neither `docker compose` nor `docker-compose` is here")
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
        return 1
    print("All checks passed.")
    return 0


if __name__ == "__main__":
    sys.exit(speak(main))
