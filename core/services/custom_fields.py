"""Custom fields: making, changing, ordering and archiving them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, count
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core import audit, permissions
from core.choices import FieldType, KnownWhen
from core.errors import Refused
from core.fields.added import fields_of
from core.fields.parsing import MAX_CHOICE
from core.locks import lock_for_transaction
from core.models import CustomField, User
from core.registries import record_types
from core.text import comparable

# Every form and page of a record shows them all.
MOST_FIELDS = 200
MOST_OPTIONS = 200
# What may be said of a field later: never its key and type, which stored values depend on.
CHANGEABLE = (
    "label",
    "help_text",
    "options",
    "is_open",
    "currency",
    "is_required",
    "known_when",
    "is_actionable",
)
CHOSEN_TYPES = (FieldType.CHOICE, FieldType.CHOICES)


@transaction.atomic
def ensure_field(
    *,
    object_type: str,
    label: str,
    field_type: str,
    known_when: str = KnownWhen.BEFORE,
    by: User | None = None,
) -> CustomField:
    """The field with this label, made when it is not there; an existing one keeps its type.

    One that was once marked as filled in after contact stays so; marking it later is a decision
    about everybody's scores and needs the right to manage fields.
    """
    label = label[:200]
    lock_for_transaction("core.custom_fields")
    field: CustomField | None = _labelled(object_type, label).first()
    if field is None:
        is_open = field_type in CHOSEN_TYPES
        new = {"type": field_type, "known_when": known_when, "is_open": is_open}
        return _create(object_type, {"label": label, **new})
    is_new_mark = known_when == KnownWhen.AFTER and field.known_when != KnownWhen.AFTER
    if is_new_mark and (by is None or permissions.access_of(by).may("core.custom_field.manage")):
        set_known_when(field=field, known_when=known_when, by=by)
    return field


@transaction.atomic
def create_field(
    *, object_type: str, field_type: str, values: Mapping[str, Any], by: User, target: str = ""
) -> CustomField:
    """A new field of a record type; `values` are what may be changed later, too."""
    lock_for_transaction("core.custom_fields")
    label = str(values.get("label", "")).strip()
    _check(label, field_type, values.get("options", []))
    if field_type == FieldType.LINK and target not in record_types:
        raise Refused(_("Say what kind of record the field leads to."))
    _refuse_twice(object_type, label)
    field = _create(
        object_type,
        {
            **{name: value for name, value in values.items() if name in CHANGEABLE},
            "label": label,
            "type": field_type,
            "target": target if field_type == FieldType.LINK else "",
        },
    )
    audit.record(actor=by, action="field.create", subject=field)
    return field


def _create(object_type: str, values: Mapping[str, Any]) -> CustomField:
    active = CustomField.objects.active().filter(object_type=object_type).count()
    if active >= MOST_FIELDS:
        raise Refused(
            _("There are %(count)s fields of your own already. Leave columns out.")
            % {"count": active}
        )
    stored = CustomField.objects.filter(object_type=object_type)
    taken = set(stored.values_list("key", flat=True))
    key = field_key(values["label"], taken)
    return CustomField.objects.create(
        object_type=object_type, key=key, position=len(taken), **values
    )


@transaction.atomic
def change_field(*, field: CustomField, values: Mapping[str, Any], by: User) -> CustomField:
    """Change what may be changed of a field; an option in use can be renamed, not lost."""
    lock_for_transaction("core.custom_fields")
    before = audit.snapshot(field)
    for name in CHANGEABLE:
        if name in values:
            setattr(field, name, values[name])
    field.label = field.label.strip()
    _check(field.label, field.type, field.options)
    if comparable(field.label) != comparable(before["label"]):
        _refuse_twice(field.object_type, field.label)
    changes = audit.differences(before, field)
    if changes:
        field.save(update_fields=list(changes))
        audit.record(actor=by, action="field.change", subject=field, changes=changes)
    return field


def _check(label: str, field_type: str, options: Sequence[Mapping[str, str]]) -> None:
    if not label:
        raise Refused(_("Give the field a name."))
    labels = [comparable(option["label"]) for option in options]
    if len(options) > MOST_OPTIONS:
        raise Refused(_("A field may have %(most)s options at most.") % {"most": MOST_OPTIONS})
    if len(set(labels)) < len(labels) or not all(labels):
        raise Refused(_("Each option needs a name of its own."))
    if field_type == FieldType.CHOICES and not options:
        raise Refused(_("Say which options there are."))


def _labelled(object_type: str, label: str) -> Any:
    return CustomField.objects.active().filter(object_type=object_type, label__iexact=label)


def _refuse_twice(object_type: str, label: str) -> None:
    if _labelled(object_type, label).exists():
        raise Refused(_("There is a field “%(label)s” already.") % {"label": label})


def options_from(labels: Iterable[str], taken: Collection[str]) -> list[dict[str, str]]:
    """New options with these labels; each is its own key, unless another one has it."""
    keys = set(taken)
    found = []
    for label in labels:
        key = _free_key(label[:MAX_CHOICE], keys)
        keys.add(key)
        found.append({"key": key, "label": label[:MAX_CHOICE]})
    return found


def learn_options(*, object_type: str, values: Iterable[Mapping[str, Any]]) -> None:
    """Add the words that an import brought to the options of open fields, inside its transaction."""
    fields = CustomField.objects.active().filter(object_type=object_type, is_open=True)
    customs = list(values)
    for field in fields.select_for_update():
        words = {word for custom in customs for word in _words_of(custom.get(field.key))}
        new = sorted(words - dict(field.choices).keys())[: MOST_OPTIONS - len(field.options)]
        if new:
            field.options = [*field.options, *({"key": word, "label": word} for word in new)]
            field.save(update_fields=["options"])


def _words_of(value: Any) -> Iterable[str]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _free_key(label: str, taken: Collection[str]) -> str:
    numbered = (f"{label[: MAX_CHOICE - 5]} {number}" for number in count(2))
    return next(key for key in chain([label], numbered) if key not in taken)


@transaction.atomic
def move_field(*, field: CustomField, steps: int, by: User) -> None:
    """Move a field among those of its record type; -1 is one up."""
    lock_for_transaction("core.custom_fields")
    fields = fields_of(field.object_type)
    place = fields.index(field)
    fields.insert(min(max(place + steps, 0), len(fields) - 1), fields.pop(place))
    for position, each in enumerate(fields):
        if each.position != position:
            CustomField.objects.filter(pk=each.pk).update(position=position)
    audit.record(actor=by, action="field.move", subject=field)


@transaction.atomic
def archive_field(*, field: CustomField, by: User) -> None:
    """Take the field away from pages, forms, filters and scores; its values stay."""
    _set_archived(field, True, by)


@transaction.atomic
def restore_field(*, field: CustomField, by: User) -> None:
    """Bring an archived field back with all its values."""
    lock_for_transaction("core.custom_fields")
    _refuse_twice(field.object_type, field.label)
    _set_archived(field, False, by)


def _set_archived(field: CustomField, is_archived: bool, by: User) -> None:
    if field.is_archived == is_archived:
        return
    field.is_archived = is_archived
    field.save(update_fields=["is_archived"])
    action = "field.archive" if is_archived else "field.restore"
    audit.record(actor=by, action=action, subject=field)


def field_key(label: str, taken: Collection[str]) -> str:
    """A stable key made from a label, in any script; different labels never share one."""
    stem = slugify(label, allow_unicode=True).replace("-", "_")[:55] or "field"
    numbered = (f"{stem}_{number}" for number in count(2))
    return next(key for key in chain([stem], numbered) if key not in taken)


@transaction.atomic
def set_known_when(*, field: CustomField, known_when: str, by: User | None) -> None:
    """Somebody who knows says when the field is filled in; a score obeys from its next training."""
    if known_when not in KnownWhen.values:
        raise Refused(_("Say whether the field is known before the outcome."))
    before = audit.snapshot(field)
    field.known_when = known_when
    field.save(update_fields=["known_when"])
    changes = audit.differences(before, field)
    audit.record(actor=by, action="field.known_when", subject=field, changes=changes)
