"""Words of customers as a few numbers: levels of their fields, and what was written of them."""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.utils.extmath import randomized_svd

from analytics.methods.errors import InsufficientData

__all__ = ["LevelSpace", "TextSpace", "fit_levels", "fit_texts", "words_of"]

FloatArray = npt.NDArray[np.float64]

FEWEST_SHARE = 0.02  # of a level
MOST_LEVELS = 12  # of a field
DIMENSIONS = 3
THEMES = 6
MOST_WORDS = 5_000
FEWEST_TEXTS = 5  # that have a word
TOO_COMMON = 0.5
TOLD = 6  # words of a theme

LATIN = re.compile(r"[^\W\d_]{2,}")
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")


def words_of(text: str) -> list[str]:
    """The words of a text: Chinese ones by jieba, others as they are spaced; no digits.

    Parameters
    ----------
    text : str
        In any mixture of languages.

    Returns
    -------
    list of str
        In lower case, of at least two characters.

    References
    ----------
    jieba, "Chinese words segmentation utilities": words by a prefix dictionary and dynamic
    programming, unknown ones by a hidden Markov model.

    Examples
    --------
    >>> words_of("Asked for a quote; 我们想订购光伏组件。")
    ['asked', 'for', 'quote', '我们', '订购', '光伏', '组件']
    """
    found = [word.lower() for word in LATIN.findall(HAN.sub(" ", text))]
    chinese = HAN.findall(text)
    if chinese:
        # Its dictionary takes half a second and some memory: only whoever meets Chinese loads it.
        import jieba  # noqa: PLC0415

        jieba.setLogLevel(logging.WARNING)
        found += [word for part in chinese for word in jieba.cut(part) if len(word) > 1]
    return found


