"""An expected no."""

from typing import Any

from django.utils.translation import gettext


class Refused(Exception):  # noqa: N818  # it is an answer, not an error
    """A service refuses with a translated sentence that says what to do.

    `message` and `args_by_name` are what a run stores of it: a msgid with its values. `url` is the
    page on which to go on, where that is not the one from which somebody came.
    """

    def __init__(self, sentence: str, url: str = "") -> None:
        super().__init__(sentence)
        self.url = url
        self.message = "%(reason)s"
        self.args_by_name: dict[str, Any] = {"reason": sentence}

    @classmethod
    def by_msgid(cls, message: str, **args: Any) -> "Refused":
        """A refusal that everybody who opens the run reads in their own language."""
        refusal = cls(gettext(message) % args)
        refusal.message, refusal.args_by_name = message, args
        return refusal


class InsufficientData(Exception):  # noqa: N818  # an answer, too
    """A job cannot answer yet: a msgid with placeholders, and their values."""

    def __init__(self, message: str, **args: object) -> None:
        super().__init__(message)
        self.message = message
        self.args_by_name = args
