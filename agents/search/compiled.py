"""Expectimax over n-tuple networks: allocates for `kernels.py`, and shares out its work.

Letters in shapes: N boards, S slots of the transposition table.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from agents.ntuple.network import NTupleNetwork, huge_zeros
from agents.search import kernels
from agents.search.batched import OutOfTimeError
from env2048.kernels import row_table

_SLOT = 16
"""Bytes."""

_ALL = 0b1111
_LEAST_STORED = 3
"""Plies from which on positions come about again often enough to be stored."""


class CompiledSearch:
    """Searches with an n-tuple network; see `expectimax.py`. Threads may use it together.

    Args:
        network: values the leaves, with the weights that it has now.
        cutoff: boards that come about with less than this probability are valued with one ply.
        table_bytes: memory for the transposition table: the largest power of two within it.
        threads: how many search the moves of a single board.
    """

    def __init__(
        self, network: NTupleNetwork, cutoff: float, table_bytes: int, threads: int
    ) -> None:
        weights = replace(network, table=_weights_alone(network.table))
        self._network = (*weights.tables()[:4], float(network.initial))
        self._limit = network.packed_limit
        self._cutoff = cutoff
        self._slots = new_slots(table_bytes)
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def values(
        self, boards: NDArray[np.uint8], plies: int, stop: NDArray[np.uint8]
    ) -> NDArray[np.float64]:
        """What the moves are worth, NaN where illegal; [N, 4, 4] -> float64 [N, 4].

        Args:
            boards: exponents.
            plies: layers of our moves, 1 or more.
            stop: uint8 [1]; 1 ends the search.

        Raises:
            OutOfTimeError: if it was ended.
        """
        cells = np.ascontiguousarray(boards).reshape(len(boards), 16)
        values = np.empty((len(boards), 4))

        def search(wanted: int) -> None:
            kernels.search(
                cells, wanted, plies, self._cutoff, self._network, self._limit, row_table(),
                self._table(plies), stop, values,
            )  # fmt: skip

        if self._pool is None or len(boards) > 1 or plies < _LEAST_STORED:
            search(_ALL)
        else:
            list(self._pool.map(search, (1 << action for action in range(4))))
        if stop[0]:
            raise OutOfTimeError
        return values

    def start(self, key: int, threshold: int) -> NDArray[np.uint64]:
        """A game with this key that has just begun, uint64 [6]: see `kernels.GAME_KEY`."""
        game = np.array([key, 0, 0, 0, 0, 0], np.uint64)
        kernels.start(game, np.uint64(threshold))
        return game

    def play(self, game: NDArray[np.uint64], most: int, threshold: int, plies: int) -> bool:
        """Plays on, at most so many moves; returns whether the game goes on after them."""
        goes_on = kernels.play(
            game, most, np.uint64(threshold), plies, self._cutoff, self._network, self._limit,
            row_table(), self._table(plies),
        )  # fmt: skip
        return bool(goes_on)

    def _table(self, plies: int) -> NDArray[np.uint64]:
        return self._slots if plies >= _LEAST_STORED else self._slots[:0]


def _weights_alone(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Column 0 of [T, columns] as [T, 1]: what learners keep beside it would fill the caches."""
    if table.shape[1] == 1:
        return table
    weights = huge_zeros((len(table), 1))
    weights[:] = table[:, :1]
    return weights


def new_slots(size: int) -> NDArray[np.uint64]:
    """An empty transposition table within so many bytes, uint64 [S, 2], S a power of two or 0."""
    count = 1 << (size // _SLOT).bit_length() - 1 if size >= 2 * _SLOT else 0
    return huge_zeros((count, _SLOT // 4)).view(np.uint64)
