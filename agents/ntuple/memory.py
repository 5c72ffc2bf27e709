"""The games that were played, to be learned from again.

A game is its key and its moves: everything else follows by the rules. At two bits a move, a hundred
thousand games take some 150 MB.
"""

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from env2048.board import draw

MOST_MOVES = 1 << 30
"""Moves that are kept, in all games together: 256 MiB. Beyond, the oldest games are forgotten."""

LONGEST_GAME = 1 << 20
"""Moves that a game can have: tiles add at least 2 to a board whose sum is at most 2^21."""

_SHIFTS = np.array([0, 2, 4, 6], np.uint8)


class GameMemory:
    """The latest games: their keys, and their moves at two bits each."""

    def __init__(self) -> None:
        self._games: deque[tuple[int, int, NDArray[np.uint8]]] = deque()  # key, moves, packed
        self._moves = 0

    def __len__(self) -> int:
        """The number of games."""
        return len(self._games)

    def add(self, key: int, actions: NDArray[np.uint8]) -> None:
        """Takes in a game, actions uint8 [n], 0 to 3; forgets old ones if there is no room."""
        self._games.append((key, len(actions), pack_actions(actions)))
        self._moves += len(actions)
        while self._moves > MOST_MOVES and len(self._games) > 1:
            self._moves -= self._games.popleft()[1]

    def choose(self, key: int, n: int) -> tuple[int, NDArray[np.uint8]]:
        """One of the games, each as likely: the n-th draw of the game `key`, from a stream apart.

        Streams of games are counted up from 0 and used for new tiles; that of the complement of the
        key is another game's, with as good as no chance of being played as well.
        """
        bits = draw(key ^ 0xFFFFFFFFFFFFFFFF, n)
        return self._unpacked((bits >> 32) * len(self._games) >> 32)

    def pack(self) -> dict[str, NDArray[Any]]:
        """The memory as tensors for a checkpoint."""
        keys, lengths, packed = zip(*self._games, strict=True) if self._games else ((), (), ())
        return {
            "memory_keys": np.array(keys, np.uint64),
            "memory_lengths": np.array(lengths, np.int64),
            "memory_moves": np.concatenate([np.empty(0, np.uint8), *packed]),
        }

    @classmethod
    def unpack(cls, tensors: dict[str, NDArray[Any]]) -> "GameMemory":
        """The memory in a checkpoint.

        Raises:
            KeyError, ValueError: if it is not there, or its parts do not fit together.
        """
        keys, lengths = tensors["memory_keys"], tensors["memory_lengths"]
        packed = tensors["memory_moves"]
        kinds = [tensor.dtype.name for tensor in (keys, lengths, packed)]
        if kinds != ["uint64", "int64", "uint8"] or keys.shape != lengths.shape:
            raise ValueError("its games are damaged")
        ends = np.cumsum((lengths + 3) // 4)
        if (lengths < 0).any() or packed.shape != (int(ends[-1]) if len(ends) else 0,):
            raise ValueError("its games are damaged")
        memory = cls()
        for key, length, end in zip(keys.tolist(), lengths.tolist(), ends.tolist(), strict=True):
            memory._games.append((key, length, packed[end - (length + 3) // 4 : end]))
        memory._moves = int(lengths.sum())
        return memory

    def _unpacked(self, i: int) -> tuple[int, NDArray[np.uint8]]:
        key, length, packed = self._games[i]
        return key, unpack_actions(packed, length)


def pack_actions(actions: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Four actions a byte, the first in the lowest bits; uint8 [n] -> uint8 [(n + 3) / 4]."""
    whole = np.zeros((len(actions) + 3) // 4 * 4, np.uint8)
    whole[: len(actions)] = actions
    return np.bitwise_or.reduce(whole.reshape(-1, 4) << _SHIFTS, axis=1, dtype=np.uint8)


def unpack_actions(packed: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    """The first `count` actions, uint8 [count]."""
    return np.bitwise_and(packed[:, np.newaxis] >> _SHIFTS, 3, dtype=np.uint8).ravel()[:count]
