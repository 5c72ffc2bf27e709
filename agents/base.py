"""What an agent is: something that values the moves of a board and so plays games.

Letters in shapes: N boards, G games.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agents.training.checkpoints import Training, write_checkpoint
from env2048 import kernels
from env2048.board import FOUR_PROBABILITY, MAX_EXPONENT, four_threshold

Rng = np.random.Generator


@dataclass(frozen=True)
class Games:
    """The outcome of games: keys uint64 [G]; scores, largest (exponents), moves int64 [G].

    `again`, int64 [G], are the moves made when a game was played on again from somewhere; they are
    not among its moves.
    """

    keys: NDArray[np.uint64]
    scores: NDArray[np.int64]
    largest: NDArray[np.int64]
    moves: NDArray[np.int64]
    again: NDArray[np.int64]

    @classmethod
    def empty(cls, keys: NDArray[np.uint64]) -> Self:
        """Room for the games with these keys."""
        return cls(keys, *(np.zeros(len(keys), np.int64) for _ in range(4)))

    @classmethod
    def concatenate(cls, parts: "list[Games]") -> Self:
        """The games of all parts, in their order."""
        arrays = zip(*(vars(part).values() for part in parts), strict=True)
        return cls(*map(np.concatenate, arrays))


class Agent(ABC):
    """A player. Subclasses say what the moves are worth; all else follows.

    Attributes:
        name: what `agents.load` and the command line call it.
        size: the only board size that it can play, or None for all.
        plies: layers of moves that it looks ahead: 1, unless it searches; None if time decides.
        deterministic: whether it plays the same game twice in the same way.
        training: what it has learned from, if its file says so.
        batch: how many games `evaluate` is to give to `play` at once; None for its own choice.
        halted: set by `evaluate` when it is interrupted; games may then be left unfinished.
    """

    name: str
    size: int | None = None
    plies: int | None = 1
    deterministic: bool = True
    training: Training | None = None
    batch: int | None = None
    halted: bool = False

    @abstractmethod
    def values_many(self, boards: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Points expected of each move, NaN if illegal; [N, size, size] -> float64 [N, 4]."""

    @abstractmethod
    def save(self, path: str | Path) -> None:
        """Writes the agent to a file that `agents.load` reads."""

    def values(self, board: ArrayLike) -> NDArray[np.float64]:
        """What each move is worth, float64 [4], NaN for illegal moves."""
        return self.values_many(self._checked(np.asarray(board)[np.newaxis]))[0]

    def act_many(self, boards: ArrayLike, rng: Rng | None = None) -> NDArray[np.int64]:
        """The chosen move of each board, int64 [N].

        Raises:
            ValueError: if a board has no legal move, or is not a board.
        """
        return self.choose(self.values_many(self._checked(boards)), rng)

    def act(self, board: ArrayLike, rng: Rng | None = None) -> int:
        """The chosen move: 0 up, 1 right, 2 down, 3 left.

        Raises:
            ValueError: if the board has no legal move, or is not a board.
        """
        return int(self.act_many(np.asarray(board)[np.newaxis], rng)[0])

    def choose(self, values: NDArray[np.float64], rng: Rng | None = None) -> NDArray[np.int64]:
        """The moves that it takes when it values them so, float64 [N, 4] -> int64 [N].

        Raises:
            ValueError: if all values of a board are NaN: the game is over.
        """
        return best_moves(values)

    def play(
        self,
        keys: NDArray[np.uint64],
        rng: Rng | None = None,
        four_probability: float = FOUR_PROBABILITY,
    ) -> Games:
        """Plays the games with these keys, all of them at once, one move each at a time."""
        games = Games.empty(keys)
        size = self.size or 4
        count = len(keys)
        threshold = np.uint64(four_threshold(four_probability))
        boards = np.zeros((count, size * size), np.uint8)
        states = np.zeros((count, 3), np.uint64)
        states[:, 0] = keys
        masks = np.zeros((count, 4), np.int8)
        rewards, legal, alive = np.zeros(count), np.zeros(count, np.bool_), np.ones(count, np.bool_)
        actions = np.zeros(count, np.int64)
        kernels.start_many(np.arange(count), boards, states, threshold, masks, games.largest)
        while True:  # once even without games, for that compiles the kernels
            running = np.flatnonzero(alive)
            values = self.values_many(boards[running].reshape(-1, size, size))
            actions[running] = self.choose(values, rng)
            kernels.step_many(
                actions, ~alive, boards, states, threshold, masks,
                games.largest, rewards, legal, alive, kernels.row_table(),
            )  # fmt: skip
            games.moves[running] += 1
            if self.halted or not alive.any():
                break
        games.scores[:] = states[:, 2]
        return games

    def _checked(self, boards: ArrayLike) -> NDArray[np.uint8]:
        array = np.asarray(boards)
        if array.ndim != 3 or array.shape[1] != array.shape[2] or array.dtype.kind not in "iu":
            raise ValueError(
                "boards must be square arrays of integer exponents, [N, size, size] together, "
                f"not {array.dtype} of shape {array.shape}"
            )
        if self.size is not None and array.shape[1] != self.size:
            raise ValueError(f"{self.name} plays boards of size {self.size}, not {array.shape[1]}")
        if array.size and (array.min() < 0 or array.max() > MAX_EXPONENT):
            raise ValueError(f"boards hold exponents from 0 to {MAX_EXPONENT}, not face values")
        return array.astype(np.uint8, copy=False)


class RuleAgent(Agent):
    """An agent that is a rule and has nothing learned: its file holds no more than its name."""

    def save(self, path: str | Path) -> None:
        """Writes a checkpoint with the agent's name and no tensors."""
        write_checkpoint(path, {}, {"agent": self.name})


def best_moves(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """The first move of highest value on each board; float64 [N, 4] with NaN -> int64 [N].

    Raises:
        ValueError: if all values of a board are NaN: the game is over.
    """
    illegal = np.isnan(values)
    if illegal.all(axis=1).any():
        raise ValueError("the game is over: no move is legal on this board")
    return np.where(illegal, -np.inf, values).argmax(axis=1)


def afterstates(
    boards: NDArray[np.uint8],
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.bool_]]:
    """All four moves of each board, [N, size, size].

    Returns:
        Afterstates uint8 [N, 4, size, size], rewards int64 [N, 4], legal bool [N, 4].
    """
    count, size = boards.shape[:2]
    after = np.empty((count, 4, size * size), np.uint8)
    rewards = np.empty((count, 4), np.int64)
    legal = np.empty((count, 4), np.bool_)
    cells = np.ascontiguousarray(boards).reshape(count, size * size)
    kernels.afterstates_many(cells, size, after, rewards, legal)
    return after.reshape(count, 4, size, size), rewards, legal
