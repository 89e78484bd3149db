"""How runs end, and who is told."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from core.choices import ACTIVE_STATES, RunState
from core.jobs.following import ask_following
from core.jobs.kinds import job_kinds
from core.models import JobRun, JobStep
from core.notifying import notify

SENTENCES = {
    RunState.SUCCEEDED: gettext_noop("“%(job)s” is done."),
    RunState.FAILED: gettext_noop("“%(job)s” failed. Open the run to see why."),
    RunState.INSUFFICIENT: gettext_noop("“%(job)s” had too little data. Open the run to see why."),
}


@transaction.atomic
def end_run(run_id: int, state: RunState, error: str = "", **error_args: Any) -> list[int]:
    """Write the run's end, once; tell whoever asked. Who still works on it loses the claim.

    What follows is asked in the same transaction; returns the ids of those runs.
    """
    now = timezone.now()
    values: dict[str, Any] = {
        "state": state,
        "claim": F("claim") + 1,
        "finished_at": now,
        "lease_until": None,
        "error": error,
        "error_args": error_args,
    }
    if state == RunState.SUCCEEDED:
        values["progress"] = 100
    ended = JobRun.objects.filter(pk=run_id, state__in=ACTIVE_STATES).update(**values)
    if not ended:
        return []
    JobStep.objects.filter(run=run_id, finished_at=None).update(finished_at=now)
    run = JobRun.objects.select_related("requested_by").get(pk=run_id)
    _tell(run)
    return ask_following(run)


def _tell(run: JobRun) -> None:
    sentence = SENTENCES.get(RunState(run.state))
    if run.requested_by is None or sentence is None:
        return
    with translation.override(run.requested_by.language):
        title = job_kinds[run.kind].title(run.scope)
    notify(
        user=run.requested_by,
        kind="job",
        message=sentence,
        message_args={"job": title},
        url=reverse("job_run", args=[run.pk]),
    )
