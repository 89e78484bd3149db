"""In which encoding a text file is written."""

import codecs
from collections.abc import Callable, Iterable, Iterator

# Chinese Excel writes GB18030; Western Excel writes cp1252, which reads nearly anything.
ENCODINGS = ("utf-8-sig", "gb18030", "cp1252")
# "Müller" in cp1252 is valid GB18030, too, but gives characters that nobody writes: of the
# characters of a Chinese text, also a traditional one, at least this share is in GB2312.
COMMON_SHARE = 0.3

# Each call reads the file anew from its beginning.
Chunks = Callable[[], Iterable[bytes]]


def encoding_of(chunks: Chunks) -> str | None:
    """The encoding that reads the whole file; None where it is no text."""
    start = next(iter(chunks()), b"")[:4]
    is_utf_16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    tried = ("utf-16",) if is_utf_16 else ENCODINGS
    return next((encoding for encoding in tried if _fits(chunks, encoding)), None)


def reads_as(chunks: Chunks, encoding: str) -> bool:
    """Whether the whole file can be read in an encoding that we know."""
    try:
        return encoding in (*ENCODINGS, "utf-16") and all(
            "\0" not in it for it in decoded(chunks, encoding)
        )
    except UnicodeError:
        return False


def decoded(chunks: Chunks, encoding: str) -> Iterator[str]:
    """The text in pieces; a character may lie across two chunks."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for chunk in chunks():
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _fits(chunks: Chunks, encoding: str) -> bool:
    foreign = common = 0
    try:
        for piece in decoded(chunks, encoding):
            if "\0" in piece:
                return False
            plain = len(piece.encode("ascii", "ignore"))
            foreign += len(piece) - plain
            common += (len(piece.encode("gb2312", "ignore")) - plain) // 2
    except UnicodeDecodeError:
        return False
    return encoding != "gb18030" or common >= COMMON_SHARE * foreign
