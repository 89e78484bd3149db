"""People who log in, and their teams."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Theme

if TYPE_CHECKING:
    from core.permissions import Access


class Team(models.Model):
    """A group of users; a team sees its own records and those of the teams below it."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address, which is compared without case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who logs in; rights come from roles only (`core.permissions`)."""

    # What `display_name` is read from.
    READ_BY_NAME: ClassVar[tuple[str, ...]] = ("name", "email")

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=150)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Switch off instead of deleting.")
    )
    is_sample = models.BooleanField(_("sample user"), default=False, editable=False)
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="members",
    )
    roles = models.ManyToManyField(
        "core.Role", verbose_name=_("roles"), blank=True, related_name="users"
    )
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    has_hotkeys = models.BooleanField(_("single-key shortcuts"), default=True)
    wants_digest = models.BooleanField(
        _("weekly e-mail about my leads"),
        default=True,
        help_text=_("On Mondays, if there is something to tell."),
    )
    hides_start = models.BooleanField(_("hide “Getting started”"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    # Filled by core.permissions, once per instance.
    cached_access: "Access | None" = None
    cached_team_ids: list[int] | None = None
    cached_start: Any = None  # by core.queries.start
    # The administrator who looks through this user's eyes (core.services.view_as).
    viewed_by: "User | None" = None

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.name or self.email.partition("@")[0]

    def get_full_name(self) -> str:
        return self.display_name
