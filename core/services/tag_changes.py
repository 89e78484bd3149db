"""Tags as a whole: renaming, colouring, merging and deleting them with their records."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import audit, permissions
from core.changes.drafts import load_drafts, write_drafts
from core.choices import Hue
from core.custom_names import is_custom
from core.errors import Refused
from core.jobs.questions import ask
from core.locks import lock_for_transaction
from core.models import ChangeSet, JobRun, SavedView, Tag, User
from core.models.tags import tag_key
from core.queries.tags import records_with, tagged_types
from core.registries import RecordType
from core.services.records import after_change

PERMISSION = "core.tag.manage"
LOCK = "core.tags"
REPLACEMENT_JOB = "core.tag_replacement"
MOST_AT_ONCE = 500
MOST_MERGED = 50


@transaction.atomic
def change_tag(*, tag: Tag, name: str, hue: str, by: User) -> Tag:
    """Another name or colour; a name that is taken is a reason to merge."""
    permissions.require(by, PERMISSION)
    lock_for_transaction(LOCK)
    before = audit.snapshot(tag)
    tag.name, tag.hue = name.strip(), hue
    key = tag_key(tag.name)
    if not key:
        raise Refused(_("Give the tag a name."))
    if hue not in Hue.values:
        raise Refused(_("Choose a colour from the list."))
    if Tag.objects.filter(name_key=key).exclude(pk=tag.pk).exists():
        raise Refused(_("There is a tag “%(name)s” already. Merge the two.") % {"name": tag.name})
    tag.save()
    changes = {
        name: pair for name, pair in audit.differences(before, tag).items() if name != "name_key"
    }
    if changes:
        audit.record(actor=by, action="tag.change", subject=tag, changes=changes)
    return tag


@transaction.atomic
def merge_tags(*, tags: Sequence[Tag], into: Tag, by: User, at: datetime) -> JobRun | None:
    """Give the records of some tags another one, and delete the tags; saved views ask for the other.

    The run, when so many records carry them that a job does it: whoever calls wakes it.
    """
    gone = [tag for tag in tags if tag.pk != into.pk]
    if not gone or len(gone) > MOST_MERGED:
        raise Refused(_("Choose between 2 and %(most)s tags.") % {"most": MOST_MERGED})
    return _begin(gone, into, by, at)


@transaction.atomic
def delete_tag(*, tag: Tag, by: User, at: datetime) -> JobRun | None:
    """Take a tag from all records and delete it."""
    return _begin([tag], None, by, at)


def _begin(gone: Sequence[Tag], into: Tag | None, by: User, at: datetime) -> JobRun | None:
    permissions.require(by, PERMISSION)
    lock_for_transaction(LOCK)
    pks = sorted(tag.pk for tag in gone)
    records = [(kind, list(records_with(kind, pks)[: MOST_AT_ONCE + 1])) for kind in tagged_types()]
    if sum(len(ids) for _kind, ids in records) > MOST_AT_ONCE:
        scope = {
            "tags": pks,
            "into": into.pk if into else None,
            "names": [tag.name for tag in gone],
        }
        return ask(kind=REPLACEMENT_JOB, as_of=at, scope=scope, requested_by=by)
    for kind, ids in records:
        replace_tags(kind=kind, ids=ids, gone=pks, into=into.pk if into else None, by=by, at=at)
    finish_replacement(gone=pks, into=into, by=by)
    return None


@transaction.atomic
def replace_tags(
    *,
    kind: RecordType,
    ids: Collection[int],
    gone: Collection[int],
    into: int | None,
    by: User | None,
    at: datetime,
) -> int:
    """Change the tags of some records, whoever they belong to; each keeps a trace."""
    if not ids:
        return 0
    change_set = ChangeSet.objects.create(
        object_type=kind.key,
        action="tag" if into else "untag",
        actor=by,
        at=at,
        undone_at=at,  # the tags are gone: there is nothing to go back to
    )
    drafts = load_drafts(kind, ids, with_tags=True)
    for draft in drafts:
        if draft.tags & set(gone):
            draft.tags = (draft.tags - set(gone)) | ({into} if into else set())
    written = write_drafts(kind, drafts, action=change_set.action, change_set=change_set)
    ChangeSet.objects.filter(pk=change_set.pk).update(count=F("count") + len(written))
    after_change(kind.key, written)
    return len(written)


@transaction.atomic
def finish_replacement(*, gone: Collection[int], into: Tag | None, by: User | None) -> None:
    """The tags go; saved views that asked for them ask for the other one."""
    tags = list(Tag.objects.filter(pk__in=gone).order_by("pk"))
    if into is not None:
        _rewrite_views(set(gone), into.pk)
    for tag in tags:
        action = "tag.merge" if into else "tag.delete"
        changes = {"name": (tag.name, into.name if into else None)}
        audit.record(actor=by, action=action, subject=tag, changes=changes)
    Tag.objects.filter(pk__in=gone).delete()


def _rewrite_views(gone: Collection[int], into: int) -> None:
    for view in SavedView.objects.exclude(condition={}).only("condition", "object_type"):
        condition = _rewritten(view.condition, gone, into)
        if condition != view.condition:
            SavedView.objects.filter(pk=view.pk).update(condition=condition)


def _rewritten(condition: Any, gone: Collection[int], into: int) -> Any:
    """The condition in its JSON form, with the other tag in the tests of tags.

    >>> _rewritten({"all": [{"field": "tags", "operator": "any_of", "value": [3, 5]}]}, {3}, 5)
    {'all': [{'field': 'tags', 'operator': 'any_of', 'value': [5]}]}
    """
    if isinstance(condition, list):
        return [_rewritten(part, gone, into) for part in condition]
    if not isinstance(condition, dict):
        return condition
    is_of_tags = str(condition.get("field", "")).split(".")[-1] == "tags"
    if is_of_tags and not is_custom(str(condition["field"])):
        value = condition.get("value")
        values = [into if each in gone else each for each in _listed(value)]
        new = list(dict.fromkeys(values))
        return (
            {**condition, "value": new if isinstance(value, list) else new[0]} if new else condition
        )
    return {name: _rewritten(part, gone, into) for name, part in condition.items()}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
