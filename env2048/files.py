"""Writing files so that nothing is ever half written or lost."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary path beside `path`; what is written there takes its place if the block succeeds.

    The file is flushed to disk before it is renamed, so after a power cut there is either the old
    file or the whole new one.

    Raises:
        OSError: if it cannot be written; what stood at `path` is then still there.
    """
    path = Path(path)
    temporary = path.with_name(f".{secrets.token_hex(8)}{path.suffix}")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
