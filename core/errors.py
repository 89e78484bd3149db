"""An expected no."""


class Refused(Exception):  # noqa: N818  # it is an answer, not an error
    """A service refuses with a translated sentence that says what to do."""


class InsufficientData(Exception):  # noqa: N818  # an answer, too
    """A job cannot answer yet: a msgid with placeholders, and their values."""

    def __init__(self, message: str, **args: object) -> None:
        super().__init__(message)
        self.message = message
        self.args_by_name = args
