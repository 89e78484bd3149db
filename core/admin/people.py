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
    changed_in = "user_list"
    icon = "person"
    hidden: ClassVar[Any] = ("password",)
    list_display: ClassVar[Any] = ("name", "email", "team", "is_active", "last_login")
    list_filter: ClassVar[Any] = ("is_active", "language")
    words: ClassVar[Any] = ("name__icontains", "email__icontains")


@admin.register(Team)
class TeamAdmin(PersonAdmin):
    changed_in = "team_list"
    icon = "groups"
    list_display: ClassVar[Any] = ("name", "parent")
    words: ClassVar[Any] = ("name__icontains",)


@admin.register(Role)
class RoleAdmin(PersonAdmin):
    changed_in = "role_list"
    icon = "badge"
    list_display: ClassVar[Any] = ("display_name", "key", "is_administrator", "description")
    list_filter: ClassVar[Any] = ("is_administrator",)
    words: ClassVar[Any] = ("name__icontains",)


@admin.register(Grant)
class GrantAdmin(PersonAdmin):
    changed_in = "role_list"
    icon = "key"
    list_display: ClassVar[Any] = ("permission", "role", "reach")
    list_filter: ClassVar[Any] = ("role", "reach")
    words: ClassVar[Any] = ("permission__icontains",)


@admin.register(FieldRule)
class FieldRuleAdmin(PersonAdmin):
    changed_in = "role_list"
    icon = "visibility_off"
    list_display: ClassVar[Any] = ("field", "role", "access")
    list_filter: ClassVar[Any] = ("role", "access")
    words: ClassVar[Any] = ("field__icontains",)


@admin.register(UserSession)
class UserSessionAdmin(PersonAdmin):
    """Where people are logged in; the key of a session is as good as a password."""

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
    list_display: ClassVar[Any] = ("text", "user", "kind", "created_at", "read_at")
    numbers: ClassVar[Any] = ("pk", "user_id")


@admin.register(RecentRecord)
class RecentRecordAdmin(PanelAdmin):
    group = "people"
    icon = "visibility"
    list_display: ClassVar[Any] = ("__str__", "user", "seen_at")
    list_filter: ClassVar[Any] = (RecordTypeFilter,)
    numbers: ClassVar[Any] = ("pk", "user_id")
