"""The replay buffer: the last games, whole, in arrays that are made once.

E environments are played side by side, T moves at a time: a block. Of each block the buffer keeps
the boards, legal moves, moves made, how likely they were, and what came of them. The blocks form a
ring; column e of one goes on in the next, so every game is there from its first move to its last,
as long as the ring reaches.

Letters in shapes: K blocks in the ring, T moves, E environments, S sequences (a column of a block
each: T moves in a row).
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from agents.policy.sequences import Sequences

Rng = np.random.Generator

NO_LABEL = -1

BYTES_PER_MOVE = 8 + 1 + 1 + 1 + 4 + 4 + 1
"""Board, legal moves, move, the teacher's move, log-probability, reward, end."""


@dataclass(frozen=True)
class Block(Sequences):
    """T moves of some environments: columns of the buffer, in time order.

    Attributes:
        boards: uint64 [T + 1, S], packed, as the network sees them; the last row is what follows.
        masks: uint8 [T + 1, S], legal moves as bits.
        actions: int8 [T, S], the moves made.
        labels: int8 [T, S], those that a teacher would have made; NO_LABEL where none was asked.
        log_chances: float32 [T, S], their log-probability by the policy that made them.
        rewards: float32 [T, S], points; NaN with the last move of a recorded game that was left
            before its end.
        ends: bool [T, S], whether the game ended, or was left, with the move. The next row is
            another game.
    """

    boards: NDArray[np.uint64]
    masks: NDArray[np.uint8]
    actions: NDArray[np.int8]
    labels: NDArray[np.int8]
    log_chances: NDArray[np.float32]
    rewards: NDArray[np.float32]
    ends: NDArray[np.bool_]

    @classmethod
    def empty(cls, shape: tuple[int, ...], moves: int, environments: int) -> Self:
        """Room for blocks [*shape, T, E]."""
        after = (*shape, moves + 1, environments)
        during = (*shape, moves, environments)
        return cls(
            np.zeros(after, np.uint64),
            np.zeros(after, np.uint8),
            np.zeros(during, np.int8),
            np.full(during, NO_LABEL, np.int8),
            np.zeros(during, np.float32),
            np.zeros(during, np.float32),
            np.zeros(during, np.bool_),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name."""
        return dict(vars(self))


class ReplayBuffer:
    """A ring of blocks.

    Attributes:
        written: how many blocks have been written in all; the last K of them are there.
        priorities: float32 [K, E], how much there seems to be to learn from each sequence.
    """

    def __init__(self, blocks: int, moves: int, environments: int) -> None:
        self._ring = Block.empty((blocks,), moves, environments)
        self.capacity = blocks
        self.written = 0
        self.priorities = np.zeros((blocks, environments), np.float32)

    @staticmethod
    def memory_needed(blocks: int, moves: int, environments: int) -> int:
        """Bytes that a buffer of this size takes, no more while it is filled."""
        return blocks * environments * (BYTES_PER_MOVE * moves + 8 + 1 + 4)

    def __len__(self) -> int:
        """How many blocks are there."""
        return min(self.written, self.capacity)

    @property
    def newest(self) -> Block:
        """Views of the block written last."""
        return self._block((self.written - 1) % self.capacity)

    def begin(self) -> Block:
        """Views of the next block, to be written to; the oldest one is given up.

        It counts as there at once; its priorities are the highest there are.
        """
        place = self.written % self.capacity
        self.priorities[place] = max(float(self.priorities.max()), 1.0)
        self.written += 1
        return self._block(place)

    def _block(self, place: int) -> Block:
        return Block(**{name: array[place] for name, array in self._ring.arrays().items()})

    def older(self) -> NDArray[np.int64]:
        """The places of all sequences but those of the newest block, int64 [S].

        Raises:
            ValueError: if there are none.
        """
        if len(self) < 2:
            raise ValueError("the buffer holds nothing yet but its newest block")
        blocks = np.arange(len(self))
        blocks = blocks[blocks != (self.written - 1) % self.capacity]
        environments = self.priorities.shape[1]
        return (blocks[:, np.newaxis] * environments + np.arange(environments)).ravel()

    def sample(
        self, count: int, rng: Rng, exponent: float = 0.0
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Older sequences, drawn by priority^exponent, and what makes up for it.

        Schaul et al. 2016, eq. 1, and section 3.4 with beta = 1; exponent 0 draws uniformly. Each
        draw takes its own one of S equal shares of all the chances, so that few are drawn twice.

        Args:
            count: S, how many.
            rng: draws them.
            exponent: alpha.

        Returns:
            Places, in their order, int64 [S], and weights float64 [S], 1 on average over all
            draws: the weighted sequences stand for all that are older.

        Raises:
            ValueError: if there is no older block.
        """
        places = self.older()
        chances = self.priorities.reshape(-1)[places].astype(np.float64) ** exponent
        sums = np.cumsum(chances)
        drawn = (np.arange(count) + rng.random(count)) * (sums[-1] / count)
        found = np.minimum(np.searchsorted(sums, drawn, side="right"), len(places) - 1)
        return places[found], chances.mean() / chances[found]

    def gather(self, places: NDArray[np.int64]) -> Block:
        """Copies of the sequences at these places."""
        blocks, columns = np.divmod(places, self.priorities.shape[1])
        ring = self._ring.arrays()
        # The two index arrays come first in the result: [S, T] -> [T, S].
        return Block(**{n: np.ascontiguousarray(a[blocks, :, columns].T) for n, a in ring.items()})

    def set_priorities(self, places: NDArray[np.int64], priorities: NDArray[np.float32]) -> None:
        """Notes how much there seems to be to learn from sequences, each number 0 or more."""
        self.priorities.reshape(-1)[places] = priorities

    def places_of_newest(self) -> NDArray[np.int64]:
        """The places of the newest block's sequences, int64 [E]."""
        environments = self.priorities.shape[1]
        first = (self.written - 1) % self.capacity * environments
        return np.arange(first, first + environments)

    def positions(self, count: int, rng: Rng) -> NDArray[np.uint64]:
        """Boards before moves, drawn evenly from all blocks but the newest, uint64 [count].

        Raises:
            ValueError: if there is no older block.
        """
        places = self.older()
        places = places[rng.integers(len(places), size=count)]
        moves = rng.integers(self._ring.actions.shape[1], size=count)
        blocks, columns = np.divmod(places, self.priorities.shape[1])
        return self._ring.boards[blocks, moves, columns]

    def in_order(self) -> Block:
        """All that is there as one block, oldest first; [T, E] with T moves of all blocks."""
        filled = len(self)
        order = (np.arange(filled) + (self.written if filled == self.capacity else 0)) % filled
        newest = self.newest
        arrays = {}
        for name, array in self._ring.arrays().items():
            rows = array[order, : newest.actions.shape[0]]
            arrays[name] = rows.reshape(-1, rows.shape[-1])
        for name in ("boards", "masks"):
            last = getattr(newest, name)[-1:]
            arrays[name] = np.concatenate([arrays[name], last])
        return Block(**arrays)

    def pack(self) -> dict[str, NDArray[Any]]:
        """All that it holds, for a checkpoint; `buffer/` stands before each name."""
        filled = len(self)
        tensors = {f"buffer/{n}": a[:filled] for n, a in self._ring.arrays().items()}
        tensors["buffer/priorities"] = self.priorities[:filled]
        tensors["buffer/written"] = np.array([self.written], np.int64)
        return tensors

    def restore(self, tensors: dict[str, NDArray[Any]]) -> None:
        """Takes in what `pack` gave.

        Raises:
            KeyError: if something is missing.
            ValueError: if it is of another kind or size.
        """
        (written,) = tensors["buffer/written"].tolist()
        filled = min(written, self.capacity)
        own = {**self._ring.arrays(), "priorities": self.priorities}
        for name, array in own.items():
            found = tensors[f"buffer/{name}"]
            if found.dtype != array.dtype or found.shape != (filled, *array.shape[1:]):
                raise ValueError(f"buffer/{name}: of another size or kind")
        for name, array in own.items():
            array[:filled] = tensors[f"buffer/{name}"]
        self.written = written
