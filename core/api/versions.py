"""ETags: which state of a record an answer shows, and changes that count on one.

A tag has two halves: the first is of what people and programs write into the record, which is what
`If-Match` compares; the second is of the whole answer: scores, names of linked records and all. Keyed
digests, so that nobody can try out what a value was.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework.request import Request

from core.api.problems import ProblemError
from core.registries import RecordType

SALT = "core.api.versions"
LENGTH = 16
ALWAYS = ("id", "updated_at", "custom", "owner")


def tag_of(
    kind: RecordType, record: Mapping[str, Any], said: Mapping[str, Any] | None = None
) -> str:
    """The tag of a whole record, or of an answer that says less of it."""
    written = (field.name for field in kind.fields if field.is_editable and field.is_own)
    own = {name: _own(record[name]) for name in (*ALWAYS, *written) if name in record}
    return f'"{_digest(own)}-{_digest(said if said is not None else record)}"'


def _own(value: Any) -> Any:
    """A link is the number of its record, whatever that is called."""
    if isinstance(value, Mapping) and value.keys() == {"id", "name"}:
        return value["id"]
    if isinstance(value, Mapping):
        return {name: _own(each) for name, each in value.items()}
    return value


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True)
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()[:LENGTH]


def check_match(request: Request, kind: RecordType, record: Mapping[str, Any]) -> None:
    """`If-Match`: the record has to be as it was; else the answer shows it as it is now."""
    given = request.headers.get("If-Match", "").strip()
    if not given or given == "*":
        return
    now = tag_of(kind, record)
    if _half(now) not in [_half(tag) for tag in given.split(",")]:
        raise ProblemError(
            412,
            "changed",
            _(
                "Somebody has changed the record since. Look at “current” and send your change anew."
            ),
            current=dict(record),
            etag=now,
        )


def _half(tag: str) -> str:
    return tag.strip().removeprefix("W/").strip('"').partition("-")[0]


def is_unchanged(request: Request, tag: str) -> bool:
    """`If-None-Match`: the caller has this answer already."""
    given = request.headers.get("If-None-Match", "")
    return tag in [each.strip().removeprefix("W/") for each in given.split(",")]
