"""Rows of people who work here become colleagues: accounts without a password, and their teams."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pytz
from django.conf import settings
from django.db import transaction
from django.utils import translation

from core import permissions
from core.company import company
from core.errors import Refused
from core.insertion import insert_records
from core.mailboxes import reaches_somebody
from core.models import AuditEvent, ExternalKey, Role, Team, User
from core.rows.items import CREATED, REFUSED, UNCHANGED, UPDATED, Key
from core.rows.keys import keep_keys
from core.services.colleagues import add_colleague
from core.services.members import edit_user
from core.services.rights import USERS, begin
from core.services.teams import create_team
from core.text import comparable
from crm.choices import ImportMode
from crm.models import FileImport, RefusedRow
from crm.services.imports.finding import FILE
from crm.services.imports.kinds import COLLEAGUE, EXTERNAL
from crm.services.imports.refusals import (
    ACCESS_KEPT,
    ADDRESS_KEPT,
    ALREADY_THERE,
    MANAGER_MADE,
    NO_ADMINISTRATORS,
    NO_NAME,
    NOT_KNOWN,
    NOT_THERE,
    SAID,
    SEVERAL_COLLEAGUES,
    RowRefused,
)
from crm.services.imports.rows import FileRow, ReadRows, join_names, refused_row
from crm.services.imports.targets import Targets

PARTLY = "partly"
EXAMPLES = 5
USUAL_ROLE, ROLE_OF_MANAGERS = "sales", "manager"
SAYS = ("name", "email", "team", "manager", "role")


class KnownColleagues:
    """All users by what a row may call them; there are few of them."""

    def __init__(self, file_import: FileImport) -> None:
        self.source = file_import.source or FILE
        self.by_email: dict[str, User] = {}
        self.by_name: dict[str, list[User]] = {}
        users = {user.pk: user for user in User.objects.select_related("team").order_by("pk")}
        for user in users.values():
            self.add(user)
        keys = ExternalKey.objects.filter(object_type=COLLEAGUE, source=self.source)
        self.by_number = {
            key: users[pk] for key, pk in keys.values_list("key", "object_id") if pk in users
        }

    def add(self, user: User) -> None:
        self.by_email[user.email.casefold()] = user
        self.by_name.setdefault(comparable(user.display_name), []).append(user)

    def find(self, name: str, email: str = "", number: str = "") -> User | None:
        """By ID, by address, else by a name that only one has; another address is another person's."""
        found = self.by_number.get(number) or self.by_email.get(email.casefold())
        if found is not None:
            return found
        same = self.by_name.get(comparable(name), [])
        if email:
            same = [user for user in same if not reaches_somebody(user.email)]
        if len(same) > 1:
            raise RowRefused(SEVERAL_COLLEAGUES, text=name[:80])
        return same[0] if same else None


