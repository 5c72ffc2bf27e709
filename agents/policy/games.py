"""The games that a policy learns from: the native vector environment, which can be saved.

Letters in shapes: E environments, K of them.
"""

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from agents.base import Games
from env2048 import kernels
from env2048.vector import Game2048VectorEnv

_U64 = (1 << 64) - 1


class TrainingGames(Game2048VectorEnv):
    """E games that begin anew in the step in which they end, or amid a past game.

    Attributes:
        moves: made so far in each game, int64 [E].
        whole: which games began as games do, bool [E]; others do not count as games.
    """

    def __init__(self, environments: int, seed: int) -> None:
        super().__init__(environments, autoreset_mode=AutoresetMode.SAME_STEP)
        self.moves = np.zeros(environments, np.int64)
        self.whole = np.ones(environments, np.bool_)
        self.reset(seed=seed)

    @property
    def cells(self) -> NDArray[np.uint8]:
        """The boards now, uint8 [E, 16], not to be written to."""
        return self._boards

    @property
    def masks(self) -> NDArray[np.int8]:
        """The legal moves now, int8 [E, 4], not to be written to."""
        return self._masks

    def play(
        self, actions: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_], Games]:
        """One move each; returns rewards [E], which games ended [E], and those that were whole."""
        _, rewards, ended, _, info = self.step(actions)
        self.moves += 1
        found = np.flatnonzero(ended & self.whole)
        games = Games.empty(np.zeros(len(found), np.uint64))
        if len(found):
            final = info["final_info"]
            games.scores[:] = final["score"][found]
            games.largest[:] = [int(tile).bit_length() - 1 for tile in final["max_tile"][found]]
            games.moves[:] = self.moves[found]
        self.moves[ended] = 0
        self.whole[ended] = True
        return rewards, ended, games

    def restart(self, indices: NDArray[np.int64], boards: NDArray[np.uint64]) -> None:
        """Begins games, which have just been reset, on packed boards instead; [K], uint64 [K]."""
        zero = np.uint64(0)
        for i, board in zip(indices, boards, strict=True):
            kernels.unpack(board, zero, self._boards[i])
            kernels.mask_cells(self._boards[i], self.size, self._masks[i])
            self._largest[i] = self._boards[i].max()
        self.whole[indices] = False

    def pack(self) -> dict[str, NDArray[Any]]:
        """All that it takes to go on."""
        assert self._keys is not None
        return {
            "boards": self._boards,
            "states": self._states,
            "masks": self._masks,
            "largest": self._largest,
            "moves": self.moves,
            "whole": self.whole,
            "streams": np.array([_words(generator) for generator in self._keys.generators]),
            "keys_ahead": self._keys._ahead,
            "keys_used": self._keys._used,
        }

    def unpack(self, tensors: dict[str, NDArray[Any]]) -> None:
        """Takes in what `pack` gave.

        Raises:
            KeyError: if something is missing.
            ValueError: if it is of another kind or size.
        """
        assert self._keys is not None
        own = self.pack()
        for name, array in own.items():
            found = tensors[name]
            if found.dtype != array.dtype or found.shape != array.shape:
                raise ValueError(f"{name}: of another size or kind")
        for name, array in own.items():
            array[...] = tensors[name]
        for generator, words in zip(self._keys.generators, tensors["streams"], strict=True):
            _set_words(generator, words)


def _words(generator: np.random.Generator) -> list[np.uint64]:
    """The state of a PCG64 as four words."""
    state = generator.bit_generator.state["state"]
    return [np.uint64(part) for n in (state["state"], state["inc"]) for part in (n >> 64, n & _U64)]


def _set_words(generator: np.random.Generator, words: NDArray[np.uint64]) -> None:
    a, b, c, d = (int(word) for word in words)
    generator.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": a << 64 | b, "inc": c << 64 | d},
        "has_uint32": 0,
        "uinteger": 0,
    }
