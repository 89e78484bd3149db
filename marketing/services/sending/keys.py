"""The numbers of messages: in Message-ID and in the address for returns, so that what comes back finds its recipient."""

import re
import secrets

PATTERN = re.compile(r"[0-9a-f]{32}")


def new_key() -> str:
    """A number that nobody can guess."""
    return secrets.token_hex(16)
