"""What is done with the blocks of a letter by one press: added, moved, doubled, taken away."""

import secrets
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from core.errors import Refused
from marketing.services.messages.blocks import MOST_BLOCKS, new_block

Blocks = list[dict[str, Any]]


def arranged(blocks: Blocks, act: str, what: str, selected: str) -> tuple[Blocks, str]:
    """The blocks after it, and the one that is looked at then; refuses what cannot be done."""
    if act == "add":
        return _with(blocks, new_block(what), selected)
    if act == "picture":
        return _pictured(blocks, what, selected)
    place = next((n for n, block in enumerate(blocks) if block["id"] == what), None)
    if place is None or act not in ACTS:
        raise Refused(_("This block is gone. Load the page again."))
    return ACTS[act](blocks, place)


def _with(blocks: Blocks, block: dict[str, Any], after: str) -> tuple[Blocks, str]:
    if len(blocks) >= MOST_BLOCKS:
        raise Refused(_("A letter has %(most)s blocks at most.") % {"most": MOST_BLOCKS})
    place = next((n + 1 for n, each in enumerate(blocks) if each["id"] == after), len(blocks))
    return [*blocks[:place], block, *blocks[place:]], block["id"]


def _pictured(blocks: Blocks, number: str, selected: str) -> tuple[Blocks, str]:
    """The picture in the selected block, else in a new one after it."""
    for block in blocks:
        if block["id"] == selected and "image" in block:
            block["image"] = number
            return blocks, selected
    return _with(blocks, {**new_block("image"), "image": number}, selected)


def _up(blocks: Blocks, place: int) -> tuple[Blocks, str]:
    return _moved(blocks, place, max(place - 1, 0))


def _down(blocks: Blocks, place: int) -> tuple[Blocks, str]:
    return _moved(blocks, place, min(place + 1, len(blocks) - 1))


def _moved(blocks: Blocks, place: int, to: int) -> tuple[Blocks, str]:
    rest = [*blocks[:place], *blocks[place + 1 :]]
    return [*rest[:to], blocks[place], *rest[to:]], blocks[place]["id"]


def _copy(blocks: Blocks, place: int) -> tuple[Blocks, str]:
    block = {**blocks[place], "id": secrets.token_hex(4)}
    return _with(blocks, block, blocks[place]["id"])


def _remove(blocks: Blocks, place: int) -> tuple[Blocks, str]:
    rest = [*blocks[:place], *blocks[place + 1 :]]
    near = rest[min(place, len(rest) - 1)]["id"] if rest else ""
    return rest, near


ACTS: dict[str, Callable[[Blocks, int], tuple[Blocks, str]]] = {
    "up": _up,
    "down": _down,
    "copy": _copy,
    "remove": _remove,
}
