"""Loads the sample company and computes its scores."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.choices import RunState
from core.jobs.inline import do_here
from core.jobs.questions import ask
from core.models import SampleData

LOST_WORKER_SECONDS = 120


class Command(BaseCommand):
    help = "Load the made-up sample company with two years of history, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-wanted",
            action="store_true",
            help="only where the first start asked for it and it is not complete",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        data = SampleData.objects.filter(pk=1).first()
        if data is None and options["if_wanted"]:
            return
        if data is not None and data.loaded_at is not None:
            if not options["if_wanted"]:
                self.stdout.write("The sample company is there already.")
            return
        self.stdout.write("Loading the sample company and computing its scores …")
        self.stdout.flush()
        self._load()

    @staticmethod
    def _load() -> None:
        asked = ask(kind="crm.sample_company", as_of=timezone.now())
        run = do_here(asked.pk, patience=LOST_WORKER_SECONDS)
        if run.state != RunState.SUCCEEDED:
            raise CommandError(
                run.error_text or "The sample company is not complete. Run it again."
            )
