"""An interval as a drawing: where its ends stand on a line of a given width."""

from collections.abc import Mapping
from typing import Any

WIDTH, MARGIN = 420, 32
MINI = 120


def drawn_interval(effect: Mapping[str, float], say: Any) -> dict[str, Any]:
    """Line from the least to the most, with 0 on it, for a drawing 420 wide; `say` writes a number."""
    low, high = min(effect["low"], 0.0), max(effect["high"], 0.0)
    room = (high - low) or 1.0
    low, high = low - 0.15 * room, high + 0.15 * room

    def at(value: float) -> int:
        return round(MARGIN + (value - low) / (high - low) * (WIDTH - 2 * MARGIN))

    marks = [("low", effect["low"]), ("middle", effect["middle"]), ("high", effect["high"])]
    places = {name: at(value) for name, value in marks}
    zero = at(0.0)
    crowded = any(abs(zero - place) < 34 for place in places.values())
    narrow = min(places["middle"] - places["low"], places["high"] - places["middle"]) < 40
    return {
        **places,
        "zero": zero,
        "names_zero": not crowded,
        "texts": [
            {"at": places[name], "text": say(value), "is_middle": name == "middle"}
            for name, value in marks
            if not (narrow and name == "middle")
        ],
    }


def mini_interval(lower: float, middle: float, upper: float, most: float) -> dict[str, int]:
    """The same 120 wide, from 0 to the most of all rows."""
    scale = MINI / most if most > 0 else 0.0
    return {
        "low": round(lower * scale),
        "at": round(middle * scale),
        "high": round(min(upper, most) * scale),
    }
