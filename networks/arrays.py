"""Arrays as the processor likes them.

A vector instruction that reads across the border of a cache line costs twice. NumPy aligns its
memory to 16 bytes only; on the same large arrays aligned to a whole line, products and sums run up
to twice as fast.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]
"""float32 or float64 unless said otherwise."""

Shape = tuple[int, ...]

CACHE_LINE = 64
"""Bytes."""
HUGE_PAGE = 1 << 21
"""Bytes. NumPy asks the system for such pages when it allocates 4 MiB or more."""


def aligned_zeros(shape: Shape, dtype: DTypeLike) -> Array:
    """Zeros that begin at a cache line; large arrays at a huge page, and fill whole ones.

    Allocate together what is used together.
    """
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    unit = HUGE_PAGE if size >= HUGE_PAGE else CACHE_LINE
    memory = np.zeros(-(-size // unit) * unit + unit, np.uint8)
    start = -memory.__array_interface__["data"][0] % unit
    return memory[start : start + size].view(dtype).reshape(shape)
