"""Some environments are played, and what happens is written down.

Letters in shapes: T moves, E environments.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from agents.base import Agent, Games
from agents.policy import kernels
from agents.policy.buffer import Block
from agents.policy.games import TrainingGames
from agents.policy.network import PolicyNetwork
from agents.policy.symmetries import MOVES, ORIGINAL

OnEnd = Callable[[TrainingGames, NDArray[np.int64]], None]


def play_moves(
    games: TrainingGames,
    player: PolicyNetwork | Agent | None,
    block: Block,
    uniforms: NDArray[np.float32],
    turns: bool,
    on_end: OnEnd,
    rng: np.random.Generator,
) -> list[Games]:
    """Plays T moves in each of E environments.

    A policy draws its moves by their probabilities; a teacher plays those that it chooses, with
    log-probability 0.

    Args:
        games: the environments.
        player: who plays.
        block: T moves of E environments, written.
        uniforms: what the moves are drawn with, float32 [T, E].
        turns: whether boards are turned to their canonical pictures.
        on_end: called with the numbers of the games that have just ended and begun anew.
        rng: what a teacher plays with, if it plays by chance.

    Returns:
        The whole games that ended with each move.
    """
    count = games.num_envs
    numbers = np.arange(count)
    symmetries, moves = np.zeros(count, np.int8), np.zeros(count, np.int8)
    log = np.zeros((count, 4), np.float32)
    boards, masks = np.zeros(count, np.uint64), np.zeros(count, np.uint8)
    ended = []
    for t in range(len(uniforms)):
        kernels.look(games.cells, games.masks, turns, MOVES, boards, symmetries, masks)
        if isinstance(player, PolicyNetwork):
            logits, _ = player.forward(boards)
            kernels.choose(logits, masks, uniforms[t], moves, log)
            actions = ORIGINAL[symmetries, moves].astype(np.int64)
        else:
            assert player is not None
            actions = player.act_many(games.cells.reshape(count, 4, 4), rng)
            moves = MOVES[symmetries, actions]
        block.boards[t], block.masks[t], block.actions[t] = boards, masks, moves
        block.log_chances[t] = log[numbers, moves]
        rewards, ends, finished = games.play(actions)
        block.rewards[t], block.ends[t] = rewards, ends
        ended.append(finished)
        if ends.any():
            on_end(games, np.flatnonzero(ends))
    kernels.look(games.cells, games.masks, turns, MOVES, boards, symmetries, masks)
    block.boards[-1], block.masks[-1] = boards, masks
    return ended


def has_largest(boards: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which packed boards have a tile that is read as 32768."""
    cells = boards[:, np.newaxis] >> np.arange(0, 64, 4, dtype=np.uint64) & np.uint64(15)
    return (cells == 15).any(axis=1)
