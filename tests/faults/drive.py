"""What the fault tests do inside an installation of its own; run as `python -m tests.faults.drive`."""

import json
import random
import sys

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

    for model in (LeadScore, ModelVersion):
        model.objects.all().delete()
    JobRun.objects.filter(kind="analytics.lead_score").delete()
    AuditEvent.objects.filter(action="model.promote").delete()
    as_of = parse_datetime(moment)
    assert as_of is not None
    return ask(kind="analytics.lead_score", as_of=as_of, seed=7).pk


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
    from core.models import AuditEvent, JobRun
    from crm.models import Company, Contact, Lead, LeadScore, RefusedRow

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
        "audit": sorted(AuditEvent.objects.values_list("action", "object_type")),
        "scores": sorted(
            LeadScore.objects.values_list(
                "lead__contact__name", "lead__source", "score", "grade", "probability"
            ),
            key=str,
        ),
    }


def main() -> None:
    django.setup()
    name, *arguments = sys.argv[1:]
    values = [int(text) if text.isdigit() else text for text in arguments]
    answer = globals()[name](*values)
    print(json.dumps(answer, default=str))


if __name__ == "__main__":
    main()
