"""The pipeline and the reasons for closing that come with the product: seeded once, then the administrator's."""

from django.conf import settings
from django.utils.translation import override

from crm.choices import SEEDED_REASONS, StageKind, seeded_label
from crm.models import CloseReason, Pipeline
from crm.services.pipelines import StageDraft, make_pipeline


def seed_pipelines() -> None:
    """Make the pipeline of an installation that has none, in the language of the installation."""
    if Pipeline.objects.exists():
        return
    with override(settings.LANGUAGE_CODE):
        make_pipeline(
            name=seeded_label("New business"),
            stages=[
                StageDraft(seeded_label("Qualified"), probability=10, rotting_days=14),
                StageDraft(seeded_label("Discovery"), probability=25, rotting_days=14),
                StageDraft(seeded_label("Proposal"), probability=50, rotting_days=14),
                StageDraft(seeded_label("Negotiation"), probability=75, rotting_days=14),
                StageDraft(seeded_label("Won"), StageKind.WON, probability=100),
                StageDraft(seeded_label("Lost"), StageKind.LOST),
            ],
        )


def seed_reasons() -> None:
    """Make the reasons of each kind that has none yet, in the language of the installation."""
    known = set(CloseReason.objects.values_list("kind", flat=True))
    with override(settings.LANGUAGE_CODE):
        CloseReason.objects.bulk_create(
            CloseReason(kind=kind, name=seeded_label(name), position=position)
            for kind, names in SEEDED_REASONS.items()
            if kind not in known
            for position, name in enumerate(names)
        )
