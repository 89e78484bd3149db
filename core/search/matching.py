"""Questions in the language of each database's full-text index."""

import json
from collections.abc import Sequence
from typing import Any as AnyValue

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, QuerySet, Subquery
from django.db.models.sql.compiler import SQLCompiler

from core.search.questions import NOTHING, All, Any, Node, Phrase, Term


class Matches(Func):
    """The entry has what the question asks for."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, node: Node) -> None:
        super().__init__(F("pk"), F("tokens"))
        self.node = node

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: AnyValue
    ) -> tuple[str, list[str]]:
        self._check()
        column, _parameters = compiler.compile(self.source_expressions[1])
        return f"{column} @@ %s::tsquery", [to_tsquery(self.node)]

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: AnyValue
    ) -> tuple[str, tuple[str | int, ...]]:
        self._check()
        column, _parameters = compiler.compile(self.source_expressions[0])
        rows = "SELECT rowid FROM core_search_tokens WHERE core_search_tokens MATCH %s"
        return f"{column} IN ({rows})", (to_fts5(self.node),)

    def _check(self) -> None:
        if self.node == NOTHING:
            raise EmptyResultSet


class IsOneOf(Func):
    """The row has one of the ids; to the database it is a set of unknown size, and begins with it."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, ids: Sequence[int]) -> None:
        super().__init__(F("pk"))
        self.ids = ids

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: AnyValue
    ) -> tuple[str, list[AnyValue]]:
        column, _parameters = compiler.compile(self.source_expressions[0])
        return f"{column} = ANY(ARRAY(SELECT unnest(%s::bigint[])))", [list(self.ids)]

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: AnyValue
    ) -> tuple[str, tuple[str | int, ...]]:
        column, _parameters = compiler.compile(self.source_expressions[0])
        rows = "SELECT value FROM json_each(%s)"
        return f"{column} IN ({rows})", (json.dumps(self.ids),)


class IsInArray(Func):
    """The row's id is among those of a query; PostgreSQL asks that first, and takes it for short."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, ids: QuerySet[AnyValue]) -> None:
        super().__init__(F("pk"), Subquery(ids, template="ARRAY(%(subquery)s)"))


def to_tsquery(node: Node) -> str:
    match node:
        case Term(token, is_prefix):
            return f"'{token}':*" if is_prefix else f"'{token}'"
        case Phrase(tokens):
            return "(" + " <-> ".join(f"'{token}'" for token in tokens) + ")"
        case All(parts):
            return "(" + " & ".join(map(to_tsquery, parts)) + ")"
        case Any(parts):
            return "(" + " | ".join(map(to_tsquery, parts)) + ")"


def to_fts5(node: Node) -> str:
    match node:
        case Term(token, is_prefix):
            return f'"{token}"*' if is_prefix else f'"{token}"'
        case Phrase(tokens):
            return '"' + " ".join(tokens) + '"'
        case All(parts):
            return "(" + " AND ".join(map(to_fts5, parts)) + ")"
        case Any(parts):
            return "(" + " OR ".join(map(to_fts5, parts)) + ")"
