"""What a method raises when the data cannot carry the question asked of it."""

from typing import Literal

__all__ = ["InsufficientData", "InvalidData", "MethodError"]

InsufficientCode = Literal[
    "empty", "one_class", "few_positives", "few_negatives", "few_rows", "no_usable_field"
]
InvalidCode = Literal[
    "duplicate_ids",
    "duplicate_columns",
    "missing_column",
    "unequal_lengths",
    "unknown_target",
    "uneven_times",
    "not_finite",
    "out_of_bounds",
    "bad_parameter",
    "bad_artifact",
]


class MethodError(ValueError):
    """Common parent of what the methods raise on purpose.

    Parameters
    ----------
    code : str
        Machine-readable reason; a caller turns it into a sentence in the reader's language.
    message : str
        The same in plain English, for logs.

    Examples
    --------
    >>> MethodError("bad_parameter", "folds must be at least 2").code
    'bad_parameter'
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class InsufficientData(MethodError):  # noqa: N818 (a state of the data, named as on the page)
    """The data are sound but too few; nothing was computed.

    Parameters
    ----------
    code : {"empty", "one_class", "few_positives", "few_negatives", "few_rows", "no_usable_field"}
        What there is too little of.
    needed, found : int
        How many rows (or, for ``no_usable_field``, fields) are needed and how many there are.

    Examples
    --------
    >>> error = InsufficientData("few_positives", needed=50, found=12)
    >>> error.code, error.needed - error.found
    ('few_positives', 38)
    >>> str(error)
    'insufficient data (few_positives): needed 50, found 12'
    """

    def __init__(self, code: InsufficientCode, *, needed: int, found: int) -> None:
        super().__init__(code, f"insufficient data ({code}): needed {needed}, found {found}")
        self.needed = needed
        self.found = found

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling, since a worker hands its errors to another process."""
        return (_rebuild_insufficient, (self.code, self.needed, self.found))


class InvalidData(MethodError):  # noqa: N818 (as above)
    """The data contradict themselves or the call; more rows would not help.

    Parameters
    ----------
    code : str
        Which rule is broken, e.g. ``duplicate_ids``.
    message : str
        The same in plain English, naming the column or the parameter.

    Examples
    --------
    >>> error = InvalidData("duplicate_ids", "3 ids occur more than once")
    >>> error.code, str(error)
    ('duplicate_ids', '3 ids occur more than once')
    """

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling, since a worker hands its errors to another process."""
        return (InvalidData, (self.code, str(self)))


def _rebuild_insufficient(code: InsufficientCode, needed: int, found: int) -> InsufficientData:
    return InsufficientData(code, needed=needed, found=found)
