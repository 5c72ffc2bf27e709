"""`@jit` and `@inline`: Numba's compiler with a cache on disk that cannot go stale.

Numba's own cache looks only at the file a kernel stands in: when a kernel that it calls from
another file changes, the old code is run, silently. So the cache folder is named after a hash of
*every* `kernels.py` of the packages; any change to one of them begins a new folder. The folder lies
in the user's cache directory, never beside the source, so read-only installs work;
`NUMBA_CACHE_DIR` moves it.
"""

import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from shutil import rmtree
from typing import Any, TypeVar

import numba
import platformdirs

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

_CONFIG: Any = numba.config
_PACKAGES = ("env2048", "agents")
_KEEP_SECONDS = 30 * 24 * 3600


def jit(kernel: Kernel) -> Kernel:
    """Compiles a kernel on its first call: no Python objects, the GIL released, cached on disk."""
    return _compiled(kernel)


def inline(kernel: Kernel) -> Kernel:
    """`jit` for the parts of a hot loop: their code is copied into each kernel that calls them.

    A call costs more than the jump: the arrays that it hands over have their references counted.
    """
    return _compiled(kernel, copied=True)


def _compiled(kernel: Kernel, copied: bool = False) -> Kernel:
    folder = cache_folder()
    compile_: Any = numba.njit(
        nogil=True, error_model="numpy", cache=folder is not None, forceinline=copied
    )
    if folder is None:
        return compile_(kernel)
    # Numba reads the folder from its global setting at the moment it decorates.
    before = _CONFIG.CACHE_DIR
    _CONFIG.CACHE_DIR = str(folder)
    try:
        return compile_(kernel)
    finally:
        _CONFIG.CACHE_DIR = before


@cache
def cache_folder() -> Path | None:
    """The folder of compiled kernels for the sources as they are; None if nowhere is writable."""
    user = platformdirs.user_cache_path("scratch2048", appauthor=False) / "kernels"
    shared = Path(tempfile.gettempdir()) / f"scratch2048-kernels-{_user_id()}"
    asked = os.environ.get("NUMBA_CACHE_DIR")
    for parent in [Path(asked)] if asked else [user, shared]:
        folder = parent / source_hash()
        try:
            parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if parent == shared and not _is_private(parent):
                continue
            folder.mkdir(exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                pass
            os.utime(folder)  # in use today: see _forget_old
        except OSError:
            continue
        _forget_old(parent)
        return folder
    return None


def source_hash(root: Path = Path(__file__).parents[1]) -> str:
    """Hash of all `kernels.py` below `root`: 16 hexadecimal digits that change when one does."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted((root / package).rglob("kernels.py")):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _user_id() -> str:
    """Keeps the users of one machine apart: cached code is trusted, so it must be one's own."""
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")


def _is_private(folder: Path) -> bool:
    """Whether nobody else can have put code there, which everybody can do below /tmp."""
    if not hasattr(os, "getuid"):
        return True  # Windows: every user has a temporary folder of their own
    found = folder.lstat()
    return found.st_uid == os.getuid() and stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o022


def _forget_old(parent: Path) -> None:
    """Removes the folders of sources that nobody has run for a month."""
    with suppress(OSError):  # another process may be doing the same
        for folder in parent.iterdir():
            is_ours = len(folder.name) == 16 and not set(folder.name) - set("0123456789abcdef")
            if is_ours and time.time() - folder.stat().st_mtime > _KEEP_SECONDS:
                rmtree(folder, ignore_errors=True)
