"""Some environments are played, and what happens is written down.

Letters in shapes: T moves, E environments.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from agents.base import Agent, Games
from agents.policy import kernels
from agents.policy.assessment import Opinion
from agents.policy.buffer import NO_LABEL, Block
from agents.policy.games import TrainingGames
from agents.policy.network import PolicyNetwork
from agents.policy.symmetries import MOVES, ORIGINAL

OnEnd = Callable[[TrainingGames, NDArray[np.int64]], None]


def play_moves(
    games: TrainingGames,
    network: PolicyNetwork,
    block: Block,
    opinion: Opinion,
    uniforms: NDArray[np.float32],
    turns: bool,
    on_end: OnEnd,
    rng: np.random.Generator,
    teacher: Agent | None = None,
    shown: int = 0,
) -> list[Games]:
    """Plays T moves in each of E environments.

    The policy draws its moves by their probabilities. A teacher is asked for its move on every
    board, and makes it in some of the environments, with log-probability 0: its pupil is to know
    what to do where it comes to itself, not only where the teacher would be (DAgger, Ross, Gordon
    and Bagnell 2011).

    Args:
        games: the environments.
        network: the policy.
        block: T moves of E environments, written.
        opinion: what the network says of them, written.
        uniforms: what the moves are drawn with, float32 [T, E].
        turns: whether boards are turned to their canonical pictures.
        on_end: called with the numbers of the games that have just ended and begun anew.
        rng: what a teacher plays with, if it plays by chance.
        teacher: who is asked. shown: in how many environments, the first, it plays.

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
        logits, opinion.values[t] = network.forward(boards)
        kernels.choose(logits, masks, uniforms[t], moves, log)
        block.log_chances[t], block.labels[t] = log[numbers, moves], NO_LABEL
        if teacher is not None:
            advice = teacher.act_many(games.cells.reshape(count, 4, 4), rng)
            block.labels[t] = MOVES[symmetries, advice]
            moves[:shown], block.log_chances[t, :shown] = block.labels[t, :shown], 0
            opinion.advised[t] = log[numbers, block.labels[t]]
        opinion.made[t] = log[numbers, moves]
        actions = ORIGINAL[symmetries, moves].astype(np.int64)
        block.boards[t], block.masks[t], block.actions[t] = boards, masks, moves
        rewards, ends, finished = games.play(actions)
        block.rewards[t], block.ends[t] = rewards, ends
        ended.append(finished)
        if ends.any():
            on_end(games, np.flatnonzero(ends))
    kernels.look(games.cells, games.masks, turns, MOVES, boards, symmetries, masks)
    block.boards[-1], block.masks[-1] = boards, masks
    _, opinion.values[-1] = network.forward(boards)
    return ended


def has_largest(boards: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which packed boards have a tile that is read as 32768."""
    cells = boards[:, np.newaxis] >> np.arange(0, 64, 4, dtype=np.uint64) & np.uint64(15)
    return (cells == 15).any(axis=1)
