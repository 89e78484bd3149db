"""What sales declares of imports."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.jobs.kinds import JobKind, job_kinds
from core.registries import Derivation, derivations


def register_imports() -> None:
    job_kinds.register(
        JobKind(
            "crm.file_import",
            _("Import a file"),
            "crm.jobs.file_imports.FileImportJob",
            permission="crm.import.use",
            describe=_import_title,
            result_url=lambda scope: reverse("import_detail", args=[scope["import"]]),
            counts={
                "created": pgettext_lazy("import", "Created"),
                "updated": pgettext_lazy("import", "Updated"),
                "refused": pgettext_lazy("import", "Refused"),
            },
        ),
        JobKind(
            "crm.import_trial",
            _("Try an import"),
            "crm.jobs.import_trials.ImportTrialJob",
            permission="crm.import.use",
            describe=_trial_title,
            result_url=lambda scope: reverse("import_check", args=[scope["import"]]),
            counts={"refused": pgettext_lazy("import", "Refused")},
        ),
        JobKind(
            "crm.import_revert",
            _("Revert an import"),
            "crm.jobs.import_reverts.ImportRevertJob",
            permission="crm.import.use",
            describe=_revert_title,
            result_url=lambda scope: reverse("import_detail", args=[scope["import"]]),
            counts={
                "binned": pgettext_lazy("import", "Moved to the bin"),
                "put_back": pgettext_lazy("import", "Put back"),
                "left_alone": pgettext_lazy("import", "Left alone"),
            },
        ),
    )

    derivations.register(*(Derivation(key, sentence) for key, sentence in DERIVATIONS.items()))


DERIVATIONS = {
    "import.website": _("Taken from the website when “%(detail)s” was imported"),
    "import.email": _("Taken from the e-mail address when “%(detail)s” was imported"),
    "import.people": _(
        "Taken from the e-mail addresses of its people when “%(detail)s” was imported"
    ),
    "import.deal_name": _("Made of company and product when “%(detail)s” was imported"),
    "import.list_price": _("The list price: “%(detail)s” gave no amount"),
    "import.close_day": _("Noon of the day of closing: “%(detail)s” gave no time"),
    "import.lost_untold": _("“%(detail)s” gave no reason"),
}


def _trial_title(scope: dict[str, Any]) -> str:
    return gettext("Try %(file)s") % {"file": scope.get("file", "")}


def _revert_title(scope: dict[str, Any]) -> str:
    return gettext("Revert %(file)s") % {"file": scope.get("file", "")}


def _import_title(scope: dict[str, Any]) -> str:
    return gettext("Import %(file)s") % {"file": scope.get("file", "")}
