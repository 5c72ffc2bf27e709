"""How much memory a run may take, found out before it begins."""

import os
from pathlib import Path

from env2048.errors import Scratch2048Error

_MEMINFO = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")


class MemoryShortageError(Scratch2048Error):
    """The machine has less memory than a run needs."""


def free_memory() -> int | None:
    """Bytes that a new program can have without swapping; None if the system does not say.

    The least of what the machine has and what a container's limit leaves.
    """
    limits = [_available(), _left_in_container()]
    known = [limit for limit in limits if limit is not None]
    return min(known) if known else None


def require_memory(needed: int, purpose: str) -> None:
    """Raises MemoryShortageError, naming the purpose, if less than `needed` bytes are free."""
    free = free_memory()
    if free is not None and needed > free:
        raise MemoryShortageError(
            f"{purpose} needs {gigabytes(needed)} of memory and {gigabytes(free)} are free: "
            "choose a smaller network, or close other programs"
        )


def gigabytes(size: int) -> str:
    """A size in words: `0.81 GB`, `6 MB`."""
    return f"{size / 1e9:.2f} GB" if size >= 9.95e7 else f"{max(size / 1e6, 0.1):.2g} MB"


def _available() -> int | None:
    try:
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:  # elsewhere: what is installed, for what is free has no portable name
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _left_in_container() -> int | None:
    """What a control group (version 2) still allows.

    Files that the system keeps in memory count as used there, and are given up when it runs short.
    """
    try:
        limit = (_GROUP / "memory.max").read_text(encoding="ascii").strip()
        used = int((_GROUP / "memory.current").read_text(encoding="ascii"))
        lines = (_GROUP / "memory.stat").read_text(encoding="ascii").splitlines()
        parts = {name: int(size) for name, size in map(str.split, lines)}
        used -= parts.get("inactive_file", 0) + parts.get("active_file", 0)
        return None if limit == "max" else max(int(limit) - used, 0)
    except (OSError, ValueError):
        return None