class ColleagueWriter:
    """Writes slices of one import inside the caller's transaction, as `SliceWriter` does for records."""

    def __init__(
        self, file_import: FileImport, targets: Targets, _at: datetime, *, only_looks: bool = False
    ) -> None:
        self.file_import, self.by, self.only_looks = file_import, targets.user, only_looks
        self.labels = {name: target.label for name, target in targets.by_name.items()}
        self.known = KnownColleagues(file_import)
        self.teams = {comparable(team.name): team for team in Team.objects.all()}
        self.roles = {name: role for role in Role.objects.all() for name in _names_of(role)}
        self.languages = _languages()
        self.own = _made_by(file_import)
        self.managers: set[str] = set()  # whom rows of the slice name as one
        self.counts: Counter[str] = Counter()
        self.told: list[RefusedRow] = []
        self.examples: list[dict[str, Any]] = []

    def write(self, found: ReadRows) -> Mapping[str, int]:
        """Write the rows of a slice; returns how many were created, refused, …"""
        begin(self.by, USERS)
        self.told += found.refused
        self.counts[REFUSED] += len(found.refused)
        for row in found.rows:
            join_names(row.values)
        named = (row.values.get("manager", "") for row in found.rows)
        self.managers = {comparable(str(manager)) for manager in named if manager}
        written = [row for row in found.rows if self._write(row)]
        self._make_managers(written)
        for row in written:
            if row.remarks:
                self.counts[PARTLY] += 1
                reason, args = row.remarks[0]
                self._tell(row, reason, args, is_written=True)
        insert_records(self.told)
        return self.counts

    # -- one row -----------------------------------------------------------------------------------

    def _write(self, row: FileRow) -> bool:
        try:
            with transaction.atomic():
                status = self._written(row)
        except RowRefused as refusal:
            self._refuse(row, refusal.reason, refusal.args_by_name)
            return False
        except Refused as refusal:
            self._refuse(row, SAID, {"sentence": str(refusal)[:500]})
            return False
        self.counts[status] += 1
        if status in (CREATED, UPDATED) and len(self.examples) < EXAMPLES:
            says = [[self.labels[n], "", str(row.values[n])] for n in SAYS if n in row.values]
            self.examples.append({"row": row.number, "status": status, "says": says})
        return True

    def _written(self, row: FileRow) -> str:
        values, mode = row.values, self.file_import.mode
        name, email = str(values.get("name", "")), str(values.get("email", "")).lower()
        if not name and not email:
            raise RowRefused(NO_NAME)
        user = self.known.find(name, email, str(values.get(EXTERNAL, "")))
        told = {"key": self.labels["email" if email else "name"], "text": (email or name)[:80]}
        if user is None and mode == ImportMode.UPDATE:
            raise RowRefused(NOT_THERE, **told)
        if user is None:
            user = self._made(row, name or email.partition("@")[0], email)
            status = CREATED
        elif mode == ImportMode.CREATE and user.pk not in self.own:
            raise RowRefused(ALREADY_THERE, **told)
        else:
            status = self._changed(row, user, name, email)
        self._keep_number(row, user)
        return status

    def _made(self, row: FileRow, name: str, email: str) -> User:
        values = row.values
        role = self._role(
            row, is_manager=bool({comparable(name), comparable(email)} & self.managers)
        )
        language = self._language(row)
        zone = str(values.get("time_zone", ""))
        if zone and zone not in pytz.all_timezones_set:
            row.remark(NOT_KNOWN, field=self.labels["time_zone"], text=zone[:80])
            zone = ""
        if self.only_looks:
            user = User(name=name, email=email)
        else:
            user = add_colleague(
                name=name,
                email=email,
                team=self._team(row),
                roles=[role] if role else [],
                by=self.by,
                language=language,
                time_zone=zone,
                is_active=values.get("is_active") is not False,
                change_set=self.file_import.change_set,
            )
            self.own.add(user.pk)
        self.known.add(user)
        return user

    def _changed(self, row: FileRow, user: User, name: str, email: str) -> str:
        """A file changes what a colleague is called and where they belong, never what they may do."""
        self._tell_kept(row, user, email)
        new_name = name or user.name
        has_team = self._team_name(row) not in ("", comparable(user.team.name if user.team else ""))
        if self.only_looks or (new_name == user.name and not has_team):
            return UPDATED if has_team or new_name != user.name else UNCHANGED
        edit_user(
            user=user,
            name=new_name,
            email=user.email,
            team=self._team(row) if has_team else user.team,
            roles=list(user.roles.all()),
            language=user.language,
            time_zone=user.time_zone,
            by=self.by,
            change_set=self.file_import.change_set,
        )
        return UPDATED

    def _tell_kept(self, row: FileRow, user: User, email: str) -> None:
        if not user.pk or user.pk in self.own:
            return
        role = self.roles.get(comparable(str(row.values.get("role", ""))))
        is_other_role = role is not None and role not in user.roles.all()
        is_active = row.values.get("is_active", user.is_active)
        if is_other_role or is_active != user.is_active:
            row.remark(ACCESS_KEPT, text=user.display_name[:80])
        if email and email != user.email:
            row.remark(ADDRESS_KEPT, text=user.display_name[:80])

    def _keep_number(self, row: FileRow, user: User) -> None:
        number = str(row.values.get(EXTERNAL, ""))
        if number and number not in self.known.by_number:
            if not self.only_looks:
                keep_keys(COLLEAGUE, {Key(self.known.source, number): user.pk})
            self.known.by_number[number] = user

    # -- where they belong, what they may do -------------------------------------------------------

    def _team_name(self, row: FileRow) -> str:
        return comparable(str(row.values.get("team", "")))

    def _team(self, row: FileRow) -> Team | None:
        """That of the row, made where it is missing; at the top only by administrators."""
        key = self._team_name(row)
        if not key:
            return None
        if key not in self.teams:
            is_top = permissions.access_of(self.by).is_administrator
            self.teams[key] = create_team(
                name=str(row.values["team"]),
                parent=None if is_top else self.by.team,
                by=self.by,
                change_set=self.file_import.change_set,
            )
        return self.teams[key]

    def _role(self, row: FileRow, *, is_manager: bool) -> Role | None:
        usual = self.roles.get(ROLE_OF_MANAGERS if is_manager else USUAL_ROLE)
        text = str(row.values.get("role", ""))
        if not text:
            return usual
        found = self.roles.get(comparable(text))
        if found is not None and not found.is_administrator:
            return found
        reason = NOT_KNOWN if found is None else NO_ADMINISTRATORS
        row.remark(reason, field=self.labels["role"], text=text[:80])
        return usual

    def _language(self, row: FileRow) -> str:
        text = str(row.values.get("language", ""))
        code = comparable(text).replace("_", "-")
        found = self.languages.get(code) or self.languages.get(code.partition("-")[0], "")
        if text and not found:
            row.remark(NOT_KNOWN, field=self.labels["language"], text=text[:80])
        return found

    def _make_managers(self, rows: list[FileRow]) -> None:
        """Whom rows name as a manager and who has no row is a colleague as well."""
        if self.file_import.mode == ImportMode.UPDATE:
            return
        for row in rows:
            manager = str(row.values.get("manager", ""))
            if manager:
                self._make_manager(row, manager)

    def _make_manager(self, row: FileRow, manager: str) -> None:
        email = manager.lower() if "@" in manager else ""
        try:
            if self.known.find(manager, email, manager) is not None:
                return
            of_manager = FileRow(row.number, [], {"team": row.values.get("team", "")})
            with transaction.atomic():
                self._made(of_manager, manager.partition("@")[0], email)
            row.remark(MANAGER_MADE, text=manager[:80])
        except RowRefused as refusal:
            row.remark(refusal.reason, **refusal.args_by_name)
        except Refused as refusal:
            row.remark(SAID, sentence=str(refusal)[:500])

    # -- what came of it ---------------------------------------------------------------------------

    def _refuse(self, row: FileRow, reason: str, args: Mapping[str, Any]) -> None:
        self.counts[REFUSED] += 1
        self._tell(row, reason, args)

    def _tell(
        self, row: FileRow, reason: str, args: Mapping[str, Any], *, is_written: bool = False
    ) -> None:
        told = refused_row(
            self.file_import, row.number, row.cells, reason, args, is_written=is_written
        )
        self.told.append(told)


def _names_of(role: Role) -> Iterator[str]:
    """Its key and its name in every language."""
    if role.key:
        yield role.key
    for code, _language in settings.LANGUAGES:
        with translation.override(code):
            yield comparable(role.display_name)


def _languages() -> dict[str, str]:
    """The languages that are offered, by code, by the first part of it, and by name."""
    offered = dict(company().offered)
    by_name = {comparable(str(label)): code for code, label in offered.items()}
    by_part = {code.partition("-")[0].lower(): code for code in reversed(list(offered))}
    return by_name | by_part | {code.lower(): code for code in offered}


def _made_by(file_import: FileImport) -> set[int]:
    if file_import.change_set is None:
        return set()
    events = AuditEvent.objects.filter(change_set=file_import.change_set, action="user.create")
    return {pk for pk in events.values_list("object_id", flat=True) if pk is not None}
