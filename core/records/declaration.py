"""What an app declares about the page of a record type."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from core.permissions import Access
from core.registries import RecordType, Registry, record_types

if TYPE_CHECKING:
    from core.models import User


@dataclass(frozen=True)
class Pill:
    """A state of the record beside its name."""

    label: Any
    tone: str = ""
    icon: str = ""
    has_dot: bool = False


@dataclass(frozen=True)
class Alike:
    """A record that a new one is probably the same as; how likely that is, and why."""

    record: Any
    probability: float
    reasons: Sequence[str] = ()


@dataclass(frozen=True)
class Linked:
    """A section with facts of a linked record, which obey the rules of its own type."""

    link: str
    label: Promise
    fields: Sequence[str]
    comes_first: bool = False


@dataclass(frozen=True)
class Related:
    """Records around this one: the first ten, and where the others are.

    `rows` gives the rows that the user may see; `record` leads from a row to the record that a line names.
    `key` is the name of the field that says the same of this record, where there is one.
    `filter_name` is the field of the other type by which its list shows the rest; `new_field`
    is the one that a new record has filled in. With `roles` each line has a role that can be changed, and
    `add` and `remove` are the services; `details` are columns of the row in between that `change` writes.
    """

    key: str
    label: Promise
    object_type: str
    icon: str
    rows: Callable[[Any, "User"], QuerySet[Any]]
    record: str = ""
    note: Callable[[Any, Access], Any] | None = None
    filter_name: str = ""
    new_field: str = ""
    role_field: str = ""
    role_label: Promise | str = ""
    roles: Sequence[tuple[str, Any]] = ()
    add: Callable[..., None] | None = None
    remove: Callable[..., None] | None = None
    details: tuple[str, ...] = ()
    change: Callable[..., None] | None = None


@dataclass(frozen=True)
class Action:
    """A button of the bar, and of the one under the thumb on phones.

    `url` and `phone_url` may answer nothing when it does not apply.
    """

    key: str
    label: Promise
    icon: str
    url: Callable[[Any, Access], str]
    hotkey: str = ""
    short_label: Promise | str = ""
    phone_url: Callable[[Any, Access], str] | None = None


@dataclass(frozen=True)
class Tab:
    """A tab of the page with what its template needs; `kind` of entries that a timeline shows.

    One with a `rule` is hidden with that field.
    """

    key: str
    label: Promise
    icon: str
    template: str
    context: "Callable[[Any, User], dict[str, Any]] | None" = None
    kind: str = ""
    rule: str = ""


def _nothing(_record: Any, _access: Access) -> Any:
    return ""


def _no_pills(_record: Any, _access: Access) -> Sequence[Pill]:
    return ()


def _as_they_are(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows


Save = Callable[[Any, "User", datetime], Any]


def _always(_record: Any) -> bool:
    return True


@dataclass(frozen=True)
class RecordPage:
    """The page of one record type, its forms and its place.

    `first` are the fields of the short form, which is a `RecordForm`; `save` is the service that writes
    an edited record; one that `has_charts` loads what draws them; whose record is not `is_open` offers no changes of it; `rows` adds what the head and the facts need, so that nothing is read by a template.
    """

    kind: str
    create_url: str
    edit_url: str
    first: Sequence[str]
    save: Save
    form: type[Any]
    new_title: Promise
    edit_title: Promise
    saved: Promise
    rows: Callable[[QuerySet[Any]], QuerySet[Any]] = _as_they_are
    sub: Callable[[Any, Access], Any] = _nothing
    pills: Callable[[Any, Access], Sequence[Pill]] = _no_pills
    actions: Sequence[Action] = ()
    linked: Sequence[Linked] = ()
    related: Sequence[Related] = ()
    sections: Mapping[str, Promise] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    is_square: bool = False
    duplicates: "Callable[[Mapping[str, Any], User], Sequence[Alike]] | None" = None
    tabs: Sequence[Tab] = ()
    bar_template: str = ""
    bar: Callable[[Any, Access], Mapping[str, Any]] | None = None
    has_charts: bool = False
    is_open: Callable[[Any], bool] = _always

    @property
    def key(self) -> str:
        return self.kind

    @property
    def record_type(self) -> RecordType:
        return record_types[self.kind]

    def related_by(self, key: str) -> Related | None:
        return next((each for each in self.related if each.key == key), None)


record_pages: Registry[RecordPage] = Registry("Record page")
