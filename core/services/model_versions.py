"""Publishing, promoting and loading fitted models."""

import hashlib
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import VersionState
from core.errors import Refused
from core.models import ModelArtifact, ModelVersion


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
def promote_version(*, version: ModelVersion) -> None:
    """Make the version the one that serves; the one before it retires."""
    ModelVersion.objects.filter(kind=version.kind, state=VersionState.CHAMPION).exclude(
        pk=version.pk
    ).update(state=VersionState.RETIRED)
    version.state = VersionState.CHAMPION
    version.promoted_at = timezone.now()
    version.save(update_fields=["state", "promoted_at"])


def champion_of(kind: str) -> ModelVersion | None:
    """The version of the kind that serves."""
    return ModelVersion.objects.filter(kind=kind, state=VersionState.CHAMPION).first()


def load_artifact(version: ModelVersion) -> bytes:
    """The fitted model; refused when it is not what was published."""
    content = bytes(ModelArtifact.objects.get(version=version).content)
    if hashlib.sha256(content).hexdigest() != version.artifact_sha256:
        raise Refused(_("The stored model was changed after training. Train it again."))
    return content
