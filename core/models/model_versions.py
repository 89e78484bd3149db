"""Fitted models: what was fitted, on what, how good it is, and which one serves."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.choices import VersionState


class ModelVersion(models.Model):
    """One fitted model. Applying is always by version; one champion per kind serves."""

    kind = models.CharField(_("kind"), max_length=60)
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(
        _("state"), max_length=10, choices=VersionState, default=VersionState.CHALLENGER
    )
    algorithm = models.CharField(_("algorithm"), max_length=60)
    parameters = models.JSONField(_("parameters"), default=dict)
    features = models.JSONField(_("features"), default=list)
    metrics = models.JSONField(_("figures"), default=dict)
    trained_to = models.DateTimeField(_("trained on data until"), null=True, blank=True)
    rows = models.PositiveBigIntegerField(_("training rows"), default=0)
    fingerprint = models.CharField(
        _("fingerprint of the data"), max_length=64, help_text=_("SHA-256 of the training data.")
    )
    artifact_sha256 = models.CharField(_("checksum of the model"), max_length=64)
    created_at = models.DateTimeField(_("trained"), auto_now_add=True)
    promoted_at = models.DateTimeField(_("live since"), null=True, blank=True)
    # Of the state: a word that the kind of model puts into a sentence, and who decided when.
    reason = models.CharField(_("reason of the state"), max_length=40, blank=True)
    decided_at = models.DateTimeField(_("state decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("state decided by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Empty where the training decided by itself."),
    )

    class Meta:
        verbose_name = _("model version")
        verbose_name_plural = _("model versions")
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="core_model_version_number"),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(state=VersionState.CHAMPION.value),
                name="core_model_version_one_champion",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.number}"

    @property
    def is_live(self) -> bool:
        return self.state == VersionState.CHAMPION

    @property
    def is_pinned(self) -> bool:
        """Whether a person chose it to serve."""
        return self.is_live and self.decided_by_id is not None


class ModelArtifact(models.Model):
    """The fitted model itself, apart from the version so that lists stay light."""

    version = models.OneToOneField(
        ModelVersion,
        verbose_name=_("model version"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="artifact",
    )
    content = models.BinaryField()

    class Meta:
        verbose_name = _("model artifact")
        verbose_name_plural = _("model artifacts")

    def __str__(self) -> str:
        return str(self.version)
