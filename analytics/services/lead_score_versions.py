"""Which version of the lead score serves: trainings decide, people may decide otherwise."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from analytics.queries.lead_score_fields import barred_fields
from analytics.queries.lead_scores import KIND, field_labels
from core import permissions
from core.errors import Refused
from core.models import ModelVersion, User
from core.notifying import notify
from core.services.model_versions import (
    champion_of,
    keep_waiting,
    load_artifact,
    previous_champion_of,
    promote_version,
    retire_version,
)
from crm.queries.scores import POINTS_RULES

RUN = "analytics.lead_score.run"
REPLACED = {
    "clearly_better": gettext_noop(
        "Version %(new)s of the lead score has replaced version %(old)s, which you had promoted: its AUC "
        "is clearly better."
    ),
    "barred": gettext_noop(
        "Version %(new)s of the lead score has replaced version %(old)s, which you had promoted: that one "
        "had learned from a field that may not be used any more."
    ),
}


@transaction.atomic
def settle_version(*, version: ModelVersion) -> ModelVersion:
    """A training has published a version: the one that serves from now on, with the reason why.

    A version that a person promoted gives way only to a clearly better one, and the person is told.
    """
    live = champion_of(KIND)
    reason, is_promoted = _verdict(version, live)
    if not is_promoted:
        keep_waiting(version=version, reason=reason)
        return live or version
    if live is not None and live.is_pinned:
        _tell(live, version, reason)
    promote_version(version=version, by=None, reason=reason)
    return version


def _verdict(version: ModelVersion, live: ModelVersion | None) -> tuple[str, bool]:
    """Why it serves, or why not.

    A live version that learned from fields that may not be used any more has to go, however good
    it looks: that is what a leak looks like.
    """
    if live is None:
        return "first", True
    if live.algorithm == POINTS_RULES:
        return "first_model", True
    if barred_fields(live):
        return "barred", True
    area = version.metrics["roc_auc"]
    if _outcome_of(live) != _outcome_of(version):  # their figures cannot be compared
        is_newer = bool(version.parameters.get("has_moments", False))
        return "other_outcome", is_newer and not live.is_pinned
    if live.is_pinned:
        is_clear = area > live.metrics["roc_auc_upper"]
        return ("clearly_better", True) if is_clear else ("pinned", False)
    return ("no_worse", True) if area >= live.metrics["roc_auc_lower"] else ("worse", False)


def _outcome_of(version: ModelVersion) -> tuple[object, object]:
    """What its chance is the chance of."""
    told = version.parameters
    return told.get("has_moments", False), told.get("horizon_days")


def _tell(live: ModelVersion, version: ModelVersion, reason: str) -> None:
    if live.decided_by is not None:
        notify(
            user=live.decided_by,
            kind="lead_score.replaced",
            message=REPLACED[reason],
            message_args={"new": version.number, "old": live.number},
            url=reverse("lead_score_model"),
        )


@transaction.atomic
def promote(*, version: ModelVersion, by: User) -> None:
    """A person lets this version serve."""
    permissions.require(by, RUN)
    version = ModelVersion.objects.get(pk=version.pk)  # somebody may have decided meanwhile
    if version.is_live:
        raise Refused(_("This version is live already."))
    if version.algorithm == POINTS_RULES:
        raise Refused(
            _("Points rules serve by themselves while there is too little to learn from.")
        )
    _check_usable(version, by)
    promote_version(version=version, by=by, reason="promoted")


@transaction.atomic
def roll_back(*, by: User) -> ModelVersion:
    """A person goes back to the version that served before."""
    permissions.require(by, RUN)
    version = previous_champion_of(KIND)
    if version is None or version.algorithm == POINTS_RULES:
        raise Refused(_("No version served before this one."))
    _check_usable(version, by)
    promote_version(version=version, by=by, reason="rolled_back")
    return version


def retire(*, version: ModelVersion, by: User) -> None:
    """A person puts a version aside that waits."""
    permissions.require(by, RUN)
    retire_version(version=version, by=by, reason="retired")


def _check_usable(version: ModelVersion, by: User) -> None:
    """Refuse a version that cannot score, or must not; fields that the user may not see have no name."""
    barred = barred_fields(version)
    if barred:
        access, labels = permissions.access_of(by), field_labels()
        names = [str(labels.get(name, name)) for name in barred if access.sees(name)]
        raise Refused(
            _("Version %(number)s learned from fields that may not be used any more (%(fields)s).")
            % {
                "number": version.number,
                "fields": pgettext("punctuation", ", ").join(names) or _("hidden from you"),
            }
        )
    load_artifact(version)
