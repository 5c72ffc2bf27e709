"""The n-tuple network: tables of weights, and the value of a board as a sum of look-ups.

Letters in shapes: T entries, P patterns, m = 8 P features, G games, N boards.
"""

import mmap
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from agents.base import Games
from agents.ntuple import kernels
from agents.ntuple.patterns import Patterns
from env2048.board import FOUR_PROBABILITY, Board, four_threshold
from env2048.kernels import row_table


@dataclass(frozen=True)
class NTupleNetwork:
    """Szubert & Jaskowski 2014: V(board) = sum over symmetries and patterns of one weight each.

    Attributes:
        patterns: the cells of each pattern.
        table: float32 [T, columns]. Column 0 holds the weights; learners that keep more of each
            entry (TC: sum of errors, sum of their sizes) have it in the columns beside, because a
            weight and its companions are needed together and so share a cache line.
    """

    patterns: Patterns
    table: NDArray[np.float32]

    @classmethod
    def zeros(cls, patterns: Patterns, columns: int = 1) -> Self:
        """A network that knows nothing."""
        return cls(patterns, huge_zeros((patterns.entries, columns)))

    def value(self, board: Board) -> float:
        """The value of one afterstate, uint8 [4, 4]: the definition, in plain NumPy."""
        total = np.float32(0)
        for feature in features(board, self.patterns):
            total += self.table[feature, 0]
        return float(total)

    def move_values(self, boards: NDArray[np.uint8]) -> NDArray[np.float64]:
        """reward + value of the afterstate for each move, NaN if illegal; [N, 4, 4] -> [N, 4]."""
        values = np.empty((len(boards), 4), np.float64)
        cells = np.ascontiguousarray(boards).reshape(len(boards), 16)
        kernels.move_values(cells, self.table, *self._tables(), values)
        return values

    def play(self, keys: NDArray[np.uint64], four_probability: float = FOUR_PROBABILITY) -> Games:
        """Plays the games with these keys greedily, uint64 [G]."""
        games = Games.empty(keys)
        threshold = np.uint64(four_threshold(four_probability))
        kernels.play(
            self.table, *self._tables(), threshold, keys, games.scores, games.largest, games.moves
        )
        return games

    def train(self, keys: NDArray[np.uint64], alpha: float, coherence: bool) -> Games:
        """Plays the games with these keys and learns after every move; see `learners.py`.

        Releases the GIL, so threads may train one network together (without locks: Hogwild, Niu et
        al. 2011; now and then an update of one thread is lost to another).
        """
        games = Games.empty(keys)
        kernels.train(
            self.table, *self._tables(), np.uint64(four_threshold(FOUR_PROBABILITY)),
            np.float32(alpha), coherence, keys, games.scores, games.largest, games.moves,
        )  # fmt: skip
        return games

    def _tables(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint32]]:
        return self.patterns.masks, self.patterns.offsets, row_table()


def features(board: Board, patterns: Patterns) -> list[int]:
    """The m entries of a board, in the order in which `kernels.look_up` visits them.

    The index of a pattern has its cells' exponents as hexadecimal digits, the first cell the last
    digit, cells in ascending order.
    """
    transposed = board.T
    symmetries = [
        board, board[:, ::-1], board[::-1, ::-1], board[::-1],
        transposed, transposed[:, ::-1], transposed[::-1, ::-1], transposed[::-1],
    ]  # fmt: skip
    entries = []
    for symmetry in symmetries:
        cells = np.minimum(symmetry.ravel(), 15)
        for pattern, offset in zip(patterns.cells, patterns.offsets, strict=True):
            index = 0
            for digit, cell in enumerate(sorted(int(c, 16) for c in pattern)):
                index += int(cells[cell]) << 4 * digit
            entries.append(int(offset) + index)
    return entries


def huge_zeros(shape: tuple[int, int]) -> NDArray[np.float32]:
    """A float32 array of zeros on huge pages where the system has them.

    Look-ups go all over the tables: with pages of 4 KiB most would miss the processor's cache of
    page addresses as well. Pages are taken only when first written.
    """
    size = shape[0] * shape[1] * 4
    if not hasattr(mmap, "MADV_HUGEPAGE") or size < 1 << 22:
        return np.zeros(shape, np.float32)
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(OSError):  # a system that knows the word but has no huge pages
        memory.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(memory, np.float32).reshape(shape)
