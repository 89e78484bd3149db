"""Tries a method of analytics on a file, without importing it."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext

from analytics.datasets.files import frame_of
from analytics.jobs.lead_score_backtest import backtest_lead_score
from core.errors import Refused


class Command(BaseCommand):
    help = "Try a method on a file: how good it is on rows that it has not seen."

    def add_arguments(self, parser: CommandParser) -> None:
        methods = parser.add_subparsers(dest="method", required=True)
        score = methods.add_parser("lead_score", help="the lead score")
        score.add_argument(
            "--csv", type=Path, required=True, help="CSV or Excel file, a row a lead"
        )
        score.add_argument("--target", required=True, help="column that says whether it converted")
        score.add_argument(
            "--exclude", default="", help="columns to leave out, with commas between"
        )
        score.add_argument(
            "--time-column", default="", help="test the last 30 %% on the first 70 %%"
        )
        score.add_argument("--group", default="", help="column whose groups are compared")
        score.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        exclude = [name.strip() for name in options["exclude"].split(",") if name.strip()]
        try:
            found = backtest_lead_score(
                frame_of(options["csv"]),
                target=options["target"],
                exclude=exclude,
                time_column=options["time_column"],
                group=options["group"],
            )
        except (Refused, OSError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
            return
        self._tell(found)

    def _tell(self, found: dict[str, Any]) -> None:
        self.stdout.write(f"{found['rows']:,} rows, {found['positives']:,} converted")
        for name, row in found["candidates"].items():
            mark = "*" if name == found["chosen"] else " "
            figures = "  ".join(f"{key} {value:.4f}" for key, value in row.items())
            self.stdout.write(f"{mark} {name:20} {figures}")
        if not found["has_signal"]:
            self.stdout.write(gettext("No usable signal: the score would be chance."))
        for one in found["suspected"]:
            self.stdout.write(f"suspected ({one['severity']}): {one['field']}: {one['reason']}")
        for one in found["left_out"]:
            self.stdout.write(f"left out: {one['field']}: {one['reason']}")
