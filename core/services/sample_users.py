"""Users to try the product with, made at the first `make run`."""

import json
import secrets
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from core.models import Role, SampleData, Team, User
from core.services.users import create_user

SAMPLES = [
    ("administrator", "admin@sample.renmai", "Ada Administrator 安达", ""),
    ("manager", "manager@sample.renmai", "Mei Manager 梅经理", "Sales"),
    ("sales", "sales@sample.renmai", "Sam Sales 萨姆", "Sales, Europe"),
    ("marketing", "marketing@sample.renmai", "Min Marketing 敏", "Marketing"),
]


def sample_log_ins(*, file: Path) -> list[tuple[str, str, str]]:
    """Role, e-mail and password of the sample users that are left.

    Made once, in an installation without users; the random passwords are kept in `file`, and an
    entry whose password was changed is left out.
    """
    if not User.objects.exists():
        _make(file)
    if not file.exists():
        return []
    kept: dict[str, dict[str, str]] = json.loads(file.read_text())
    users = {user.email: user for user in User.objects.filter(is_sample=True, is_active=True)}
    return [
        (role, email, kept[email]["password"])
        for role, email, _name, _team in SAMPLES
        # Comparing hashes tells a changed password at no cost; checking one takes a quarter second.
        if email in users and email in kept and users[email].password == kept[email]["hash"]
    ]


@transaction.atomic
def _make(file: Path) -> None:
    teams = {"Sales": Team.objects.get_or_create(name="Sales")[0]}
    teams["Sales, Europe"] = Team.objects.get_or_create(
        name="Sales, Europe", defaults={"parent": teams["Sales"]}
    )[0]
    teams["Marketing"] = Team.objects.get_or_create(name="Marketing")[0]
    passwords = {email: secrets.token_urlsafe(9) for _role, email, _name, _team in SAMPLES}
    kept = {}
    for role, email, name, team in SAMPLES:
        user = create_user(
            email=email,
            name=name,
            password=passwords[email],
            roles=[Role.objects.get(key=role)],
            team=teams.get(team),
            is_sample=True,
        )
        kept[email] = {"password": passwords[email], "hash": user.password}
    # The first start goes on to load the sample company for them.
    SampleData(day=timezone.now().date()).save()
    file.touch(mode=0o600)
    file.write_text(json.dumps(kept))
