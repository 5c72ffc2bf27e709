"""The n-tuple network: tables of weights, and the value of a board as a sum of look-ups.

Letters in shapes: T entries, P patterns, m = 8 P features, G games, N boards.
"""

import mmap
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from agents.base import Games
from agents.ntuple import kernels
from agents.ntuple.downgrade import downgrade
from agents.ntuple.patterns import Patterns
from env2048.board import FOUR_PROBABILITY, Board, four_threshold
from env2048.kernels import row_table

Array = NDArray[Any]

_NOT_RECORDED = np.empty(0, np.uint8)
_THRESHOLD = np.uint64(four_threshold(FOUR_PROBABILITY))


@dataclass(frozen=True)
class NTupleNetwork:
    """Szubert & Jaskowski 2014: V(board) = sum over symmetries and patterns of one weight each.

    Attributes:
        patterns: the cells of each pattern.
        table: float32 [S * T, columns]. Column 0 holds the weights; learners that keep more of each
            entry (TC: sum of errors, sum of their sizes) have it in the columns beside, because a
            weight and its companions are needed together and so share a cache line.
        initial: what every board is worth before anything is learned; the weights, zeros at first,
            add to it. Above 0 it is optimistic initialization (Guei et al. 2021).
        splits: where stages begin, rising: at a tile, or at a tile and the next smaller ones, added
            up; see `different_tiles`. Boards of each stage have weights of their own (Wu et al.
            2014): S stages are all T entries S times, one after the other.
        limit: the largest tile that the network is to see when it plays: see `downgrade.py`.
        missing: the smallest tile whose absence lets larger ones be made smaller; 2: any.
    """

    patterns: Patterns
    table: NDArray[np.float32]
    initial: float = 0.0
    splits: tuple[int, ...] = ()
    limit: int | None = None
    missing: int = 2

    @classmethod
    def zeros(
        cls,
        patterns: Patterns,
        columns: int = 1,
        initial: float = 0.0,
        splits: tuple[int, ...] = (),
    ) -> Self:
        """A network that knows nothing."""
        table = huge_zeros((patterns.entries * (len(splits) + 1), columns))
        return cls(patterns, table, initial, splits)

    def split(self, tile: int) -> "NTupleNetwork":
        """This network with one more stage, of boards with `tile`, or more; it knows as much.

        The new stage begins with the weights of the boards that it takes over, so nothing is
        forgotten (weight promotion: Jaskowski 2016, section IV-B, here of all weights at once).
        """
        if tile in self.splits:
            return self
        splits = tuple(sorted((*self.splits, tile)))
        stage = splits.index(tile)
        grown = NTupleNetwork.zeros(self.patterns, self.table.shape[1], self.initial, splits)
        grown = replace(grown, limit=self.limit, missing=self.missing)
        here = (stage + 1) * self.patterns.entries
        grown.table[:here] = self.table[:here]
        grown.table[here:] = self.table[here - self.patterns.entries :]
        return grown

    def value(self, board: Board) -> float:
        """The value of one afterstate, uint8 [4, 4]: the definition, in plain NumPy."""
        return self.initial + float(self.learned(self.features(board)))

    def seen(self, board: Board) -> Board:
        """The board that a move is chosen on: downgraded, if there is a limit."""
        if not self.limit:
            return board
        return downgrade(board, self.limit.bit_length() - 1, self.missing.bit_length() - 1)

    def features(self, board: Board) -> list[int]:
        """The m entries that a board looks into, those of its stage."""
        stage = sum(different_tiles(board) >= tile for tile in self.splits)
        return [stage * self.patterns.entries + i for i in features(board, self.patterns)]

    def learned(self, entries: list[int]) -> np.float32:
        """What the weights say of the board with these features: their sum."""
        total = np.float32(0)
        for entry in entries:
            total += self.table[entry, 0]
        return total

    @property
    def dead(self) -> np.float32:
        """What a finished game is worth on the scale of the weights: 0 in points."""
        return np.float32(-self.initial)

    def move_values(self, boards: NDArray[np.uint8]) -> NDArray[np.float64]:
        """reward + value of the afterstate for each move, NaN if illegal; [N, 4, 4] -> [N, 4]."""
        values = np.empty((len(boards), 4), np.float64)
        cells = np.ascontiguousarray(boards).reshape(len(boards), 16)
        kernels.move_values(cells, *self.tables(), self.packed_limit, row_table(), values)
        values += self.initial
        return values

    def play(self, keys: NDArray[np.uint64], four_probability: float = FOUR_PROBABILITY) -> Games:
        """Plays the games with these keys greedily, uint64 [G]."""
        games = Games.empty(keys)
        threshold = np.uint64(four_threshold(four_probability))
        kernels.play(
            *self.tables(), self.packed_limit, row_table(), threshold, keys,
            games.scores, games.largest, games.moves,
        )  # fmt: skip
        return games

    def train(
        self,
        keys: NDArray[np.uint64],
        alpha: float,
        coherence: bool,
        carousel: Sequence[int] = (),
        actions: NDArray[np.uint8] = _NOT_RECORDED,
    ) -> Games:
        """Plays the games with these keys and learns after every move; see `learners.py`.

        Releases the GIL, so threads may train one network together (without locks: Hogwild, Niu et
        al. 2011; now and then an update of one thread is lost to another).

        Args:
            keys: uint64 [G].
            alpha: the learning rate, 0 to learn nothing.
            coherence: temporal coherence if True, else TD(0).
            carousel: tiles from which games are played on again.
            actions: uint8 [A], where the moves of the last game are written as far as they fit.
        """
        games = Games.empty(keys)
        kernels.train(
            *self.tables(), self.packed_limit, row_table(), _THRESHOLD, np.float32(alpha),
            coherence, self.dead, np.array(carousel, np.uint64), keys, actions,
            games.scores, games.largest, games.moves, games.again,
        )  # fmt: skip
        return games

    def relearn(
        self,
        key: int,
        actions: NDArray[np.uint8],
        alpha: float,
        coherence: bool,
        trace: float = 0.0,
        steps: int = 1,
    ) -> None:
        """Learns from a game again, last move first; see `learners.relearn_game`.

        Args:
            key: the game's. actions: its moves, uint8 [n].
            alpha: the learning rate. coherence: temporal coherence if True, else TD(0).
            trace: lambda. steps: rewards that count as they fell. One of them is 0 or 1.
        """
        kernels.relearn(
            *self.tables(), row_table(), _THRESHOLD, np.float32(alpha), coherence, self.dead,
            np.float32(trace), steps, np.uint64(key), actions,
        )  # fmt: skip

    @property
    def packed_limit(self) -> np.uint64:
        """Limit and missing tile as `kernels.downgrade` takes them, 0 if there is no limit."""
        if not self.limit:
            return np.uint64(0)
        return np.uint64(self.limit.bit_length() - 1 | self.missing.bit_length() - 1 << 4)

    def tables(self) -> tuple[Array, Array, Array, np.uint64, np.uint64]:
        """The network as kernels take it, which change the same table: see there."""
        splits = np.array(self.splits, np.uint64)
        columns = self.table.shape[1]
        size = np.uint64(self.patterns.entries * columns)
        return self.table.reshape(-1), self.patterns.packed, splits, size, np.uint64(columns)


def different_tiles(board: Board) -> int:
    """The different tiles of a board added up, those above 32768 as 32768.

    It is at least 16384 with a tile 16384 or a larger one; at least 24576 = 16384 + 8192 with both
    of these or a larger one; and so on. So it says how far a game has come.
    """
    return sum(1 << exponent for exponent in {min(int(cell), 15) for cell in board.flat} - {0})


def features(board: Board, patterns: Patterns) -> list[int]:
    """The m entries of a board, pattern by pattern, in a network of one stage.

    The index of a pattern has its cells' exponents as hexadecimal digits, the first cell the last
    digit, cells in ascending order.
    """
    transposed = board.T
    symmetries = [
        board, board[:, ::-1], board[::-1, ::-1], board[::-1],
        transposed, transposed[:, ::-1], transposed[::-1, ::-1], transposed[::-1],
    ]  # fmt: skip
    entries = []
    for pattern, offset in zip(patterns.cells, patterns.offsets, strict=True):
        for symmetry in symmetries:
            cells = np.minimum(symmetry.ravel(), 15)
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
