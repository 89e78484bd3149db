"""The acts of the core, as the audit log calls them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.registries import AuditAction, audit_actions

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


def register() -> None:
    audit_actions.register(*(AuditAction(key, label) for key, label in WORDS.items()))
