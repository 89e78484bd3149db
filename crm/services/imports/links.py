"""What rows link to: records by name, e-mail address or number; colleagues by name or address."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from core import permissions
from core.assigning import assignable_users
from core.models import ExternalKey, User
from core.registries import record_types
from core.rows.items import Key
from core.rows.keys import find_by_keys
from core.text import comparable
from core.values_in_files.addresses import domain_of_email
from crm.models import FileImport
from crm.services.companies import find_or_create_companies
from crm.services.imports.derived import domains_told, note_of_import
from crm.services.imports.finding import FILE
from crm.services.imports.kinds import COLLEAGUE
from crm.services.imports.refusals import (
    NO_LINK,
    NO_LINK_NUMBER,
    ONLY_FIRST,
    SEVERAL_LINKS,
)
from crm.services.imports.rows import FileRow
from crm.services.imports.targets import BY_NAME, BY_NUMBER, Target, Targets

COMPANY, CONTACT, LEAD = "crm.company", "crm.contact", "crm.lead"
NUMBERS = re.compile(r"\s*[;,|]\s*")
MATCHED = "values"
EMAILS = ("email", "person.email")
Remark = tuple[str, dict[str, Any]]


@dataclass
class Linked:
    """What the links of a slice lead to: by target and text, the numbers of the records."""

    found: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    firms: dict[int, int | None] = field(default_factory=dict)  # of contacts that share a name
    domains: dict[str, str] = field(default_factory=dict)  # of companies, by their names

    def of(self, row: FileRow, target: Target) -> list[int]:
        return self.found.get(target.name, {}).get(str(row.values.get(target.name)), [])


class Linker:
    """Finds the records that rows link to, among those that the user may see; few queries a slice."""

    def __init__(self, file_import: FileImport, targets: Targets) -> None:
        self.file_import = file_import
        self.by = targets.user
        self.entries = {entry["target"]: entry for entry in file_import.mapping}
        mapped = (targets.by_name[name] for name in self.entries if name in targets.by_name)
        self.links = [target for target in mapped if target.linked]
        access = permissions.access_of(self.by)
        self.makes_companies = access.may("crm.company.create")
        self.tells_domains = self.makes_companies and access.edits("crm.company.domain")
        self._users: dict[str, list[User]] | None = None
        self._numbers: dict[str, str] | None = None  # of users, by their IDs elsewhere
        self.object_type = targets.kind.key

    @property
    def has_own(self) -> bool:
        """Whether rows link to records of their own type, which may stand further down."""
        return any(target.linked == self.object_type for target in self.links)

    def find(self, rows: Sequence[FileRow], *, own: bool) -> Linked:
        """`own` says whether the links to records of the rows' own type are meant, or the others."""
        linked = Linked()
        for target in self.links:
            if (target.linked == self.object_type) == own:
                told = (str(row.values[target.name]) for row in rows if target.name in row.values)
                texts = list(dict.fromkeys(told))
                if target.linked == COMPANY and target.by == BY_NAME and self.tells_domains:
                    linked.domains = domains_of(rows, target)
                linked.found[target.name] = self._records(target, texts, linked)
        return linked

    def _records(
        self, target: Target, texts: Sequence[str], linked: Linked
    ) -> dict[str, list[int]]:
        matched = self.entries[target.name].get(MATCHED, {})
        chosen = {text: [int(matched[text])] for text in texts if matched.get(text)}
        left = [text for text in texts if text not in chosen]
        match target.by:
            case "email":
                found = self._by_column(target, "email_key", {t: t.casefold() for t in left})
            case "external":
                found = self._by_number(target, left)
            case "linkedin_url":
                found = self._by_column(target, "linkedin_url", {t: t for t in left})
            case "id":
                found = self._by_column(target, "pk", {t: t for t in left if t.isdecimal()})
            case _:
                found = self._by_name(target, left, linked)
        return {**found, **self._visible(target, chosen)}

    def _visible(self, target: Target, chosen: dict[str, list[int]]) -> dict[str, list[int]]:
        if not chosen:
            return {}
        rows = self._rows(target).filter(pk__in=[pk for pks in chosen.values() for pk in pks])
        seen = set(rows.values_list("pk", flat=True))
        return {text: [pk for pk in pks if pk in seen] for text, pks in chosen.items()}

    def _rows(self, target: Target) -> Any:
        return permissions.visible_rows(record_types[target.linked].model, self.by)

    def _by_column(
        self, target: Target, column: str, wanted: Mapping[str, str]
    ) -> dict[str, list[int]]:
        rows = self._rows(target).filter(**{f"{column}__in": set(wanted.values())}).order_by("pk")
        by_value: dict[str, list[int]] = {}
        for value, pk in rows.values_list(column, "pk"):
            by_value.setdefault(str(value), []).append(pk)
        return {text: by_value.get(value, []) for text, value in wanted.items()}

    def _by_name(
        self, target: Target, texts: Sequence[str], linked: Linked
    ) -> dict[str, list[int]]:
        if target.linked == COMPANY and self.makes_companies:
            made = find_or_create_companies(
                texts,
                by=self.by,
                owner=self.file_import.owner,
                team=self.file_import.team,
                marks={"imported_by_id": self.file_import.pk},
                domains=linked.domains,
            )
            if told := domains_told(self.file_import, made, linked.domains):
                note_of_import(self.file_import, told, object_type=COMPANY, at=timezone.now())
            return {text: [company.pk] for text, company in made.items()}
        column = "contact__name_key" if target.linked == LEAD else "name_key"
        found = self._by_column(target, column, {text: comparable(text) for text in texts})
        if target.linked == CONTACT:
            self._note_firms(target, found, linked)
        return found

    def _note_firms(self, target: Target, found: dict[str, list[int]], linked: Linked) -> None:
        """Of several people with one name, the one at the row's company is meant."""
        shared = {pk for pks in found.values() if len(pks) > 1 for pk in pks}
        if shared:
            rows = self._rows(target).filter(pk__in=shared)
            linked.firms |= dict(rows.values_list("pk", "company_id"))

    def _by_number(self, target: Target, texts: Sequence[str]) -> dict[str, list[int]]:
        """Several numbers may stand in one cell; the first is the one that counts most."""
        numbers = {text: NUMBERS.split(text) for text in texts}
        wanted = {number for each in numbers.values() for number in each}
        source = self.file_import.source or FILE
        keys = find_by_keys(target.linked, (Key(source, number) for number in wanted))
        known = {key.key: pk for key, pk in keys.items()}
        known = self._seen(target, known) | self._by_external_id(target, wanted - known.keys())
        return {
            text: [known[number] for number in each if number in known]
            for text, each in numbers.items()
        }

    def _seen(self, target: Target, known: dict[str, int]) -> dict[str, int]:
        rows = self._rows(target).filter(pk__in=known.values())
        seen = set(rows.values_list("pk", flat=True)) if known else set()
        return {number: pk for number, pk in known.items() if pk in seen}

    def _by_external_id(self, target: Target, wanted: set[str]) -> dict[str, int]:
        has_numbers = "external_id" in record_types[target.linked].field
        if not wanted or not has_numbers:
            return {}
        rows = self._rows(target).filter(external_id__in=wanted)
        return dict(rows.values_list("external_id", "pk"))

    # -- colleagues --------------------------------------------------------------------------------

    def owner_of(self, row: FileRow) -> User | None:
        """The colleague whom the row names; nobody where no one or several fit."""
        text = row.values.get("owner")
        if text is None:
            return None
        matched = self.entries["owner"].get(MATCHED, {}).get(text)
        found = self._called(str(matched)) if matched else self._named(text)
        return found[0] if len(found) == 1 else None

    def _named(self, text: str) -> list[User]:
        """By the ID in the other system, as a file of colleagues told it, by address, by name."""
        if self._numbers is None:
            keys = ExternalKey.objects.filter(
                object_type=COLLEAGUE, source=self.file_import.source or FILE
            )
            self._numbers = {key: str(pk) for key, pk in keys.values_list("key", "object_id")}
        return self._called(self._numbers.get(text, text))

    @property
    def owner_label(self) -> str:
        return str(record_types[self.object_type].label_of("owner"))

    def _called(self, text: str) -> list[User]:
        if self._users is None:
            self._users = {}
            for user in assignable_users(self.by, self.object_type):
                for name in {str(user.pk), user.email.casefold(), comparable(user.display_name)}:
                    self._users.setdefault(name, []).append(user)
        return self._users.get(text.casefold()) or self._users.get(comparable(text)) or []


