"""Cells of exported files: a spreadsheet must not take a customer's text for a formula."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MARK = "'"


def defused(cell: str) -> str:
    """The cell as spreadsheets show it, without computing it.

    >>> defused("=1+1"), defused("Ada")
    ("'=1+1", 'Ada')
    """
    return MARK + cell if _is_like_a_formula(cell) else cell


def restored(cell: str) -> str:
    """The cell as it was before `defused`.

    >>> restored("'=1+1"), restored("'tis")
    ('=1+1', "'tis")
    """
    return cell[1:] if cell.startswith(MARK) and _is_like_a_formula(cell[1:]) else cell


def _is_like_a_formula(cell: str) -> bool:
    """Or like one with marks: it gets one more, so that it comes back as it was."""
    return cell.lstrip(MARK).startswith(FORMULA_STARTS)
