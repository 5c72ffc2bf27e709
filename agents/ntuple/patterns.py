"""Which cells an n-tuple network looks at.

A pattern is written as people do in the literature, one hexadecimal digit per cell, row by row:

    0 1 2 3
    4 5 6 7
    8 9 a b
    c d e f

so `012345` is the first row and the two cells below its beginning. The eight symmetries of the
board are implied: each pattern stands for all its rotations and reflections, which share one
table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TILES = 16
"""Values of a cell that a network tells apart: empty, 2, 4, ... 32768 (and above)."""

NETWORKS: dict[str, tuple[str, ...]] = {
    # Szubert & Jaskowski 2014: the 17 lines and squares of the board, of which the symmetries leave
    # two lines and three squares.
    "17x4": ("0123", "4567", "0145", "1256", "569a"),
    # Small enough to ship: rows, squares with a tail, and crosses of five cells.
    "6x5": ("01234", "45678", "01245", "45689", "01256", "12569"),
    # Yeh et al. 2017 ("Multistage temporal difference learning for 2048-like games"), fig. 6.
    "4x6": ("012345", "456789", "012456", "45689a"),
    # The four axes and rectangles of Jaskowski 2016 and the outer row.
    "5x6": ("012345", "456789", "89abcd", "012456", "45689a"),
    # Matsuzaki 2016 ("Systematic selection of n-tuple networks"), the best six and eight.
    "6x6": ("012456", "456789", "012345", "234569", "01259a", "345678"),
    "8x6": ("012456", "456789", "012345", "234569", "01259a", "345678", "134567", "01489a"),
}
"""Networks by name. Several are joined by commas, as in `4x6,17x4`: the small patterns learn from a
few games what the large ones need many for."""


@dataclass(frozen=True)
class Patterns:
    """The patterns of a network, as its tables need them.

    Attributes:
        cells: the patterns as written.
        offsets: int64 [P], where the table of each pattern begins.
        small: bool [P], whether a pattern has less than six cells: then one of its weights often
            stands several times in the value of a board, as that of four empty cells.
        packed: uint64 [P, 3], for kernels: 15 in each cell of the pattern (see `env2048.kernels`:
            packed boards), offset, small.
        entries: T, the size of all tables together.
    """

    cells: tuple[str, ...]
    offsets: NDArray[np.int64]
    small: NDArray[np.bool_]
    packed: NDArray[np.uint64]
    entries: int

    @property
    def features(self) -> int:
        """m: how many weights sum to the value of a board."""
        return 8 * len(self.cells)


def parse_patterns(network: str | Sequence[str]) -> Patterns:
    """Patterns from names of networks and patterns, such as `"4x6"` or `"4x6,0123,569a"`.

    Raises:
        ValueError: if a name is unknown, a cell does not exist or stands twice in a pattern.
    """
    if isinstance(network, str):
        parts = network.replace(":", ",").split(",")
        network = tuple(cells for part in parts for cells in NETWORKS.get(part, (part,)))
    for pattern in network or ("",):
        if not set(pattern) <= set("0123456789abcdef") or not 1 <= len(pattern) <= 7:
            raise ValueError(
                f"unknown network {pattern!r}: choose {', '.join(NETWORKS)}, or write "
                "patterns of 1 to 7 cells, each a digit 0 to f, as in 012345,456789"
            )
        if len(set(pattern)) < len(pattern):
            raise ValueError(f"pattern {pattern!r} names a cell twice")
    sizes = [TILES ** len(pattern) for pattern in network]
    masks = [sum(15 << 4 * int(c, 16) for c in p) for p in network]
    offsets = np.cumsum([0, *sizes[:-1]])
    small = np.array([len(pattern) < 6 for pattern in network])
    packed = np.stack([np.array(column, np.uint64) for column in (masks, offsets, small)], axis=1)
    return Patterns(tuple(network), offsets, small, packed, sum(sizes))
