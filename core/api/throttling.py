"""How many requests a caller and an address may send in a minute."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.exceptions import Throttled
from rest_framework.throttling import BaseThrottle

MINUTE = 60
_ident = BaseThrottle().get_ident


def count_address(request: Any) -> None:
    """Before anybody is known, so that tokens cannot be guessed."""
    _count(f"address:{_ident(request)}", settings.API_REQUESTS_PER_ADDRESS)


def count_caller(request: Any) -> None:
    name = f"token:{request.auth.pk}" if request.auth else f"user:{request.user.pk}"
    _count(name, settings.API_REQUESTS_PER_TOKEN)


def _count(name: str, most: int) -> None:
    now = time.time()
    key = f"api:{name}:{int(now) // MINUTE}"
    cache.add(key, 0, timeout=2 * MINUTE)
    try:
        count = cache.incr(key)
    except ValueError:  # it has gone in this moment
        return
    if count > most:
        raise Throttled(wait=MINUTE - now % MINUTE + 1)
