"""Model versions: one champion, numbers in order, an artifact that nobody has touched."""

import pytest
from django.db import IntegrityError, transaction

from core.choices import VersionState
from core.errors import Refused
from core.models import ModelArtifact, ModelVersion
from core.services.model_versions import (
    champion_of,
    load_artifact,
    promote_version,
    publish_version,
)
from tests.factories import ModelVersionFactory

pytestmark = pytest.mark.django_db

KIND = "tests.model"


def publish(content: bytes = b"model", kind: str = KIND) -> ModelVersion:
    return publish_version(kind=kind, artifact=content, algorithm="none", fingerprint="0")


def test_versions_are_numbered_by_kind() -> None:
    assert [publish().number, publish().number, publish(kind="other").number] == [1, 2, 1]


def test_new_version_is_a_challenger() -> None:
    publish()
    assert champion_of(KIND) is None


def test_promotion_retires_the_version_before() -> None:
    first, second, foreign = publish(), publish(), publish(kind="other")
    for version in (foreign, first, second):
        promote_version(version=version, by=None, reason="")
    first.refresh_from_db()
    assert champion_of(KIND) == second
    assert champion_of("other") == foreign
    assert first.state == VersionState.RETIRED
    assert second.promoted_at is not None


def test_promoting_the_champion_again_changes_nothing() -> None:
    version = publish()
    promote_version(version=version, by=None, reason="")
    promote_version(version=version, by=None, reason="")
    assert champion_of(KIND) == version


def test_database_refuses_two_champions() -> None:
    promote_version(version=publish(), by=None, reason="")
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersionFactory(kind=KIND, state=VersionState.CHAMPION)


def test_artifact_comes_back_as_it_was() -> None:
    content = bytes(range(256)) * 100
    assert load_artifact(publish(content)) == content


def test_artifact_that_was_changed_is_refused() -> None:
    version = publish(b"model")
    ModelArtifact.objects.filter(version=version).update(content=b"evil")
    with pytest.raises(Refused, match="changed after training"):
        load_artifact(version)
