"""What a picture is, read from its first bytes: nothing of it is decoded or believed by name."""

from dataclasses import dataclass

PNG = b"\x89PNG\r\n\x1a\n"
# Frames of JPEG that hold the size; DHT, JPG and DAC lie between them and do not.
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class Picture:
    """The content type, the ending of its file, and the size in pixels."""

    content_type: str
    ending: str
    width: int
    height: int


def picture_of(data: bytes) -> Picture | None:
    """A PNG, JPEG or WebP picture; None for everything else and for what is cut off."""
    for kind, read in READERS.items():
        size = read(data)
        if size is not None:
            return Picture(kind, ENDINGS[kind], *size)
    return None


def _png(data: bytes) -> tuple[int, int] | None:
    if not data.startswith(PNG) or data[12:16] != b"IHDR" or data[-8:-4] != b"IEND":
        return None
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _jpeg(data: bytes) -> tuple[int, int] | None:
    if not data.startswith(b"\xff\xd8\xff") or not data.rstrip(b"\0").endswith(b"\xff\xd9"):
        return None
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        if data[place + 1] in JPEG_FRAMES:
            height, width = data[place + 5 : place + 7], data[place + 7 : place + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        place += 2 + max(length, 2)
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    is_whole = int.from_bytes(data[4:8], "little") + 8 <= len(data)
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30 or not is_whole:
        return None
    match data[12:16]:
        case b"VP8X":
            return _little(data[24:27]) + 1, _little(data[27:30]) + 1
        case b"VP8L" if data[20] == 0x2F:
            bits = _little(data[21:25])
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 " if data[23:26] == b"\x9d\x01\x2a":
            return _little(data[26:28]) & 0x3FFF, _little(data[28:30]) & 0x3FFF
    return None


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")


READERS = {"image/png": _png, "image/jpeg": _jpeg, "image/webp": _webp}
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
