"""JSON in, JSON out, whatever a client says it prefers."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import JSONRenderer

from core.strangers import UncleanError, read_json


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
            return read_json(stream.read())
        except UncleanError:
            sentence = _("A text in the body has a character that cannot be kept.")
        except ValueError:
            sentence = _("The body is not JSON in UTF-8.")
        raise ParseError(sentence)


class FileBody(MultiPartParser):
    """A form with a file."""


class AlwaysJson(BaseContentNegotiation):
    """There is one form of answers; a browser that asks for HTML gets it, too."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        sent = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type
