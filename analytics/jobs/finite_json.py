"""Figures as JSON can hold them."""

import json
from typing import Any


def finite(found: dict[str, Any]) -> dict[str, Any]:
    """The same with nothing where no number is: JSON knows no NaN."""
    plain: dict[str, Any] = json.loads(json.dumps(found), parse_constant=lambda _name: None)
    return plain
