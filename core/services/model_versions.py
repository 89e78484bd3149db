"""Publishing, promoting and loading fitted models."""

import hashlib
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.choices import VersionState
from core.errors import Refused
from core.locks import lock_for_transaction
from core.models import ModelArtifact, ModelVersion, User


@transaction.atomic
def publish_version(*, kind: str, artifact: bytes, **facts: Any) -> ModelVersion:
    """Store a fitted model as the next challenger of its kind."""
    last = ModelVersion.objects.filter(kind=kind).aggregate(last=Max("number"))["last"]
    version = ModelVersion.objects.create(
        kind=kind,
        number=(last or 0) + 1,
        artifact_sha256=hashlib.sha256(artifact).hexdigest(),
        **facts,
    )
    ModelArtifact.objects.create(version=version, content=artifact)
    return version


@transaction.atomic
def promote_version(*, version: ModelVersion, by: User | None, reason: str) -> None:
    """Make the version the one that serves; the one before it retires.

    `by` is None where a training decides by itself.
    """
    _lock(version)
    before = champion_of(version.kind)
    if before is not None and before.pk != version.pk:
        _decide(before, VersionState.RETIRED, by=by, reason="replaced")
    version.promoted_at = timezone.now()
    _decide(version, VersionState.CHAMPION, by=by, reason=reason)
    changes = {"live": (f"v{before.number}" if before else None, f"v{version.number}")}
    audit.record(actor=by, action="model.promote", subject=version, changes=changes)


@transaction.atomic
def keep_waiting(*, version: ModelVersion, reason: str) -> None:
    """Say why a new version does not serve by itself."""
    _decide(version, VersionState.CHALLENGER, by=None, reason=reason)


@transaction.atomic
def retire_version(*, version: ModelVersion, by: User, reason: str) -> None:
    """Put aside a version that waits; the one that serves is replaced, not retired."""
    _lock(version)
    version.refresh_from_db(fields=["state"])
    if version.state != VersionState.CHALLENGER:
        raise Refused(_("Only a version in test can be retired."))
    _decide(version, VersionState.RETIRED, by=by, reason=reason)
    audit.record(actor=by, action="model.retire", subject=version)


def _lock(version: ModelVersion) -> None:
    lock_for_transaction(f"core.model_versions:{version.kind}")


def _decide(version: ModelVersion, state: VersionState, *, by: User | None, reason: str) -> None:
    version.state, version.reason = state, reason
    version.decided_by, version.decided_at = by, timezone.now()
    version.save(update_fields=["state", "reason", "decided_by", "decided_at", "promoted_at"])


def champion_of(kind: str) -> ModelVersion | None:
    """The version of the kind that serves."""
    return ModelVersion.objects.filter(kind=kind, state=VersionState.CHAMPION).first()


def previous_champion_of(kind: str) -> ModelVersion | None:
    """The version that served before the one that serves."""
    served = ModelVersion.objects.filter(kind=kind, promoted_at__isnull=False)
    return served.exclude(state=VersionState.CHAMPION).order_by("-promoted_at").first()


def load_artifact(version: ModelVersion) -> bytes:
    """The fitted model; refused when it is not what was published."""
    stored = ModelArtifact.objects.filter(version=version).first()
    content = bytes(stored.content) if stored else b""
    if hashlib.sha256(content).hexdigest() != version.artifact_sha256:
        raise Refused(_("The stored model was changed after training. Train it again."))
    return content
