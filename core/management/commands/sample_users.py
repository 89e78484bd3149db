"""Prints the log-ins of the sample users; makes them in an installation without users."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from core.services.sample_users import sample_log_ins


class Command(BaseCommand):
    help = "Make the sample users once, and print role, e-mail and password, separated by tabs."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for line in sample_log_ins(file=settings.VAR_DIR / "sample-log-ins.json"):
            self.stdout.write("\t".join(line))
