"""A command that cannot go on says so in one sentence and exits 1; no traceback."""

import sys
from collections.abc import Callable


class RefusalError(Exception):
    """What the person at the terminal has to do, as one sentence."""


def speak(command: Callable[[], int]) -> int:
    """Run a command and turn its refusals into a sentence and an exit code."""
    try:
        return command()
    except RefusalError as refusal:
        print(refusal, file=sys.stderr)
    except OSError as error:
        print(f"It did not work ({error}): put that right and try again.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 1
