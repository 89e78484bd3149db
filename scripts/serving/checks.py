"""What has to be true before anything starts; each refusal is one sentence."""

import contextlib
import errno
import fcntl
import os
import socket
from collections.abc import Iterator

from scripts.refusal import RefusalError
from scripts.serving.layout import Address, Layout

ALREADY = (
    "Renmai already runs on {var}: stop it with Ctrl-C first, or name another folder with "
    "`VAR_DIR=/path make run`."
)


@contextlib.contextmanager
def only_one(layout: Layout, refusal: str = ALREADY) -> Iterator[None]:
    """Hold `var/` for this process; the lock goes with it, however it ends."""
    with (layout.run / "serve.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RefusalError(refusal.format(var=layout.var)) from error
        yield


def require_free_port(address: Address) -> None:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            raise RefusalError(_port_sentence(address, error)) from error


def _port_sentence(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = address.port + 1 if address.port < 65535 else address.port - 1
        return (
            f"Port {address.port} is in use by another program: stop that, or take another port "
            f"with `PORT={other} make run`."
        )
    if error.errno == errno.EACCES:
        return (
            f"You may not listen on port {address.port}: take one above 1023, for example "
            "`PORT=8000 make run`."
        )
    return f"HOST {address.host} is no address of this machine: use `HOST=127.0.0.1 make run`."


def require_broker() -> None:
    """A server that REDIS_URL names has to answer; without one the embedded Valkey is started."""
    url = os.environ.get("REDIS_URL")
    if not url:
        return
    import redis  # noqa: PLC0415  # a quarter of a second that the embedded default does not need

    try:
        with redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3) as client:
            client.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        raise RefusalError(
            f"The server that REDIS_URL names does not answer ({error}): start it, or unset "
            "REDIS_URL to use the embedded one."
        ) from error
