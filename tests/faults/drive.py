"""What the fault tests do inside an installation of its own, in one process for each installation."""

import json
import random
import sys
from importlib import import_module

import django

NOW = "2026-03-01T08:00:00+00:00"


def leads_csv(rows: int, *, with_outcome: bool, seed: int) -> bytes:
    """Leads whose outcome depends on source and visits; every third has no number of its own."""
    chance = random.Random(seed)
    lines = ["Lead ID,Name,Email,Company,Source,Visits,Converted"]
    for number in range(rows):
        source, visits = chance.choice(["web", "fair", "referral"]), chance.randrange(10)
        odds = visits / 10 * (1.5 if source == "referral" else 0.6)
        outcome = ("1" if chance.random() < odds else "0") if with_outcome else ""
        lead_id = "" if number % 3 == 0 else f"{seed}-{number}"
        email = f"p{number % (rows // 2)}@example{seed}.com" if number % 5 else "not an address"
        lines.append(
            f"{lead_id},Person {number},{email},Firm {number % 97},{source},{visits},{outcome}"
        )
    return "\n".join(lines).encode()


def start_import(rows: int, with_outcome: str, seed: int) -> int:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.utils.dateparse import parse_datetime

    from core.models import User
    from crm.services.imports import running
    from crm.services.imports.receiving import receive_file

    user = User.objects.get(email="admin@sample.renmai")
    content = leads_csv(rows, with_outcome=with_outcome == "closed", seed=seed)
    as_of = parse_datetime(NOW)
    assert as_of is not None
    upload = SimpleUploadedFile(f"{seed}.csv", content)
    file_import = receive_file(upload=upload, by=user, at=as_of, object_type="crm.lead")
    run = running.start_import(
        file_import=file_import, mapping=file_import.mapping, owner=user, by=user, as_of=as_of
    )
    return run.pk


def start_scoring(moment: str) -> int:
    """Ask for a score; forgets what the worker may have begun by itself after the import."""
    from django.utils.dateparse import parse_datetime

    from core.jobs.questions import ask
    from core.models import AuditEvent, JobRun, ModelVersion
    from crm.models import LeadScore

    LeadScore.objects.all().delete()
    ModelVersion.objects.filter(kind="analytics.lead_score").delete()
    JobRun.objects.filter(kind="analytics.lead_score").delete()
    AuditEvent.objects.filter(action="model.promote").delete()
    as_of = parse_datetime(moment)
    assert as_of is not None
    return ask(kind="analytics.lead_score", as_of=as_of, seed=7).pk


def start_forecasts(deals: int, moment: str) -> int:
    """Ask for forecasts of deals that were won over three years, by several people and sources."""
    from datetime import timedelta
    from decimal import Decimal

    from django.utils.dateparse import parse_datetime

    from core.jobs.questions import ask
    from core.models import User
    from crm.models import Deal, Stage

    as_of = parse_datetime(moment)
    assert as_of is not None
    chance = random.Random(deals)
    stage = Stage.objects.filter(kind="won").order_by("pk").first()
    assert stage is not None
    owners = list(User.objects.order_by("pk"))
    rows = []
    for number in range(deals):
        owner, amount = owners[number % len(owners)], Decimal(chance.randrange(500, 5_000))
        rows.append(
            Deal(
                name=f"Deal {number}",
                owner=owner,
                team=owner.team,
                pipeline=stage.pipeline,
                stage=stage,
                status="won",
                source=chance.choice(["web", "fair", "referral"]),
                amount=amount,
                base_amount=amount,
                currency="EUR",
                closed_at=as_of - timedelta(days=chance.uniform(1, 1_000)),
            )
        )
    Deal.objects.bulk_create(rows)
    return ask(kind="analytics.forecasts", as_of=as_of, seed=7).pk


