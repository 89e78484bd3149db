"""Asking questions: the same question asked twice has one run."""

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from core.jobs.kinds import job_kinds
from core.models import JobRun

if TYPE_CHECKING:
    from core.models import User


def ask(
    *,
    kind: str,
    as_of: datetime,
    scope: dict[str, Any] | None = None,
    requested_by: "User | None" = None,
    seed: int = 0,
) -> JobRun:
    """The run that answers the question: the active one, the one of that moment, or a new one."""
    job_kinds[kind]  # an unknown kind is a mistake of the caller
    question = question_key(kind, scope or {})
    key = f"{question}@{as_of.isoformat()}"
    found = _existing(question, key)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return JobRun.objects.create(
                kind=kind,
                question=question,
                key=key,
                scope=scope or {},
                as_of=as_of,
                requested_by=requested_by,
                seed=seed,
            )
    except IntegrityError:  # somebody else asked in the same moment
        run = _existing(question, key)
        if run is None:
            raise
        return run


def question_key(kind: str, scope: dict[str, Any]) -> str:
    """The question without its moment: kind and a digest of the scope."""
    text = json.dumps(scope, sort_keys=True, separators=(",", ":"))
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _existing(question: str, key: str) -> JobRun | None:
    active = JobRun.objects.filter(question=question).active()
    return active.first() or JobRun.objects.filter(key=key).first()
