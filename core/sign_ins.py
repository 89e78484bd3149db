"""Log-ins, done and failed, in the audit log."""

from typing import Any

from allauth.account.signals import password_reset, user_logged_in, user_logged_out
from django.contrib.auth.signals import user_login_failed
from django.utils import timezone

from core import audit
from core.visitors import client_address


def register() -> None:
    """Called once, when the apps are ready."""
    user_logged_in.connect(_done, dispatch_uid="core.sign_ins.done")
    user_logged_out.connect(_left, dispatch_uid="core.sign_ins.left")
    password_reset.connect(_reset, dispatch_uid="core.sign_ins.reset")
    user_login_failed.connect(_failed, dispatch_uid="core.sign_ins.failed")


def _done(request: Any, user: Any, **_more: Any) -> None:
    audit.record(actor=user, action="sign_in", subject=user, changes=_from(request))


def _left(request: Any, user: Any, **_more: Any) -> None:
    if user is not None and user.is_authenticated:
        audit.record(actor=user, action="sign_out", subject=user, changes=_from(request))


def _reset(user: Any, **_more: Any) -> None:
    """A password chosen by a link: who was in with another one is out, programs as well as browsers."""
    from core.services.api_tokens import revoke_all_tokens  # noqa: PLC0415  # needs loaded models

    revoke_all_tokens(user=user, by=user, at=timezone.now())


def _failed(credentials: dict[str, Any], request: Any = None, **_more: Any) -> None:
    """Whose account it was; an address that is nobody's is not kept: it may be a password."""
    from core.models import User  # noqa: PLC0415  # imported before models are loaded

    email = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    subject = User.objects.filter(email=email).first() if email else None
    changes = {**_from(request), "known": (None, subject is not None)}
    audit.record(actor=None, action="sign_in.failed", subject=subject, changes=changes)


def _from(request: Any) -> dict[str, tuple[None, str]]:
    """The network address that the request came from."""
    if request is None or not request.META:  # signed in by no request of the network
        return {}
    return {"network": (None, client_address(request))}
