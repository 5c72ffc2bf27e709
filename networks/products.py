"""Matrix products in tiles, for one core.

OpenBLAS, which NumPy comes with, first copies the operands of a large product into an order that
its innermost loops like. The copies pay when they are read often; in training, with one or two
hundred examples in a batch, they are not, and they push the weights out of the cache. For
processors with AVX-512 it also has kernels that read the operands where they lie, which it takes
for small products. So `product` cuts a large one into tiles that are small enough, and gives them
to NumPy as one stack, which is 10 to 25% faster.

    c [M, N] = a [M, K] b [K, N]  becomes  c_i = a_i b  for M/h tiles a_i [h, K] of h rows

Every element is still the same sum; which kernel adds it up decides how it is rounded.
"""

import os

import numpy as np

from networks.arrays import Array

SMALL = 1_000_000
"""Multiplications, M N K, up to which OpenBLAS takes the kernels for small products."""
WIDTH = 64
"""Columns from which tiles pay, and ..."""
SQUAT = 256
"""... columns up to which those of fewer than 16 rows do (both measured)."""


def tiles_pay() -> bool:
    """Whether NumPy multiplies with OpenBLAS, with AVX-512, on one thread.

    Without the kernels for small products each tile is copied on its own, and on several threads
    OpenBLAS shares out large products, but not small ones.
    """
    numpy = np.show_config(mode="dicts")  # leaves out what is empty
    features = {"X86_V4", "AVX512_SKX"} & set(numpy.get("SIMD Extensions", {}).get("found", ()))
    blas = numpy.get("Build Dependencies", {}).get("blas", {}).get("name", "")
    return bool(features) and "openblas" in blas and _threads() == 1


def _threads() -> int:
    """What OpenBLAS makes of the environment when it is loaded."""
    for name in ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"):
        if (value := os.environ.get(name, "")).isdecimal() and int(value):
            return int(value)
    return os.cpu_count() or 1


TILES = tiles_pay()


def tile_height(rows: int, terms: int, columns: int) -> int:
    """The rows h of the tiles for a product [M, K] by [K, N]; 0 where the whole is faster."""
    panel = terms * columns
    if not TILES or rows * panel <= SMALL or columns < WIDTH:
        return 0
    heights = (16, 8, 4) if columns <= SQUAT else (16,)
    return next((height for height in heights if height * panel <= SMALL), 0)


def product(a: Array, b: Array, out: Array) -> None:
    """Sets out [M, N] = a [M, K] b [K, N], in tiles if all three are in C order and it pays."""
    (rows, terms), columns = a.shape, b.shape[1]
    height = tile_height(rows, terms, columns)
    if not (height and a.flags.c_contiguous and b.flags.c_contiguous and out.flags.c_contiguous):
        np.matmul(a, b, out=out)
        return
    whole = rows - rows % height
    tiles = out[:whole].reshape(-1, height, columns)
    np.matmul(a[:whole].reshape(-1, height, terms), b, out=tiles)
    if whole < rows:
        np.matmul(a[whole:], b, out=out[whole:])
