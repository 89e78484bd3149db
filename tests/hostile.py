"""Bodies that nobody means well with: each is JSON for some reader, and none can be kept."""

DEEP = b"[" * 60_000
HALF = rb'{"values": {"name": "\ud800", "email": "a@example.org"}, "visitor": "\udfff", "url": "\ud83d"}'
NULL = rb'{"values": {"name": "a\u0000b", "email": "a@example.org"}, "kind": "hard", "address": "\u0000"}'
LATIN = '{"kind": "hard", "address": "é"}'.encode("latin-1")
INFINITE = b'{"values": Infinity, "kind": NaN}'
BODIES = [DEEP, b'{"a":' * 20_000, HALF, NULL, LATIN, INFINITE, b"\xff\xfe", b""]
