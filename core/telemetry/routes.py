"""A request's route: the name of its address, never the address."""

from typing import Any

UNKNOWN = "unknown"


def route_of(request: Any) -> str:
    match = getattr(request, "resolver_match", None)
    return str(match.view_name or match.route) if match else UNKNOWN
