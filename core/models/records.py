"""What every record with an owner shares."""

from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.models.tags import Tag
from core.models.users import Team

if TYPE_CHECKING:
    from core.models.users import User

_Record_co = TypeVar("_Record_co", bound=models.Model, covariant=True)


class OwnedQuerySet(models.QuerySet[_Record_co]):
    """Records with an owner and a team: rows are reached only through `visible_to`."""

    def visible_to(self, user: "User", action: str = "view") -> Self:
        """The rows the user's roles reach for the action; none without a grant, none of the bin."""
        return self.filter(permissions.row_condition(self.model, user, action))

    def kept(self) -> Self:
        """The rows that are not in the bin."""
        return self.filter(deleted_at__isnull=True)


def bin_index(name: str) -> models.Index:
    """The records of the bin alone.

    An index of all of them tempts a planner without statistics, as SQLite's is before ANALYZE, to
    fetch every kept record by it and to sort them.
    """
    return models.Index(
        fields=["deleted_at"], name=name, condition=models.Q(deleted_at__isnull=False)
    )


class OwnedRecord(models.Model):
    """A record that somebody owns, with the custom fields' values for display."""

    # What `name_for`, and who may see it, are read from.
    READ_BY_NAME: ClassVar[tuple[str, ...]] = ("owner", "team", "deleted_at", "name")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    tags = models.ManyToManyField(Tag, verbose_name=_("tags"), blank=True, related_name="+")
    custom = models.JSONField(_("custom fields"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    is_sample = models.BooleanField(_("sample record"), default=False, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def shared_with(cls, _user: "User", _prefix: str = "") -> models.Q | None:
        """The rows that a user sees beyond the reach of the roles; of most types there are none."""
        return None

    def is_shared_with(self, _user: "User") -> bool:
        """The same of a row at hand."""
        return False

    @classmethod
    def withheld_from(cls, _access: "permissions.Access", _prefix: str = "") -> models.Q | None:
        """The rows that nobody with these rights sees, whatever the reach; of most types there are none."""
        return None

    def is_withheld_from(self, _access: "permissions.Access") -> bool:
        """The same of a row at hand."""
        return False
