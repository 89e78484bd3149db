"""Who may read the metrics: whoever has the token, or asks from an allowed address."""

import hmac
from ipaddress import ip_address, ip_network

from django.conf import settings


def may_scrape(authorization: str, address: str) -> bool:
    return _has_token(authorization) or _is_allowed(address)


def _has_token(authorization: str) -> bool:
    expected = f"Bearer {settings.METRICS_TOKEN}"
    is_equal = hmac.compare_digest(authorization.encode(), expected.encode())
    return bool(settings.METRICS_TOKEN) and is_equal


def _is_allowed(address: str) -> bool:
    try:
        asking = ip_address(address)
    except ValueError:
        return False
    return any(asking in ip_network(each, strict=False) for each in settings.METRICS_ALLOW)
