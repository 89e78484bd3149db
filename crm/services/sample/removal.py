"""Taking the sample company away: marked records and what hangs on them; what people made stays."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models, transaction

from core import audit
from core.choices import VersionState
from core.models import (
    Attachment,
    AuditEvent,
    CustomField,
    ExchangeRate,
    Installation,
    ModelVersion,
    Notification,
    SampleData,
    Tag,
    Team,
    User,
)
from core.models.sample_data import COMPANY, FILLED
from core.registries import record_types
from core.services.search import remove_from_index
from crm.models import (
    Activity,
    Company,
    Competitor,
    Contact,
    Deal,
    DealLine,
    Event,
    Group,
    Interaction,
    Lead,
    LeadScore,
    Pipeline,
    Product,
)
from crm.services.sample.ground import UNNAMED

# What leans on others goes first.
ORDER: tuple[type[Any], ...] = (Activity, Deal, Lead, Event, Group, Contact, Company, Product)
PORTION = 250  # records in a transaction


def in_order() -> list[type[Any]]:
    """The models of all record types; those of apps above lean on these."""
    above = [kind.model for kind in record_types if kind.model not in ORDER]
    return [*above, *ORDER]


def portions() -> list[dict[str, Any]]:
    """The marked records in portions: model and first and last number."""
    found = []
    for model in in_order():
        ids = list(_marked(model).order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(ids), PORTION):
            some = ids[start : start + PORTION]
            found.append({"model": model._meta.label_lower, "lowest": some[0], "highest": some[-1]})
    return found


def _marked(model: type[Any]) -> "models.QuerySet[Any]":
    rows: models.QuerySet[Any] = model._base_manager.filter(is_sample=True)
    return rows


@transaction.atomic
def remove_portion(*, model: str, lowest: int, highest: int) -> int:
    """Delete the marked records of a range with all that is kept about them; returns how many."""
    found = record_types[model].model
    rows = _marked(found).filter(pk__range=(lowest, highest))
    if found is Product:
        _give_away(rows)
    records = list(rows)
    ids = [record.pk for record in records]
    if found is Contact:
        Interaction.objects.filter(contact__in=ids).delete()
    AuditEvent.objects.filter(object_type=model, object_id__in=ids).delete()
    Notification.objects.filter(url__in=[_address(record) for record in records]).delete()
    _delete_files(model, ids)
    found._base_manager.filter(pk__in=ids).delete()
    remove_from_index(model, ids)
    return len(ids)


def _address(record: Any) -> str:
    address: str = record.get_absolute_url()
    return address


def _give_away(products: "models.QuerySet[Any]") -> None:
    """A product that stands in somebody's own deal is theirs from now on."""
    used = DealLine.objects.filter(deal__is_sample=False, product=models.OuterRef("pk"))
    products.filter(models.Exists(used)).update(is_sample=False, owner=None, team=None)


def _delete_files(model: str, ids: Sequence[int]) -> None:
    """The rows now, the files when that is certain."""
    attachments = Attachment.objects.filter(object_type=model, object_id__in=ids)
    names = list(attachments.values_list("file", flat=True))
    attachments.delete()
    transaction.on_commit(lambda: _delete_stored(names))


def _delete_stored(names: Iterable[str]) -> None:
    for name in names:
        default_storage.delete(name)


# -- the ground ----------------------------------------------------------------------------------


@transaction.atomic
def clear_ground(*, by: User | None) -> None:
    """What was made only for the sample company, as far as nobody uses it; then it never was there."""
    data = SampleData.objects.select_for_update().filter(pk=1).first()
    if data is None:
        return
    _retire_models(data.loaded_at)
    _delete_fields(_noted(data, CustomField))
    Tag.objects.filter(pk__in=_unused_tags(data)).delete()
    currencies = set(Deal.objects.values_list("currency", flat=True))
    _noted(data, ExchangeRate).exclude(currency__in=currencies).delete()
    _noted(data, Pipeline).filter(deals=None).delete()
    _noted(data, Competitor).filter(deals=None).delete()
    _dismiss(data)
    _noted(data, Installation).filter(name=COMPANY).update(name=UNNAMED)
    _unsay(data)
    audit.record(actor=by, action="sample.remove")
    data.delete()


def _unsay(data: SampleData) -> None:
    """What was said of the company only for the sample; where somebody has said something else, that stays."""
    for label, pk, name, value in data.made.get(FILLED, []):
        rows = apps.get_model(label)._base_manager.filter(pk=pk, **{name: value})
        rows.update(**{name: ""})


def _noted(data: SampleData, model: type[Any]) -> "models.QuerySet[Any]":
    rows: models.QuerySet[Any] = model._base_manager.filter(
        pk__in=data.made.get(model._meta.label, [])
    )
    return rows


def _retire_models(since: datetime | None) -> None:
    """What was fitted while sample records were there has learned from them; its scores go."""
    if since is None:
        return
    versions = ModelVersion.objects.filter(created_at__gte=since)
    LeadScore.objects.filter(version__in=versions).delete()
    versions.update(state=VersionState.RETIRED)


def _delete_fields(fields: "models.QuerySet[Any]") -> None:
    """Custom fields in which no record has a value."""
    for field in fields:
        model = record_types[field.object_type].model
        if not model._base_manager.filter(custom__has_key=field.key).exists():
            field.delete()


def _unused_tags(data: SampleData) -> list[int]:
    """Tags that no record carries any more."""
    used: set[int] = set()
    for kind in record_types:
        model: Any = kind.model
        used |= set(model.tags.through.objects.values_list("tag_id", flat=True))
    return sorted(set(_noted(data, Tag).values_list("pk", flat=True)) - used)


def _dismiss(data: SampleData) -> None:
    """The colleagues without a log-in, and teams in which nobody is left."""
    colleagues = list(_noted(data, User))
    owning = {pk for model in in_order() for pk in _owners(model, colleagues)}
    User.objects.filter(pk__in=owning).update(is_active=False)
    User.objects.filter(pk__in=[user.pk for user in colleagues if user.pk not in owning]).delete()
    # A team before the one it is part of.
    for team in sorted(_noted(data, Team), key=lambda team: team.parent_id is None):
        if not _is_needed(team):
            team.delete()


def _owners(model: type[Any], users: Iterable[User]) -> set[int]:
    return set(model._base_manager.filter(owner__in=list(users)).values_list("owner_id", flat=True))


def _is_needed(team: Team) -> bool:
    if team.members.exists() or team.children.exists():
        return True
    return any(model._base_manager.filter(team=team).exists() for model in in_order())
