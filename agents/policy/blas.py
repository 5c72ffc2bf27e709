"""Matrix products on one thread each, where several threads of ours multiply at the same time."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

_NAMES = ("scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads")


@contextmanager
def one_thread() -> Iterator[None]:
    """While active, the OpenBLAS that came with NumPy does not make threads of its own.

    With another library (Apple's Accelerate, MKL) nothing changes but speed.
    """
    functions = _functions()
    if functions is None:
        yield
        return
    get, set_ = functions
    before = get()
    set_(1)
    try:
        yield
    finally:
        set_(before)


@cache
def _functions() -> tuple[Any, Any] | None:
    """How many threads there are, and what changes it; None if the library is not found."""
    folder = Path(np.__file__).parent
    for place in (folder.with_name("numpy.libs"), folder / ".dylibs"):
        for path in sorted(place.glob("*openblas*")):
            with suppress(OSError):
                library = ctypes.CDLL(str(path))
                for name in _NAMES:
                    with suppress(AttributeError):
                        return getattr(library, name.format("get")), getattr(
                            library, name.format("set")
                        )
    return None
