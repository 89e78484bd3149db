"""Moves from places to places as a drawing: left where they came from, right where they went."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.functional import Promise

from core.phrases import number

Pair = tuple[int, int, int]  # from, to, how many
Named = Callable[[int], tuple[str, str]]  # the name of a place and the token of its colour


def flow_of(pairs: Sequence[Pair], named: Named) -> dict[str, Any]:
    """What `data-chart="flow"` draws. A place stands on both sides: a flow never leads back into itself."""
    left = sorted({before for before, _after, _count in pairs})
    right = sorted({after for _before, after, _count in pairs})
    nodes = []
    for side, places in (("l", left), ("r", right)):
        for place in places:
            name, token = named(place)
            nodes.append({"id": f"{side}{place}", "n": name, "c": token})
    links = [
        {"from": f"l{before}", "to": f"r{after}", "v": count} for before, after, count in pairs
    ]
    return {"nodes": nodes, "links": links}


def flow_label(said: str | Promise, pairs: Sequence[Pair], named: Named) -> str:
    """The drawing in a sentence with places for `before`, `after` and `count`; the most frequent move comes first."""
    if not pairs:
        return ""
    before, after, count = pairs[0]
    words = {"before": named(before)[0], "after": named(after)[0], "count": number(count)}
    return str(said) % words
