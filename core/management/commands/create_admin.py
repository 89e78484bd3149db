"""Makes an administrator from the command line."""

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import Refused
from core.services.users import create_administrator


class Command(BaseCommand):
    help = "Make an administrator; the password is asked for, or read from standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="Administrator")
        parser.add_argument("--password-stdin", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        password = input() if options["password_stdin"] else getpass.getpass()
        try:
            user = create_administrator(
                email=options["email"], name=options["name"], password=password
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{user.email} is an administrator now.")
