"""Imports a campaign that was sent elsewhere: a file with a row a person, arm and outcomes."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from analytics.datasets.files import frame_of
from analytics.datasets.past_people import PastColumns
from analytics.jobs.past_campaigns import began_on, import_campaign_file
from analytics.queries.campaigns import KIND
from core.company import company
from core.errors import InsufficientData, Refused
from core.sentences import say
from core.services.jobs import start_run
from crm.management.commands.import_records import done_here, user_called
from marketing.choices import Goal
from marketing.services.campaigns.past import PastCampaign


class Command(BaseCommand):
    help = "Import a past campaign with its control group, and measure what it changed."

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("--csv", type=Path, required=True, help="CSV or Excel file, a row a person")
        add("--name", required=True, help="name of the campaign")
        add("--by", help="e-mail address of the user whose campaign it is (an administrator)")
        add("--started", type=date.fromisoformat, required=True, help="day, as 2026-03-20")
        add(
            "--email-column",
            default="email",
            help="column of addresses; contacts are found by it, all others are counted only",
        )
        add(
            "--arm-column",
            required=True,
            help="column that names the message, or the control group",
        )
        add("--control", default="", help="what the control group is called there")
        add("--held-out", type=float, default=0.0, help="share that was meant to be held out")
        add("--visited-column", default="", help="column of visits to the website")
        add("--replied-column", default="", help="column of answers")
        add("--converted-column", required=True, help="column that says who reached the goal")
        add("--revenue-column", default="", help="column of amounts in the base currency")
        add("--before-column", default="", help="column of amounts of the year before")
        add("--goal", choices=Goal.values, default=Goal.PURCHASE.value)
        add("--days", type=int, default=14, help="days in which outcomes were counted")
        add("--cost", type=Decimal, help="what it cost, in the base currency")
        add("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        by = user_called(options["by"])
        try:
            with translation.override(by.language):
                campaign, told = import_campaign_file(
                    frame_of(options["csv"]), _columns(options), _facts(options), by
                )
        except Refused as answer:
            raise CommandError(str(answer)) from answer
        except InsufficientData as answer:
            raise CommandError(say(answer.message, answer.args_by_name)) from answer
        except OSError as error:
            raise CommandError(str(error)) from error
        run = start_run(kind=KIND, scope={"campaign": campaign.pk}, as_of=timezone.now(), by=by)
        done_here(run)
        campaign.refresh_from_db()
        told["effects"] = campaign.effect.figures["effects"]
        told["variants"] = {
            row["name"]: row["effects"] for row in campaign.effect.figures["variants"]
        }
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
            return
        self.stdout.write(f"campaign {told['campaign']}: {told['people']:,} people")
        self.stdout.write(f"counted only, since no contact has the address: {told['unknown']:,}")
        for name, rows in told["variants"].items():
            for row in rows:
                figures = (f"{key} {row[key]:.4f}" for key in ("difference", "lower", "upper"))
                self.stdout.write(f"{name}, {row['outcome']}: {'  '.join(figures)}  {row['word']}")


def _columns(options: dict[str, Any]) -> PastColumns:
    outcomes = {
        "clicked_at": options["visited_column"],
        "replied_at": options["replied_column"],
        "converted_at": options["converted_column"],
    }
    return PastColumns(
        email=options["email_column"],
        arm=options["arm_column"],
        control=options["control"],
        outcomes={name: column for name, column in outcomes.items() if column},
        revenue=options["revenue_column"],
        before=options["before_column"],
    )


def _facts(options: dict[str, Any]) -> PastCampaign:
    firm = company()
    day: date = options["started"]
    started = began_on(day.year, day.month, day.day)
    if started > timezone.now():
        raise CommandError("--started: a past campaign began in the past")
    if not 1 <= options["days"] <= 365:
        raise CommandError("--days: 1 to 365")
    return PastCampaign(
        name=options["name"],
        started_at=started,
        variants=(),
        goal=Goal(options["goal"]),
        goal_days=options["days"],
        held_out=options["held_out"],
        cost=options["cost"],
        currency=firm.base_currency,
    )
