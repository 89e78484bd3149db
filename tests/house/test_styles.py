"""Every class of our style sheets is named by a page: what no page uses is taken from the design later."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("analytics", "config", "core", "crm", "marketing")
WORD = re.compile(r"-?[A-Za-z_][\w-]*")
COMMENT = re.compile(r"/\*.*?\*/|\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)
MADE_UP = re.compile(r"([A-Za-z][\w-]*-)\{")  # av-{…} in Python, note-{{…}} in a template
KNOWN = {f"{part}{level}" for part in ("s", "r") for level in range(1, 5)}  # how high a score is


def classes() -> Iterator[tuple[str, str]]:
    """The classes and the sheets that have rules for them."""
    for sheet in (ROOT / "static/css").glob("*.css"):
        for selectors in re.findall(r"([^{};]+)\{", COMMENT.sub("", sheet.read_text())):
            if not selectors.strip().startswith("@"):
                yield from (
                    (name, sheet.name) for name in re.findall(r"\.([A-Za-z][\w-]*)", selectors)
                )


def texts() -> Iterator[str]:
    """What may name a class: templates, and the strings of Python and of scripts."""
    for template in (ROOT / "templates").rglob("*.*"):
        yield COMMENT.sub("", template.read_text())
    for script in (ROOT / "static/js").glob("*.js"):
        yield " ".join(re.findall(r"[\"'`][^\"'`\n]*[\"'`]", script.read_text()))
    for app in APPS:
        for module in (ROOT / app).rglob("*.py"):
            yield from strings(ast.parse(module.read_text()))


def strings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                getattr(part, "value", "") if isinstance(part, ast.Constant) else "{}"
                for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_class_is_used() -> None:
    found = list(texts())
    named = {word for text in found for word in WORD.findall(text)}
    begun = tuple({begin for text in found for begin in MADE_UP.findall(text)})
    unused = {
        (sheet, name)
        for name, sheet in classes()
        if name not in named and not name.startswith(begun) and name not in KNOWN
    }
    assert sorted(unused) == []
