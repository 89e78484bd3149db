"""Whether the web server of this container is ready: exit code 0 or 1."""

import http.client
import sys


def ready(host: str = "127.0.0.1", port: int = 8000) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=4)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if ready() else 1)
