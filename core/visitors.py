"""Visitors who have not signed in: where they come from, and how often they may ask."""

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache

if TYPE_CHECKING:
    from django.http import HttpRequest  # noqa: TID251  # only its name


def client_address(request: "HttpRequest") -> str:
    """Whom the outermost of our proxies saw, else who is connected."""
    forwarded = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if proxies and forwarded[0] and len(forwarded) >= proxies:
        return forwarded[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def is_too_often(name: str, *, most: int, seconds: int) -> bool:
    """Count one request under this name; whether there were more than that in the present period."""
    key = f"visits:{name}:{int(time.time()) // seconds}"
    cache.add(key, 0, timeout=2 * seconds)
    try:
        return bool(cache.incr(key) > most)
    except ValueError:  # it has gone in this moment
        return False
