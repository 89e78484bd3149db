"""Documents keep up with the code: what they name and link to is there."""

import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

from core.registries import permission_registry

ROOT = Path(settings.BASE_DIR)
DECISIONS = ROOT / "docs/decisions"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`([^`\n]+)`")
APPS = ("analytics", "config", "core", "crm", "marketing")
ROOMS = "|".join(APPS)
PATH = re.compile(rf"(?:{ROOMS}|benchmarks|docs|locale|scripts|static|templates|tests)/[\w./-]*")
NAME = re.compile(rf"(?:{ROOMS})(?:\.\w+){{2,}}")


def test_index_has_every_decision_once_and_in_order() -> None:
    listed = LINK.findall((DECISIONS / "README.md").read_text())
    written = sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))
    assert listed == written
    numbers = [int(name[:4]) for name in written]
    assert numbers == list(range(1, len(written) + 1))


def test_links_lead_somewhere() -> None:
    links = [
        (document, link)
        for document in DOCUMENTS
        for link in LINK.findall(document.read_text())
        if not re.match(r"\w+:", link)
    ]
    assert links
    assert not [
        f"{document.relative_to(ROOT)}: {link}"
        for document, link in links
        if not (document.parent / link).exists()
    ]


def named(pattern: re.Pattern[str]) -> Iterator[tuple[Path, str]]:
    """What documents name as code, whole words only."""
    for document in DOCUMENTS:
        for span in CODE.findall(document.read_text()):
            for word in span.split():
                if pattern.fullmatch(word):
                    yield document, word


def test_paths_are_there() -> None:
    paths = list(named(PATH))
    assert paths
    assert not [
        f"{document.relative_to(ROOT)}: {path}"
        for document, path in paths
        if not ((ROOT / path).exists() or (ROOT / "templates" / path).exists())
    ]


def test_names_of_modules_are_there() -> None:
    names = [(document, name) for document, name in named(NAME) if is_of_a_module(name)]
    assert names
    assert not [
        f"{document.relative_to(ROOT)}: {name}" for document, name in names if not is_there(name)
    ]


def is_of_a_module(name: str) -> bool:
    """A right, a job and a lock are named alike."""
    app, room, _rest = name.split(".", 2)
    return name not in permission_registry and find_spec(f"{app}.{room}") is not None


def is_there(name: str) -> bool:
    """Whether the name is a module, or something in one."""
    module, attributes = name, []
    while not is_module(module):
        module, _dot, last = module.rpartition(".")
        attributes.insert(0, last)
    found = import_module(module) if attributes else None
    for attribute in attributes:
        if not hasattr(found, attribute):
            return False
        found = getattr(found, attribute)
    return True


def is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # it would be in what is no package
        return False
