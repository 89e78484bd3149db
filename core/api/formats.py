"""JSON in, JSON out, whatever a client says it prefers."""

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import JSONRenderer

DEEPEST = 20


class Json(JSONRenderer):
    """Compact, in UTF-8."""


class Problem(JSONRenderer):
    """RFC 9457."""

    media_type = "application/problem+json"


class JsonBody(BaseParser):
    """A body that both databases can keep: no infinite numbers, no broken or null characters."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            text = stream.read().decode("utf-8")
            found = json.loads(text, parse_constant=_refuse, parse_float=_finite)
        except (ValueError, RecursionError):
            raise ParseError(_("The body is not JSON in UTF-8.")) from None
        if not is_clean(found, DEEPEST):
            raise ParseError(_("A text in the body has a character that cannot be kept."))
        return found


class FileBody(MultiPartParser):
    """A form with a file."""


class AlwaysJson(BaseContentNegotiation):
    """There is one form of answers; a browser that asks for HTML gets it, too."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        sent = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return number


def is_clean(value: Any, depth: int = DEEPEST) -> bool:
    """Whether all texts can be kept and nothing lies too deep."""
    if isinstance(value, str):
        return is_text(value)
    if depth == 0:
        return not isinstance(value, list | Mapping)
    if isinstance(value, list):
        return all(is_clean(each, depth - 1) for each in value)
    if isinstance(value, Mapping):
        return all(is_text(name) and is_clean(each, depth - 1) for name, each in value.items())
    return True


def is_text(text: str) -> bool:
    """Whether both databases can keep the text."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    return True
