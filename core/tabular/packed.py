"""Files packed by gzip."""

import gzip
import zlib
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import IO

from django.utils.translation import gettext as _

from core.errors import Refused

PACKED = ".gz"
PIECE = 1 << 20


def unpacked(source: IO[bytes], most: int | None = None) -> IO[bytes]:
    """The plain file; OSError where the packed one is damaged, a refusal where it unpacks to too much."""
    with ExitStack() as opened:
        plain = opened.enter_context(TemporaryFile())
        packed = opened.enter_context(gzip.open(source))
        try:
            while piece := packed.read(PIECE):
                plain.write(piece)
                if most is not None and plain.tell() > most:
                    raise Refused(
                        _(
                            "Unpacked the file is larger than %(size)s MB. Split it, or ask your administrator."
                        )
                        % {"size": most // 1024 // 1024}
                    )
        except (EOFError, zlib.error) as error:
            raise OSError(f"The packed file ends too early or is damaged: {error}") from error
        plain.seek(0)
        packed.close()
        opened.pop_all()
        return plain
