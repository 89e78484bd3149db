"""Cells of exported files: a spreadsheet must not take a customer's text for a formula."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MARK = "'"


def defused(cell: str) -> str:
    """The cell as spreadsheets show it, without computing it.

    >>> defused("=1+1"), defused("Ada")
    ("'=1+1", 'Ada')
    """
    return MARK + cell if cell.startswith(FORMULA_STARTS) else cell


def restored(cell: str) -> str:
    """The cell as it was before `defused`.

    >>> restored("'=1+1"), restored("'tis")
    ('=1+1', "'tis")
    """
    return cell[1:] if cell.startswith(MARK) and cell[1:].startswith(FORMULA_STARTS) else cell
