"""How often somebody may do something within a time, counted in the cache: for doors without a log-in."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest  # noqa: TID251  # whose address is asked for


def is_within(what: str, who: str, *, most: int, seconds: int) -> bool:
    """Count one more; whether it is still within `most` in the running window of so many seconds."""
    key = f"rate-{what}-{who}"
    if cache.add(key, 1, timeout=seconds):
        return True
    try:
        return cache.incr(key) <= most
    except ValueError:  # the window ended between the two
        cache.set(key, 1, timeout=seconds)
        return True


def network_of(request: HttpRequest) -> str:
    """Whom the outermost of our proxies saw, else who is connected."""
    return str(get_adapter(request).get_client_ip(request))