def domains_of(rows: Sequence[FileRow], target: Target) -> dict[str, str]:
    """The domain that most of a company's people have in their e-mail addresses, by its name."""
    seen: dict[str, Counter[str]] = {}
    for row in rows:
        text = row.values.get(target.name)
        email = next((row.values[name] for name in EMAILS if name in row.values), "")
        if text is not None and email and (domain := domain_of_email(email)):
            seen.setdefault(str(text), Counter())[domain] += 1
    return {text: domains.most_common(1)[0][0] for text, domains in seen.items()}


def chosen_of(
    row: FileRow, target: Target, linked: Linked, company: int | None
) -> tuple[int | None, list[Remark]]:
    """The one record that the row's link leads to; remarks where there is none, or no single one."""
    if target.name not in row.values:
        return None, []
    found, text = linked.of(row, target), str(row.values[target.name])[:80]
    if target.by == BY_NUMBER and found:
        return found[0], _others(target, text, found)
    if len(found) > 1:
        at_company = [pk for pk in found if company and linked.firms.get(pk) == company]
        found = at_company if len(at_company) == 1 else found
    if len(found) == 1:
        return found[0], []
    reason = SEVERAL_LINKS if found else NO_LINK_NUMBER if target.by != BY_NAME else NO_LINK
    return None, [(reason, {"link": link_label(target), "text": text})]


def _others(target: Target, text: str, found: Sequence[int]) -> list[Remark]:
    """Of several numbers in a cell only the first becomes the link; people of a deal take part."""
    numbers = NUMBERS.split(text)
    if target.linked == CONTACT and len(found) == len(numbers):
        return []
    label = link_label(target)
    return [(ONLY_FIRST, {"link": label, "text": other}) for other in numbers[1:]]


def link_label(target: Target) -> str:
    return str(target.field.label if target.field else record_types[target.linked].label)
