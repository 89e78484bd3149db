"""What the fields that a company has added are called beside the declared ones: `custom.size`."""

CUSTOM = "custom"
PREFIX = f"{CUSTOM}."


def custom_name(key: str) -> str:
    return f"{PREFIX}{key}"


def is_custom(name: str) -> bool:
    return name.startswith(PREFIX)


def custom_key(name: str) -> str:
    """The key in a name that `is_custom`."""
    return name.removeprefix(PREFIX)
