"""Every marked string is translated, whole, and with the same placeholders."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation import templatize

ROOT = settings.BASE_DIR
ROOMS = ("config", "core", "crm", "marketing", "analytics")
CATALOG = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
NO_GETTEXT = "xgettext was not found: install it with `apt install gettext`."

# As Django's makemessages calls xgettext.
KEYWORDS = (
    "gettext_noop",
    "gettext_lazy",
    "ngettext_lazy:1,2",
    "pgettext:1c,2",
    "npgettext:1c,2,3",
    "pgettext_lazy:1c,2",
    "npgettext_lazy:1c,2,3",
)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sdf]|%[sd]|\{(\w*)\}")
CHINESE = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]{2,}")
# Texts of several words that are the same in every language.
SAME = {"OpenID Connect", "ROC-AUC", "Renmai"}


def python_files() -> Iterator[Path]:
    for room in ROOMS:
        yield from (path for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> polib.POFile:
    """All marked strings of the code and the templates, as xgettext finds them."""
    if shutil.which("xgettext") is None:
        pytest.skip(NO_GETTEXT)
    folder = tmp_path_factory.mktemp("messages")
    for source in python_files():
        copy = folder / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(source.read_text())
    for source in (ROOT / "templates").rglob("*"):
        if source.suffix in (".html", ".txt"):
            copy = folder / f"{source.relative_to(ROOT)}.py"
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(templatize(source.read_text(), origin=str(source)))
    catalog = folder / "django.pot"
    command = ["xgettext", "--language=Python", "--from-code=UTF-8", f"--output={catalog}"]
    command += [f"--keyword={word}" for word in KEYWORDS]
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.py"))
    done = subprocess.run(
        [*command, *files], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return polib.pofile(str(catalog))


@pytest.fixture(scope="module")
def translated() -> polib.POFile:
    assert CATALOG.is_file(), f"There is no Chinese catalog at {CATALOG}: run `make messages`."
    return polib.pofile(str(CATALOG))


def key(entry: polib.POEntry) -> tuple[str | None, str]:
    return entry.msgctxt, entry.msgid


def placeholders(text: str) -> list[str]:
    return sorted(match.group(0) for match in PLACEHOLDER.finditer(text.replace("%%", "")))


def msgstrs(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_no_string_is_missing(marked: polib.POFile, translated: polib.POFile) -> None:
    known = {key(entry) for entry in translated if all(msgstrs(entry)) and not entry.obsolete}
    missing = [entry.msgid for entry in marked if key(entry) not in known]
    assert missing == [], f"{len(missing)} strings are not translated: run `make messages`."


def test_no_translation_is_a_guess(translated: polib.POFile) -> None:
    assert [entry.msgid for entry in translated.fuzzy_entries()] == []


def test_no_translation_is_left_over(marked: polib.POFile, translated: polib.POFile) -> None:
    used = {key(entry) for entry in marked}
    assert [e.msgid for e in translated if key(e) not in used or e.obsolete] == []


def test_placeholders_are_the_same_in_both_languages(translated: polib.POFile) -> None:
    wrong = [
        (entry.msgid, text)
        for entry in translated
        for text in msgstrs(entry)
        if placeholders(entry.msgid_plural or entry.msgid) != placeholders(text)
    ]
    assert wrong == []


def test_sentences_are_chinese(translated: polib.POFile) -> None:
    english = [
        entry.msgid
        for entry in translated
        for text in msgstrs(entry)
        if len(WORD.findall(PLACEHOLDER.sub("", entry.msgid))) > 1
        and not CHINESE.search(text)
        and entry.msgid not in SAME
    ]
    assert english == []


def test_gettext_is_never_imported_under_a_name_that_xgettext_does_not_know() -> None:
    known = {word.partition(":")[0] for word in KEYWORDS} | {"_", "gettext", "ngettext"}
    strange = [
        f"{path.relative_to(ROOT)}:{node.lineno} {alias.asname}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if "gettext" in alias.name and (alias.asname or alias.name) not in known
    ]
    assert strange == []


def test_underscore_stands_for_a_plain_gettext() -> None:
    """`_` with a plural or a context would be collected without it."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.asname == "_" and alias.name not in ("gettext", "gettext_lazy")
    ]
    assert wrong == []
