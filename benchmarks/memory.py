"""The memory of this process."""

from pathlib import Path


def peak_megabytes() -> float:
    """The highest resident size since the program began (Linux).

    `resource.getrusage` counts what the parent had when it started this program, too.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(peak) / 1024
