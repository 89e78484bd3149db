"""Blocks that weigh as one, cells of single customers, words and texts as axes."""

import numpy as np
import pandas as pd
import pytest

from analytics.methods.errors import InsufficientData
from analytics.methods.segmentation.clustering import Segmentation, fit_segments
from analytics.methods.segmentation.rfm import RfmScale, fit_rfm, rfm_cells
from analytics.methods.segmentation.scaling import Scaling, fit_scaling
from analytics.methods.segmentation.words import (
    LevelSpace,
    TextSpace,
    fit_levels,
    fit_texts,
    words_of,
)


def test_many_columns_of_one_thing_do_not_outvote_one_of_another() -> None:
    """Ten copies of noise hide two groups in one column, unless they weigh as one."""
    chance = np.random.default_rng(0)
    group = np.repeat([0, 1], 150)
    noise = chance.normal(size=300)
    frame = pd.DataFrame({f"n{n}": noise + chance.normal(size=300) / 20 for n in range(10)})
    frame["value"] = group * 8 + chance.normal(size=300)
    blocks = {"noise": [f"n{n}" for n in range(10)], "value": ["value"]}
    plain = fit_segments(frame, most=2).assign(frame)
    fair = fit_segments(frame, most=2, blocks=blocks)
    agree = [
        max(np.mean(found == group), np.mean(found != group))
        for found in (plain, fair.assign(frame))
    ]
    assert agree[0] < 0.7
    assert agree[1] > 0.95
    again = Segmentation.from_dict(fair.to_dict())
    assert again.assign(frame).tolist() == fair.assign(frame).tolist()


def test_weights_are_one_over_the_spread_of_the_first_component() -> None:
    chance = np.random.default_rng(1)
    frame = pd.DataFrame(chance.normal(size=(200, 3)), columns=list("abc"))
    scaling = fit_scaling(frame, blocks={"all": list("abc")})
    plain = fit_scaling(frame)
    largest = np.linalg.eigvalsh(np.cov(plain.transform(frame), rowvar=False, ddof=0))[-1]
    assert scaling.weights == pytest.approx(np.full(3, largest**-0.5))
    points = scaling.transform(frame)
    assert np.linalg.eigvalsh(np.cov(points, rowvar=False, ddof=0))[-1] == pytest.approx(1)
    assert scaling.raw(points)[:5] == pytest.approx(frame.to_numpy()[:5], abs=1e-6)


def test_scaling_of_an_earlier_release_is_read() -> None:
    stored = fit_scaling(pd.DataFrame({"a": [1.0, 2.0, 5.0]})).to_dict()
    del stored["weights"]
    assert Scaling.from_dict(stored).weights is None


@pytest.mark.parametrize("seed", range(8))
def test_scale_says_what_the_cells_of_everybody_say(seed: int) -> None:
    chance = np.random.default_rng(seed)
    size = int(chance.integers(1, 60))
    columns = [chance.integers(0, 1 + int(chance.integers(1, 9)), size) for _each in range(3)]
    scale = fit_rfm(*columns)
    pd.testing.assert_frame_equal(scale.cells(*columns), rfm_cells(*columns))
    again = RfmScale.from_dict(scale.to_dict())
    pd.testing.assert_frame_equal(again.cells(*columns), rfm_cells(*columns))


def test_nobody_has_no_scale() -> None:
    with pytest.raises(InsufficientData):
        fit_rfm([], [], [])


def test_words_of_several_languages() -> None:
    assert words_of("Price? 报价！ Größe") == ["price", "größe", "报价"]
    assert words_of("12 x 3") == []


def test_levels_that_go_together_lie_together() -> None:
    frame = pd.DataFrame(
        {
            "industry": ["Energy", "Energy", "Food", "Food"] * 10,
            "country": ["DE", "DE", "CN", "CN"] * 10,
        }
    )
    space = fit_levels(frame)
    places = space.places(frame)
    assert places.shape == (40, 1), "one axis says all of it"
    assert len(np.unique(places.round(9))) == 2
    again = LevelSpace.from_dict(space.to_dict())
    assert again.places(frame) == pytest.approx(places)
    unknown = space.places(pd.DataFrame({"industry": ["Toys"], "country": ["FR"]}))
    assert np.isfinite(unknown).all()


def test_fields_without_two_levels_have_no_axes() -> None:
    with pytest.raises(InsufficientData):
        fit_levels(pd.DataFrame({"industry": ["Energy"] * 9}))


def test_texts_on_the_same_matter_lie_together() -> None:
    late = "late delivery, the truck came on Friday"
    price = "请 给 我们 一个 更好 的 价格"
    texts = [late, price] * 20
    space = fit_texts(texts)
    places = space.themes([*texts[:4], "", "Zürich"])
    assert places[0] == pytest.approx(places[2])
    assert np.abs(places[0] - places[1]).max() > 0.5
    assert np.isnan(places[4:]).all(), "nothing that counts is no place"
    assert any("价格" in theme for theme in space.told())
    again = TextSpace.from_dict(space.to_dict())
    assert again.themes(texts[:2]) == pytest.approx(space.themes(texts[:2]), abs=1e-5)


def test_texts_without_words_have_no_themes() -> None:
    with pytest.raises(InsufficientData):
        fit_texts(["", "12"] * 9)
