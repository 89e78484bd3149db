"""Pairs of records that are probably the same, and the tables in which they are looked for."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.registries import RecordType, record_types
from crm.choices import PairState


class DuplicatePairQuerySet(models.QuerySet["DuplicatePair"]):
    def open(self) -> "DuplicatePairQuerySet":
        return self.filter(state=PairState.OPEN)

    def likeliest_first(self) -> "DuplicatePairQuerySet":
        return self.order_by("-probability", "-id")


class DuplicatePair(models.Model):
    """Two records of one type, the smaller number first."""

    object_type = models.CharField(
        _("record type"), max_length=60, help_text=_("Such as crm.lead.")
    )
    one_id = models.PositiveBigIntegerField(_("first record"))
    other_id = models.PositiveBigIntegerField(_("second record"))
    probability = models.FloatField(
        _("probability"), help_text=_("How likely it is that both are the same, 0 to 1.")
    )
    reasons = models.JSONField(_("reasons"), default=list)
    digest = models.BigIntegerField(
        _("checksum"),
        help_text=_("Of what was compared: a dismissed pair returns when it changes."),
    )
    state = models.CharField(_("state"), max_length=10, choices=PairState, default=PairState.OPEN)
    seen_at = models.DateTimeField(_("found"))
    run = models.ForeignKey(
        "core.JobRun",
        verbose_name=_("job run"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects: ClassVar[Any] = DuplicatePairQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "one_id", "other_id"], name="crm_duplicate_pair_once"
            ),
            models.CheckConstraint(
                condition=models.Q(one_id__lt=models.F("other_id")), name="crm_duplicate_pair_order"
            ),
        ]
        indexes = [
            models.Index(
                fields=["object_type", "-probability", "-id"],
                name="crm_duplicate_queue",
                condition=models.Q(state="open"),
            ),
            models.Index(fields=["object_type", "other_id"], name="crm_duplicate_other"),
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.one_id} {self.other_id}"

    @property
    def ids(self) -> tuple[int, int]:
        return self.one_id, self.other_id

    @property
    def kind(self) -> RecordType:
        return record_types[self.object_type]


class DuplicateKey(models.Model):
    """A blocking key of a record, or its name; emptied before each search."""

    object_type = models.CharField(_("record type"), max_length=20)
    is_name = models.BooleanField(_("name"))
    key = models.BigIntegerField(_("key"))
    object_id = models.BigIntegerField(_("record number"))

    class Meta:
        verbose_name = _("key of a search for duplicates")
        verbose_name_plural = _("keys of a search for duplicates")

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}"


class DuplicateCandidate(models.Model):
    """Two records that share a key and are to be compared; emptied before each search."""

    object_type = models.CharField(_("record type"), max_length=20)
    one_id = models.BigIntegerField(_("first record"))
    other_id = models.BigIntegerField(_("second record"))

    class Meta:
        verbose_name = _("candidate of a search for duplicates")
        verbose_name_plural = _("candidates of a search for duplicates")

    def __str__(self) -> str:
        return f"{self.object_type} {self.one_id} {self.other_id}"


class CommonName(models.Model):
    """How many records have a name, where they are several; emptied before each search."""

    key = models.BigIntegerField(_("key"), primary_key=True)
    count = models.PositiveIntegerField(_("records"))

    class Meta:
        verbose_name = _("common name")
        verbose_name_plural = _("common names")

    def __str__(self) -> str:
        return str(self.key)


class MergedRecord(models.Model):
    """That a record became another one, and which links were moved; what undoing needs."""

    object_type = models.CharField(
        _("record type"), max_length=60, help_text=_("Such as crm.lead.")
    )
    survivor_id = models.PositiveBigIntegerField(_("record that stays"))
    loser_id = models.PositiveBigIntegerField(_("record that went into the bin"))
    change_set = models.ForeignKey(
        "core.ChangeSet",
        verbose_name=_("bulk change"),
        on_delete=models.CASCADE,
        related_name="merges",
    )
    moved = models.JSONField(
        _("moved"), default=dict, help_text=_("Numbers of rows by model and column.")
    )
    at = models.DateTimeField(_("when"))
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("merged record")
        verbose_name_plural = _("merged records")
        indexes = [
            models.Index(fields=["object_type", "loser_id"], name="crm_merged_loser"),
            models.Index(fields=["object_type", "survivor_id"], name="crm_merged_survivor"),
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.loser_id} → {self.survivor_id}"
