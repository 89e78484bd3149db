"""What the palette can do: declared by the apps whose pages do it."""

from dataclasses import dataclass

from django.utils.functional import Promise

from core.registries.base import Registry


@dataclass(frozen=True)
class Command:
    """One action; `hotkey` is the single key that does the same on the page where it is shown."""

    key: str
    label: Promise
    icon: str
    url_name: str
    permission: str = ""
    hotkey: str = ""


commands: Registry[Command] = Registry("Command")
