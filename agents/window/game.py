"""A game in progress: it can be played on, taken back, and made a replay at any time."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from env2048 import kernels
from env2048.board import FOUR_PROBABILITY, Board, four_threshold
from env2048.keys import first_keys
from env2048.replay import Recorder, Replay

_LONGEST_NAME = 200
"""Characters that a replay has for the name of the player."""


class Position(NamedTuple):
    """What a move leads to. The board, uint8 [size, size], is not to be written to."""

    board: Board
    score: int
    alive: bool
    """Whether any move is legal."""


class Game:
    """The game of `env.reset(seed=seed)`, with all its positions.

    New tiles follow from the key of the game and their number. So a move that is taken back and
    made again brings the same tile again.

    Args:
        seed: 0 or more.
        size: rows of the board, 2 or more.
        four_probability: how often a new tile is a 4.
    """

    def __init__(
        self, seed: int, size: int = 4, four_probability: float = FOUR_PROBABILITY
    ) -> None:
        self.seed = seed
        self.key = int(first_keys(seed, 1)[0])
        self._four_probability = four_probability
        self._threshold = np.uint64(four_threshold(four_probability))
        self._mask = np.zeros(4, np.int8)  # the kernels write it; nobody reads it here
        self._positions = [self._start(size)]
        self._moves: list[int] = []
        self._values: list[NDArray[np.float64] | None] = []

    def __len__(self) -> int:
        """The number of moves."""
        return len(self._moves)

    @property
    def board(self) -> Board:
        """The board now, uint8 [size, size]; not to be written to."""
        return self._positions[-1].board

    @property
    def score(self) -> int:
        """The score now."""
        return self._positions[-1].score

    @property
    def over(self) -> bool:
        """Whether no move is legal."""
        return not self._positions[-1].alive

    @property
    def max_tile(self) -> int:
        """The face value of the largest tile."""
        return 1 << int(self.board.max())

    @property
    def positions(self) -> list[tuple[Board, int]]:
        """Every board with its score, the start first."""
        return [(position.board, position.score) for position in self._positions]

    def step(self, action: int, values: NDArray[np.float64] | None = None) -> bool:
        """Plays one move; returns whether it was legal. If not, nothing has changed.

        Args:
            action: 0 up, 1 right, 2 down, 3 left.
            values: what the player thinks of the four moves, float64 [4], for the replay.
        """
        board = self.board.copy()
        state = np.array([self.key, 2 + len(self), self.score], np.uint64)
        _, legal, alive, _, score = kernels.step(board, state, self._threshold, self._mask, action)
        if legal:
            self._positions.append(Position(board, int(score), bool(alive)))
            self._moves.append(action)
            self._values.append(values)
        return bool(legal)

    def undo(self) -> bool:
        """Takes the last move back; returns whether there was one."""
        if not self._moves:
            return False
        self._positions.pop()
        self._moves.pop()
        self._values.pop()
        return True

    def replay(self, player: str) -> Replay:
        """The game so far as a replay.

        Args:
            player: who played; of a long name, as that of a path, the end is kept.

        Raises:
            ValueError: if the board is too large for a replay.
        """
        recorder = Recorder(
            self._positions[0].board,
            four_probability=self._four_probability,
            agent="".join(filter(str.isprintable, player))[-_LONGEST_NAME:],
            seed=self.seed,
            key=self.key,
        )
        for action, values in zip(self._moves, self._values, strict=True):
            recorder.step(action, values=values)
        return recorder.finish()

    def _start(self, size: int) -> Position:
        board = np.zeros((size, size), np.uint8)
        state = np.array([self.key, 0, 0], np.uint64)
        kernels.start(board, state, self._threshold, self._mask)
        return Position(board, 0, True)  # two tiles can always move
