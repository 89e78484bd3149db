"""A row of any model, with rows of their own for all its links: so that lists show their queries."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import models
from django_celery_beat.models import PeriodicTasks

from analytics.models import LifecycleTerms, SegmentOptions
from core.models import Installation, SampleData
from crm.models import ResponseTarget
from marketing.models import MarketingOptions

numbers = count(1000)
MOMENT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
# Rows that exist once.
ONCE: dict[type[models.Model], Any] = {
    Installation: lambda: Installation.objects.get_or_create(pk=1)[0],
    PeriodicTasks: lambda: PeriodicTasks.objects.get_or_create(
        ident=1, defaults={"last_update": MOMENT}
    )[0],
    SegmentOptions: lambda: SegmentOptions.objects.get_or_create(pk=1)[0],
    LifecycleTerms: lambda: LifecycleTerms.objects.get_or_create(pk=1)[0],
    ResponseTarget: lambda: ResponseTarget.objects.get_or_create(pk=1)[0],
    MarketingOptions: lambda: MarketingOptions.objects.get_or_create(pk=1)[0],
    SampleData: lambda: SampleData.objects.get_or_create(pk=1, defaults={"day": MOMENT})[0],
}
# What the model asks of its own values.
GIVEN: dict[str, dict[str, Any]] = {
    "crm.duplicatepair": {"one_id": 1},
    "core.exchangerate": {"currency": "USD"},
    "analytics.pointsrule": {"points": 5, "behaviour": "", "half_life": None},
    "crm.leadscore": {"score": 50, "low": 0.1, "high": 0.9, "probability": 0.5, "cell": ""},
    "crm.contactlifetime": {"alive": 0.5, "risk": 0.5, "risk_by": "purchases"},
    "analytics.quota": {"team": None},
    "crm.lifestay": {"until": None, "move": None},
    "core.modelversion": {"state": "challenger"},
    "crm.assignmentrule": {"team": None},
    "crm.quote": {"issued_on": None, "number": "", "replaces": None},
    "crm.dealline": {"discount_rate": 0, "quantity": 1},
    "django_celery_beat.periodictask": {
        "crontab": None,
        "solar": None,
        "clocked": None,
        "expires": None,
        "expire_seconds": None,
        "args": "[]",
        "kwargs": "{}",
        "headers": "{}",
    },
    "django_celery_beat.crontabschedule": {"timezone": "UTC"},
    "django_celery_beat.solarschedule": {"event": "sunset"},
    "mfa.authenticator": {"data": {"secret": "secret-content"}},
}


def row_of(model: type[models.Model], depth: int = 2) -> Any:
    """A new row; links are filled as deep as a column can lead."""
    if model in ONCE:
        return ONCE[model]()
    values: dict[str, Any] = {}
    number = next(numbers)
    for field in model._meta.concrete_fields:
        if isinstance(field, models.AutoField) or (field.has_default() and not field.unique):
            continue
        value = _value(field, number, depth)
        if value is not None:
            values[field.name] = value
    values |= GIVEN.get(model._meta.label_lower, {})
    return model._base_manager.create(**values)


def _value(field: Any, number: int, depth: int) -> Any:
    if isinstance(field, models.ForeignKey):
        is_wanted = not field.null or (depth > 0 and field.related_model is not field.model)
        return row_of(field.related_model, depth - 1) if is_wanted else None
    if field.choices:
        return field.choices[0][0]
    for kinds, make in VALUES:
        if isinstance(field, kinds):
            return make(number, field)
    return None


VALUES: list[tuple[Any, Any]] = [
    (models.EmailField, lambda n, _f: f"row{n}@example.com"),
    (models.GenericIPAddressField, lambda _n, _f: "192.0.2.1"),
    ((models.CharField, models.TextField), lambda n, f: f"row {n}"[: f.max_length]),
    (models.DateTimeField, lambda _n, _f: MOMENT),
    (models.DateField, lambda n, _f: date.fromordinal(700_000 + n)),
    (models.BooleanField, lambda _n, _f: False),
    (models.DecimalField, lambda n, _f: Decimal(n) / 1000),
    ((models.SmallIntegerField, models.PositiveSmallIntegerField), lambda n, _f: n % 50),
    (models.IntegerField, lambda n, _f: n),
    (models.FloatField, lambda _n, _f: 0.5),
    (models.BinaryField, lambda _n, _f: b"secret-content"),
]
