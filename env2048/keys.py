"""Which game comes next: the 64-bit keys of games, from the seeds of environments.

The n-th game of an environment has the n-th number that its `np_random` draws from all 64-bit
integers as its key, and from a key follows every new tile of a game (`board.draw`). So one seed
fixes a whole sequence of games, and one key a single game, under any version of NumPy that keeps
PCG64.
"""

from collections.abc import Sequence

import numpy as np
from gymnasium.utils import seeding
from numpy.typing import NDArray

_BLOCK = 16


def draw_keys(generator: np.random.Generator, count: int) -> NDArray[np.uint64]:
    """The next keys of a generator, uint64 [count]: the same numbers, drawn singly or together."""
    return generator.integers(0, 2**64 - 1, size=count, dtype=np.uint64, endpoint=True)


def game_keys(seed: int, first: int, count: int) -> NDArray[np.uint64]:
    """Keys of the games first, first + 1, ... of *one* environment, uint64 [count]."""
    generator, _ = seeding.np_random(seed)
    generator.bit_generator.advance(first)  # type: ignore[attr-defined]
    return draw_keys(generator, count)


def first_keys(seed: int, count: int) -> NDArray[np.uint64]:
    """Keys of the first games of environments reset with seed, seed + 1, ..., uint64 [count]."""
    return np.array(
        [draw_keys(seeding.np_random(seed + i)[0], 1)[0] for i in range(count)], dtype=np.uint64
    )


class KeyStreams:
    """The generators of N environments, with their next keys drawn in blocks.

    A Generator call costs microseconds, a thousand times a move; so each environment keeps the next
    16 keys at hand. The numbers are those that single draws would give.
    """

    def __init__(self, count: int) -> None:
        """Begins with unpredictable seeds."""
        self.generators: list[np.random.Generator] = [None] * count  # type: ignore[list-item]
        self.seeds = [0] * count
        self._ahead = np.zeros((count, _BLOCK), dtype=np.uint64)
        self._used = np.full(count, _BLOCK)
        for i in range(count):
            self.seed(i, None)

    def seed(self, i: int, seed: int | None) -> None:
        """Starts the stream of environment i anew."""
        self.generators[i], self.seeds[i] = seeding.np_random(seed)
        self._used[i] = _BLOCK

    def next(self, indices: NDArray[np.int64] | Sequence[int]) -> NDArray[np.uint64]:
        """The next key of each of these environments, uint64 [len(indices)]."""
        indices = np.asarray(indices)
        for i in indices[self._used[indices] == _BLOCK]:
            self._ahead[i] = draw_keys(self.generators[i], _BLOCK)
            self._used[i] = 0
        keys = self._ahead[indices, self._used[indices]]
        self._used[indices] += 1
        return keys
