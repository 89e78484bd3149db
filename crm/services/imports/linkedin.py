"""What a member takes along from LinkedIn: messages and invitations as rows of the people on the other side."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import zip_longest
from typing import IO

from django.utils.translation import gettext as _

from core import permissions
from core.errors import Refused
from core.models import User
from core.tabular.reading import COMMA, Table
from core.text import comparable
from core.values_in_files.addresses import read_url
from core.values_in_files.dates import DateFormat, read_moment
from crm.models import Contact
from crm.services.imports.rewriting import rewritten, rows_below

MESSAGES = frozenset(
    {"conversation id", "from", "sender profile url", "recipient profile urls", "date"}
)
INVITATIONS = frozenset(
    {"from", "to", "sent at", "direction", "inviterprofileurl", "inviteeprofileurl"}
)
COLUMNS = ["Name", "Profile URL", "Date", "Type", "Key", "Subject", "Channel", "Direction", "With"]
OF_MESSAGES = [*COLUMNS, "Content", "Conversation", "Folder", "Attachments"]
OF_INVITATIONS = [*COLUMNS, "Content"]
LONGEST = 2_000  # characters of a message that are kept
OUT, IN = "out", "in"

Said = Mapping[str, str]
Person = tuple[str, str]  # name and address of the profile


def is_of_member(columns: Sequence[str]) -> bool:
    """Whether these are the messages or the invitations of whoever exported them."""
    names = _names(columns)
    return names >= MESSAGES or names >= INVITATIONS


def has_messages(columns: Sequence[str]) -> bool:
    return list(columns) == OF_MESSAGES


def is_unrolled(columns: Sequence[str]) -> bool:
    return list(columns) in (OF_MESSAGES, OF_INVITATIONS)


def unroll(table: Table, file: IO[bytes], by: User) -> Table:
    """Write the table anew: one row for each message and person on the other side."""
    is_messages = _names(table.columns) >= MESSAGES
    columns = OF_MESSAGES if is_messages else OF_INVITATIONS
    if is_messages:
        member = _member(_rows(file, table), by)
        rows = (row for said in _rows(file, table) for row in _messages(said, member))
    else:
        rows = (_invitation(said) for said in _rows(file, table))
    sample, count = rewritten(columns, rows, file)
    return replace(table, columns=columns, delimiter=COMMA, sample=sample, rows=count)


def _names(columns: Sequence[str]) -> set[str]:
    return {comparable(column) for column in columns}


def _rows(file: IO[bytes], table: Table) -> Iterator[Said]:
    rows = rows_below(file, table)
    names = [comparable(column) for column in table.columns]
    return (dict(zip_longest(names, row[: len(names)], fillvalue="")) for row in rows)


# -- messages --------------------------------------------------------------------------------------


def _member(rows: Iterable[Said], by: User) -> str:
    """The profile that takes part in every conversation; of two, the one that is no contact."""
    seen: set[tuple[str, str]] = set()
    for said in rows:
        urls = [_profile(said["sender profile url"]), *_profiles(said["recipient profile urls"])]
        seen |= {(said["conversation id"], url) for url in urls if url}
    taking_part = Counter(url for _conversation, url in seen)
    most = max(taking_part.values(), default=0)
    found = {url for url, conversations in taking_part.items() if conversations == most}
    if len(found) > 1:
        people = permissions.visible_rows(Contact, by).filter(linkedin_url__in=found)
        found -= set(people.values_list("linkedin_url", flat=True))
    if len(found) != 1:
        raise Refused(
            _(
                "The file does not tell whose messages these are: two people take part in every conversation. Import Connections.csv first."
            )
        )
    return found.pop()


def _messages(said: Said, member: str) -> Iterator[list[str]]:
    """To each recipient if the member wrote it, else from whoever did."""
    sender = _profile(said["sender profile url"])
    is_own = sender == member
    others = _recipients(said) if is_own else [(said["from"], sender)]
    content = said.get("content", "").strip()
    key = _digest(said["conversation id"], said["date"], sender, content)
    beside = [
        _short(content),
        said.get("conversation title", "") or said["conversation id"],
        said.get("folder", ""),
        said.get("attachments", ""),
    ]
    subject = said.get("subject", "").strip()
    for other in others or [("", "")]:
        direction = OUT if is_own else IN
        yield [*_row(other, said["date"], "chat", key, subject, direction), *beside]


def _recipients(said: Said) -> list[Person]:
    """Names belong to addresses where there are as many of them."""
    urls = _profiles(said["recipient profile urls"])
    told = said.get("to", "")
    names = [told] if len(urls) == 1 else [name.strip() for name in told.split(",")]
    if len(names) != len(urls):
        names = [""] * len(urls)
    return list(zip(names, urls, strict=True))


# -- invitations -----------------------------------------------------------------------------------


def _invitation(said: Said) -> list[str]:
    is_own = said["direction"].strip().casefold().startswith(OUT)
    side = ("to", "inviteeprofileurl") if is_own else ("from", "inviterprofileurl")
    other = (said[side[0]], _profile(said[side[1]]))
    at = _american(said["sent at"])
    key = _digest("invitation", at, said["inviterprofileurl"], said["inviteeprofileurl"])
    row = _row(other, at, "other", key, _("Invitation"), OUT if is_own else IN)
    return [*row, _short(said.get("message", "").strip())]


def _american(text: str) -> str:
    """LinkedIn writes 7/8/26, 3:43 PM in every language."""
    try:
        return str(read_moment(text, DateFormat.MONTH_FIRST))
    except ValueError:
        return text


# -- both ------------------------------------------------------------------------------------------


def _row(other: Person, at: str, kind: str, key: str, subject: str, direction: str) -> list[str]:
    """Only people with a profile are looked for by name as well: others have closed their account."""
    name, url = other
    return [name if url else "", url, at, kind, key, subject, "linkedin", direction, name]


def _profile(text: str) -> str:
    try:
        return read_url(text.strip()).rstrip("/") if text.strip() else ""
    except ValueError:
        return ""


def _profiles(text: str) -> list[str]:
    return [url for part in text.replace(";", ",").split(",") if (url := _profile(part))]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