def forecasts() -> dict[str, object]:
    """Everything a customer could see of the forecasts, but how many seconds a method took."""
    from analytics.models import ForecastSeries
    from core.models import JobRun, ModelVersion

    told = "measure grain cut key first values ahead lower upper spread chosen reason backtest"
    runs = JobRun.objects.filter(kind="analytics.forecasts").order_by("pk")
    return {
        "series": sorted(ForecastSeries.objects.current().values_list(*told.split()), key=str),
        "rows": ForecastSeries.objects.count(),
        "runs": [[run.state, run.rows_read, run.rows_written, run.result] for run in runs],
        "versions": ModelVersion.objects.filter(kind="analytics.forecasts").count(),
    }


def make_people(count: int, port: int) -> int:
    """People who agreed, a mail server, and a campaign that has begun."""
    from crm.models import Contact
    from marketing.choices import MailSecurity, MailWay
    from marketing.models import MailSettings
    from tests.marketing import campaigns

    if not Contact.objects.exists():
        campaigns.people(count, campaigns.purpose())
    MailSettings.objects.filter(pk=1).delete()
    MailSettings.objects.create(
        pk=1, way=MailWay.SMTP, host="127.0.0.1", port=port, security=MailSecurity.NONE,
        errors_in_row=1_000,
    )  # fmt: skip
    return campaigns.sending_campaign().pk


def use_port(port: int) -> None:
    from marketing.models import MailSettings

    MailSettings.objects.update(port=port)


def forget_rest() -> None:
    """Whoever waits for a later attempt is due now; what paused by itself goes on."""
    from django.utils import timezone

    from marketing.models import Campaign, Recipient, Sending

    Sending.objects.update(not_before=None, troubles=0)
    now = timezone.now()
    Recipient.objects.filter(state="waiting", due_at__gt=now).update(due_at=now)
    Campaign.objects.filter(state="paused").update(state="sending")


def wake_senders() -> None:
    from marketing.tasks import look_after_sending

    look_after_sending()


def finish_here(run_id: int) -> None:
    """Execute a run in this process, without any worker."""
    from core.jobs.runner import execute_run

    execute_run(run_id, wake=lambda *_: None)


def wake(run_id: int) -> None:
    from core import tasks

    tasks.wake(run_id)


def recover() -> None:
    from core.tasks import recover_runs

    recover_runs()


def facts() -> dict[str, object]:
    """Everything a customer could see of imports and scores."""
    from core.models import AuditEvent, JobRun, ModelVersion
    from crm.models import Company, Contact, Lead, LeadScore, RefusedRow

    # Other models are learned after an import as well, when workers come to it.
    others = ModelVersion.objects.exclude(kind="analytics.lead_score").values("pk")
    events = AuditEvent.objects.exclude(object_type="core.modelversion", object_id__in=others)
    return {
        "leads": sorted(
            Lead.objects.values_list(
                "contact__name",
                "contact__email",
                "company__name",
                "source",
                "status",
                "custom__visits",
            ),
            key=str,
        ),
        "numbers": sorted(map(str, Lead.objects.values_list("external_id", flat=True))),
        "contacts": sorted(Contact.objects.values_list("name", "email"), key=str),
        "companies": sorted(Company.objects.values_list("name", flat=True)),
        "refused": sorted(RefusedRow.objects.values_list("file_import_id", "row_number")),
        "results": [
            [run.kind, run.state, run.rows_read, run.rows_written, run.result]
            for run in JobRun.objects.filter(kind="crm.file_import").order_by("pk")
        ],
        "audit": sorted(events.values_list("action", "object_type")),
        "scores": sorted(
            LeadScore.objects.values_list(
                "lead__contact__name", "lead__source", "score", "grade", "probability"
            ),
            key=str,
        ),
    }


def answer(name: str, *arguments: str) -> object:
    from django.db import connection

    values = [int(text) if text.isdigit() else text for text in arguments]
    module, _dot, function = name.rpartition(".")
    place = vars(import_module(f"tests.faults.{module}")) if module else globals()
    try:
        return place[function](*values)
    finally:
        connection.close()  # the database may be asked, copied or ended by others meanwhile


def main() -> None:
    """Each line of the input names one of these functions and its arguments, as JSON."""
    django.setup()
    told, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        print(json.dumps(answer(*json.loads(line)), default=str), file=told, flush=True)


if __name__ == "__main__":
    main()
