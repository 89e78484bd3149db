"""The words of a text in which fields may stand, whatever form it is written in."""

from collections.abc import Mapping
from typing import Any

from marketing.models import MessageText
from marketing.services.messages.blocks import texts_of


def words_of(row: MessageText) -> list[str]:
    """All texts of a language."""
    body: Any = row.body
    if isinstance(body, Mapping):
        return [row.subject, row.preview, str(body.get("text", ""))]
    return [row.subject, row.preview, *(text for block in body for text in texts_of(block))]
