"""Words that stand for nothing."""

from collections.abc import Iterable

from core.values_in_files.booleans import NO, YES
from core.values_in_files.plain import plain

_AROUND = " -_.…<>()[]{}*:#!?/\\"
_LISTED = """
    n/a, n.a, na, nan, n/v, n/d, n\\a, null, nil, none, undefined, unknown, blank, empty, missing,
    not available, not applicable, not provided, not specified, not set, no value, no data,
    select, please select, select one, select an option, choose, please choose, choose one, tbd,
    value, ref, name, 0000-00-00, 0000-00-00 00:00:00,
    keine angabe, keine angaben, k.a, k. a, ohne angabe, o.a, unbekannt, nicht angegeben,
    nicht verfügbar, bitte wählen, bitte auswählen, leer, keine, keiner,
    inconnu, non renseigné, non communiqué, sans objet, s/o, aucun, aucune, vide,
    desconocido, sin datos, no aplica, no disponible, ninguno, ninguna, vacío,
    无, 無, 空, 未知, 暂无, 暫無, 请选择, 請選擇, 不详, 不詳, 未填, 未填写, 无数据, 没有, 不适用, 待定, 未设置
"""
_WORDS = frozenset(word.strip() for word in _LISTED.split(","))
_ONLY_AS_ERRORS = frozenset({"value", "ref", "name"})  # #VALUE! of a spreadsheet, but a good word
_COUNTRY_CODES = 2  # letters: Namibia is NA


def is_placeholder(text: str) -> bool:
    """Whether a text stands for nothing, whatever else its column holds.

    >>> is_placeholder("-- Select --"), is_placeholder("#N/A"), is_placeholder("暂无")
    (True, True, True)
    """
    written = plain(text).casefold()
    word = written.strip(_AROUND)
    if not word:
        return bool(written)
    if word in _ONLY_AS_ERRORS:
        return written in {f"#{word}!", f"#{word}?"}
    return word in _WORDS


def placeholders_in(samples: Iterable[str]) -> list[str]:
    """The texts of a column that stand for nothing, as they are written; values stay out of it.

    无 is the other half of 有, NA is one of many countries, and - is the opposite of +.
    """
    distinct = sorted({text.strip() for text in samples} - {""})
    suspects = [text for text in distinct if is_placeholder(text)]
    others = [plain(text) for text in distinct if not is_placeholder(text)]
    return [text for text in suspects if not _is_value(plain(text), others)]


def _is_value(text: str, others: list[str]) -> bool:
    if not others:
        return False
    if text.casefold() in NO:
        return all(other.casefold() in YES for other in others)
    if text == "NA":
        return all(len(other) == _COUNTRY_CODES and other.isupper() for other in others)
    return text == "-" and all(other == "+" for other in others)
