"""Errors to Sentry, where SENTRY_DSN is set: what broke and where, nothing about anybody."""

from typing import Any

from core.telemetry.logs import without_values

KEPT_OF_REQUEST = ("method",)
KEPT_OF_USER = ("id",)


def start(*, dsn: str, release: str, environment: str, **more: Any) -> None:
    import sentry_sdk  # noqa: PLC0415  # only where it is wanted

    sentry_sdk.init(
        dsn=dsn,
        release=release,
        environment=environment,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=0,
        before_send=scrub,
        **more,
    )


def scrub(event: Any, _hint: Any) -> Any:
    """Leave the class, the place and the route; drop what may name somebody.

    Addresses, query strings, cookies, headers, bodies, local variables and the values that a
    database repeats in its complaints.
    """
    request = event.get("request")
    if request is not None:
        event["request"] = {name: request[name] for name in KEPT_OF_REQUEST if name in request}
    user = event.get("user")
    if user is not None:
        event["user"] = {name: user[name] for name in KEPT_OF_USER if name in user}
    for name in ("breadcrumbs", "extra", "server_name", "logentry", "message"):
        event.pop(name, None)
    for each in (event.get("exception") or {}).get("values") or ():
        each["value"] = without_values(str(each.get("value") or ""))
        for frame in (each.get("stacktrace") or {}).get("frames") or ():
            frame.pop("vars", None)
    return event
