"""Become a supervised program: `python -m scripts.serving.launch RUN NAME COMMAND…`.

Ends what a killed predecessor left of its process group, records this process, and turns into the
command (same process number, so the record stays true).
"""

import os
import sys
from pathlib import Path

from scripts.serving import processes


def main(run: Path, name: str, command: list[str]) -> None:
    predecessor = processes.recorded(run).get(name)
    if predecessor is not None:
        processes.stop(predecessor, grace=1)
    processes.record(run, name, os.getpid())
    os.execvp(command[0], command)  # noqa: S606  # a program we configured, no shell wanted


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
