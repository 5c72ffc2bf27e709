"""What an agent has learned: its value of the same large tile on different cells.

It plays, and of the boards that it meets those are kept on which one tile is far above all others,
as when two large tiles have just merged. Each is turned and mirrored so that this tile is in the
upper left corner's eighth of the board. Then the tile changes places with each of the other cells,
and the agent says what the board is worth with it there.

Letters in shapes: N boards.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agents.base import Agent
from agents.ntuple.agent import NTupleAgent
from env2048.keys import game_keys

Boards = NDArray[np.uint8]

GAMES = 50
MOST_STEPS = 4000
BOARDS = 400
"""Boards of a tile that are looked at, of all that are found."""
LEAST = 25
"""With fewer boards a tile is left out."""
TILES = 3
FAR = 2
"""All other tiles are at most a quarter, two exponents less."""


@dataclass(frozen=True)
class Probe:
    """What an agent expects with a tile on each cell.

    Attributes:
        tile: the tile's face value.
        boards: how many boards it was moved about on.
        values: points still to come, mean over the boards, float64 [4, 4].
        usual: the mean tile on each cell as the agent had it, as exponents, float64 [4, 4].
    """

    tile: int
    boards: int
    values: NDArray[np.float64]
    usual: NDArray[np.float64]


def probe(agent: Agent, seed: int = 0) -> list[Probe]:
    """The agent's values of the largest tiles that it often has, the smaller ones first.

    Args:
        agent: plays boards of size 4.
        seed: of the games that it plays.
    """
    boards = _lone(_played(agent, seed))
    if isinstance(agent, NTupleAgent):
        agent = agent.downgrading(None)  # values of the tiles themselves
    largest = boards.max(axis=(1, 2), initial=0)
    tiles = [k for k in range(5, 18) if (largest == k).sum() >= LEAST][-TILES:]
    return [_probe_tile(agent, boards[largest == k], k) for k in tiles]


class _Watched(Agent):
    """Plays as another agent does, and remembers the boards on which it is asked."""

    name = "watched"
    size = 4

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self.boards: list[Boards] = []

    def values_many(self, boards: Boards) -> NDArray[np.float64]:
        """Those of the agent."""
        self.boards.append(boards.copy())
        self.halted = len(self.boards) >= MOST_STEPS
        return self._agent.values_many(boards)

    def save(self, path: str | Path) -> None:
        """That of the agent."""
        self._agent.save(path)


def _played(agent: Agent, seed: int) -> Boards:
    """The boards of some games, [N, 4, 4]."""
    watched = _Watched(agent)
    watched.play(game_keys(seed, 0, GAMES), np.random.default_rng(seed))
    return np.concatenate(watched.boards)


def _lone(boards: Boards) -> Boards:
    """Those on which one tile is far above all others."""
    second, first = np.sort(boards.reshape(len(boards), 16), axis=1)[:, -2:].T
    return boards[first.astype(np.int64) - second >= FAR]


def oriented(board: Boards) -> Boards:
    """The board as its symmetries allow, its largest tile in the upper left, row <= column.

    Of the two ways that are left if it is on the diagonal, the one with larger tiles in its row.
    """
    row, column = np.unravel_index(board.argmax(), board.shape)
    if row > 1:
        board, row = board[::-1], 3 - row
    if column > 1:
        board, column = board[:, ::-1], 3 - column
    beside, below = int(board[row].sum()), int(board[:, column].sum())
    return board.T if row > column or (row == column and below > beside) else board


def _probe_tile(agent: Agent, boards: Boards, exponent: int) -> Probe:
    count = min(len(boards), BOARDS)
    chosen = boards[np.linspace(0, len(boards) - 1, count).astype(np.int64)]
    chosen = np.stack([oriented(board) for board in chosen]).reshape(count, 16)
    at = chosen.argmax(axis=1)
    every = np.arange(count)
    moved = np.repeat(chosen[:, np.newaxis], 16, axis=1)  # [N, 16 places, 16 cells]
    for cell in range(16):
        moved[every, cell, at] = chosen[:, cell]
        moved[every, cell, cell] = exponent
    values = agent.values_many(moved.reshape(-1, 4, 4))
    best = np.where(np.isnan(values), -np.inf, values).max(axis=1)
    best[best == -np.inf] = 0.0  # the game would be over
    return Probe(
        tile=1 << exponent,
        boards=count,
        values=best.reshape(count, 16).mean(axis=0).reshape(4, 4),
        usual=chosen.mean(axis=0).reshape(4, 4),
    )
