"""People, roles and how they log in: read here, changed in the settings."""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin.base import PanelAdmin
from core.admin.filters import RecordTypeFilter
from core.models import FieldRule, Grant, Notification, RecentRecord, Role, Team, User
from core.services.members import end_session


class PersonAdmin(PanelAdmin):
    """How somebody logs in: the password is asked for again before a change."""

    group = "people"
    asks_for_password = True
    is_small = True


@admin.register(User)
class UserAdmin(PersonAdmin):
    changed_in, changed_at = "user_list", ("user_edit", "pk")
    icon = "person"
    hidden: ClassVar[Any] = ("password",)
    list_display: ClassVar[Any] = ("name", "email", "team", "is_active", "last_login")
    list_filter: ClassVar[Any] = ("is_active", "language")
    words: ClassVar[Any] = ("name__icontains", "email__icontains")


@admin.register(Team)
class TeamAdmin(PersonAdmin):
    changed_in, changed_at = "team_list", ("team_edit", "pk")
    icon = "groups"
    list_display: ClassVar[Any] = ("name", "parent")
    words: ClassVar[Any] = ("name__icontains",)


@admin.register(Role)
class RoleAdmin(PersonAdmin):
    changed_in, changed_at = "role_list", ("role_edit", "pk")
    icon = "badge"
    said_as: ClassVar[Any] = {"name": "called", "description": "about"}
    list_display: ClassVar[Any] = ("called", "key", "is_administrator", "about")
    list_filter: ClassVar[Any] = ("is_administrator",)
    words: ClassVar[Any] = ("name__icontains",)

    @admin.display(description=_("name"), ordering="name")
    def called(self, role: Role) -> str:
        return role.display_name

    @admin.display(description=_("description"))
    def about(self, role: Role) -> str:
        return role.display_description


@admin.register(Grant)
class GrantAdmin(PersonAdmin):
    changed_in, changed_at = "role_list", ("role_edit", "role_id")
    icon = "key"
    list_display: ClassVar[Any] = ("permission", "role", "reach")
    list_filter: ClassVar[Any] = ("role", "reach")
    words: ClassVar[Any] = ("permission__icontains",)


@admin.register(FieldRule)
class FieldRuleAdmin(PersonAdmin):
    changed_in, changed_at = "role_list", ("role_edit", "role_id")
    icon = "visibility_off"
    list_display: ClassVar[Any] = ("field", "role", "access")
    list_filter: ClassVar[Any] = ("role", "access")
    words: ClassVar[Any] = ("field__icontains",)


@admin.register(UserSession)
class UserSessionAdmin(PersonAdmin):
    """Where people are logged in; the key of a session is as good as a password."""

    changed_in, changed_at = "user_list", ("user_edit", "user_id")
    icon = "devices"
    hidden: ClassVar[Any] = ("session_key", "data")
    list_display: ClassVar[Any] = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    words: ClassVar[Any] = ("user__email__icontains", "ip__startswith")
    actions: ClassVar[Any] = ("end",)

    @admin.action(description=_("End these sessions"))
    def end(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.ask_for_password(request)
        self.on_each(request, rows, lambda session, by: end_session(session=session, by=by))


@admin.register(EmailAddress)
class EmailAddressAdmin(PersonAdmin):
    icon = "alternate_email"
    list_display: ClassVar[Any] = ("email", "user", "verified", "primary")
    list_filter: ClassVar[Any] = ("verified", "primary")
    words: ClassVar[Any] = ("email__icontains",)


@admin.register(EmailConfirmation)
class EmailConfirmationAdmin(PersonAdmin):
    icon = "mark_email_read"
    hidden: ClassVar[Any] = ("key",)
    list_display: ClassVar[Any] = ("email_address", "created", "sent")
    joined: ClassVar[Any] = ("email_address__user",)
    words: ClassVar[Any] = ("email_address__email__icontains",)


@admin.register(Authenticator)
class AuthenticatorAdmin(PersonAdmin):
    """Second steps; what they are made of is never shown."""

    changed_in, changed_at = "user_list", ("user_edit", "user_id")
    icon = "shield_lock"
    hidden: ClassVar[Any] = ("data",)
    list_display: ClassVar[Any] = ("user", "type", "created_at", "last_used_at")
    list_filter: ClassVar[Any] = ("type",)
    words: ClassVar[Any] = ("user__email__icontains",)


@admin.register(SocialApp)
class SocialAppAdmin(PersonAdmin):
    icon = "login"
    hidden: ClassVar[Any] = ("secret", "key", "settings", "sites")
    list_display: ClassVar[Any] = ("name", "provider", "client_id")
    words: ClassVar[Any] = ("name__icontains",)


@admin.register(SocialAccount)
class SocialAccountAdmin(PersonAdmin):
    icon = "link"
    hidden: ClassVar[Any] = ("extra_data",)
    list_display: ClassVar[Any] = ("user", "provider", "last_login", "date_joined")
    words: ClassVar[Any] = ("user__email__icontains",)


@admin.register(SocialToken)
class SocialTokenAdmin(PersonAdmin):
    icon = "vpn_key"
    hidden: ClassVar[Any] = ("token", "token_secret")
    list_display: ClassVar[Any] = ("account", "app", "expires_at")
    joined: ClassVar[Any] = ("account__user",)
    words: ClassVar[Any] = ("account__user__email__icontains",)


@admin.register(Notification)
class NotificationAdmin(PanelAdmin):
    group = "people"
    icon = "notifications"
    said_as: ClassVar[Any] = {"message": "told"}
    list_display: ClassVar[Any] = ("told", "user", "kind", "created_at", "read_at")
    numbers: ClassVar[Any] = ("pk", "user_id")

    def name_of(self, row: Any) -> str:
        return self.told(row)

    @admin.display(description=_("message"))
    def told(self, notification: Notification) -> str:
        return notification.text


@admin.register(RecentRecord)
class RecentRecordAdmin(PanelAdmin):
    group = "people"
    icon = "visibility"
    list_display: ClassVar[Any] = ("record_type", "object_id", "user", "seen_at")
    list_filter: ClassVar[Any] = (RecordTypeFilter,)
    numbers: ClassVar[Any] = ("pk", "user_id")

    def name_of(self, row: Any) -> str:
        return f"{self.record_type(row)} {row.object_id}"
