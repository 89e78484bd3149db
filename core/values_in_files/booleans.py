"""Yes and no."""

from core.values_in_files.plain import plain

_YES = "yes y true t 1 on ja j wahr oui o vrai sí si s verdadero x ✓ ✔ 是 有 对 真 √ 已"
_NO = "no n false f 0 off nein falsch non faux falso ✗ ✘ 否 不是 无 没有 错 假 × 未"
YES, NO = frozenset(_YES.split()), frozenset(_NO.split())


def read_boolean(text: str) -> bool:
    """What a word for yes or no says; ValueError for other words.

    >>> read_boolean("Nein"), read_boolean("是")
    (False, True)
    """
    word = plain(text).casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError("The text is neither yes nor no.")