@dataclass(frozen=True)
class LevelSpace:
    """Levels of fields as places on a few axes.

    Parameters
    ----------
    levels : tuple of (str, str)
        Field and level of each indicator.
    shares : ndarray, shape (l,)
        How many customers have each.
    axes : ndarray, shape (l, d)
        From centred indicators to places.

    Examples
    --------
    >>> frame = pd.DataFrame({"industry": ["Energy"] * 30 + ["Food"] * 30})
    >>> space = fit_levels(frame)
    >>> space.places(frame).shape
    (60, 1)
    """

    levels: tuple[tuple[str, str], ...]
    shares: FloatArray
    axes: FloatArray

    def places(self, frame: pd.DataFrame) -> FloatArray:
        """Of each customer, shape (n, d); a level that nobody had is none."""
        return _indicators(frame, self.levels, self.shares) @ self.axes

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form."""
        return {
            "levels": [list(level) for level in self.levels],
            "shares": self.shares.tolist(),
            "axes": self.axes.tolist(),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "LevelSpace":
        """From its plain JSON form."""
        levels = tuple((str(field), str(level)) for field, level in stored["levels"])
        shares, axes = (np.array(stored[name], dtype=np.float64) for name in ("shares", "axes"))
        return cls(levels, shares, axes)


def fit_levels(frame: pd.DataFrame) -> LevelSpace:
    """Find the axes on which customers of different levels lie furthest apart.

    Indicators of the levels, centred and divided by the root of their shares, so that rare levels
    count for more; of these the first principal components.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n, f)
        Columns of words, such as industry or country.

    Returns
    -------
    LevelSpace
        Of levels that at least 2 % have, twelve a field at most; three axes at most.

    Raises
    ------
    InsufficientData
        ``empty``; ``no_usable_field``: no field with two levels.

    References
    ----------
    M. Greenacre (2007), "Correspondence Analysis in Practice", 2nd ed. (multiple correspondence
    analysis).

    Examples
    --------
    >>> frame = pd.DataFrame({"country": ["DE"] * 20 + ["FR"] * 20 + ["CN"] * 20})
    >>> fit_levels(frame).levels
    (('country', 'CN'), ('country', 'DE'), ('country', 'FR'))
    """
    if not len(frame):
        raise InsufficientData("empty", needed=2, found=0)
    levels: list[tuple[str, str]] = []
    for name in frame.columns:
        counts = _cells(frame[name]).value_counts()
        counts = counts[(counts.index != "") & (counts >= FEWEST_SHARE * len(frame))]
        kept = sorted(counts.sort_values(ascending=False, kind="stable").index[:MOST_LEVELS])
        levels += [(str(name), str(level)) for level in kept if 0 < counts[level] < len(frame)]
    if not levels:
        raise InsufficientData("no_usable_field", needed=1, found=0)
    plain = _indicators(frame, levels, np.zeros(len(levels)), is_plain=True)
    shares = plain.mean(axis=0)
    scaled = (plain - shares) / np.sqrt(shares)
    spread, axes = np.linalg.eigh(scaled.T @ scaled / len(frame))
    order = np.argsort(-spread, kind="stable")[:DIMENSIONS]
    telling = order[spread[order] > 1e-9]
    return LevelSpace(tuple(levels), shares, _same_sign(axes[:, telling]))


def _cells(column: "pd.Series[Any]") -> "pd.Series[str]":
    return column.fillna("").astype(str).str.strip()


def _indicators(
    frame: pd.DataFrame,
    levels: Sequence[tuple[str, str]],
    shares: FloatArray,
    *,
    is_plain: bool = False,
) -> FloatArray:
    words = {name: _cells(frame[name]).to_numpy() for name in {field for field, _level in levels}}
    columns = [words[field] == level for field, level in levels]
    found = np.stack(columns, axis=1).astype(np.float64)
    return found if is_plain else (found - shares) / np.sqrt(shares)


def _same_sign(axes: FloatArray) -> FloatArray:
    """Each axis points to where its largest weight is: its sign means nothing and must not change."""
    largest = np.abs(axes).argmax(axis=0)
    signs = np.sign(axes[largest, np.arange(axes.shape[1])])
    return np.asarray(axes * signs, dtype=np.float64)


@dataclass(frozen=True)
class TextSpace:
    """What was written of customers as a few themes.

    Parameters
    ----------
    words : tuple of str
        That count.
    rarity : ndarray, shape (w,)
        Inverse document frequency of each.
    axes : ndarray, shape (w, d)
        From weighted words to themes.

    Examples
    --------
    >>> texts = ["late delivery again", "price too high"] * 10
    >>> fit_texts(texts).themes(texts).shape
    (20, 2)
    """

    words: tuple[str, ...]
    rarity: FloatArray
    axes: FloatArray

    def themes(self, texts: Sequence[str]) -> FloatArray:
        """Of each customer, shape (n, d); NaN for whom no word that counts was written."""
        weighted = _weighted(texts, self.words, self.rarity)
        found = np.asarray(weighted @ self.axes, dtype=np.float64)
        found[np.asarray(weighted.sum(axis=1)).ravel() == 0] = np.nan
        return found

    def told(self) -> list[list[str]]:
        """The words that each theme is most about."""
        return [
            [self.words[place] for place in np.argsort(-axis, kind="stable")[:TOLD]]
            for axis in self.axes.T
        ]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form."""
        return {
            "words": list(self.words),
            "rarity": self.rarity.round(6).tolist(),
            "axes": self.axes.round(6).tolist(),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "TextSpace":
        """From its plain JSON form."""
        rarity, axes = (np.array(stored[name], dtype=np.float64) for name in ("rarity", "axes"))
        return cls(tuple(stored["words"]), rarity, axes)


def fit_texts(texts: Iterable[str], *, seed: int = 0) -> TextSpace:
    """Find the themes that tell the texts apart.

    Words weighted by how rare they are (TF-IDF, rows of unit length), reduced by a truncated
    singular value decomposition.

    Parameters
    ----------
    texts : iterable of str
        What was written of each customer, in a fixed order.
    seed : int
        Of the decomposition.

    Returns
    -------
    TextSpace
        Words that at least five texts and no more than half of them have; six themes at most.

    Raises
    ------
    InsufficientData
        ``empty``; ``no_usable_field``: no word that counts.

    References
    ----------
    S. Deerwester et al. (1990), "Indexing by Latent Semantic Analysis", Journal of the American
    Society for Information Science 41, 391–407.

    Examples
    --------
    >>> space = fit_texts(["late delivery again", "price too high"] * 10)
    >>> sorted(space.words)[:2]
    ['again', 'delivery']
    """
    given = list(texts)
    if not given:
        raise InsufficientData("empty", needed=FEWEST_TEXTS, found=0)
    counter = CountVectorizer(
        analyzer=words_of, min_df=FEWEST_TEXTS, max_df=TOO_COMMON, max_features=MOST_WORDS
    )
    try:
        counts = counter.fit_transform(given)
    except ValueError as error:  # no word is left
        raise InsufficientData("no_usable_field", needed=1, found=0) from error
    words = tuple(str(word) for word in counter.get_feature_names_out())
    seen = np.asarray((counts > 0).sum(axis=0)).ravel()
    rarity = np.log((1 + len(given)) / (1 + seen)) + 1
    weighted = _weighted(given, words, rarity)
    size = min(THEMES, len(words) - 1, len(given) - 1)
    if size < 1:
        raise InsufficientData("no_usable_field", needed=2, found=len(words))
    _left, strength, right = randomized_svd(weighted, size, random_state=seed)
    axes = right[strength > 1e-9].T
    return TextSpace(words, rarity, _same_sign(np.asarray(axes, dtype=np.float64)))


def _weighted(texts: Sequence[str], words: Sequence[str], rarity: FloatArray) -> Any:
    """Weighted words as a sparse table with rows of unit length."""
    counter = CountVectorizer(analyzer=words_of, vocabulary={w: n for n, w in enumerate(words)})
    weighted = csr_array(counter.transform(texts), dtype=np.float64).multiply(rarity).tocsr()
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return csr_array(weighted.multiply(1 / np.where(lengths > 0, lengths, 1)[:, None]))
