"""What the palette offers: records, actions, places."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import permissions
from core.choices import FieldType
from core.conditions.fields import value_of
from core.lists.cells import url_of
from core.models import RecentRecord, User
from core.permissions import Access
from core.reading import read_by_name
from core.registries import (
    RecordType,
    commands,
    navigation,
    record_types,
    settings_sections,
)
from core.search.entries import searched_fields, searched_types
from core.search.finding import find_records
from core.search.questions import Question
from core.search.words import IS_CJK, folded, name_tokens, runs
from core.values import in_words

ACTIONS_ONLY = ">"
MOST_RECENT = 6
MOST_ACTIONS = 6
SCORE = "score"  # a field of this name is shown as bars


@dataclass(frozen=True)
class Line:
    """One line of the palette."""

    url: str
    label: Any
    icon: str
    name: str = ""
    avatar: str = ""
    facts: Sequence[Any] = ()
    score: int | None = None
    key: str = ""
    go: str = ""


@dataclass(frozen=True)
class Group:
    label: str
    lines: list[Line] = field(default_factory=list)


def palette_groups(
    text: str, user: User, *, limit: int, list_url: str = "", here: str = ""
) -> list[Group]:
    """Records, actions and places for a text; without one, what was seen last and all actions."""
    access = permissions.access_of(user)
    if text.startswith(ACTIONS_ONLY):
        question = Question.of(text.removeprefix(ACTIONS_ONLY))
        return _filled(Group(_("Actions"), _commands(question, access)))
    question = Question.of(text)
    if not question:
        lines = recently_viewed(user, most=MOST_RECENT, but=here)
        seen = Group(_("Recently viewed"), lines)
        return _filled(seen, Group(_("Actions"), _commands(question, access)[:MOST_ACTIONS]))
    records = [(hit.object_type, hit.object_id) for hit in find_records(text, user, limit=limit)]
    actions = _commands(question, access)[:MOST_ACTIONS]
    if list_url:
        label = _("Filter this list: “%(text)s”") % {"text": text.strip()}
        actions.append(Line(f"{list_url}?{urlencode({'q': text})}", label, "filter"))
    return _filled(
        Group(_("Records"), _records(records, question, user)),
        Group(_("Actions"), actions),
        Group(_("Go to"), _places(question, access)),
    )


def _filled(*groups: Group) -> list[Group]:
    return [group for group in groups if group.lines]


def _records(keys: Sequence[tuple[str, int]], question: Question, user: User) -> list[Line]:
    """The lines of records in the order given; one query for each type."""
    rows: dict[tuple[str, int], Any] = {}
    for kind in searched_types():
        ids = [pk for key, pk in keys if key == kind.key]
        if ids:
            found = permissions.visible_rows(kind.model, user)
            read = read_by_name(found, _links(kind), _facts_of(kind))
            rows |= {(kind.key, pk): row for pk, row in read.in_bulk(ids).items()}
    access = permissions.access_of(user)
    return [
        _record(record_types[key[0]], rows[key], question, access) for key in keys if key in rows
    ]


def _facts_of(kind: RecordType) -> list[str]:
    """The columns that a line reads."""
    summary = kind.searched.summary if kind.searched else ()
    return [kind.field[name].value_path for name in summary if not _is_link(kind, name)]


def _links(kind: RecordType) -> set[str]:
    """The related rows that a line reads."""
    summary = kind.searched.summary if kind.searched else ()
    links = {kind.field[name].value_path for name in summary if _is_link(kind, name)}
    links |= {path for it in searched_fields(kind.key) for path, _target in it.links}
    if SCORE in kind.field:
        links.add(kind.field[SCORE].value_path.rpartition("__")[0])
    return links - {""}


def _is_link(kind: RecordType, name: str) -> bool:
    return kind.field[name].type == FieldType.LINK


def _record(kind: RecordType, row: Any, question: Question, access: Access) -> Line:
    name = row.name_for(access)
    score = kind.field.get(SCORE)
    sees_score = score is not None and access.sees(kind.rule_of(score))
    return Line(
        url_of(kind, row.pk),
        marked(name, question),
        kind.icon,
        name=name,
        avatar=kind.searched.avatar if kind.searched else "",
        facts=[kind.label, *(marked(fact, question) for fact in _facts(kind, row, access))],
        score=value_of(row, score.value_path) if score and sees_score else None,
    )


def _facts(kind: RecordType, row: Any, access: Access) -> list[str]:
    summary = kind.searched.summary if kind.searched else ()
    fields = [kind.field[name] for name in summary]
    said = [_said(row, it.value_path, access) for it in fields if access.sees(kind.rule_of(it))]
    return [fact for fact in said if fact]


def _said(row: Any, path: str, access: Access) -> str:
    display = getattr(row, f"get_{path}_display", None)
    value = display() if display else value_of(row, path)
    if value is None or value == "":
        return ""
    if hasattr(value, "name_for"):
        return str(value.name_for(access)) if access.reaches(value) else ""
    return in_words(value)


def recently_viewed(user: User, *, most: int, but: str = "") -> list[Line]:
    """The records that the user opened last and still may see, without the one of an address."""
    if user.viewed_by is not None:
        return []  # what somebody opened is their own
    seen = RecentRecord.objects.filter(user=user).order_by("-seen_at", "-pk")
    keys = list(seen.values_list("object_type", "object_id")[: most * 2])
    lines = _records(keys, Question.of(""), user)
    return [line for line in lines if line.url != but][:most]


def _commands(question: Question, access: Access) -> list[Line]:
    return [
        Line(reverse(it.url_name), marked(str(it.label), question), it.icon, key=it.hotkey.upper())
        for it in commands
        if (not it.permission or access.may(it.permission)) and _fits(str(it.label), question)
    ]


def _places(question: Question, access: Access) -> list[Line]:
    """The pages of the navigation, then the sections of the settings."""
    places = [
        Line(reverse(it.url_name), marked(str(it.label), question), it.icon, go=it.key)
        for it in navigation
        if (not it.permission or access.may(it.permission)) and _fits(str(it.label), question)
    ]
    sections = [
        Line(reverse(it.url_name), marked(str(it.label), question), it.icon, facts=[_("Settings")])
        for it in settings_sections
        if it.opens_for(access) and _fits(str(it.label), question)
    ]
    return [*places, *sections]


def _fits(label: str, question: Question) -> bool:
    """Each word of the question begins one of the label, or stands in it where it is Chinese."""
    tokens = set(name_tokens(label))
    words = [run for chunk in question.chunks for run in runs(chunk)]
    return all(
        word in folded(label) if IS_CJK.match(word) else any(t.startswith(word) for t in tokens)
        for word in words
    )


def marked(text: str, question: Question) -> SafeString:
    """The text with the words of the question in bold where it has them."""
    plain = text.lower() if text.isascii() else "".join(map(_plain, text))
    bold: set[int] = set()
    for word in {run for chunk in question.chunks for run in runs(chunk)}:
        start = "" if IS_CJK.match(word) else r"(?<![^\W_])"
        for match in re.finditer(start + re.escape(word), plain):
            bold.update(range(match.start(), match.end()))
    if not bold:
        return escape(text)
    pieces = (
        (is_bold, "".join(text[place] for place in places))
        for is_bold, places in groupby(range(len(text)), bold.__contains__)
    )
    return format_html_join(
        "", "{}", ((format_html("<b>{}</b>", part) if it else part,) for it, part in pieces)
    )


def _plain(character: str) -> str:
    """The character as words are compared, one for one, so that places stay the same."""
    return (folded(character) or unicodedata.normalize("NFKC", character))[:1] or " "
