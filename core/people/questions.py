"""The page that answers why: whom it is about, what it is about, and the answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from core.ids import id_in
from core.models import OwnedRecord, User
from core.people.explanations import Explainer, Explanation
from core.people.matrix import ruled_fields
from core.records.lookups import name_of
from core.registries import RecordType, permission_registry, record_types

ACTIONS = ("view", "edit", "assign", "delete")
RIGHT, FIELD = "right", "field"
Labels = Mapping[str, tuple[RecordType, Any]]


@dataclass(frozen=True)
class Question:
    """What the address asks: a user, and a record (`crm.lead:12` or its address), right or field."""

    user: int | None = None
    record: str = ""
    what: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Question":
        given = {name: query.get(name, "").replace("\0", "")[:500] for name in ("record", "what")}
        return cls(id_in(query.get("user", "")), given["record"].strip(), given["what"])


@dataclass(frozen=True)
class Answer:
    """What is asked of (a right, a field) and the explanation."""

    label: Any
    explanation: Explanation


def question_context(question: Question, by: User) -> dict[str, Any]:
    """Everything the page shows; a record that the asker may not see is not there."""
    users = list(User.objects.only("name", "email", "is_active", "team_id"))
    person = next((user for user in users if user.pk == question.user), None)
    row = _row(question.record, by) if question.record else None
    labels = ruled_fields()
    context: dict[str, Any] = {
        "question": question,
        "person": person,
        "users": users,
        "rights": _rights_choices(),
        "fields": _field_choices(labels),
        "row": row,
        "row_name": name_of(row, by) if row else "",
        "is_missing": bool(question.record) and row is None,
    }
    if person is not None:
        explainer = Explainer(person)
        context["asked"] = _asked(explainer, question.what, labels)
        if row is not None:
            context["actions"] = _actions(explainer, row)
            context["row_fields"] = _fields(explainer, record_types[row._meta.label_lower], labels)
    return context


def _row(text: str, by: User) -> Any:
    """The record of `crm.lead:12`, or of the address of its page."""
    key, _colon, pk = text.partition(":")
    found = (key, pk) if key in record_types else _named_by(text)
    number = id_in(found[1]) if found else None
    if found is None or number is None:
        return None
    model: Any = record_types[found[0]].model
    if not issubclass(model, OwnedRecord):
        return None
    rows = model.objects.visible_to(by).for_list().select_related("owner", "team")
    return rows.filter(pk=number).first()


def _named_by(address: str) -> tuple[str, str] | None:
    try:
        match = resolve(urlsplit(address).path)
    except (Resolver404, ValueError):
        return None
    pages = {kind.detail_url: kind.key for kind in record_types}
    if match.url_name not in pages or "pk" not in match.kwargs:
        return None
    return pages[match.url_name], str(match.kwargs["pk"])


def _actions(explainer: Explainer, row: Any) -> list[Answer]:
    kind = row._meta.label_lower
    return [
        Answer(permission_registry[f"{kind}.{action}"].label, explainer.row(row, action))
        for action in ACTIONS
        if f"{kind}.{action}" in permission_registry
    ]


def _fields(explainer: Explainer, kind: RecordType, labels: Labels) -> list[Answer]:
    """The fields of the record type; those that somebody restricts come first."""
    found = [Answer(f.label, explainer.field_of(kind, f)) for f in kind.fields if not f.rule]
    built_in = {kind.rule_of(field) for field in kind.fields}
    found += [
        Answer(label, explainer.field(name))
        for name, (of, label) in labels.items()
        if of is kind and name not in built_in
    ]
    return sorted(found, key=lambda answer: answer.explanation.access is None)


def _asked(explainer: Explainer, what: str, labels: Labels) -> Answer | None:
    kind, _colon, name = what.partition(":")
    if kind == RIGHT and name in permission_registry:
        return Answer(right_label(name), explainer.permission(name))
    if kind == FIELD and name in labels:
        of, label = labels[name]
        words = {"records": of.plural, "field": label}
        return Answer(_("%(records)s: %(field)s") % words, _field(explainer, of, name))
    return None


def _field(explainer: Explainer, kind: RecordType, name: str) -> Explanation:
    field = next((f for f in kind.fields if kind.rule_of(f) == name and not f.rule), None)
    return explainer.field_of(kind, field) if field else explainer.field(name)


def right_label(name: str) -> str:
    right = permission_registry[name]
    kind = name.rpartition(".")[0]
    if not right.has_reach or kind not in record_types:
        return str(right.label)
    return _("%(records)s: %(field)s") % {
        "records": record_types[kind].plural,
        "field": right.label,
    }


def _rights_choices() -> list[tuple[str, str]]:
    return [(f"{RIGHT}:{right.key}", right_label(right.key)) for right in permission_registry]


def _field_choices(labels: Labels) -> list[tuple[Any, list[tuple[str, Any]]]]:
    found: dict[str, list[tuple[str, Any]]] = {}
    for name, (kind, label) in labels.items():
        found.setdefault(kind.key, []).append((f"{FIELD}:{name}", label))
    return [(record_types[key].plural, fields) for key, fields in found.items()]
