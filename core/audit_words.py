"""The acts of the core, as the audit log calls them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.registries import AuditAction, AuditedType, audit_actions, audited_types

WORDS = {
    "create": pgettext_lazy("event", "Created"),
    "edit": pgettext_lazy("event", "Changed"),
    "assign": _("Changed hands"),
    "delete": pgettext_lazy("event", "Deleted"),
    "restore": _("Brought back"),
    "erase": _("Deleted for good"),
    "undo": _("Put back"),
    "tag": pgettext_lazy("event", "Tags added"),
    "untag": pgettext_lazy("event", "Tags taken away"),
    "export": pgettext_lazy("event", "Exported"),
    "file.add": _("File added"),
    "file.delete": _("File deleted"),
    "file.restore": _("File brought back"),
    "sign_in": pgettext_lazy("event", "Logged in"),
    "sign_in.failed": pgettext_lazy("event", "Log-in failed"),
    "sign_out": pgettext_lazy("event", "Logged out"),
    "user.create": _("User added"),
    "user.edit": _("User changed"),
    "user.link": _("Link for a password made"),
    "user.off": _("User switched off"),
    "user.on": _("User switched on"),
    "user.sign_out": _("Sessions ended"),
    "user.two_step_reset": _("Two-step log-in reset"),
    "session.end": _("Session ended"),
    "token.create": _("API token made"),
    "token.revoke": _("API token revoked"),
    "webhook.create": _("Webhook added"),
    "webhook.change": _("Webhook changed"),
    "webhook.state": _("Webhook turned on, paused or turned off"),
    "webhook.off": _("Webhook switched off by the system"),
    "webhook.secret": _("Webhook: new secret"),
    "webhook.replay": _("Webhook: sent again"),
    "webhook.delete": _("Webhook deleted"),
    "team.create": _("Team added"),
    "team.edit": _("Team changed"),
    "team.dissolve": _("Team dissolved"),
    "role.create": _("Role added"),
    "role.edit": _("Role changed"),
    "role.reset": _("Role reset"),
    "role.delete": _("Role deleted"),
    "view_as.start": _("Began to look as somebody else"),
    "view_as.end": _("Stopped looking as somebody else"),
    "company.change": _("Company changed"),
    "company.logo": _("Logo changed"),
    "currency.base": _("Base currency changed"),
    "rate.save": _("Exchange rate saved"),
    "rate.delete": _("Exchange rate deleted"),
    "field.create": _("Custom field added"),
    "field.change": _("Custom field changed"),
    "field.move": _("Custom field moved"),
    "field.archive": _("Custom field archived"),
    "field.restore": _("Custom field brought back"),
    "field.known_when": _("Custom field: when it is known"),
    "layout.change": _("Layout changed"),
    "layout.reset": _("Layout reset"),
    "tag.change": _("Tag changed"),
    "tag.merge": _("Tag merged"),
    "tag.delete": _("Tag deleted"),
    "schedule.change": _("Schedule changed"),
    "job.start": _("Job started"),
    "job.cancel": _("Job cancelled"),
    "job.resume": _("Job resumed"),
    "view.create": _("View saved"),
    "view.change": _("View changed"),
    "view.delete": _("View deleted"),
    "view.restore": _("View brought back"),
    "mail.test": _("Test mail sent"),
    "sample.load": _("Sample company loaded"),
    "sample.remove": _("Sample company removed"),
}


# What the log speaks of beside records.
TYPES = (
    "core.user",
    "core.role",
    "core.team",
    "core.installation",
    "core.customfield",
    "core.tag",
    "core.savedview",
    "core.apitoken",
    "core.webhook",
    "core.exchangerate",
    "django_celery_beat.periodictask",
)


def register() -> None:
    audit_actions.register(*(AuditAction(key, label) for key, label in WORDS.items()))
    audited_types.register(*map(AuditedType, TYPES))
