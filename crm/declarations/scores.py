"""Scores that people set: the two changes, in words."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.registries import AuditAction, ChangeKind, audit_actions, change_kinds

COLUMNS = ("hand_score", "hand_reason", "hand_by", "hand_at")


def register_scores() -> None:
    from crm.services.score_overrides import (  # noqa: PLC0415  # needs loaded models
        ReleaseScore,
        SetScore,
    )

    audit_actions.register(
        AuditAction(SetScore.key, pgettext_lazy("event", "Score set by hand")),
        AuditAction(ReleaseScore.key, pgettext_lazy("event", "Score given back to the model")),
    )
    change_kinds.register(
        ChangeKind(
            SetScore.key,
            SetScore,
            title=pgettext_lazy("bulk change", "set the score by hand"),
            done=_("Score of %(count)s %(records)s set by hand."),
            columns=COLUMNS,
        ),
        ChangeKind(
            ReleaseScore.key,
            ReleaseScore,
            title=pgettext_lazy("bulk change", "give the score back to the model"),
            done=_("Given back to the model: the score of %(count)s %(records)s."),
            columns=COLUMNS,
            record_type="crm.lead",
            rule="score",
            label=_("Use the model's score"),
            icon="gauge",
            question=_("Give the score of %(count)s %(records)s back to the model?"),
            note=_(
                "Scores that were set by hand are taken back; the model's count at once. Leads whose score "
                "nobody set stay as they are."
            ),
        ),
    )
