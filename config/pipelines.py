"""The pipeline that comes with the product: seeded once, then the administrator's."""

from django.conf import settings
from django.utils.translation import gettext, override, pgettext

from crm.choices import StageKind
from crm.models import Pipeline
from crm.services.pipelines import StageDraft, make_pipeline


def seed_pipelines() -> None:
    """Make the pipeline of an installation that has none, in the language of the installation."""
    if Pipeline.objects.exists():
        return
    with override(settings.LANGUAGE_CODE):
        make_pipeline(
            name=gettext("New business"),
            stages=[
                StageDraft(pgettext("stage", "Qualified"), probability=10, rotting_days=14),
                StageDraft(pgettext("stage", "Discovery"), probability=25, rotting_days=14),
                StageDraft(pgettext("stage", "Proposal"), probability=50, rotting_days=14),
                StageDraft(pgettext("stage", "Negotiation"), probability=75, rotting_days=14),
                StageDraft(pgettext("stage", "Won"), StageKind.WON, probability=100),
                StageDraft(pgettext("stage", "Lost"), StageKind.LOST),
            ],
        )
