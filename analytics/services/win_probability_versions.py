"""Which version of the win probability serves: trainings decide."""

from django.db import transaction

from analytics.queries.win_probability import BASE_RATES, KIND
from core.models import ModelVersion
from core.services.model_versions import champion_of, keep_waiting, promote_version


@transaction.atomic
def settle_version(*, version: ModelVersion) -> ModelVersion:
    """A training has published a version: the one that serves from now on, with the reason why."""
    live = champion_of(KIND)
    reason = _verdict(version, live)
    if reason == "worse":
        keep_waiting(version=version, reason=reason)
        return live or version
    promote_version(version=version, by=None, reason=reason)
    return version


def _verdict(version: ModelVersion, live: ModelVersion | None) -> str:
    """A model gives way to one that is no worse; shares won give way to everything newer.

    Where newer deals tell nothing any more the shares won serve again: what looked like a signal
    once may have been that of deals that are long gone.
    """
    if live is None:
        return "first"
    if version.algorithm == BASE_RATES:
        return "no_signal"
    if live.algorithm == BASE_RATES:
        return "first_model"
    area = version.metrics["roc_auc"]
    return "no_worse" if area >= live.metrics["roc_auc_lower"] else "worse"
