"""Expectimax layer by layer over whole arrays: for value functions that like many boards at once.

Letters in shapes: N boards, K afterstates or boards of the next layer, S the side of a board.
"""

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from agents.base import afterstates
from agents.search.expectimax import TILES

AT_ONCE = 4096
"""Boards whose moves are looked at together; a layer of more is taken in pieces."""
LEAVES = 512
"""Leaves that are valued together: as quick as all at once, and no long wait for a deadline."""

Boards = NDArray[np.uint8]
Floats = NDArray[np.float64]


@runtime_checkable
class ValuesAfterstates(Protocol):
    """What an agent offers so that `SearchAgent` can look further ahead with it."""

    def afterstate_values(self, boards: Boards) -> Floats:
        """V: the points still to come after these moves, before the new tiles; [N, S, S] -> [N].

        Points, because search adds rewards to them, and takes a finished game as worth 0.
        """
        ...


class OutOfTimeError(Exception):
    """The search was told to stop."""


class BatchedSearch:
    """Searches with any value function; see `expectimax.py`.

    Equal boards of a layer are searched once, and leaves are valued many at a time.

    Args:
        agent: values the leaves.
        cutoff: boards that come about with less than this probability are valued with one ply.
    """

    def __init__(self, agent: ValuesAfterstates, cutoff: float = 0.0) -> None:
        self._agent = agent
        self._cutoff = cutoff

    def values(self, boards: Boards, plies: int, stop: NDArray[np.uint8]) -> Floats:
        """What the moves are worth, NaN where illegal; [N, S, S] -> float64 [N, 4].

        Args:
            boards: exponents.
            plies: layers of our moves, 1 or more.
            stop: uint8 [1]; 1 ends the search.

        Raises:
            OutOfTimeError: if it was ended.
        """
        # Without a cut-off probabilities do not matter, and should keep no equal boards apart.
        chances = np.full(len(boards), 1.0 if self._cutoff else 0.0)
        return self._values(boards, plies, chances, stop)

    def _values(
        self, boards: Boards, plies: int, chances: Floats, stop: NDArray[np.uint8]
    ) -> Floats:
        """`values` of boards that come about with these probabilities, [N]."""
        if len(boards) > AT_ONCE:
            pieces = (slice(i, i + AT_ONCE) for i in range(0, len(boards), AT_ONCE))
            return np.concatenate(
                [self._values(boards[piece], plies, chances[piece], stop) for piece in pieces]
            )
        if stop[0]:
            raise OutOfTimeError
        after, rewards, legal = afterstates(boards)
        worth = np.full(legal.shape, np.nan)  # [N, 4]
        found, parents = after[legal], np.nonzero(legal)[0]  # [K, S, S], [K]
        if len(found):
            expected = self._expect(found, plies - 1, chances[parents], stop)
            worth[legal] = rewards[legal] + expected
        return worth

    def _expect(
        self, after: Boards, plies: int, chances: Floats, stop: NDArray[np.uint8]
    ) -> Floats:
        """E_plies of afterstates with these probabilities; [K, S, S], [K] -> [K]."""
        after, chances, where = _different(after, chances)
        if plies == 0:
            pieces = (after[i : i + LEAVES] for i in range(0, len(after), LEAVES))
            return np.concatenate([self._leaves(piece, stop) for piece in pieces])[where]
        boards, shares, parents = _with_tiles(after)
        empty = (after == 0).sum(axis=(1, 2))
        likely = chances[parents] * shares / empty[parents]
        far = likely >= self._cutoff
        best = np.zeros(len(boards))
        for below, chosen in ((plies, far), (1, ~far)):
            if chosen.any():
                best[chosen] = _best(self._values(boards[chosen], below, likely[chosen], stop))
        total = np.bincount(parents, shares * best, minlength=len(after))
        return (total / empty)[where]

    def _leaves(self, after: Boards, stop: NDArray[np.uint8]) -> Floats:
        """What the agent says of afterstates, [K, S, S] -> [K]."""
        if stop[0]:
            raise OutOfTimeError
        return np.asarray(self._agent.afterstate_values(after), np.float64)


def _with_tiles(after: Boards) -> tuple[Boards, Floats, NDArray[np.intp]]:
    """All boards [M, S, S] that new tiles make of afterstates [K, S, S].

    Returns:
        The boards, the probability of a tile of that kind [M], which afterstate it was [M].
    """
    flat = after.reshape(len(after), after.shape[1] ** 2)
    parents, cells = np.nonzero(flat == 0)
    boards, shares = [], []
    for exponent, share in TILES:
        placed = flat[parents]
        placed[np.arange(len(cells)), cells] = exponent
        boards.append(placed)
        shares.append(np.full(len(cells), share))
    every = np.concatenate(boards).reshape(-1, *after.shape[1:])
    return every, np.concatenate(shares), np.tile(parents, len(TILES))


def _best(values: Floats) -> Floats:
    """The highest value of each board, 0 if it is dead; [N, 4] -> [N]."""
    illegal = np.isnan(values)
    best = np.where(illegal, -np.inf, values).max(axis=1)
    return np.where(illegal.all(axis=1), 0.0, best)


def _different(boards: Boards, chances: Floats) -> tuple[Boards, Floats, NDArray[np.intp]]:
    """The boards that differ, or their probabilities do, and where each of the given ones is."""
    cells = boards.reshape(len(boards), boards.shape[1] ** 2)
    rows = np.concatenate([cells, chances[:, np.newaxis].view(np.uint8)], axis=1)
    _, first, where = np.unique(
        rows.view(np.dtype((np.void, rows.shape[1]))).ravel(),
        return_index=True,
        return_inverse=True,
    )
    return boards[first], chances[first], where.ravel()
