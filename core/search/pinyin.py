"""Chinese characters as they are spoken, the way people type them."""

import re
from functools import cache, lru_cache
from typing import Any

# Characters that are read differently where they begin a person's name.
SURNAMES = {
    "单": "shan", "曾": "zeng", "区": "ou", "仇": "qiu", "解": "xie", "查": "zha", "任": "ren",
    "朴": "piao", "盖": "ge", "翟": "zhai", "葛": "ge", "缪": "miao", "乐": "yue", "覃": "qin",
    "召": "shao", "员": "yun", "折": "she", "秘": "bi", "繁": "po", "种": "chong", "重": "chong",
    "祭": "zhai", "句": "gou", "都": "du", "莘": "xin", "藏": "zang", "卜": "bu", "薄": "bo",
    "洗": "xian", "於": "yu", "逄": "pang", "隗": "wei", "郇": "xun", "阚": "kan", "佴": "nai",
    "过": "guo", "能": "nai", "那": "na", "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun",
    "澹台": "tan tai", "令狐": "ling hu", "单于": "chan yu", "呼延": "hu yan",
}  # fmt: skip
LONGEST_PERSON = 4
LATIN = re.compile(r"[a-z]+")


@lru_cache(10_000)
def syllables(run: str) -> list[list[str]]:
    """How a run of characters is read; twice where "ü" is typed as "v" or as "u"."""
    read = [part for part in _read(run) if LATIN.fullmatch(part)]
    if not read:
        return []
    plain = ["lu" if it == "lv" else "nu" if it == "nv" else it for it in read]
    return [read] if plain == read else [read, plain]


def _read(run: str) -> list[str]:
    if len(run) <= LONGEST_PERSON:
        for length in (2, 1):
            surname = SURNAMES.get(run[:length])
            if surname and len(run) > length:
                return [*surname.split(), *_lazy_pinyin()(run[length:])]
    return list(_lazy_pinyin()(run))


@cache
def _lazy_pinyin() -> Any:
    # A quarter of a second and 57 MB, which only those who write Chinese records need.
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    return lazy_pinyin
