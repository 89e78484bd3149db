"""Merging or deleting tags that many records carry."""

from typing import Any

from django.utils.translation import gettext_noop

from core.errors import Refused
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.jobs.ranges import ranges
from core.models import Tag
from core.queries.tags import records_with, tagged_types
from core.registries import record_types
from core.services.tag_changes import finish_replacement, replace_tags

GONE = gettext_noop("The tag that was to stay is gone. Merge again.")


class TagReplacementJob(Job):
    """Records of all types in ranges of their numbers; the tags go when no record has them."""

    is_parallel = False

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Find the records"))
        partitions = [
            {"kind": kind.key, **each}
            for kind in tagged_types()
            for each in ranges(records_with(kind, run.scope["tags"]).iterator(chunk_size=5_000))
        ]
        run.step(gettext_noop("Change their tags"))
        return Plan(partitions)

    def load(self, run: RunContext, payload: dict[str, Any]) -> tuple[str, list[int]]:
        kind = record_types[payload["kind"]]
        within = (payload["first"], payload["last"])
        return payload["kind"], list(records_with(kind, run.scope["tags"], within))

    def compute(self, run: RunContext, data: Any) -> Any:
        return data

    def save(self, run: RunContext, results: tuple[str, list[int]]) -> Saved:
        key, ids = results
        into = self._into(run)
        changed = replace_tags(
            kind=record_types[key],
            ids=ids,
            gone=run.scope["tags"],
            into=into.pk if into else None,
            by=run.run.requested_by,
            at=run.as_of,
        )
        return Saved(len(ids), changed, {"changed": changed})

    def finish(self, run: RunContext) -> None:
        finish_replacement(gone=run.scope["tags"], into=self._into(run), by=run.run.requested_by)

    @staticmethod
    def _into(run: RunContext) -> Tag | None:
        if run.scope["into"] is None:
            return None
        tag = Tag.objects.filter(pk=run.scope["into"]).first()
        if tag is None:
            raise Refused.by_msgid(GONE)
        return tag
