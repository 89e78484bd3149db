"""Sizes that the best of the field keep to (`docs/decisions` says why)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
ROOMS = ("config", "core", "crm", "marketing", "analytics", "scripts", "benchmarks")
MODULES = sorted(
    path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts
)
TASKS = [path for path in MODULES if path.name == "tasks.py" or "tasks" in path.parts]

MOST_MODULE_LINES = 400
MOST_TEMPLATE_LINES = 150
MOST_FUNCTION_LINES = 50
MOST_TASK_LINES = 10

# What may be longer, and why; keep this short.
ALLOWED: dict[str, str] = {}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            yield node


def code_lines(function: Function) -> int:
    """Lines from `def` to the end, without the docstring: numpydoc is long by nature."""
    first = function.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    documented = first.end_lineno - first.lineno + 1 if is_docstring else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - documented


def too_long(path: Path, most: int) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}: {code_lines(function)} lines"
        for function in functions(path)
        if code_lines(function) > most
    ]


def lines_of(path: Path) -> int:
    return len(path.read_text().splitlines())


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_a_long_function_is_noticed(tmp_path: Path) -> None:
    long = tmp_path / "long.py"
    long.write_text('def f():\n    """Doc."""\n' + "    x = 1\n" * 60)
    (function,) = functions(long)
    assert code_lines(function) == 61


def test_functions_are_short() -> None:
    found = [line for path in MODULES for line in too_long(path, MOST_FUNCTION_LINES)]
    assert [line for line in found if line.split()[0].partition(":")[0] not in ALLOWED] == []


def test_modules_are_short() -> None:
    long = {name_of(p): lines_of(p) for p in MODULES if lines_of(p) > MOST_MODULE_LINES}
    assert long.keys() <= ALLOWED.keys(), long


def test_templates_are_short() -> None:
    templates = (path for path in (ROOT / "templates").rglob("*") if path.is_file())
    long = {name_of(p): lines_of(p) for p in templates if lines_of(p) > MOST_TEMPLATE_LINES}
    assert long.keys() <= ALLOWED.keys(), long


@pytest.mark.parametrize("path", TASKS, ids=name_of)
def test_tasks_are_short(path: Path) -> None:
    assert too_long(path, MOST_TASK_LINES) == []


def test_functions_are_short_on_average() -> None:
    lengths = [code_lines(function) for path in MODULES for function in functions(path)]
    assert sum(lengths) / len(lengths) <= 14


def test_nothing_is_allowed_that_is_short_by_now() -> None:
    def is_long(path: Path) -> bool:
        most = MOST_TEMPLATE_LINES if path.suffix == ".html" else MOST_MODULE_LINES
        return lines_of(path) > most or bool(
            path.suffix == ".py" and too_long(path, MOST_FUNCTION_LINES)
        )

    assert [name for name in ALLOWED if not is_long(ROOT / name)] == []
