"""Whatever the file: a backtest ends with figures or with a sentence, never with a traceback."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.files import KINDS, OUTCOMES, Maker, written

pytestmark = pytest.mark.embedded

HEADS = ("Name", "字段", "Größe", "=1+1", "", "a,b", "Converted on", "Name")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")


def answer(path: Path, *more: str) -> dict[str, Any] | str:
    """The figures, or the sentence."""
    out = io.StringIO()
    arguments = ["lead_score", "--csv", str(path), "--target", "成交", "--json", *more]
    try:
        call_command("backtest", *arguments, stdout=out)
    except CommandError as refusal:
        return str(refusal)
    found: dict[str, Any] = json.loads(out.getvalue(), parse_constant=pytest.fail)
    return found


def assert_sound(found: dict[str, Any] | str) -> None:
    if isinstance(found, str):
        assert found.strip().endswith((".", "。"))
        assert "Error" not in found
        return
    for row in found["candidates"].values():
        assert 0 <= row["brier"] <= 0.25 + 1e-9 or row["brier"] <= 1
        assert 0 <= row["roc_auc"] <= 1
        assert 0 <= row["ece"] <= 1
    told = {one["field"] for part in ("suspected", "asked", "left_out") for one in found[part]}
    assert "成交" not in told


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 10_000),
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=6),
    words=st.sampled_from(OUTCOMES),
    separator=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(ENCODINGS),
    rate=st.sampled_from([0.05, 0.2, 0.5]),
    option=st.sampled_from(["", "--group", "--time-column"]),
)
def test_any_file_gets_figures_or_a_sentence(
    tmp_path: Path,
    seed: int,
    kinds: list[str],
    words: tuple[str, str],
    separator: str,
    encoding: str,
    rate: float,
    option: str,
) -> None:
    heads = HEADS[: len(kinds)]
    rows = 1_100 if rate < 0.1 else 300
    path = tmp_path / "file.csv"
    text = written(Maker(seed, rows, rate), kinds, heads, words, separator)
    path.write_bytes(text.encode(encoding))
    assert_sound(answer(path, *([option, heads[0]] if option else [])))


@pytest.mark.parametrize("kind", KINDS)
def test_column_of_any_kind_stands_beside_a_good_one(tmp_path: Path, kind: str) -> None:
    """It never keeps the good one from being learnt from; a copy of the target is not learnt from."""
    path = tmp_path / "file.csv"
    path.write_text(written(Maker(3), ["number", kind], ["Visits", "Odd"], ("1", "0"), ";"))
    found = answer(path)
    assert not isinstance(found, str), found
    assert found["has_signal"]
    assert 0.6 < found["candidates"][found["chosen"]]["roc_auc"] < 0.95


def test_german_numbers_are_read_as_numbers(tmp_path: Path) -> None:
    """`1.234,56` and `1234.56` tell the same."""
    maker = Maker(4, 600)
    amounts = maker.column("german")
    plain = [text.replace(".", "").replace(",", ".") for text in amounts]
    found = []
    for name, cells in (("german", amounts), ("plain", plain)):
        path = tmp_path / f"{name}.csv"
        rows = zip(cells, maker.won, strict=True)
        path.write_text("Umsatz;成交\n" + "".join(f"{cell};{won}\n" for cell, won in rows))
        found.append(answer(path))
    german, english = found
    assert not isinstance(german, str)
    assert not isinstance(english, str)
    for row in (*german["candidates"].values(), *english["candidates"].values()):
        row.pop("seconds")
    assert german["candidates"] == english["candidates"]
