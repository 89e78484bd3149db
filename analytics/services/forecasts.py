"""Storing forecasts of series: row by row while a run is at work, shown once it has ended."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connections, router, transaction

from analytics.models import ForecastSeries
from core.models import JobRun, ModelVersion
from core.services.model_versions import champion_of, promote_version, publish_version
from core.upsert import upsert

KIND = "analytics.forecasts"
MOVED = ("ahead", "lower", "upper")
KEY = ["run", "measure", "grain", "cut", "key"]
FIELDS = [field.name for field in ForecastSeries._meta.concrete_fields if not field.primary_key]


@transaction.atomic
def tie_to_version(*, run: JobRun, parameters: Mapping[str, Any], as_of: datetime) -> ModelVersion:
    """The version that serves is made of these methods; other methods make another version."""
    content = json.dumps(parameters, sort_keys=True).encode()
    fingerprint = hashlib.sha256(content).hexdigest()
    live = champion_of(KIND)
    if live is None or live.fingerprint != fingerprint:
        version = publish_version(
            kind=KIND,
            artifact=content,
            algorithm="forecasts",
            parameters=dict(parameters),
            features=[],
            metrics={},
            rows=0,
            trained_to=as_of,
            fingerprint=fingerprint,
        )
        promote_version(version=version, by=None, reason="first" if live is None else "replaced")
        live = version
    JobRun.objects.filter(pk=run.pk).update(model_version=live)
    return live


@transaction.atomic
def store_forecasts(
    rows: Iterable[Mapping[str, Any]], *, run: JobRun, version: int, as_of: datetime
) -> int:
    """Write the series of a part of a run; the same part again changes nothing."""
    shared = {"run": run.pk, "version": version, "as_of": as_of, "is_current": False}
    values = ([(shared | dict(row))[name] for name in FIELDS] for row in rows)
    return upsert(ForecastSeries, values, fields=FIELDS, key=KEY)


def move_forecasts(rows: Sequence[ForecastSeries]) -> None:
    """Write where the forecasts and bands of many series lie, in one go."""
    connection = connections[router.db_for_write(ForecastSeries)]
    quoted = connection.ops.quote_name
    columns: list[Any] = [ForecastSeries._meta.get_field(name) for name in MOVED]
    said = ", ".join(f"{quoted(name)} = %s" for name in MOVED)
    statement = f"UPDATE {quoted(ForecastSeries._meta.db_table)} SET {said} WHERE id = %s"  # noqa: S608  # names of the model
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                [
                    *(
                        each.get_db_prep_save(getattr(row, each.name), connection)
                        for each in columns
                    ),
                    row.pk,
                ]
                for row in rows
            ],
        )


@transaction.atomic
def show_forecasts(*, run: JobRun, as_of: datetime) -> bool:
    """From now on the forecasts of this run are shown, unless those of a later moment are already."""
    mine = ForecastSeries.objects.filter(run=run)
    if ForecastSeries.objects.current().filter(as_of__gt=as_of).exclude(run=run).exists():
        mine.delete()
        return False
    ForecastSeries.objects.filter(as_of__lte=as_of).exclude(run=run).delete()
    mine.update(is_current=True)
    return True
