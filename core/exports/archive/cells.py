"""One value as the text of a cell, and back, without loss.

An empty cell is no value. Only text that may be missing tells an empty text apart, as `\\e`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from core.choices import FieldType
from core.spreadsheets import defused, restored

EMPTY, ODD, MARK = "\\e", "\\j", "\\"
SEVERAL = "; "


@dataclass(frozen=True)
class Kind:
    """A kind of cell: `write` is given no missing value, `read` no empty cell."""

    key: str
    write: Callable[[Any], str]
    read: Callable[[str], Any]
    missing: Any = None


def _write_json(value: Any) -> str:
    return defused(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def _read_json(cell: str) -> Any:
    return json.loads(restored(cell))


def _write_moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _write_optional(text: str) -> str:
    """A text that may be missing as well as empty; one that begins like a mark gets one more."""
    if text == "":
        return EMPTY
    return defused(MARK + text if text.startswith(MARK) else text)


def _read_optional(cell: str) -> str:
    text = restored(cell)
    if text == EMPTY:
        return ""
    return text.removeprefix(MARK)


def _write_custom(value: Any) -> str:
    """Text as people read it; what a field of text should not hold, as JSON behind a mark."""
    return _write_optional(value) if isinstance(value, str) else ODD + _write_json(value)


def _read_custom(cell: str) -> Any:
    return _read_json(cell.removeprefix(ODD)) if cell.startswith(ODD) else _read_optional(cell)


def _write_decimal(value: Decimal) -> str:
    return format(value, "f")


TEXT = Kind("text", defused, restored, missing="")
OPTIONAL_TEXT = Kind("optional text", _write_optional, _read_optional)
CUSTOM_TEXT = Kind("custom text", _write_custom, _read_custom)
WHOLE = Kind("whole number", str, int)
DECIMAL = Kind("decimal", _write_decimal, Decimal)
REAL = Kind("number", repr, float)
YES_NO = Kind("yes or no", lambda value: "true" if value else "false", lambda cell: cell == "true")
DAY = Kind("date", date.isoformat, date.fromisoformat)
HOUR = Kind("time of day", time.isoformat, time.fromisoformat)
MOMENT = Kind("moment", _write_moment, datetime.fromisoformat)
JSON = Kind("json", _write_json, _read_json)
LINK = Kind("link", str, int)
USER = Kind("user", defused, restored)
NAMES = Kind(
    "names", lambda names: defused(SEVERAL.join(names)), lambda cell: restored(cell).split(SEVERAL)
)
LINKS = Kind(
    "links",
    lambda ids: SEVERAL.join(map(str, ids)),
    lambda cell: [int(pk) for pk in cell.split(SEVERAL)],
)
KINDS = {
    kind.key: kind
    for kind in (
        TEXT,
        OPTIONAL_TEXT,
        CUSTOM_TEXT,
        WHOLE,
        DECIMAL,
        REAL,
        YES_NO,
        DAY,
        HOUR,
        MOMENT,
        JSON,
        LINK,
        USER,
        NAMES,
        LINKS,
    )
}
# Custom fields hold JSON; those of text are written as they are, to be read by people.
CUSTOM_TEXTS = frozenset(
    {
        FieldType.TEXT,
        FieldType.LONG_TEXT,
        FieldType.URL,
        FieldType.EMAIL,
        FieldType.PHONE,
        FieldType.DATE,
        FieldType.MOMENT,
        FieldType.CHOICE,
    }
)


def written(kind: Kind, value: Any) -> str:
    if value is None or (value == "" and kind.missing == ""):
        return ""
    return kind.write(value)


def read(kind: Kind, cell: str) -> Any:
    return kind.missing if cell == "" else kind.read(cell)
